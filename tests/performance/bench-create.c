/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* V3 orders as an application creates them: on its own main loop, a fixed number in flight. */
#include "config.h"

#include <minipay.h>
#include <stdlib.h>

#include "measure.h"
#include "merchant.h"

typedef struct {
  MinipayAccount *account; /* the client keeps it */
  GMainLoop *loop;         /* owned */
  guint64 last_number;
  guint target;
  guint started;
  guint finished;
} Bench;

static void bench_start_next (Bench *self);

static MinipayOrder *
make_order (guint64 number)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (MERCHANT_TOTAL, "CNY");
  char out_trade_no[33];

  g_snprintf (out_trade_no, sizeof out_trade_no, "B%020" G_GUINT64_FORMAT, number);
  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       out_trade_no,
                       "total",
                       total,
                       "subject",
                       MERCHANT_SUBJECT,
                       "method",
                       MINIPAY_METHOD_JSAPI,
                       "payer",
                       MERCHANT_PAYER,
                       "attach",
                       MERCHANT_ATTACH,
                       "notify-url",
                       MERCHANT_NOTIFY_URL,
                       NULL);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Bench *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GHashTable) params = NULL;

  checkout = minipay_account_create_payment_finish (MINIPAY_ACCOUNT (source), result, &error);
  if (checkout != NULL)
    params = minipay_checkout_dup_params (checkout, MINIPAY_RUNTIME_JSBRIDGE, &error);
  if (params == NULL)
    measure_fail ("%s", error->message);
  if (!g_hash_table_contains (params, "paySign"))
    measure_fail ("a checkout came without paySign");

  if (++self->finished == self->target)
    g_main_loop_quit (self->loop);
  else
    bench_start_next (self);
}

static void
bench_start_next (Bench *self)
{
  g_autoptr (MinipayOrder) order = NULL;

  if (self->started == self->target)
    return;
  self->started++;
  order = make_order (++self->last_number);
  minipay_account_create_payment_async (self->account, order, NULL, on_created, self);
}

static void
bench_run (Bench *self, guint orders, guint callers)
{
  self->target = orders;
  self->started = 0;
  self->finished = 0;
  for (guint i = 0; i < MIN (callers, orders); i++)
    bench_start_next (self);
  if (orders > 0)
    g_main_loop_run (self->loop);
}

int
main (int argc, char **argv)
{
  g_autofree char *config = NULL;
  gboolean timed = FALSE;
  int orders = 1;
  int callers = 1;
  int warm_up = 0;
  const GOptionEntry options[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &config, "configuration", "FILE" },
    { "timer", 0, 0, G_OPTION_ARG_NONE, &timed, "measure a timer's lateness", NULL },
    { "orders", 'n', 0, G_OPTION_ARG_INT, &orders, "orders to create", "N" },
    { "callers", 'c', 0, G_OPTION_ARG_INT, &callers, "orders in flight", "N" },
    { "warm-up", 0, 0, G_OPTION_ARG_INT, &warm_up, "orders before the clock starts", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayClient) client = NULL;
  g_auto (MeasureTimer) timer = { 0 };
  Bench self = { 0 };
  MeasureMark from = { 0 };
  MeasureMark to = { 0 };

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || config == NULL || orders < 1 || callers < 1 ||
      warm_up < 0)
    measure_fail ("%s", error != NULL ? error->message : "--config, and counts above 0 are needed");

  client = minipay_client_new_from_file (config, &error);
  if (client != NULL)
    self.account = minipay_client_get_account (client, MERCHANT_ACCOUNT, &error);
  if (self.account == NULL)
    measure_fail ("%s", error->message);
  self.loop = g_main_loop_new (NULL, FALSE);
  self.last_number = (guint64) g_get_real_time ();

  bench_run (&self, (guint) warm_up, (guint) callers);
  if (timed)
    measure_timer_start (&timer);
  from = measure_mark ();
  bench_run (&self, (guint) orders, (guint) callers);
  to = measure_mark ();
  measure_timer_stop (&timer);
  measure_report ((guint) orders, from, to, &timer);

  g_main_loop_unref (self.loop);
  return EXIT_SUCCESS;
}
