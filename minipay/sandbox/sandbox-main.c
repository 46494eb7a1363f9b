/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "sandbox-bill.h"
#include "sandbox-config.h"
#include "sandbox-json.h"
#include "sandbox-log.h"
#include "sandbox-notify.h"
#include "sandbox-server.h"
#include "sandbox-traffic.h"
#include "sandbox-wechat-keys.h"
#include "sandbox-wechat-v2-books.h"

#define EXIT_USAGE       2
#define MAX_PAY_AFTER_MS (24 * 60 * 60 * 1000)

typedef struct {
  int port;
  int pay_after_ms;
  char *directory;
  gboolean until_stdin_closes;
  gboolean version;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->directory);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
read_options (Options *options, int argc, char **argv, GError **error)
{
  GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "Port on 127.0.0.1; 0 takes any free one", "N" },
    { "write-config",
      0,
      0,
      G_OPTION_ARG_FILENAME,
      &options->directory,
      "Keep keys and a configuration in DIR",
      "DIR" },
    { "pay-after", 0, 0, G_OPTION_ARG_INT, &options->pay_after_ms, "The buyer pays every order after MS", "MS" },
    { "until-stdin-closes",
      0,
      0,
      G_OPTION_ARG_NONE,
      &options->until_stdin_closes,
      "End with standard input",
      NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, "Plays payment gateways on loopback.");
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc > 1)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "unexpected argument %s", argv[1]);
  else if (options->port < 0 || options->port > 65535)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--port=%d is outside 0..65535", options->port);
  else if (options->pay_after_ms < 0 || options->pay_after_ms > MAX_PAY_AFTER_MS)
    g_set_error (error,
                 G_OPTION_ERROR,
                 G_OPTION_ERROR_BAD_VALUE,
                 "--pay-after=%d is outside 0..%d",
                 options->pay_after_ms,
                 MAX_PAY_AFTER_MS);
  else
    return TRUE;
  return FALSE;
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_stdin (int fd, GIOCondition condition, gpointer user_data)
{
  char buffer[256];
  ssize_t count = read (fd, buffer, sizeof buffer);

  if (count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN)))
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

static void
print_ready (const Sandbox *sandbox, const char *directory)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *config = directory != NULL ? g_build_filename (directory, "minipay.conf", NULL) : NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_boolean (builder, "ready", TRUE);
  sandbox_json_add_text (builder, "endpoint", sandbox->endpoint);
  sandbox_json_add_text (builder, "endpoint_tls", sandbox->endpoint_tls);
  sandbox_json_add_text (builder, "config", config);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  printf ("%s\n", text);
  fflush (stdout);
}

static gboolean
run (const Options *options, GError **error)
{
  g_autoptr (SandboxConfig) config = NULL;
  g_autoptr (SandboxOrders) orders = sandbox_orders_new ();
  g_autoptr (SandboxRefunds) refunds = sandbox_refunds_new ();
  g_autoptr (SandboxBills) bills = sandbox_bills_new ();
  g_autoptr (SandboxSharing) sharing = sandbox_sharing_new ();
  g_autoptr (SandboxTraffic) traffic = sandbox_traffic_new ();
  g_autoptr (SandboxV2Books) v2 = sandbox_v2_books_new ();
  g_autoptr (SandboxFaults) faults = sandbox_faults_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SandboxRing) ring = NULL;
  g_autoptr (SandboxServer) server = NULL;
  g_autoptr (SandboxNotifier) notifier = NULL;
  g_autoptr (GHashTable) notify_urls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) switches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *endpoint = NULL;
  g_autofree char *endpoint_tls = NULL;
  Sandbox sandbox = { .orders = orders,
                      .refunds = refunds,
                      .bills = bills,
                      .sharing = sharing,
                      .traffic = traffic,
                      .v2 = v2,
                      .faults = faults,
                      .notify_urls = notify_urls,
                      .switches = switches,
                      .pay_after_ms = options->pay_after_ms };

  config =
      options->directory != NULL ? sandbox_config_open (options->directory, error) : sandbox_config_new (error);
  if (config == NULL)
    return FALSE;
  sandbox.config = config;
  ring = sandbox_ring_new (config);
  sandbox.ring = ring;
  server = sandbox_server_new (&sandbox, options->port, error);
  if (server == NULL)
    return FALSE;
  notifier = sandbox_notifier_new ();
  sandbox.notifier = notifier;

  endpoint = g_strdup_printf ("http://127.0.0.1:%u", sandbox_server_get_port (server));
  sandbox.endpoint = endpoint;
  endpoint_tls = g_strdup_printf ("https://127.0.0.1:%u", sandbox_server_get_tls_port (server));
  sandbox.endpoint_tls = endpoint_tls;
  if (options->directory != NULL &&
      !sandbox_config_write (config, options->directory, endpoint, endpoint_tls, error))
    return FALSE;

  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  if (options->until_stdin_closes)
    g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR | G_IO_NVAL, on_stdin, loop);
  print_ready (&sandbox, options->directory);
  g_main_loop_run (loop);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;

  signal (SIGPIPE, SIG_IGN);
  if (!read_options (&options, argc, argv, &error)) {
    fprintf (stderr, "minipay-sandbox: %s\n", error->message);
    return EXIT_USAGE;
  }
  if (options.version) {
    printf ("minipay-sandbox %s\n", MINIPAY_VERSION);
    return 0;
  }
  if (!run (&options, &error)) {
    fprintf (stderr, "minipay-sandbox: %s\n", error->message);
    return 1;
  }
  return 0;
}
