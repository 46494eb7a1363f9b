/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "aggregator-shop.h"

/* Signs as in the tests of plain notifications. A seal is the base64 of
 *   openssl rsautl -sign -inkey KEY -in PART
 * of each part of 245 bytes, one behind the other; KEY is the private key that agg-rsa-response-derived was made
 * with. */

#define BLOCK_BYTES 256

#define MEMBERS                                                                                                    \
  "\"customerNo\":\"8000000001\",\"orderNo\":\"T20230101000001\",\"orderAmount\":\"1990\",\"payStatus\":"          \
  "\"SUCCESS\""
#define SIGN  "1DC90EA74FBF888B566D0439DFA46BB5"
#define PLAIN "{" MEMBERS ",\"sign\":\"" SIGN "\"}"

/* PLAIN */
#define SEALED                                                                                                     \
  "oXiU2F2oZ3bkbcZmPxnujLrmd8zGj65q1uH64/ozOpA9puFBbdlZYJIEDyfF9QcIJcj8/Bg8M+Rbe7YkBtl11SrzcoXhQtcaSNKR"           \
  "Xefxbig67Dj8JVxrO3TW5WKqpz7JhkwDtML59ybNkj389nP2Gxh8xNLHBDq+wrcBA7YJD3aDU0GcxMqNdIEDN2qnzxeggMl3UQMW"           \
  "LhfUJdnNiRF4S/Lf/YwynJk63IMdQ4dbXsQvbsw2ThmH9yBlhv6/qO1UYdHU/xhqBdqBY8Q1Q/HxCnRM9Sebw5FjK4uxjBKL+M7b"           \
  "FQ5hQuSYL3GCjAMJWU+AQU8c3It9gxDO7UIZqC771g=="

/* {MEMBERS}: without a sign */
#define SEALED_UNSIGNED                                                                                            \
  "UMDDGrDGeisv/wqD5zEggA+jEYHLxZsF3Q0pF7n8Af7Qx6fGmN5ufZ2hpJN69dwREEfvQ4Ept+pq2VCBlfpuwqItHupHiTgegoHd"           \
  "e7zLMMYj67HyR3Z+JkmADEb6/9R7SYYB3zlmg8OF6favMHR9otczrt+qrGzZWRRDiiCndlUye3nrdA4gN/t/HBcByVI7aIdTlPx5"           \
  "NikM8PiujOuxXPI4j0M921xAezXq33Zc4EKMX+9/DCS4aSX4tRqNAzQBFSPkgPi0QXmjXeStcGSXV09awJUf6Y4rTA/o1+PPfR/W"           \
  "6tNThi7ky8KFSxsG1E8wNEFYapZkEfOupbMqUZrhxA=="

/* {MEMBERS,"sign":""} */
#define SEALED_EMPTY_SIGN                                                                                          \
  "B1wBV0MP4TKgjqqi1Nmus+B0hmv3AnPfZ4nM91OAhlxAy1smH/Oz91T2ftLzUUOMqZ2KWTK5vLRURs6MGUMwwSUPJCk7kXMbCn/n"           \
  "Fjghpd/Nsrpx0kvxJEy5Z54HdG32z8Rm65YtkKWymRpLrQBJH9wljTuX/YjDp3UyQ+J5MBpnmDXhyY+GchK4QGjOy15YPjEf9SjV"           \
  "1CEJlkDiyaUvuzwRI90ZAa2d8H9ppmDeQR//GSfb9NnIMZDW1CrphWSnigiU3Did4av0DApaNLKuUNrg8om/1xxem+O0bfjrqWwR"           \
  "tOLvWBIWedEYOvT0Jp1J8EQq49BZ4qIEwUqVKZQkKA=="

/* PLAIN with its sign in lower case */
#define SEALED_LOWER_SIGN                                                                                          \
  "Fs+3Q9VnPYo2OKLcsGpy/vL4RbjUb/fD8D54JpD5mKBtqyfNovWJb0l3al2eZ0IVkWeAWLS1OlBMOTCqkBkMVFyZTpBgBlmKTA12"           \
  "QV22nIh5Z/iLL0vaOLw8HGeDJcDZhfO6nl25gxq+KnTTPXoPWzhHV/B30e2JssVGU7kfd8rU3b6OYC6PTQYTDaj8JU9lrwW6PCjc"           \
  "ATrLuNYYuezX02zeyYxX2ce4zy1cBvi/C62Bv15ngR0K1hjnrbrYTxFfIDow5p2b3KRJcN07oyqirZPLRQtNWZ9hxiJsKb4auJkd"           \
  "HBjlEqPDvQwt4+Z10JkZ09AlG0K5dzqkliMfRfkf8g=="

/* PLAIN with a sign of noughts */
#define SEALED_WRONG_SIGN                                                                                          \
  "O+vbEm9pdAoUOUbN7BbtEa+m6HGpyyzA3Qtte4mmf0Lydx0VxkspKEOd59cobXn66wnF0aVO95ERR4PjkTPkUFmYUT8Or4nhj9MC"           \
  "1lTbC8PvTSbC7caaqih5UGTIaxK6hqvGh30RJ7uffea7gUpq9fHGx032PVZv/dnUSzzx6zAtK2g+Mjd59BzVnulKfzZVeBoZ7HGE"           \
  "uIRPKcV8MwMavc6JbUfWbggSNywguFDdiyxWvkQG8WAQNEIDTetFNcZShqyFtH6iiyNsTS+j7OKEp34tUC4CGS5fjJNkN9/ZFAgs"           \
  "mB+BrIshOr76n6GiNCE+erT8vN08wyXUfbOlee685g=="

/* PLAIN with a second member "payStatus":"FAIL" at the end */
#define SEALED_TWICE                                                                                               \
  "PZWDiFeLqrwigpMDGKgEvZjQzeydFJKM6GXZtj4Qa0KcEaSUKJL/dZRfpEuDk7dIzS9DMwVv/mfTU/5sr0U2xJRWNIJaDkUX03u9"           \
  "UMKPiW4sSoDwIW5ZQnCAqLU3ao942brQG9QzhkENfpce7RVxaIvhHwGQOMwlRg2jslvrQeY0ITw6gyIZT9h5I2tMie44dMTJF2hk"           \
  "hJ8GoDefdMRkXH5+EdepPx8ptB4jEJi25swEMOrTtJW1hA/uJmAi/jH57rDrlRHMcl13kwsIH6IowbW0WSotl+e01LNpJCFt6rea"           \
  "T86MyTOh1xg9OxvazGwaNiZdKO8UKhoU3uAbB0eXZQ=="

/* ["PLAIN"], so to speak: an array around it */
#define SEALED_ARRAY                                                                                               \
  "BIWkm2Hil0Z0cYg/hZzatnksVX7g3DS+GvJu3sseW8xs5fQsll/FpN3//vCfBaEYCZ/KRtd8lMHzBQIl7rO01RvJC6WteTJtO+TP"           \
  "tGXe8CIU3Q5Pg+f2l7JspvuHI4M/3R3LEgV575mfL3rdL2rQMIXLGe1dUZ3aKw9su+WQ5mMTcZmdvl/273eptKc3NkzFDx0tQGN/"           \
  "2Abf0laj7IugGi9L66LlJMdpcfwQKbDUzLIGsk24ik2YDiO19HRLIfw8DCoMrXCd6RRASk3vkjGqjtQ+8xb5V/nlKHO80ZTF+49V"           \
  "vgucRaK0+HN5UF8MsBL2xZzPp38lpIPCShAwPIqaOg=="

/* PLAIN, sealed with another private key: wechatpay-go-test of the vectors */
#define SEALED_BY_STRANGER                                                                                         \
  "BTeaMlafCIQrD+0oMRilbq4FjVhtheZRnqK7eOa3LgX1rSqWIg2bj06B4HD/pa6ExAjYSQAJcw+HEKuaCvNx0YN/b3lNBPStDXjL"           \
  "e4rdrvq8F1ZjpEXNbb3vxKEsuHcv6JdS39XOM5FZ/5RFeP3N8soGazfbXzR6gSSmtn37rWxtIXkQBJlRZxEg5YKQCbrFjewwXn59"           \
  "PGyWQ9XSA1wLiM5feIHY3gseso27BTO1h5D6I59esZ/25D1snPKKkjxli+jLbc4cux/mgGpoNOaXXe/9cPU/gw+a5ROZmRsA6Fcv"           \
  "sbHMZJZxwAs5wuKUplR8+nX0Jq5qLE2KmibbiExjxg=="

/* PLAIN, as everybody can do it who has the public key:
 *   openssl pkeyutl -encrypt -pubin -inkey PUBLIC -pkeyopt rsa_padding_mode:pkcs1 -in FILE */
#define ENCRYPTED                                                                                                  \
  "hLLPo4sA/6K9cHDH6YcSF+kyTG0mHgn6uXAtA2pd4W2R3oMverWrwosOHf7dB0NZUvrWnVE3T9/xzrdpehbQAhYae01c0rTjsDv5"           \
  "5YXWTdbIN9GW01Kj1cG5+SSnl/LNWLRWkcJiRmCRVWKLfsBBUfMM3FyHVLOANADfXaE34OmPYPeqgGqfJ0qf9+ebuGTHiIzAivhq"           \
  "nd3ZcjMp5cABYUBh7aY/f1mTpEVWV5ydfEJ5Vkw6K/Xe0uHvpR+ucn96o0ucphYd9T5GB9YflqP/hfSePT6xLESfTZ7DW+s+ytC7"           \
  "2vWlvCx8dJdR4wKK3PTQLvpi8V+w8MM0lxCcdxChxQ=="

/* One space. */
#define SEALED_SPACE                                                                                               \
  "N8Uu0S29zaHGotSedyp3e774q79OTvyuNs/yLHkxnBrMKiOIGgyQkxnYUqxI3ije/t7cP5hRvdvu5Jl21CSKQoa5ERjAlQpZlztK"           \
  "AYlIy+hbqwRZsnj+HtmDu84s1n5oaw+vGpcI13+ibk0xrMnQFsptvNEPrmeqNXG+rKE6xIz3WS3n1GleveX/QznPq71HNAQ7wBKl"           \
  "2gkYgfE/fNCQTChLkqxRomq/0pTuYUSTBDxJ95wMn4xFdD1sDULwZiQB4EkVYUJBv4jPssvysaH4hr+qp+s5nY1IA2QDmao+FfWW"           \
  "ymMl0MAaAYlkt4oO+Vgu5AGVCVQhcm6leGmRNXBl+w=="

/* Two blocks each: the first ends behind a goodName of as many letters as it takes, the second begins with
 * payStatus. T20230101000001 of 1990 fen is paid, T20230101000002 of 999990 fen is being processed. */
#define SEALED_PAID                                                                                                \
  "AsmUDBL13xA103wxWLemygtkD3ia6VruEp/fp448b7sh3nFBQRImcKSg0UtHPPUnr4APFPQCqaGZu6qSWWLMKu3ARtF/GQJtjqia"           \
  "2TbmZn1/eUqrn4x5dEGcILeaTz2EMAhyIzLHL25E5MVKCxg/NvItuQRwt4w/Av/Tal5gqxcbXp1V0/zj0v1qgcide2MZWpK49UyI"           \
  "VN/QbPUrlLLQiHsdajUgdwwxydRfAcMcV/WG7tQtgf5PtruQUNME6fjvo8p5TjvbJNs7v3XJcz95qsBSkLl9rOfr78DTm/t9pn/z"           \
  "kkoMDFph6XfWX0FCLj+ivD3Fb1Z2K9BPoNB6FZYAbIMk6PajVJKQFldo/A4BRIyBw1lOJRXKb5gk/2c0OAECDT8dhsj+I0CsBFz9"           \
  "Tbtf7pArphXJpFpcH4UgrocHojUPRa9G6zhzi2Bs0ganFPWg7lUDK323yWiZwrDzs6hFkJkETexLQ71bttQHEy8kK18BPMDn7A4I"           \
  "zRSz7Nv2Nowf+wjbdI5ClZTFCnbOzphpO9rDfLjyVoH5fpYGrW7vGL4BWOvs4BElbvM6tPFyxDuZNZSSzjcN7sLMspOmSsEawpQi"           \
  "HlokTj1988MgvYdS6Pn6ErJ/ohMbmTXr5RSbeBf704axY88+urhHhmprXIdBlIiR01A8tG2YLwFnoNLgirI="
#define SEALED_PROCESSING                                                                                          \
  "Z7JxhpHUi7FOmsWj8SdBuuL84g62UqSlo94Na2wtsD/lAmRVzmNnk7MXOK5WR1z8S0S6a7jTwIPE7E/UEX03Ni9EsZlXHdZvQv2Z"           \
  "N6wUtSmP28wjvU3thLT8TgM3aSL26vD+G6bn/Z0YGfk/neSe7Odx4skfNvcffLs52dgHkD1sgpOKj9vjF+CZf5mgkE7j4lZIP4mN"           \
  "Y84SlFu7czas9PD4nuTBo5gTQfRqDI3o/5QXCiyicBDkw96NwpR7QO2S1ZYeXCwXzH8TQaBo7h+X8gxEb9dpzfvXVtCB5ovMkWO+"           \
  "qcl5ooLKN5nWIUP0eUunCw0JqfRGfomnWNN/9tIueJYj21Q20XTXrxkFkXT867PnIIDKII4MeiDqeN4OXmfIH1wMUBdZXm0b7m2j"           \
  "sUaIIQ7yaFJmiqAj3gpLvnhjNEmcPY/fMsfD1vmrAMzwEC0syWsAoGfgK4L+b7+9KR5vNXsZv589F3BHS+jX4xzO7oSi1Cq0A0nt"           \
  "51hh4W+6hjfDzdWLiooWv/Wr9+8bVWH+CWTLEH0MJfKPnPBFZm4SdGCDmxE4T6UcPbsq/Edf70OVuPViNs1hDD/C7ZpqxyAYax55"           \
  "zImIPmXQaAvG3E03W9CSCPjzZrHXznB8LLY8Q1B4COEawR4+CkStNMiLE4A6ICiw9AxhHI2BB2t5hhFjFqI="

static gboolean
receive (MinipayTestExchange *x, const char *body, GError **error)
{
  g_autoptr (MinipayHttpRequest) incoming = minipay_test_incoming_new (NULL, body);

  return minipay_test_exchange_receive (x, incoming, error);
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

static void
assert_taken (const char *const *changes, const char *body, const char *out_trade_no, MinipayPaymentState state)
{
  g_autoptr (MinipayTestExchange) x = aggregator_new (changes);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;

  receive (x, body, &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, out_trade_no);
  g_assert_cmpint (minipay_payment_get_state (payment), ==, state);
  g_assert_true (minipay_payment_get_authenticated (payment));
}

static char *
dup_body (const char *sealed)
{
  return g_strdup_printf ("{\"customerNo\":\"8000000001\",\"reqmsg\":\"%s\"}", sealed);
}

static void
assert_seal_refused (const char *sealed, int code)
{
  g_autofree char *body = dup_body (sealed);

  assert_refused (NULL, body, code);
}

/* @n_bytes of the seal from its byte @from on, put behind what @bytes has. */
static void
append_part (GByteArray *bytes, const char *sealed, gsize from, gsize n_bytes)
{
  gsize length;
  g_autofree guchar *whole = g_base64_decode (sealed, &length);

  g_assert_cmpuint (from + n_bytes, <=, length);
  g_byte_array_append (bytes, whole + from, (guint) n_bytes);
}

static void
append_block (GByteArray *bytes, const char *sealed, guint block)
{
  append_part (bytes, sealed, block * BLOCK_BYTES, BLOCK_BYTES);
}

static char *
finish_seal (GByteArray *bytes)
{
  char *sealed = g_base64_encode (bytes->data, bytes->len);

  g_byte_array_set_size (bytes, 0);
  return sealed;
}

static void
test_payment (void)
{
  g_autofree char *body = dup_body (SEALED);
  g_autoptr (MinipayTestExchange) x = aggregator_new (NULL);
  g_autoptr (GError) error = NULL;
  MinipayPayment *payment;
  gsize length;
  const char *raw;

  receive (x, body, &error);
  g_assert_no_error (error);
  payment = minipay_test_exchange_get_payment (x);
  g_assert_cmpstr (minipay_payment_get_out_trade_no (payment), ==, "T20230101000001");
  g_assert_cmpint (minipay_payment_get_state (payment), ==, MINIPAY_PAYMENT_STATE_PAID);
  g_assert_cmpint (minipay_money_get_minor (minipay_payment_get_total (payment)), ==, 1990);
  g_assert_cmpstr (minipay_payment_get_mchid (payment), ==, "8000000001");
  g_assert_true (minipay_payment_get_authenticated (payment));
  raw = g_bytes_get_data (minipay_payment_get_raw_text (payment), &length);
  g_assert_cmpmem (raw, length, PLAIN, strlen (PLAIN));
}

static void
test_two_blocks (void)
{
  g_autofree char *paid = dup_body (SEALED_PAID);
  g_autofree char *processing = dup_body (SEALED_PROCESSING);

  assert_taken (NULL, paid, "T20230101000001", MINIPAY_PAYMENT_STATE_PAID);
  assert_taken (NULL, processing, "T20230101000002", MINIPAY_PAYMENT_STATE_PENDING);
}

static void
test_vector (void)
{
  const char *sealed = minipay_test_vector ("agg-rsa-response-derived", "ciphertext");
  const char *expected = minipay_test_vector ("agg-rsa-response-derived", "expected");
  g_autofree char *body = dup_body (sealed);
  g_autoptr (MinipayTestExchange) x = aggregator_new (NULL);
  g_autoptr (GBytes) opened = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The vector opens with the account's key; four objects in a row are no notification.");
  g_assert_false (receive (x, body, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL);
  g_clear_error (&error);
  opened =
      minipay_exchange_decrypt (x->exchange, MINIPAY_CIPHER_RSA_RECOVER, "public-key", NULL, NULL, sealed, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (opened, NULL), g_bytes_get_size (opened), expected, strlen (expected));
}

static void
test_line_breaks (void)
{
  static const char *const breaks[] = { "\\n", "\\r\\n", "\\u000a" };

  for (guint i = 0; i < G_N_ELEMENTS (breaks); i++) {
    g_autoptr (GString) lines = g_string_new (NULL);
    g_autofree char *body = NULL;

    for (const char *p = SEALED; *p != '\0'; p += strnlen (p, 76))
      g_string_append_printf (lines, "%.76s%s", p, breaks[i]);
    body = dup_body (lines->str);
    assert_taken (NULL, body, "T20230101000001", MINIPAY_PAYMENT_STATE_PAID);
  }
}

static void
test_sealed_only (void)
{
  static const char *const sealed_only[] = { "plain-notifications", "false", NULL };
  g_autofree char *body = dup_body (SEALED);

  assert_taken (sealed_only, body, "T20230101000001", MINIPAY_PAYMENT_STATE_PAID);
  assert_refused (sealed_only, PLAIN, MINIPAY_ERROR_PROTOCOL);
}

static void
test_beside (void)
{
  static const char *const bodies[] = {
    "{\"reqmsg\":\"" SEALED "\"}",
    "{\"customerNo\":\"9\",\"orderNo\":\"X\",\"payStatus\":\"FAIL\",\"sign\":\"\",\"reqmsg\":\"" SEALED "\"}",
    "{\"reqmsg\":\"" SEALED "\",\"a\":{\"b\":[]}}",
  };

  g_test_summary ("What stands beside a seal is covered by nothing, and not read.");
  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_taken (NULL, bodies[i], "T20230101000001", MINIPAY_PAYMENT_STATE_PAID);
}

static void
test_never_clear (void)
{
  static const char *const bodies[] = {
    "{" MEMBERS ",\"reqmsg\":null,\"sign\":\"" SIGN "\"}",
    "{" MEMBERS ",\"reqmsg\":\"\",\"sign\":\"" SIGN "\"}",
    "{" MEMBERS ",\"reqmsg\":{},\"sign\":\"" SIGN "\"}",
    /* the signs are genuine, the member among what they cover */
    "{" MEMBERS ",\"reqmsg\":\"AAAA\",\"sign\":\""
    "681A4F69B35F8BBD64B2AF2BE730FA4B\"}",
    "{" MEMBERS ",\"reqmsg\":7,\"sign\":\""
    "9B4592A9DE215FFFAD2E39277A7E87E0\"}",
    "{" MEMBERS ",\"req\\u006dsg\":false,\"sign\":\""
    "4166E24AEB4192919AFE3A5A407B9DCB\"}",
    "{" MEMBERS ",\"reqmsg\":\"\",\"sign\":\"" SIGN "\",\"reqmsg\":\"" SEALED "\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_refused (NULL, bodies[i], MINIPAY_ERROR_PROTOCOL);
}

static void
test_public_key (void)
{
  assert_seal_refused (ENCRYPTED, MINIPAY_ERROR_PROTOCOL);
}

static void
test_stranger (void)
{
  static const char *const strangers[] = { "public-key", "fixture:wechatpay-go-test-public", NULL };
  g_autofree char *body = dup_body (SEALED_BY_STRANGER);

  assert_refused (NULL, body, MINIPAY_ERROR_PROTOCOL);
  assert_taken (strangers, body, "T20230101000001", MINIPAY_PAYMENT_STATE_PAID);
}

static void
test_inner_sign (void)
{
  assert_seal_refused (SEALED_UNSIGNED, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_seal_refused (SEALED_EMPTY_SIGN, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_seal_refused (SEALED_LOWER_SIGN, MINIPAY_ERROR_SIGNATURE_INVALID);
  assert_seal_refused (SEALED_WRONG_SIGN, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_sign_beside (void)
{
  assert_refused (
      NULL, "{\"reqmsg\":\"" SEALED_UNSIGNED "\",\"sign\":\"" SIGN "\"}", MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_not_strict (void)
{
  assert_seal_refused (SEALED_TWICE, MINIPAY_ERROR_PROTOCOL);
  assert_seal_refused (SEALED_ARRAY, MINIPAY_ERROR_PROTOCOL);
  assert_seal_refused (SEALED_SPACE, MINIPAY_ERROR_PROTOCOL);
}

static void
test_spliced (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *dear = NULL;
  g_autofree char *cheap = NULL;

  g_test_summary ("The order of one notification with the state of another: each block is genuine.");
  append_block (bytes, SEALED_PROCESSING, 0);
  append_block (bytes, SEALED_PAID, 1);
  dear = finish_seal (bytes);
  assert_seal_refused (dear, MINIPAY_ERROR_SIGNATURE_INVALID);

  append_block (bytes, SEALED_PAID, 0);
  append_block (bytes, SEALED_PROCESSING, 1);
  cheap = finish_seal (bytes);
  assert_seal_refused (cheap, MINIPAY_ERROR_SIGNATURE_INVALID);
}

static void
test_swapped (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *swapped = NULL;

  append_block (bytes, SEALED_PAID, 1);
  append_block (bytes, SEALED_PAID, 0);
  swapped = finish_seal (bytes);
  assert_seal_refused (swapped, MINIPAY_ERROR_PROTOCOL);
}

static void
test_repeated (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *twice = NULL;
  g_autofree char *middle = NULL;

  append_block (bytes, SEALED, 0);
  append_block (bytes, SEALED, 0);
  twice = finish_seal (bytes);
  assert_seal_refused (twice, MINIPAY_ERROR_PROTOCOL);

  append_block (bytes, SEALED_PAID, 0);
  append_block (bytes, SEALED_PAID, 1);
  append_block (bytes, SEALED_PAID, 1);
  middle = finish_seal (bytes);
  assert_seal_refused (middle, MINIPAY_ERROR_PROTOCOL);
}

static void
test_cut (void)
{
  static const struct {
    gsize from;
    gsize n_bytes;
  } cuts[] = {
    { 0, 1 },   { 0, 255 }, { 1, 255 },   { 0, 256 }, { 256, 256 }, { 1, 256 },
    { 0, 257 }, { 0, 511 }, { 255, 257 }, { 1, 511 }, { 257, 255 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    g_autofree char *cut = NULL;

    append_part (bytes, SEALED_PAID, cuts[i].from, cuts[i].n_bytes);
    cut = finish_seal (bytes);
    assert_seal_refused (cut, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_flipped (void)
{
  for (gsize at = 0; at < 2 * BLOCK_BYTES; at += 37) {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    g_autofree char *flipped = NULL;

    append_part (bytes, SEALED_PAID, 0, 2 * BLOCK_BYTES);
    bytes->data[at] ^= 1;
    flipped = finish_seal (bytes);
    assert_seal_refused (flipped, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_blocks (void)
{
  for (guint n_blocks = 63; n_blocks <= 66; n_blocks++) {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    g_autofree char *sealed = NULL;
    g_autofree char *body = NULL;

    for (guint i = 1; i < n_blocks; i++)
      append_block (bytes, SEALED_SPACE, 0);
    append_block (bytes, SEALED, 0);
    g_assert_cmpuint (bytes->len, ==, n_blocks * BLOCK_BYTES);
    sealed = finish_seal (bytes);
    body = dup_body (sealed);
    if (n_blocks <= 64)
      assert_taken (NULL, body, "T20230101000001", MINIPAY_PAYMENT_STATE_PAID);
    else
      assert_refused (NULL, body, MINIPAY_ERROR_PROTOCOL);
  }
}

static void
test_base64 (void)
{
  static const char *const texts[] = {
    "",
    "=",
    "A",
    "AA==",
    "not base64",
    " " SEALED,
    SEALED " ",
    SEALED "=",
    SEALED "AAAA",
    "\\t" SEALED,
    "{\\\"customerNo\\\":\\\"8000000001\\\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_seal_refused (texts[i], MINIPAY_ERROR_PROTOCOL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/aggregator/seal/payment", test_payment);
  g_test_add_func ("/aggregator/seal/two-blocks", test_two_blocks);
  g_test_add_func ("/aggregator/seal/vector", test_vector);
  g_test_add_func ("/aggregator/seal/line-breaks/taken", test_line_breaks);
  g_test_add_func ("/aggregator/seal/sealed-only", test_sealed_only);
  g_test_add_func ("/aggregator/seal/members-beside/not-read", test_beside);
  g_test_add_func ("/aggregator/seal/never-read-clear", test_never_clear);
  g_test_add_func ("/aggregator/seal/public-key-encrypted/refused", test_public_key);
  g_test_add_func ("/aggregator/seal/stranger/refused", test_stranger);
  g_test_add_func ("/aggregator/seal/inner-sign/demanded", test_inner_sign);
  g_test_add_func ("/aggregator/seal/sign-beside/refused", test_sign_beside);
  g_test_add_func ("/aggregator/seal/not-strict/refused", test_not_strict);
  g_test_add_func ("/aggregator/seal/spliced/refused", test_spliced);
  g_test_add_func ("/aggregator/seal/swapped/refused", test_swapped);
  g_test_add_func ("/aggregator/seal/repeated/refused", test_repeated);
  g_test_add_func ("/aggregator/seal/cut/refused", test_cut);
  g_test_add_func ("/aggregator/seal/flipped/refused", test_flipped);
  g_test_add_func ("/aggregator/seal/65-blocks/refused", test_blocks);
  g_test_add_func ("/aggregator/seal/base64/strict", test_base64);
  return g_test_run ();
}
