/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

#include "wechat-scene.h"

G_BEGIN_DECLS

/* Orders, queries, closes, reversals and notifications of the API v3, for mainland and Global, for merchants and
 * for those who act for others. Sources: WeChat Pay merchant API v3; WeChat Pay Global API v3. */
typedef struct {
  const char *path;         /* of the transactions: /v3/pay/transactions */
  const char *partner_path; /* of those of an account that acts for another, where it is another */
  const char *code_path;    /* of those by the buyer's code, or NULL */
  const char *id_member;    /* what a transaction calls the gateway's number */
  const char *currency;     /* of amounts that do not say, or NULL where they must */
  gboolean closes_by_id;    /* also by the gateway's number */
  gboolean combines;        /* has combined orders */
  const WechatScene *scenes;
  /* The members of an order that only this interface has; FALSE with INVALID. */
  gboolean (*add_members) (MinipayExchange *x, const WechatScene *scene, MinipayJsonWriter *writer, GError **error);
} WechatTransactions;

/* For tables of calls; @data is a WechatTransactions. A combined order of the mainland (wechat-combine.h) is one of
 * these, too. Close and reverse share their functions. */
MinipayHttpRequest *wechat_transaction_build_create (MinipayExchange *x, gconstpointer data, GError **error);
GObject *wechat_transaction_parse_create (MinipayExchange *x,
                                          gconstpointer data,
                                          MinipayHttpResponse *answer,
                                          GError **error);

MinipayHttpRequest *wechat_transaction_build_query (MinipayExchange *x, gconstpointer data, GError **error);
GObject *wechat_transaction_parse_query (MinipayExchange *x,
                                         gconstpointer data,
                                         MinipayHttpResponse *answer,
                                         GError **error);

MinipayHttpRequest *wechat_transaction_build_close (MinipayExchange *x, gconstpointer data, GError **error);
GObject *wechat_transaction_parse_close (MinipayExchange *x,
                                         gconstpointer data,
                                         MinipayHttpResponse *answer,
                                         GError **error);

/* The payment of a notification that is opened: event and state must agree. */
GObject *wechat_transaction_parse_event (
    MinipayExchange *x, const WechatTransactions *kind, const char *event_type, GBytes *plain, GError **error);

G_END_DECLS
