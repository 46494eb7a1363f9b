/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wire/minipay-bill-reader.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "minipay-bill-row-private.h"

#define MAX_LINE_BYTES 65536
#define BUFFER_BYTES   (MAX_LINE_BYTES + 1) /* with the end of the line */

static const char utf8_bom[] = "\xef\xbb\xbf";

typedef enum {
  STATE_ROWS,
  STATE_SUMMARY, /* its headings were read, its values come next */
  STATE_END,     /* only empty lines may follow */
} ReaderState;

/**
 * MinipayBillReader:
 *
 * Reads a bill row by row in the form that WeChat Pay and its likes use: a line of headings, rows whose values
 * each start with a back-tick, then two lines of a summary. Columns are found by their headings, for their
 * number and order change. Needs the memory of one line, whatever the size of the file.
 *
 * Source: WeChat Pay merchant API v2, "download bill".
 *
 * Since: 0.1
 */
struct _MinipayBillReader {
  GObject parent_instance;

  GInputStream *file;
  char *buffer; /* BUFFER_BYTES */
  gsize start;  /* of what is not read yet, in buffer */
  gsize end;
  gboolean has_ended; /* the file has no more */
  guint64 line;       /* number of the last one taken */
  ReaderState state;
  GPtrArray *headings;         /* of the rows */
  GPtrArray *summary_headings; /* NULL before they are read */
  GError *failure;             /* nullable */
};

G_DEFINE_FINAL_TYPE (MinipayBillReader, minipay_bill_reader, G_TYPE_OBJECT)

static void
minipay_bill_reader_finalize (GObject *object)
{
  MinipayBillReader *self = MINIPAY_BILL_READER (object);

  g_clear_object (&self->file);
  g_free (self->buffer);
  g_clear_pointer (&self->headings, g_ptr_array_unref);
  g_clear_pointer (&self->summary_headings, g_ptr_array_unref);
  g_clear_error (&self->failure);

  G_OBJECT_CLASS (minipay_bill_reader_parent_class)->finalize (object);
}

static void
minipay_bill_reader_class_init (MinipayBillReaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_bill_reader_finalize;
}

static void
minipay_bill_reader_init (MinipayBillReader *self)
{
  self->buffer = g_malloc (BUFFER_BYTES);
}

static gboolean
reader_fail (MinipayBillReader *self, MinipayError code, const char *why, GError **error)
{
  g_set_error (error, MINIPAY_ERROR, (int) code, "line %" G_GUINT64_FORMAT " of the bill %s", self->line, why);
  return FALSE;
}

static gboolean
reader_fill (MinipayBillReader *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gssize n;

  memmove (self->buffer, self->buffer + self->start, self->end - self->start);
  self->end -= self->start;
  self->start = 0;
  n = g_input_stream_read (self->file, self->buffer + self->end, BUFFER_BYTES - self->end, NULL, &local_error);
  if (n < 0) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE, "cannot read the bill: %s", local_error->message);
    return FALSE;
  }
  self->end += n;
  self->has_ended = n == 0;
  return TRUE;
}

/* The next line without its end, NULL at the end of the file and, with an error, when there is none. */
static char *
reader_take_line (MinipayBillReader *self, GError **error)
{
  const char *begin;
  const char *found;
  gsize length;
  char *line;

  while ((found = memchr (self->buffer + self->start, '\n', self->end - self->start)) == NULL && !self->has_ended) {
    if (self->end - self->start == BUFFER_BYTES) {
      self->line++;
      reader_fail (self, MINIPAY_ERROR_LIMIT, "has more than the allowed 65536 bytes", error);
      return NULL;
    }
    if (!reader_fill (self, error))
      return NULL;
  }
  if (self->start == self->end)
    return NULL;

  begin = self->buffer + self->start;
  length = (found != NULL ? found : self->buffer + self->end) - begin;
  self->start += length + (found != NULL);
  self->line++;
  if (!g_utf8_validate_len (begin, length, NULL)) {
    reader_fail (self, MINIPAY_ERROR_PROTOCOL, "is not UTF-8 text", error);
    return NULL;
  }
  line = g_strndup (begin, length);
  if (length > 0 && line[length - 1] == '\r')
    line[length - 1] = '\0';
  return line;
}

/* Two columns of one name would let the wrong one be taken for an amount. */
static GPtrArray *
reader_split_headings (MinipayBillReader *self, const char *line, GError **error)
{
  g_autoptr (GPtrArray) headings = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = g_strsplit (line, ",", -1);

  for (guint i = 0; words[i] != NULL; i++) {
    if (*words[i] == '\0' || g_strv_contains ((const char *const *) words + i + 1, words[i])) {
      reader_fail (self, MINIPAY_ERROR_PROTOCOL, "has a heading that is empty or there twice", error);
      return NULL;
    }
    g_ptr_array_add (headings, g_strdup (words[i]));
  }
  g_ptr_array_add (headings, NULL);
  return g_steal_pointer (&headings);
}

static gboolean
reader_read_headings (MinipayBillReader *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *line = reader_take_line (self, &local_error);
  const char *text = line;

  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return FALSE;
  }
  if (line != NULL && g_str_has_prefix (line, utf8_bom))
    text += strlen (utf8_bom);
  if (line == NULL || *text == '\0' || strchr ("`<{", *text) != NULL) {
    self->line = 1;
    return reader_fail (self, MINIPAY_ERROR_PROTOCOL, "is not the headings of its columns", error);
  }
  self->headings = reader_split_headings (self, text, error);
  return self->headings != NULL;
}

/**
 * minipay_bill_reader_new:
 * @path: (type filename): a file that a bill was downloaded to
 * @error: return location for an error
 *
 * Opens a bill and reads its headings.
 *
 * Errors: %MINIPAY_ERROR_STORE when the file cannot be read, %MINIPAY_ERROR_PROTOCOL when it is no bill,
 * %MINIPAY_ERROR_LIMIT when its first line is longer than 64 KiB.
 *
 * Returns: (transfer full): a new reader
 *
 * Since: 0.1
 */
MinipayBillReader *
minipay_bill_reader_new (const char *path, GError **error)
{
  g_autoptr (MinipayBillReader) self = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) local_error = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_object_new (MINIPAY_TYPE_BILL_READER, NULL);
  file = g_file_new_for_path (path);
  self->file = G_INPUT_STREAM (g_file_read (file, NULL, &local_error));
  if (self->file == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE, "cannot read the bill: %s", local_error->message);
    return NULL;
  }
  return reader_read_headings (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * minipay_bill_reader_get_headings:
 * @self: a reader
 *
 * Returns: (transfer none) (array zero-terminated=1): the headings of the rows, as the gateway spells them
 *
 * Since: 0.1
 */
const char *const *
minipay_bill_reader_get_headings (MinipayBillReader *self)
{
  g_return_val_if_fail (MINIPAY_IS_BILL_READER (self), NULL);
  return (const char *const *) self->headings->pdata;
}

/* @line starts with a back-tick. A comma may be part of a value, which is why a back-tick follows those that
 * are not. */
static MinipayBillRow *
reader_make_row (MinipayBillReader *self, const char *line, GError **error)
{
  gboolean is_summary = self->state == STATE_SUMMARY;
  GPtrArray *headings = is_summary ? self->summary_headings : self->headings;
  g_auto (GStrv) values = g_strsplit (line, ",`", -1);
  guint n_values = g_strv_length (values);

  memmove (values[0], values[0] + 1, strlen (values[0])); /* the first back-tick has no comma */
  if (n_values != headings->len - 1) {
    g_autofree char *why = g_strdup_printf ("has %u values for %u headings", n_values, headings->len - 1);

    reader_fail (self, MINIPAY_ERROR_PROTOCOL, why, error);
    return NULL;
  }
  if (is_summary)
    self->state = STATE_END;
  return minipay_bill_row_new (headings, g_steal_pointer (&values), self->line, is_summary);
}

static gboolean
reader_begin_summary (MinipayBillReader *self, const char *line, GError **error)
{
  if (self->state != STATE_ROWS)
    return reader_fail (self, MINIPAY_ERROR_PROTOCOL, "is no row of values", error);
  self->summary_headings = reader_split_headings (self, line, error);
  self->state = STATE_SUMMARY;
  return self->summary_headings != NULL;
}

/* NULL with an error, or without one at the end. */
static MinipayBillRow *
reader_next (MinipayBillReader *self, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  for (;;) {
    g_autofree char *line = reader_take_line (self, &local_error);

    if (local_error != NULL) {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
    if (line == NULL) {
      if (self->state != STATE_END)
        reader_fail (self, MINIPAY_ERROR_PROTOCOL, "is its last, but no summary: the bill is cut", error);
      return NULL;
    }
    if (*line == '\0')
      continue;
    if (self->state == STATE_END) {
      reader_fail (self, MINIPAY_ERROR_PROTOCOL, "stands behind its summary", error);
      return NULL;
    }
    if (*line == '`')
      return reader_make_row (self, line, error);
    if (!reader_begin_summary (self, line, error))
      return NULL;
  }
}

/**
 * minipay_bill_reader_next:
 * @self: a reader
 * @error: return location for an error
 *
 * Reads the next row. The last one is the summary; a file that ends before it is cut. After an error the reader
 * gives the same error for ever.
 *
 * Errors: %MINIPAY_ERROR_PROTOCOL, %MINIPAY_ERROR_LIMIT for a line of more than 64 KiB, %MINIPAY_ERROR_STORE;
 * the message gives the number of the line.
 *
 * Returns: (transfer full) (nullable): the next row; %NULL without an error at the end
 *
 * Since: 0.1
 */
MinipayBillRow *
minipay_bill_reader_next (MinipayBillReader *self, GError **error)
{
  MinipayBillRow *row;

  g_return_val_if_fail (MINIPAY_IS_BILL_READER (self), NULL);

  if (self->failure == NULL) {
    row = reader_next (self, &self->failure);
    if (self->failure == NULL)
      return row;
  }
  g_propagate_error (error, g_error_copy (self->failure));
  return NULL;
}
