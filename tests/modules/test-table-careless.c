/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table-shop.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/notification/unsigned-payment/asked-about", test_unsigned_payment);


  return table_run ("zoo-table", NULL, NULL);
}
