/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "merchant-side.h"

#define ACCOUNT  "wechat-v3-certificate"
#define N_ORDERS 5

#define PHASE_US       (700 * G_TIME_SPAN_MILLISECOND)
#define PAUSE_US       (2 * G_TIME_SPAN_MILLISECOND)
#define CERTIFICATE_S  12
#define N_THREADS_EACH 2

/* The key of the account that has it: the two are of one gateway. */
static char *
dup_public_key_id (SandboxProcess *sandbox)
{
  g_autofree char *path = g_build_filename (sandbox_process_get_folder (sandbox), "minipay.conf", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) error = NULL;

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  return g_key_file_get_string (file, "account wechat-v3-public-key", "public-key-id", NULL);
}

/* A merchant who has the public key beside the certificate. */
static void
set_up (MerchantSide *side, SandboxProcess *owned_sandbox, const char *mode)
{
  g_autofree char *id = dup_public_key_id (owned_sandbox);
  g_autofree char *extra = g_strdup_printf ("[account " ACCOUNT "]\nmode=%s\n"
                                            "public-key=file:wechatpay-public-key.pem\npublic-key-id=%s\n",
                                            mode,
                                            id);

  merchant_side_set_up_with (side, owned_sandbox, extra);
}

/* The same gateway and another configuration. */
static void
restart (MerchantSide *side, const char *mode)
{
  g_clear_object (&side->listener);
  g_clear_object (&side->client);
  g_clear_pointer (&side->receipts, g_ptr_array_unref);
  set_up (side, side->sandbox, mode);
}

/* @more: members after the key that signs from now on */
static char *
rotate_with (MerchantSide *side, const char *to, const char *more)
{
  g_autofree char *body = g_strdup_printf ("{\"account\":\"" ACCOUNT "\",\"to\":\"%s\"%s}", to, more);
  g_autoptr (JsonNode) node = sandbox_process_ask (side->sandbox, "POST", "/sandbox/rotate", body);

  return g_strdup (json_object_get_string_member (json_node_get_object (node), "serial"));
}

static void
rotate (MerchantSide *side, const char *to)
{
  g_autofree char *serial = rotate_with (side, to, "");

  g_assert_nonnull (serial);
}

/* Order, query, payment, query: nothing of it is refused. */
static void
trade (MerchantSide *side)
{
  for (guint i = 0; i < N_ORDERS; i++) {
    g_autoptr (MinipayOrder) order = merchant_side_new_order (side, ACCOUNT);
    g_autoptr (MinipayCheckout) checkout = NULL;
    g_autoptr (MinipayPayment) before = NULL;
    g_autoptr (MinipayPayment) after = NULL;
    g_autoptr (GError) error = NULL;

    checkout = minipay_account_create_payment (merchant_side_get_account (side, ACCOUNT), order, NULL, &error);
    g_assert_no_error (error);
    before = merchant_side_query (side, ACCOUNT, order, &error);
    g_assert_no_error (error);
    g_assert_true (minipay_payment_get_authenticated (before));
    g_assert_true (sandbox_process_pay (side->sandbox, ACCOUNT, minipay_order_get_out_trade_no (order)));
    merchant_side_assert_state (side, ACCOUNT, order, MINIPAY_INTENT_STATE_PAID);
    after = merchant_side_query (side, ACCOUNT, order, &error);
    g_assert_no_error (error);
    g_assert_cmpint (minipay_payment_get_state (after), ==, MINIPAY_PAYMENT_STATE_PAID);
  }
}

static void
test_to_public_key (void)
{
  MerchantSide side = { 0 };

  g_test_summary ("First the gateway changes over, then what requests ask for: nothing is refused in between.");
  set_up (&side, sandbox_process_new (), "certificate");
  trade (&side);
  rotate (&side, "public-key");
  trade (&side);
  restart (&side, "public-key");
  trade (&side);
  merchant_side_tear_down (&side);
}

static void
test_next_certificate (void)
{
  MerchantSide side = { 0 };
  g_autoptr (MinipayOrder) order = NULL;
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  const gint64 until_us = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  g_test_summary (
      "A certificate that signs before it was ever listed: refused, fetched, and taken when it comes again.");
  set_up (&side, sandbox_process_new (), "certificate");
  trade (&side);
  order = merchant_side_new_order (&side, ACCOUNT);
  checkout = minipay_account_create_payment (merchant_side_get_account (&side, ACCOUNT), order, NULL, &error);
  g_assert_no_error (error);

  rotate (&side, "certificate");
  g_assert_false (sandbox_process_pay (side.sandbox, ACCOUNT, minipay_order_get_out_trade_no (order)));
  g_assert_error (minipay_receipt_get_failure (merchant_side_get_receipt (&side)),
                  MINIPAY_ERROR,
                  MINIPAY_ERROR_SIGNATURE_INVALID);
  merchant_side_assert_state (&side, ACCOUNT, order, MINIPAY_INTENT_STATE_PENDING);
  while (!sandbox_process_pay (side.sandbox, ACCOUNT, minipay_order_get_out_trade_no (order)))
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
  merchant_side_assert_state (&side, ACCOUNT, order, MINIPAY_INTENT_STATE_PAID);
  trade (&side);
  merchant_side_tear_down (&side);
}

/* --- Two processes of one merchant, who never stop --- */

typedef struct {
  MerchantSide side;
  MinipayAccount *account; /* borrowed */
  MinipayOrder *order;
  GThread *threads[N_THREADS_EACH];
  int is_stopped; /* atomic */
  int n_answers;  /* atomic */
  int n_refused;  /* atomic */
  guint n_taken;  /* notifications */
  guint n_rejected;
} Merchant;

static gpointer
merchant_query_on (gpointer data)
{
  Merchant *self = data;

  while (!g_atomic_int_get (&self->is_stopped)) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayPayment) payment = merchant_side_query (&self->side, ACCOUNT, self->order, &error);

    if (payment != NULL && minipay_payment_get_authenticated (payment))
      g_atomic_int_inc (&self->n_answers);
    else if (g_atomic_int_add (&self->n_refused, 1) == 0)
      g_printerr ("refused: %s\n", error != NULL ? error->message : "unsigned");
    g_usleep (PAUSE_US);
  }
  return NULL;
}

static void
merchant_start (Merchant *self, SandboxProcess *sandbox, const char *mode)
{
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;

  set_up (&self->side, sandbox, mode);
  self->account = merchant_side_get_account (&self->side, ACCOUNT);
  self->order = merchant_side_new_order (&self->side, ACCOUNT);
  checkout = minipay_account_create_payment (self->account, self->order, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < N_THREADS_EACH; i++)
    self->threads[i] = g_thread_new ("query", merchant_query_on, self);
}

static void
merchant_stop (Merchant *self)
{
  g_atomic_int_set (&self->is_stopped, TRUE);
  for (guint i = 0; i < N_THREADS_EACH; i++)
    g_thread_join (self->threads[i]);
  g_clear_object (&self->order);
  g_clear_object (&self->side.listener);
  g_clear_object (&self->side.client);
  g_clear_pointer (&self->side.receipts, g_ptr_array_unref);
}

static void
merchant_notify (Merchant *self)
{
  if (self->order == NULL)
    return;
  if (sandbox_process_pay (self->side.sandbox, ACCOUNT, minipay_order_get_out_trade_no (self->order)))
    self->n_taken++;
  else
    self->n_rejected++;
  g_ptr_array_set_size (self->side.receipts, 0);
}

static void
merchants_trade (Merchant *merchants, gint64 until_us)
{
  while (g_get_monotonic_time () < until_us) {
    merchant_notify (&merchants[0]);
    merchant_notify (&merchants[1]);
    g_usleep (PAUSE_US);
  }
}

/* A message from nobody names a key that nobody has: the account looks for new ones, and asks for them henceforth.
 */
static void
let_new_key_be_found (Merchant *merchant, const char *serial)
{
  SandboxProcess *sandbox = merchant->side.sandbox;
  const char *number = minipay_order_get_out_trade_no (merchant->order);
  const gint64 until_us = g_get_monotonic_time () + 5 * G_TIME_SPAN_SECOND;
  gboolean is_asked_for = FALSE;

  sandbox_process_fault (sandbox, ACCOUNT, "notify", "unknown-serial", 1, 0);
  g_assert_false (sandbox_process_pay (sandbox, ACCOUNT, number));
  while (!is_asked_for) {
    g_autoptr (JsonNode) node = sandbox_process_ask (sandbox, "GET", "/sandbox/requests", NULL);
    JsonArray *requests = json_object_get_array_member (json_node_get_object (node), "requests");

    for (guint i = json_array_get_length (requests); !is_asked_for && i > 0; i--)
      is_asked_for =
          g_strcmp0 (json_object_get_string_member (json_array_get_object_element (requests, i - 1), "key_id"),
                     serial) == 0;
    g_assert_cmpint (g_get_monotonic_time (), <, until_us);
    merchant_notify (merchant);
  }
}

static void
test_drill (void)
{
  Merchant merchants[2] = { 0 };
  SandboxProcess *sandbox = sandbox_process_new ();
  guint n_taken;
  gint64 end_us;
  g_autofree char *brief = NULL;
  g_autofree char *lasting = NULL;

  g_test_summary (
      "Certificate, new certificates, public key, under traffic all the time: nothing genuine is refused, "
      "and nothing is taken that a certificate signs after its end.");
  merchant_start (&merchants[0], sandbox, "certificate");
  merchants_trade (merchants, g_get_monotonic_time () + PHASE_US);

  brief =
      rotate_with (&merchants[0].side, "certificate", ",\"signs\":false,\"valid_s\":" G_STRINGIFY (CERTIFICATE_S));
  end_us = g_get_monotonic_time () + CERTIFICATE_S * G_TIME_SPAN_SECOND;
  /* certificates count in seconds, and the merchant asks for the newest */
  merchants_trade (merchants, g_get_monotonic_time () + 2 * PHASE_US);
  lasting = rotate_with (&merchants[0].side, "certificate", ",\"signs\":false");
  merchants_trade (merchants, g_get_monotonic_time () + PHASE_US);
  let_new_key_be_found (&merchants[0], lasting);
  rotate (&merchants[0].side, brief);
  merchants_trade (merchants, g_get_monotonic_time () + PHASE_US);
  rotate (&merchants[0].side, lasting);
  merchants_trade (merchants, g_get_monotonic_time () + PHASE_US);

  rotate (&merchants[0].side, "public-key");
  merchants_trade (merchants, g_get_monotonic_time () + PHASE_US);
  merchant_start (&merchants[1], sandbox, "public-key");
  merchants_trade (merchants, g_get_monotonic_time () + PHASE_US);
  /* or the machine is too slow for this to say anything */
  g_assert_cmpint (g_get_monotonic_time (), <, end_us);

  /* the brief certificate ends, and its key signs once more */
  merchants_trade (merchants, end_us + 2 * G_TIME_SPAN_SECOND);
  n_taken = merchants[0].n_taken;
  g_test_message ("queries %d and %d, refused %d and %d; notifications %u and %u, refused %u and %u",
                  g_atomic_int_get (&merchants[0].n_answers),
                  g_atomic_int_get (&merchants[1].n_answers),
                  g_atomic_int_get (&merchants[0].n_refused),
                  g_atomic_int_get (&merchants[1].n_refused),
                  merchants[0].n_taken,
                  merchants[1].n_taken,
                  merchants[0].n_rejected,
                  merchants[1].n_rejected);
  for (guint i = 0; i < G_N_ELEMENTS (merchants); i++) {
    g_assert_cmpint (g_atomic_int_get (&merchants[i].n_answers), >, 20);
    g_assert_cmpint (g_atomic_int_get (&merchants[i].n_refused), ==, 0);
    g_assert_cmpuint (merchants[i].n_taken, >, 20);
    g_assert_cmpuint (merchants[i].n_rejected, ==, 0);
  }
  rotate (&merchants[0].side, brief);
  merchants_trade (merchants, g_get_monotonic_time () + PHASE_US);
  g_test_message ("after the end: taken %u, refused %u", merchants[0].n_taken - n_taken, merchants[0].n_rejected);
  g_assert_cmpuint (merchants[0].n_taken, ==, n_taken);
  g_assert_cmpuint (merchants[0].n_rejected, >, 20);
  merchant_stop (&merchants[0]);
  merchant_stop (&merchants[1]);
  sandbox_process_free (sandbox);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rotation/public-key/none-refused", test_to_public_key);
  g_test_add_func ("/rotation/next-certificate/fetched-when-met", test_next_certificate);
  g_test_add_func ("/rotation/drill/none-refused-none-late", test_drill);
  return g_test_run ();
}
