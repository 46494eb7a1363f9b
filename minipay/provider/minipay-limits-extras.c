/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "provider/minipay-account-config-private.h"
#include "provider/minipay-limits-private.h"

static gboolean
extras_check_value (const MinipayExtra *extra, MinipayAccountConfig *config, GVariant *value, GError **error)
{
  const char *text;

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (extra->type))) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "extra field %s is of type %s, allowed is %s",
                 extra->name,
                 g_variant_get_type_string (value),
                 extra->type);
    return FALSE;
  }
  if (strcmp (extra->type, "s") != 0)
    return TRUE;
  text = g_variant_get_string (value, NULL);
  if (extra->rule.format == MINIPAY_FORMAT_ADDRESS &&
      !minipay_account_config_resolve (config, extra->name, text, NULL, NULL, error))
    return FALSE;
  return minipay_text_rule_check (&extra->rule, extra->name, text, MINIPAY_ERROR_INVALID, error);
}

static gboolean
extras_check_present (const MinipayManifest *manifest, const char *name, GVariant *extras, GError **error)
{
  g_autoptr (GVariant) given = extras != NULL ? g_variant_lookup_value (extras, name, NULL) : NULL;

  if (given != NULL)
    return TRUE;
  g_set_error (
      error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "extra field %s is missing, %s needs it", name, manifest->id);
  return FALSE;
}

static gboolean
extras_check_required (const MinipayManifest *manifest,
                       const char *mode,
                       const char *operation,
                       const char *method,
                       GVariant *extras,
                       GError **error)
{
  const MinipayOperationRules *rules = minipay_manifest_get_operation (manifest, operation);

  for (guint i = 0; i < manifest->extras->len; i++) {
    const MinipayExtra *extra = g_ptr_array_index (manifest->extras, i);

    if (minipay_extra_belongs_to (extra, operation) && minipay_methods_need (&extra->presence, mode, method) &&
        !extras_check_present (manifest, extra->name, extras, error))
      return FALSE;
  }
  for (char **name = rules != NULL ? rules->required : NULL; name != NULL && *name != NULL; name++)
    if (!extras_check_present (manifest, *name, extras, error))
      return FALSE;
  return TRUE;
}

gboolean
minipay_limits_check_extras (const MinipayManifest *manifest,
                             MinipayAccountConfig *config,
                             const char *operation,
                             const char *method,
                             GVariant *extras,
                             GError **error)
{
  const char *mode = minipay_account_config_get_mode (config);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!extras_check_required (manifest, mode, operation, method, extras, error))
    return FALSE;
  if (extras == NULL)
    return TRUE;
  g_variant_iter_init (&iter, extras);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    g_autoptr (GVariant) owned = value;
    const MinipayExtra *extra = minipay_manifest_get_extra (manifest, name, operation);

    if (extra == NULL || !minipay_methods_have (&extra->presence, mode, method)) {
      g_set_error (error,
                   MINIPAY_ERROR,
                   MINIPAY_ERROR_NOT_SUPPORTED,
                   "provider %s has no extra field \"%s\" of %s",
                   manifest->id,
                   name,
                   method != NULL ? method : operation);
      return FALSE;
    }
    if (!extras_check_value (extra, config, owned, error))
      return FALSE;
  }
  return TRUE;
}
