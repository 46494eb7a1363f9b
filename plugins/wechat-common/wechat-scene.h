/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Where the buyer meets the cashier in the API v3: what the order says of it, and what opens it. Sources: WeChat
 * Pay merchant API v3, "JSAPI/APP/H5/Native"; WeChat Pay Global API v3. */
typedef struct {
  MinipayMethod method;
  const char *path;       /* of the order, behind the transactions' */
  const char *trade_type; /* NULL where the path says it all */
  const char *handle;     /* the answer's member that opens the cashier; NULL where none is opened */
} WechatScene;

/* The scene of the order in @scenes, which ends with one without path; NULL with NOT_SUPPORTED. */
const WechatScene *wechat_scene_find (MinipayExchange *x, const WechatScene *scenes, GError **error);

/* scene_info, where there is anything to say; FALSE with INVALID without the client_ip that the mainland needs in
 * it, and for one that is no buyer's. */
gboolean
wechat_scene_add_info (MinipayExchange *x, gboolean needs_client_ip, MinipayJsonWriter *writer, GError **error);

/* The checkout of a verified answer. @appid opens the cashier, and is the merchant @mchid's. */
GObject *wechat_scene_new_checkout (MinipayExchange *x,
                                    const WechatScene *scene,
                                    const MinipayJson *json,
                                    const char *appid,
                                    const char *mchid,
                                    GError **error);

G_END_DECLS
