/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* What a push to the merchant came to; weidoufu shows these numbers in its query. */
typedef enum {
  SANDBOX_NOTIFY_WAITING = 1,
  SANDBOX_NOTIFY_DELIVERED = 2,
  SANDBOX_NOTIFY_FAILED = 3
} SandboxNotifyState;

/* What the buyer's side makes of a payment code. */
typedef enum {
  SANDBOX_CHARGE_NONE, /* no code payment */
  SANDBOX_CHARGE_PAID,
  SANDBOX_CHARGE_WAITS, /* for the buyer's password, which comes by /sandbox/pay or --pay-after */
  SANDBOX_CHARGE_NEVER, /* waits for a password that --pay-after does not bring */
  SANDBOX_CHARGE_NO_MONEY,
  SANDBOX_CHARGE_EXPIRED
} SandboxCharge;

typedef struct _SandboxOrder {
  const char *gateway; /* static: name in the table of gateways */
  const char *account; /* static: name of the group in the written configuration */
  const char *mchid;   /* static; the access key's place is empty */
  char *appid;
  char *sub_mchid; /* nullable */
  char *sub_appid; /* nullable */
  char *out_trade_no;
  char *gateway_no;     /* weidoufu mch_trade_no */
  char *transaction_id; /* fixed at creation, shown once paid */
  char *payer;
  char *notify_url;
  char *attach;         /* nullable */
  char *fingerprint;    /* every parameter of the order in one text */
  char *handle;         /* what opened the cashier last: prepay_id, or the whole jsapi object */
  char *event;          /* nullable; body of the first notification, which every repeat carries again */
  char *failure;        /* nullable; why the deduction failed */
  GHashTable *extra;    /* what only this order's gateway keeps, text by names of its own */
  char *trade_type;     /* nullable; the scene as the gateway writes it: JSAPI, NATIVE, APP, MWEB, MICROPAY */
  const char *wallet;   /* static: "wechat" or "alipay" */
  const char *currency; /* static */
  gint64 total;         /* minor units of @currency */
  gint64 pay_type;
  GDateTime *expires_at;       /* nullable */
  GDateTime *paid_at;          /* nullable; set once */
  GDateTime *failed_at;        /* nullable; set once, and never beside @paid_at */
  GDateTime *closed_at;        /* nullable; by the merchant, and never beside @paid_at */
  GDateTime *reversed_at;      /* nullable; a code payment taken back, paid or not */
  GPtrArray *parts;            /* nullable; borrowed orders that are paid with this one alone */
  struct _SandboxOrder *whole; /* nullable; the order this one is a part of */
  SandboxCharge charge;        /* of a code payment */
  SandboxNotifyState notify;
  guint notifications;
} SandboxOrder;

typedef struct _SandboxOrders SandboxOrders;

SandboxOrders *sandbox_orders_new (void);
void sandbox_orders_free (SandboxOrders *self);
SandboxOrder *
sandbox_orders_add (SandboxOrders *self, const char *gateway, const char *account, const char *out_trade_no);
SandboxOrder *sandbox_orders_find (SandboxOrders *self, const char *account, const char *out_trade_no);
SandboxOrder *sandbox_orders_find_number (SandboxOrders *self, const char *account, const char *number);
GPtrArray *sandbox_orders_match (SandboxOrders *self, const char *account, const char *out_trade_no);
gboolean sandbox_orders_is_full (SandboxOrders *self);

void sandbox_order_set (SandboxOrder *order, const char *name, const char *value);
const char *sandbox_order_get (SandboxOrder *order, const char *name);
SandboxCharge sandbox_charge_of (const char *auth_code);
gboolean sandbox_order_is_open (SandboxOrder *order);
gboolean sandbox_order_is_waiting (SandboxOrder *order);
gboolean sandbox_order_is_closed (SandboxOrder *order);
GDateTime *sandbox_now (void);
char *sandbox_time (GDateTime *time);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxOrders, sandbox_orders_free)
