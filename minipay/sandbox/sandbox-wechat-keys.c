/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-keys.h"

#include "sandbox-control.h"
#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-wechat-transaction.h"

/* A key of the platform: WeChat Pay's public key, or that of a certificate. */
typedef struct {
  char *id;
  SandboxKey *key;
  SandboxCertificate *certificate; /* nullable */
} PlatformKey;

struct _SandboxRing {
  GPtrArray *all;       /* owned PlatformKey: the public key, the first certificate, later ones */
  GHashTable *accounts; /* account -> owned array of borrowed PlatformKey, the last of which signs */
};

static void
platform_key_free (gpointer data)
{
  PlatformKey *self = data;

  g_free (self->id);
  EVP_PKEY_free (self->key);
  X509_free (self->certificate);
  g_free (self);
}

/* Takes the key and the certificate. */
static PlatformKey *
add_key (SandboxRing *self, char *id, SandboxKey *key, SandboxCertificate *certificate)
{
  PlatformKey *added = g_new0 (PlatformKey, 1);

  added->id = id;
  added->key = key;
  added->certificate = certificate;
  g_ptr_array_add (self->all, added);
  return added;
}

SandboxRing *
sandbox_ring_new (SandboxConfig *config)
{
  SandboxRing *self = g_new0 (SandboxRing, 1);

  self->all = g_ptr_array_new_with_free_func (platform_key_free);
  self->accounts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  EVP_PKEY_up_ref (config->wechatpay_key);
  EVP_PKEY_up_ref (config->platform_key);
  X509_up_ref (config->platform_certificate);
  add_key (self, g_strdup (config->public_key_id), config->wechatpay_key, NULL);
  add_key (self, g_strdup (config->platform_serial), config->platform_key, config->platform_certificate);
  for (guint i = 0; i < sandbox_n_merchants; i++) {
    GPtrArray *keys = g_ptr_array_new ();

    g_ptr_array_add (keys, g_ptr_array_index (self->all, sandbox_merchants[i].has_public_key ? 0 : 1));
    g_hash_table_insert (self->accounts, (gpointer) sandbox_merchants[i].account, keys);
  }
  return self;
}

void
sandbox_ring_free (SandboxRing *self)
{
  g_hash_table_unref (self->accounts);
  g_ptr_array_unref (self->all);
  g_free (self);
}

static PlatformKey *
find (Sandbox *sandbox, const SandboxMerchant *merchant, const char *serial)
{
  GPtrArray *keys = g_hash_table_lookup (sandbox->ring->accounts, merchant->account);

  for (guint i = 0; i < keys->len; i++) {
    PlatformKey *key = g_ptr_array_index (keys, i);

    if (g_ascii_strcasecmp (key->id, serial) == 0)
      return key;
  }
  return NULL;
}

/* The merchant's key of this id, or NULL. */
SandboxKey *
sandbox_wechat_keys_find (Sandbox *sandbox, const SandboxMerchant *merchant, const char *serial)
{
  PlatformKey *key = find (sandbox, merchant, serial);

  return key != NULL ? key->key : NULL;
}

/* The key that signs for the merchant: the one his request names, else the one of the day. */
SandboxKey *
sandbox_wechat_keys_pick (Sandbox *sandbox, const SandboxMerchant *merchant, const char *serial, const char **id)
{
  GPtrArray *keys = g_hash_table_lookup (sandbox->ring->accounts, merchant->account);
  PlatformKey *key = serial != NULL ? find (sandbox, merchant, serial) : NULL;

  if (key == NULL)
    key = g_ptr_array_index (keys, keys->len - 1);
  *id = key->id;
  return key->key;
}

static char *
certificate_time (const ASN1_TIME *time)
{
  struct tm parts;
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 60 * 60);
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GDateTime) china = NULL;

  ASN1_TIME_to_tm (time, &parts);
  utc = g_date_time_new_utc (
      parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
  china = g_date_time_to_timezone (utc, zone);
  return sandbox_time (china);
}

static void
add_certificate (SandboxWechatCall *call, JsonBuilder *builder, PlatformKey *key)
{
  g_autofree char *pem = sandbox_certificate_to_pem (key->certificate);
  g_autofree char *from = certificate_time (X509_get0_notBefore (key->certificate));
  g_autofree char *to = certificate_time (X509_get0_notAfter (key->certificate));

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "serial_no", key->id);
  sandbox_json_add_text (builder, "effective_time", from);
  sandbox_json_add_text (builder, "expire_time", to);
  json_builder_set_member_name (builder, "encrypt_certificate");
  json_builder_begin_object (builder);
  sandbox_wechat_add_sealed (builder, call->sandbox, "certificate", pem);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

/* Every certificate the merchant may meet; one who only ever had a public key has none. */
void
sandbox_wechat_certificates (SandboxWechatCall *call)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GPtrArray *keys = g_hash_table_lookup (call->sandbox->ring->accounts, call->merchant->account);
  guint count = 0;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "data");
  json_builder_begin_array (builder);
  for (guint i = 0; i < keys->len; i++) {
    PlatformKey *key = g_ptr_array_index (keys, i);

    if (key->certificate == NULL)
      continue;
    add_certificate (call, builder, key);
    count++;
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);

  if (!sandbox_wechat_begin (call))
    return;
  if (count > 0)
    sandbox_wechat_answer_builder (call, builder);
  else
    sandbox_wechat_deny (call, 404, "RESOURCE_NOT_EXISTS", "the merchant has no platform certificate");
}

static PlatformKey *
make_certificate (SandboxRing *self, gint64 valid_s)
{
  g_autoptr (SandboxKey) ca_key = sandbox_key_new_ec ();
  g_autoptr (SandboxKey) key = sandbox_key_new_rsa ();
  SandboxCertificate *certificate = sandbox_certificate_new (key, "platform", ca_key, (long) valid_s);
  char *serial = certificate != NULL ? sandbox_certificate_get_serial (certificate) : NULL;

  return serial != NULL ? add_key (self, serial, g_steal_pointer (&key), certificate) : NULL;
}

/* The key that @to means to a merchant who has @keys: of certificates a new one, once he has the first. NULL with
 * the reply filled. */
static PlatformKey *
choose_key (Sandbox *sandbox, GPtrArray *keys, const char *to, gint64 valid_s, SandboxReply *reply)
{
  GPtrArray *all = sandbox->ring->all;
  PlatformKey *made;

  if (g_strcmp0 (to, "public-key") == 0)
    return g_ptr_array_index (all, 0);
  if (g_strcmp0 (to, "certificate") == 0 && !g_ptr_array_find (keys, g_ptr_array_index (all, 1), NULL))
    return g_ptr_array_index (all, 1);
  for (guint i = 0; i < keys->len; i++) {
    PlatformKey *key = g_ptr_array_index (keys, i);

    if (g_strcmp0 (to, key->id) == 0)
      return key;
  }
  if (g_strcmp0 (to, "certificate") != 0) {
    sandbox_control_refuse (reply, 400, "to is public-key, certificate, or the serial of one the account has");
    return NULL;
  }
  made = make_certificate (sandbox->ring, valid_s);
  if (made == NULL)
    sandbox_control_refuse (reply, 500, "cannot make a throw-away certificate");
  return made;
}

/* POST /sandbox/rotate: from now on another key signs for the account; with "signs":false it is only there. A
 * request that names any key there is gets it. */
void
sandbox_wechat_rotate (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  const char *account = sandbox_json_text (object, "account");
  GPtrArray *keys = account != NULL ? g_hash_table_lookup (sandbox->ring->accounts, account) : NULL;
  gint64 valid_s = SANDBOX_FIVE_YEARS_S;
  const gboolean signs = json_object_get_boolean_member_with_default (object, "signs", TRUE);
  PlatformKey *key;
  g_autofree char *text = NULL;

  if (keys == NULL || sandbox_wechat_mode_of (sandbox_merchant_get (account)) == NULL) {
    sandbox_control_refuse (reply, 404, "account is none of wechat-v3 or wechat-global");
    return;
  }
  if ((json_object_has_member (object, "valid_s") &&
       !sandbox_json_integer (json_object_get_member (object, "valid_s"), &valid_s)) ||
      valid_s < 1 || valid_s > SANDBOX_FIVE_YEARS_S) {
    sandbox_control_refuse (reply, 400, "valid_s is a whole number of 1..%d", SANDBOX_FIVE_YEARS_S);
    return;
  }
  key = choose_key (sandbox, keys, sandbox_json_text (object, "to"), valid_s, reply);
  if (key == NULL)
    return;

  /* the last one signs */
  if (signs) {
    g_ptr_array_remove (keys, key);
    g_ptr_array_add (keys, key);
  } else if (!g_ptr_array_find (keys, key, NULL)) {
    g_ptr_array_insert (keys, (gint) keys->len - 1, key);
  }
  text = g_strdup_printf ("{\"serial\":\"%s\"}", key->id);
  sandbox_reply_set (reply, 200, "application/json", text);
}
