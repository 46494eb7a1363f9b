/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-key-private.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "core/minipay-secret-private.h"
#include "signing/minipay-key-openssl-private.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 16384 /* OpenSSL verifies nothing larger */

struct _MinipayKey {
  gatomicrefcount ref_count;
  MinipayKeyKind kind;
  MinipayKeyFamily family;
  MinipaySecret *secret; /* owned; secrets only */
  EVP_PKEY *pkey;        /* owned; the others */
  EVP_MD_CTX *template;  /* owned; RSA only */
  char *serial;          /* owned; certificates only */
  gint64 not_before;
  gint64 not_after;
};

static MinipayKey *
key_new (MinipayKeyKind kind, MinipayKeyFamily family)
{
  MinipayKey *self = g_new0 (MinipayKey, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->family = family;
  self->not_after = G_MAXINT64;
  return self;
}

MinipayKey *
minipay_key_ref (MinipayKey *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
minipay_key_unref (MinipayKey *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->secret, minipay_secret_unref);
  EVP_MD_CTX_free (self->template);
  EVP_PKEY_free (self->pkey);
  g_free (self->serial);
  g_free (self);
}

/* Only what nobody would choose: a word of the example files, brackets of a template, one character repeated.
 */
static gboolean
is_placeholder (const guint8 *data, gsize length)
{
  static const char *const words[] = { "changeme",  "demo",     "example", "none",      "null", "placeholder",
                                       "replaceme", "password", "secret",  "undefined", "todo" };
  char folded[16] = "";
  gsize folded_length = 0;
  gsize same = 0;
  gboolean is_word;

  for (gsize i = 0; i < length; i++) {
    same += data[i] == data[0];
    if (g_ascii_isalnum (data[i]) && folded_length < sizeof folded - 1)
      folded[folded_length++] = g_ascii_tolower (data[i]);
  }

  is_word = g_str_has_prefix (folded, "your");
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    is_word = is_word || g_str_equal (folded, words[i]);
  explicit_bzero (folded, sizeof folded);
  return is_word || same == length || (data[0] == '<' && data[length - 1] == '>') ||
         (data[length - 1] == '}' && (data[0] == '$' || data[0] == '{'));
}

static gboolean
check_secret (const guint8 *data, gsize given, gsize demanded, const char *what, GError **error)
{
  const char *fault = NULL;

  if (given == 0)
    fault = "is empty";
  else if (g_ascii_isspace (data[0]) || g_ascii_isspace (data[given - 1]))
    fault = "begins or ends with a blank";
  else if (is_placeholder (data, given))
    fault = "is a placeholder, not a key";

  if (fault != NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "%s %s", what, fault);
    return FALSE;
  }
  if (demanded > 0 && given != demanded) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s has %" G_GSIZE_FORMAT " bytes where %" G_GSIZE_FORMAT " are needed",
                 what,
                 given,
                 demanded);
    return FALSE;
  }
  return TRUE;
}

MinipayKey *
minipay_key_new_secret (MinipaySecret *secret, gsize length, const char *what, GError **error)
{
  const guint8 *data;
  MinipayKey *self;
  gsize given;
  gsize whole;
  gsize blanks = 0;

  g_return_val_if_fail (secret != NULL, NULL);

  data = minipay_secret_peek (secret, &whole);
  given = whole;
  if (g_str_has_prefix ((const char *) data, "\xef\xbb\xbf")) {
    data += 3;
    given -= 3;
  }
  /* a file's last line end is the editor's, not the key's */
  while (given > 0 && (data[given - 1] == '\n' || data[given - 1] == '\r'))
    given--;
  while (blanks < given && g_ascii_isspace (data[blanks]))
    blanks++;
  if (blanks == given)
    given = 0;

  if (!check_secret (data, given, length, what, error))
    return NULL;

  self = key_new (MINIPAY_KEY_KIND_SECRET, MINIPAY_KEY_FAMILY_SECRET);
  self->secret = given == whole ? minipay_secret_ref (secret) : minipay_secret_new (data, given);
  return self;
}

MinipayKey *
minipay_key_new_binary_secret (MinipaySecret *secret, const char *what, GError **error)
{
  const guint8 *data;
  MinipayKey *self;
  gsize length;

  g_return_val_if_fail (secret != NULL, NULL);

  data = minipay_secret_peek (secret, &length);
  if (length == 0 || is_placeholder (data, length)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "%s is empty or a placeholder, not a key", what);
    return NULL;
  }
  self = key_new (MINIPAY_KEY_KIND_SECRET, MINIPAY_KEY_FAMILY_SECRET);
  self->secret = minipay_secret_ref (secret);
  return self;
}

void
minipay_key_get_secret_length (MinipayKey *self, gsize *length)
{
  minipay_secret_peek (self->secret, length);
}

static gboolean
check_rsa (EVP_PKEY *pkey, const char *what, GError **error)
{
  int bits = EVP_PKEY_get_bits (pkey);
  BIGNUM *exponent = NULL;
  gboolean usable;

  if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s is an RSA key of %d bits where %d to %d are allowed",
                 what,
                 bits,
                 RSA_BITS_MIN,
                 RSA_BITS_MAX);
    return FALSE;
  }

  /* with the exponent 1 everybody can forge */
  usable = EVP_PKEY_get_bn_param (pkey, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 && BN_is_odd (exponent) == 1 &&
           BN_is_one (exponent) == 0;
  BN_free (exponent);
  if (!usable)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s is an RSA key with an even exponent or 1, where an odd one from 3 up is needed",
                 what);
  return usable;
}

/* A private key whose halves do not fit would fail at the first payment; it shall fail when it is loaded. */
static gboolean
check_halves (EVP_PKEY *pkey, const EVP_MD *digest)
{
  static const guint8 text[] = "minipay";
  g_autoptr (EVP_MD_CTX) signer = EVP_MD_CTX_new ();
  g_autoptr (EVP_MD_CTX) verifier = EVP_MD_CTX_new ();
  g_autofree guint8 *signature = g_malloc0 ((gsize) EVP_PKEY_get_size (pkey));
  gsize length = (gsize) EVP_PKEY_get_size (pkey);

  return EVP_DigestSignInit (signer, NULL, digest, NULL, pkey) == 1 &&
         EVP_DigestSign (signer, signature, &length, text, sizeof text) == 1 &&
         EVP_DigestVerifyInit (verifier, NULL, digest, NULL, pkey) == 1 &&
         EVP_DigestVerify (verifier, signature, length, text, sizeof text) == 1;
}

static EVP_MD_CTX *
make_template (EVP_PKEY *pkey, MinipayKeyKind kind)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  const EVP_MD *sha256 = minipay_algorithms_get ()->sha256;
  int result;

  if (kind == MINIPAY_KEY_KIND_PRIVATE)
    result = EVP_DigestSignInit (context, NULL, sha256, NULL, pkey);
  else
    result = EVP_DigestVerifyInit (context, NULL, sha256, NULL, pkey);
  return result == 1 ? g_steal_pointer (&context) : NULL;
}

MinipayKey *
minipay_key_new_from_pkey (EVP_PKEY *pkey, MinipayKeyKind kind, const char *what, GError **error)
{
  const MinipayAlgorithms *algorithms = minipay_algorithms_get ();
  g_autoptr (MinipayKey) self = NULL;
  gboolean is_rsa = EVP_PKEY_is_a (pkey, "RSA") == 1;
  gboolean is_sm2 = EVP_PKEY_is_a (pkey, "SM2") == 1;

  if (!is_rsa && !is_sm2) {
    const char *type = EVP_PKEY_get0_type_name (pkey);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s is a key of type %s where RSA or SM2 is allowed",
                 what,
                 type != NULL ? type : "unknown");
    return NULL;
  }
  if (is_rsa && !check_rsa (pkey, what, error))
    return NULL;
  if (kind == MINIPAY_KEY_KIND_PRIVATE && !check_halves (pkey, is_rsa ? algorithms->sha256 : algorithms->sm3)) {
    ERR_clear_error ();
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s is a damaged private key: its own public half does not verify what it signs",
                 what);
    return NULL;
  }

  self = key_new (kind, is_rsa ? MINIPAY_KEY_FAMILY_RSA : MINIPAY_KEY_FAMILY_SM2);
  EVP_PKEY_up_ref (pkey);
  self->pkey = pkey;
  if (is_rsa) {
    self->template = make_template (pkey, kind);
    if (self->template == NULL) {
      minipay_openssl_set_error (error, "preparing an RSA key");
      return NULL;
    }
  }
  return g_steal_pointer (&self);
}

void
minipay_key_set_certificate (MinipayKey *self, char *serial, gint64 not_before, gint64 not_after)
{
  g_free (self->serial);
  self->serial = serial;
  self->not_before = not_before;
  self->not_after = not_after;
}

MinipayKeyKind
minipay_key_get_kind (MinipayKey *self)
{
  return self->kind;
}

MinipayKeyFamily
minipay_key_get_family (MinipayKey *self)
{
  return self->family;
}

EVP_PKEY *
minipay_key_peek_pkey (MinipayKey *self)
{
  return self->pkey;
}

const guint8 *
minipay_key_peek_secret (MinipayKey *self, gsize *length)
{
  return minipay_secret_peek (self->secret, length);
}

const EVP_MD_CTX *
minipay_key_peek_template (MinipayKey *self)
{
  return self->template;
}

gboolean
minipay_key_check (
    MinipayKey *self, MinipayKeyFamily family, MinipayKeyKind kind, const char *purpose, GError **error)
{
  static const char *const kinds[] = { "shared secret", "private key", "public key" };
  static const char *const families[] = { "", "RSA ", "SM2 " };

  if (self->family == family && self->kind == kind)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INTERNAL,
               "%s needs one %s%s and was given one %s%s",
               purpose,
               families[family],
               kinds[kind],
               families[self->family],
               kinds[self->kind]);
  return FALSE;
}

const char *
minipay_key_get_serial (MinipayKey *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->serial;
}

gint64
minipay_key_get_not_before (MinipayKey *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->not_before;
}

gint64
minipay_key_get_not_after (MinipayKey *self)
{
  g_return_val_if_fail (self != NULL, G_MAXINT64);
  return self->not_after;
}

gboolean
minipay_key_is_pair (MinipayKey *self, MinipayKey *other)
{
  gboolean is_pair;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (other != NULL, FALSE);

  if (self->kind != MINIPAY_KEY_KIND_PRIVATE || other->kind != MINIPAY_KEY_KIND_PUBLIC)
    return FALSE;
  is_pair = EVP_PKEY_eq (self->pkey, other->pkey) == 1;
  ERR_clear_error ();
  return is_pair;
}
