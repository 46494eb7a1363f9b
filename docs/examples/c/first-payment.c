/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A first payment: create an order, hand its parameters to the buyer's page, ask until it is paid.
 *
 *   cc first-payment.c -o first-payment $(pkg-config --cflags --libs minipay-1.0)
 *   ./first-payment shop.conf [ACCOUNT]
 */
#include <minipay.h>

#define ASK_EVERY_MS    500
#define GIVE_UP_AFTER_S 20

typedef struct {
  GMainLoop *loop;
  MinipayAccount *account;
  MinipayOrder *order;
  gint64 give_up_at_us;
  int status;
} Shop;

static void
end (Shop *shop, int status)
{
  shop->status = status;
  g_main_loop_quit (shop->loop);
}

static gboolean ask (gpointer user_data);

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Shop *shop = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayPayment) payment = NULL;
  MinipayPaymentState state = MINIPAY_PAYMENT_STATE_UNKNOWN;

  payment = minipay_account_query_payment_finish (MINIPAY_ACCOUNT (source), result, &error);
  if (payment != NULL)
    state = minipay_payment_get_state (payment);
  else
    g_printerr ("no answer: %s\n", error->message); /* which says nothing about the money: ask again */

  if (state == MINIPAY_PAYMENT_STATE_PAID) {
    /* not every gateway repeats the amount; what it says was compared with the order already */
    g_autofree char *total = minipay_money_to_string (minipay_order_get_total (shop->order));

    g_print ("paid: %s, order %s, transaction %s\n", total, minipay_order_get_out_trade_no (shop->order),
             minipay_payment_get_transaction_id (payment));
    if (!minipay_payment_get_authenticated (payment))
      g_print ("this gateway does not sign its answers: deliver the goods on its signed notification\n");
    end (shop, 0);
  } else if (state == MINIPAY_PAYMENT_STATE_CLOSED || state == MINIPAY_PAYMENT_STATE_FAILED) {
    g_printerr ("not paid, and never will be\n");
    end (shop, 1);
  } else if (g_get_monotonic_time () > shop->give_up_at_us) {
    g_printerr ("not paid yet\n");
    end (shop, 1);
  } else {
    g_timeout_add (ASK_EVERY_MS, ask, shop);
  }
}

static gboolean
ask (gpointer user_data)
{
  Shop *shop = user_data;
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (minipay_order_get_out_trade_no (shop->order));

  minipay_account_query_payment_async (shop->account, ref, NULL, on_answer, shop);
  return G_SOURCE_REMOVE;
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Shop *shop = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayCheckout) checkout = NULL;

  checkout = minipay_account_create_payment_finish (MINIPAY_ACCOUNT (source), result, &error);
  if (checkout != NULL) {
    g_autofree char *params = minipay_checkout_to_json (checkout);

    g_print ("for the buyer's page: %s\n", params);
  } else if (g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN) ||
             g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFLICT)) {
    /* The gateway may have the order. A new number could make the buyer pay twice: ask about this one. */
    g_printerr ("asking about the order: %s\n", error->message);
  } else {
    g_printerr ("no order: %s\n", error->message);
    end (shop, 1);
    return;
  }
  ask (shop);
}

/* 18 to 32 letters and digits suit every gateway. Keep the number with your own order before you use it. */
static char *
make_out_trade_no (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%d%H%M%S");

  return g_strdup_printf ("T%s%09d", time, g_random_int_range (0, 1000000000));
}

static MinipayOrder *
make_order (const char *account)
{
  g_autofree char *out_trade_no = make_out_trade_no ();
  g_autofree char *notify_url = g_strdup_printf ("http://127.0.0.1:8080/notify/%s", account);
  g_autoptr (MinipayMoney) total = minipay_money_new (1990, "CNY"); /* in fen; never a float */

  return g_object_new (MINIPAY_TYPE_ORDER, "out-trade-no", out_trade_no, "total", total, "subject",
                       "green tea", "method", MINIPAY_METHOD_MINI_PROGRAM, "wallet", MINIPAY_WALLET_WECHAT,
                       "payer", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", /* the buyer's openid */
                       "notify-url", notify_url, /* a live account needs a public https address */
                       NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayClient) client = NULL;
  g_autoptr (MinipayOrder) order = NULL;
  MinipayAccount *account = NULL; /* the client keeps it */
  const char *name = argc > 2 ? argv[2] : "weidoufu";
  Shop shop = { .loop = loop, .status = 1 };

  if (argc < 2) {
    g_printerr ("usage: %s CONFIG [ACCOUNT]\n", argv[0]);
    return 2;
  }
  client = minipay_client_new_from_file (argv[1], &error);
  if (client != NULL)
    account = minipay_client_get_account (client, name, &error);
  if (account == NULL) {
    g_printerr ("%s\n", error->message);
    return 1;
  }

  order = make_order (name);
  shop.account = account;
  shop.order = order;
  shop.give_up_at_us = g_get_monotonic_time () + GIVE_UP_AFTER_S * G_USEC_PER_SEC;
  minipay_account_create_payment_async (account, order, NULL, on_created, &shop);
  g_main_loop_run (loop);
  return shop.status;
}
