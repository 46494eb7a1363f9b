/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wire/minipay-json.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "wire/minipay-json-private.h"
#include "wire/minipay-scan-private.h"

/* Up to here a new name is compared with its siblings; larger objects are sorted once, when they close. */
#define LINEAR_MEMBERS 32

#define QUOTED_BYTES 40

typedef struct {
  MinipayJsonNode container;
  MinipayJsonNode last_child;
} Frame;

typedef struct {
  MinipayJson *json;
  char *text; /* of json, ended by zero bytes: one of them stops every scan */
  guint32 length;
  guint32 position;
  guint32 capacity; /* of the nodes */
  guint32 n_members;
  guint depth;
  Frame frames[MINIPAY_JSON_MAX_DEPTH];
  GError **error;
} Reader;

static gboolean
reader_fail (Reader *self, guint32 offset, const char *allowed)
{
  char found[MINIPAY_SCAN_FOUND_SIZE];
  const guchar *source = g_bytes_get_data (self->json->source, NULL);

  g_set_error (self->error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "byte %u of the JSON text is %s, allowed is %s",
               offset,
               minipay_scan_found (found, source, self->length, offset),
               allowed);
  return FALSE;
}

static gboolean
reader_fail_limit (Reader *self, guint32 offset, const char *what, guint limit)
{
  g_set_error (self->error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_LIMIT,
               "the JSON text has more %s at byte %u than the %u allowed",
               what,
               offset,
               limit);
  return FALSE;
}

static gboolean
reader_fail_repeated (Reader *self, guint32 name)
{
  const char *text = self->text + name;
  g_autofree char *quoted = minipay_error_quote (text, strnlen (text, QUOTED_BYTES));

  /* unescaping starts where the name starts in the source, one behind its quote */
  g_set_error (self->error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_PROTOCOL,
               "byte %u of the JSON text repeats the member \"%s\", allowed is once in an object",
               name - 1,
               quoted);
  return FALSE;
}

static void
reader_skip_space (Reader *self)
{
  char c = self->text[self->position];

  while (c == ' ' || c == '\n' || c == '\r' || c == '\t')
    c = self->text[++self->position];
}

/* How many bytes from @text on mean themselves in a string: ASCII but for controls, quotes, backslashes. */
static guint32
count_plain (const char *text)
{
  const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101);
  const guint64 tops = G_GUINT64_CONSTANT (0x8080808080808080);
  guint32 count = 0;
  guint64 special = 0;

  for (;; count += sizeof special) {
    guint64 eight = 0;
    guint64 quote = 0;
    guint64 backslash = 0;

    memcpy (&eight, text + count, sizeof eight);
    eight = GUINT64_FROM_LE (eight);
    quote = eight ^ ones * '"';
    backslash = eight ^ ones * '\\';

    /* a borrow may mark bytes above the lowest true mark, never below it */
    special = (eight | (eight - ones * 0x20) | (quote - ones) | (backslash - ones)) & tops;
    if (special != 0)
      return count + (guint32) (__builtin_ctzll (special) >> 3);
  }
}

static gboolean
reader_hex4 (Reader *self, guint32 offset, gunichar *unit)
{
  *unit = 0;
  for (guint32 i = offset; i < offset + 4; i++) {
    int digit = g_ascii_xdigit_value (self->text[i]);

    if (digit < 0)
      return reader_fail (self, i, "a hexadecimal digit");
    *unit = *unit << 4 | (gunichar) digit;
  }
  return TRUE;
}

/* @read stands on the backslash of a \u; leaves it behind the escape, which may be a pair. */
static gboolean
reader_unicode_escape (Reader *self, guint32 *read, guint32 *write)
{
  guint32 start = *read;
  gunichar unit = 0;
  gunichar low = 0;

  if (!reader_hex4 (self, start + 2, &unit))
    return FALSE;
  if (unit == 0)
    return reader_fail (self, start, "an escape of any character but NUL");
  if (unit >= 0xdc00 && unit <= 0xdfff)
    return reader_fail (self, start, "a low surrogate only behind a high one");

  *read += 6;
  if (unit >= 0xd800 && unit <= 0xdbff) {
    if (self->text[*read] != '\\' || self->text[*read + 1] != 'u')
      return reader_fail (self, *read, "the escape of a low surrogate");
    if (!reader_hex4 (self, *read + 2, &low))
      return FALSE;
    if (low < 0xdc00 || low > 0xdfff)
      return reader_fail (self, *read, "the escape of a low surrogate");
    *read += 6;
    unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  }

  *write += (guint32) g_unichar_to_utf8 (unit, self->text + *write);
  return TRUE;
}

static gboolean
reader_escape (Reader *self, guint32 *read, guint32 *write)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";
  char letter = self->text[*read + 1];
  const char *found = NULL;

  if (letter == 'u')
    return reader_unicode_escape (self, read, write);

  found = letter != '\0' ? strchr (letters, letter) : NULL;
  if (found == NULL)
    return reader_fail (self, *read + 1, "one of \" \\ / b f n r t u");

  self->text[(*write)++] = meanings[found - letters];
  *read += 2;
  return TRUE;
}

/* What stands at @read is neither plain nor a quote. */
static gboolean
reader_special (Reader *self, guint32 *read, guint32 *write)
{
  guchar byte = (guchar) self->text[*read];
  guint sequence = 0;

  if (byte == '\\')
    return reader_escape (self, read, write);
  if (byte < 0x20)
    return reader_fail (self, *read, "a character of a string or its closing quote");

  sequence = minipay_scan_utf8 ((const guchar *) self->text + *read);
  if (sequence == 0)
    return reader_fail (self, *read, "valid UTF-8");
  memmove (self->text + *write, self->text + *read, sequence);
  *read += sequence;
  *write += sequence;
  return TRUE;
}

/* Unescapes the string at the position in place, ends it with NUL and goes behind its closing quote. */
static gboolean
reader_string (Reader *self, guint32 *start, guint32 *string_length)
{
  guint32 read = self->position + 1;
  guint32 write = read;

  *start = read;
  for (;;) {
    guint32 plain = count_plain (self->text + read);

    if (write != read)
      memmove (self->text + write, self->text + read, plain);
    read += plain;
    write += plain;
    if (self->text[read] == '"')
      break;
    if (!reader_special (self, &read, &write))
      return FALSE;
  }

  *string_length = write - *start;
  if (*string_length > MINIPAY_JSON_MAX_STRING)
    return reader_fail_limit (self, self->position, "bytes in the string", MINIPAY_JSON_MAX_STRING);
  self->text[write] = '\0';
  self->position = read + 1;
  return TRUE;
}

static MinipayJsonEntry *
reader_add (Reader *self, MinipayJsonKind kind, guint32 name, guint32 name_key)
{
  MinipayJson *json = self->json;
  MinipayJsonNode node = json->n_nodes;
  MinipayJsonEntry *entry = NULL;

  if (node > MINIPAY_JSON_MAX_NODES) {
    reader_fail_limit (self, self->position, "values", MINIPAY_JSON_MAX_NODES);
    return NULL;
  }
  if (node == self->capacity) {
    self->capacity *= 2;
    json->nodes = g_renew (MinipayJsonEntry, json->nodes, self->capacity);
  }
  json->n_nodes++;

  entry = &json->nodes[node];
  *entry = (MinipayJsonEntry){ .start = self->position, .name = name, .name_key = name_key, .kind = (guint8) kind };
  if (self->depth > 0) {
    Frame *frame = &self->frames[self->depth - 1];

    if (frame->last_child != 0)
      json->nodes[frame->last_child].next = node;
    frame->last_child = node;
    json->nodes[frame->container].value++;
  }
  return entry;
}

static guint32
count_digits (const char *text)
{
  guint32 count = 0;

  while (g_ascii_isdigit (text[count]))
    count++;
  return count;
}

static gboolean
reader_skip_number (Reader *self)
{
  guint32 position = self->position;
  guint32 digits = 0;

  position += self->text[position] == '-';
  digits = count_digits (self->text + position);
  if (digits == 0)
    return reader_fail (self, position, "a digit");
  if (digits > 1 && self->text[position] == '0')
    return reader_fail (self, position + 1, "no digit behind a leading zero");
  position += digits;

  if (self->text[position] == '.') {
    digits = count_digits (self->text + ++position);
    if (digits == 0)
      return reader_fail (self, position, "a digit");
    position += digits;
  }

  if (self->text[position] == 'e' || self->text[position] == 'E') {
    position++;
    position += self->text[position] == '-' || self->text[position] == '+';
    digits = count_digits (self->text + position);
    if (digits == 0)
      return reader_fail (self, position, "a digit");
    position += digits;
  }

  self->position = position;
  return TRUE;
}

static gboolean
reader_skip_literal (Reader *self, const char *literal)
{
  for (; *literal != '\0'; literal++, self->position++)
    if (self->text[self->position] != *literal)
      return reader_fail (self, self->position, "one of true, false, null");
  return TRUE;
}

static gboolean
reader_open (Reader *self)
{
  if (self->depth == MINIPAY_JSON_MAX_DEPTH)
    return reader_fail_limit (self, self->position, "levels", MINIPAY_JSON_MAX_DEPTH);

  self->frames[self->depth++] = (Frame){ .container = self->json->n_nodes - 1 };
  self->position++;
  return TRUE;
}

static MinipayJsonKind
kind_of_byte (char byte)
{
  switch (byte) {
  case '{':
    return MINIPAY_JSON_OBJECT;
  case '[':
    return MINIPAY_JSON_ARRAY;
  case '"':
    return MINIPAY_JSON_STRING;
  case 't':
  case 'f':
    return MINIPAY_JSON_BOOLEAN;
  case 'n':
    return MINIPAY_JSON_NULL;
  default:
    return byte == '-' || g_ascii_isdigit (byte) ? MINIPAY_JSON_NUMBER : MINIPAY_JSON_NONE;
  }
}

/* A scalar is read whole, a container only opened. */
static gboolean
reader_value (Reader *self, guint32 name, guint32 name_key)
{
  char byte = self->text[self->position];
  MinipayJsonKind kind = kind_of_byte (byte);
  MinipayJsonEntry *entry = NULL;
  guint32 string_length = 0;
  gboolean is_read = FALSE;

  if (kind == MINIPAY_JSON_NONE)
    return reader_fail (self, self->position, "a value");
  entry = reader_add (self, kind, name, name_key);
  if (entry == NULL)
    return FALSE;

  switch (kind) {
  case MINIPAY_JSON_OBJECT:
  case MINIPAY_JSON_ARRAY:
    return reader_open (self);
  case MINIPAY_JSON_STRING:
    is_read = reader_string (self, &entry->value, &string_length);
    break;
  case MINIPAY_JSON_NUMBER:
    is_read = reader_skip_number (self);
    break;
  case MINIPAY_JSON_BOOLEAN:
    is_read = reader_skip_literal (self, byte == 't' ? "true" : "false");
    break;
  case MINIPAY_JSON_NULL:
  case MINIPAY_JSON_NONE:
  default:
    is_read = reader_skip_literal (self, "null");
    break;
  }

  entry->end = self->position;
  return is_read;
}

static gboolean
reader_name (Reader *self, const Frame *frame, guint32 *name, guint32 *name_key)
{
  const MinipayJsonEntry *nodes = self->json->nodes;
  MinipayJsonNode sibling = frame->last_child != 0 ? frame->container + 1 : 0;
  guint32 name_length = 0;

  if (self->text[self->position] != '"')
    return reader_fail (self, self->position, "a member name in double quotes");
  if (++self->n_members > MINIPAY_JSON_MAX_MEMBERS)
    return reader_fail_limit (self, self->position, "members", MINIPAY_JSON_MAX_MEMBERS);
  if (!reader_string (self, name, &name_length))
    return FALSE;
  *name_key = minipay_json_name_key (self->text + *name, name_length);

  if (nodes[frame->container].value < LINEAR_MEMBERS)
    for (; sibling != 0; sibling = nodes[sibling].next)
      if (nodes[sibling].name_key == *name_key &&
          strcmp (self->text + nodes[sibling].name, self->text + *name) == 0)
        return reader_fail_repeated (self, *name);

  reader_skip_space (self);
  if (self->text[self->position] != ':')
    return reader_fail (self, self->position, "a colon");
  self->position++;
  reader_skip_space (self);
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const MinipayJson *json = user_data;
  const MinipayJsonEntry *first = &json->nodes[*(const guint32 *) a];
  const MinipayJsonEntry *second = &json->nodes[*(const guint32 *) b];

  if (first->name_key != second->name_key)
    return first->name_key < second->name_key ? -1 : 1;
  return strcmp (json->text + first->name, json->text + second->name);
}

/* Sorting has no bad input, while the keys of a hash table can be made to collide. */
static gboolean
reader_check_large_object (Reader *self, MinipayJsonNode object)
{
  MinipayJson *json = self->json;
  guint32 n_members = json->nodes[object].value;
  g_autofree guint32 *members = g_new (guint32, n_members);
  guint32 member = object + 1;

  for (guint32 i = 0; i < n_members; i++, member = json->nodes[member].next)
    members[i] = member;
  g_qsort_with_data (members, (int) n_members, sizeof *members, compare_names, json);

  for (guint32 i = 1; i < n_members; i++)
    if (compare_names (&members[i - 1], &members[i], json) == 0)
      return reader_fail_repeated (self, json->nodes[MAX (members[i - 1], members[i])].name);
  return TRUE;
}

static gboolean
reader_close (Reader *self)
{
  MinipayJsonNode container = self->frames[--self->depth].container;
  MinipayJsonEntry *entry = &self->json->nodes[container];

  entry->end = ++self->position;
  return entry->kind != MINIPAY_JSON_OBJECT || entry->value <= LINEAR_MEMBERS ||
         reader_check_large_object (self, container);
}

/* Reads one child of the innermost container, or its end. */
static gboolean
reader_step (Reader *self)
{
  Frame *frame = &self->frames[self->depth - 1];
  gboolean is_object = self->json->nodes[frame->container].kind == MINIPAY_JSON_OBJECT;
  guint32 name = 0;
  guint32 name_key = 0;

  reader_skip_space (self);
  if (self->text[self->position] == (is_object ? '}' : ']'))
    return reader_close (self);

  if (frame->last_child != 0) {
    if (self->text[self->position] != ',')
      return reader_fail (self, self->position, is_object ? "a comma or '}'" : "a comma or ']'");
    self->position++;
    reader_skip_space (self);
  }

  if (is_object && !reader_name (self, frame, &name, &name_key))
    return FALSE;
  return reader_value (self, name, name_key);
}

static gboolean
reader_run (Reader *self)
{
  reader_skip_space (self);
  if (!reader_value (self, 0, 0))
    return FALSE;
  while (self->depth > 0)
    if (!reader_step (self))
      return FALSE;

  reader_skip_space (self);
  return self->position == self->length || reader_fail (self, self->position, "only white space behind the value");
}

MinipayJson *
minipay_json_parse (GBytes *text, GError **error)
{
  g_autoptr (MinipayJson) json = NULL;
  Reader reader;
  const char *source = NULL;
  gsize length = 0;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  source = g_bytes_get_data (text, &length);
  if (length > MINIPAY_JSON_MAX_TEXT) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_LIMIT,
                 "the JSON text has %" G_GSIZE_FORMAT " bytes, allowed are %d",
                 length,
                 MINIPAY_JSON_MAX_TEXT);
    return NULL;
  }

  json = g_malloc (sizeof *json + length + MINIPAY_SCAN_PADDING);
  g_atomic_ref_count_init (&json->ref_count);
  json->source = g_bytes_ref (text);
  if (length > 0)
    memcpy (json->text, source, length);
  memset (json->text + length, 0, MINIPAY_SCAN_PADDING);

  /* the frames are written before they are read */
  reader.json = json;
  reader.text = json->text;
  reader.length = (guint32) length;
  reader.position = 0;
  reader.capacity = MIN (MINIPAY_JSON_MAX_NODES + 1, reader.length / 16 + 8);
  reader.n_members = 0;
  reader.depth = 0;
  reader.error = error;

  json->nodes = g_new (MinipayJsonEntry, reader.capacity);
  json->nodes[0] = (MinipayJsonEntry){ .kind = MINIPAY_JSON_NONE };
  json->n_nodes = 1;
  return reader_run (&reader) ? g_steal_pointer (&json) : NULL;
}
