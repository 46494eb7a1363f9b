/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "provider/minipay-manifest-private.h"

static gboolean
text_rule_allows (const MinipayTextRule *rule, guchar byte)
{
  return byte < 128 && (rule->allowed[byte / 32] & (1u << (byte % 32))) != 0;
}

gboolean
minipay_text_rule_check (
    const MinipayTextRule *rule, const char *what, const char *text, MinipayError code, GError **error)
{
  g_autofree char *quoted = NULL;
  const char *fault = NULL;
  gsize bytes = strlen (text);
  glong length;

  if (!g_utf8_validate_len (text, bytes, NULL)) {
    g_set_error (error, MINIPAY_ERROR, code, "%s is not valid UTF-8", what);
    return FALSE;
  }
  for (const char *p = text; *p != '\0' && fault == NULL; p++) {
    if ((guchar) *p < 0x20 || *p == 0x7f)
      fault = "has a control character";
    else if (rule->characters != NULL && !text_rule_allows (rule, (guchar) *p))
      fault = "has other characters than ";
  }
  if (fault != NULL) {
    quoted = minipay_error_quote (text, -1);
    g_set_error (error,
                 MINIPAY_ERROR,
                 code,
                 "%s \"%s\" %s%s",
                 what,
                 quoted,
                 fault,
                 g_str_has_suffix (fault, " ") ? rule->characters : "");
    return FALSE;
  }

  length = rule->counts_characters ? g_utf8_strlen (text, -1) : (glong) bytes;
  if (length >= (glong) rule->min_length && (rule->max_length == 0 || length <= (glong) rule->max_length))
    return TRUE;
  quoted = minipay_error_quote (text, -1);
  g_set_error (error,
               MINIPAY_ERROR,
               code,
               "%s \"%s\" has %ld %s, allowed are %u to %u",
               what,
               quoted,
               length,
               rule->counts_characters ? "characters" : "bytes",
               rule->min_length,
               rule->max_length);
  return FALSE;
}
