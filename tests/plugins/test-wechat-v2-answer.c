/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "v2-gateway.h"

/* Answers to an order. What is altered in them is signed anew unless a test says otherwise. */

static const char *const md5_account[] = { "sign-type", V2_MD5, NULL };

static void
assert_refused (const char *const *changes, guint status, const char *body, int code)
{
  g_autoptr (MinipayTestExchange) x = v2_begin_create (changes);
  g_autoptr (GError) error = NULL;

  g_test_message ("%u %s", status, body != NULL ? body : "(no body)");
  g_assert_false (minipay_test_exchange_answer (x, status, NULL, body, &error));
  g_assert_error (error, MINIPAY_ERROR, code);
  g_assert_null (minipay_exchange_get_result (x->exchange));
  g_assert_null (minipay_exchange_get_pending_reason (x->exchange));
}

static void
assert_signed_refused (const char *const *pairs, const char *name, const char *value, int code)
{
  g_autofree char *hmac = v2_message_new (V2_HMAC, pairs, name, value);
  g_autofree char *md5 = v2_message_new (V2_MD5, pairs, name, value);

  assert_refused (NULL, 200, hmac, code);
  assert_refused (md5_account, 200, md5, code);
}

static void
test_altered (void)
{
  g_autofree char *genuine = v2_message_new (V2_HMAC, v2_prepared, NULL, NULL);
  g_autofree char *other_handle = minipay_test_replace (genuine, V2_PREPAY_ID, V2_PREPAY_ID "1");
  g_autofree char *other_text = minipay_test_replace (genuine, "OK", "ok");
  g_autofree char *added = minipay_test_replace (genuine, "<sign>", "<code_url>weixin://x</code_url><sign>");
  g_autofree char *taken = minipay_test_replace (genuine, "<trade_type><![CDATA[JSAPI]]></trade_type>", "");
  g_autofree char *blank = minipay_test_replace (genuine, "JSAPI", "JSAPI ");

  assert_refused (NULL, 200, other_handle, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (NULL, 200, other_text, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (NULL, 200, added, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (NULL, 200, taken, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (NULL, 200, blank, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* What the signature does not cover may differ: order, white space between elements, escaping, empty elements. */
static void
test_same_text (void)
{
  g_autofree char *sign = v2_sign (V2_KEY, V2_HMAC, v2_prepared);
  g_autofree char *body =
      g_strdup_printf ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml>\n <sign>%s</sign>\n"
                       "<prepay_id>" V2_PREPAY_ID "</prepay_id><trade_type>JS<![CDATA[AP]]>I</trade_type>\n"
                       "<err_code/><err_code_des></err_code_des><code_url><![CDATA[]]></code_url>"
                       "<return_code>SUC&#67;ESS</return_code><result_code>SUCCES&#x53;</result_code>"
                       "<return_msg>OK</return_msg><appid>" V2_APPID "</appid><mch_id>" V2_MCHID "</mch_id>"
                       "<nonce_str>IITRi8Iabbblz1Jc</nonce_str></xml>\n",
                       sign);
  g_autoptr (MinipayTestExchange) x = v2_begin_create (NULL);
  g_autoptr (GError) error = NULL;

  v2_answer (x, body, &error);
  g_assert_no_error (error);
  g_assert_nonnull (minipay_test_exchange_get_checkout (x));
}

static void
test_sign_forms (void)
{
  g_autofree char *good = v2_sign (V2_KEY, V2_HMAC, v2_prepared);
  g_autofree char *lower = g_ascii_strdown (good, -1);
  g_autofree char *one_lower = g_strdup (good);
  g_autofree char *cut = g_strndup (good, 32);
  g_autofree char *longer = g_strconcat (good, "0", NULL);
  g_autofree char *blank = g_strconcat (" ", good, NULL);
  g_autofree char *other_key = v2_sign ("192006250b4c09247ec02edce69f6a2e", V2_HMAC, v2_prepared);
  const char *signs[] = {
    NULL, "", lower, one_lower, cut, longer, blank, other_key, "SUCCESS", "0", "茶",
  };
  char *letter = one_lower + strcspn (one_lower, "ABCDEF");

  g_assert_cmpint (*letter, !=, '\0');
  *letter = g_ascii_tolower (*letter);
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++) {
    g_autofree char *body = v2_document_new (v2_prepared, signs[i]);

    assert_refused (NULL, 200, body, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

static void
test_other_digest (void)
{
  static const struct {
    const char *account;
    const char *answer;
    const char *named; /* sign_type in the answer, itself signed */
    gboolean is_good;
  } cases[] = {
    { V2_HMAC, V2_HMAC, NULL, TRUE },   { V2_HMAC, V2_HMAC, V2_HMAC, TRUE }, { V2_HMAC, V2_MD5, NULL, FALSE },
    { V2_HMAC, V2_MD5, V2_MD5, FALSE }, { V2_HMAC, V2_MD5, V2_HMAC, FALSE }, { V2_MD5, V2_MD5, NULL, TRUE },
    { V2_MD5, V2_MD5, V2_MD5, TRUE },   { V2_MD5, V2_HMAC, NULL, FALSE },    { V2_MD5, V2_HMAC, V2_HMAC, FALSE },
    { V2_MD5, V2_HMAC, V2_MD5, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const changes[] = { "sign-type", cases[i].account, NULL };
    g_autoptr (MinipayTestExchange) x = v2_begin_create (changes);
    g_autofree char *body = v2_message_new (cases[i].answer, v2_prepared, "sign_type", cases[i].named);
    g_autoptr (GError) error = NULL;

    v2_answer (x, body, &error);
    if (cases[i].is_good)
      g_assert_no_error (error);
    else
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  }
}

static void
test_other_party (void)
{
  static const char *const alterations[][2] = {
    { "appid", "wx2421b1c4370ec43c" },
    { "appid", "WX2421B1C4370EC43B" },
    { "appid", NULL },
    { "appid", "" },
    { "mch_id", "10000101" },
    { "mch_id", "010000100" },
    { "mch_id", "1000010" },
    { "mch_id", NULL },
    { "mch_id", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (alterations); i++)
    assert_signed_refused (v2_prepared, alterations[i][0], alterations[i][1], MINIPAY_ERROR_MISMATCH);
}

/* Even a refusal must be ours: one of another merchant's answers says nothing about this order. */
static void
test_other_party_refusal (void)
{
  static const char *const refused[] = {
    "return_code", "SUCCESS",     "appid", V2_APPID,   "mch_id",      "10000101", "nonce_str",
    "n",           "result_code", "FAIL",  "err_code", "ORDERCLOSED", NULL,
  };

  assert_signed_refused (refused, NULL, NULL, MINIPAY_ERROR_MISMATCH);
}

static void
test_handle_forms (void)
{
  static const char *const handles[] = { NULL, "", "a&b", "a\nb", "wx1&signType=MD5" };

  for (guint i = 0; i < G_N_ELEMENTS (handles); i++) {
    const gboolean reads_as_more = i == G_N_ELEMENTS (handles) - 1;

    assert_signed_refused (v2_prepared,
                           "prepay_id",
                           handles[i],
                           reads_as_more ? MINIPAY_ERROR_SIGNATURE_INVALID : MINIPAY_ERROR_PROTOCOL);
  }
}

/* A reader makes a line feed of a carriage return, unless it is written as a reference. */
static void
test_handle_carriage_return (void)
{
  g_autofree char *raw = v2_message_new (V2_HMAC, v2_prepared, "prepay_id", "a\rb");
  g_autofree char *referred = minipay_test_replace (raw, "a\rb", "a]]>&#13;<![CDATA[b");

  assert_refused (NULL, 200, raw, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (NULL, 200, referred, MINIPAY_ERROR_PROTOCOL);
}

/* --- Refusals --- */

#define REFUSED                                                                                                    \
  "return_code", "SUCCESS", "appid", V2_APPID, "mch_id", V2_MCHID, "nonce_str", "n", "result_code", "FAIL",        \
      "err_code_des", "说明"

static void
test_refusals (void)
{
  static const char *const refused[] = { REFUSED, NULL };
  static const struct {
    const char *word;
    int code;
  } cases[] = {
    { "ORDERPAID", MINIPAY_ERROR_ALREADY_PAID },
    { "ORDERCLOSED", MINIPAY_ERROR_CONFLICT },
    { "OUT_TRADE_NO_USED", MINIPAY_ERROR_CONFLICT },
    { "SYSTEMERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { "NOTENOUGH", MINIPAY_ERROR_REFUSED },
    { "NOAUTH", MINIPAY_ERROR_AUTH },
    { "SIGNERROR", MINIPAY_ERROR_AUTH },
    { "APPID_NOT_EXIST", MINIPAY_ERROR_CONFIG },
    { "MCHID_NOT_EXIST", MINIPAY_ERROR_CONFIG },
    { "APPID_MCHID_NOT_MATCH", MINIPAY_ERROR_CONFIG },
    { "INVALID_REQUEST", MINIPAY_ERROR_INVALID },
    { "PARAM_ERROR", MINIPAY_ERROR_INVALID },
    { "LACK_PARAMS", MINIPAY_ERROR_INVALID },
    { "XML_FORMAT_ERROR", MINIPAY_ERROR_INVALID },
    { "REQUIRE_POST_METHOD", MINIPAY_ERROR_INVALID },
    { "POST_DATA_EMPTY", MINIPAY_ERROR_INVALID },
    { "NOT_UTF8", MINIPAY_ERROR_INVALID },
    { "ORDERNOTEXIST", MINIPAY_ERROR_NOT_FOUND },
    { "FREQUENCY_LIMITED", MINIPAY_ERROR_RATE_LIMITED },
    { "A_WORD_OF_TOMORROW", MINIPAY_ERROR_REFUSED },
    { "orderpaid", MINIPAY_ERROR_REFUSED },
    { "", MINIPAY_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v2_begin_create (NULL);
    g_autofree char *body = v2_message_new (V2_HMAC, refused, "err_code", cases[i].word);
    g_autoptr (GError) error = NULL;
    const MinipayErrorDetail *detail;

    g_test_message ("%s", cases[i].word);
    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    if (*cases[i].word == '\0')
      continue;
    detail = minipay_error_get_detail (error);
    g_assert_cmpstr (minipay_error_detail_get_gateway_code (detail), ==, cases[i].word);
    g_assert_cmpstr (minipay_error_detail_get_gateway_message (detail), ==, "说明");
  }
}

/* A success has the word SUCCESS in both places, letter for letter. */
static void
test_result_words (void)
{
  static const char *const words[] = { "FAIL", "success", "SUCCESS ", " SUCCESS", "OK", "SUCCESSFUL", "", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    assert_signed_refused (v2_prepared, "result_code", words[i], MINIPAY_ERROR_PROTOCOL);
}

static void
test_unsigned_refusal (void)
{
  static const char *const fields[] = { REFUSED, "err_code", "ORDERCLOSED", NULL };
  g_autofree char *bare = v2_document_new (fields, NULL);
  g_autofree char *forged = v2_document_new (fields, "00000000000000000000000000000000");

  g_test_summary ("Whoever cannot sign cannot make somebody's order fail.");
  assert_refused (NULL, 200, bare, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_refused (md5_account, 200, forged, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_unsigned_system_error (void)
{
  static const char *const fields[] = { REFUSED, "err_code", "SYSTEMERROR", NULL };
  static const char *const short_form[] = {
    "return_code", "SUCCESS", "result_code", "FAIL", "err_code", "SYSTEMERROR", NULL,
  };
  static const char *const with_handle[] = {
    "return_code", "SUCCESS", "result_code", "SUCCESS", "err_code", "SYSTEMERROR", "prepay_id", V2_PREPAY_ID, NULL,
  };
  g_autofree char *bare = v2_document_new (fields, NULL);
  g_autofree char *brief = v2_document_new (short_form, NULL);
  g_autofree char *handle = v2_document_new (with_handle, NULL);
  g_autofree char *badly_signed = v2_document_new (fields, "00000000000000000000000000000000");

  g_test_summary ("SYSTEMERROR comes without a signature: the order may have been made.");
  assert_refused (NULL, 200, bare, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  assert_refused (NULL, 200, brief, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  assert_refused (NULL, 200, handle, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  assert_refused (NULL, 200, badly_signed, MINIPAY_ERROR_SIGNATURE_INVALID);
}

/* These carry no signature and no word from a table; only the sentence says what is wrong. */
/* A number that is taken comes as a mistake of the request, told by its sentence alone. */
static void
test_repeated_number (void)
{
  static const struct {
    const char *word;
    const char *message;
    int code;
  } cases[] = {
    { "INVALID_REQUEST", "201 商户订单号重复", MINIPAY_ERROR_CONFLICT },
    { "INVALID_REQUEST", "参数错误", MINIPAY_ERROR_INVALID },
    { "PARAM_ERROR", "商户订单号重复", MINIPAY_ERROR_INVALID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const fields[] = {
      "return_code", "SUCCESS", "appid",        V2_APPID,         "mch_id",   V2_MCHID,      "nonce_str", "n",
      "result_code", "FAIL",    "err_code_des", cases[i].message, "err_code", cases[i].word, NULL,
    };
    g_autoptr (MinipayTestExchange) x = v2_begin_create (NULL);
    g_autofree char *body = v2_message_new (V2_HMAC, fields, NULL, NULL);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", body);
    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    g_assert_cmpstr (minipay_error_detail_get_gateway_code (minipay_error_get_detail (error)), ==, cases[i].word);
  }
}

static void
test_communication (void)
{
  static const struct {
    const char *message; /* NULL: none */
    int code;
    const char *word;
  } cases[] = {
    { "签名错误", MINIPAY_ERROR_AUTH, "FAIL" },
    { "参数格式校验错误", MINIPAY_ERROR_REFUSED, "FAIL" },
    { "appid不存在", MINIPAY_ERROR_REFUSED, "FAIL" },
    { "", MINIPAY_ERROR_REFUSED, "FAIL" },
    { NULL, MINIPAY_ERROR_REFUSED, "FAIL" },
    { "系统繁忙,请稍后再试", MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL" },
    { "系统错误", MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL" },
    { "请求超时", MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL" },
    { "服务繁忙", MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL" },
    { "system busy", MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL" },
    { "SYSTEM ERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL" },
    { "connect timeout", MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL" },
    { "System Error", MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL" },
    { "TIMEOUT", MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL" },
    { "网络异常", MINIPAY_ERROR_OUTCOME_UNKNOWN, "FAIL" },
    { "invalid time_expire", MINIPAY_ERROR_REFUSED, "FAIL" },
    /* words of the table that arrive as a sentence */
    { "SYSTEMERROR", MINIPAY_ERROR_OUTCOME_UNKNOWN, "SYSTEMERROR" },
    { "SIGNERROR", MINIPAY_ERROR_AUTH, "SIGNERROR" },
    { "FREQUENCY_LIMITED", MINIPAY_ERROR_RATE_LIMITED, "FREQUENCY_LIMITED" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const fields[] = {
      "return_code", "FAIL", cases[i].message != NULL ? "return_msg" : NULL, cases[i].message, NULL,
    };
    g_autoptr (MinipayTestExchange) x = v2_begin_create (NULL);
    g_autofree char *body = v2_document_new (fields, NULL);
    g_autoptr (GError) error = NULL;
    const MinipayErrorDetail *detail;

    g_test_message ("%s", body);
    g_assert_false (v2_answer (x, body, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    detail = minipay_error_get_detail (error);
    g_assert_cmpstr (minipay_error_detail_get_gateway_code (detail), ==, cases[i].word);
    if (cases[i].message != NULL && *cases[i].message != '\0')
      g_assert_cmpstr (minipay_error_detail_get_gateway_message (detail), ==, cases[i].message);
  }
}

/* A refused communication that carries the fields of a success is a refusal, signed or not. */
static void
test_communication_beats_result (void)
{
  static const char *const words[] = { "FAIL", "success", "SUCCESS ", "OK" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autoptr (MinipayTestExchange) x = v2_begin_create (NULL);
    g_autofree char *body = v2_message_new (V2_HMAC, v2_prepared, "return_code", words[i]);
    g_autoptr (GError) error = NULL;

    g_assert_false (v2_answer (x, body, &error));
    g_assert_null (minipay_exchange_get_result (x->exchange));
  }
}

static void
test_statuses (void)
{
  static const struct {
    guint status;
    int code;
  } cases[] = {
    { 200, -1 },
    { 201, MINIPAY_ERROR_PROTOCOL },
    { 204, MINIPAY_ERROR_PROTOCOL },
    { 302, MINIPAY_ERROR_PROTOCOL },
    { 400, MINIPAY_ERROR_PROTOCOL },
    { 401, MINIPAY_ERROR_PROTOCOL },
    { 404, MINIPAY_ERROR_PROTOCOL },
    { 429, MINIPAY_ERROR_RATE_LIMITED },
    { 499, MINIPAY_ERROR_PROTOCOL },
    { 500, MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 502, MINIPAY_ERROR_OUTCOME_UNKNOWN },
    { 599, MINIPAY_ERROR_OUTCOME_UNKNOWN },
  };
  g_autofree char *genuine = v2_message_new (V2_HMAC, v2_prepared, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = v2_begin_create (NULL);
    g_autoptr (GError) error = NULL;

    minipay_test_exchange_answer (x, cases[i].status, NULL, genuine, &error);
    if (cases[i].code < 0)
      g_assert_no_error (error);
    else
      g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

/* Whatever stands there instead of an answer leaves the outcome open. */
static void
test_not_an_answer (void)
{
  static const char *const bodies[] = {
    NULL,
    "",
    " ",
    "OK",
    "{\"return_code\":\"SUCCESS\"}",
    "<html><head><title>502</title></head></html>",
    "<root><return_code>SUCCESS</return_code></root>",
    "<XML><return_code>FAIL</return_code></XML>",
    "<xml><return_code>FAIL</return_code>",
    "<xml><return_code>FAIL",
    "<xml><return_code>FAIL</return_code></xml><xml></xml>",
    "<xml><return_code>FAIL</return_code><return_code>FAIL</return_code></xml>",
    "\xef\xbb\xbf<xml><return_code>FAIL</return_code></xml>",
    "<xml/>",
    "<xml></xml>",
    "<xml><return_msg>OK</return_msg></xml>",
    "<xml><return_code/><return_msg>OK</return_msg></xml>",
    "<xml><return_code>fail</return_code></xml>",
    "<xml><return_code>FAIL </return_code></xml>",
    "<xml><return_code>ERROR</return_code></xml>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayTestExchange) x = v2_begin_create (NULL);
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", bodies[i]);
    g_assert_false (v2_answer (x, bodies[i], &error));
    minipay_test_assert_open (error);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wechat-v2/answer/altered", test_altered);
  g_test_add_func ("/wechat-v2/answer/same-text-other-bytes", test_same_text);
  g_test_add_func ("/wechat-v2/answer/sign-forms", test_sign_forms);
  g_test_add_func ("/wechat-v2/answer/other-digest-never-tried", test_other_digest);
  g_test_add_func ("/wechat-v2/answer/other-party", test_other_party);
  g_test_add_func ("/wechat-v2/answer/other-party-refusal", test_other_party_refusal);
  g_test_add_func ("/wechat-v2/answer/handle-forms", test_handle_forms);
  g_test_add_func ("/wechat-v2/answer/handle-carriage-return", test_handle_carriage_return);
  g_test_add_func ("/wechat-v2/answer/refusals", test_refusals);
  g_test_add_func ("/wechat-v2/answer/repeated-number", test_repeated_number);
  g_test_add_func ("/wechat-v2/answer/result-words", test_result_words);
  g_test_add_func ("/wechat-v2/answer/unsigned-refusal", test_unsigned_refusal);
  g_test_add_func ("/wechat-v2/answer/unsigned-system-error-unknown", test_unsigned_system_error);
  g_test_add_func ("/wechat-v2/answer/communication-failed", test_communication);
  g_test_add_func ("/wechat-v2/answer/communication-beats-result", test_communication_beats_result);
  g_test_add_func ("/wechat-v2/answer/statuses", test_statuses);
  g_test_add_func ("/wechat-v2/answer/not-an-answer", test_not_an_answer);
  return g_test_run ();
}
