/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/*
 * Who is paid, and who signs for him, in messages of the API v3: an account with a sub-mchid acts for another
 * merchant and speaks in sp_ and sub_ members, any other in mchid and appid.
 */

/* A setting that not all providers have, or NULL. */
const char *wechat_party_find_setting (MinipayExchange *x, const char *field);
gboolean wechat_party_acts_for_another (MinipayExchange *x);

/* The application that opens the cashier. */
const char *wechat_party_get_appid (MinipayExchange *x);
/* What a payer's openid is called: it belongs to that application. */
const char *wechat_party_get_payer_member (MinipayExchange *x);

/* mchid and sub_mchid, with the applications if @with_appids. */
void wechat_party_add (MinipayExchange *x, MinipayJsonWriter *writer, gboolean with_appids);
/* `mchid=...` or `sp_mchid=...&sub_mchid=...`. */
char *wechat_party_dup_query (MinipayExchange *x);

/* Whom a message names. The members of the other way of acting have no place in it: MISMATCH. What is not there
 * stays NULL; a transaction and a notification must say (@is_required) whose they are. */
typedef struct {
  const char *mchid;
  const char *appid;
  const char *sub_mchid;
  const char *sub_appid;
} WechatParty;

gboolean wechat_party_read (
    MinipayExchange *x, const MinipayJson *json, gboolean is_required, WechatParty *party, GError **error);

G_END_DECLS
