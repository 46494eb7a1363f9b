/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/demo-sandbox.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli-output.h"

#define PROGRAM          "minipay-sandbox"
#define START_SECONDS    20
#define PAY_SECONDS      20
#define STOP_SECONDS     5
#define LOG_FILE         "sandbox.log"
#define MAX_ANSWER_BYTES (64 * 1024)

struct _DemoSandbox {
  char *folder;
  char *config;
  char *host_and_port;
  GSubprocess *process;
};

/* One time limit on top of the command's own cancellable. */
typedef struct {
  GCancellable *cancellable;
  GSource *timeout;
  gulong handler;
  gboolean is_over;
} Limit;

static gboolean
on_timeout (gpointer user_data)
{
  Limit *self = user_data;

  self->is_over = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

static void
limit_start (Limit *self, guint seconds)
{
  self->is_over = FALSE;
  self->cancellable = g_cancellable_new ();
  self->handler =
      g_cancellable_connect (cli_get_cancellable (), G_CALLBACK (on_cancelled), self->cancellable, NULL);
  self->timeout = g_timeout_source_new_seconds (seconds);
  g_source_set_callback (self->timeout, on_timeout, self, NULL);
  g_source_attach (self->timeout, NULL);
}

static void
limit_stop (Limit *self)
{
  g_cancellable_disconnect (cli_get_cancellable (), self->handler);
  g_source_destroy (self->timeout);
  g_source_unref (self->timeout);
  g_object_unref (self->cancellable);
}

/* A cancelled wait that nobody asked to cancel is a time-out, and a failure of the sandbox. */
static void
limit_explain (Limit *self, const char *what, GError **error)
{
  g_autoptr (GError) cause = g_steal_pointer (error);

  if (self->is_over)
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INTERNAL, "%s: no answer in time", what);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&cause));
  else
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INTERNAL,
                 "%s: %s",
                 what,
                 cause != NULL ? cause->message : "it ended without a word");
}

static gboolean
is_program (const char *path)
{
  return g_file_test (path, G_FILE_TEST_IS_REGULAR) && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE);
}

/* $MINIPAY_SANDBOX; beside this command, as installed; the build tree's; where an installation puts commands.
 */
static char *
find_program (GError **error)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : g_strdup (".");
  char *candidates[] = {
    g_strdup (g_getenv ("MINIPAY_SANDBOX")),
    g_build_filename (folder, PROGRAM, NULL),
    g_build_filename (folder, "..", "sandbox", PROGRAM, NULL),
    g_build_filename (MINIPAY_BIN_DIR, PROGRAM, NULL),
  };
  char *found = NULL;

  if (candidates[0] != NULL && !is_program (candidates[0])) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "MINIPAY_SANDBOX names no program: %s", candidates[0]);
  } else {
    for (guint i = 0; i < G_N_ELEMENTS (candidates) && found == NULL; i++) {
      if (candidates[i] != NULL && is_program (candidates[i]))
        found = g_strdup (candidates[i]);
    }
    if (found == NULL)
      g_set_error (error,
                   CLI_ERROR,
                   CLI_ERROR_USAGE,
                   "no %s beside %s, in ../sandbox or in %s",
                   PROGRAM,
                   folder,
                   MINIPAY_BIN_DIR);
  }
  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    g_free (candidates[i]);
  return found;
}

static gboolean
read_ready_line (DemoSandbox *self, const char *line, GError **error)
{
  g_autoptr (JsonNode) root = json_from_string (line, NULL);
  JsonObject *object;
  const char *endpoint;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "the sandbox said something unexpected when it started");
    return FALSE;
  }
  object = json_node_get_object (root);
  endpoint = json_object_get_string_member_with_default (object, "endpoint", "");
  self->config = g_strdup (json_object_get_string_member_with_default (object, "config", ""));
  if (!g_str_has_prefix (endpoint, "http://127.0.0.1:") || *self->config == '\0') {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "the sandbox named no endpoint of this machine");
    return FALSE;
  }
  self->host_and_port = g_strdup (endpoint + strlen ("http://"));
  return TRUE;
}

static gboolean
wait_until_ready (DemoSandbox *self, GError **error)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *line = NULL;
  Limit limit;

  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  limit_start (&limit, START_SECONDS);
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, limit.cancellable, cli_on_done, &result);
  line = g_data_input_stream_read_line_finish (lines, cli_wait (&result), NULL, error);
  if (line == NULL)
    limit_explain (&limit, "the sandbox did not start", error);
  limit_stop (&limit);
  return line != NULL && read_ready_line (self, line, error);
}

static GSubprocess *
spawn (DemoSandbox *self, const char *program, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autofree char *keys = g_build_filename (self->folder, "keys", NULL);
  g_autofree char *log = g_build_filename (self->folder, LOG_FILE, NULL);

  /* the sandbox ends with our end of the pipe, whatever becomes of us */
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  /* its log is read only when something goes wrong */
  g_subprocess_launcher_set_stderr_file_path (launcher, log);
  return g_subprocess_launcher_spawn (
      launcher, error, program, "--port", "0", "--write-config", keys, "--until-stdin-closes", NULL);
}

DemoSandbox *
demo_sandbox_start (GError **error)
{
  g_autoptr (DemoSandbox) self = g_new0 (DemoSandbox, 1);
  g_autofree char *program = find_program (error);
  g_autoptr (GError) local_error = NULL;

  if (program == NULL)
    return NULL;
  self->folder = g_dir_make_tmp ("minipay-demo-XXXXXX", &local_error);
  if (self->folder == NULL) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "no folder for the demo: %s", local_error->message);
    return NULL;
  }
  self->process = spawn (self, program, &local_error);
  if (self->process == NULL) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "the sandbox did not start: %s", local_error->message);
    return NULL;
  }
  if (!wait_until_ready (self, error)) {
    demo_sandbox_print_log (self);
    return NULL;
  }
  return g_steal_pointer (&self);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    if (g_file_test (file, G_FILE_TEST_IS_DIR) && !g_file_test (file, G_FILE_TEST_IS_SYMLINK))
      remove_folder (file);
    else
      g_unlink (file);
  }
  if (g_rmdir (path) != 0)
    fprintf (stderr, "minipay: %s could not be removed\n", path);
}

static void
end_process (GSubprocess *process)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Limit limit = { .cancellable = cancellable };
  guint timeout;

  g_output_stream_close (g_subprocess_get_stdin_pipe (process), NULL, NULL);
  /* not the command's cancellable: after Ctrl-C it is cancelled already */
  timeout = g_timeout_add_seconds (STOP_SECONDS, on_timeout, &limit);
  g_subprocess_wait_async (process, cancellable, cli_on_done, &result);
  if (!g_subprocess_wait_finish (process, cli_wait (&result), NULL))
    g_subprocess_force_exit (process);
  if (!limit.is_over)
    g_source_remove (timeout);
}

void
demo_sandbox_stop (DemoSandbox *self)
{
  if (self->process != NULL)
    end_process (self->process);
  if (self->folder != NULL)
    remove_folder (self->folder);
  g_clear_object (&self->process);
  g_free (self->folder);
  g_free (self->config);
  g_free (self->host_and_port);
  g_free (self);
}

const char *
demo_sandbox_get_config (DemoSandbox *self)
{
  return self->config;
}

void
demo_sandbox_print_log (DemoSandbox *self)
{
  g_autofree char *path = g_build_filename (self->folder, LOG_FILE, NULL);
  g_autofree char *text = NULL;

  if (g_file_get_contents (path, &text, NULL, NULL) && *text != '\0')
    fprintf (stderr, "minipay: the sandbox's log:\n%s", text);
}

static char *
make_request (DemoSandbox *self, const char *path, JsonBuilder *json)
{
  g_autoptr (JsonNode) root = json_builder_get_root (json);
  g_autofree char *body = json_to_string (root, FALSE);

  return g_strdup_printf ("POST %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
                          "Content-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                          path,
                          self->host_and_port,
                          strlen (body),
                          body);
}

/* One request and everything that comes back. libsoup would do it in fewer lines and cost the command its
 * whole start-up; the sandbox is ours, on this machine, and closes when asked to. */
static char *
talk (DemoSandbox *self, const char *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autoptr (GAsyncResult) connected = NULL;
  g_autoptr (GAsyncResult) written = NULL;
  g_autoptr (GBytes) piece = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, self->host_and_port, 80, cancellable, cli_on_done, &connected);
  connection = g_socket_client_connect_to_host_finish (client, cli_wait (&connected), error);
  if (connection == NULL)
    return NULL;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                                   request,
                                   strlen (request),
                                   G_PRIORITY_DEFAULT,
                                   cancellable,
                                   cli_on_done,
                                   &written);
  if (!g_output_stream_write_all_finish (
          g_io_stream_get_output_stream (G_IO_STREAM (connection)), cli_wait (&written), NULL, error))
    return NULL;
  do {
    GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
    g_autoptr (GAsyncResult) read = NULL;

    g_clear_pointer (&piece, g_bytes_unref);
    g_input_stream_read_bytes_async (input, 4096, G_PRIORITY_DEFAULT, cancellable, cli_on_done, &read);
    piece = g_input_stream_read_bytes_finish (input, cli_wait (&read), error);
    if (piece == NULL)
      return NULL;
    g_string_append_len (answer, g_bytes_get_data (piece, NULL), (gssize) g_bytes_get_size (piece));
  } while (g_bytes_get_size (piece) > 0 && answer->len <= MAX_ANSWER_BYTES);
  return g_string_free (g_steal_pointer (&answer), FALSE);
}

JsonNode *
demo_sandbox_post (DemoSandbox *self, const char *path, JsonBuilder *json, GError **error)
{
  g_autofree char *request = make_request (self, path, json);
  g_autofree char *answer = NULL;
  g_autoptr (JsonNode) node = NULL;
  const char *body;
  Limit limit;

  limit_start (&limit, PAY_SECONDS);
  answer = talk (self, request, limit.cancellable, error);
  if (answer == NULL)
    limit_explain (&limit, path, error);
  limit_stop (&limit);
  if (answer == NULL)
    return NULL;

  body = strstr (answer, "\r\n\r\n");
  body = body != NULL ? body + 4 : "";
  node = g_str_has_prefix (answer, "HTTP/1.1 200 ") ? json_from_string (body, NULL) : NULL;
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return g_steal_pointer (&node);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INTERNAL,
               "the sandbox answered %s with: %.200s",
               path,
               *body != '\0' ? body : answer);
  return NULL;
}

gboolean
demo_sandbox_pay (DemoSandbox *self, const char *account, const char *out_trade_no, gboolean fails, GError **error)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) answer = NULL;

  json_builder_begin_object (json);
  cli_json_add_string (json, "account", account);
  cli_json_add_string (json, "out_trade_no", out_trade_no);
  if (fails)
    cli_json_add_string (json, "result", "FAIL");
  json_builder_end_object (json);
  answer = demo_sandbox_post (self, "/sandbox/pay", json, error);
  return answer != NULL;
}
