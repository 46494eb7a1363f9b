/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-money.h"

#include <string.h>

#include "core/minipay-error-private.h"

/**
 * MinipayMoney:
 *
 * An amount: whole minor units (fen, cents) beside an ISO 4217 currency. There is no way to make one from a
 * floating-point number. Immutable.
 *
 * Since: 0.1
 */
struct _MinipayMoney {
  gint64 minor;
  char currency[4]; /* empty: the currency was not one */
};

G_DEFINE_BOXED_TYPE (MinipayMoney, minipay_money, minipay_money_copy, minipay_money_free)

/* Currencies by the number of their minor digits, ISO 4217 active codes; each list is searched at a step of
 * three. */
static const char *const currencies_by_exponent[] = {
  "BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXVNDVUVXAFXOFXPF",
  NULL,
  "CNYAEDAFNALLAMDANGAOAARSAUDAWGAZNBAMBBDBDTBGNBMDBNDBOBBRLBSDBTNBWPBYNBZDCADCDFCHFCOPCRCCUPCVECZKDKKDOPDZDE"
  "GPERNETB"
  "EURFJDFKPGBPGELGHSGIPGMDGTQGYDHKDHNLHTGHUFIDRILSINRIRRJMDKESKGSKHRKPWKYDKZTLAKLBPLKRLRDLSLMADMDLMGAMKDMMKM"
  "NTMOPMRU"
  "MURMVRMWKMXNMYRMZNNADNGNNIONOKNPRNZDPABPENPGKPHPPKRPLNQARRONRSDRUBSARSBDSCRSDGSEKSGDSHPSLESOSSRDSSPSTNSVCS"
  "YPSZLTHB"
  "TJSTMTTOPTRYTTDTWDTZSUAHUSDUYUUZSVEDVESWSTXCDYERZARZMWZWL",
  "BHDIQDJODKWDLYDOMRTND",
};

static gboolean
currency_get_exponent (const char *currency, guint *exponent)
{
  for (guint i = G_N_ELEMENTS (currencies_by_exponent); i-- > 0;) {
    for (const char *p = currencies_by_exponent[i]; p != NULL && *p != '\0'; p += 3) {
      if (strncmp (p, currency, 3) == 0) {
        *exponent = i;
        return TRUE;
      }
    }
  }
  return FALSE;
}

static gboolean
currency_is_known (const char *currency, guint *exponent)
{
  return currency != NULL && strlen (currency) == 3 && currency_get_exponent (currency, exponent);
}

/**
 * minipay_money_new:
 * @minor: the amount in minor units: 1990 is 19.90 CNY; may be negative, as a difference
 * @currency: an ISO 4217 code in capital letters
 *
 * Makes an amount. A @currency that is none gives an amount that is not valid: every operation refuses it
 * with %MINIPAY_ERROR_INVALID. minipay_money_parse() tells at once.
 *
 * Returns: (transfer full): a new amount
 *
 * Since: 0.1
 */
MinipayMoney *
minipay_money_new (gint64 minor, const char *currency)
{
  MinipayMoney *self = g_new0 (MinipayMoney, 1);
  guint exponent;

  self->minor = minor;
  if (currency_is_known (currency, &exponent))
    memcpy (self->currency, currency, 3);
  return self;
}

/* Digits to minor units; FALSE on overflow. */
static gboolean
money_append_digits (gint64 *minor, const char *digits, gsize n_digits)
{
  for (gsize i = 0; i < n_digits; i++)
    if (__builtin_mul_overflow (*minor, 10, minor) || __builtin_add_overflow (*minor, digits[i] - '0', minor))
      return FALSE;
  return TRUE;
}

/**
 * minipay_money_parse:
 * @text: a decimal number, one space, an ISO 4217 code: `19.90 CNY`, `500 JPY`
 * @error: return location for an error
 *
 * Reads an amount in major units, exactly. Fewer decimals than the currency has are filled up; more are
 * refused.
 *
 * Errors: %MINIPAY_ERROR_INVALID.
 *
 * Returns: (transfer full): a new amount
 *
 * Since: 0.1
 */
MinipayMoney *
minipay_money_parse (const char *text, GError **error)
{
  const char *whole = text != NULL ? text : "";
  gboolean is_negative = *whole == '-';
  gsize n_whole, n_fraction = 0;
  const char *fraction, *currency;
  gint64 minor = 0;
  guint exponent = 0;

  whole += is_negative;
  n_whole = strspn (whole, "0123456789");
  fraction = whole + n_whole;
  if (*fraction == '.') {
    fraction++;
    n_fraction = strspn (fraction, "0123456789");
  }
  currency = fraction + n_fraction;
  if (n_whole == 0 || (n_whole > 1 && *whole == '0') || (fraction[-1] == '.' && n_fraction == 0) ||
      *currency != ' ' || !currency_is_known (currency + 1, &exponent) || n_fraction > exponent) {
    g_autofree char *quoted = minipay_error_quote (text, -1);

    g_set_error (
        error,
        MINIPAY_ERROR,
        MINIPAY_ERROR_INVALID,
        "amount \"%s\" is not like \"19.90 CNY\": a decimal number with no more decimals than its currency "
        "has, a space, an ISO 4217 code",
        quoted);
    return NULL;
  }
  if (!money_append_digits (&minor, whole, n_whole) || !money_append_digits (&minor, fraction, n_fraction) ||
      !money_append_digits (&minor, "000", exponent - n_fraction)) {
    g_autofree char *quoted = minipay_error_quote (text, -1);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "amount \"%s\" is beyond %" G_GINT64_FORMAT " minor units",
                 quoted,
                 G_MAXINT64);
    return NULL;
  }
  return minipay_money_new (is_negative ? -minor : minor, currency + 1);
}

/**
 * minipay_money_copy:
 * @self: an amount
 *
 * Returns: (transfer full): a copy
 *
 * Since: 0.1
 */
MinipayMoney *
minipay_money_copy (const MinipayMoney *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return g_memdup2 (self, sizeof *self);
}

/**
 * minipay_money_free:
 * @self: an amount
 *
 * Frees it.
 *
 * Since: 0.1
 */
void
minipay_money_free (MinipayMoney *self)
{
  g_free (self);
}

/**
 * minipay_money_get_minor:
 * @self: an amount
 *
 * Returns: the amount in minor units
 *
 * Since: 0.1
 */
gint64
minipay_money_get_minor (const MinipayMoney *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->minor;
}

/**
 * minipay_money_get_currency:
 * @self: an amount
 *
 * Returns: the ISO 4217 code; empty when the amount is not valid
 *
 * Since: 0.1
 */
const char *
minipay_money_get_currency (const MinipayMoney *self)
{
  g_return_val_if_fail (self != NULL, "");
  return self->currency;
}

/**
 * minipay_money_is_valid:
 * @self: an amount
 *
 * Returns: %TRUE when the currency is one
 *
 * Since: 0.1
 */
gboolean
minipay_money_is_valid (const MinipayMoney *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  return self->currency[0] != '\0';
}

/**
 * minipay_money_equal:
 * @self: an amount
 * @other: another
 *
 * Returns: %TRUE when amount and currency are the same
 *
 * Since: 0.1
 */
gboolean
minipay_money_equal (const MinipayMoney *self, const MinipayMoney *other)
{
  g_return_val_if_fail (self != NULL && other != NULL, FALSE);
  return self->minor == other->minor && strcmp (self->currency, other->currency) == 0;
}

static gboolean
money_check_same_currency (const MinipayMoney *self, const MinipayMoney *other, GError **error)
{
  if (minipay_money_is_valid (self) && strcmp (self->currency, other->currency) == 0)
    return TRUE;
  g_set_error (error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_INVALID,
               "amounts in %s and %s cannot be put together",
               minipay_money_is_valid (self) ? self->currency : "no currency",
               minipay_money_is_valid (other) ? other->currency : "no currency");
  return FALSE;
}

/**
 * minipay_money_compare:
 * @self: an amount
 * @other: another of the same currency
 * @order: (out): below, equal to or above 0 as @self is less than, equal to or more than @other
 * @error: return location for an error
 *
 * Errors: %MINIPAY_ERROR_INVALID for different currencies.
 *
 * Returns: %TRUE when @order was set
 *
 * Since: 0.1
 */
gboolean
minipay_money_compare (const MinipayMoney *self, const MinipayMoney *other, int *order, GError **error)
{
  g_return_val_if_fail (self != NULL && other != NULL && order != NULL, FALSE);

  *order = 0;
  if (!money_check_same_currency (self, other, error))
    return FALSE;
  *order = (self->minor > other->minor) - (self->minor < other->minor);
  return TRUE;
}

static MinipayMoney *
money_new_sum (const MinipayMoney *self, const MinipayMoney *other, gboolean is_difference, GError **error)
{
  gint64 sum;

  if (!money_check_same_currency (self, other, error))
    return NULL;
  if (is_difference ? __builtin_sub_overflow (self->minor, other->minor, &sum)
                    : __builtin_add_overflow (self->minor, other->minor, &sum)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_INVALID,
                 "%" G_GINT64_FORMAT " %c %" G_GINT64_FORMAT " is beyond 64 bits",
                 self->minor,
                 is_difference ? '-' : '+',
                 other->minor);
    return NULL;
  }
  return minipay_money_new (sum, self->currency);
}

/**
 * minipay_money_add:
 * @self: an amount
 * @other: another of the same currency
 * @error: return location for an error
 *
 * Errors: %MINIPAY_ERROR_INVALID for different currencies or a sum beyond 64 bits.
 *
 * Returns: (transfer full): the sum
 *
 * Since: 0.1
 */
MinipayMoney *
minipay_money_add (const MinipayMoney *self, const MinipayMoney *other, GError **error)
{
  g_return_val_if_fail (self != NULL && other != NULL, NULL);
  return money_new_sum (self, other, FALSE, error);
}

/**
 * minipay_money_subtract:
 * @self: an amount
 * @other: another of the same currency
 * @error: return location for an error
 *
 * Errors: %MINIPAY_ERROR_INVALID for different currencies or a difference beyond 64 bits.
 *
 * Returns: (transfer full): @self less @other
 *
 * Since: 0.1
 */
MinipayMoney *
minipay_money_subtract (const MinipayMoney *self, const MinipayMoney *other, GError **error)
{
  g_return_val_if_fail (self != NULL && other != NULL, NULL);
  return money_new_sum (self, other, TRUE, error);
}

/**
 * minipay_money_to_major_string:
 * @self: an amount
 *
 * The amount in major units with all decimals of its currency: `19.90`. For an amount that is not valid,
 * minor units.
 *
 * Returns: (transfer full): the text
 *
 * Since: 0.1
 */
char *
minipay_money_to_major_string (const MinipayMoney *self)
{
  static const guint64 powers[] = { 1, 10, 100, 1000 };
  guint64 magnitude;
  guint exponent = 0;

  g_return_val_if_fail (self != NULL, NULL);

  /* 0 - x in unsigned arithmetic has no overflow at G_MININT64 */
  magnitude = self->minor < 0 ? 0 - (guint64) self->minor : (guint64) self->minor;
  currency_is_known (self->currency, &exponent);
  if (exponent == 0)
    return g_strdup_printf ("%s%" G_GUINT64_FORMAT, self->minor < 0 ? "-" : "", magnitude);
  return g_strdup_printf ("%s%" G_GUINT64_FORMAT ".%0*" G_GUINT64_FORMAT,
                          self->minor < 0 ? "-" : "",
                          magnitude / powers[exponent],
                          (int) exponent,
                          magnitude % powers[exponent]);
}

/**
 * minipay_money_to_string:
 * @self: an amount
 *
 * What minipay_money_parse() reads: `19.90 CNY`.
 *
 * Returns: (transfer full): the text
 *
 * Since: 0.1
 */
char *
minipay_money_to_string (const MinipayMoney *self)
{
  g_autofree char *major = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  major = minipay_money_to_major_string (self);
  return g_strdup_printf ("%s %s", major, minipay_money_is_valid (self) ? self->currency : "(no currency)");
}
