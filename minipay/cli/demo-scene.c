/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/demo-scene.h"

#include <string.h>

#include "cli/cli-output.h"

/* --- An aggregator whose own order call comes first, and whose address arrives with the jump --- */

static gboolean
scene_jump (DemoRun *run, DemoSandbox *sandbox, const char *notify_url, GVariantDict *extras, GError **error)
{
  static const char *const names[] = { "url", "pay_info" };
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) answer = NULL;

  json_builder_begin_object (json);
  cli_json_add_string (json, "account", run->account);
  cli_json_add_string (json, "out_trade_no", run->out_trade_no);
  json_builder_set_member_name (json, "total");
  json_builder_add_int_value (json, minipay_money_get_minor (run->total));
  cli_json_add_string (json, "wallet", cli_nick (MINIPAY_TYPE_WALLET, (int) run->wallet));
  cli_json_add_string (json, "notify_url", notify_url);
  json_builder_end_object (json);
  answer = demo_sandbox_post (sandbox, "/sandbox/jump", json, error);
  for (guint i = 0; answer != NULL && i < G_N_ELEMENTS (names); i++)
    g_variant_dict_insert (
        extras,
        names[i],
        "s",
        json_object_get_string_member_with_default (json_node_get_object (answer), names[i], ""));
  return answer != NULL;
}

/* --- A ride: where its result is told was registered long before --- */

static gboolean
scene_ride (DemoRun *run, DemoSandbox *sandbox, const char *notify_url, GVariantDict *extras, GError **error)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) answer = NULL;

  g_variant_dict_insert (extras, "qrcode", "s", "VGhpcyByaWRlIGNvZGUgaXMgbm9ib2R5J3M=");
  g_variant_dict_insert (extras, "original_total", "s", "25.00 CNY");
  g_variant_dict_insert (extras, "start_time", "s", "20261121080000");
  g_variant_dict_insert (extras, "line_name", "s", "19");
  g_variant_dict_insert (extras, "trade_scene", "s", "BUS");
  json_builder_begin_object (json);
  cli_json_add_string (json, "account", run->account);
  cli_json_add_string (json, "notify_url", notify_url);
  json_builder_end_object (json);
  answer = demo_sandbox_post (sandbox, "/sandbox/transit", json, error);
  return answer != NULL;
}

static const DemoScene scenes[] = {
  { "showdoc-aggregator", "green tea", "CNY", FALSE, scene_jump },
  { "transit", "公交代扣", "CNY", TRUE, scene_ride },
  { "wechat-global", "green tea", "HKD", FALSE, NULL },
};

const DemoScene *
demo_scene_find (const char *provider)
{
  static const DemoScene ordinary = { NULL, "green tea", "CNY", FALSE, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    if (g_strcmp0 (scenes[i].provider, provider) == 0)
      return &scenes[i];
  return &ordinary;
}

/* @text where the manifest has a rule for the member; a member without one would be refused. */
static const char *
scene_choose (GVariant *limits, const char *member, const char *text)
{
  g_autoptr (GVariant) rules = g_variant_lookup_value (limits, member, NULL);

  return rules != NULL ? text : NULL;
}

MinipayOrder *
demo_scene_new_order (
    DemoRun *run, MinipayProviderInfo *info, DemoSandbox *sandbox, const char *notify_url, GError **error)
{
  const DemoScene *self = demo_scene_find (run->provider);
  g_autoptr (GVariant) variant = minipay_provider_info_to_variant (info);
  g_autoptr (GVariant) limits = g_variant_lookup_value (variant, "limits", NULL);
  g_autoptr (GVariant) extras = NULL;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  /* shaped as the wallets shape them */
  const char *payer = run->wallet == MINIPAY_WALLET_ALIPAY ? "2088102146225135" : "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

  if (self->prepare != NULL && !self->prepare (run, sandbox, notify_url, &dict, error))
    return NULL;
  extras = self->prepare != NULL ? g_variant_ref_sink (g_variant_dict_end (&dict)) : NULL;
  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       run->out_trade_no,
                       "total",
                       run->total,
                       "subject",
                       scene_choose (limits, "subject", self->subject),
                       "method",
                       run->method,
                       "wallet",
                       run->wallet,
                       "payer",
                       scene_choose (limits, "payer", payer),
                       "notify-url",
                       scene_choose (limits, "notify_url", notify_url),
                       "attach",
                       scene_choose (limits, "attach", "demo"),
                       "client-ip",
                       scene_choose (limits, "client_ip", "127.0.0.1"),
                       "extras",
                       extras,
                       NULL);
}
