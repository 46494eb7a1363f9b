/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "raw-server.h"
#include "v2-gateway.h"

/* Notifications whose document is the attack: the one format that is parsed before anything is authenticated. Every
 * case begins with the genuine vector v2-notify-md5; where its text survives the attack, its signature still holds.
 */

#define NUMBER "1409811653"

static void
assert_refused (const char *body, gssize length, int code)
{
  g_autoptr (MinipayTestExchange) x = v2_new_signing (V2_MD5);
  g_autoptr (GBytes) bytes = g_bytes_new (body, length >= 0 ? (gsize) length : strlen (body));
  g_autoptr (MinipayHttpRequest) incoming = minipay_http_request_new ("POST", "/notify/tea-shop", bytes);
  g_autofree char *shown = g_utf8_make_valid (body, (gssize) strnlen (body, 400));
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", shown);
  g_assert_false (minipay_test_exchange_receive (x, incoming, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_null (minipay_exchange_get_result (x->exchange));
  /* what cannot be read names no order */
  if (code != MINIPAY_ERROR_SIGNATURE_INVALID)
    g_assert_null (minipay_exchange_get_suggested_query (x->exchange));
}

static const char *
genuine (void)
{
  return minipay_test_vector ("v2-notify-md5", "body");
}

static void
assert_variants (const char *const (*variants)[2], guint n_variants, int code)
{
  for (guint i = 0; i < n_variants; i++) {
    g_autofree char *body = minipay_test_replace (genuine (), variants[i][0], variants[i][1]);

    assert_refused (body, -1, code);
  }
}

static void
test_genuine (void)
{
  g_autoptr (MinipayTestExchange) x = v2_new_signing (V2_MD5);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The ground of every case below: untouched, it is accepted.");
  v2_receive (x, genuine (), &error);
  g_assert_no_error (error);
}

static void
test_external_entity (void)
{
  static const char *const doctypes[] = {
    "<!DOCTYPE xml [<!ENTITY x SYSTEM \"%s\">]>",
    "<!DOCTYPE xml [<!ENTITY %% x SYSTEM \"%s\"> %%x;]>",
    "<!DOCTYPE xml SYSTEM \"%s\">",
    "<!DOCTYPE xml PUBLIC \"-//W3C//DTD XHTML 1.0//EN\" \"%s\">",
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE xml [<!ENTITY x SYSTEM \"%s\">]>\n",
    "<!doctype xml [<!ENTITY x SYSTEM \"%s\">]>",
    "<?xml-stylesheet href=\"%s\"?>",
  };
  g_autoptr (RawServer) server = raw_server_new (NULL);
  g_autofree char *probe = g_strconcat (raw_server_get_base_url (server), "/probe.dtd", NULL);
  const char *const addresses[] = {
    "file:///etc/passwd", "/etc/passwd", probe, "php://filter/resource=/etc/passwd"
  };

  for (guint i = 0; i < G_N_ELEMENTS (doctypes); i++) {
    g_auto (GStrv) around = g_strsplit (doctypes[i], "%s", 2);

    for (guint j = 0; j < G_N_ELEMENTS (addresses); j++) {
      g_autofree char *doctype = g_strconcat (around[0], addresses[j], around[1], NULL);
      g_autofree char *used = minipay_test_replace (genuine (), "支付测试", "]]>&x;<![CDATA[");
      g_autofree char *with_use = g_strconcat (doctype, used, NULL);
      g_autofree char *without_use = g_strconcat (doctype, genuine (), NULL);

      assert_refused (with_use, -1, MINIPAY_ERROR_PROTOCOL);
      assert_refused (without_use, -1, MINIPAY_ERROR_PROTOCOL);
    }
  }
  g_assert_cmpuint (raw_server_get_connections (server), ==, 0);
}

static void
test_entity_bomb (void)
{
  static const char laughs[] = "<!DOCTYPE xml [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
                               "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">]>"
                               "<xml><attach>&d;</attach></xml>";
  g_autofree char *text = g_strnfill (50000, 'a');
  g_autoptr (GString) quadratic = g_string_new ("<!DOCTYPE xml [<!ENTITY a \"");
  static const char *const references[][2] = {
    { "<total_fee>1<", "<total_fee>&a;<" },
    { "<total_fee>1<", "<total_fee>&nbsp;<" },
    { "<total_fee>1<", "<total_fee>&#0;<" },
    { "<total_fee>1<", "<total_fee>&#x1b;<" },
    { "<total_fee>1<", "<total_fee>&#xD800;<" },
    { "<total_fee>1<", "<total_fee>&#x110000;<" },
    { "<total_fee>1<", "<total_fee>&#99999999999999999999;<" },
    { "<total_fee>1<", "<total_fee>&#;<" },
    { "<total_fee>1<", "<total_fee>&#49<" },
    { "<total_fee>1<", "<total_fee>&;<" },
    { "<total_fee>1<", "<total_fee>&AMP;<" },
    { "<total_fee>1<", "<total_fee>&#X31;<" },
  };

  assert_refused (laughs, -1, MINIPAY_ERROR_PROTOCOL);
  g_string_append_printf (quadratic, "%s\">]><xml><attach>", text);
  for (guint i = 0; i < 20000; i++)
    g_string_append (quadratic, "&a;");
  g_string_append (quadratic, "</attach></xml>");
  assert_refused (quadratic->str, -1, MINIPAY_ERROR_PROTOCOL);
  assert_variants (references, G_N_ELEMENTS (references), MINIPAY_ERROR_PROTOCOL);
}

/* Readers differ about what is left of a text that a comment cuts: here nothing is. */
static void
test_comments (void)
{
  static const char *const variants[][2] = {
    { "<total_fee>1<", "<total_fee>1<!---->00<" },
    { "<total_fee>1<", "<total_fee><!-- 9 -->1<" },
    { "<total_fee>1<", "<total_fee>1<!-- 9 --><" },
    { "<![CDATA[" NUMBER "]]>", NUMBER "<!---->4" },
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[" NUMBER "]]><!---->" },
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[14098]]><!----><![CDATA[11653]]>" },
    { "<attach>", "<!-- --><attach>" },
    { "<xml>", "<!-- --><xml>" },
    { "</xml>", "</xml><!-- -->" },
    { "<xml>", "<xml><!-- <sign>1</sign> -->" },
    { "<total_fee>1<", "<total_fee>1<?php 1 ?><" },
    { "<xml>", "<xml><?xml version=\"1.0\"?>" },
  };

  assert_variants (variants, G_N_ELEMENTS (variants), MINIPAY_ERROR_PROTOCOL);
}

static void
test_cdata_tricks (void)
{
  static const char *const malformed[][2] = {
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[" NUMBER "]]" },
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[" NUMBER },
    { "<![CDATA[" NUMBER "]]>", NUMBER "]]>" },
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[<![CDATA[" NUMBER "]]>]]>" },
    { "<![CDATA[" NUMBER "]]>", "<![cdata[" NUMBER "]]>" },
    { "<![CDATA[" NUMBER "]]>", "<! [CDATA[" NUMBER "]]>" },
    { "<![CDATA[" NUMBER "]]>", "<![CDATA [" NUMBER "]]>" },
    { "<![CDATA[" NUMBER "]]>", "<![INCLUDE[" NUMBER "]]>" },
    { "<xml>", "<xml><![CDATA[]]>" },
    { "<xml>", "<xml><![CDATA[<sign>1</sign>]]>" },
  };
  /* well-formed, and another text than the signed one */
  static const char *const other_text[][2] = {
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[" NUMBER "]]]]><![CDATA[>]]>" },
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[" NUMBER "]]>4" },
    { "<![CDATA[" NUMBER "]]>", "4<![CDATA[" NUMBER "]]>" },
    { "<![CDATA[" NUMBER "]]>", " <![CDATA[" NUMBER "]]>" },
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[" NUMBER "]]>\n" },
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[" NUMBER "<!-- -->]]>" },
    { "<![CDATA[支付测试]]>", "<![CDATA[支付测试</attach><total_fee>9</total_fee>]]>" },
    { "<![CDATA[支付测试]]>", "<![CDATA[&#25903;付测试]]>" },
  };

  assert_variants (malformed, G_N_ELEMENTS (malformed), MINIPAY_ERROR_PROTOCOL);
  assert_variants (other_text, G_N_ELEMENTS (other_text), MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* The same text in other clothes is the same message. */
static void
test_same_text (void)
{
  static const char *const variants[][2] = {
    { "<![CDATA[" NUMBER "]]>", NUMBER },
    { "<![CDATA[" NUMBER "]]>", "14098<![CDATA[11653]]>" },
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[14098]]><![CDATA[11653]]>" },
    { "<![CDATA[" NUMBER "]]>", "<![CDATA[" NUMBER "]]><![CDATA[]]>" },
    { "<![CDATA[" NUMBER "]]>", "&#49;40981165&#x33;" },
    { "<xml>", "<?xml version='1.0' encoding='utf-8' standalone='yes'?> <xml >\r\n\t" },
    { "</xml>", "<detail/></xml>\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (variants); i++) {
    g_autoptr (MinipayTestExchange) x = v2_new_signing (V2_MD5);
    g_autofree char *body = minipay_test_replace (genuine (), variants[i][0], variants[i][1]);
    g_autoptr (GError) error = NULL;

    v2_receive (x, body, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (minipay_payment_get_out_trade_no (minipay_test_exchange_get_payment (x)), ==, NUMBER);
  }
}

static void
test_structure (void)
{
  static const char *const variants[][2] = {
    { "<total_fee>1<", "<total_fee><v>1</v><" },
    { "<total_fee>1<", "<total_fee>1<v/><" },
    { "<xml>", "<xml><xml>" },
    { "<xml>", "<xml><detail><total_fee>9</total_fee></detail>" },
    { "<xml>", "<xml a=\"1\">" },
    { "<xml>", "<xml xmlns=\"urn:x\">" },
    { "<total_fee>1<", "<total_fee currency=\"CNY\">1<" },
    { "<total_fee>1</total_fee>", "<x:total_fee>1</x:total_fee>" },
    { "<total_fee>1</total_fee>", "<total_fee>1</Total_fee>" },
    { "<total_fee>1</total_fee>", "<total_fee>1" },
    { "<total_fee>1</total_fee>", "total_fee=1" },
    { "<xml>", "<xml>text" },
    { "</xml>", "</xml><xml></xml>" },
    { "</xml>", "</xml>text" },
    { "</xml>", "" },
    { "</xml>", "</root>" },
    { "<xml>", "text<xml>" },
    { "<xml>", "<?xml version=\"1.0\" encoding=\"GBK\"?><xml>" },
    { "<xml>", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><xml>" },
    { "<xml>", "<?xml version=\"1.1\"?><xml>" },
    { "<xml>", "\xef\xbb\xbf<xml>" },
    { "支付测试", "\xff\xfe" },
    { "支付测试", "\xc0\xaf" },
    { "支付测试", "\xed\xa0\x80" },
    { "支付测试", "\x01" },
    { "<attach>", "<茶>1</茶><attach>" },
    { "<attach>", "<1>1</1><attach>" },
    { "<attach>", "<>1</><attach>" },
    { "<attach>", "<a=b>1</a=b><attach>" },
    { "<attach>", "<a&b>1</a&b><attach>" },
  };

  assert_variants (variants, G_N_ELEMENTS (variants), MINIPAY_ERROR_PROTOCOL);
}

static void
test_roots (void)
{
  static const char *const roots[] = { "XML", "Xml", "root", "xml2", "html" };

  for (guint i = 0; i < G_N_ELEMENTS (roots); i++) {
    g_autofree char *open = g_strdup_printf ("<%s>", roots[i]);
    g_autofree char *close = g_strdup_printf ("</%s>", roots[i]);
    g_autofree char *opened = minipay_test_replace (genuine (), "<xml>", open);
    g_autofree char *body = minipay_test_replace (opened, "</xml>", close);

    assert_refused (body, -1, MINIPAY_ERROR_PROTOCOL);
  }
}

/* First or last wins elsewhere; here neither, nor does an empty one. */
static void
test_repeated (void)
{
  static const char *const variants[][2] = {
    { "<total_fee>1</total_fee>", "<total_fee>1</total_fee><total_fee>1</total_fee>" },
    { "<total_fee>1</total_fee>", "<total_fee>1</total_fee><total_fee>9</total_fee>" },
    { "<total_fee>1</total_fee>", "<total_fee>9</total_fee><total_fee>1</total_fee>" },
    { "<total_fee>1</total_fee>", "<total_fee></total_fee><total_fee>1</total_fee>" },
    { "<total_fee>1</total_fee>", "<total_fee>1</total_fee><total_fee/>" },
    { "<sign>", "<sign>1</sign><sign>" },
    { "</sign>", "</sign><sign/>" },
    { "<out_trade_no>", "<out_trade_no>1415659990</out_trade_no><out_trade_no>" },
  };

  assert_variants (variants, G_N_ELEMENTS (variants), MINIPAY_ERROR_PROTOCOL);
}

static void
test_encodings (void)
{
  g_autofree char *wide = NULL;
  g_autofree char *with_nul = g_strdup (genuine ());
  gsize length;

  wide = g_convert (genuine (), -1, "UTF-16", "UTF-8", NULL, &length, NULL);
  assert_refused (wide, (gssize) length, MINIPAY_ERROR_PROTOCOL);
  length = strlen (with_nul);
  *strstr (with_nul, "CFT") = '\0';
  assert_refused (with_nul, (gssize) length, MINIPAY_ERROR_PROTOCOL);
  assert_refused (genuine (), (gssize) strlen (genuine ()) + 1, MINIPAY_ERROR_PROTOCOL);
}

static void
test_not_xml (void)
{
  static const char *const bodies[] = {
    "",
    " ",
    "OK",
    "<",
    "<xml",
    "<xml>",
    "<xml/><xml/>",
    "{}",
    "{\"return_code\":\"SUCCESS\"}",
    "return_code=SUCCESS",
    "<?xml version=\"1.0\"?>",
  };
  g_autoptr (MinipayTestExchange) x = v2_new_signing (V2_MD5);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_refused (bodies[i], -1, MINIPAY_ERROR_PROTOCOL);
  g_assert_false (v2_receive (x, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  /* well-formed, and nobody signed it */
  assert_refused ("<xml/>", -1, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused ("<xml></xml>", -1, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* Every cut of a genuine message: none is a message. */
static void
test_cuts (void)
{
  const gsize length = strlen (genuine ());

  for (gsize cut = 0; cut < length; cut++)
    assert_refused (genuine (), (gssize) cut, MINIPAY_ERROR_PROTOCOL);
}

static void
test_too_much (void)
{
  g_autoptr (GString) elements = g_string_new ("<xml>");
  g_autofree char *text = g_strnfill (64 * 1024 + 1, 'a');
  g_autofree char *value = minipay_test_replace (genuine (), "支付测试", text);
  g_autoptr (GString) nested = g_string_new (NULL);

  for (guint i = 0; i < 257; i++)
    g_string_append_printf (elements, "<a%u>1</a%u>", i, i);
  g_string_append (elements, "</xml>");
  for (guint i = 0; i < 60000; i++)
    g_string_append (nested, "<a>");
  assert_refused (elements->str, -1, MINIPAY_ERROR_LIMIT);
  assert_refused (value, -1, MINIPAY_ERROR_LIMIT);
  assert_refused (nested->str, -1, MINIPAY_ERROR_PROTOCOL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/xml/genuine", test_genuine);
  g_test_add_func ("/wechat-v2/xml/external-entity", test_external_entity);
  g_test_add_func ("/wechat-v2/xml/entity-bomb", test_entity_bomb);
  g_test_add_func ("/wechat-v2/xml/comments", test_comments);
  g_test_add_func ("/wechat-v2/xml/cdata-tricks", test_cdata_tricks);
  g_test_add_func ("/wechat-v2/xml/same-text-other-bytes", test_same_text);
  g_test_add_func ("/wechat-v2/xml/structure", test_structure);
  g_test_add_func ("/wechat-v2/xml/roots", test_roots);
  g_test_add_func ("/wechat-v2/xml/repeated", test_repeated);
  g_test_add_func ("/wechat-v2/xml/encodings", test_encodings);
  g_test_add_func ("/wechat-v2/xml/not-xml", test_not_xml);
  g_test_add_func ("/wechat-v2/xml/cuts", test_cuts);
  g_test_add_func ("/wechat-v2/xml/too-much", test_too_much);
  return g_test_run ();
}
