/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include <gio/gio.h>

#include "core/minipay-error-private.h"

static GError *
make_error (const MinipayErrorFacts *facts)
{
  GError *error = NULL;

  minipay_set_gateway_error (&error, MINIPAY_ERROR_REFUSED, facts, "shop answered: %s", "no");
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_REFUSED);
  return error;
}

static void
test_tail (void)
{
  static const struct {
    MinipayErrorFacts facts;
    const char *message;
  } cases[] = {
    { { "ORDERPAID", "已支付", "0885E8", "query it", 400 },
      "shop answered: no [gateway-code=ORDERPAID; http=400; request-id=0885E8]" },
    { { "ORDERPAID", NULL, NULL, NULL, 0 }, "shop answered: no [gateway-code=ORDERPAID]" },
    { { NULL, NULL, NULL, NULL, 503 }, "shop answered: no [http=503]" },
    { { NULL, NULL, "0885E8", NULL, 0 }, "shop answered: no [request-id=0885E8]" },
    { { "A", NULL, "B", NULL, 0 }, "shop answered: no [gateway-code=A; request-id=B]" },
    { { "", NULL, "", NULL, 200 }, "shop answered: no [http=200]" },
    { { NULL, "text", NULL, "remedy", 0 }, "shop answered: no" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = make_error (&cases[i].facts);

    g_assert_cmpstr (error->message, ==, cases[i].message);
  }
}

/* One line, valid UTF-8, and the tail can be split at its separators. */
static void
assert_well_formed (const GError *error, guint n_facts)
{
  const char *tail = strstr (error->message, " [");
  g_auto (GStrv) facts = NULL;
  g_autofree char *inner = NULL;

  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  for (const char *p = error->message; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_false (g_unichar_iscntrl (g_utf8_get_char (p)));
  g_assert_nonnull (tail);
  g_assert_true (g_str_has_suffix (tail, "]"));
  inner = g_strndup (tail + 2, strlen (tail) - 3);
  g_assert_null (strpbrk (inner, "[]"));
  facts = g_strsplit (inner, "; ", -1);
  g_assert_cmpuint (g_strv_length (facts), ==, n_facts);
  for (guint i = 0; i < n_facts; i++)
    g_assert_nonnull (strchr (facts[i], '='));
}

static void
test_hostile (void)
{
  g_autofree char *long_text = g_strnfill (10240, 'x');
  g_autofree char *long_bytes = g_strnfill (10240, '\xff');
  const char *const texts[] = {
    "A\nB",
    "A\r\n2026-01-01 forged line",
    "\x1b[31mred\x1b[0m",
    "X; http=200",
    "X] paid",
    "X] [gateway-code=SUCCESS",
    "\xff\xfe",
    "\xe4\xb8",
    "a\xc2\x85"
    "b", /* next line, C1 */
    "a\xe2\x80\xa8"
    "b\xe2\x80\xa9"
    "c", /* line and paragraph separator */
    "\x7f\x01\x02",
    long_text,
    long_bytes,
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    MinipayErrorFacts facts = { texts[i], texts[i], texts[i], NULL, 400 };
    g_autoptr (GError) error = make_error (&facts);
    const MinipayErrorDetail *detail = minipay_error_get_detail (error);

    assert_well_formed (error, 3);
    g_assert_cmpuint (strlen (error->message), <, 2000);
    g_assert_null (strstr (error->message, "\xe2\x80\xa8"));
    g_assert_null (strstr (error->message, "\xe2\x80\xa9"));
    /* what it really was stays at hand */
    g_assert_cmpstr (minipay_error_detail_get_gateway_code (detail), ==, texts[i]);
    g_assert_cmpstr (minipay_error_detail_get_gateway_message (detail), ==, texts[i]);
  }
}

static void
test_quote (void)
{
  static const struct {
    const char *text;
    gssize length;
    const char *quoted;
  } cases[] = {
    { NULL, -1, "nothing" },
    { "", -1, "" },
    { "plain", -1, "plain" },
    { "plain", 2, "pl" },
    { "金额", -1, "金额" },
    { "a\nb\tc\x7f", -1, "a?b?c?" },
    { "a\xc2\x85z", -1, "a?z" },
    { "a\xe2\x80\xa8z", -1, "a?z" },
    { "a\xffz", -1, "a\xef\xbf\xbdz" },
    { "a\0b",
      3,
      "a\xef\xbf\xbd"
      "b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *quoted = minipay_error_quote (cases[i].text, cases[i].length);

    g_assert_cmpstr (quoted, ==, cases[i].quoted);
  }
}

static void
test_quote_length (void)
{
  g_autofree char *exact = g_strnfill (200, 'x');
  g_autofree char *more = g_strnfill (201, 'x');
  g_autofree char *quoted_exact = minipay_error_quote (exact, -1);
  g_autofree char *quoted_more = minipay_error_quote (more, -1);
  g_autofree char *expected = g_strconcat (exact, "...", NULL);

  g_assert_cmpstr (quoted_exact, ==, exact);
  g_assert_cmpstr (quoted_more, ==, expected);
}

static void
assert_detail (const GError *error)
{
  const MinipayErrorDetail *detail = minipay_error_get_detail (error);

  g_assert_nonnull (detail);
  g_assert_cmpstr (minipay_error_detail_get_gateway_code (detail), ==, "SIGN_ERROR");
  g_assert_cmpstr (minipay_error_detail_get_gateway_message (detail), ==, "签名错误");
  g_assert_cmpstr (minipay_error_detail_get_request_id (detail), ==, "0885E8");
  g_assert_cmpstr (minipay_error_detail_get_remedy (detail), ==, "check the key");
  g_assert_cmpuint (minipay_error_detail_get_http_status (detail), ==, 401);
}

static void
test_detail_survives (void)
{
  MinipayErrorFacts facts = { "SIGN_ERROR", "签名错误", "0885E8", "check the key", 401 };
  g_autoptr (GError) error = make_error (&facts);
  g_autoptr (GError) copy = g_error_copy (error);
  g_autoptr (GError) recoded = minipay_error_recode (copy, MINIPAY_ERROR_OUTCOME_UNKNOWN, "query it");
  g_autoptr (GError) plain = minipay_error_recode (copy, MINIPAY_ERROR_AUTH, NULL);
  g_autoptr (GError) propagated = NULL;

  assert_detail (error);
  g_clear_error (&error);
  assert_detail (copy);
  assert_detail (recoded);
  g_assert_error (recoded, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpstr (
      recoded->message, ==, "query it: shop answered: no [gateway-code=SIGN_ERROR; http=401; request-id=0885E8]");
  g_assert_error (plain, MINIPAY_ERROR, MINIPAY_ERROR_AUTH);
  g_assert_cmpstr (plain->message, ==, copy->message);
  g_propagate_prefixed_error (&propagated, g_steal_pointer (&recoded), "%s: ", "shop.conf");
  assert_detail (propagated);
}

static void
test_no_detail (void)
{
  g_autoptr (GError) bare = g_error_new (MINIPAY_ERROR, MINIPAY_ERROR_INVALID, "bare");
  g_autoptr (GError) foreign = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "foreign");
  g_autoptr (GError) recoded = minipay_error_recode (foreign, MINIPAY_ERROR_PLUGIN, "shop");
  const MinipayErrorDetail *detail = minipay_error_get_detail (bare);

  g_assert_nonnull (detail);
  g_assert_null (minipay_error_detail_get_gateway_code (detail));
  g_assert_cmpuint (minipay_error_detail_get_http_status (detail), ==, 0);
  g_assert_null (minipay_error_get_detail (foreign));
  g_assert_null (minipay_error_get_detail (NULL));
  g_assert_error (recoded, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN);
  g_assert_cmpstr (recoded->message, ==, "shop: foreign");
  g_assert_null (minipay_error_detail_get_remedy (minipay_error_get_detail (recoded)));
}

static void
test_ignored (void)
{
  MinipayErrorFacts facts = { "A", "B", "C", "D", 400 };

  g_test_summary ("A caller who wants no error gets none, and nothing leaks.");
  minipay_set_gateway_error (NULL, MINIPAY_ERROR_REFUSED, &facts, "no");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/error/tail/only-known-facts", test_tail);
  g_test_add_func ("/error/tail/hostile-text-stays-in-its-field", test_hostile);
  g_test_add_func ("/error/quote/one-line-of-utf8", test_quote);
  g_test_add_func ("/error/quote/200-bytes", test_quote_length);
  g_test_add_func ("/error/detail/survives-copy-recode-prefix", test_detail_survives);
  g_test_add_func ("/error/detail/none-without-a-gateway", test_no_detail);
  g_test_add_func ("/error/ignored/no-leak", test_ignored);

  return g_test_run ();
}
