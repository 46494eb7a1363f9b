/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-order.h"

#include <string.h>

#include "sandbox-crypto.h"

#define MAX_ORDERS 100000

struct _SandboxOrders {
  GPtrArray *all;        /* owned, in the order of arrival */
  GHashTable *by_number; /* "account\nnumber" of the merchant or of the gateway -> borrowed order */
};

static void
order_free (gpointer data)
{
  SandboxOrder *order = data;

  g_free (order->appid);
  g_free (order->sub_mchid);
  g_free (order->sub_appid);
  g_free (order->out_trade_no);
  g_free (order->gateway_no);
  g_free (order->transaction_id);
  g_free (order->payer);
  g_free (order->notify_url);
  g_free (order->attach);
  g_free (order->fingerprint);
  g_free (order->handle);
  g_free (order->event);
  g_free (order->failure);
  g_free (order->trade_type);
  g_clear_pointer (&order->parts, g_ptr_array_unref);
  g_clear_pointer (&order->closed_at, g_date_time_unref);
  g_clear_pointer (&order->reversed_at, g_date_time_unref);
  g_hash_table_unref (order->extra);
  g_clear_pointer (&order->expires_at, g_date_time_unref);
  g_clear_pointer (&order->paid_at, g_date_time_unref);
  g_clear_pointer (&order->failed_at, g_date_time_unref);
  g_free (order);
}

SandboxOrders *
sandbox_orders_new (void)
{
  SandboxOrders *self = g_new0 (SandboxOrders, 1);

  self->all = g_ptr_array_new_with_free_func (order_free);
  self->by_number = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
sandbox_orders_free (SandboxOrders *self)
{
  g_hash_table_unref (self->by_number);
  g_ptr_array_unref (self->all);
  g_free (self);
}

gboolean
sandbox_orders_is_full (SandboxOrders *self)
{
  return self->all->len >= MAX_ORDERS;
}

static char *
make_key (const char *kind, const char *account, const char *number)
{
  return g_strdup_printf ("%s\n%s\n%s", kind, account, number);
}

SandboxOrder *
sandbox_orders_add (SandboxOrders *self, const char *gateway, const char *account, const char *out_trade_no)
{
  SandboxOrder *order = g_new0 (SandboxOrder, 1);
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *day = g_date_time_format (now, "%Y%m%d");
  g_autofree char *digits = sandbox_random_digits (16);
  g_autofree char *more = sandbox_random_digits (16);

  order->gateway = gateway;
  order->account = account;
  order->mchid = "";
  order->wallet = "wechat";
  order->currency = "CNY";
  order->extra = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  order->out_trade_no = g_strdup (out_trade_no);
  order->gateway_no = g_strdup_printf ("%s%s", day, digits);
  order->transaction_id = g_strdup_printf ("4200%s%s", day, more);
  order->notify = SANDBOX_NOTIFY_WAITING;

  g_ptr_array_add (self->all, order);
  g_hash_table_insert (self->by_number, make_key ("merchant", account, out_trade_no), order);
  g_hash_table_insert (self->by_number, make_key ("gateway", account, order->gateway_no), order);
  g_hash_table_insert (self->by_number, make_key ("gateway", account, order->transaction_id), order);
  return order;
}

SandboxOrder *
sandbox_orders_find (SandboxOrders *self, const char *account, const char *out_trade_no)
{
  g_autofree char *key = make_key ("merchant", account, out_trade_no);

  return g_hash_table_lookup (self->by_number, key);
}

SandboxOrder *
sandbox_orders_find_number (SandboxOrders *self, const char *account, const char *number)
{
  g_autofree char *key = make_key ("gateway", account, number);

  return g_hash_table_lookup (self->by_number, key);
}

/* Every order that fits, newest first; NULL fits everything. The array borrows. */
GPtrArray *
sandbox_orders_match (SandboxOrders *self, const char *account, const char *out_trade_no)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = self->all->len; i > 0; i--) {
    SandboxOrder *order = g_ptr_array_index (self->all, i - 1);

    if ((account == NULL || g_str_equal (order->account, account)) &&
        (out_trade_no == NULL || g_str_equal (order->out_trade_no, out_trade_no)))
      g_ptr_array_add (found, order);
  }
  return found;
}

void
sandbox_order_set (SandboxOrder *order, const char *name, const char *value)
{
  if (value == NULL)
    g_hash_table_remove (order->extra, name);
  else
    g_hash_table_insert (order->extra, g_strdup (name), g_strdup (value));
}

/* NULL when it was never set. */
const char *
sandbox_order_get (SandboxOrder *order, const char *name)
{
  return g_hash_table_lookup (order->extra, name);
}

/* What becomes of a code payment, by the last digit of the code: 0 to 5 pay at once, 6 asks for the password and
 * gets it, 7 asks and never gets it, 8 has no money, 9 is a code that has expired or was used. */
SandboxCharge
sandbox_charge_of (const char *auth_code)
{
  switch (*auth_code != '\0' ? auth_code[strlen (auth_code) - 1] : '9') {
  case '6':
    return SANDBOX_CHARGE_WAITS;
  case '7':
    return SANDBOX_CHARGE_NEVER;
  case '8':
    return SANDBOX_CHARGE_NO_MONEY;
  case '9':
    return SANDBOX_CHARGE_EXPIRED;
  default:
    return SANDBOX_CHARGE_PAID;
  }
}

/* By the merchant, by taking a code payment back, or by time. */
gboolean
sandbox_order_is_closed (SandboxOrder *order)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  if (order->closed_at != NULL || order->reversed_at != NULL)
    return TRUE;
  return order->paid_at == NULL && order->failed_at == NULL && order->expires_at != NULL &&
         g_date_time_compare (now, order->expires_at) >= 0;
}

/* Whether a buyer can still pay it. */
gboolean
sandbox_order_is_open (SandboxOrder *order)
{
  return order->paid_at == NULL && order->failed_at == NULL && !sandbox_order_is_closed (order);
}

/* Whether a code payment waits for the buyer's password. */
gboolean
sandbox_order_is_waiting (SandboxOrder *order)
{
  return sandbox_order_is_open (order) &&
         (order->charge == SANDBOX_CHARGE_WAITS || order->charge == SANDBOX_CHARGE_NEVER);
}

/* China time, which every one of these gateways speaks. */
GDateTime *
sandbox_now (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 60 * 60);

  return g_date_time_new_now (zone);
}

char *
sandbox_time (GDateTime *time)
{
  return g_date_time_format (time, "%Y-%m-%dT%H:%M:%S+08:00");
}
