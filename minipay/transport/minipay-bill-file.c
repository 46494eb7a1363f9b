/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-bill-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/minipay-error-private.h"

#define MESSAGE_BYTES 65536
#define INFLATE_BYTES 65536
/* Enough to know a line by: a back-tick and a number, or the heading of the summary's first column. */
#define LINE_START_BYTES 64

static const char utf8_bom[] = "\xef\xbb\xbf";

static const char *const count_headings[] = { "总交易单数", "资金流水总笔数" };

typedef enum {
  KIND_UNKNOWN, /* all that came is in head */
  KIND_BILL,
  KIND_MESSAGE, /* head keeps its start */
} BillKind;

typedef struct {
  char start[LINE_START_BYTES + 1]; /* NUL-terminated */
  guint length;                     /* of start */
} BillLine;

struct _MinipayBillFile {
  char *path;
  char *temporary; /* NULL once it has its name */
  int folder;
  int fd;
  guint64 max_bytes;
  gboolean is_broken; /* an error was told: only free() is left */
  gboolean is_finished;

  guint8 magic[2]; /* the first bytes that came, until there are two */
  guint n_magic;
  GConverter *inflater;      /* NULL for plain text */
  gboolean is_inside_member; /* of the gzip file */

  BillKind kind;
  GByteArray *head;
  GChecksum *checksum;
  guint64 size; /* of the plain text */

  BillLine line; /* under way */
  BillLine last; /* the last whole one that is not empty */
  BillLine before_last;
  guint64 n_value_lines; /* that start with a back-tick */
};

static gboolean
bill_fail_errno (GError **error, const char *what, const char *path)
{
  int code = errno;
  g_autofree char *quoted = minipay_error_quote (path, -1);

  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE, "cannot %s \"%s\": %s", what, quoted, g_strerror (code));
  return FALSE;
}

static gboolean
bill_refuse_path (GError **error, const char *path, const char *why)
{
  g_autofree char *quoted = minipay_error_quote (path, -1);

  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "bill cannot go to \"%s\": %s", quoted, why);
  return FALSE;
}

/* Who may write to the folder could put another bill in the place of this one. */
static gboolean
bill_check_folder (MinipayBillFile *self, const char *folder, GError **error)
{
  struct stat info;

  self->folder = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (self->folder < 0 || fstat (self->folder, &info) != 0)
    return bill_fail_errno (error, "open the folder", folder);
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0 || (info.st_uid != geteuid () && info.st_uid != 0))
    return bill_refuse_path (error, self->path, "others may write to its folder, allowed is the user alone");
  return TRUE;
}

static gboolean
bill_open (MinipayBillFile *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *name = g_path_get_basename (self->path);
  g_autofree char *temporary = g_strdup_printf ("%s/.%s.part-XXXXXX", folder, name);
  struct stat info;

  if (!g_path_is_absolute (self->path) || g_str_has_suffix (self->path, "/"))
    return bill_refuse_path (error, self->path, "it is no absolute path of a file");
  if (!bill_check_folder (self, folder, error))
    return FALSE;
  if (lstat (self->path, &info) == 0)
    return bill_refuse_path (error, self->path, "it exists already");

  self->fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600);
  if (self->fd < 0)
    return bill_fail_errno (error, "create", temporary);
  self->temporary = g_steal_pointer (&temporary);
  return TRUE;
}

MinipayBillFile *
minipay_bill_file_new (const char *path, guint64 max_bytes, GError **error)
{
  g_autoptr (MinipayBillFile) self = g_new0 (MinipayBillFile, 1);

  self->path = g_strdup (path);
  self->max_bytes = max_bytes;
  self->folder = -1;
  self->fd = -1;
  self->head = g_byte_array_new ();
  self->checksum = g_checksum_new (G_CHECKSUM_SHA1);
  return bill_open (self, error) ? g_steal_pointer (&self) : NULL;
}

void
minipay_bill_file_free (MinipayBillFile *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->temporary != NULL)
    unlink (self->temporary);
  if (self->folder >= 0)
    close (self->folder);
  g_clear_object (&self->inflater);
  g_byte_array_unref (self->head);
  g_checksum_free (self->checksum);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}

static void
bill_end_line (MinipayBillFile *self)
{
  self->line.start[self->line.length] = '\0';
  if (self->line.length > 0 && strcmp (self->line.start, "\r") != 0) {
    self->before_last = self->last;
    self->last = self->line;
    self->n_value_lines += self->line.start[0] == '`';
  }
  self->line.length = 0;
}

static void
bill_count_lines (MinipayBillFile *self, const guint8 *bytes, gsize n)
{
  while (n > 0) {
    const guint8 *end = memchr (bytes, '\n', n);
    gsize length = end != NULL ? (gsize) (end - bytes) : n;
    gsize kept = MIN (length, LINE_START_BYTES - self->line.length);

    memcpy (self->line.start + self->line.length, bytes, kept);
    self->line.length += kept;
    if (end == NULL)
      return;
    bill_end_line (self);
    bytes = end + 1;
    n -= length + 1;
  }
}

static gboolean
bill_write_out (MinipayBillFile *self, const guint8 *bytes, gsize n, GError **error)
{
  g_checksum_update (self->checksum, bytes, n);
  bill_count_lines (self, bytes, n);
  while (n > 0) {
    gssize written = write (self->fd, bytes, n);

    if (written < 0 && errno != EINTR)
      return bill_fail_errno (error, "write the bill to", self->temporary);
    bytes += MAX (written, 0);
    n -= MAX (written, 0);
  }
  return TRUE;
}

/* By the first byte that is no blank, after a byte order mark. */
static BillKind
bill_guess_kind (const GByteArray *head)
{
  guint i = 0;

  if (head->len >= strlen (utf8_bom) && memcmp (head->data, utf8_bom, strlen (utf8_bom)) == 0)
    i = strlen (utf8_bom);
  else if (memcmp (head->data, utf8_bom, MIN (head->len, strlen (utf8_bom))) == 0)
    return KIND_UNKNOWN;
  while (i < head->len && g_ascii_isspace (head->data[i]))
    i++;
  if (i == head->len)
    return KIND_UNKNOWN;
  return head->data[i] == '<' || head->data[i] == '{' ? KIND_MESSAGE : KIND_BILL;
}

static gboolean
bill_take_head (MinipayBillFile *self, const guint8 *bytes, gsize n, GError **error)
{
  gsize kept = MIN (n, MESSAGE_BYTES - self->head->len);

  g_byte_array_append (self->head, bytes, kept);
  if (self->kind == KIND_MESSAGE)
    return TRUE;

  self->kind = bill_guess_kind (self->head);
  if (self->kind == KIND_UNKNOWN && self->head->len == MESSAGE_BYTES) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "bill starts with %u blank bytes, allowed are fewer",
                 MESSAGE_BYTES);
    return FALSE;
  }
  if (self->kind != KIND_BILL)
    return TRUE;

  if (!bill_write_out (self, self->head->data, self->head->len, error) ||
      !bill_write_out (self, bytes + kept, n - kept, error))
    return FALSE;
  g_byte_array_set_size (self->head, 0);
  return TRUE;
}

static gboolean
bill_take_plain (MinipayBillFile *self, const guint8 *bytes, gsize n, GError **error)
{
  if (n > self->max_bytes - self->size) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_LIMIT,
                 "bill has more than the allowed %" G_GUINT64_FORMAT " bytes",
                 self->max_bytes);
    return FALSE;
  }
  if (n == 0)
    return TRUE;
  self->size += n;
  return self->kind == KIND_BILL ? bill_write_out (self, bytes, n, error) : bill_take_head (self, bytes, n, error);
}

/* One step of the inflater; FALSE with an error, or without one when it needs more. */
static gboolean
bill_inflate_some (MinipayBillFile *self, const guint8 **bytes, gsize *n, GError **error)
{
  guint8 plain[INFLATE_BYTES];
  gsize n_read = 0;
  gsize n_plain = 0;
  g_autoptr (GError) local_error = NULL;
  GConverterResult result = g_converter_convert (
      self->inflater, *bytes, *n, plain, sizeof plain, G_CONVERTER_NO_FLAGS, &n_read, &n_plain, &local_error);

  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
    return FALSE;
  if (result == G_CONVERTER_ERROR) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "bill is broken gzip after %" G_GUINT64_FORMAT " bytes of text: %s",
                 self->size,
                 local_error->message);
    return FALSE;
  }

  self->is_inside_member = result != G_CONVERTER_FINISHED;
  if (result == G_CONVERTER_FINISHED)
    g_converter_reset (self->inflater); /* another member may follow */
  *bytes += n_read;
  *n -= n_read;
  if (!bill_take_plain (self, plain, n_plain, error))
    return FALSE;
  return *n > 0 || (self->is_inside_member && n_plain == sizeof plain);
}

static gboolean
bill_take (MinipayBillFile *self, const guint8 *bytes, gsize n, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (self->inflater == NULL)
    return bill_take_plain (self, bytes, n, error);

  while (bill_inflate_some (self, &bytes, &n, &local_error))
    ;
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
bill_take_first (MinipayBillFile *self, const guint8 *bytes, gsize n, GError **error)
{
  static const guint8 gzip_magic[] = { 0x1f, 0x8b };

  while (n > 0 && self->n_magic < sizeof self->magic) {
    self->magic[self->n_magic++] = *bytes++;
    n--;
  }
  if (self->n_magic < sizeof self->magic)
    return TRUE;
  if (memcmp (self->magic, gzip_magic, sizeof gzip_magic) == 0)
    self->inflater = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  return bill_take (self, self->magic, sizeof self->magic, error) && (n == 0 || bill_take (self, bytes, n, error));
}

gboolean
minipay_bill_file_write (MinipayBillFile *self, const guint8 *bytes, gsize n, GError **error)
{
  g_return_val_if_fail (self != NULL && !self->is_broken && !self->is_finished, FALSE);

  if (n == 0)
    return TRUE;
  if (self->n_magic < sizeof self->magic)
    self->is_broken = !bill_take_first (self, bytes, n, error);
  else
    self->is_broken = !bill_take (self, bytes, n, error);
  return !self->is_broken;
}

gboolean
minipay_bill_file_finish (MinipayBillFile *self, GError **error)
{
  g_return_val_if_fail (self != NULL && !self->is_broken && !self->is_finished, FALSE);

  self->is_broken = TRUE; /* until all below went well */
  if (self->n_magic < sizeof self->magic && !bill_take_plain (self, self->magic, self->n_magic, error))
    return FALSE;
  if (self->is_inside_member) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "bill is cut: its gzip data ends after %" G_GUINT64_FORMAT " bytes of text",
                 self->size);
    return FALSE;
  }
  if (self->kind == KIND_UNKNOWN) {
    g_set_error_literal (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "bill is empty");
    return FALSE;
  }

  bill_end_line (self);
  if (self->kind == KIND_BILL && fsync (self->fd) != 0)
    return bill_fail_errno (error, "write the bill to", self->temporary);
  self->is_broken = FALSE;
  self->is_finished = TRUE;
  return TRUE;
}

gboolean
minipay_bill_file_is_message (MinipayBillFile *self)
{
  return self->kind == KIND_MESSAGE;
}

GBytes *
minipay_bill_file_get_message (MinipayBillFile *self)
{
  return g_bytes_new (self->head->data, self->head->len);
}

const char *
minipay_bill_file_get_sha1 (MinipayBillFile *self)
{
  return g_checksum_get_string (self->checksum);
}

guint64
minipay_bill_file_get_size (MinipayBillFile *self)
{
  return self->size;
}

static gboolean
bill_is_summary_heading (const BillLine *line)
{
  for (guint i = 0; i < G_N_ELEMENTS (count_headings); i++) {
    gsize length = strlen (count_headings[i]);

    if (strncmp (line->start, count_headings[i], length) == 0 && strchr (",\r", line->start[length]) != NULL)
      return TRUE;
  }
  return FALSE;
}

gboolean
minipay_bill_file_check_summary (MinipayBillFile *self, GError **error)
{
  g_autofree char *count = NULL;
  guint64 n_rows;

  g_return_val_if_fail (self != NULL && self->is_finished, FALSE);

  if (self->last.start[0] != '`' || !bill_is_summary_heading (&self->before_last)) {
    g_set_error_literal (
        error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "bill is cut: it does not end in its summary");
    return FALSE;
  }

  count = g_strndup (self->last.start + 1, strcspn (self->last.start + 1, ",\r"));
  if (!g_ascii_string_to_unsigned (count, 10, 0, G_MAXUINT64, &n_rows, NULL) || n_rows != self->n_value_lines - 1) {
    g_autofree char *quoted = minipay_error_quote (count, -1);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PROTOCOL,
                 "bill is cut: it has %" G_GUINT64_FORMAT " rows, its summary says \"%s\"",
                 self->n_value_lines - 1,
                 quoted);
    return FALSE;
  }
  return TRUE;
}

gboolean
minipay_bill_file_commit (MinipayBillFile *self, const char *sha1, GError **error)
{
  g_return_val_if_fail (self != NULL && self->is_finished && self->temporary != NULL, FALSE);

  if (self->kind != KIND_BILL) {
    g_set_error_literal (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "answer is a message in place of a bill");
    return FALSE;
  }
  if (sha1 != NULL && g_ascii_strcasecmp (sha1, minipay_bill_file_get_sha1 (self)) != 0) {
    g_autofree char *quoted = minipay_error_quote (sha1, -1);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "bill has the SHA-1 %s, the gateway says %s",
                 minipay_bill_file_get_sha1 (self),
                 quoted);
    return FALSE;
  }

  /* unlike a rename, a link never replaces what has taken the name meanwhile */
  if (link (self->temporary, self->path) != 0)
    return bill_fail_errno (error, "give the bill its name", self->path);
  unlink (self->temporary);
  g_clear_pointer (&self->temporary, g_free);
  if (fsync (self->folder) != 0) {
    bill_fail_errno (error, "write the folder of", self->path);
    unlink (self->path);
    return FALSE;
  }
  return TRUE;
}
