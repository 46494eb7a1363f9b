/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-error-private.h"
#include "core/minipay-money.h"
#include "provider/minipay-address-private.h"
#include "provider/minipay-manifest-private.h"
#include "wire/minipay-base64.h"
#include "wire/minipay-params.h"
#include "wire/minipay-times.h"

void
minipay_text_rule_clear (MinipayTextRule *rule)
{
  g_clear_pointer (&rule->characters, g_free);
  g_clear_pointer (&rule->choices, g_strfreev);
}

gboolean
minipay_text_rule_is_set (const MinipayTextRule *rule)
{
  return rule->min_length > 0 || rule->max_length > 0 || rule->characters != NULL || rule->choices != NULL ||
         rule->format != MINIPAY_FORMAT_ANY;
}

static gboolean
text_rule_allows (const MinipayTextRule *rule, guchar byte)
{
  return byte < 128 && (rule->allowed[byte / 32] & (1u << (byte % 32))) != 0;
}

static gboolean
text_is_decimal (const char *text)
{
  gsize whole, part;

  text += *text == '-';
  whole = strspn (text, "0123456789");
  if (text[whole] == '\0')
    return whole > 0 && (whole == 1 || *text != '0');
  part = text[whole] == '.' ? strspn (text + whole + 1, "0123456789") : 0;
  return whole > 0 && (whole == 1 || *text != '0') && part > 0 && text[whole + 1 + part] == '\0';
}

static gboolean
text_is_base64 (const char *text)
{
  gsize length;
  g_autofree guint8 *bytes = minipay_base64_decode (text, -1, &length, NULL);

  return bytes != NULL && length > 0;
}

static gboolean
text_is_money (const char *text)
{
  g_autoptr (MinipayMoney) money = minipay_money_parse (text, NULL);

  return money != NULL;
}

static gboolean
text_is_time (const char *text)
{
  g_autoptr (GDateTime) time = minipay_time_parse_compact (text, NULL);

  return time != NULL;
}

/* What the text is not, or NULL. */
static const char *
text_rule_find_format_fault (const MinipayTextRule *rule, const char *text)
{
  switch (rule->format) {
  case MINIPAY_FORMAT_BASE64:
    return text_is_base64 (text) ? NULL : "is no base64";
  case MINIPAY_FORMAT_TIME:
    return text_is_time (text) ? NULL : "is no time like 20091225091010";
  case MINIPAY_FORMAT_DECIMAL:
    return text_is_decimal (text) ? NULL : "is no decimal number";
  case MINIPAY_FORMAT_MONEY:
    return text_is_money (text) ? NULL : "is no amount like 2.00 CNY";
  case MINIPAY_FORMAT_PARAMETER:
    return minipay_params_is_one_value (text) ? NULL : "reads as several parameters of a signed text";
  case MINIPAY_FORMAT_ANY:
  case MINIPAY_FORMAT_ADDRESS:
  default:
    return NULL;
  }
}

/* Addresses lose what may be a secret. */
static char *
text_rule_quote (const MinipayTextRule *rule, const char *text)
{
  return rule->format == MINIPAY_FORMAT_ADDRESS ? minipay_address_quote (text) : minipay_error_quote (text, -1);
}

static gboolean
text_rule_check_form (
    const MinipayTextRule *rule, const char *what, const char *text, MinipayError code, GError **error)
{
  g_autofree char *quoted = NULL;
  g_autofree char *allowed = NULL;
  const char *fault = NULL;

  for (const char *p = text; *p != '\0' && fault == NULL; p++) {
    if ((guchar) *p < 0x20 || *p == 0x7f)
      fault = "has a control character";
    else if (rule->characters != NULL && !text_rule_allows (rule, (guchar) *p))
      fault = "has other characters than ";
  }
  if (fault == NULL && rule->choices != NULL && !g_strv_contains ((const char *const *) rule->choices, text)) {
    fault = "is none of ";
    allowed = g_strjoinv (", ", rule->choices);
  }
  if (fault == NULL)
    fault = text_rule_find_format_fault (rule, text);
  if (fault == NULL)
    return TRUE;
  quoted = text_rule_quote (rule, text);
  if (allowed == NULL && g_str_has_suffix (fault, " "))
    allowed = g_strdup (rule->characters);
  g_set_error (error, MINIPAY_ERROR, code, "%s \"%s\" %s%s", what, quoted, fault, allowed != NULL ? allowed : "");
  return FALSE;
}

gboolean
minipay_text_rule_check (
    const MinipayTextRule *rule, const char *what, const char *text, MinipayError code, GError **error)
{
  g_autofree char *quoted = NULL;
  gsize bytes = strlen (text);
  glong length;

  if (!g_utf8_validate_len (text, bytes, NULL)) {
    g_set_error (error, MINIPAY_ERROR, code, "%s is not valid UTF-8", what);
    return FALSE;
  }
  if (!text_rule_check_form (rule, what, text, code, error))
    return FALSE;

  length = rule->counts_characters ? g_utf8_strlen (text, -1) : (glong) bytes;
  if (length >= (glong) rule->min_length && (rule->max_length == 0 || length <= (glong) rule->max_length))
    return TRUE;
  quoted = text_rule_quote (rule, text);
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
