/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-notify.h"

#include <string.h>

#include "sandbox-log.h"

#define ANSWER_WITHIN_S 5
#define MAX_ANSWER      (16 * 1024)

struct _SandboxNotifier {
  SoupSession *session;
  GHashTable *running; /* every posting under way; borrowed, each frees itself */
  gboolean is_closing;
};

/* One notification under way: possibly delayed, possibly posted twice. */
typedef struct {
  SandboxNotifier *notifier;
  const SandboxMerchant *merchant;
  SandboxOrder *order;       /* nullable */
  SandboxNotifyState *state; /* nullable; of the order or of its refund */
  guint *count;              /* nullable */
  SandboxPush *push;
  GCancellable *cancellable;
  SoupMessage *message;
  guint timer_id; /* the delay before, then the deadline */
  char buffer[MAX_ANSWER + 1];
  SandboxDelivered delivered;
  gpointer user_data;
} Posting;

static void posting_start (Posting *posting);

SandboxNotifier *
sandbox_notifier_new (void)
{
  SandboxNotifier *self = g_new0 (SandboxNotifier, 1);

  self->running = g_hash_table_new (NULL, NULL);
  /* no proxy: what leaves here must end on this machine */
  self->session = soup_session_new_with_options ("proxy-resolver",
                                                 NULL,
                                                 "timeout",
                                                 ANSWER_WITHIN_S,
                                                 "user-agent",
                                                 "Mozilla/4.0",
                                                 "max-conns-per-host",
                                                 32,
                                                 "max-conns",
                                                 64,
                                                 NULL);
  return self;
}

static void
posting_end (Posting *posting, guint status, const char *reply, gsize length)
{
  const SandboxGateway *gateway = sandbox_gateway_find (posting->merchant->gateway);
  g_autoptr (GBytes) answer = g_bytes_new_static (reply, length);
  g_autofree char *text = g_utf8_make_valid (reply, -1);
  g_autofree char *quoted = sandbox_quote (text, -1);
  g_autofree char *url = sandbox_quote (posting->push->url, -1);
  SandboxDelivery delivery = { .status = status, .reply = text };
  SandboxOrder *order = posting->order;

  delivery.accepted = status != 0 && gateway->is_acknowledged (posting->push, status, answer);
  g_clear_handle_id (&posting->timer_id, g_source_remove);
  g_clear_object (&posting->message);
  g_clear_object (&posting->cancellable);
  if (posting->count != NULL) {
    ++*posting->count;
    *posting->state = delivery.accepted ? SANDBOX_NOTIFY_DELIVERED : SANDBOX_NOTIFY_FAILED;
  }
  sandbox_log ("NOTIFY %s %s %u %s: %s",
               posting->merchant->account,
               url,
               status,
               delivery.accepted ? "accepted" : "refused",
               quoted);

  if (--posting->push->times > 0 && !posting->notifier->is_closing) {
    posting_start (posting);
    return;
  }
  if (posting->delivered != NULL)
    posting->delivered (order, &delivery, posting->user_data);
  g_hash_table_remove (posting->notifier->running, posting);
  sandbox_push_free (posting->push);
  g_free (posting);
}

static void
posting_fail (Posting *posting, const char *reason)
{
  posting_end (posting, 0, reason, strlen (reason));
}

static void
on_answer_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Posting *posting = user_data;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &length, &error)) {
    posting_fail (posting, error->message);
    return;
  }
  posting->buffer[length] = '\0';
  posting_end (posting, soup_message_get_status (posting->message), posting->buffer, length);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Posting *posting = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (stream == NULL) {
    posting_fail (posting, error->message);
    return;
  }
  g_input_stream_read_all_async (
      stream, posting->buffer, MAX_ANSWER, G_PRIORITY_DEFAULT, posting->cancellable, on_answer_read, posting);
}

static gboolean
on_deadline (gpointer user_data)
{
  Posting *posting = user_data;

  posting->timer_id = 0;
  g_cancellable_cancel (posting->cancellable);
  return G_SOURCE_REMOVE;
}

/* Half a request and then nothing: written by hand, because no client library sends one. */
static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Posting *posting = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GUri) uri = g_uri_parse (posting->push->url, SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *half = NULL;
  gsize length = strlen (posting->push->body);

  connection = g_socket_client_connect_to_uri_finish (G_SOCKET_CLIENT (source), result, &error);
  if (connection == NULL) {
    posting_fail (posting, error->message);
    return;
  }
  half = g_strdup_printf ("POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: %s\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%.*s",
                          *g_uri_get_path (uri) != '\0' ? g_uri_get_path (uri) : "/",
                          g_uri_get_host (uri),
                          g_uri_get_port (uri),
                          posting->push->content_type,
                          length,
                          (int) (length / 2),
                          posting->push->body);
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             half,
                             strlen (half),
                             NULL,
                             posting->cancellable,
                             NULL);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  posting_fail (posting, "cut on command");
}

static void
posting_cut (Posting *posting)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_uri_async (
      client, posting->push->url, 80, posting->cancellable, on_connected, posting);
}

static void
posting_start (Posting *posting)
{
  g_autoptr (GBytes) body = g_bytes_new (posting->push->body, strlen (posting->push->body));
  SoupMessageHeaders *headers = NULL;

  posting->cancellable = g_cancellable_new ();
  posting->timer_id = g_timeout_add_seconds (ANSWER_WITHIN_S, on_deadline, posting);
  if (posting->push->cut) {
    posting_cut (posting);
    return;
  }

  posting->message = soup_message_new ("POST", posting->push->url);
  soup_message_add_flags (posting->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_set_request_body_from_bytes (posting->message, posting->push->content_type, body);
  headers = soup_message_get_request_headers (posting->message);
  soup_message_headers_replace (headers, "Accept", "*/*");
  for (guint i = 0; i + 1 < posting->push->headers->len; i += 2)
    soup_message_headers_append (
        headers, g_ptr_array_index (posting->push->headers, i), g_ptr_array_index (posting->push->headers, i + 1));
  soup_session_send_async (
      posting->notifier->session, posting->message, G_PRIORITY_DEFAULT, posting->cancellable, on_answered, posting);
}

static gboolean
on_delay_over (gpointer user_data)
{
  Posting *posting = user_data;

  posting->timer_id = 0;
  posting_start (posting);
  return G_SOURCE_REMOVE;
}

void
sandbox_notifier_free (SandboxNotifier *self)
{
  g_autoptr (GList) running = g_hash_table_get_keys (self->running);

  self->is_closing = TRUE;
  for (GList *l = running; l != NULL; l = l->next) {
    Posting *posting = l->data;

    if (posting->cancellable != NULL)
      g_cancellable_cancel (posting->cancellable);
    else
      posting_fail (posting, "the sandbox stops");
  }
  while (g_hash_table_size (self->running) > 0)
    g_main_context_iteration (NULL, TRUE);
  soup_session_abort (self->session);
  g_object_unref (self->session);
  g_hash_table_unref (self->running);
  g_free (self);
}

static gboolean
on_nowhere (gpointer user_data)
{
  Posting *posting = user_data;

  posting->timer_id = 0;
  posting_fail (posting, "no notification address is registered");
  return G_SOURCE_REMOVE;
}

static void
posting_prepare (Posting *posting, SandboxFault fault)
{
  g_hash_table_add (posting->notifier->running, posting);
  if (posting->push == NULL) {
    posting->push = sandbox_push_new ("", "");
    posting->timer_id = g_timeout_add (0, on_nowhere, posting);
    return;
  }
  posting->push->cut = fault.kind == SANDBOX_FAULT_CUT;
  posting->push->times = fault.kind == SANDBOX_FAULT_DUPLICATE ? 2 : 1;
  posting->push->delay_ms = fault.kind == SANDBOX_FAULT_DELAY ? fault.milliseconds : 0;
  posting->timer_id = g_timeout_add (posting->push->delay_ms, on_delay_over, posting);
}

/* Tells the merchant what became of the order or, when @refund is one, of the refund; a repeat tells the same event
 * again. */
static void
notify (
    Sandbox *sandbox, SandboxOrder *order, SandboxRefund *refund, SandboxDelivered delivered, gpointer user_data)
{
  const SandboxGateway *gateway = sandbox_gateway_find (order->gateway);
  Posting *posting = g_new0 (Posting, 1);
  SandboxFault fault = sandbox_faults_take (sandbox->faults, order->gateway, "notify");

  posting->notifier = sandbox->notifier;
  posting->merchant = sandbox_merchant_get (order->account);
  posting->order = order;
  posting->state = refund != NULL ? &refund->notify : &order->notify;
  posting->count = refund != NULL ? &refund->notifications : &order->notifications;
  posting->delivered = delivered;
  posting->user_data = user_data;
  if (refund == NULL)
    posting->push = gateway->push (sandbox, order, fault);
  else if (gateway->push_refund != NULL)
    posting->push = gateway->push_refund (sandbox, refund, fault);
  posting_prepare (posting, fault);
}

/* Tells the merchant something that is about no order. @push: (nullable), taken over. */
void
sandbox_tell (Sandbox *sandbox,
              const SandboxMerchant *merchant,
              SandboxPush *push,
              SandboxFault fault,
              SandboxDelivered delivered,
              gpointer user_data)
{
  Posting *posting = g_new0 (Posting, 1);

  posting->notifier = sandbox->notifier;
  posting->merchant = merchant;
  posting->delivered = delivered;
  posting->user_data = user_data;
  posting->push = push;
  posting_prepare (posting, fault);
}

/* Marks the order paid, once, and tells its merchant. */
void
sandbox_pay (Sandbox *sandbox, SandboxOrder *order, SandboxDelivered delivered, gpointer user_data)
{
  if (order->paid_at == NULL)
    order->paid_at = sandbox_now ();
  for (guint i = 0; order->parts != NULL && i < order->parts->len; i++) {
    SandboxOrder *part = g_ptr_array_index (order->parts, i);

    if (part->paid_at == NULL)
      part->paid_at = g_date_time_ref (order->paid_at);
  }
  notify (sandbox, order, NULL, delivered, user_data);
}

/* Marks the deduction failed, once and for good, and tells its merchant. */
void
sandbox_fail (
    Sandbox *sandbox, SandboxOrder *order, const char *reason, SandboxDelivered delivered, gpointer user_data)
{
  if (order->failed_at == NULL) {
    order->failed_at = sandbox_now ();
    order->failure = g_strdup (reason);
  }
  notify (sandbox, order, NULL, delivered, user_data);
}

typedef struct {
  Sandbox *sandbox;
  SandboxOrder *order;
} Buyer;

static gboolean
on_buyer_pays (gpointer user_data)
{
  Buyer *buyer = user_data;

  if (sandbox_order_is_open (buyer->order))
    sandbox_pay (buyer->sandbox, buyer->order, NULL, NULL);
  return G_SOURCE_REMOVE;
}

void
sandbox_pay_later (Sandbox *sandbox, SandboxOrder *order)
{
  Buyer *buyer = NULL;

  if (sandbox->pay_after_ms == 0 || order->charge == SANDBOX_CHARGE_NEVER)
    return;
  buyer = g_new0 (Buyer, 1);
  buyer->sandbox = sandbox;
  buyer->order = order;
  g_timeout_add_full (G_PRIORITY_DEFAULT, sandbox->pay_after_ms, on_buyer_pays, buyer, g_free);
}

/* Ends a refund, once and for good, and tells its merchant. */
void
sandbox_refund_end (Sandbox *sandbox,
                    SandboxRefund *refund,
                    SandboxRefundState state,
                    SandboxDelivered delivered,
                    gpointer user_data)
{
  sandbox_refund_set_state (refund, state);
  notify (sandbox, refund->order, refund, delivered, user_data);
}

typedef struct {
  Sandbox *sandbox;
  SandboxRefund *refund;
} Bank;

static gboolean
on_bank_refunds (gpointer user_data)
{
  Bank *bank = user_data;

  if (bank->refund->state == SANDBOX_REFUND_PROCESSING)
    sandbox_refund_end (bank->sandbox, bank->refund, SANDBOX_REFUND_SUCCESS, NULL, NULL);
  return G_SOURCE_REMOVE;
}

/* With --pay-after the money of a refund arrives as late as that of an order. */
void
sandbox_refund_later (Sandbox *sandbox, SandboxRefund *refund)
{
  Bank *bank = NULL;

  if (sandbox->pay_after_ms == 0)
    return;
  bank = g_new0 (Bank, 1);
  bank->sandbox = sandbox;
  bank->refund = refund;
  g_timeout_add_full (G_PRIORITY_DEFAULT, sandbox->pay_after_ms, on_bank_refunds, bank, g_free);
}
