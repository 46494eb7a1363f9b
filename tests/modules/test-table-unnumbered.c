/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "table-shop.h"

#define REFUND_NO "zoorefund0000000001"
#define OTHER_NO  "zoorefund0000000002"

/* A gateway that numbers no refunds cannot tell two of them apart: while one is open there is no other. */

static MinipayRefund *
shop_refund (TableShop *shop, const char *number, GError **error)
{
  g_autoptr (MinipayMoney) amount = minipay_money_new (40, "CNY");
  g_autoptr (MinipayRefundRequest) request = minipay_refund_request_new (number, NUMBER, amount);

  return minipay_account_refund (shop->account, request, NULL, error);
}

static void
shop_fail_refund (TableShop *shop, const char *number, MinipayError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (shop_refund (shop, number, &error));
  g_assert_error (error, MINIPAY_ERROR, (int) code);
}

static void
test_one_at_a_time (void)
{
  g_autoptr (MinipayRefund) refund = NULL;
  g_autoptr (MinipayIntent) decided = NULL;
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "unnumbered");
  table_shop_push (&shop, "cut");
  table_shop_push (&shop, "refunded");
  shop_fail_refund (&shop, REFUND_NO, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  shop_fail_refund (&shop, REFUND_NO, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  shop_fail_refund (&shop, OTHER_NO, MINIPAY_ERROR_CONFLICT);
  table_shop_assert_line (&shop, MINIPAY_INTENT_KIND_REFUND, REFUND_NO, MINIPAY_INTENT_STATE_UNKNOWN);
  table_shop_assert_requests (&shop, 1);

  /* somebody looked into the gateway's console */
  decided = minipay_store_advance (
      shop.store, "tea-shop", MINIPAY_INTENT_KIND_REFUND, REFUND_NO, MINIPAY_INTENT_STATE_REFUNDED, NULL, &error);
  g_assert_no_error (error);
  refund = shop_refund (&shop, OTHER_NO, &error);
  g_assert_no_error (error);
  /* that the gateway says so is all there ever will be */
  table_shop_assert_line (&shop, MINIPAY_INTENT_KIND_REFUND, OTHER_NO, MINIPAY_INTENT_STATE_REFUNDED);
  table_shop_assert_requests (&shop, 2);
  table_shop_clear (&shop);
}

/* By its other name the same order would be given back twice. */
static void
test_other_name (void)
{
  g_autoptr (MinipayMoney) amount = minipay_money_new (40, "CNY");
  g_autoptr (MinipayRefundRequest) request = g_object_new (
      MINIPAY_TYPE_REFUND_REQUEST, "out-refund-no", OTHER_NO, "transaction-id", "T1", "amount", amount, NULL);
  g_autoptr (GError) error = NULL;
  TableShop shop;

  table_shop_start (&shop, "unnumbered");
  table_shop_push (&shop, "cut");
  table_shop_push (&shop, "refunded");
  shop_fail_refund (&shop, REFUND_NO, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_null (minipay_account_refund (shop.account, request, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  table_shop_assert_requests (&shop, 1);
  table_shop_clear (&shop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/refund/unnumbered/one-at-a-time", test_one_at_a_time);
  g_test_add_func ("/refund/unnumbered/by-other-name-not-sent", test_other_name);

  return table_run ("zoo-table", "Repeat=true\nEchoes=out_refund_no", "Repeat=false\nEchoes=out_refund_no");
}
