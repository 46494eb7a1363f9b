/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "aggregator-shop.h"

/* Every sign is the output of
 *   printf '%s' 'TEXT&key=0123456789ABCDEF0123456789ABCDEF' | md5sum | tr a-f A-F
 * where TEXT are the members that stand beside it, without sign and what is empty, sorted by name in byte order and
 * joined as name=value with `&`; where another ending is tested it is written out. */

#define SIGNED(MEMBERS, SIGN) "{" MEMBERS ",\"sign\":\"" SIGN "\"}"
#define FIRST                 "\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\""
#define AMOUNT                "\"orderAmount\":\"1990\""
#define SUCCESS               "\"payStatus\":\"SUCCESS\""
#define GOOD                  FIRST ",\"goodNo\":\"\",\"goodName\":\"车险保单\"," AMOUNT "," SUCCESS
#define GOOD_SIGN             "394E4A113F86D02F0664404584EC70E8"

static gboolean
receive (MinipayTestExchange *x, const char *body, GError **error)
{
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new (NULL, body);

  return minipay_test_exchange_receive (x, incoming, error);
}

static void
assert_taken (const char *const *changes, const char *body)
{
  g_autoptr (MinipayTestExchange) x = aggregator_new (changes);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", body);
  receive (x, body, &error);
  g_assert_no_error (error);
  g_assert_true (minipay_payment_get_authenticated (minipay_test_exchange_get_payment (x)));
}

static void
assert_refused (const char *const *changes, const char *body, int code)
{
  g_autoptr (MinipayTestExchange) x = aggregator_new (changes);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", body);
  g_assert_false (receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_null (minipay_exchange_get_result (x->exchange));
}

/* The sign is genuine, and @name is what fails it. */
static void
assert_incomplete (const char *const *changes, const char *body, const char *name)
{
  g_autoptr (MinipayTestExchange) x = aggregator_new (changes);
  g_autofree char *what = g_strconcat (name, " is missing", NULL);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", body);
  g_assert_false (receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, what));
}

static void
test_payment (void)
{
  static const char body[] = SIGNED (GOOD, GOOD_SIGN);
  g_autoptr (MinipayTestExchange) x = aggregator_new (NULL);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;
  const char *raw;
  gsize length;

  receive (x, body, &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "T20230101000001");
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 1990);
  g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_total (payment)), ==, "CNY");
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "8000000001");
  g_assert_null (minipay_payment_get_transaction_id (payment));
  g_assert_null (minipay_payment_get_appid (payment));
  g_assert_null (minipay_payment_get_paid_at (payment));
  g_assert_true (minipay_payment_get_authenticated (payment));
  raw = g_bytes_get_data (minipay_payment_get_raw_text (payment), &length);
  g_assert_cmpmem (raw, length, body, strlen (body));
}

static void
test_vector (void)
{
  static const char members[] = "\"orderNo\":\"T20230101000001\",\"orderAmount\":\"100\",\"insurAmount\":\"100\","
                                "\"notifyUrl\":\"https://example.com/notify\",\"paymentNos\":\"\",\"orgCode\":\"\"";
  g_autofree char *genuine =
      g_strdup_printf ("{%s,\"sign\":\"%s\"}", members, minipay_test_vector ("agg-sign-derived", "expected"));
  g_autofree char *altered = minipay_test_replace (genuine, "\"100\"", "\"101\"");

  g_test_summary ("The vector is an order's: its sign is taken, and then the notification lacks its customerNo.");
  g_assert_cmpstr (minipay_test_vector ("agg-sign-derived", "key"), ==, "0123456789ABCDEF0123456789ABCDEF");
  assert_incomplete (NULL, genuine, "customerNo");
  assert_refused (NULL, altered, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* --- The sign --- */

static void
test_altered (void)
{
  static const char *const changes[][2] = {
    { "T20230101000001", "T20230101000002" },
    { "8000000001", "8000000002" },
    { "\"1990\"", "\"1991\"" },
    { "\"1990\"", "\"\"" },
    { "\"1990\"", "null" },
    { "orderAmount", "OrderAmount" },
    { "orderAmount", "orderamount" },
    { "\"goodName\":\"车险保单\",", "" },
    { "车险保单", "车险" },
    { "\"payStatus\"", "\"added\":\"1\",\"payStatus\"" },
    { "\"goodNo\":\"\"", "\"goodNo\":\"1\"" },
    { "\"goodNo\":\"\"", "\"goodNo\":0" },
    { "\"goodNo\":\"\"", "\"goodNo\":false" },
    { "\"goodNo\":\"\"", "\"goodNo\":\" \"" },
    { "SUCCESS", "FAIL" },
    { "SUCCESS", "SUCCESS " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree char *body = minipay_test_replace (SIGNED (GOOD, GOOD_SIGN), changes[i][0], changes[i][1]);

    assert_refused (NULL, body, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

static void
test_same_text (void)
{
  static const char *const bodies[] = {
    /* what is empty takes no part, whether it is there or not */
    SIGNED (FIRST ",\"goodName\":\"车险保单\"," AMOUNT "," SUCCESS, GOOD_SIGN),
    SIGNED (GOOD ",\"later\":\"\"", GOOD_SIGN),
    SIGNED (GOOD ",\"later\":null", GOOD_SIGN),
    /* nor does the order of the members */
    SIGNED (SUCCESS "," AMOUNT ",\"goodName\":\"车险保单\"," FIRST, GOOD_SIGN),
    "{\"sign\":\"" GOOD_SIGN "\"," GOOD "}",
    /* a number is its own text */
    SIGNED (FIRST ",\"goodName\":\"车险保单\",\"orderAmount\":1990," SUCCESS, GOOD_SIGN),
    SIGNED ("\"customerNo\":8000000001,\"orderNo\":\"T20230101000001\",\"goodName\":\"车险保单\"," AMOUNT
            "," SUCCESS,
            GOOD_SIGN),
    /* and an escape the character that it stands for */
    SIGNED (FIRST ",\"goodName\":\"\\u8f66\\u9669保单\"," AMOUNT "," SUCCESS, GOOD_SIGN),
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_taken (NULL, bodies[i]);
}

static void
test_added_members (void)
{
  g_test_summary ("Members that nobody knows yet are signed like the others, numbers by their own text.");
  assert_taken (NULL,
                SIGNED (FIRST "," AMOUNT "," SUCCESS ",\"rate\":1.50,\"big\":12345678901234567890,\"isNew\":true",
                        "E73D0C0B3D39B1B7EC409762644C9F2B"));
  /* upper case sorts before lower case, and a digit before both */
  assert_taken (NULL,
                SIGNED (FIRST "," AMOUNT "," SUCCESS
                              ",\"Zone\":\"z\",\"a1\":\"1\",\"aB\":\"2\",\"ab\":\"3\",\"key\":\"k\"",
                        "702201BF5BC2CBD51BC9993910419E34"));
  /* the same name in another case is another member */
  assert_taken (
      NULL,
      SIGNED (FIRST "," AMOUNT "," SUCCESS ",\"Sign\":\"S\",\"SIGN\":\"T\"", "0C50FA63363FF1DF416632D3A16E9BB8"));
  /* an ampersand that begins no member */
  assert_taken (
      NULL, SIGNED (FIRST "," AMOUNT "," SUCCESS ",\"goodName\":\"a & b=c\"", "A903AE61F1CEFC45516BFCF60D74239D"));
}

static void
test_sign_forms (void)
{
  static const char *const signs[] = {
    "",
    ",\"sign\":\"\"",
    ",\"sign\":null",
    ",\"sign\":0",
    ",\"sign\":true",
    ",\"sign\":[\"" GOOD_SIGN "\"]",
    ",\"sign\":{\"sign\":\"" GOOD_SIGN "\"}",
    ",\"Sign\":\"" GOOD_SIGN "\"",
    ",\"SIGN\":\"" GOOD_SIGN "\"",
    ",\"sign\":\" " GOOD_SIGN "\"",
    ",\"sign\":\"" GOOD_SIGN " \"",
    ",\"sign\":\"" GOOD_SIGN "\\n\"",
    ",\"sign\":\"" GOOD_SIGN GOOD_SIGN "\"",
    ",\"sign\":\"0\"",
    ",\"sign\":\"00000000000000000000000000000000\"",
    /* the MD5 of the text without its key */
    ",\"sign\":\"0DA50C6B960F415077C52836413600AA\"",
  };

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++) {
    g_autofree char *body = g_strdup_printf ("{" GOOD "%s}", signs[i]);

    assert_refused (NULL, body, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

static void
test_sign_case (void)
{
  static const char *const lower[] = { "sign-case", "lower", NULL };
  static const char *const upper[] = { "sign-case", "upper", NULL };
  g_autofree char *low_sign = g_ascii_strdown (GOOD_SIGN, -1);
  g_autofree char *low = g_strdup_printf (SIGNED (GOOD, "%s"), low_sign);
  g_autofree char *mixed = g_strdup (SIGNED (GOOD, GOOD_SIGN));
  char *letter = strstr (mixed, GOOD_SIGN);

  while (!g_ascii_isupper (*letter))
    letter++;
  *letter = g_ascii_tolower (*letter);
  assert_taken (upper, SIGNED (GOOD, GOOD_SIGN));
  assert_taken (lower, low);
  assert_refused (NULL, low, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (upper, low, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (lower, SIGNED (GOOD, GOOD_SIGN), MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (upper, mixed, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (lower, mixed, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_sign_suffix (void)
{
  static const char *const suffixes[] = { "amp-key", "amp", "bare", "parameter" };
  /* KKK stands for the key */
  static const char *const bodies[] = {
    SIGNED (FIRST "," AMOUNT "," SUCCESS, "1DC90EA74FBF888B566D0439DFA46BB5"),
    SIGNED (FIRST "," AMOUNT "," SUCCESS, "72F2257764CAD5A4CC8291710E4D15FA"),
    SIGNED (FIRST "," AMOUNT "," SUCCESS, "C21E9C40A19B8AD50ED2879178C762FA"),
    SIGNED (FIRST "," AMOUNT "," SUCCESS, "7833F13F2922256A7A0B68D6C291F7FB"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    const char *const settings[] = { "sign-suffix", suffixes[i], NULL };

    for (guint j = 0; j < G_N_ELEMENTS (bodies); j++) {
      g_test_message ("%s reads %s", suffixes[i], suffixes[j]);
      if (i == j)
        assert_taken (settings, bodies[j]);
      else
        assert_refused (settings, bodies[j], MINIPAY_ERROR_SIGNATURE_INVALID);
    }
  }
}

static void
test_key_as_parameter (void)
{
  static const char *const settings[] = { "sign-suffix", "parameter", NULL };

  /* the key before all others and behind all others: signs that are taken, of notifications that say too little */
  assert_incomplete (
      settings, SIGNED ("\"orderNo\":\"T20230101000001\"", "FACD502E9F3BC3ABA8F57C4C7CFCD43B"), "customerNo");
  assert_incomplete (
      settings, SIGNED ("\"customerNo\":\"8000000001\"", "D11CD1AD0AABD66613FD2B70048F625B"), "orderNo");
  assert_refused (settings,
                  SIGNED ("\"customerNo\":\"8000000001\"", "9DDBD0A47C2E5B4EE02E307EF2296FE0"),
                  MINIPAY_ERROR_SIGNATURE_INVALID);
  /* its place is taken */
  assert_refused (settings,
                  SIGNED (FIRST "," AMOUNT "," SUCCESS ",\"key\":\"x\"", "503E36A00039DAB2A12927DBFA6DAD95"),
                  MINIPAY_ERROR_PROTOCOL);
}

/* --- What the signed text does not separate --- */

static void
test_recut (void)
{
  static const char *const bodies[] = {
    /* both: the text of GOOD, cut elsewhere */
    SIGNED ("\"customerNo\":\"8000000001\",\"goodName\":\"车险保单&orderAmount=1990\","
            "\"orderNo\":\"T20230101000001\"," SUCCESS,
            GOOD_SIGN),
    SIGNED ("\"customerNo\":\"8000000001&goodName=车险保单\"," AMOUNT ",\"orderNo\":\"T20230101000001\"," SUCCESS,
            GOOD_SIGN),
    SIGNED ("\"customerNo\":\"8000000001\",\"goodName=车险保单&orderAmount\":\"1990\","
            "\"orderNo\":\"T20230101000001\"," SUCCESS,
            GOOD_SIGN),
    SIGNED ("\"customerNo=8000000001&goodName\":\"车险保单\"," AMOUNT ",\"orderNo\":\"T20230101000001\"," SUCCESS,
            GOOD_SIGN),
    /* a failure whose goods were named by an attacker, and the payment that he makes of it */
    SIGNED (FIRST ",\"goodName\":\"a&orderAmount=1990\",\"payStatus\":\"FAIL\"",
            "454568244DD3ECBC8296C88645C894E2"),
    /* genuinely signed, and readable in two ways all the same */
    SIGNED (GOOD ",\"remark\":\"a&x=b\"", "D110FE609FA001B4528CB4F6882E3366"),
    SIGNED (GOOD ",\"单\":\"1\"", "36BA589FF4FDCFC297C17136C052C35B"),
    SIGNED (GOOD ",\"\":\"1\"", "3936F1CC9FEDB49037FBAEE52E291748"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_refused (NULL, bodies[i], MINIPAY_ERROR_PROTOCOL);
}

static void
test_nested (void)
{
  static const char *const members[] = {
    ",\"detail\":{}",
    ",\"detail\":{\"a\":\"b\"}",
    ",\"detail\":[]",
    ",\"detail\":[\"1\"]",
  };

  g_test_summary ("How a nested value would be signed is not published: even with a sign that leaves it out.");
  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    g_autofree char *body = g_strdup_printf ("{" GOOD "%s,\"sign\":\"" GOOD_SIGN "\"}", members[i]);

    assert_refused (NULL, body, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_not_strict (void)
{
  static const char *const bodies[] = {
    NULL,
    "",
    "{}x",
    "[]",
    "null",
    "\"OK\"",
    "[" SIGNED (GOOD, GOOD_SIGN) "]",
    SIGNED (GOOD, GOOD_SIGN) "{}",
    /* two members of one name */
    SIGNED (GOOD ",\"payStatus\":\"FAIL\"", GOOD_SIGN),
    SIGNED ("\"payStatus\":\"FAIL\"," GOOD, GOOD_SIGN),
    SIGNED ("\"payStatu\\u0073\":\"FAIL\"," GOOD, GOOD_SIGN),
    SIGNED (GOOD ",\"sign\":\"" GOOD_SIGN "\"", GOOD_SIGN),
    SIGNED (GOOD ",\"a\":\"\\u0000\"", GOOD_SIGN),
    SIGNED (GOOD ",\"a\":01", GOOD_SIGN),
    "customerNo=8000000001&goodName=车险保单&orderAmount=1990&orderNo=T20230101000001&payStatus=SUCCESS"
    "&sign=" GOOD_SIGN,
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_refused (NULL, bodies[i], MINIPAY_ERROR_PROTOCOL);
}

static void
test_plain_forbidden (void)
{
  static const char *const sealed_only[] = { "plain-notifications", "false", NULL };

  assert_refused (sealed_only, SIGNED (GOOD, GOOD_SIGN), MINIPAY_ERROR_PROTOCOL);
}

static void
test_other_key (void)
{
  static const char *const other[] = { "sign-key", "0123456789ABCDEF0123456789ABCDEE", NULL };

  assert_refused (other, SIGNED (GOOD, GOOD_SIGN), MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* --- What it says --- */

static void
test_states (void)
{
  static const struct {
    const char *body;
    MinipayPaymentState state;
  } cases[] = {
    { SIGNED (FIRST "," AMOUNT ",\"payStatus\":\"PROCESSING\"", "BA167BA2B48F4C213BF39026CBD6B1C4"),
      MINIPAY_PAYMENT_STATE_PENDING },
    { SIGNED (FIRST "," AMOUNT ",\"payStatus\":\"FAIL\"", "712CA337680AA542A8DD46B19830464C"),
      MINIPAY_PAYMENT_STATE_FAILED },
    { SIGNED (FIRST "," AMOUNT ",\"payStatus\":\"CLOSE\"", "E2E95A489967AEB233E298C432109495"),
      MINIPAY_PAYMENT_STATE_CLOSED },
    { SIGNED (FIRST "," AMOUNT ",\"payStatus\":\"REFUND\"", "9A9A2CF8AE42E8D8B93C4F3F2C92552C"),
      MINIPAY_PAYMENT_STATE_UNKNOWN },
    { SIGNED (FIRST "," AMOUNT ",\"payStatus\":\"success\"", "F6F94C2BE72AE3D49B4558BF6F0D1284"),
      MINIPAY_PAYMENT_STATE_UNKNOWN },
    { SIGNED (FIRST "," AMOUNT ",\"payStatus\":\"SUCCESSFUL\"", "89E7A83374E03E0E7547C76059727259"),
      MINIPAY_PAYMENT_STATE_UNKNOWN },
    { SIGNED (FIRST "," AMOUNT ",\"payStatus\":1", "4DF81B5F08879AEF77D911E0B7823140"),
      MINIPAY_PAYMENT_STATE_UNKNOWN },
    /* the settlement of the ebank's account says nothing about a payment */
    { SIGNED (FIRST "," AMOUNT ",\"checkStatus\":\"SUCCESS\",\"payStatus\":\"PROCESSING\"",
              "593760E186AF1CD5D3395D28609F60A4"),
      MINIPAY_PAYMENT_STATE_PENDING },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = aggregator_new (NULL);
    g_autoptr (GError) error = NULL;

    receive (x, cases[i].body, &error);
    g_assert_no_error (error);
    g_assert_cmpint (minipay_payment_get_state (minipay_test_exchange_get_payment (x)), ==, cases[i].state);
  }
}

static void
test_amounts (void)
{
#define AMOUNT_BODY(JSON, SIGN) SIGNED (FIRST ",\"orderAmount\":" JSON "," SUCCESS, SIGN)
  static const struct {
    const char *body;
    gint64 fen; /* 0: PROTOCOL */
  } cases[] = {
    { AMOUNT_BODY ("1", "C4294183AC5BC9A5EBDF8F8A4C135C58"), 1 },
    { AMOUNT_BODY ("99999999999", "2252D7D770D1ADA69BEB8659FD1B2C0A"), 99999999999 },
    { AMOUNT_BODY ("\"99999999999\"", "2252D7D770D1ADA69BEB8659FD1B2C0A"), 99999999999 },
    { AMOUNT_BODY ("100000000000", "141720A5730507739784A55A6D6AA980"), 0 },
    { AMOUNT_BODY ("\"18446744073709553606\"", "64D15FC7E920558F600CF45E69115C56"), 0 },
    { AMOUNT_BODY ("0", "2CFED6CE5C2257CB775C9D379452E4C9"), 0 },
    { AMOUNT_BODY ("-1990", "34E1318A05A0F967979C550FF1CD5790"), 0 },
    { AMOUNT_BODY ("19.90", "D33F2ABF7A73C2CE9B250D69D7A52EFF"), 0 },
    { AMOUNT_BODY ("1990.0", "433CE231EBA52A22F81E18FF4D9C0694"), 0 },
    { AMOUNT_BODY ("1.99e3", "CCBC70ED0FEBC49F2FFA40D509BC6296"), 0 },
    { AMOUNT_BODY ("\"01990\"", "5A7CCD40AB8BDFA80341EAE6D41C8848"), 0 },
    { AMOUNT_BODY ("\"+1990\"", "AB4D9477D8B82D3981925952E494ED82"), 0 },
    { AMOUNT_BODY ("\" 1990\"", "72EA92D2462B96093241928AD61EE883"), 0 },
    { AMOUNT_BODY ("\"1990 \"", "785ED4B9B5332D240EC610C28A5FB392"), 0 },
    { AMOUNT_BODY ("true", "7410F80CCBE4A90897A6AB3D938B85C4"), 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = aggregator_new (NULL);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", cases[i].body);
    receive (x, cases[i].body, &error);
    if (cases[i].fen == 0) {
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
      g_assert_nonnull (strstr (error->message, "orderAmount"));
      continue;
    }
    g_assert_no_error (error);
    g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (minipay_test_exchange_get_payment (x))),
                     ==,
                     cases[i].fen);
  }
#undef AMOUNT_BODY
}

static void
test_amount_member (void)
{
  static const char *const settings[] = { "amount-member", "payAmount", NULL };
  static const char body[] =
      SIGNED (FIRST "," AMOUNT ",\"payAmount\":1980," SUCCESS, "4C55C2ED6A3732D95334B92A6E6FA357");
  g_autoptr (MinipayTestExchange) x = aggregator_new (settings);
  g_autoptr (MinipayTestExchange) y = aggregator_new (settings);
  g_autoptr (GError) error = NULL;

  receive (x, body, &error);
  g_assert_no_error (error);
  g_assert_cmpint (
      minipay_money_get_minor (minipay_payment_get_total (minipay_test_exchange_get_payment (x))), ==, 1980);
  receive (y, SIGNED (GOOD, GOOD_SIGN), &error);
  g_assert_no_error (error);
  g_assert_null (minipay_payment_get_total (minipay_test_exchange_get_payment (y)));
}

static void
test_missing (void)
{
  static const struct {
    const char *body;
    const char *name;
  } cases[] = {
    { SIGNED ("\"orderNo\":\"T20230101000001\"," AMOUNT "," SUCCESS, "D7E91C7BA9BD0B07F79343521D92DDE9"),
      "customerNo" },
    { SIGNED ("\"customerNo\":\"8000000001\"," AMOUNT "," SUCCESS, "F84E613137E8E4818B6284DBE05A2361"), "orderNo" },
    { SIGNED ("\"customerNo\":\"8000000001\",\"orderNo\":\"\"," AMOUNT "," SUCCESS,
              "F84E613137E8E4818B6284DBE05A2361"),
      "orderNo" },
    { SIGNED (FIRST "," AMOUNT, "70B3DC4D62E16930E09EA8EAA1F1D083"), "payStatus" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_incomplete (NULL, cases[i].body, cases[i].name);
}

static void
test_other_customer (void)
{
  static const char *const bodies[] = {
    SIGNED ("\"customerNo\":\"8000000002\",\"orderNo\":\"T20230101000001\"," AMOUNT "," SUCCESS,
            "5D7E0FA13CCEA4CE74F8400FB45493ED"),
    SIGNED ("\"customerNo\":\"80000000010\",\"orderNo\":\"T20230101000001\"," AMOUNT "," SUCCESS,
            "C32DCF30890260BC27409E677ADF1E57"),
    SIGNED ("\"customerNo\":\"80000000\",\"orderNo\":\"T20230101000001\"," AMOUNT "," SUCCESS,
            "67A72BB8906D584312E1188E44B3A7FC"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_refused (NULL, bodies[i], MINIPAY_ERROR_MISMATCH);
}

static void
test_refund (void)
{
  /* orderNo is the number of the refund here. Source: page 8084440172014053 */
  static const char *const bodies[] = {
    SIGNED ("\"customerNo\":\"8000000001\",\"refOrderNo\":\"T20230101000001\",\"orderNo\":\"R1\"," AMOUNT
            "," SUCCESS,
            "B65ECE1E5C8347D54FB716A90C7A1768"),
    SIGNED (FIRST "," AMOUNT "," SUCCESS ",\"refundStatus\":\"SUCCESS\"", "B9792E7FC6DB7AC6023973919314CFEF"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_refused (NULL, bodies[i], MINIPAY_ERROR_PROTOCOL);
}

static void
test_reply (void)
{
  g_autoptr (MinipayTestExchange) x = aggregator_new (NULL);
  g_autoptr (GError) error = NULL;

  receive (x, SIGNED (GOOD, GOOD_SIGN), &error);
  g_assert_no_error (error);
  minipay_test_assert_reply (x, TRUE, 200, "text/plain", "OK");
  minipay_test_assert_reply (x, FALSE, 500, "text/plain", "FAIL");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregator/notify/payment", test_payment);
  g_test_add_func ("/aggregator/notify/vector", test_vector);
  g_test_add_func ("/aggregator/notify/altered/refused", test_altered);
  g_test_add_func ("/aggregator/notify/same-text/taken", test_same_text);
  g_test_add_func ("/aggregator/notify/added-members/taken", test_added_members);
  g_test_add_func ("/aggregator/notify/sign-forms/refused", test_sign_forms);
  g_test_add_func ("/aggregator/notify/sign-case", test_sign_case);
  g_test_add_func ("/aggregator/notify/sign-suffix", test_sign_suffix);
  g_test_add_func ("/aggregator/notify/key-as-parameter", test_key_as_parameter);
  g_test_add_func ("/aggregator/notify/recut/refused", test_recut);
  g_test_add_func ("/aggregator/notify/nested/refused", test_nested);
  g_test_add_func ("/aggregator/notify/not-strict/refused", test_not_strict);
  g_test_add_func ("/aggregator/notify/plain-forbidden/refused", test_plain_forbidden);
  g_test_add_func ("/aggregator/notify/other-key/refused", test_other_key);
  g_test_add_func ("/aggregator/notify/states", test_states);
  g_test_add_func ("/aggregator/notify/amounts", test_amounts);
  g_test_add_func ("/aggregator/notify/amount-member", test_amount_member);
  g_test_add_func ("/aggregator/notify/missing/refused", test_missing);
  g_test_add_func ("/aggregator/notify/other-customer/mismatch", test_other_customer);
  g_test_add_func ("/aggregator/notify/refund/refused", test_refund);
  g_test_add_func ("/aggregator/notify/reply", test_reply);
  return g_test_run ();
}
