/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "merchant-side.h"

#define N_AT_ONCE 64
#define V3        "wechat-v3-public-key"

static MerchantSide side;

/* --- Many at once --- */

typedef struct {
  guint n_open;
  guint n_created;
  guint n_conflicts;
} Crowd;

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Crowd *crowd = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayCheckout) checkout =
      minipay_account_create_payment_finish (MINIPAY_ACCOUNT (source), result, &error);

  crowd->n_open--;
  if (checkout != NULL)
    crowd->n_created++;
  else if (g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT))
    crowd->n_conflicts++;
  else
    g_assert_no_error (error);
}

static void
wait_for (Crowd *crowd)
{
  while (crowd->n_open > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
start_create (MinipayAccount *account, MinipayOrder *order, Crowd *crowd)
{
  crowd->n_open++;
  minipay_account_create_payment_async (account, order, NULL, on_created, crowd);
}

static void
test_many (gconstpointer data)
{
  MinipayAccount *account = merchant_side_get_account (&side, data);
  g_autoptr (GPtrArray) orders = g_ptr_array_new_with_free_func (g_object_unref);
  Crowd crowd = { 0 };

  for (guint i = 0; i < N_AT_ONCE; i++) {
    g_ptr_array_add (orders, merchant_side_new_order (&side, data));
    start_create (account, g_ptr_array_index (orders, i), &crowd);
  }
  g_assert_cmpuint (crowd.n_open, ==, N_AT_ONCE);
  wait_for (&crowd);
  g_assert_cmpuint (crowd.n_created, ==, N_AT_ONCE);
  for (guint i = 0; i < N_AT_ONCE; i++)
    merchant_side_assert_state (&side, data, g_ptr_array_index (orders, i), MINIPAY_INTENT_STATE_PENDING);
}

static void
test_same_twice (gconstpointer data)
{
  MinipayAccount *account = merchant_side_get_account (&side, data);

  for (guint i = 0; i < 10; i++) {
    g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, data);
    Crowd crowd = { 0 };

    start_create (account, order, &crowd);
    start_create (account, order, &crowd);
    wait_for (&crowd);
    g_assert_cmpuint (crowd.n_created, ==, 2);
    g_assert_cmpuint (
        sandbox_process_count_orders (side.sandbox, data, minipay_order_get_out_trade_no (order)), ==, 1);
    merchant_side_assert_state (&side, data, order, MINIPAY_INTENT_STATE_PENDING);
  }
}

static void
test_same_number_other_content (gconstpointer data)
{
  MinipayAccount *account = merchant_side_get_account (&side, data);
  g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, data);
  g_autoptr (MinipayMoney) more = minipay_money_new (1991, "CNY");
  g_autoptr (MinipayOrder) other = g_object_new (MINIPAY_TYPE_ORDER,
                                                 "out-trade-no",
                                                 minipay_order_get_out_trade_no (order),
                                                 "total",
                                                 more,
                                                 "subject",
                                                 "tea",
                                                 "method",
                                                 MINIPAY_METHOD_MINI_PROGRAM,
                                                 "wallet",
                                                 MINIPAY_WALLET_WECHAT,
                                                 "payer",
                                                 minipay_order_get_payer (order),
                                                 "notify-url",
                                                 minipay_order_get_notify_url (order),
                                                 NULL);
  Crowd crowd = { 0 };

  start_create (account, order, &crowd);
  start_create (account, other, &crowd);
  wait_for (&crowd);
  g_assert_cmpuint (crowd.n_created, ==, 1);
  g_assert_cmpuint (crowd.n_conflicts, ==, 1);
  g_assert_cmpuint (
      sandbox_process_count_orders (side.sandbox, data, minipay_order_get_out_trade_no (order)), ==, 1);
}

static void
test_two_clients (void)
{
  g_autofree char *path = g_build_filename (sandbox_process_get_folder (side.sandbox), "minipay.conf", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayClient) other = minipay_client_new_from_file (path, &error);
  g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, V3);
  MinipayAccount *there = minipay_client_get_account (other, V3, &error);
  Crowd crowd = { 0 };

  g_assert_no_error (error);
  g_assert_true (there != merchant_side_get_account (&side, V3));
  g_assert_true (minipay_client_get_store (other) != minipay_client_get_store (side.client));
  start_create (there, order, &crowd);
  start_create (merchant_side_get_account (&side, V3), order, &crowd);
  wait_for (&crowd);
  g_assert_cmpuint (crowd.n_created, ==, 2);
  g_assert_cmpuint (sandbox_process_count_orders (side.sandbox, V3, minipay_order_get_out_trade_no (order)), ==, 1);
}

static void
test_unmatched (gconstpointer data)
{
  g_autofree char *path = g_build_filename (sandbox_process_get_folder (side.sandbox), "minipay.conf", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayClient) other = minipay_client_new_from_file (path, &error);
  g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, data);
  const char *number = minipay_order_get_out_trade_no (order);
  Crowd crowd = { 0 };
  MinipayNotification *notification;

  g_test_summary ("An order that this journal does not know is told as such, and not invented.");
  start_create (minipay_client_get_account (other, data, &error), order, &crowd);
  wait_for (&crowd);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (MinipayIntent) intent = NULL;

    g_assert_true (sandbox_process_pay (side.sandbox, data, number));
    notification = minipay_receipt_get_notification (merchant_side_get_receipt (&side));
    g_assert_cmpstr (
        minipay_payment_get_out_trade_no (minipay_notification_get_payment (notification)), ==, number);
    g_assert_true (minipay_notification_get_unmatched (notification));
    g_assert_true (minipay_notification_get_duplicate (notification) == (i == 1));
    intent = minipay_store_find (
        minipay_client_get_store (side.client), data, MINIPAY_INTENT_KIND_PAYMENT, number, &error);
    g_assert_no_error (error);
    g_assert_null (intent);
  }
}

/* --- Messages that nobody signed --- */

static void
assert_refused (MinipayHttpRequest *request, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayReceipt) receipt = minipay_client_receive (side.client, request, NULL, &error);
  g_autoptr (MinipayHttpResponse) reply = NULL;

  g_assert_no_error (error);
  g_assert_null (minipay_receipt_get_notification (receipt));
  g_assert_error (minipay_receipt_get_failure (receipt), MINIPAY_ERROR, code);
  reply = minipay_receipt_dup_reply (receipt, TRUE);
  g_assert_cmpuint (minipay_http_response_get_status (reply), >=, 400);
}

static MinipayHttpRequest *
new_message (const char *account, const char *body)
{
  g_autofree char *target = g_strconcat ("/notify/", account, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  return minipay_http_request_new ("POST", target, bytes);
}

static void
test_forged (gconstpointer data)
{
  static const char *const bodies[] = { "", "{}", "[]", "null", "{\"sign\":\"\"}", "<xml></xml>", "\xff\xfe" };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayHttpRequest) request = new_message (data, bodies[i]);
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayReceipt) receipt = minipay_client_receive (side.client, request, NULL, &error);
    g_autoptr (MinipayHttpResponse) reply = NULL;

    g_assert_no_error (error);
    g_assert_null (minipay_receipt_get_notification (receipt));
    g_assert_nonnull (minipay_receipt_get_failure (receipt));
    reply = minipay_receipt_dup_reply (receipt, TRUE);
    g_assert_cmpuint (minipay_http_response_get_status (reply), >=, 400);
  }
}

static void
test_repeated_signature (void)
{
  g_autoptr (MinipayHttpRequest) request = new_message (V3, "{}");
  g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, g_get_real_time () / G_USEC_PER_SEC);

  minipay_http_request_add_header (request, "Wechatpay-Timestamp", now);
  minipay_http_request_add_header (request, "Wechatpay-Nonce", "n");
  minipay_http_request_add_header (request, "Wechatpay-Serial", "PUB_KEY_ID_0");
  minipay_http_request_add_header (request, "Wechatpay-Signature", "YQ==");
  minipay_http_request_add_header (request, "wechatpay-signature", "YQ==");
  assert_refused (request, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_unknown_account (void)
{
  g_autoptr (MinipayHttpRequest) request = new_message ("nobody", "{}");
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_client_receive (side.client, request, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_FOUND);
}

/* --- Configurations --- */

static void
assert_config_refused (const char *text, const char *extra, const char *account, const char *names)
{
  g_autofree char *path = sandbox_process_write_config (side.sandbox, "bad.conf", text, extra);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayClient) client = minipay_client_new_from_file (path, &error);

  if (client != NULL && account != NULL)
    g_assert_null (minipay_client_get_account (client, account, &error));
  else
    g_assert_null (client);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  if (strstr (error->message, names) == NULL)
    g_test_fail_printf ("\"%s\" does not name %s", error->message, names);
}

static void
test_config_unknown (void)
{
  assert_config_refused (NULL, "[transprot]\ndeadline-ms=1000\n", NULL, "transprot");
  assert_config_refused (NULL, "[transport]\ndeadline=1000\n", NULL, "deadline");
  assert_config_refused (NULL, "[transport]\ndeadline-ms=0\n", NULL, "deadline-ms");
  assert_config_refused (NULL, "[transport]\ndeadline-ms=1e4\n", NULL, "deadline-ms");
  assert_config_refused (NULL, "[account a b]\nprovider=weidoufu\n", NULL, "a b");
  assert_config_refused (NULL, "[account shop]\nmchid=1\n", NULL, "provider");
  assert_config_refused ("no group\n", "", NULL, "bad.conf");
  assert_config_refused ("",
                         "[account shop]\nprovider=weidoufu\naccess-key=a\nsecret-key=0123456789abcdef\n"
                         "verify=false\n",
                         "shop",
                         "verify");
}

static void
test_config_secret (void)
{
  static const char *const texts[] = { "", "\n", "0123456789abcde", "    " };
  g_autofree char *path = g_build_filename (sandbox_process_get_folder (side.sandbox), "bad-key", NULL);
  static const char settings[] = "[account shop]\nprovider=weidoufu\naccess-key=a\nsecret-key=";

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_assert_true (g_file_set_contents_full (path, texts[i], -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
    assert_config_refused (settings, "", "shop", "secret-key");
    {
      g_autofree char *from_file = g_strconcat (settings, "file:bad-key\n", NULL);

      assert_config_refused (from_file, "", "shop", "secret-key");
    }
  }
  {
    g_autofree char *missing = g_strconcat (settings, "file:no-such-key\n", NULL);
    g_autofree char *unset = g_strconcat (settings, "env:MINIPAY_TEST_NO_SUCH_VARIABLE\n", NULL);

    assert_config_refused (missing, "", "shop", "no-such-key");
    assert_config_refused (unset, "", "shop", "MINIPAY_TEST_NO_SUCH_VARIABLE");
  }
}

static void
test_config_broken_line (void)
{
  static const char text[] = "[account shop]\nprovider=weidoufu\nsecret-key=\\\ntop-secret-0123456789\n";
  g_autofree char *path = sandbox_process_write_config (side.sandbox, "bad.conf", text, "");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A line that cannot be read may be half a key: the message does not repeat it.");
  g_assert_null (minipay_client_new_from_file (path, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  if (strstr (error->message, "top-secret") != NULL)
    g_assert_no_error (error);
}

static void
test_config_ca_file_live (void)
{
  assert_config_refused ("[account shop]\nprovider=weidoufu\naccess-key=a\nsecret-key=0123456789abcdef\n",
                         "[transport]\nca-file=ca.pem\n",
                         "shop",
                         "ca-file");
}

/* --- A fork --- */

static void
test_fork (void)
{
  g_autoptr (MinipayOrder) order = merchant_side_new_order (&side, V3);
  g_autoptr (MinipayOrder) before = merchant_side_new_order (&side, V3);
  MinipayAccount *account = merchant_side_get_account (&side, V3);
  g_autoptr (MinipayCheckout) made = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;
  pid_t child;

  made = minipay_account_create_payment (account, before, NULL, &error);
  g_assert_no_error (error);
  child = fork ();
  if (child == 0) {
    g_autoptr (GError) forked = NULL;

    alarm (20);
    if (minipay_account_create_payment (account, order, NULL, &forked) != NULL)
      _exit (1);
    _exit (g_error_matches (forked, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG) && strstr (forked->message, "fork") != NULL
               ? 0
               : 2);
  }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpuint (sandbox_process_count_orders (side.sandbox, V3, minipay_order_get_out_trade_no (order)), ==, 0);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  /* the sandbox's queue of new connections is short */
  merchant_side_set_up (&side, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (merchant_side_accounts); i++) {
    const char *account = merchant_side_accounts[i];
    g_autofree char *many = g_strdup_printf ("/payments/%s/at-once/64-created", account);
    g_autofree char *twice = g_strdup_printf ("/payments/%s/at-once/same-order-one-order", account);
    g_autofree char *other = g_strdup_printf ("/payments/%s/at-once/other-content-conflicts", account);
    g_autofree char *unmatched = g_strdup_printf ("/payments/%s/notify/unknown-order-unmatched", account);
    g_autofree char *forged = g_strdup_printf ("/payments/%s/notify/forged-refused", account);

    g_test_add_data_func (many, account, test_many);
    g_test_add_data_func (twice, account, test_same_twice);
    g_test_add_data_func (other, account, test_same_number_other_content);
    g_test_add_data_func (unmatched, account, test_unmatched);
    g_test_add_data_func (forged, account, test_forged);
  }
  g_test_add_func ("/payments/clients/two-one-order", test_two_clients);
  g_test_add_func ("/payments/notify/repeated-signature-refused", test_repeated_signature);
  g_test_add_func ("/payments/notify/unknown-account", test_unknown_account);
  g_test_add_func ("/payments/config/unknown-group-or-key", test_config_unknown);
  g_test_add_func ("/payments/config/secret-empty-short-missing", test_config_secret);
  g_test_add_func ("/payments/config/broken-line-not-repeated", test_config_broken_line);
  g_test_add_func ("/payments/config/ca-file-with-live-account", test_config_ca_file_live);
  g_test_add_func ("/payments/fork/clear-error-nothing-sent", test_fork);

  result = g_test_run ();
  merchant_side_tear_down (&side);
  return result;
}
