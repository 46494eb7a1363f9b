/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wire/minipay-xml.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "wire/minipay-scan-private.h"
#include "wire/minipay-xml-private.h"

#define MAX_ELEMENTS 256
#define MAX_VALUE    (64 * 1024)
#define MAX_TEXT     (1024 * 1024)
#define QUOTED_BYTES 40

typedef struct {
  guint32 name;
  guint32 name_length;
  guint32 value;
} Element;

struct _MinipayXml {
  guint32 root;
  guint32 root_length;
  guint n_elements;
  Element elements[MAX_ELEMENTS];
  char text[]; /* the document; names and values are ended, values unescaped, in place */
};

typedef struct {
  MinipayXml *xml;
  char *text; /* of xml, ended by zero bytes: one of them stops every scan */
  const guchar *source;
  guint32 length;
  guint32 position;
  GError **error;
} Reader;

void
minipay_xml_free (MinipayXml *self)
{
  g_free (self);
}

const char *
minipay_xml_get_root_name (const MinipayXml *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->text + self->root;
}

guint
minipay_xml_get_length (const MinipayXml *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_elements;
}

const char *
minipay_xml_get_name (const MinipayXml *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);

  return index < self->n_elements ? self->text + self->elements[index].name : NULL;
}

const char *
minipay_xml_get_value (const MinipayXml *self, guint index)
{
  g_return_val_if_fail (self != NULL, NULL);

  return index < self->n_elements ? self->text + self->elements[index].value : NULL;
}

static const Element *
xml_find (const MinipayXml *self, const char *name, gsize name_length)
{
  for (guint i = 0; i < self->n_elements; i++)
    if (self->elements[i].name_length == name_length &&
        memcmp (self->text + self->elements[i].name, name, name_length) == 0)
      return &self->elements[i];
  return NULL;
}

const char *
minipay_xml_lookup (const MinipayXml *self, const char *name)
{
  const Element *element = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  element = xml_find (self, name, strlen (name));
  return element != NULL ? self->text + element->value : NULL;
}

static gboolean
reader_fail (Reader *self, guint32 offset, const char *allowed)
{
  char found[MINIPAY_SCAN_FOUND_SIZE];

  g_set_error (self->error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "byte %u of the XML text is %s, allowed is %s",
               offset,
               minipay_scan_found (found, self->source, self->length, offset),
               allowed);
  return FALSE;
}

static gboolean
reader_fail_limit (Reader *self, const char *what, guint limit)
{
  g_set_error (self->error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_LIMIT,
               "the XML text has more %s at byte %u than the %u allowed",
               what,
               self->position,
               limit);
  return FALSE;
}

static gboolean
reader_skip_space (Reader *self)
{
  guint32 start = self->position;
  char c = self->text[start];

  while (c == ' ' || c == '\n' || c == '\r' || c == '\t')
    c = self->text[++self->position];
  return self->position > start;
}

static gboolean
reader_skip (Reader *self, const char *expected)
{
  gsize length = strlen (expected);

  if (strncmp (self->text + self->position, expected, length) != 0)
    return FALSE;
  self->position += (guint32) length;
  return TRUE;
}

static gboolean
reader_expect (Reader *self, const char *expected, const char *allowed)
{
  return reader_skip (self, expected) || reader_fail (self, self->position, allowed);
}

/* One attribute of the XML declaration, its value compared without regard to case. FALSE: it is not there. */
static gboolean
reader_skip_label (Reader *self, const char *name, const char *value)
{
  guint32 start = self->position;
  gsize length = strlen (value);
  char quote = '\0';

  if (!reader_skip_space (self) || !reader_skip (self, name)) {
    self->position = start;
    return FALSE;
  }
  reader_skip_space (self);
  if (reader_skip (self, "=")) {
    reader_skip_space (self);
    quote = self->text[self->position];
    if ((quote == '"' || quote == '\'') &&
        g_ascii_strncasecmp (self->text + self->position + 1, value, length) == 0 &&
        self->text[self->position + 1 + length] == quote) {
      self->position += (guint32) length + 2;
      return TRUE;
    }
  }
  self->position = start;
  return FALSE;
}

static gboolean
reader_declaration (Reader *self)
{
  if (!reader_skip (self, "<?xml"))
    return TRUE;
  if (!reader_skip_label (self, "version", "1.0"))
    return reader_fail (self, self->position, "version=\"1.0\" in the XML declaration");

  reader_skip_label (self, "encoding", "UTF-8");
  if (!reader_skip_label (self, "standalone", "yes"))
    reader_skip_label (self, "standalone", "no");
  reader_skip_space (self);
  return reader_expect (self, "?>", "the end of an XML declaration, its encoding UTF-8 or none");
}

static gboolean
reader_name (Reader *self, guint32 *name, guint32 *name_length)
{
  guint32 end = self->position;

  if (!minipay_xml_starts_name (self->text[end]))
    return reader_fail (self, end, "an element name (no comment, document type or instruction)");
  while (minipay_xml_continues_name (self->text[end]))
    end++;

  *name = self->position;
  *name_length = end - self->position;
  self->position = end;
  reader_skip_space (self);
  return TRUE;
}

/* @position stands behind `</`. */
static gboolean
reader_close (Reader *self, guint32 name, guint32 name_length)
{
  guint32 start = self->position;
  guint32 closing = 0;
  guint32 closing_length = 0;

  if (!reader_name (self, &closing, &closing_length))
    return FALSE;
  if (closing_length != name_length || memcmp (self->text + closing, self->text + name, name_length) != 0)
    return reader_fail (self, start, "the name of the element that is open");
  return reader_expect (self, ">", "'>'");
}

/* A reference that begins with `&#`; leaves the position behind it. */
static gboolean
reader_character_reference (Reader *self, gunichar *character)
{
  guint32 start = self->position;
  gboolean is_hexadecimal = self->text[start + 2] == 'x';
  guint32 first = start + (is_hexadecimal ? 3 : 2);
  guint32 end = first;
  gunichar sum = 0;

  for (;; end++) {
    int digit = is_hexadecimal ? g_ascii_xdigit_value (self->text[end]) : g_ascii_digit_value (self->text[end]);

    if (digit < 0)
      break;
    sum = MIN (sum * (is_hexadecimal ? 16 : 10) + (gunichar) digit, 0x110000);
  }
  if (end == first)
    return reader_fail (self, end, "a digit");
  if (self->text[end] != ';')
    return reader_fail (self, end, "';'");

  /* XML 1.0 also allows to refer to DEL and the controls behind it, which no gateway needs */
  if (!minipay_xml_is_character (sum) || (sum >= 0x7f && sum <= 0x9f))
    return reader_fail (self, start, "a reference to a character that is no control character");
  self->position = end + 1;
  *character = sum;
  return TRUE;
}

static gboolean
reader_reference (Reader *self, guint32 *write)
{
  static const struct {
    const char *text;
    char meaning;
  } entities[] = {
    { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }, { "&apos;", '\'' },
  };
  gunichar character = 0;

  if (self->text[self->position + 1] == '#') {
    if (!reader_character_reference (self, &character))
      return FALSE;
    *write += (guint32) g_unichar_to_utf8 (character, self->text + *write);
    return TRUE;
  }

  for (guint i = 0; i < G_N_ELEMENTS (entities); i++)
    if (reader_skip (self, entities[i].text)) {
      self->text[(*write)++] = entities[i].meaning;
      return TRUE;
    }
  return reader_fail (self, self->position, "one of &amp; &lt; &gt; &quot; &apos; or a character reference");
}

/* ASCII that stands for itself, in text and in CDATA, and cannot begin the end of either. */
static gboolean
is_plain (char c)
{
  return (signed char) c >= 0x20 && c != '<' && c != '&' && c != ']';
}

static void
reader_plain (Reader *self, guint32 *write)
{
  const char *text = self->text + self->position;
  guint32 count = 0;

  while (is_plain (text[count]))
    count++;
  memmove (self->text + *write, text, count);
  *write += count;
  self->position += count;
}

/* One character that stands for itself, in text and in CDATA. */
static gboolean
reader_character (Reader *self, guint32 *write)
{
  char *text = self->text + self->position;
  guint sequence = minipay_scan_utf8 ((const guchar *) text);

  if (sequence == 0)
    return reader_fail (self, self->position, "valid UTF-8");
  if (!minipay_xml_is_character (g_utf8_get_char (text)))
    return reader_fail (self, self->position, "a character that XML allows");

  /* XML 1.0, 2.11: every line end is handed on as a line feed */
  if (*text == '\r') {
    self->text[(*write)++] = '\n';
    self->position += text[1] == '\n' ? 2 : 1;
    return TRUE;
  }
  memmove (self->text + *write, text, sequence);
  *write += sequence;
  self->position += sequence;
  return TRUE;
}

/* @position stands behind `<![CDATA[`. */
static gboolean
reader_cdata (Reader *self, guint32 *write)
{
  for (reader_plain (self, write); !reader_skip (self, "]]>"); reader_plain (self, write))
    if (!reader_character (self, write))
      return FALSE;
  return TRUE;
}

/* Unescapes in place up to the closing tag, which it reads too. */
static gboolean
reader_value (Reader *self, const Element *element)
{
  guint32 write = element->value;

  for (reader_plain (self, &write); !reader_skip (self, "</"); reader_plain (self, &write)) {
    char c = self->text[self->position];
    gboolean is_read = FALSE;

    if (reader_skip (self, "<![CDATA["))
      is_read = reader_cdata (self, &write);
    else if (c == '<')
      return reader_fail (self, self->position, "text, CDATA or the closing tag (no nesting, no comment)");
    else if (c == '&')
      is_read = reader_reference (self, &write);
    else if (strncmp (self->text + self->position, "]]>", 3) == 0)
      return reader_fail (self, self->position, "no end of CDATA that was not begun");
    else
      is_read = reader_character (self, &write);

    if (!is_read)
      return FALSE;
  }

  if (write - element->value > MAX_VALUE)
    return reader_fail_limit (self, "bytes in the value", MAX_VALUE);
  if (!reader_close (self, element->name, element->name_length))
    return FALSE;
  self->text[write] = '\0';
  return TRUE;
}

/* @position stands behind the `<` of an element in the root. */
static gboolean
reader_element (Reader *self)
{
  MinipayXml *xml = self->xml;
  Element element = { 0 };
  guint32 name_end = 0;

  if (!reader_name (self, &element.name, &element.name_length))
    return FALSE;
  if (xml->n_elements == MAX_ELEMENTS)
    return reader_fail_limit (self, "elements", MAX_ELEMENTS);

  name_end = element.name + element.name_length;
  if (xml_find (xml, self->text + element.name, element.name_length) != NULL) {
    g_autofree char *quoted =
        minipay_error_quote (self->text + element.name, MIN (element.name_length, QUOTED_BYTES));

    g_set_error (self->error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "byte %u of the XML text repeats the element \"%s\", allowed is once",
                 element.name,
                 quoted);
    return FALSE;
  }

  if (reader_skip (self, "/>")) {
    element.value = name_end;
  } else {
    if (!reader_expect (self, ">", "'>' behind the element name (no attributes)"))
      return FALSE;
    element.value = self->position;
    if (!reader_value (self, &element))
      return FALSE;
  }

  self->text[name_end] = '\0';
  xml->elements[xml->n_elements++] = element;
  return TRUE;
}

static gboolean
reader_root (Reader *self)
{
  MinipayXml *xml = self->xml;
  guint32 name_end = 0;

  if (!reader_expect (self, "<", "the root element"))
    return FALSE;
  if (!reader_name (self, &xml->root, &xml->root_length))
    return FALSE;
  name_end = xml->root + xml->root_length;

  if (!reader_skip (self, "/>")) {
    if (!reader_expect (self, ">", "'>' behind the element name (no attributes)"))
      return FALSE;
    for (reader_skip_space (self); !reader_skip (self, "</"); reader_skip_space (self))
      if (!reader_expect (self, "<", "an element or the end of the root") || !reader_element (self))
        return FALSE;
    if (!reader_close (self, xml->root, xml->root_length))
      return FALSE;
  }

  self->text[name_end] = '\0';
  reader_skip_space (self);
  return self->position == self->length || reader_fail (self, self->position, "only white space behind the root");
}

MinipayXml *
minipay_xml_parse (GBytes *text, GError **error)
{
  g_autoptr (MinipayXml) xml = NULL;
  Reader reader = { 0 };
  const guchar *source = NULL;
  gsize length = 0;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  source = g_bytes_get_data (text, &length);
  if (length > MAX_TEXT) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_LIMIT,
                 "the XML text has %" G_GSIZE_FORMAT " bytes, allowed are %d",
                 length,
                 MAX_TEXT);
    return NULL;
  }

  xml = g_malloc (sizeof *xml + length + MINIPAY_SCAN_PADDING);
  xml->n_elements = 0;
  if (length > 0)
    memcpy (xml->text, source, length);
  memset (xml->text + length, 0, MINIPAY_SCAN_PADDING);

  reader = (Reader){ .xml = xml, .text = xml->text, .source = source, .length = (guint32) length, .error = error };
  if (!reader_declaration (&reader))
    return NULL;
  reader_skip_space (&reader);
  return reader_root (&reader) ? g_steal_pointer (&xml) : NULL;
}
