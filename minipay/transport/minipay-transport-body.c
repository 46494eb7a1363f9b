/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-transport-body-private.h"

#include "core/minipay-error.h"
#include "minipay-transport-answer-private.h"

#define READ_BYTES 16384
/* A sink is worth a hop to another thread only for so much. */
#define CHUNK_BYTES 65536
/* Room that shows an excess. Not less: libsoup reads the lines after the last chunk into it as well. */
#define READ_SPARE_BYTES 128

typedef struct {
  MinipayTransportBodyPlan plan;
  MinipayTransportBodyDone done;
  gpointer user_data;
  GByteArray *bytes;  /* all of the body, or with a sink what it has not taken yet */
  guint64 n_taken;    /* by the sink */
  gboolean has_ended; /* the stream has no more */
  GSource *readable;  /* nullable */
} Body;

static void body_read (Body *self);

static void
body_end (Body *self, const GError *error)
{
  g_autoptr (GBytes) collected = NULL;

  if (error == NULL && self->plan.sink.write == NULL)
    collected = g_byte_array_free_to_bytes (g_steal_pointer (&self->bytes));
  self->done (collected, error, self->user_data);
  g_clear_pointer (&self->bytes, g_byte_array_unref);
  g_free (self);
}

static gboolean
on_readable (GObject *stream, gpointer user_data)
{
  Body *self = user_data;

  g_clear_pointer (&self->readable, g_source_unref);
  body_read (self);
  return G_SOURCE_REMOVE;
}

static void
body_wait_readable (Body *self)
{
  self->readable =
      g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->plan.stream), self->plan.cancellable);
  g_source_set_callback (self->readable, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->readable, self->plan.context);
}

/* On a thread of GLib's pool: a sink may block on a disk. */
static void
body_write_chunk (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Body *self = data;
  GError *error = NULL;

  if (self->plan.sink.write (self->plan.sink.data, self->bytes->data, self->bytes->len, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_chunk_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Body *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error) ||
      g_cancellable_set_error_if_cancelled (self->plan.cancellable, &error)) {
    body_end (self, error);
    return;
  }
  self->n_taken += self->bytes->len;
  g_byte_array_set_size (self->bytes, 0);
  g_source_set_ready_time (self->plan.watch, g_get_monotonic_time () + self->plan.silence_us);
  if (self->has_ended)
    body_end (self, NULL);
  else
    body_read (self);
}

static void
body_pass_on (Body *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_chunk_written, self);

  g_task_set_task_data (task, self, NULL);
  g_task_run_in_thread (task, body_write_chunk);
}

static gboolean
body_check_whole (Body *self, GError **error)
{
  return minipay_transport_answer_check_whole (
      self->plan.message, self->plan.stream, self->n_taken + self->bytes->len, error);
}

/* -1 with an error, 0 at the end, else more may be there. */
static gssize
body_read_some (Body *self, GError **error)
{
  guint before = self->bytes->len;
  guint64 left = self->plan.max_bytes - self->n_taken - before;
  gsize room = MIN (READ_BYTES, left) + READ_SPARE_BYTES;
  gssize n;

  g_byte_array_set_size (self->bytes, before + room);
  n = g_pollable_input_stream_read_nonblocking (
      G_POLLABLE_INPUT_STREAM (self->plan.stream), self->bytes->data + before, room, self->plan.cancellable, error);
  g_byte_array_set_size (self->bytes, before + MAX (n, 0));
  if (n <= 0 || (guint64) n <= left)
    return n;

  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_LIMIT,
               "answer of %s has more than the allowed %" G_GUINT64_FORMAT " bytes",
               self->plan.base_url,
               self->plan.max_bytes);
  return -1;
}

static void
body_read (Body *self)
{
  gboolean has_sink = self->plan.sink.write != NULL;
  g_autoptr (GError) error = NULL;
  gssize n;

  do
    n = body_read_some (self, &error);
  while (n > 0 && !(has_sink && self->bytes->len >= CHUNK_BYTES));

  self->has_ended = n == 0;
  if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    body_wait_readable (self);
  else if (n < 0 || (n == 0 && !body_check_whole (self, &error)))
    body_end (self, error);
  else if (has_sink && self->bytes->len > 0)
    body_pass_on (self);
  else
    body_end (self, NULL);
}

void
minipay_transport_body_read (const MinipayTransportBodyPlan *plan,
                             MinipayTransportBodyDone done,
                             gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Body *self;

  if (!minipay_transport_answer_check_head (plan->message, plan->max_bytes, plan->base_url, &error)) {
    done (NULL, error, user_data);
    return;
  }

  self = g_new0 (Body, 1);
  self->plan = *plan;
  self->done = done;
  self->user_data = user_data;
  self->bytes = g_byte_array_sized_new (minipay_transport_answer_guess_length (plan->message));
  body_read (self);
}
