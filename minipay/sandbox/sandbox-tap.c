/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-tap.h"

#include <string.h>

#define MAX_LINE (16 * 1024)

#define SANDBOX_TYPE_TAP_INPUT (sandbox_tap_input_get_type ())
G_DECLARE_FINAL_TYPE (SandboxTapInput, sandbox_tap_input, SANDBOX, TAP_INPUT, GFilterInputStream)

struct _SandboxTapInput {
  GFilterInputStream parent_instance;

  GString *seen; /* the first bytes since the last request ended */
};

struct _SandboxTap {
  GIOStream parent_instance;

  GIOStream *base;
  SandboxTapInput *input;
};

static void sandbox_tap_input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SandboxTapInput,
                               sandbox_tap_input,
                               G_TYPE_FILTER_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
                                                      sandbox_tap_input_pollable_init))
G_DEFINE_FINAL_TYPE (SandboxTap, sandbox_tap, G_TYPE_IO_STREAM)

static GInputStream *
get_base (gpointer self)
{
  return g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (self));
}

static gssize
remember (SandboxTapInput *self, const void *buffer, gssize count)
{
  if (count > 0 && self->seen->len < MAX_LINE)
    g_string_append_len (self->seen, buffer, MIN ((gsize) count, MAX_LINE - self->seen->len));
  return count;
}

static gssize
tap_input_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return remember (SANDBOX_TAP_INPUT (stream),
                   buffer,
                   g_input_stream_read (get_base (stream), buffer, count, cancellable, error));
}

static gssize
tap_input_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  GPollableInputStream *base = G_POLLABLE_INPUT_STREAM (get_base (stream));

  return remember (SANDBOX_TAP_INPUT (stream),
                   buffer,
                   g_pollable_input_stream_read_nonblocking (base, buffer, count, NULL, error));
}

static gboolean
tap_input_can_poll (GPollableInputStream *stream)
{
  return g_pollable_input_stream_can_poll (G_POLLABLE_INPUT_STREAM (get_base (stream)));
}

static gboolean
tap_input_is_readable (GPollableInputStream *stream)
{
  return g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM (get_base (stream)));
}

static GSource *
tap_input_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  g_autoptr (GSource) base =
      g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (get_base (stream)), cancellable);

  return g_pollable_source_new_full (stream, base, NULL);
}

static void
sandbox_tap_input_finalize (GObject *object)
{
  SandboxTapInput *self = SANDBOX_TAP_INPUT (object);

  g_string_free (self->seen, TRUE);
  G_OBJECT_CLASS (sandbox_tap_input_parent_class)->finalize (object);
}

static void
sandbox_tap_input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->can_poll = tap_input_can_poll;
  iface->is_readable = tap_input_is_readable;
  iface->create_source = tap_input_create_source;
  iface->read_nonblocking = tap_input_read_nonblocking;
}

static void
sandbox_tap_input_class_init (SandboxTapInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sandbox_tap_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = tap_input_read;
}

static void
sandbox_tap_input_init (SandboxTapInput *self)
{
  self->seen = g_string_new (NULL);
}

static GInputStream *
tap_get_input_stream (GIOStream *stream)
{
  return G_INPUT_STREAM (SANDBOX_TAP (stream)->input);
}

static GOutputStream *
tap_get_output_stream (GIOStream *stream)
{
  return g_io_stream_get_output_stream (SANDBOX_TAP (stream)->base);
}

static gboolean
tap_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return g_io_stream_close (SANDBOX_TAP (stream)->base, cancellable, error);
}

static void
sandbox_tap_finalize (GObject *object)
{
  SandboxTap *self = SANDBOX_TAP (object);

  g_clear_object (&self->input);
  g_clear_object (&self->base);
  G_OBJECT_CLASS (sandbox_tap_parent_class)->finalize (object);
}

static void
sandbox_tap_class_init (SandboxTapClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sandbox_tap_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = tap_get_input_stream;
  G_IO_STREAM_CLASS (klass)->get_output_stream = tap_get_output_stream;
  G_IO_STREAM_CLASS (klass)->close_fn = tap_close;
}

static void
sandbox_tap_init (SandboxTap *self)
{
}

SandboxTap *
sandbox_tap_new (GIOStream *base)
{
  SandboxTap *self = g_object_new (SANDBOX_TYPE_TAP, NULL);

  self->base = g_object_ref (base);
  self->input = g_object_new (
      SANDBOX_TYPE_TAP_INPUT, "base-stream", g_io_stream_get_input_stream (base), "close-base-stream", FALSE, NULL);
  return self;
}

/* The target of the request under way, or NULL when its line was not seen whole (a client that pipelines). */
char *
sandbox_tap_dup_target (SandboxTap *self, const char *method)
{
  const char *line = self->input->seen->str;
  const char *target = NULL;
  gsize length = 0;

  line += strspn (line, "\r\n");
  if (!g_str_has_prefix (line, method) || line[strlen (method)] != ' ')
    return NULL;
  target = line + strlen (method) + 1;
  length = strcspn (target, " \r\n");
  return *target == '/' && target[length] == ' ' ? g_strndup (target, length) : NULL;
}

void
sandbox_tap_forget (SandboxTap *self)
{
  g_string_truncate (self->input->seen, 0);
}
