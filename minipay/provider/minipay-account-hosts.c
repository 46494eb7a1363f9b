/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "provider/minipay-account-config-struct-private.h"
#include "provider/minipay-address-private.h"
#include "provider/minipay-provider-info-private.h"

/* An endpoint is the operator's own word: any https host and port, but nothing besides. */
static char *
hosts_parse_endpoint (MinipayAccountConfig *self, const char *text, gboolean *is_loopback, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  const char *given = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autofree char *host = given != NULL ? g_ascii_strdown (given, -1) : NULL;
  g_autofree char *quoted = minipay_address_quote (text);
  gboolean is_https;

  if (host == NULL || *host == '\0' || g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL ||
      g_uri_get_fragment (uri) != NULL || g_uri_get_port (uri) == 0 ||
      (*g_uri_get_path (uri) != '\0' && strcmp (g_uri_get_path (uri), "/") != 0)) {
    minipay_account_config_fail (self, error, "endpoint is \"%s\", allowed is https://HOST[:PORT]", quoted);
    return NULL;
  }
  *is_loopback = minipay_host_is_loopback (host);
  is_https = strcmp (g_uri_get_scheme (uri), "https") == 0;
  if (!is_https && !(*is_loopback && strcmp (g_uri_get_scheme (uri), "http") == 0)) {
    minipay_account_config_fail (
        self, error, "endpoint is \"%s\", plain http is allowed on loopback alone", quoted);
    return NULL;
  }
  return minipay_address_dup_origin (g_uri_get_scheme (uri), host, g_uri_get_port (uri));
}

/* Live and loopback never mix in one account. */
static gboolean
hosts_add (MinipayAccountConfig *self, GPtrArray *urls, char *url, gboolean is_loopback, GError **error)
{
  g_ptr_array_add (urls, url);
  if (urls->len == 1)
    self->is_loopback = is_loopback;
  if (is_loopback == self->is_loopback)
    return TRUE;
  return minipay_account_config_fail (self, error, "endpoint or address %s mixes loopback with other hosts", url);
}

static gboolean
hosts_add_endpoint (MinipayAccountConfig *self, GPtrArray *urls, const char *endpoint, GError **error)
{
  g_auto (GStrv) given = g_strsplit (endpoint, ";", -1);

  if (*endpoint == '\0')
    /* somebody meant to lead the account elsewhere: that it goes live instead must not happen by a slip */
    return minipay_account_config_fail (
        self, error, "endpoint is empty, allowed is https://HOST[:PORT], or no such line");
  for (char **p = given; *p != NULL; p++) {
    gboolean is_loopback = FALSE;
    char *url = hosts_parse_endpoint (self, g_strstrip (*p), &is_loopback, error);

    if (url == NULL || !hosts_add (self, urls, url, is_loopback, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
hosts_add_list (MinipayAccountConfig *self, GPtrArray *urls, const char *field, const char *list, GError **error)
{
  g_auto (GStrv) hosts = g_strsplit (list, ";", -1);

  for (char **p = hosts; *p != NULL; p++) {
    if (*g_strstrip (*p) == '\0')
      continue;
    if (!minipay_host_is_plain (*p))
      return minipay_account_config_fail (
          self, error, "%s names \"%s\", allowed are plain host names in lower case", field, *p);
    hosts_add (self, urls, g_strconcat ("https://", *p, NULL), FALSE, error);
  }
  return TRUE;
}

static gboolean
hosts_check_address (MinipayAccountConfig *self,
                     GPtrArray *urls,
                     gboolean is_open,
                     const char *field,
                     const char *text,
                     GError **error)
{
  g_autofree char *what = g_strdup_printf ("account %s: %s", self->name, field);
  g_auto (MinipayAddress) address = { 0 };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) origins = NULL;

  for (guint i = 0; i < urls->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (urls, i));
  origins = g_strv_builder_end (builder);
  if (!minipay_address_parse (&address, what, text, (const char *const *) origins, MINIPAY_ERROR_CONFIG, error))
    return FALSE;
  if (g_ptr_array_find_with_equal_func (urls, address.origin, g_str_equal, NULL))
    return TRUE;
  if (is_open)
    return hosts_add (self, urls, g_strdup (address.origin), address.is_loopback, error);
  return minipay_account_config_fail (
      self, error, "%s leads to %s, which is none of the account's hosts", field, address.origin);
}

static gboolean
hosts_read_fields (
    MinipayAccountConfig *self, MinipayFieldType type, gboolean is_open, GPtrArray *urls, GError **error)
{
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (self->info);

  for (guint i = 0; i < manifest->fields->len; i++) {
    const MinipayField *field = g_ptr_array_index (manifest->fields, i);
    const char *text = g_hash_table_lookup (self->texts, field->name);
    gboolean is_good = TRUE;

    if (text == NULL || field->type != type)
      continue;
    if (type == MINIPAY_FIELD_HOSTS)
      is_good = hosts_add_list (self, urls, field->name, text, error);
    else
      is_good = hosts_check_address (self, urls, is_open, field->name, text, error);
    if (!is_good)
      return FALSE;
  }
  return TRUE;
}

gboolean
minipay_account_config_find_hosts (MinipayAccountConfig *self, const char *endpoint, GError **error)
{
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (self->info);
  const char *const *hosts = minipay_manifest_get_hosts (manifest, self->mode);
  g_autoptr (GPtrArray) urls = g_ptr_array_new_with_free_func (g_free);

  if (endpoint != NULL && !hosts_add_endpoint (self, urls, endpoint, error))
    return FALSE;
  for (; endpoint == NULL && hosts != NULL && *hosts != NULL; hosts++)
    g_ptr_array_add (urls, g_strconcat ("https://", *hosts, NULL));
  if (endpoint == NULL && !hosts_read_fields (self, MINIPAY_FIELD_HOSTS, FALSE, urls, error))
    return FALSE;
  if (!hosts_read_fields (self, MINIPAY_FIELD_ADDRESS, urls->len == 0, urls, error))
    return FALSE;
  if (urls->len == 0)
    return minipay_account_config_fail (self, error, "it has no host to send to");
  g_ptr_array_add (urls, NULL);
  self->base_urls = (char **) g_ptr_array_free (g_steal_pointer (&urls), FALSE);
  return TRUE;
}

gboolean
minipay_account_config_resolve (
    MinipayAccountConfig *self, const char *what, const char *text, char **origin, char **target, GError **error)
{
  g_auto (MinipayAddress) address = { 0 };
  g_autofree char *hosts = NULL;

  if (!minipay_address_parse (
          &address, what, text, (const char *const *) self->base_urls, MINIPAY_ERROR_INVALID, error))
    return FALSE;
  if (g_strv_contains ((const char *const *) self->base_urls, address.origin)) {
    if (origin != NULL)
      *origin = g_steal_pointer (&address.origin);
    if (target != NULL)
      *target = g_steal_pointer (&address.target);
    return TRUE;
  }
  hosts = g_strjoinv (", ", self->base_urls);
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "%s leads to %s, account %s may send to %s",
               what,
               address.origin,
               self->name,
               hosts);
  return FALSE;
}
