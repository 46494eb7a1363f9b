/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same V3 order with bare OpenSSL and libsoup used well: what minipay is measured against. */
#include "config.h"

#include <libsoup/soup.h>
#include <stdlib.h>
#include <string.h>

#include "floor-crypto.h"
#include "floor-order.h"
#include "measure.h"
#include "merchant.h"

#define POOL_THREADS 2
#define TIMEOUT_S    30

typedef struct _Floor Floor;
typedef struct _Step Step;

typedef gboolean (*StepWork) (FloorOrder *order, FloorCrypto *crypto);
typedef void (*StepThen) (Step *step);

/* One order under way. */
struct _Step {
  FloorOrder order;
  Floor *floor;
  SoupMessage *message; /* owned */
  GInputStream *stream; /* owned */
  StepWork work;
  StepThen then;
  gboolean is_good;
};

struct _Floor {
  SoupSession *session;
  GUri *uri;
  GMainLoop *loop;
  FloorCrypto *crypto; /* the main loop's */
  EVP_PKEY *private_key;
  GThreadPool *pool; /* NULL: RSA on the main loop */
  GMutex lock;
  GQueue worked; /* of Step; guarded by lock */
  guint64 last_number;
  guint target;
  guint started;
  guint finished;
};

static void floor_start_next (Floor *self);

static void
drop_crypto (gpointer crypto)
{
  floor_crypto_free (crypto);
}

static GPrivate worker_crypto = G_PRIVATE_INIT (drop_crypto);

static void
step_must (gboolean good, const char *what, GError *error)
{
  if (!good)
    measure_fail ("%s failed: %s", what, error != NULL ? error->message : "no reason given");
}

static gboolean
on_worked (gpointer user_data)
{
  Floor *self = user_data;
  GQueue batch = G_QUEUE_INIT;

  g_mutex_lock (&self->lock);
  batch = self->worked;
  g_queue_init (&self->worked);
  g_mutex_unlock (&self->lock);
  for (Step *step = g_queue_pop_head (&batch); step != NULL; step = g_queue_pop_head (&batch))
    step->then (step);
  return G_SOURCE_REMOVE;
}

static void
work_in_pool (gpointer data, gpointer user_data)
{
  Step *step = data;
  Floor *self = user_data;
  FloorCrypto *crypto = g_private_get (&worker_crypto);
  gboolean is_first = FALSE;

  if (crypto == NULL) {
    crypto = floor_crypto_new (self->private_key, NULL);
    g_private_set (&worker_crypto, crypto);
  }
  step->is_good = step->work (&step->order, crypto);

  g_mutex_lock (&self->lock);
  is_first = g_queue_is_empty (&self->worked);
  g_queue_push_tail (&self->worked, step);
  g_mutex_unlock (&self->lock);
  /* one wake-up per burst */
  if (is_first)
    g_idle_add_full (G_PRIORITY_DEFAULT, on_worked, self, NULL);
}

static void
step_work (Step *step, StepWork work, StepThen then)
{
  Floor *self = step->floor;

  step->work = work;
  step->then = then;
  if (self->pool != NULL) {
    g_thread_pool_push (self->pool, step, NULL);
    return;
  }
  step->is_good = work (&step->order, self->crypto);
  then (step);
}

static void
step_finish (Step *step)
{
  Floor *self = step->floor;

  step_must (step->is_good, "paySign", NULL);
  g_clear_object (&step->stream);
  g_clear_object (&step->message);
  floor_order_clear (&step->order);
  g_free (step);

  if (++self->finished == self->target)
    g_main_loop_quit (self->loop);
  else
    floor_start_next (self);
}

static void
step_answered (Step *step)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (step->message);

  step_must (soup_message_get_status (step->message) == SOUP_STATUS_OK, "order", NULL);
  step_must (floor_order_verify (&step->order,
                                 step->floor->crypto,
                                 soup_message_headers_get_one (headers, "Wechatpay-Timestamp"),
                                 soup_message_headers_get_one (headers, "Wechatpay-Nonce"),
                                 soup_message_headers_get_one (headers, "Wechatpay-Signature")),
             "verification",
             NULL);
  step_work (step, floor_order_pay_sign, step_finish);
}

static gboolean on_readable (GObject *stream, gpointer user_data);

static void
step_read (Step *step)
{
  GPollableInputStream *stream = G_POLLABLE_INPUT_STREAM (step->stream);
  FloorOrder *order = &step->order;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSource) source = NULL;
  gssize n = 0;

  do {
    gsize room = sizeof order->answer - 1 - order->answer_length;

    step_must (room > 0, "answer", NULL);
    n = g_pollable_input_stream_read_nonblocking (stream, order->answer + order->answer_length, room, NULL, &error);
    order->answer_length += MAX (n, 0);
  } while (n > 0);

  if (n == 0) {
    step_answered (step);
    return;
  }
  step_must (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK), "reading", error);
  source = g_pollable_input_stream_create_source (stream, NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_readable), step, NULL);
  g_source_attach (source, NULL);
}

static gboolean
on_readable (GObject *stream, gpointer user_data)
{
  step_read (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Step *step = user_data;
  g_autoptr (GError) error = NULL;

  step->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  step_must (step->stream != NULL, "sending", error);
  step_read (step);
}

static void
step_send (Step *step)
{
  Floor *self = step->floor;
  SoupMessageHeaders *headers = NULL;
  g_autoptr (GBytes) body = NULL;

  step_must (step->is_good, "signing", NULL);
  step->message = soup_message_new_from_uri (SOUP_METHOD_POST, self->uri);
  /* without it libsoup opens a connection for every POST */
  soup_message_add_flags (step->message, SOUP_MESSAGE_IDEMPOTENT);
  body = g_bytes_new_with_free_func (step->order.body->str, step->order.body->len, NULL, NULL);
  soup_message_set_request_body_from_bytes (step->message, "application/json", body);
  headers = soup_message_get_request_headers (step->message);
  soup_message_headers_append (headers, "Accept", "application/json");
  soup_message_headers_append (headers, "Authorization", step->order.authorization);
  soup_message_headers_append (headers, "Wechatpay-Serial", MERCHANT_KEY_ID);
  soup_session_send_async (self->session, step->message, G_PRIORITY_DEFAULT, NULL, on_sent, step);
}

static void
floor_start_next (Floor *self)
{
  Step *step = NULL;

  if (self->started == self->target)
    return;
  self->started++;
  step = g_new0 (Step, 1);
  step->floor = self;
  step->order.number = ++self->last_number;
  step_work (step, floor_order_sign, step_send);
}

static void
floor_run (Floor *self, guint orders, guint callers)
{
  self->target = orders;
  self->started = 0;
  self->finished = 0;
  for (guint i = 0; i < MIN (callers, orders); i++)
    floor_start_next (self);
  if (orders > 0)
    g_main_loop_run (self->loop);
}

static SoupSession *
make_session (const char *ca_file, int callers)
{
  SoupSession *session = NULL;
  g_autoptr (GTlsDatabase) trust = NULL;
  g_autoptr (GError) error = NULL;

  session = g_object_new (SOUP_TYPE_SESSION,
                          "max-conns",
                          callers,
                          "max-conns-per-host",
                          callers,
                          "timeout",
                          TIMEOUT_S,
                          "user-agent",
                          "minipay-floor",
                          "proxy-resolver",
                          NULL,
                          NULL);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  if (ca_file != NULL) {
    trust = g_tls_file_database_new (ca_file, &error);
    step_must (trust != NULL, ca_file, error);
    soup_session_set_tls_database (session, trust);
  }
  return session;
}

static void
floor_open (Floor *self, const char *keys, const char *endpoint, const char *ca_file, int callers, gboolean pooled)
{
  g_autofree char *address = g_strconcat (endpoint, MERCHANT_PATH, NULL);
  g_autoptr (EVP_PKEY) public_key = floor_load_public_key (keys, "wechatpay-public-key.pem");
  g_autoptr (GError) error = NULL;

  g_mutex_init (&self->lock);
  self->uri = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, &error);
  step_must (self->uri != NULL, address, error);
  self->loop = g_main_loop_new (NULL, FALSE);
  self->session = make_session (ca_file, callers);
  self->private_key = floor_load_private_key (keys, "merchant-key.pem");
  self->crypto = floor_crypto_new (self->private_key, public_key);
  if (pooled)
    self->pool = g_thread_pool_new (work_in_pool, self, POOL_THREADS, TRUE, NULL);
  self->last_number = (guint64) g_get_real_time ();
}

static void
floor_close (Floor *self)
{
  /* a thread inside OpenSSL must not outlive main: OpenSSL's exit handler frees what it uses */
  if (self->pool != NULL)
    g_thread_pool_free (self->pool, FALSE, TRUE);
  floor_crypto_free (self->crypto);
  EVP_PKEY_free (self->private_key);
  g_object_unref (self->session);
  g_main_loop_unref (self->loop);
  g_uri_unref (self->uri);
  g_mutex_clear (&self->lock);
}

int
main (int argc, char **argv)
{
  g_autofree char *keys = NULL;
  g_autofree char *ca_file = NULL;
  g_autofree char *endpoint = NULL;
  gboolean pooled = FALSE;
  gboolean timed = FALSE;
  int orders = 1;
  int callers = 1;
  int warm_up = 0;
  const GOptionEntry options[] = {
    { "keys", 0, 0, G_OPTION_ARG_FILENAME, &keys, "folder of the keys", "DIR" },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &ca_file, "absolute path of the authority", "FILE" },
    { "endpoint", 0, 0, G_OPTION_ARG_STRING, &endpoint, "gateway", "URL" },
    { "pool", 0, 0, G_OPTION_ARG_NONE, &pooled, "sign on two threads", NULL },
    { "timer", 0, 0, G_OPTION_ARG_NONE, &timed, "measure a timer's lateness", NULL },
    { "orders", 'n', 0, G_OPTION_ARG_INT, &orders, "orders to create", "N" },
    { "callers", 'c', 0, G_OPTION_ARG_INT, &callers, "orders in flight", "N" },
    { "warm-up", 0, 0, G_OPTION_ARG_INT, &warm_up, "orders before the clock starts", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_auto (MeasureTimer) timer = { 0 };
  Floor self = { .worked = G_QUEUE_INIT };
  MeasureMark from = { 0 };
  MeasureMark to = { 0 };

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || keys == NULL || endpoint == NULL || orders < 1 ||
      callers < 1 || warm_up < 0)
    measure_fail ("%s", error != NULL ? error->message : "--keys, --endpoint, and counts above 0 are needed");

  floor_open (&self, keys, endpoint, ca_file, callers, pooled);
  floor_run (&self, (guint) warm_up, (guint) callers);
  if (timed)
    measure_timer_start (&timer);
  from = measure_mark ();
  floor_run (&self, (guint) orders, (guint) callers);
  to = measure_mark ();
  measure_timer_stop (&timer);
  measure_report ((guint) orders, from, to, &timer);

  floor_close (&self);
  return EXIT_SUCCESS;
}
