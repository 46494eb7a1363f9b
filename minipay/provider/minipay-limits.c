/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-enum-types.h"
#include "core/minipay-error-private.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-address-private.h"
#include "provider/minipay-exchange-private.h"
#include "provider/minipay-limits-private.h"
#include "provider/minipay-provider-info-private.h"

static const char *
enum_to_nick (GType type, int number)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  GEnumValue *value = g_enum_get_value (klass, number);

  return value != NULL ? value->value_nick : "(unknown)";
}

const char *
minipay_operation_to_string (MinipayOperation operation)
{
  return enum_to_nick (MINIPAY_TYPE_OPERATION, (int) operation);
}

gboolean
minipay_operation_is_known (const char *name)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MINIPAY_TYPE_OPERATION);
  GEnumValue *value = g_enum_get_value_by_nick (klass, name);

  /* "call" stands for the named ones, and is none of them */
  return value != NULL && value->value != MINIPAY_OPERATION_CALL;
}

gboolean
minipay_limits_check_operation (MinipayProviderInfo *info,
                                MinipayAccountConfig *config,
                                const char *operation,
                                GError **error)
{
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (info);
  const char *mode = minipay_account_config_get_mode (config);

  if (g_strv_contains (minipay_manifest_get_operations (manifest, mode), operation))
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_NOT_SUPPORTED,
               "provider %s has no operation %s%s%s",
               manifest->id,
               operation,
               mode != NULL ? " in mode " : "",
               mode != NULL ? mode : "");
  return FALSE;
}

static gboolean
limits_check_method (
    const MinipayManifest *manifest, const char *mode, MinipayOrder *order, MinipayWallet *wallet, GError **error)
{
  const char *const *methods = minipay_manifest_get_methods (manifest, mode);
  const char *method = enum_to_nick (MINIPAY_TYPE_METHOD, minipay_order_get_method (order));
  g_autoptr (GEnumClass) wallets = g_type_class_ref (MINIPAY_TYPE_WALLET);
  g_autofree char *all = NULL;
  guint n_matches = 0;

  for (const char *const *p = methods; *p != NULL; p++) {
    const char *slash = strchr (*p, '/');
    GEnumValue *value = g_enum_get_value_by_nick (wallets, slash + 1);
    gboolean is_method = strncmp (*p, method, (gsize) (slash - *p)) == 0 && method[slash - *p] == '\0';
    MinipayWallet asked = minipay_order_get_wallet (order);

    if (!is_method || (asked != MINIPAY_WALLET_ANY && (int) asked != value->value))
      continue;
    *wallet = (MinipayWallet) value->value;
    n_matches++;
  }
  if (n_matches == 1)
    return TRUE;
  all = g_strjoinv (", ", (char **) methods);
  if (n_matches == 0)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_NOT_SUPPORTED,
                 "provider %s has no %s with wallet %s, it has %s",
                 manifest->id,
                 method,
                 enum_to_nick (MINIPAY_TYPE_WALLET, minipay_order_get_wallet (order)),
                 all);
  else
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "provider %s has several wallets for %s, the order must name one: %s",
                 manifest->id,
                 method,
                 all);
  return FALSE;
}

static gboolean
list_has (char **list, const char *method)
{
  return list != NULL && method != NULL && g_strv_contains ((const char *const *) list, method);
}

gboolean
minipay_methods_need (const MinipayMethodRule *rule, const char *mode, const char *method)
{
  return minipay_methods_have (rule, mode, method) &&
         (rule->is_required || list_has (rule->required_by, method) || list_has (rule->required_by, mode));
}

gboolean
minipay_methods_have (const MinipayMethodRule *rule, const char *mode, const char *method)
{
  return (rule->modes == NULL || list_has (rule->modes, mode)) &&
         (rule->methods == NULL || method == NULL || list_has (rule->methods, method));
}

gboolean
minipay_limits_check_text (const MinipayManifest *manifest,
                           const char *mode,
                           const char *name,
                           const char *method,
                           const char *text,
                           GError **error)
{
  const MinipayLimit *limit = minipay_manifest_get_limit (manifest, name);

  if (text == NULL || *text == '\0') {
    if (limit == NULL || !minipay_methods_need (&limit->presence, mode, method))
      return TRUE;
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is missing, %s needs it", name, manifest->id);
    return FALSE;
  }
  if (limit == NULL || !minipay_methods_have (&limit->presence, mode, method)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED, "provider %s takes no %s", manifest->id, name);
    return FALSE;
  }
  return minipay_text_rule_check (&limit->rule, name, text, MINIPAY_ERROR_INVALID, error);
}

gboolean
minipay_limits_check_money (const MinipayManifest *manifest,
                            const char *name,
                            const MinipayMoney *total,
                            GError **error)
{
  const MinipayLimit *limit = minipay_manifest_get_limit (manifest, "total");
  gint64 minimum = limit != NULL ? MAX (1, limit->minimum) : 1;
  gint64 maximum = limit != NULL ? limit->maximum : G_MAXINT64;

  if (total == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is missing", name);
    return FALSE;
  }
  if (!g_strv_contains ((const char *const *) manifest->currencies, minipay_money_get_currency (total))) {
    g_autofree char *currencies = g_strjoinv (", ", manifest->currencies);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "%s is in %s, %s takes %s",
                 name,
                 minipay_money_is_valid (total) ? minipay_money_get_currency (total) : "no known currency",
                 manifest->id,
                 currencies);
    return FALSE;
  }
  if (minipay_money_get_minor (total) >= minimum && minipay_money_get_minor (total) <= maximum)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "%s is %" G_GINT64_FORMAT " minor units, allowed are %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
               name,
               minipay_money_get_minor (total),
               minimum,
               maximum);
  return FALSE;
}

gboolean
minipay_limits_check_notify_url (const MinipayManifest *manifest,
                                 MinipayAccountConfig *config,
                                 const char *name,
                                 const char *method,
                                 const char *url,
                                 GError **error)
{
  const MinipayLimit *limit = minipay_manifest_get_limit (manifest, name);
  g_autoptr (GUri) uri = NULL;
  const char *fault = NULL;

  if (url != NULL && !minipay_address_is_escaped (url)) {
    g_autofree char *quoted = minipay_address_quote (url);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "notify_url \"%s\" has characters that an address must escape",
                 quoted);
    return FALSE;
  }
  if (!minipay_limits_check_text (manifest, minipay_account_config_get_mode (config), name, method, url, error))
    return FALSE;
  if (url == NULL || *url == '\0')
    return TRUE;

  uri = g_uri_parse (url, G_URI_FLAGS_ENCODED, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    fault = "is no absolute address";
  else if (g_uri_get_userinfo (uri) != NULL)
    fault = "carries a user or a password";
  else if (g_uri_get_fragment (uri) != NULL)
    fault = "has a fragment";
  else if (g_uri_get_query (uri) != NULL && !limit->allows_query)
    fault = "has a query, which this gateway does not allow";
  else if (limit->schemes != NULL &&
           !g_strv_contains ((const char *const *) limit->schemes, g_uri_get_scheme (uri)) &&
           !(minipay_account_config_is_loopback (config) && strcmp (g_uri_get_scheme (uri), "http") == 0 &&
             minipay_host_is_loopback (g_uri_get_host (uri))))
    fault = "has a scheme that this gateway does not allow";

  if (fault == NULL)
    return TRUE;
  {
    g_autofree char *quoted = minipay_address_quote (url);
    g_autofree char *schemes = limit->schemes != NULL ? g_strjoinv (", ", limit->schemes) : g_strdup ("any");

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "notify_url \"%s\" %s (schemes allowed: %s)",
                 quoted,
                 fault,
                 schemes);
  }
  return FALSE;
}

static gboolean
limits_check_expiry (
    const MinipayManifest *manifest, const char *mode, GDateTime *expires_at, gint64 now, GError **error)
{
  const MinipayLimit *limit = minipay_manifest_get_limit (manifest, "expires_at");

  if (expires_at == NULL)
    return TRUE;
  if (limit == NULL || !minipay_methods_have (&limit->presence, mode, NULL)) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED, "provider %s takes no expires_at", manifest->id);
    return FALSE;
  }
  if (g_date_time_to_unix (expires_at) - now >= (gint64) limit->min_seconds_ahead)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "expires_at is %" G_GINT64_FORMAT " seconds ahead, allowed are %u or more",
               g_date_time_to_unix (expires_at) - now,
               limit->min_seconds_ahead);
  return FALSE;
}

static gboolean
limits_check_splits (const MinipayManifest *manifest, MinipayOrder *order, GError **error)
{
  GVariant *splits = minipay_order_get_splits (order);
  g_autoptr (MinipayMoney) sum = NULL;
  GVariantIter iter;
  const char *receiver, *text;
  int compared = 0;

  if (splits == NULL || g_variant_n_children (splits) == 0)
    return TRUE;
  if (minipay_manifest_get_limit (manifest, "splits") == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED, "provider %s takes no splits", manifest->id);
    return FALSE;
  }
  sum = minipay_money_new (0, minipay_money_get_currency (minipay_order_get_total (order)));
  g_variant_iter_init (&iter, splits);
  while (g_variant_iter_next (&iter, "(&s&s)", &receiver, &text)) {
    g_autoptr (MinipayMoney) share = minipay_money_parse (text, error);
    MinipayMoney *next;

    if (share == NULL)
      return FALSE;
    if (*receiver == '\0' || minipay_money_get_minor (share) <= 0) {
      g_set_error (error,
                   MINIPAY_ERROR,
                   MINIPAY_ERROR_INVALID,
                   "a split needs a receiver and an amount above nothing, this one has \"%s\" and %s",
                   receiver,
                   text);
      return FALSE;
    }
    next = minipay_money_add (sum, share, error);
    if (next == NULL)
      return FALSE;
    minipay_money_free (sum);
    sum = next;
  }
  if (!minipay_money_compare (sum, minipay_order_get_total (order), &compared, error))
    return FALSE;
  if (compared <= 0)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "splits come to %" G_GINT64_FORMAT " minor units, the order to %" G_GINT64_FORMAT,
               minipay_money_get_minor (sum),
               minipay_money_get_minor (minipay_order_get_total (order)));
  return FALSE;
}

gboolean
minipay_limits_check_order (MinipayProviderInfo *info,
                            MinipayAccountConfig *config,
                            MinipayOrder *order,
                            gint64 now,
                            MinipayWallet *wallet,
                            GError **error)
{
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (info);
  const char *number = minipay_order_get_out_trade_no (order);
  const char *method = enum_to_nick (MINIPAY_TYPE_METHOD, (int) minipay_order_get_method (order));
  const char *mode = minipay_account_config_get_mode (config);

  if (number == NULL || *number == '\0') {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "out_trade_no is missing");
    return FALSE;
  }
  return limits_check_method (manifest, mode, order, wallet, error) &&
         minipay_limits_check_text (manifest, mode, "out_trade_no", method, number, error) &&
         minipay_limits_check_money (manifest, "total", minipay_order_get_total (order), error) &&
         minipay_limits_check_text (manifest, mode, "subject", method, minipay_order_get_subject (order), error) &&
         minipay_limits_check_text (manifest, mode, "payer", method, minipay_order_get_payer (order), error) &&
         minipay_limits_check_notify_url (
             manifest, config, "notify_url", method, minipay_order_get_notify_url (order), error) &&
         minipay_limits_check_text (manifest, mode, "attach", method, minipay_order_get_attach (order), error) &&
         minipay_limits_check_text (
             manifest, mode, "client_ip", method, minipay_order_get_client_ip (order), error) &&
         limits_check_expiry (manifest, mode, minipay_order_get_expires_at (order), now, error) &&
         limits_check_splits (manifest, order, error) &&
         minipay_limits_check_extras (manifest, config, "create", method, minipay_order_get_extras (order), error);
}
