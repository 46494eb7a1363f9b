/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "merchant-side.h"

#define ACCOUNT  "wechat-v3-certificate"
#define N_ORDERS 5

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

static void
rotate (MerchantSide *side, const char *to)
{
  g_autofree char *body = g_strdup_printf ("{\"account\":\"" ACCOUNT "\",\"to\":\"%s\"}", to);
  g_autoptr (JsonNode) node = sandbox_process_ask (side->sandbox, "POST", "/sandbox/rotate", body);

  g_assert_nonnull (node);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rotation/public-key/none-refused", test_to_public_key);
  g_test_add_func ("/rotation/next-certificate/fetched-when-met", test_next_certificate);
  return g_test_run ();
}
