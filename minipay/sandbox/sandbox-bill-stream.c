/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-bill-stream.h"

#include <stdio.h>
#include <string.h>

#define COUNTER_DIGITS 10

#define SANDBOX_TYPE_BILL_STREAM (sandbox_bill_stream_get_type ())
G_DECLARE_FINAL_TYPE (SandboxBillStream, sandbox_bill_stream, SANDBOX, BILL_STREAM, GInputStream)

/* The text of a bill, made while it is read. */
struct _SandboxBillStream {
  GInputStream parent_instance;

  GString *piece; /* what is being read */
  gsize done;     /* bytes of @piece already read */
  char *row;      /* nullable */
  gsize counter;  /* place of the row's number in @row */
  gint64 next;
  gint64 n_rows;
  char *tail; /* nullable; NULL once it is the piece */
};

G_DEFINE_FINAL_TYPE (SandboxBillStream, sandbox_bill_stream, G_TYPE_INPUT_STREAM)

static gboolean
take_piece (SandboxBillStream *self)
{
  char digits[COUNTER_DIGITS + 1];

  self->done = 0;
  if (self->next < self->n_rows) {
    snprintf (digits, sizeof digits, "%010u", (guint) self->next++);
    g_string_assign (self->piece, self->row);
    memcpy (self->piece->str + self->counter, digits, COUNTER_DIGITS);
    return TRUE;
  }
  g_string_assign (self->piece, self->tail != NULL ? self->tail : "");
  g_clear_pointer (&self->tail, g_free);
  return self->piece->len > 0;
}

static gssize
sandbox_bill_stream_read (
    GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  SandboxBillStream *self = SANDBOX_BILL_STREAM (stream);
  gsize filled = 0;

  while (filled < count) {
    gsize length = MIN (count - filled, self->piece->len - self->done);

    if (length == 0) {
      if (!take_piece (self))
        break;
      continue;
    }
    memcpy ((char *) buffer + filled, self->piece->str + self->done, length);
    self->done += length;
    filled += length;
  }
  return filled;
}

static void
sandbox_bill_stream_finalize (GObject *object)
{
  SandboxBillStream *self = SANDBOX_BILL_STREAM (object);

  g_string_free (self->piece, TRUE);
  g_free (self->row);
  g_free (self->tail);
  G_OBJECT_CLASS (sandbox_bill_stream_parent_class)->finalize (object);
}

static void
sandbox_bill_stream_class_init (SandboxBillStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sandbox_bill_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = sandbox_bill_stream_read;
}

static void
sandbox_bill_stream_init (SandboxBillStream *self)
{
  self->piece = g_string_new (NULL);
}

/* @row comes @n_rows times, with its own number in the ten bytes from @counter on. */
GInputStream *
sandbox_bill_stream_new (const char *head, const char *row, gsize counter, gint64 n_rows, const char *tail)
{
  SandboxBillStream *self = g_object_new (SANDBOX_TYPE_BILL_STREAM, NULL);

  g_string_assign (self->piece, head);
  self->row = g_strdup (row);
  self->counter = counter;
  self->n_rows = n_rows;
  self->tail = g_strdup (tail);
  return G_INPUT_STREAM (self);
}
