/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox-accounts.h"

#define CONFIG_FILE  "minipay.conf"
#define STATE_FILE   "sandbox-state.conf"
#define STATE_GROUP  "sandbox"
#define SECRET_BYTES SANDBOX_API_V3_KEY_BYTES

/* A member of the configuration that lives in a file of its own. */
typedef struct {
  const char *file;
  gsize offset;
} Place;

static const Place text_places[] = {
  { "weidoufu-secret-key", G_STRUCT_OFFSET (SandboxConfig, secret_key) },
  { "api-v3-key", G_STRUCT_OFFSET (SandboxConfig, api_v3_key) },
  { "wechat-v2-md5-key", G_STRUCT_OFFSET (SandboxConfig, v2_md5_key) },
  { "wechat-v2-hmac-key", G_STRUCT_OFFSET (SandboxConfig, v2_hmac_key) },
  { "wechat-v2-provider-key", G_STRUCT_OFFSET (SandboxConfig, v2_provider_key) },
  { "transit-v2-key", G_STRUCT_OFFSET (SandboxConfig, transit_v2_key) },
  { "aggregator-sign-key", G_STRUCT_OFFSET (SandboxConfig, aggregator_sign_key) },
  { "aggregator-sealed-sign-key", G_STRUCT_OFFSET (SandboxConfig, aggregator_sealed_sign_key) },
  { "transit-access-token", G_STRUCT_OFFSET (SandboxConfig, transit_access_token) },
  { "transit-aes-key", G_STRUCT_OFFSET (SandboxConfig, transit_aes_key) },
  { "transit-sign-key", G_STRUCT_OFFSET (SandboxConfig, transit_sign_key) },
};

static const Place pem_places[] = {
  { "merchant-key.pem", G_STRUCT_OFFSET (SandboxConfig, merchant_key) },
  { "wechatpay-key.pem", G_STRUCT_OFFSET (SandboxConfig, wechatpay_key) },
  { "platform-key.pem", G_STRUCT_OFFSET (SandboxConfig, platform_key) },
  { "aggregator-key.pem", G_STRUCT_OFFSET (SandboxConfig, aggregator_key) },
};

static char **
secret_at (SandboxConfig *self, guint i)
{
  return G_STRUCT_MEMBER_P (self, text_places[i].offset);
}

static SandboxKey **
key_at (SandboxConfig *self, guint i)
{
  return G_STRUCT_MEMBER_P (self, pem_places[i].offset);
}

static void
wipe_free (char *text)
{
  if (text != NULL)
    OPENSSL_cleanse (text, strlen (text));
  g_free (text);
}

void
sandbox_config_free (SandboxConfig *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_places); i++)
    wipe_free (*secret_at (self, i));
  for (guint i = 0; i < G_N_ELEMENTS (pem_places); i++)
    EVP_PKEY_free (*key_at (self, i));
  g_free (self->access_key);
  X509_free (self->merchant_certificate);
  g_free (self->merchant_serial);
  g_free (self->public_key_id);
  X509_free (self->platform_certificate);
  g_free (self->platform_serial);
  g_clear_pointer (&self->tls, sandbox_tls_free);
  g_free (self);
}

/* The secret of a file of the folder. */
const char *
sandbox_config_get_secret (SandboxConfig *self, const char *file)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_places); i++) {
    if (g_str_equal (text_places[i].file, file))
      return *secret_at (self, i);
  }
  g_assert_not_reached ();
}

/* The key a merchant of V2's rules, of the aggregator or of transit signs with. */
const char *
sandbox_config_get_sign_key (SandboxConfig *self, const SandboxMerchant *merchant)
{
  return sandbox_config_get_secret (self, merchant->sign_key);
}

SandboxConfig *
sandbox_config_new (GError **error)
{
  g_autoptr (SandboxConfig) self = g_new0 (SandboxConfig, 1);
  g_autoptr (SandboxKey) ca_key = sandbox_key_new_ec ();
  g_autofree char *digits = sandbox_random_digits (6);
  gboolean has_keys = ca_key != NULL;

  self->access_key = sandbox_random_text (32);
  self->public_key_id = g_strdup_printf ("PUB_KEY_ID_0000000000000000000000000000%s", digits);
  for (guint i = 0; i < G_N_ELEMENTS (text_places); i++)
    *secret_at (self, i) = sandbox_random_text (SECRET_BYTES);
  for (guint i = 0; i < G_N_ELEMENTS (pem_places); i++)
    has_keys = (*key_at (self, i) = sandbox_key_new_rsa ()) != NULL && has_keys;

  if (has_keys) {
    self->merchant_certificate =
        sandbox_certificate_new (self->merchant_key, "merchant", ca_key, SANDBOX_FIVE_YEARS_S);
    self->platform_certificate =
        sandbox_certificate_new (self->platform_key, "platform", ca_key, SANDBOX_FIVE_YEARS_S);
  }
  if (self->merchant_certificate == NULL || self->platform_certificate == NULL) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot make throw-away keys");
    return NULL;
  }
  self->merchant_serial = sandbox_certificate_get_serial (self->merchant_certificate);
  self->platform_serial = sandbox_certificate_get_serial (self->platform_certificate);
  self->tls = sandbox_tls_new (error);
  return self->tls != NULL ? g_steal_pointer (&self) : NULL;
}

static gboolean
is_empty (const char *directory, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, error);

  return dir != NULL && g_dir_read_name (dir) == NULL;
}

static char *
read_text (const char *directory, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  return g_strchomp (text);
}

static SandboxKey *
read_key (const char *directory, const char *name, GError **error)
{
  char *pem = read_text (directory, name, error);
  SandboxKey *key = NULL;

  if (pem == NULL)
    return NULL;
  key = sandbox_key_from_pem (pem);
  wipe_free (pem);
  if (key == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s/%s holds no private key", directory, name);
  return key;
}

static SandboxCertificate *
read_certificate (const char *directory, const char *name, SandboxKey *key, GError **error)
{
  g_autofree char *pem = read_text (directory, name, error);
  g_autoptr (SandboxCertificate) certificate = NULL;

  if (pem == NULL)
    return NULL;
  certificate = sandbox_certificate_from_pem (pem);
  /* a real merchant's key that strayed into the folder must not be used here */
  if (certificate == NULL || !sandbox_certificate_is_throw_away (certificate) ||
      !X509_check_private_key (certificate, key)) {
    g_set_error (error,
                 G_IO_ERROR,
                 G_IO_ERROR_INVALID_DATA,
                 "%s/%s is not a throw-away certificate of a sandbox, or not of the key beside it",
                 directory,
                 name);
    return NULL;
  }
  return g_steal_pointer (&certificate);
}

static gboolean
read_state (SandboxConfig *self, const char *directory, GError **error)
{
  g_autoptr (GKeyFile) state = g_key_file_new ();
  g_autofree char *path = g_build_filename (directory, STATE_FILE, NULL);

  if (!g_key_file_load_from_file (state, path, G_KEY_FILE_NONE, error))
    return FALSE;
  self->access_key = g_key_file_get_string (state, STATE_GROUP, "access-key", error);
  if (self->access_key == NULL)
    return FALSE;
  self->public_key_id = g_key_file_get_string (state, STATE_GROUP, "public-key-id", error);
  return self->public_key_id != NULL;
}

static gboolean
read_secret (const char *directory, const char *name, char **secret, GError **error)
{
  *secret = read_text (directory, name, error);
  if (*secret == NULL)
    return FALSE;
  if (strlen (*secret) == SECRET_BYTES)
    return TRUE;
  g_set_error (error,
               G_IO_ERROR,
               G_IO_ERROR_INVALID_DATA,
               "%s/%s holds a key that is not %d characters long",
               directory,
               name,
               SECRET_BYTES);
  return FALSE;
}

static SandboxConfig *
read_all (const char *directory, GError **error)
{
  g_autoptr (SandboxConfig) self = g_new0 (SandboxConfig, 1);

  if (!read_state (self, directory, error))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (text_places); i++) {
    if (!read_secret (directory, text_places[i].file, secret_at (self, i), error))
      return NULL;
  }
  for (guint i = 0; i < G_N_ELEMENTS (pem_places); i++) {
    if ((*key_at (self, i) = read_key (directory, pem_places[i].file, error)) == NULL)
      return NULL;
  }

  self->merchant_certificate = read_certificate (directory, "merchant-certificate.pem", self->merchant_key, error);
  if (self->merchant_certificate == NULL)
    return NULL;
  self->platform_certificate = read_certificate (directory, "platform-certificate.pem", self->platform_key, error);
  if (self->platform_certificate == NULL)
    return NULL;
  self->merchant_serial = sandbox_certificate_get_serial (self->merchant_certificate);
  self->platform_serial = sandbox_certificate_get_serial (self->platform_certificate);
  self->tls = sandbox_tls_read (directory, error);
  return self->tls != NULL ? g_steal_pointer (&self) : NULL;
}

/* The keys of @directory, or new ones when it is missing or empty; anything else in it is somebody's, and
 * refused. */
SandboxConfig *
sandbox_config_open (const char *directory, GError **error)
{
  g_autofree char *state = g_build_filename (directory, STATE_FILE, NULL);
  g_autoptr (GError) local_error = NULL;

  if (g_mkdir_with_parents (directory, 0700) != 0) {
    g_set_error (
        error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot make %s: %s", directory, g_strerror (errno));
    return NULL;
  }
  if (g_file_test (state, G_FILE_TEST_IS_REGULAR))
    return read_all (directory, error);

  if (!is_empty (directory, &local_error)) {
    if (local_error != NULL)
      g_propagate_error (error, g_steal_pointer (&local_error));
    else
      g_set_error (error,
                   G_IO_ERROR,
                   G_IO_ERROR_NOT_EMPTY,
                   "%s is not empty and holds no configuration of a sandbox",
                   directory);
    return NULL;
  }
  return sandbox_config_new (error);
}

static gboolean
write_text (const char *directory, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static gboolean
write_secret (const char *directory, const char *name, char *text, GError **error)
{
  gboolean written = write_text (directory, name, text, error);

  wipe_free (text);
  return written;
}

static gboolean
write_secrets (SandboxConfig *self, const char *directory, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_places); i++) {
    if (!write_text (directory, text_places[i].file, *secret_at (self, i), error))
      return FALSE;
  }
  for (guint i = 0; i < G_N_ELEMENTS (pem_places); i++) {
    if (!write_secret (directory, pem_places[i].file, sandbox_key_to_private_pem (*key_at (self, i)), error))
      return FALSE;
  }
  return TRUE;
}

gboolean
sandbox_config_write (
    SandboxConfig *self, const char *directory, const char *endpoint, const char *endpoint_tls, GError **error)
{
  g_autofree char *ca_file = sandbox_tls_dup_authority_file (directory);
  g_autofree char *configuration = sandbox_accounts_write (self, endpoint, endpoint_tls, ca_file);
  g_autofree char *merchant_certificate = sandbox_certificate_to_pem (self->merchant_certificate);
  g_autofree char *platform_certificate = sandbox_certificate_to_pem (self->platform_certificate);
  g_autofree char *public_key = sandbox_key_to_public_pem (self->wechatpay_key);
  g_autofree char *aggregator_public_key = sandbox_key_to_public_pem (self->aggregator_key);
  g_autofree char *state = g_strdup_printf (
      "[%s]\naccess-key=%s\npublic-key-id=%s\n", STATE_GROUP, self->access_key, self->public_key_id);

  if (g_chmod (directory, 0700) != 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot close %s to others", directory);
    return FALSE;
  }
  /* the state comes first: a start that died half-way leaves a folder that is known to be the sandbox's */
  return write_text (directory, STATE_FILE, state, error) && write_secrets (self, directory, error) &&
         sandbox_tls_write (self->tls, directory, error) &&
         write_text (directory, "merchant-certificate.pem", merchant_certificate, error) &&
         write_text (directory, "platform-certificate.pem", platform_certificate, error) &&
         write_text (directory, "wechatpay-public-key.pem", public_key, error) &&
         write_text (directory, "aggregator-public-key.pem", aggregator_public_key, error) &&
         write_text (directory, CONFIG_FILE, configuration, error);
}
