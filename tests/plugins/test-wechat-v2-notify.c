/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "v2-gateway.h"

static MinipayTestExchange *
vector_new (const char *id)
{
  return v2_new_signing (strcmp (id, "v2-notify-md5") == 0 ? V2_MD5 : V2_HMAC);
}

static const char *const vectors[] = { "v2-notify-md5", "v2-notify-hmac-sha256" };

static void
test_vectors (void)
{
  g_autoptr (GDateTime) paid_at = g_date_time_new_from_iso8601 ("2014-09-03T13:15:40+08:00", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (vectors); i++) {
    g_autoptr (MinipayTestExchange) x = vector_new (vectors[i]);
    g_autoptr (GError) error = NULL;
    MinipayPayment *payment;

    v2_receive (x, minipay_test_vector (vectors[i], "body"), &error);
    g_assert_no_error (error);
    payment = minipay_test_exchange_get_payment (x);
    g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "1409811653");
    g_assert_cmpstr (minipay_payment_get_transaction_id (payment), ==, "1004400740201409030005092168");
    g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
    g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 1);
    g_assert_cmpstr (minipay_money_get_currency (minipay_payment_get_total (payment)), ==, "CNY");
    g_assert_null (minipay_payment_get_paid (payment));
    g_assert_cmpstr (minipay_payment_get_payer (payment), ==, "oUpF8uMEb4qRXf22hE3X68TekukE");
    g_assert_cmpstr (minipay_payment_get_attach (payment), ==, "支付测试");
    g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, V2_MCHID);
    g_assert_cmpstr (minipay_payment_get_appid (payment), ==, V2_APPID);
    g_assert_cmpint (
        g_date_time_to_unix (minipay_payment_get_paid_at (payment)), ==, g_date_time_to_unix (paid_at));
    g_assert_true (minipay_payment_get_authenticated (payment));
    g_assert_null (minipay_exchange_get_suggested_query (x->exchange));
  }
}

/* @suggested: the order that is worth a question, or NULL */
static void
assert_refused (const char *digest, const char *body, int code, const char *suggested)
{
  g_autoptr (MinipayTestExchange) x = v2_new_signing (digest);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", body);
  g_assert_false (v2_receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_null (minipay_exchange_get_result (x->exchange));
  g_assert_cmpstr (minipay_exchange_get_suggested_query (x->exchange), ==, suggested);
}

/* The member is altered and everything signed anew: what refuses it stands behind the signature. */
static void
assert_signed_refused (const char *name, const char *value, int code, const char *suggested)
{
  static const char *const digests[] = { V2_HMAC, V2_MD5 };

  for (guint i = 0; i < G_N_ELEMENTS (digests); i++) {
    g_autofree char *body = v2_message_new (digests[i], v2_notified, name, value);

    assert_refused (digests[i], body, code, suggested);
  }
}

static void
test_altered (void)
{
  static const char *const alterations[][2] = {
    { "<total_fee>1</total_fee>", "<total_fee>2</total_fee>" },
    { "<total_fee>1</total_fee>", "<total_fee>1 </total_fee>" },
    { "1004400740201409030005092168", "1004400740201409030005092169" },
    { "支付测试", "支付测式" },
    { "<fee_type><![CDATA[CNY]]></fee_type>", "" },
    { "<fee_type><![CDATA[CNY]]></fee_type>", "<fee_type/>" },
    { "fee_type", "Fee_type" },
    { "</xml>", "<cash_fee>1</cash_fee></xml>" },
    { "</xml>", "<Sign>1</Sign></xml>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++)
    for (guint j = 0; j < G_N_ELEMENTS (vectors); j++) {
      g_autofree char *body = g_strdup (minipay_test_vector (vectors[j], "body"));
      g_auto (GStrv) parts = g_strsplit (body, alterations[i][0], -1);
      g_autofree char *altered = g_strjoinv (alterations[i][1], parts);

      g_assert_cmpstr (altered, !=, body);
      assert_refused (j == 0 ? V2_MD5 : V2_HMAC, altered, MINIPAY_ERROR_SIGNATURE_INVALID, "1409811653");
    }
}

/* CR-2, CR-14: the account says how messages are signed. */
static void
test_other_digest (void)
{
  static const struct {
    const char *account;
    const char *message;
    const char *named; /* sign_type in the message, itself signed */
    gboolean is_good;
  } cases[] = {
    { V2_HMAC, V2_HMAC, NULL, TRUE },
    { V2_HMAC, V2_HMAC, V2_HMAC, TRUE },
    { V2_HMAC, V2_HMAC, "", TRUE },
    { V2_HMAC, V2_HMAC, V2_MD5, FALSE },
    { V2_HMAC, V2_HMAC, "HMAC", FALSE },
    { V2_HMAC, V2_HMAC, "hmac-sha256", FALSE },
    { V2_HMAC, V2_HMAC, "HMAC-SHA256 ", FALSE },
    { V2_HMAC, V2_MD5, NULL, FALSE },
    { V2_HMAC, V2_MD5, V2_MD5, FALSE },
    { V2_HMAC, V2_MD5, V2_HMAC, FALSE },
    { V2_MD5, V2_MD5, NULL, TRUE },
    { V2_MD5, V2_MD5, V2_MD5, TRUE },
    { V2_MD5, V2_MD5, V2_HMAC, FALSE },
    { V2_MD5, V2_MD5, "md5", FALSE },
    { V2_MD5, V2_HMAC, NULL, FALSE },
    { V2_MD5, V2_HMAC, V2_HMAC, FALSE },
    { V2_MD5, V2_HMAC, V2_MD5, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *body = v2_message_new (cases[i].message, v2_notified, "sign_type", cases[i].named);
    g_autoptr (MinipayTestExchange) x = v2_new_signing (cases[i].account);
    g_autoptr (GError) error = NULL;

    if (cases[i].is_good) {
      v2_receive (x, body, &error);
      g_assert_no_error (error);
      g_assert_null (minipay_exchange_get_suggested_query (x->exchange));
    } else {
      assert_refused (cases[i].account, body, MINIPAY_ERROR_SIGNATURE_INVALID, V2_NUMBER);
    }
  }
}

static void
test_sign_forms (void)
{
  static const char *const digests[] = { V2_HMAC, V2_MD5 };

  for (guint i = 0; i < G_N_ELEMENTS (digests); i++) {
    g_autofree char *good = v2_sign (V2_KEY, digests[i], v2_notified);
    g_autofree char *lower = g_ascii_strdown (good, -1);
    g_autofree char *cut = g_strndup (good, strlen (good) - 1);
    g_autofree char *twice = g_strconcat (good, good, NULL);
    g_autofree char *other_key = v2_sign ("192006250b4c09247ec02edce69f6a2e", digests[i], v2_notified);
    const char *signs[] = {
      NULL, "", " ", lower, cut, twice, other_key, "00000000000000000000000000000000", "SUCCESS", "茶",
    };

    for (guint j = 0; j < G_N_ELEMENTS (signs); j++) {
      g_autofree char *body = v2_document_new (v2_notified, signs[j]);

      assert_refused (digests[i], body, MINIPAY_ERROR_SIGNATURE_INVALID, V2_NUMBER);
    }
  }
}

/* Two genuine keys: each account reads its own messages alone. */
static void
test_other_account (void)
{
  static const char *const other[] = { "api-key", "qazwsxedcrfvtgbyhnujmikolp111111", NULL };
  g_autoptr (MinipayTestExchange) x = v2_new (other);
  g_autofree char *body = v2_message_new (V2_HMAC, v2_notified, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (v2_receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* Anybody can send a message that is refused: only a number that could be ours leaves a trace of it. */
static void
test_suggestion_grammar (void)
{
  static const char *const numbers[] = {
    NULL, "", "1415659990&a=1", "1415 659990", "茶", "123456789012345678901234567890123", "../../x", "1'--",
  };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autofree char *body = v2_message_new (V2_MD5, v2_notified, "out_trade_no", numbers[i]);

    assert_refused (V2_HMAC, body, MINIPAY_ERROR_SIGNATURE_INVALID, NULL);
  }
}

/* --- Recut: the digest holds, and the message says something else --- */

/* Every parameter taken into the value of the one before it in the signed text. */
static void
assert_recut (const char *digest, guint swallower)
{
  g_autofree const char **recut = g_new0 (const char *, g_strv_length ((char **) v2_notified) + 1);
  g_autofree char *swallowed = NULL;
  g_autofree char *genuine = v2_sign (V2_KEY, digest, v2_notified);
  g_autofree char *sign = NULL;
  g_autofree char *body = NULL;
  const char *next = NULL, *next_value = NULL;
  const char *name = v2_notified[swallower];
  const char *number = V2_NUMBER;
  guint n = 0;

  for (guint i = 0; v2_notified[i] != NULL; i += 2)
    if (strcmp (v2_notified[i], name) > 0 && (next == NULL || strcmp (v2_notified[i], next) < 0)) {
      next = v2_notified[i];
      next_value = v2_notified[i + 1];
    }
  if (next == NULL)
    return;
  swallowed = g_strconcat (v2_notified[swallower + 1], "&", next, "=", next_value, NULL);
  for (guint i = 0; v2_notified[i] != NULL; i += 2)
    if (strcmp (v2_notified[i], next) != 0) {
      recut[n++] = v2_notified[i];
      recut[n++] = i == swallower ? swallowed : v2_notified[i + 1];
    }
  sign = v2_sign (V2_KEY, digest, recut);
  g_assert_cmpstr (sign, ==, genuine);
  if (strcmp (name, "out_trade_no") == 0 || strcmp (next, "out_trade_no") == 0)
    number = NULL;
  body = v2_document_new (recut, genuine);
  assert_refused (digest, body, MINIPAY_ERROR_SIGNATURE_INVALID, number);
}

static void
test_recut_swallowed (void)
{
  for (guint i = 0; v2_notified[i] != NULL; i += 2) {
    assert_recut (V2_HMAC, i);
    assert_recut (V2_MD5, i);
  }
}

/* The other way: an order of 1 fen whose text says 100 fen, made by software that lets such a text through. */
static void
test_recut_hidden (void)
{
  static const char *const hidden[][2] = {
    { "attach", "tea&bank_type=CFT" },
    { "attach", "&out_trade_no=1415659990" },
    { "attach", "tea&a=" },
    { "attach", "tea&-=1" },
    { "attach", "tea&_x.y-z=1" },
    { "attach", "&=&a=1" },
    { "attach", "&&&a=1" },
    { "attach", "茶&茶&total_fee=1" },
    { "openid", "o&total_fee=1" },
    { "trade_state_desc", "paid&trade_type=JSAPI" },
    { "time_end", "20141111170043&total_fee=1" },
    { "a_member_of_tomorrow", "1&b=2" },
    { "sign_type", "HMAC-SHA256&spbill_create_ip=1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (hidden); i++)
    assert_signed_refused (hidden[i][0], hidden[i][1], MINIPAY_ERROR_SIGNATURE_INVALID, V2_NUMBER);
}

static void
test_harmless_signs (void)
{
  static const char *const texts[] = {
    "a=b", "a&b", "a = b & c", "=", "&", "&=", "&&==", "tea & cake", "a=b=c", "https://shop.example/?a=1", "茶&茶",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (MinipayTestExchange) x = v2_new (NULL);
    g_autofree char *body = v2_message_new (V2_HMAC, v2_notified, "attach", texts[i]);
    g_autoptr (GError) error = NULL;

    v2_receive (x, body, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (minipay_payment_get_attach (minipay_test_exchange_get_payment (x)), ==, texts[i]);
  }
}

/* --- What stands behind a genuine signature --- */

static void
test_not_a_success (void)
{
  static const char *const words[] = { "FAIL", "success", "SUCCESS ", "OK", "", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    assert_signed_refused ("return_code", words[i], MINIPAY_ERROR_PROTOCOL, NULL);
    assert_signed_refused ("result_code", words[i], MINIPAY_ERROR_PROTOCOL, NULL);
  }
}

/* A genuine answer to a query says the same and more, under the same key: of an order that is not paid it is no
 * payment. */
static void
test_answer_as_notification (void)
{
  static const char *const states[] = {
    "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR", "ACCEPT", "success",
  };

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    assert_signed_refused ("trade_state", states[i], MINIPAY_ERROR_PROTOCOL, NULL);
}

/* Genuine messages of refunds say SUCCESS, too, under the same key: every spelling of their members, and that of a
 * withdrawn payment. */
static void
test_not_of_a_payment (void)
{
  static const char *const members[][2] = {
    { "refund_id", "50000408942018111907145868882" },
    { "refund_id_0", "50000408942018111907145868882" },
    { "refund_fee", "100" },
    { "refund_fee_0", "100" },
    { "coupon_refund_fee", "1" },
    { "refund_count", "1" },
    { "out_refund_no", "1415701182" },
    { "recall", "Y" },
    { "recall", "N" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    g_test_message ("%s", members[i][0]);
    assert_signed_refused (members[i][0], members[i][1], MINIPAY_ERROR_PROTOCOL, NULL);
  }
}

static void
test_values (void)
{
  static const char *const amounts[] = {
    "0",  "-1", "+1", "01", "1.0", " 1", "1 ", " ", "1e2", "0x1", "9223372036854775808", "18446744073709551617",
    "１",
  };
  static const char *const numbers[] = {
    "1415659990&", "a=b", "1415659990 ", "1415659990\n", "1415659990茶", "123456789012345678901234567890123",
  };

  for (guint i = 0; i < G_N_ELEMENTS (amounts); i++) {
    assert_signed_refused ("total_fee", amounts[i], MINIPAY_ERROR_PROTOCOL, NULL);
    if (i > 0)
      assert_signed_refused ("cash_fee", amounts[i], MINIPAY_ERROR_PROTOCOL, NULL);
  }
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    assert_signed_refused ("out_trade_no", numbers[i], MINIPAY_ERROR_PROTOCOL, NULL);
    assert_signed_refused ("transaction_id", numbers[i], MINIPAY_ERROR_PROTOCOL, NULL);
  }
  assert_signed_refused ("out_trade_no", NULL, MINIPAY_ERROR_PROTOCOL, NULL);
  assert_signed_refused ("transaction_id", NULL, MINIPAY_ERROR_PROTOCOL, NULL);
  assert_signed_refused ("transaction_id", "", MINIPAY_ERROR_PROTOCOL, NULL);
  assert_signed_refused ("transaction_id", "1008_1", MINIPAY_ERROR_PROTOCOL, NULL);
  assert_signed_refused ("time_end", "20141311170043", MINIPAY_ERROR_PROTOCOL, NULL);
  assert_signed_refused ("time_end", "2014-11-11 17:00:43", MINIPAY_ERROR_PROTOCOL, NULL);
}

/* Coupons and whatever the gateway adds tomorrow are signed, too. */
static void
test_unknown_members (void)
{
  g_autoptr (MinipayTestExchange) x = v2_new (NULL);
  g_autofree char *body = v2_message_new (V2_HMAC, v2_notified, "coupon_fee_0", "10");
  g_autoptr (GError) error = NULL;

  v2_receive (x, body, &error);
  g_assert_no_error (error);
  g_assert_cmpint (
      minipay_payment_get_state (minipay_test_exchange_get_payment (x)), ==, MINIPAY_PAYMENT_STATE_PAID);
}

/* The gateway signs with the key that the account had before, until that one's time is over: 2019-04-02T20:34:20.
 */
static void
test_previous_key (void)
{
  static const char *const changes[] = {
    "api-key",
    "AES256Key-32Characters1234567890",
    "previous-api-key",
    V2_KEY,
    "previous-key-until",
    "2019-04-02T20:34:20+08:00",
    NULL,
  };
  g_autoptr (MinipayTestExchange) x = v2_new (changes);
  g_autofree char *body = v2_message_new (V2_HMAC, v2_notified, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (x->now, ==, 1554208460);
  v2_receive (x, body, &error);
  g_assert_no_error (error);
  x->now++;
  g_assert_false (v2_receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* --- The reply --- */

static void
test_reply (void)
{
  g_autoptr (MinipayTestExchange) x = v2_new (NULL);
  g_autofree char *body = v2_message_new (V2_HMAC, v2_notified, NULL, NULL);
  g_autoptr (GError) error = NULL;

  v2_receive (x, body, &error);
  g_assert_no_error (error);
  minipay_test_assert_reply (x,
                             TRUE,
                             200,
                             "text/xml",
                             "<xml><return_code><![CDATA[SUCCESS]]></return_code>"
                             "<return_msg><![CDATA[OK]]></return_msg></xml>");
  minipay_test_assert_reply (x,
                             FALSE,
                             200,
                             "text/xml",
                             "<xml><return_code><![CDATA[FAIL]]></return_code>"
                             "<return_msg><![CDATA[refused]]></return_msg></xml>");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/notify/vectors", test_vectors);
  g_test_add_func ("/wechat-v2/notify/altered", test_altered);
  g_test_add_func ("/wechat-v2/notify/other-digest-never-tried", test_other_digest);
  g_test_add_func ("/wechat-v2/notify/sign-forms", test_sign_forms);
  g_test_add_func ("/wechat-v2/notify/other-account", test_other_account);
  g_test_add_func ("/wechat-v2/notify/suggestion-grammar", test_suggestion_grammar);
  g_test_add_func ("/wechat-v2/notify/recut-swallowed", test_recut_swallowed);
  g_test_add_func ("/wechat-v2/notify/recut-hidden", test_recut_hidden);
  g_test_add_func ("/wechat-v2/notify/harmless-signs", test_harmless_signs);
  g_test_add_func ("/wechat-v2/notify/not-a-success", test_not_a_success);
  g_test_add_func ("/wechat-v2/notify/answer-as-notification", test_answer_as_notification);
  g_test_add_func ("/wechat-v2/notify/not-of-a-payment", test_not_of_a_payment);
  g_test_add_func ("/wechat-v2/notify/values", test_values);
  g_test_add_func ("/wechat-v2/notify/unknown-members", test_unknown_members);
  g_test_add_func ("/wechat-v2/notify/previous-key-until-its-end", test_previous_key);
  g_test_add_func ("/wechat-v2/notify/reply", test_reply);
  return g_test_run ();
}
