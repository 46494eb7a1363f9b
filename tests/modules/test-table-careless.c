/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>

#include "table-shop.h"

#define SHARE_NO "zooshare00000000001"

/* A provider whose flags and hints say more than they should. */

static void
test_unsigned_payment (void)
{
  g_autoptr (MinipayReceipt) receipt = NULL;
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  g_test_summary ("A payment that nobody signed is paid only when the gateway says so when it is asked.");
  table_shop_start (&shop, "asked");
  table_shop_push (&shop, "ok");
  checkout = table_shop_create (&shop, NULL, &error);
  g_assert_no_error (error);

  receipt = table_shop_receive_signed (&shop, NUMBER " paid T1", "unsigned");
  g_assert_null (minipay_receipt_get_notification (receipt));
  g_assert_error (minipay_receipt_get_failure (receipt), MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  table_shop_assert_state (&shop, MINIPAY_INTENT_STATE_PENDING, NULL);
  table_shop_clear (&shop);
}

static MinipayReport *
shop_call (TableShop *shop, GError **error)
{
  g_autoptr (GVariantDict) dict = g_variant_dict_new (NULL);

  g_variant_dict_insert (dict, "share_no", "s", SHARE_NO);
  return minipay_account_call (shop->account, "ask-share", g_variant_dict_end (dict), NULL, error);
}

static void
test_safe_call_with_number (void)
{
  g_autoptr (GError) error = NULL;
  TableShop shop;

  g_test_summary ("The manifest says that it moves money: the flag SAFE of its row makes no question of it.");
  table_shop_start (&shop, "asked");
  for (guint i = 0; i < 3; i++)
    table_shop_push (&shop, "cut");
  g_assert_null (shop_call (&shop, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  table_shop_assert_line (&shop, MINIPAY_INTENT_KIND_CALL, "ask-share/" SHARE_NO, MINIPAY_INTENT_STATE_UNKNOWN);
  table_shop_assert_requests (&shop, 1);
  table_shop_clear (&shop);
}

static void
test_bill_of_a_refusal (void)
{
  static const char *const answers[] = { "HTTP/1.1 500 Oh No\r\nContent-Length: 2\r\n\r\nno",
                                         "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{\"\"}" };

  g_test_summary ("A bill is what came as one, whatever a provider claims.");
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autofree char *folder = g_dir_make_tmp ("minipay-bill-XXXXXX", NULL);
    g_autofree char *path = g_build_filename (folder, "bill.csv", NULL);
    g_autoptr (MinipayBillRequest) request = minipay_bill_request_new (MINIPAY_BILL_KIND_TRADE, "2026-11-20", path);
    g_autoptr (GError) error = NULL;
    TableShop shop;

    table_shop_start (&shop, "asked");
    raw_server_push_text (shop.server, answers[i]);
    g_assert_null (minipay_account_download_bill (shop.account, request, NULL, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN);
    /* and nothing is left behind */
    g_assert_cmpint (g_rmdir (folder), ==, 0);
    table_shop_clear (&shop);
  }
}

static void
test_unknown_code (void)
{
  g_autoptr (GError) error = NULL;
  TableShop shop;

  g_test_summary ("An application finds no code that the documentation does not have.");
  table_shop_start (&shop, "asked");
  error = table_shop_fail (&shop, "odd", MINIPAY_ERROR_PLUGIN);
  table_shop_assert_requests (&shop, 0);
  table_shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/notification/unsigned-payment/asked-about", test_unsigned_payment);
  g_test_add_func ("/call/safe-with-number/unknown-and-not-repeated", test_safe_call_with_number);

  g_test_add_func ("/error/unknown-code/plugin", test_unknown_code);
  g_test_add_func ("/bill/refusal/none-came", test_bill_of_a_refusal);

  return table_run (
      "zoo-table", "[Operation ask-share]\n", "[Operation ask-share]\nNumber=share_no\nRepeat=false\n");
}
