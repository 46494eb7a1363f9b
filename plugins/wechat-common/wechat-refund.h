/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Refunds of the API v3, for mainland and Global. Sources: WeChat Pay merchant API v3, "refunds"; WeChat Pay Global
 * API v3. */
typedef struct {
  const char *path;      /* of the refunds: /v3/refund/domestic/refunds */
  const char *by_number; /* what stands before out_refund_no behind the path */
  const char *by_id;     /* the same before the gateway's number, or NULL where it finds none by that */
  const char *id_member; /* what an answer calls the gateway's number */
  const char *currency;  /* of amounts that do not say, or NULL where they must */
  gboolean is_global;    /* requests name the merchant in full, and the answer to a refund tells no state */
} WechatRefunds;

/* For tables of calls; @data is a WechatRefunds. */
MinipayHttpRequest *wechat_refund_build (MinipayExchange *x, gconstpointer data, GError **error);
MinipayHttpRequest *wechat_refund_build_query (MinipayExchange *x, gconstpointer data, GError **error);
/* Of both. */
GObject *wechat_refund_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

/* The refund of a notification that is opened: event and state must agree. */
GObject *wechat_refund_parse_event (
    MinipayExchange *x, const WechatRefunds *kind, const char *event_type, GBytes *plain, GError **error);

G_END_DECLS
