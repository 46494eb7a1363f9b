/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Which members say who it is for, besides whoever signs. */
typedef enum {
  WECHAT_CALL_NOBODY,
  WECHAT_CALL_SUB_MCHID,  /* sub_mchid, where the account acts for another */
  WECHAT_CALL_SUB_PARTY,  /* appid, and sub_mchid and sub_appid where the account acts for another */
  WECHAT_CALL_WHOLE_PARTY /* mchid, or sp_mchid and sub_mchid */
} WechatCallParty;

/* An operation that is nothing but its parameters: those that the path names in braces stand there, the others in
 * the query of a GET and in the body of a POST. The answer's members are the report. */
typedef struct {
  const char *method;
  const char *path; /* /v3/profitsharing/orders/{out_order_no} */
  WechatCallParty party;
  const char *const *sealed; /* the sensitive members, a NULL at their end, or NULL */
} WechatCall;

/* For tables of calls; @data is a WechatCall. */
MinipayHttpRequest *wechat_call_build (MinipayExchange *x, gconstpointer data, GError **error);
GObject *wechat_call_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

/* The report of a notification that is opened. */
GObject *wechat_call_parse_event (const char *name, GBytes *plain, GError **error);

G_END_DECLS
