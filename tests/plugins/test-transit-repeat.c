/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "raw-server.h"
#include "receive-desk.h"
#include "transit-shop.h"

#define RIDE "20261121180000000077"

/* A second deduction under one number may be a second deduction: one request is all there is. */

typedef struct {
  RawServer *server;
  Desk *desk;
} Gate;

static void
gate_init (Gate *gate)
{
  RawServer *server = raw_server_new (NULL);
  const char *endpoint = raw_server_get_base_url (server);
  g_autofree char *deduct_url = g_strconcat (endpoint, "/intp/transitpay", NULL);
  const char *const changes[] = { "endpoint", endpoint, "deduct-url", deduct_url, NULL };

  gate->server = server;
  gate->desk = desk_new (transit_new (changes), NUMBER, 100);
}

static void
gate_clear (Gate *gate)
{
  desk_free (gate->desk);
  raw_server_free (gate->server);
}

static void
gate_push (Gate *gate, guint status, const char *body)
{
  g_autofree char *answer = g_strdup_printf (
      "HTTP/1.1 %u X\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", status, strlen (body), body);

  raw_server_push_text (gate->server, answer);
}

/* -1 when the ride was taken, else the error's code. */
static int
gate_deduct (Gate *gate)
{
  g_autoptr (GVariantDict) extras = g_variant_dict_new (NULL);
  g_autoptr (MinipayMoney) total = minipay_money_new (200, "CNY");
  g_autoptr (MinipayOrder) order = NULL;
  g_autoptr (MinipayCheckout) checkout = NULL;
  g_autoptr (GError) error = NULL;

  g_variant_dict_insert (extras, "qrcode", "s", "YWZlZmF3ZWZ3ZWY=");
  g_variant_dict_insert (extras, "start_time", "s", "20091225091010");
  g_variant_dict_insert (extras, "line_name", "s", "58");
  g_variant_dict_insert (extras, "trade_scene", "s", "BUS");
  order = g_object_new (MINIPAY_TYPE_ORDER,
                        "out-trade-no",
                        RIDE,
                        "total",
                        total,
                        "subject",
                        "公交代扣",
                        "method",
                        MINIPAY_METHOD_TRANSIT,
                        "extras",
                        g_variant_dict_end (extras),
                        NULL);
  checkout = minipay_account_create_payment (gate->desk->account, order, NULL, &error);
  if (checkout != NULL)
    return -1;
  g_assert_true (error->domain == MINIPAY_ERROR);
  return error->code;
}

static void
test_repeat (void)
{
  static const struct {
    guint status;
    const char *body;
    int first;
    int second;
    guint n_requests;
    MinipayIntentState state;
  } cases[] = {
    { 200, "{\"errcode\":0}", -1, MINIPAY_ERROR_OUTCOME_UNKNOWN, 1, MINIPAY_INTENT_STATE_PENDING },
    { 502, "", MINIPAY_ERROR_OUTCOME_UNKNOWN, MINIPAY_ERROR_OUTCOME_UNKNOWN, 1, MINIPAY_INTENT_STATE_UNKNOWN },
    /* a code that no list names may have come after the deduction */
    { 200,
      "{\"errcode\":268435456,\"errmsg\":\"x\"}",
      MINIPAY_ERROR_OUTCOME_UNKNOWN,
      MINIPAY_ERROR_OUTCOME_UNKNOWN,
      1,
      MINIPAY_INTENT_STATE_UNKNOWN },
    /* refused for its form, nothing was done: the number is free */
    { 200, "{\"errcode\":47001,\"errmsg\":\"x\"}", MINIPAY_ERROR_INVALID, -1, 2, MINIPAY_INTENT_STATE_PENDING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Gate gate;

    gate_init (&gate);
    gate_push (&gate, cases[i].status, cases[i].body);
    gate_push (&gate, 200, "{\"errcode\":0}");
    g_assert_cmpint (gate_deduct (&gate), ==, cases[i].first);
    g_assert_cmpint (gate_deduct (&gate), ==, cases[i].second);
    g_assert_cmpuint (raw_server_get_requests (gate.server), ==, cases[i].n_requests);
    g_assert_cmpint (desk_get_state (gate.desk, RIDE), ==, cases[i].state);
    gate_clear (&gate);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transit/repeat/one-request-while-open", test_repeat);
  return g_test_run ();
}
