/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <glib.h>

#include "wire/minipay-xml.h"

typedef struct {
  const char *name;
  const char *text;
  gsize length;
} XmlCase;

#define XML_CASE(name, text)                                                                                 \
  {                                                                                                          \
    name, text, sizeof (text) - 1                                                                            \
  }

static MinipayXml *
parse (const char *text, gssize length, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length < 0 ? strlen (text) : (gsize) length);

  return minipay_xml_parse (bytes, error);
}

/* Each holds one element `a`; the values follow from XML 1.0 (fifth edition), 2.4, 2.7, 2.11, 4.1 and 4.6. */
static void
test_values (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } cases[] = {
    { "<xml><a>1</a></xml>", "1" },
    { "<xml><a></a></xml>", "" },
    { "<xml><a/></xml>", "" },
    { "<xml><a /></xml>", "" },
    { "<xml><a ></a\n></xml >", "" },
    { "<xml><a>  x\t</a></xml>", "  x\t" },
    { "<xml><a><![CDATA[]]></a></xml>", "" },
    { "<xml><a><![CDATA[SUCCESS]]></a></xml>", "SUCCESS" },
    { "<xml><a><![CDATA[<b>&amp;</b>]]></a></xml>", "<b>&amp;</b>" },
    { "<xml><a><![CDATA[a]]b]]]></a></xml>", "a]]b]" },
    { "<xml><a><![CDATA[]]]]><![CDATA[>]]></a></xml>", "]]>" },
    { "<xml><a>1<![CDATA[2]]>3</a></xml>", "123" },
    { "<xml><a>&lt;&gt;&amp;&quot;&apos;</a></xml>", "<>&\"'" },
    { "<xml><a>x&amp;y&amp;z</a></xml>", "x&y&z" },
    { "<xml><a>&#65;&#x42;&#x4E2d;&#128176;</a></xml>", "AB\xe4\xb8\xad\xf0\x9f\x92\xb0" },
    { "<xml><a>&#0000000065;</a></xml>", "A" },
    { "<xml><a>&#9;&#10;&#13;</a></xml>", "\t\n\r" },
    { "<xml><a>&amp;lt;</a></xml>", "&lt;" },
    { "<xml><a>1\r\n2\r3\n4</a></xml>", "1\n2\n3\n4" },
    { "<xml><a><![CDATA[1\r\n2\r]]></a></xml>", "1\n2\n" },
    { "<xml><a>] ]] ]&gt; ></a></xml>", "] ]] ]> >" },
    { "<xml><a>\xe6\x94\xaf\xe4\xbb\x98</a></xml>", "\xe6\x94\xaf\xe4\xbb\x98" },
    { "<xml><a>\xef\xbf\xbd\xee\x80\x80</a></xml>", "\xef\xbf\xbd\xee\x80\x80" },
    { "<?xml version=\"1.0\"?><xml><a>1</a></xml>", "1" },
    { "<?xml version='1.0' encoding='utf-8'?>\n<xml><a>1</a></xml>\n", "1" },
    { "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\" ?><xml><a>1</a></xml>", "1" },
    { " \r\n<xml>\n  <a>1</a>\n</xml>\t ", "1" },
    { "<_x.y-2><a>1</a></_x.y-2>", "1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayXml) xml = parse (cases[i].text, -1, &error);

    if (xml == NULL) {
      g_test_fail_printf ("%s: %s", cases[i].text, error->message);
      continue;
    }
    g_assert_cmpuint (minipay_xml_get_length (xml), ==, 1);
    g_assert_cmpstr (minipay_xml_get_name (xml, 0), ==, "a");
    g_assert_cmpstr (minipay_xml_get_value (xml, 0), ==, cases[i].expected);
  }
}

static void
test_document (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayXml) xml = parse ("<xml><return_code><![CDATA[SUCCESS]]></return_code>\n"
                                      "<total_fee>1</total_fee><total>2</total><empty/></xml>",
                                      -1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (minipay_xml_get_root_name (xml), ==, "xml");
  g_assert_cmpuint (minipay_xml_get_length (xml), ==, 4);
  g_assert_cmpstr (minipay_xml_get_name (xml, 0), ==, "return_code");
  g_assert_cmpstr (minipay_xml_get_name (xml, 3), ==, "empty");
  g_assert_cmpstr (minipay_xml_get_value (xml, 3), ==, "");
  g_assert_null (minipay_xml_get_name (xml, 4));
  g_assert_null (minipay_xml_get_value (xml, G_MAXUINT));
  g_assert_cmpstr (minipay_xml_lookup (xml, "return_code"), ==, "SUCCESS");
  g_assert_cmpstr (minipay_xml_lookup (xml, "total_fee"), ==, "1");
  g_assert_cmpstr (minipay_xml_lookup (xml, "total"), ==, "2");
  g_assert_null (minipay_xml_lookup (xml, "Total"));
  g_assert_null (minipay_xml_lookup (xml, ""));
}

static void
test_empty_root (void)
{
  static const char *const texts[] = { "<xml></xml>", "<xml/>", "<xml>\n</xml>" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayXml) xml = parse (texts[i], -1, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (minipay_xml_get_root_name (xml), ==, "xml");
    g_assert_cmpuint (minipay_xml_get_length (xml), ==, 0);
    g_assert_null (minipay_xml_get_name (xml, 0));
  }
}

/* clang-format off */
static const XmlCase refused[] = {
  XML_CASE ("empty", ""),
  XML_CASE ("only white space", " \n"),
  XML_CASE ("only text", "SUCCESS"),
  XML_CASE ("only a comment", "<!-- x -->"),
  XML_CASE ("only a declaration", "<?xml version=\"1.0\"?>"),
  XML_CASE ("byte order mark", "\xef\xbb\xbf<xml><a>1</a></xml>"),
  XML_CASE ("UTF-16", "\xff\xfe<\0x\0/\0>\0"),
  XML_CASE ("JSON", "{\"a\":1}"),
  XML_CASE ("text before the root", "x<xml><a>1</a></xml>"),
  XML_CASE ("text behind the root", "<xml><a>1</a></xml>x"),
  XML_CASE ("NUL behind the root", "<xml><a>1</a></xml>\0"),
  XML_CASE ("NUL in text", "<xml><a>1\0" "2</a></xml>"),
  XML_CASE ("NUL in CDATA", "<xml><a><![CDATA[1\0" "2]]></a></xml>"),
  XML_CASE ("NUL between elements", "<xml>\0<a>1</a></xml>"),
  XML_CASE ("NUL in a name", "<xml><a\0>1</a\0></xml>"),
  /* document types */
  XML_CASE ("document type", "<!DOCTYPE xml><xml><a>1</a></xml>"),
  XML_CASE ("document type behind a declaration", "<?xml version=\"1.0\"?><!DOCTYPE xml><xml/>"),
  XML_CASE ("document type in lower case", "<!doctype xml><xml/>"),
  XML_CASE ("document type with a public id", "<!DOCTYPE xml PUBLIC \"a\" \"http://192.0.2.1/x.dtd\"><xml/>"),
  XML_CASE ("external entity", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><x><a>&e;</a></x>"),
  XML_CASE ("parameter entity", "<!DOCTYPE x [<!ENTITY % e SYSTEM \"http://192.0.2.1/\"> %e;]><x><a>1</a></x>"),
  XML_CASE ("billion laughs",
            "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
            "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]><x><a>&d;</a></x>"),
  XML_CASE ("document type inside the root", "<xml><!DOCTYPE a><a>1</a></xml>"),
  XML_CASE ("document type behind the root", "<xml><a>1</a></xml><!DOCTYPE xml>"),
  XML_CASE ("undeclared entity", "<xml><a>&nbsp;</a></xml>"),
  XML_CASE ("inclusion", "<xml><xi:include href=\"file:///etc/passwd\"/></xml>"),
  /* instructions and the declaration */
  XML_CASE ("instruction before the root", "<?php x?><xml/>"),
  XML_CASE ("style sheet", "<?xml-stylesheet href=\"x\"?><xml/>"),
  XML_CASE ("instruction inside", "<xml><?x y?><a>1</a></xml>"),
  XML_CASE ("instruction in a value", "<xml><a>1<?x?>00</a></xml>"),
  XML_CASE ("instruction behind the root", "<xml/><?x y?>"),
  XML_CASE ("declaration behind a space", " <?xml version=\"1.0\"?><xml/>"),
  XML_CASE ("declaration twice", "<?xml version=\"1.0\"?><?xml version=\"1.0\"?><xml/>"),
  XML_CASE ("declaration without version", "<?xml encoding=\"UTF-8\"?><xml/>"),
  XML_CASE ("declaration of version 1.1", "<?xml version=\"1.1\"?><xml/>"),
  XML_CASE ("declaration not closed", "<?xml version=\"1.0\"><xml/>"),
  XML_CASE ("declaration in capitals", "<?XML version=\"1.0\"?><xml/>"),
  XML_CASE ("declaration in wrong order", "<?xml encoding=\"UTF-8\" version=\"1.0\"?><xml/>"),
  XML_CASE ("declaration with crossed quotes", "<?xml version=\"1.0'?><xml/>"),
  XML_CASE ("encoding GBK", "<?xml version=\"1.0\" encoding=\"GBK\"?><xml/>"),
  XML_CASE ("encoding UTF-16", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><xml/>"),
  XML_CASE ("encoding UTF-7", "<?xml version=\"1.0\" encoding=\"UTF-7\"?><xml/>"),
  XML_CASE ("encoding empty", "<?xml version=\"1.0\" encoding=\"\"?><xml/>"),
  XML_CASE ("standalone maybe", "<?xml version=\"1.0\" standalone=\"maybe\"?><xml/>"),
  /* comments */
  XML_CASE ("comment before the root", "<!-- x --><xml/>"),
  XML_CASE ("comment inside", "<xml><!-- x --><a>1</a></xml>"),
  XML_CASE ("comment in a value", "<xml><a>1<!-- -->00</a></xml>"),
  XML_CASE ("comment behind the root", "<xml/><!-- x -->"),
  XML_CASE ("comment not closed", "<xml><a>1</a><!-- </xml>"),
  /* structure */
  XML_CASE ("two roots", "<xml><a>1</a></xml><xml><a>2</a></xml>"),
  XML_CASE ("two empty roots", "<xml/><xml/>"),
  XML_CASE ("element twice", "<xml><a>1</a><a>2</a></xml>"),
  XML_CASE ("element twice with one value", "<xml><a>1</a><b>2</b><a>1</a></xml>"),
  XML_CASE ("element twice, once empty", "<xml><a/><a>1</a></xml>"),
  XML_CASE ("nesting", "<xml><a><b>1</b></a></xml>"),
  XML_CASE ("nesting of the same name", "<xml><a><a>1</a></a></xml>"),
  XML_CASE ("nesting of an empty element", "<xml><a>1<b/></a></xml>"),
  XML_CASE ("attribute", "<xml><a x=\"1\">1</a></xml>"),
  XML_CASE ("attribute of the root", "<xml x=\"1\"><a>1</a></xml>"),
  XML_CASE ("attribute twice", "<xml><a x=\"1\" x=\"2\">1</a></xml>"),
  XML_CASE ("attribute of an empty element", "<xml><a x='1'/></xml>"),
  XML_CASE ("attribute of a closing tag", "<xml><a>1</a x=\"1\"></xml>"),
  XML_CASE ("name space", "<xml xmlns=\"http://example.com/\"><a>1</a></xml>"),
  XML_CASE ("prefix", "<xml><n:a>1</n:a></xml>"),
  XML_CASE ("text in the root", "<xml>x<a>1</a></xml>"),
  XML_CASE ("text behind an element", "<xml><a>1</a>x</xml>"),
  XML_CASE ("reference in the root", "<xml>&#65;<a>1</a></xml>"),
  XML_CASE ("CDATA in the root", "<xml><![CDATA[ ]]><a>1</a></xml>"),
  XML_CASE ("CDATA for a root", "<![CDATA[x]]>"),
  XML_CASE ("root not closed", "<xml><a>1</a>"),
  XML_CASE ("element not closed", "<xml><a>1</xml>"),
  XML_CASE ("only the closing tag", "</xml>"),
  XML_CASE ("closing tag too many", "<xml><a>1</a></a></xml>"),
  XML_CASE ("crossed tags", "<xml><a>1</xml></a>"),
  XML_CASE ("other closing name", "<xml><a>1</b></xml>"),
  XML_CASE ("other case of the closing name", "<xml><a>1</A></xml>"),
  XML_CASE ("longer closing name", "<xml><a>1</aa></xml>"),
  XML_CASE ("shorter closing name", "<xml><aa>1</a></xml>"),
  XML_CASE ("other closing name of the root", "<xml><a>1</a></xm>"),
  XML_CASE ("space before the name", "<xml>< a>1</a></xml>"),
  XML_CASE ("space before the closing name", "<xml><a>1</ a></xml>"),
  XML_CASE ("space within the empty tag", "<xml><a/ ></xml>"),
  XML_CASE ("empty name", "<xml><>1</></xml>"),
  XML_CASE ("name that begins with a digit", "<xml><1>1</1></xml>"),
  XML_CASE ("name that begins with a minus", "<xml><-a>1</-a></xml>"),
  XML_CASE ("name with a dollar sign", "<xml><a$>1</a$></xml>"),
  XML_CASE ("full-width brackets", "<xml>\xef\xbc\x9c" "a>1</a></xml>"),
  /* values */
  XML_CASE ("less-than sign in text", "<xml><a>1 < 2</a></xml>"),
  XML_CASE ("ampersand alone", "<xml><a>a & b</a></xml>"),
  XML_CASE ("ampersand at the end", "<xml><a>a&</a></xml>"),
  XML_CASE ("entity without semicolon", "<xml><a>&amp</a></xml>"),
  XML_CASE ("entity in capitals", "<xml><a>&AMP;</a></xml>"),
  XML_CASE ("entity without name", "<xml><a>&;</a></xml>"),
  XML_CASE ("end of CDATA in text", "<xml><a>x]]>y</a></xml>"),
  XML_CASE ("end of CDATA behind CDATA", "<xml><a><![CDATA[x]]>]]></a></xml>"),
  XML_CASE ("CDATA not closed", "<xml><a><![CDATA[x]]</a></xml>"),
  XML_CASE ("CDATA in lower case", "<xml><a><![cdata[x]]></a></xml>"),
  XML_CASE ("CDATA with a space", "<xml><a><![ CDATA[x]]></a></xml>"),
  XML_CASE ("reference to NUL", "<xml><a>1&#0;2</a></xml>"),
  XML_CASE ("hexadecimal reference to NUL", "<xml><a>&#x0;</a></xml>"),
  XML_CASE ("reference to U+0001", "<xml><a>&#1;</a></xml>"),
  XML_CASE ("reference to U+001F", "<xml><a>&#x1f;</a></xml>"),
  XML_CASE ("reference to DEL", "<xml><a>&#127;</a></xml>"),
  XML_CASE ("reference to U+0085", "<xml><a>&#x85;</a></xml>"),
  XML_CASE ("reference to a surrogate", "<xml><a>&#xD800;</a></xml>"),
  XML_CASE ("reference to a surrogate pair", "<xml><a>&#55357;&#56496;</a></xml>"),
  XML_CASE ("reference to U+FFFE", "<xml><a>&#xFFFE;</a></xml>"),
  XML_CASE ("reference above U+10FFFF", "<xml><a>&#x110000;</a></xml>"),
  XML_CASE ("reference that wraps at 2^32", "<xml><a>&#4294967361;</a></xml>"),
  XML_CASE ("reference that wraps at 2^64", "<xml><a>&#x10000000000000041;</a></xml>"),
  XML_CASE ("reference without digits", "<xml><a>&#;</a></xml>"),
  XML_CASE ("hexadecimal reference without digits", "<xml><a>&#x;</a></xml>"),
  XML_CASE ("reference with a capital X", "<xml><a>&#X41;</a></xml>"),
  XML_CASE ("reference with a letter", "<xml><a>&#6A;</a></xml>"),
  XML_CASE ("reference with a sign", "<xml><a>&#-65;</a></xml>"),
  XML_CASE ("reference with a space", "<xml><a>&# 65;</a></xml>"),
  XML_CASE ("reference without semicolon", "<xml><a>&#65</a></xml>"),
  XML_CASE ("control character in text", "<xml><a>\x01</a></xml>"),
  XML_CASE ("control character in CDATA", "<xml><a><![CDATA[\x1b]]></a></xml>"),
  XML_CASE ("form feed between elements", "<xml>\f<a>1</a></xml>"),
  XML_CASE ("U+FFFF in text", "<xml><a>\xef\xbf\xbf</a></xml>"),
  XML_CASE ("invalid UTF-8 in text", "<xml><a>caf\xe9</a></xml>"),
  XML_CASE ("invalid UTF-8 in CDATA", "<xml><a><![CDATA[\xd6\xd0]]></a></xml>"),
  XML_CASE ("invalid UTF-8 in a name", "<xml><a\xff>1</a\xff></xml>"),
  XML_CASE ("overlong solidus in CDATA", "<xml><a><![CDATA[\xc0\xaf]]></a></xml>"),
  XML_CASE ("overlong less-than sign", "<xml><a>\xc0\xbc</a></xml>"),
  XML_CASE ("encoded surrogate", "<xml><a>\xed\xa0\x80</a></xml>"),
  XML_CASE ("sequence cut by the tag", "<xml><a>\xe4\xb8</a></xml>"),
  XML_CASE ("above U+10FFFF", "<xml><a>\xf4\x90\x80\x80</a></xml>"),
};
/* clang-format on */

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayXml) xml = parse (refused[i].text, (gssize) refused[i].length, &error);

    if (xml != NULL)
      g_test_fail_printf ("%s: accepted", refused[i].name);
    else if (!g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL))
      g_test_fail_printf ("%s: %s", refused[i].name, error->message);
    else
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
  }
}

static void
assert_message (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (parse (text, -1, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_messages (void)
{
  assert_message ("<!DOCTYPE xml><xml/>",
                  "byte 1 of the XML text is '!', allowed is an element name (no comment, document type or "
                  "instruction)");
  assert_message ("<xml><a x=\"1\">1</a></xml>",
                  "byte 8 of the XML text is 'x', allowed is '>' behind the element name (no attributes)");
  assert_message ("<xml><a>1<!-- -->00</a></xml>",
                  "byte 9 of the XML text is '<', allowed is text, CDATA or the closing tag (no nesting, no "
                  "comment)");
  assert_message ("<xml><a>1</a><a>2</a></xml>",
                  "byte 14 of the XML text repeats the element \"a\", allowed is once");
  assert_message (
      "<xml>", "byte 5 of the XML text is the end of the text, allowed is an element or the end of the root");
}

static void
assert_limit (const char *text, gboolean is_within)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayXml) xml = parse (text, -1, &error);

  if (is_within)
    g_assert_no_error (error);
  else
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_LIMIT);
  g_assert_true ((xml != NULL) == is_within);
}

static void
test_limits (void)
{
  for (guint over = 0; over <= 1; over++) {
    g_autoptr (GString) many = g_string_new ("<x>");
    g_autofree char *letters = g_strnfill (65536 + over, 'x');
    g_autofree char *value = g_strconcat ("<x><a>", letters, "</a></x>", NULL);
    g_autofree char *cdata = g_strconcat ("<x><a>&#120;<![CDATA[", letters + 1, "]]></a></x>", NULL);
    g_autofree char *spaces = g_strnfill (1024 * 1024 - 4 + over, ' ');
    g_autofree char *whole = g_strconcat ("<x/>", spaces, NULL);

    for (guint i = 0; i < 256 + over; i++)
      g_string_append_printf (many, "<m%u>%u</m%u>", i, i, i);
    g_string_append (many, "</x>");

    assert_limit (many->str, over == 0);
    assert_limit (value, over == 0);
    assert_limit (cdata, over == 0);
    assert_limit (whole, over == 0);
  }
}

static void
test_cuts (void)
{
  static const char document[] =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml>\n<a><![CDATA[SUC\xe4\xb8\xad]]></a>"
      "<b>x&amp;y&#x4e2d;</b><c/></xml>";

  for (gsize cut = 0; cut < sizeof document - 1; cut++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (parse (document, (gssize) cut, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_mutations (void)
{
  static const char document[] =
      "<xml><a><![CDATA[SUC\xe4\xb8\xad]]></a><b>x&amp;y&#x4e2d;</b><c/>\r\n<d>1</d></xml>";
  static const char spice[] = "<>/![]&;#x?- a\"=\x80\xe4\xff";
  const char *text = g_getenv ("MINIPAY_TEST_REPEAT");
  guint64 repeat = 20000;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT, &repeat, NULL);

  for (guint64 i = 0; i < repeat; i++) {
    char mutant[sizeof document];
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayXml) xml = NULL;

    memcpy (mutant, document, sizeof document);
    for (int n = g_test_rand_int_range (1, 4); n > 0; n--)
      mutant[g_test_rand_int_range (0, sizeof document - 1)] = spice[g_test_rand_int_range (0, sizeof spice)];

    xml = parse (mutant, sizeof document - 1, &error);
    if (xml == NULL)
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
    for (guint e = 0; xml != NULL && e < minipay_xml_get_length (xml); e++) {
      g_assert_true (g_utf8_validate (minipay_xml_get_value (xml, e), -1, NULL));
      g_assert_true (minipay_xml_lookup (xml, minipay_xml_get_name (xml, e)) ==
                     minipay_xml_get_value (xml, e));
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/xml/values/unescaped-as-written", test_values);
  g_test_add_func ("/xml/document/elements-in-order-and-by-name", test_document);
  g_test_add_func ("/xml/empty-root/accepted", test_empty_root);
  g_test_add_func ("/xml/malformed/refused", test_refused);
  g_test_add_func ("/xml/malformed/message-names-offset-found-and-allowed", test_messages);
  g_test_add_func ("/xml/limits/last-allowed-and-first-refused", test_limits);
  g_test_add_func ("/xml/cut/refused-at-every-byte", test_cuts);
  g_test_add_func ("/xml/mutations/only-typed-errors", test_mutations);

  return g_test_run ();
}
