/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-xml.h"

#include <string.h>

#define ROOT     "xml"
#define MAX_TEXT (64 * 1024)

/* What has been read so far of <xml><name>value</name>...</xml>. */
typedef struct {
  GHashTable *fields;
  GString *value;
  char *name; /* of the element that is open; NULL between elements */
  guint depth;
  gboolean has_root;
} Reader;

static void
reader_clear (Reader *reader)
{
  g_hash_table_unref (reader->fields);
  g_string_free (reader->value, TRUE);
  g_free (reader->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

static void G_GNUC_PRINTF (2, 3) fail (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, message);
}

static void
on_start (GMarkupParseContext *context,
          const char *name,
          const char **attributes,
          const char **values,
          gpointer user_data,
          GError **error)
{
  Reader *reader = user_data;

  if (*attributes != NULL)
    fail (error, "element %s has attributes", name);
  else if (reader->depth == 0 && (reader->has_root || !g_str_equal (name, ROOT)))
    fail (error, "the document is not one element " ROOT);
  else if (reader->depth > 1)
    fail (error, "element %s lies deeper than the second level", name);
  else if (reader->depth == 1 && g_hash_table_contains (reader->fields, name))
    fail (error, "element %s comes twice", name);
  else if (reader->depth == 1)
    reader->name = g_strdup (name);
  reader->has_root = TRUE;
  reader->depth++;
}

static gboolean
is_printable (const char *text)
{
  for (const char *p = text; *p != '\0'; p++) {
    if ((guchar) *p < 0x20 && strchr ("\t\n\r", *p) == NULL)
      return FALSE;
  }
  return TRUE;
}

static void
on_end (GMarkupParseContext *context, const char *name, gpointer user_data, GError **error)
{
  Reader *reader = user_data;

  reader->depth--;
  if (reader->name == NULL)
    return;
  if (strlen (reader->value->str) != reader->value->len || !is_printable (reader->value->str)) {
    fail (error, "element %s holds a control character", name);
    return;
  }
  g_hash_table_insert (reader->fields, g_steal_pointer (&reader->name), g_strdup (reader->value->str));
  g_string_truncate (reader->value, 0);
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  Reader *reader = user_data;

  if (reader->name != NULL)
    g_string_append_len (reader->value, text, length);
  else if (strspn (text, " \t\r\n") < length)
    fail (error, "there is text between the elements");
}

/* Comments, declarations, a document type: of all these only the XML declaration at the very start is meant. */
static void
on_other (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data, GError **error)
{
  Reader *reader = user_data;

  if (reader->has_root || !g_str_has_prefix (text, "<?xml "))
    fail (error, "a comment, a declaration or a processing instruction is refused");
}

/* A flat document of V2's rules as name -> value; anything else XML can say is refused. */
GHashTable *
sandbox_xml_read (GBytes *text, GError **error)
{
  static const GMarkupParser parser = {
    .start_element = on_start, .end_element = on_end, .text = on_text, .passthrough = on_other
  };
  g_auto (Reader) reader = { .value = g_string_new (NULL) };
  g_autoptr (GMarkupParseContext) context = NULL;
  gsize length = 0;
  const char *data = g_bytes_get_data (text, &length);

  reader.fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (length == 0 || length > MAX_TEXT) {
    fail (error, "the document is empty or longer than %d bytes", MAX_TEXT);
    return NULL;
  }
  if (!g_utf8_validate (data, length, NULL)) {
    fail (error, "the document is not UTF-8");
    return NULL;
  }
  context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reader, NULL);
  if (!g_markup_parse_context_parse (context, data, length, error) ||
      !g_markup_parse_context_end_parse (context, error))
    return NULL;
  return g_hash_table_ref (reader.fields);
}

static void
append_value (GString *text, const char *value)
{
  /* a section cannot hold its own end, and a bare carriage return would be read as a line feed */
  if (strstr (value, "]]>") != NULL || strchr (value, '\r') != NULL) {
    g_autofree char *escaped = g_markup_escape_text (value, -1);
    g_auto (GStrv) parts = g_strsplit (escaped, "\r", -1);
    g_autofree char *joined = g_strjoinv ("&#13;", parts);

    g_string_append (text, joined);
  } else if (*value != '\0' && strspn (value, "0123456789") == strlen (value))
    g_string_append (text, value);
  else
    g_string_append_printf (text, "<![CDATA[%s]]>", value);
}

/* The members sorted by name, numbers bare and everything else as a CDATA section. */
char *
sandbox_xml_write_root (const char *root, GHashTable *fields)
{
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (fields), (GCompareFunc) strcmp);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "<%s>", root);
  for (GList *l = names; l != NULL; l = l->next) {
    g_string_append_printf (text, "<%s>", (const char *) l->data);
    append_value (text, g_hash_table_lookup (fields, l->data));
    g_string_append_printf (text, "</%s>", (const char *) l->data);
  }
  g_string_append_printf (text, "</%s>", root);
  return g_string_free (text, FALSE);
}

char *
sandbox_xml_write (GHashTable *fields)
{
  return sandbox_xml_write_root (ROOT, fields);
}
