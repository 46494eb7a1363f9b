/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-json.h"

#include <string.h>

/*
 * json-glib accepts much that no gateway does (comments, trailing commas, numbers that wrap) and follows
 * nesting until the stack ends, so the grammar is checked first and json-glib only reads what has passed.
 */
#define MAX_DEPTH 32

typedef struct {
  const char *at;
  const char *end;
  guint depth;
} Checker;

static gboolean check_value (Checker *checker);

static void
skip_space (Checker *checker)
{
  while (checker->at < checker->end && *checker->at != '\0' && strchr (" \t\r\n", *checker->at) != NULL)
    checker->at++;
}

static gboolean
take (Checker *checker, char wanted)
{
  if (checker->at >= checker->end || *checker->at != wanted)
    return FALSE;
  checker->at++;
  return TRUE;
}

static gboolean
take_word (Checker *checker, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (checker->end - checker->at) < length || strncmp (checker->at, word, length) != 0)
    return FALSE;
  checker->at += length;
  return TRUE;
}

static gboolean
check_escape (Checker *checker)
{
  guint code = 0;

  if (checker->at >= checker->end)
    return FALSE;
  if (*checker->at != 'u')
    return *checker->at != '\0' && strchr ("\"\\/bfnrt", *checker->at++) != NULL;

  checker->at++;
  for (guint i = 0; i < 4; i++) {
    if (checker->at >= checker->end || !g_ascii_isxdigit (*checker->at))
      return FALSE;
    code = code * 16 + g_ascii_xdigit_value (*checker->at++);
  }
  /* no field of any gateway holds a NUL, and a C string would end there */
  return code != 0;
}

static gboolean
check_string (Checker *checker)
{
  if (!take (checker, '"'))
    return FALSE;

  while (checker->at < checker->end) {
    guchar c = (guchar) *checker->at++;

    if (c == '"')
      return TRUE;
    if (c < 0x20 || (c == '\\' && !check_escape (checker)))
      return FALSE;
  }
  return FALSE;
}

static gsize
take_digits (Checker *checker)
{
  const char *start = checker->at;

  while (checker->at < checker->end && g_ascii_isdigit (*checker->at))
    checker->at++;
  return checker->at - start;
}

static gboolean
check_number (Checker *checker)
{
  const char *digits = NULL;
  gsize length = 0;
  gboolean is_negative = take (checker, '-');

  digits = checker->at;
  length = take_digits (checker);
  /* less than nothing is no zero of any gateway's, and json-glib forgets the sign */
  if (is_negative && length == 1 && *digits == '0' && (checker->at >= checker->end || *checker->at != '.'))
    return FALSE;
  /* nineteen digits may pass what 64 bits hold, and json-glib wraps without a word */
  if (length == 0 || length > 18 || (length > 1 && *digits == '0'))
    return FALSE;
  if (take (checker, '.') && take_digits (checker) == 0)
    return FALSE;
  if (take (checker, 'e') || take (checker, 'E')) {
    if (!take (checker, '+'))
      take (checker, '-');
    return take_digits (checker) > 0;
  }
  return TRUE;
}

static gboolean
check_members (Checker *checker, gboolean named, char close)
{
  skip_space (checker);
  if (take (checker, close))
    return TRUE;

  do {
    skip_space (checker);
    if (named) {
      if (!check_string (checker))
        return FALSE;
      skip_space (checker);
      if (!take (checker, ':'))
        return FALSE;
    }
    if (!check_value (checker))
      return FALSE;
    skip_space (checker);
  } while (take (checker, ','));

  return take (checker, close);
}

static gboolean
check_value (Checker *checker)
{
  gboolean good = FALSE;

  skip_space (checker);
  if (checker->at >= checker->end)
    return FALSE;

  switch (*checker->at) {
  case '{':
  case '[':
    if (++checker->depth > MAX_DEPTH)
      return FALSE;
    good = *checker->at++ == '{' ? check_members (checker, TRUE, '}') : check_members (checker, FALSE, ']');
    checker->depth--;
    return good;
  case '"':
    return check_string (checker);
  case 't':
    return take_word (checker, "true");
  case 'f':
    return take_word (checker, "false");
  case 'n':
    return take_word (checker, "null");
  default:
    return check_number (checker);
  }
}

static void
on_object_member (JsonParser *parser, JsonObject *object, const char *name, gpointer user_data)
{
  guint *members = user_data;

  (*members)++;
}

static guint
count_members (JsonNode *node)
{
  guint count = 0;

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    g_autoptr (GList) values = json_object_get_values (json_node_get_object (node));

    for (GList *l = values; l != NULL; l = l->next)
      count += 1 + count_members (l->data);
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    g_autoptr (GList) values = json_array_get_elements (json_node_get_array (node));

    for (GList *l = values; l != NULL; l = l->next)
      count += count_members (l->data);
  }
  return count;
}

JsonNode *
sandbox_json_parse (GBytes *text, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize length = 0;
  const char *data = g_bytes_get_data (text, &length);
  Checker checker = { .at = data, .end = data + length };
  guint members = 0;

  if (length == 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the body is empty");
    return NULL;
  }
  if (!g_utf8_validate (data, length, NULL)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the body is not UTF-8");
    return NULL;
  }
  if (!check_value (&checker) || (skip_space (&checker), checker.at != checker.end)) {
    g_set_error (error,
                 G_IO_ERROR,
                 G_IO_ERROR_INVALID_DATA,
                 "the body is not JSON from byte %" G_GSIZE_FORMAT " on",
                 (gsize) (checker.at - data));
    return NULL;
  }

  g_signal_connect (parser, "object-member", G_CALLBACK (on_object_member), &members);
  if (!json_parser_load_from_data (parser, data, length, error))
    return NULL;
  if (members != count_members (json_parser_get_root (parser))) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the body names a member twice");
    return NULL;
  }
  return json_parser_steal_root (parser);
}

static void
append_canonical (JsonNode *node, GString *text)
{
  g_autofree char *scalar = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObject *object = json_node_get_object (node);
    g_autoptr (GList) names = g_list_sort (json_object_get_members (object), (GCompareFunc) strcmp);

    g_string_append_c (text, '{');
    for (GList *l = names; l != NULL; l = l->next) {
      g_string_append_printf (text, "%" G_GSIZE_FORMAT ":%s=", strlen (l->data), (const char *) l->data);
      append_canonical (json_object_get_member (object, l->data), text);
      g_string_append_c (text, ';');
    }
    g_string_append_c (text, '}');
    return;
  }
  if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);

    g_string_append_c (text, '[');
    for (guint i = 0; i < json_array_get_length (array); i++) {
      append_canonical (json_array_get_element (array, i), text);
      g_string_append_c (text, ';');
    }
    g_string_append_c (text, ']');
    return;
  }
  scalar = json_to_string (node, FALSE);
  g_string_append (text, scalar);
}

/* One text for all spellings of the same value, so that "identical parameters" means the values and not the
 * bytes. */
char *
sandbox_json_canonical (JsonNode *node)
{
  GString *text = g_string_new (NULL);

  append_canonical (node, text);
  return g_string_free (text, FALSE);
}

char *
sandbox_json_write (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}

const char *
sandbox_json_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

gboolean
sandbox_json_integer (JsonNode *node, gint64 *value)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *value = json_node_get_int (node);
  return TRUE;
}

/* 0 for a member that is missing or no whole number. */
gint64
sandbox_json_whole (JsonObject *object, const char *name)
{
  gint64 value = 0;

  sandbox_json_integer (json_object_get_member (object, name), &value);
  return value;
}

void
sandbox_json_add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value == NULL)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, value);
}

void
sandbox_json_add_integer (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
sandbox_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}
