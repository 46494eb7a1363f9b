/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-paysign.h"

#include <string.h>

#include "sandbox-json.h"
#include "sandbox-sign-v2.h"

#define PACKAGE_START "prepay_id="

/* The parameters of the cashier, in the order in which V3's rules sign them. */
static const char *const names[] = { "appId", "timeStamp", "nonceStr", "package" };

static gboolean
is_complete (JsonObject *object)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (sandbox_json_text (object, names[i]) == NULL)
      return FALSE;
  }
  return sandbox_json_text (object, "paySign") != NULL && sandbox_json_text (object, "signType") != NULL &&
         g_str_has_prefix (sandbox_json_text (object, "package"), PACKAGE_START);
}

/* The order whose cashier opens with @package, or NULL. */
static SandboxOrder *
find_order (Sandbox *sandbox, const char *package)
{
  g_autoptr (GPtrArray) orders = sandbox_orders_match (sandbox->orders, NULL, NULL);

  for (guint i = 0; i < orders->len; i++) {
    SandboxOrder *order = g_ptr_array_index (orders, i);

    if (g_strcmp0 (order->handle, package + strlen (PACKAGE_START)) == 0)
      return order;
  }
  return NULL;
}

/* The application that opens the cashier is the order's; an institution's merchant's own, where he named it. */
static gboolean
check_application (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  SandboxOrder *order = find_order (sandbox, sandbox_json_text (object, "package"));
  const char *appid = NULL;

  if (order == NULL) {
    sandbox_reply_judge (reply, "paySign refused: the last prepay_id of no order is in package");
    return FALSE;
  }
  appid = order->sub_appid != NULL ? order->sub_appid : order->appid;
  if (g_str_equal (appid, sandbox_json_text (object, "appId")))
    return TRUE;
  sandbox_reply_judge (reply, "paySign refused: the order is to be paid in application %s", appid);
  return FALSE;
}

static gboolean
check_rsa (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *quoted = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_string_append_printf (text, "%s\n", sandbox_json_text (object, names[i]));
  if (sandbox_verify_rsa (
          sandbox->config->merchant_key, text->str, text->len, sandbox_json_text (object, "paySign")))
    return TRUE;
  quoted = sandbox_quote (text->str, text->len);
  sandbox_reply_judge (reply, "paySign refused; expected the merchant's signature of %s", quoted);
  return FALSE;
}

static const SandboxMerchant *
find_v2 (const char *appid, const char *sign_type)
{
  for (guint i = 0; i < sandbox_n_merchants; i++) {
    const SandboxMerchant *merchant = &sandbox_merchants[i];

    if (g_str_equal (merchant->gateway, "wechat-v2") && g_str_equal (merchant->appid, appid) &&
        g_str_equal (merchant->sign_type, sign_type))
      return merchant;
  }
  return NULL;
}

/* V2's second signature: the five fields by the rule of the first one, with the key of the order's merchant. */
static gboolean
check_v2 (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *sign_type = sandbox_json_text (object, "signType");
  const SandboxMerchant *merchant = find_v2 (sandbox_json_text (object, "appId"), sign_type);
  g_autoptr (GHashTable) fields = g_hash_table_new (g_str_hash, g_str_equal);

  if (merchant == NULL) {
    sandbox_reply_judge (reply, "paySign refused: no merchant of V2's rules has this appId and this signType");
    return FALSE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_hash_table_insert (fields, (gpointer) names[i], (gpointer) sandbox_json_text (object, names[i]));
  g_hash_table_insert (fields, (gpointer) "signType", (gpointer) sign_type);
  return sandbox_v2_check (fields,
                           sandbox_json_text (object, "paySign"),
                           sign_type,
                           sandbox_config_get_sign_key (sandbox->config, merchant),
                           reply);
}

/* Answers whether the cashier would open with these parameters. */
void
sandbox_check_pay_sign (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *sign_type = sandbox_json_text (object, "signType");
  gboolean is_valid = FALSE;

  if (!is_complete (object))
    sandbox_reply_judge (reply, "paySign refused: a member is missing, or package does not name a prepay_id");
  else if (g_str_equal (sign_type, "RSA"))
    is_valid = check_rsa (sandbox, object, reply) && check_application (sandbox, object, reply);
  else
    is_valid = check_v2 (sandbox, object, reply);
  sandbox_reply_set (reply, 200, "application/json", is_valid ? "{\"valid\":true}" : "{\"valid\":false}");
}
