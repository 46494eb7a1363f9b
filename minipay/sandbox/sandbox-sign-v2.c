/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-sign-v2.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-fields.h"

/* What V2's rules sign, but for the key at its end. */
char *
sandbox_v2_join (GHashTable *fields)
{
  g_autofree char *sorted = sandbox_fields_sort (fields);

  return g_strconcat (sorted, "key=", NULL);
}

char *
sandbox_v2_sign (GHashTable *fields, const char *sign_type, const char *key)
{
  g_autofree char *shown = sandbox_v2_join (fields);
  g_autofree char *whole = g_strconcat (shown, key, NULL);
  g_autofree char *lower = NULL;

  if (g_str_equal (sign_type, "MD5"))
    return sandbox_md5 (whole);
  lower = sandbox_hmac_sha256 (key, whole);
  return g_ascii_strup (lower, -1);
}

static const char *
get_other_type (const char *sign_type)
{
  return g_str_equal (sign_type, "MD5") ? "HMAC-SHA256" : "MD5";
}

/* The sign as @fault wants it; NULL when it wants none. */
char *
sandbox_v2_sign_as (GHashTable *fields, const char *sign_type, const char *key, SandboxFault fault)
{
  gboolean is_other = fault.kind == SANDBOX_FAULT_OTHER_DIGEST;
  char *sign;

  if (fault.kind == SANDBOX_FAULT_NO_SIGNATURE)
    return NULL;
  sign = sandbox_v2_sign (fields, is_other ? get_other_type (sign_type) : sign_type, key);
  if (fault.kind == SANDBOX_FAULT_BAD_SIGNATURE)
    sign[0] = sign[0] == '0' ? '1' : '0';
  return sign;
}

static const char *
compare (GHashTable *fields, const char *sign, const char *good, const char *sign_type, const char *key)
{
  const char *other_type = get_other_type (sign_type);
  g_autofree char *other = sandbox_v2_sign (fields, other_type, key);
  g_autofree char *folded = g_ascii_strup (sign, -1);

  if (*sign == '\0')
    return "it is missing";
  if (sandbox_is_equal (folded, good))
    return "it is written in lower case";
  if (sandbox_is_equal (folded, other))
    return "it was made with the other digest";
  return strlen (sign) == strlen (good) ? "another one was sent" : "it has not the length of this digest";
}

/* Judges @sign over every one of @fields; a refusal is explained in the verdict, and the key never shown. */
gboolean
sandbox_v2_check (GHashTable *fields, const char *sign, const char *sign_type, const char *key, SandboxReply *reply)
{
  const char *sent = sign != NULL ? sign : "";
  g_autofree char *good = sandbox_v2_sign (fields, sign_type, key);
  g_autofree char *shown = NULL;
  g_autofree char *quoted = NULL;

  if (sandbox_is_equal (sent, good))
    return TRUE;
  shown = sandbox_v2_join (fields);
  quoted = sandbox_quote (shown, -1);
  sandbox_reply_judge (reply,
                       "signature refused: %s; expected the %s of %s followed by the %" G_GSIZE_FORMAT
                       " characters of the key, %" G_GSIZE_FORMAT " bytes in all",
                       compare (fields, sent, good, sign_type, key),
                       sign_type,
                       quoted,
                       strlen (key),
                       strlen (shown) + strlen (key));
  return FALSE;
}
