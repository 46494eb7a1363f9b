/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "merchant-side.h"

const char *const merchant_side_accounts[3] = { "weidoufu", "wechat-v3-public-key", "wechat-v3-certificate" };

static void
on_received (MinipayListener *listener, MinipayReceipt *receipt, gpointer user_data)
{
  MerchantSide *self = user_data;

  g_ptr_array_add (self->receipts, g_object_ref (receipt));
}

void
merchant_side_set_up (MerchantSide *self, const char *transport)
{
  g_autofree char *extra = g_strconcat ("[transport]\n", transport, "\n", NULL);

  merchant_side_set_up_with (self, sandbox_process_new (), extra);
}

void
merchant_side_set_up_with (MerchantSide *self, SandboxProcess *owned_sandbox, const char *extra)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  self->sandbox = owned_sandbox;
  path = sandbox_process_write_config (self->sandbox, "test.conf", NULL, extra);
  self->client = minipay_client_new_from_file (path, &error);
  g_assert_no_error (error);
  self->receipts = g_ptr_array_new_with_free_func (g_object_unref);
  self->listener = minipay_listener_new (self->client);
  g_signal_connect (self->listener, "received", G_CALLBACK (on_received), self);
  g_assert_true (minipay_listener_listen (self->listener, 0, &error));
  g_assert_no_error (error);
}

void
merchant_side_tear_down (MerchantSide *self)
{
  g_clear_object (&self->listener);
  g_clear_object (&self->client);
  g_ptr_array_unref (self->receipts);
  sandbox_process_free (self->sandbox);
}

MinipayAccount *
merchant_side_get_account (MerchantSide *self, const char *account)
{
  g_autoptr (GError) error = NULL;
  MinipayAccount *found = minipay_client_get_account (self->client, account, &error);

  g_assert_no_error (error);
  return found;
}

MinipayOrder *
merchant_side_new_order (MerchantSide *self, const char *account)
{
  static int counter;
  g_autofree char *number = g_strdup_printf ("202601010000%08d", g_atomic_int_add (&counter, 1));
  g_autofree char *url = minipay_listener_dup_url (self->listener, account);
  g_autoptr (MinipayMoney) total = minipay_money_new (1990, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       number,
                       "total",
                       total,
                       "subject",
                       "茶",
                       "method",
                       MINIPAY_METHOD_MINI_PROGRAM,
                       "wallet",
                       MINIPAY_WALLET_WECHAT,
                       "payer",
                       "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
                       "notify-url",
                       url,
                       "attach",
                       "table 7",
                       NULL);
}

void
merchant_side_assert_state (MerchantSide *self, const char *account, MinipayOrder *order, MinipayIntentState state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent = minipay_store_find (minipay_client_get_store (self->client),
                                                         account,
                                                         MINIPAY_INTENT_KIND_PAYMENT,
                                                         minipay_order_get_out_trade_no (order),
                                                         &error);

  g_assert_no_error (error);
  g_assert_nonnull (intent);
  g_assert_cmpint (minipay_intent_get_state (intent), ==, state);
}

MinipayReceipt *
merchant_side_get_receipt (MerchantSide *self)
{
  g_assert_cmpuint (self->receipts->len, >, 0);
  return g_ptr_array_index (self->receipts, self->receipts->len - 1);
}

MinipayPayment *
merchant_side_query (MerchantSide *self, const char *account, MinipayOrder *order, GError **error)
{
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (minipay_order_get_out_trade_no (order));

  return minipay_account_query_payment (merchant_side_get_account (self, account), ref, NULL, error);
}
