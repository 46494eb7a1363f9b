/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wechat-party.h"

const char *
wechat_party_find_setting (MinipayExchange *x, const char *field)
{
  return minipay_account_config_has_field (minipay_exchange_get_config (x), field)
             ? minipay_exchange_get_setting (x, field)
             : NULL;
}

gboolean
wechat_party_acts_for_another (MinipayExchange *x)
{
  return wechat_party_find_setting (x, "sub-mchid") != NULL;
}

const char *
wechat_party_get_appid (MinipayExchange *x)
{
  const char *sub_appid = wechat_party_find_setting (x, "sub-appid");

  return sub_appid != NULL ? sub_appid : minipay_exchange_get_setting (x, "appid");
}

const char *
wechat_party_get_payer_member (MinipayExchange *x)
{
  if (!wechat_party_acts_for_another (x))
    return "openid";
  return wechat_party_find_setting (x, "sub-appid") != NULL ? "sub_openid" : "sp_openid";
}

void
wechat_party_add (MinipayExchange *x, MinipayJsonWriter *writer, gboolean with_appids)
{
  const gboolean acts = wechat_party_acts_for_another (x);

  if (with_appids)
    minipay_json_writer_add_string (writer, acts ? "sp_appid" : "appid", minipay_exchange_get_setting (x, "appid"));
  minipay_json_writer_add_string (writer, acts ? "sp_mchid" : "mchid", minipay_exchange_get_setting (x, "mchid"));
  if (with_appids)
    minipay_json_writer_add_string (writer, "sub_appid", wechat_party_find_setting (x, "sub-appid"));
  minipay_json_writer_add_string (writer, "sub_mchid", wechat_party_find_setting (x, "sub-mchid"));
}

char *
wechat_party_dup_query (MinipayExchange *x)
{
  g_autofree char *mchid = minipay_uri_escape (minipay_exchange_get_setting (x, "mchid"));
  g_autofree char *sub_mchid = NULL;

  if (!wechat_party_acts_for_another (x))
    return g_strconcat ("mchid=", mchid, NULL);
  sub_mchid = minipay_uri_escape (wechat_party_find_setting (x, "sub-mchid"));
  return g_strdup_printf ("sp_mchid=%s&sub_mchid=%s", mchid, sub_mchid);
}

static gboolean
party_check_way (const MinipayJson *json, gboolean acts, GError **error)
{
  static const char *const of_merchants[] = { "mchid", "appid", NULL };
  static const char *const of_institutions[] = { "sp_mchid", "sub_mchid", "sp_appid", "sub_appid", NULL };

  for (const char *const *name = acts ? of_merchants : of_institutions; *name != NULL; name++) {
    if (minipay_json_get_member (json, minipay_json_get_root (json), *name) == 0)
      continue;
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_MISMATCH,
                 "a message with %s, this account %s",
                 *name,
                 acts ? "acts for another merchant" : "is a merchant's own");
    return FALSE;
  }
  return TRUE;
}

gboolean
wechat_party_read (
    MinipayExchange *x, const MinipayJson *json, gboolean is_required, WechatParty *party, GError **error)
{
  const gboolean acts = wechat_party_acts_for_another (x);
  const MinipayJsonNode root = minipay_json_get_root (json);
  const char *mchid = acts ? "sp_mchid" : "mchid";

  *party = (WechatParty){ 0 };
  if (!party_check_way (json, acts, error) || !minipay_json_read_string (json, root, mchid, &party->mchid, error) ||
      !minipay_json_read_string (json, root, acts ? "sp_appid" : "appid", &party->appid, error) ||
      !minipay_json_read_string (json, root, "sub_mchid", &party->sub_mchid, error) ||
      !minipay_json_read_string (json, root, "sub_appid", &party->sub_appid, error))
    return FALSE;
  return !is_required || (minipay_json_require_string (json, root, mchid, error) != NULL &&
                          (!acts || minipay_json_require_string (json, root, "sub_mchid", error) != NULL));
}
