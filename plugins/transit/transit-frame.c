/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "transit-frame.h"

#include "wechat-params.h"

#define AES_KEY  "aes-key"
#define SIGN_KEY "sign-key"
#define IV_BYTES 16

void
transit_message_clear (TransitMessage *self)
{
  g_clear_pointer (&self->frame, minipay_json_unref);
  g_clear_pointer (&self->plain, g_bytes_unref);
  g_clear_pointer (&self->content, minipay_json_unref);
}

const char *
transit_require_text (const MinipayJson *json, MinipayJsonNode object, const char *name, GError **error)
{
  const char *text = minipay_json_require_string (json, object, name, error);

  if (text == NULL || *text != '\0')
    return text;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "%s is empty, allowed is a text", name);
  return NULL;
}

static MinipayScheme
frame_get_scheme (MinipayExchange *x)
{
  return wechat_params_get_scheme (x, "sign-mode");
}

char *
transit_frame_encrypt (MinipayExchange *x, GBytes *plain, char **iv, GError **error)
{
  *iv = g_base64_encode ((const guchar *) minipay_exchange_get_nonce (x), IV_BYTES);
  return minipay_exchange_encrypt (x, MINIPAY_CIPHER_AES_256_CBC, AES_KEY, *iv, plain, error);
}

GBytes *
transit_frame_seal (MinipayExchange *x, GBytes *plain, GError **error)
{
  MinipayAccountConfig *config = minipay_exchange_get_config (x);
  const char *nonce = minipay_exchange_get_nonce (x);
  g_autoptr (MinipayParams) params = minipay_params_new ();
  g_autofree char *iv = NULL;
  g_autofree char *sealed = transit_frame_encrypt (x, plain, &iv, error);
  g_autofree char *sign = NULL;

  if (sealed == NULL)
    return NULL;
  minipay_params_set_string (params, "appid", minipay_account_config_get_string (config, "appid"));
  minipay_params_set_string (params, "mch_id", minipay_account_config_get_string (config, "mchid"));
  minipay_params_set_string (params, "nonce_str", nonce);
  minipay_params_set_string (params, "encrypted_data", sealed);
  minipay_params_set_string (params, "iv", iv);
  sign = wechat_params_sign (x, params, frame_get_scheme (x), SIGN_KEY, error);
  if (sign == NULL)
    return NULL;
  minipay_params_set_string (params, "sign", sign);
  return minipay_params_to_json (params, error);
}

/* The five signed members, of which none may be missing. */
static MinipayParams *
frame_read_params (const MinipayJson *json, GError **error)
{
  static const char *const names[] = { "appid", "mch_id", "nonce_str", "encrypted_data", "iv" };
  g_autoptr (MinipayParams) params = minipay_params_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *value = transit_require_text (json, minipay_json_get_root (json), names[i], error);

    if (value == NULL)
      return NULL;
    minipay_params_set_string (params, names[i], value);
  }
  return g_steal_pointer (&params);
}

/* The sign, then the seal, then the text within: in this order. */
static gboolean
frame_open_content (MinipayExchange *x, const MinipayParams *params, const char *sign, TransitMessage *message)
{
  if (!wechat_params_verify (x, params, frame_get_scheme (x), SIGN_KEY, sign, NULL))
    return FALSE;
  message->plain = minipay_exchange_decrypt (x,
                                             MINIPAY_CIPHER_AES_256_CBC,
                                             AES_KEY,
                                             minipay_params_lookup (params, "iv"),
                                             NULL,
                                             minipay_params_lookup (params, "encrypted_data"),
                                             NULL);
  message->content = message->plain != NULL ? minipay_json_parse (message->plain, NULL) : NULL;
  return message->content != NULL &&
         minipay_json_get_kind (message->content, minipay_json_get_root (message->content)) == MINIPAY_JSON_OBJECT;
}

gboolean
transit_frame_open (MinipayExchange *x, GBytes *body, TransitMessage *message, GError **error)
{
  g_autoptr (MinipayParams) params = NULL;
  MinipayJsonNode root;
  const char *sign;

  message->frame = minipay_json_parse (body, error);
  params = message->frame != NULL ? frame_read_params (message->frame, error) : NULL;
  if (params == NULL)
    return FALSE;
  root = minipay_json_get_root (message->frame);
  message->appid =
      minipay_json_get_string (message->frame, minipay_json_get_member (message->frame, root, "appid"));
  message->mch_id =
      minipay_json_get_string (message->frame, minipay_json_get_member (message->frame, root, "mch_id"));
  sign = minipay_json_get_string (message->frame, minipay_json_get_member (message->frame, root, "sign"));
  if (frame_open_content (x, params, sign, message))
    return TRUE;
  g_set_error_literal (error,
                       MINIPAY_ERROR,
                       MINIPAY_ERROR_SIGNATURE_INVALID,
                       "the frame is not what the platform signed and sealed");
  return FALSE;
}
