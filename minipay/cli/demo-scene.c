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

/* --- A ride: in the mini-program's own interface, where its result is told was registered long before --- */

static gboolean
scene_ride (DemoRun *run, DemoSandbox *sandbox, const char *notify_url, GVariantDict *extras, GError **error)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) answer = NULL;

  json_builder_begin_object (json);
  cli_json_add_string (json, "account", run->account);
  cli_json_add_string (json, "notify_url", notify_url);
  json_builder_end_object (json);
  answer = demo_sandbox_post (sandbox, "/sandbox/transit", json, error);
  return answer != NULL;
}

/* Each scene before the one that takes any mode of its provider. */
static const DemoScene scenes[] = {
  { "showdoc-aggregator", "sealed", "green tea", "CNY", FALSE, NULL },
  { "showdoc-aggregator", NULL, "green tea", "CNY", FALSE, scene_jump },
  { "transit", "industry", "公交代扣", "CNY", TRUE, scene_ride },
  { "transit", NULL, "公交代扣", "CNY", FALSE, NULL },
  { "wechat-global", NULL, "green tea", "HKD", FALSE, NULL },
};

/* What orders say that only some providers and modes take. */
static const struct {
  const char *name;
  const char *text;
} members[] = {
  { "qrcode", "VGhpcyByaWRlIGNvZGUgaXMgbm9ib2R5J3M=" },
  { "original_total", "25.00 CNY" },
  { "start_time", "20261121080000" },
  { "line_name", "19" },
  { "plate_number", "粤B12345" },
  { "trade_scene", "BUS" },
  { "contract_id", "Wx15463511252015071056489715" },
};

const DemoScene *
demo_scene_find (const char *provider, const char *mode)
{
  static const DemoScene ordinary = { NULL, NULL, "green tea", "CNY", FALSE, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (scenes); i++)
    if (g_strcmp0 (scenes[i].provider, provider) == 0 &&
        (scenes[i].mode == NULL || g_strcmp0 (scenes[i].mode, mode) == 0))
      return &scenes[i];
  return &ordinary;
}

static gboolean
has_word (GVariant *rules, const char *key, const char *word, gboolean otherwise)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (rules, key, G_VARIANT_TYPE_STRING_ARRAY);
  g_autofree const char **words = list != NULL ? g_variant_get_strv (list, NULL) : NULL;

  return words != NULL ? word != NULL && g_strv_contains (words, word) : otherwise;
}

/* @text where the manifest has a rule for the member in that mode; a member without one would be refused. */
static const char *
scene_choose (GVariant *all, const char *mode, const char *member, const char *text)
{
  g_autoptr (GVariant) rules = g_variant_lookup_value (all, member, NULL);

  return rules != NULL && has_word (rules, "modes", mode, TRUE) && has_word (rules, "operations", "create", TRUE)
             ? text
             : NULL;
}

static GVariant *
scene_make_extras (DemoRun *run, GVariant *all, DemoSandbox *sandbox, const char *notify_url, GError **error)
{
  const DemoScene *self = demo_scene_find (run->provider, run->own_mode);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    const char *text = scene_choose (all, run->own_mode, members[i].name, members[i].text);

    if (text != NULL)
      g_variant_dict_insert (&dict, members[i].name, "s", text);
  }
  if (self->prepare != NULL && !self->prepare (run, sandbox, notify_url, &dict, error))
    return NULL;
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

MinipayOrder *
demo_scene_new_order (
    DemoRun *run, MinipayProviderInfo *info, DemoSandbox *sandbox, const char *notify_url, GError **error)
{
  const DemoScene *self = demo_scene_find (run->provider, run->own_mode);
  const char *mode = run->own_mode;
  g_autoptr (GVariant) variant = minipay_provider_info_to_variant (info);
  g_autoptr (GVariant) limits = g_variant_lookup_value (variant, "limits", NULL);
  g_autoptr (GVariant) all = g_variant_lookup_value (variant, "extras", NULL);
  g_autoptr (GVariant) extras = scene_make_extras (run, all, sandbox, notify_url, error);
  /* shaped as the wallets shape them */
  const char *payer = run->wallet == MINIPAY_WALLET_ALIPAY ? "2088102146225135" : "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o";

  if (extras == NULL)
    return NULL;
  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       run->out_trade_no,
                       "total",
                       run->total,
                       "subject",
                       scene_choose (limits, mode, "subject", self->subject),
                       "method",
                       run->method,
                       "wallet",
                       run->wallet,
                       "payer",
                       scene_choose (limits, mode, "payer", payer),
                       "notify-url",
                       scene_choose (limits, mode, "notify_url", notify_url),
                       "attach",
                       scene_choose (limits, mode, "attach", "demo"),
                       "client-ip",
                       scene_choose (limits, mode, "client_ip", "203.0.113.7"),
                       "extras",
                       extras,
                       NULL);
}
