/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-process.h"

#include <glib/gstdio.h>
#include <string.h>

struct _SandboxProcess {
  GSubprocess *process;
  char *folder;
  char *endpoint;
  guint16 port;
};

static void
sandbox_read_ready (SandboxProcess *self)
{
  g_autoptr (GDataInputStream) out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_data_input_stream_read_line (out, NULL, NULL, &error);
  g_autoptr (JsonNode) ready = NULL;
  g_autoptr (GUri) uri = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (line);
  ready = json_from_string (line, &error);
  g_assert_no_error (error);
  self->endpoint = g_strdup (json_object_get_string_member (json_node_get_object (ready), "endpoint"));
  uri = g_uri_parse (self->endpoint, G_URI_FLAGS_NONE, &error);
  g_assert_no_error (error);
  self->port = (guint16) g_uri_get_port (uri);
}

SandboxProcess *
sandbox_process_new (void)
{
  SandboxProcess *self = g_new0 (SandboxProcess, 1);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (g_getenv ("MINIPAY_SANDBOX"));
  self->folder = g_dir_make_tmp ("minipay-payments-XXXXXX", &error);
  g_assert_no_error (error);
  self->process =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                            (g_test_verbose () ? G_SUBPROCESS_FLAGS_NONE : G_SUBPROCESS_FLAGS_STDERR_SILENCE),
                        &error,
                        g_getenv ("MINIPAY_SANDBOX"),
                        "--write-config",
                        self->folder,
                        "--until-stdin-closes",
                        NULL);
  g_assert_no_error (error);
  sandbox_read_ready (self);
  return self;
}

void
sandbox_process_free (SandboxProcess *self)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  const char *name;

  g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
  g_assert_true (g_subprocess_wait (self->process, NULL, NULL));
  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *path = g_build_filename (self->folder, name, NULL);

    g_remove (path);
  }
  g_rmdir (self->folder);
  g_object_unref (self->process);
  g_free (self->folder);
  g_free (self->endpoint);
  g_free (self);
}

const char *
sandbox_process_get_folder (SandboxProcess *self)
{
  return self->folder;
}

char *
sandbox_process_write_config (SandboxProcess *self, const char *name, const char *text, const char *extra)
{
  g_autofree char *own = g_build_filename (self->folder, "minipay.conf", NULL);
  g_autofree char *own_text = NULL;
  g_autofree char *whole = NULL;
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (self->folder, name, NULL);

  g_file_get_contents (own, &own_text, NULL, &error);
  g_assert_no_error (error);
  whole = g_strconcat (text != NULL ? text : own_text, "\n", extra, NULL);
  g_file_set_contents_full (path, whole, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  g_assert_no_error (error);
  return path;
}

typedef struct {
  guint16 port;
  char *request;
  char *answer;
  int is_done; /* atomic */
} Question;

static gpointer
question_ask (gpointer data)
{
  Question *question = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  char buffer[4096];
  gssize n;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, 30);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", question->port, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             question->request,
                             strlen (question->request),
                             NULL,
                             NULL,
                             &error);
  g_assert_no_error (error);
  while ((n = g_input_stream_read (
              g_io_stream_get_input_stream (G_IO_STREAM (connection)), buffer, sizeof buffer, NULL, &error)) > 0)
    g_string_append_len (answer, buffer, n);
  g_assert_no_error (error);
  question->answer = g_string_free (g_steal_pointer (&answer), FALSE);
  g_atomic_int_set (&question->is_done, TRUE);
  g_main_context_wakeup (NULL);
  return NULL;
}

JsonNode *
sandbox_process_ask (SandboxProcess *self, const char *method, const char *path, const char *body)
{
  Question question = { .port = self->port };
  g_autoptr (GError) error = NULL;
  GThread *thread;
  JsonNode *node;
  char *text;

  question.request =
      g_strdup_printf ("%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n"
                       "Content-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                       method,
                       path,
                       self->port,
                       body != NULL ? strlen (body) : 0,
                       body != NULL ? body : "");
  thread = g_thread_new ("question", question_ask, &question);
  while (!g_atomic_int_get (&question.is_done))
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);

  if (!g_str_has_prefix (question.answer, "HTTP/1.1 200 "))
    g_error ("%s %s %s: %s", method, path, body, question.answer);
  text = strstr (question.answer, "\r\n\r\n");
  g_assert_nonnull (text);
  node = json_from_string (text, &error);
  g_assert_no_error (error);
  g_free (question.request);
  g_free (question.answer);
  return node;
}

void
sandbox_process_fault (
    SandboxProcess *self, const char *account, const char *operation, const char *kind, int times, int milliseconds)
{
  const char *gateway = g_str_has_prefix (account, "wechat-v3") ? "wechat-v3" : account;
  g_autofree char *body =
      g_strdup_printf ("{\"gateway\":\"%s\",\"operation\":\"%s\",\"kind\":\"%s\",\"times\":%d,\"milliseconds\":%d}",
                       gateway,
                       operation,
                       kind,
                       times,
                       milliseconds);
  g_autoptr (JsonNode) node = sandbox_process_ask (self, "POST", "/sandbox/fault", body);

  g_assert_nonnull (node);
}

gboolean
sandbox_process_pay (SandboxProcess *self, const char *account, const char *out_trade_no)
{
  g_autofree char *body = g_strdup_printf ("{\"account\":\"%s\",\"out_trade_no\":\"%s\"}", account, out_trade_no);
  g_autoptr (JsonNode) node = sandbox_process_ask (self, "POST", "/sandbox/pay", body);

  return json_object_get_boolean_member (json_node_get_object (node), "notified");
}

guint
sandbox_process_count_orders (SandboxProcess *self, const char *account, const char *out_trade_no)
{
  g_autoptr (JsonNode) node = sandbox_process_ask (self, "GET", "/sandbox/orders", NULL);
  JsonArray *orders = JSON_NODE_HOLDS_ARRAY (node)
                          ? json_node_get_array (node)
                          : json_object_get_array_member (json_node_get_object (node), "orders");
  guint n = 0;

  for (guint i = 0; i < json_array_get_length (orders); i++) {
    JsonObject *order = json_array_get_object_element (orders, i);

    n += g_strcmp0 (json_object_get_string_member (order, "account"), account) == 0 &&
         g_strcmp0 (json_object_get_string_member (order, "out_trade_no"), out_trade_no) == 0;
  }
  return n;
}
