/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-extras.h"

#include <string.h>

#include "cli/cli-value.h"

gboolean
cli_check_text (const char *option, const char *text, GError **error)
{
  if (text == NULL || g_utf8_validate (text, -1, NULL))
    return TRUE;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "%s is not UTF-8", option);
  return FALSE;
}

/* The type of a member, as the manifest says; text for what it does not know: the library says so. */
static char *
dup_type (MinipayProviderInfo *info, const char *name)
{
  g_autoptr (GVariant) variant = minipay_provider_info_to_variant (info);
  g_autoptr (GVariant) extras = g_variant_lookup_value (variant, "extras", NULL);
  g_autoptr (GVariant) rules = extras != NULL ? g_variant_lookup_value (extras, name, NULL) : NULL;
  char *type = NULL;

  if (rules == NULL || !g_variant_lookup (rules, "type", "s", &type))
    type = g_strdup ("s");
  return type;
}

static gboolean
read_word (MinipayProviderInfo *info, const char *option, const char *word, GVariantDict *extras, GError **error)
{
  const char *value = strchr (word, '=');
  g_autofree char *name = value != NULL ? g_strndup (word, (gsize) (value - word)) : NULL;
  g_autofree char *type = NULL;
  g_autofree char *what = NULL;
  GVariant *variant;

  if (!cli_check_text (option, word, error))
    return FALSE;
  if (name == NULL || *name == '\0') {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "%s '%s' is not NAME=VALUE", option, word);
    return FALSE;
  }
  if (g_variant_dict_contains (extras, name)) {
    g_set_error (error, CLI_ERROR, CLI_ERROR_USAGE, "%s %s is given twice", option, name);
    return FALSE;
  }
  type = dup_type (info, name);
  what = g_strdup_printf ("%s %s", option, name);
  variant = cli_value_parse (what, G_VARIANT_TYPE (type), value + 1, error);
  if (variant == NULL)
    return FALSE;
  g_variant_dict_insert_value (extras, name, variant);
  return TRUE;
}

gboolean
cli_read_extras (MinipayProviderInfo *info, const char *option, char **words, GVariant **extras, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  *extras = NULL;
  for (char **word = words; word != NULL && *word != NULL; word++)
    if (!read_word (info, option, *word, &dict, error))
      return FALSE;
  if (words != NULL)
    *extras = g_variant_ref_sink (g_variant_dict_end (&dict));
  return TRUE;
}
