/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Orders, queries and notifications of the API v3, for mainland and Global, for merchants and for those who act for
 * others: an account with a sub-mchid speaks in sp_ and sub_ members, any other in mchid and appid. Sources: WeChat
 * Pay merchant API v3; WeChat Pay Global API v3. */
typedef struct {
  const char *path;      /* of the transactions: /v3/pay/transactions */
  const char *id_member; /* what a transaction calls the gateway's number */
  const char *currency;  /* of amounts that do not say, or NULL where they must */
  /* The members of an order that only this interface has. */
  void (*add_members) (MinipayExchange *x, MinipayOrder *order, MinipayJsonWriter *writer);
} WechatTransactions;

/* For tables of calls; @data is a WechatTransactions. */
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

GObject *wechat_transaction_parse_notification (MinipayExchange *x,
                                                const WechatTransactions *kind,
                                                MinipayHttpRequest *incoming,
                                                GError **error);

G_END_DECLS
