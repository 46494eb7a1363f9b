/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "transit-shop.h"

/* Frames and sealed replies are made as in transit-frames.h; those of replies under the IV 593BEC0C930BF1AF, which
 * are the first bytes of the fixed nonce. */

#define CREATE_CODE                                                                                                \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"6kf7WsMU3CLC+Am90BULJ4d5tt5fmsW72tS7vzVZJuT1Y5iy5aF9nQYQsRuDwZ2rXOvbFrK9WSOpmoIZPjMuNrX3FsfH2DmsYY+"          \
  "oQMYpyx1OUfE8zEZlwHbQ6xLAKITz6tFrmqoIL/gQNCRYf8BXyUAv8L61oyTEQN0WRQ8k4V0kyOTpCy6L/"                             \
  "xYDt3LGDqyLPB7leX34ctjeYJFm9fiKEkaLqbhJLOZEJyOATB8lXfnf0vPx/yLQhfbo1LVrD/"                                      \
  "es+mp24MiV7mjyrDfwpXovWTbgxGmC985tJRfKYPIk22c=\",\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                 \
  "\"946F7BD2D538B91DFFDA3E89AA28E12174BB72BD8A162654AB8CE91FFE1B1D48\"}"
#define CREATE_CODE_SAMPLE                                                                                         \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"6kf7WsMU3CLC+Am90BULJ4d5tt5fmsW72tS7vzVZJuRo6ELVrGEYqtjjznreTLWCLhoWT5YbMJIyLsk0/"                            \
  "hDJgwozu2U5X8lFK3q9oyhos9dOFWBxvkLP+sK+xwiR13l7O5INokOjfvc8+Q+waqh1YQlrcU/"                                     \
  "tdBB2s7ILfBjHV5sWahOVePLZvEn5Vho1u5JQw2FNuj1OsLVIewAFAMwVdx3V0ANN0sTbndzTZnJ3u06V3eeS19QwRJeLScB2AGbZSA9C4LDfD" \
  "6FyPeyfWUUosNWbDHL4s6iNSUxGwaa2GWk=\",\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                            \
  "\"5F01E7AB2531173169620AA8CAC6255C11384517ED2E591C7031DA157A97FF66\"}"
#define OPENID                                                                                                     \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"6kf7WsMU3CLC+Am90BULJ4d5tt5fmsW72tS7vzVZJuSz8f3sN0+KW+LDw6VrSy8i\",\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\","      \
  "\"sign\":\"F4CE04CA60884D2EA1AAFCCEA4B2986ED83D27FE37D95E1B93FABFC7CADC934F\"}"
#define CARD                                                                                                       \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"7MwISPsIAX7Pfq4GxZwtyg==\",\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                                     \
  "\"BB0C31D0818A3B1575EB111C0744188A766FBB661F587DCDED96D37AD3618034\"}"
#define BOTH                                                                                                       \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"6kf7WsMU3CLC+Am90BULJ4d5tt5fmsW72tS7vzVZJuQKs9ZEzDBAcLgvWc5vKqxaitkhEDX/"                                     \
  "UBliKtOPAZLb4Q==\",\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                                               \
  "\"E8E19B5AAAF71A6CC6C3F7B69997542B43CA50FEAC723E65159559395BD76520\"}"
#define NOBODY                                                                                                     \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"fwvaVQCEHg9o7yRgAp/"                                                                                          \
  "FOg==\",\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                                                          \
  "\"943C5FE6BB981F3257CCBE4D054C79E1DB6BD5314357D1DD457D81A044DC8734\"}"
#define ARREARS                                                                                                    \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"ySpgBZYImdHvLfzzLcKtdX/HLMwXZ5q0WDH3kg/I4SaJHKaSzc0zkxLqZ/"                                                   \
  "6tk6ky2IXm59DJElJBclzqmAS89d4mML4q7NNyvNYnNc2CJRAX4vesWAON9ORQKv4d8gO6jd7TmlFQFrCrfiIRa3eyufnSP9BuNtcbzdJ7lDzA" \
  "nMuVDs+"                                                                                                        \
  "diuTj269eoJ0Dp6mnfpkuPYIVlXWK0ZbHvzTEYn8iqYqEE2ASpK9K2LSeeiBvtDrHLmk6qhXLHpTGgkYheWLtQcjcbcXgMH20a20BQUzBPZXpI" \
  "vRAteLOfFz9+LFsp5leWWS8KKz3l1T61/Kts/Pm2BFvkLSHtyIbKNm1XgwAGqebVzOcdUkt9SIYnmUx/"                               \
  "1Ky3yoBGHtuZXH4SczQkej0U4YbR8QTxdtHpCVfddt7dl+"                                                                 \
  "fhnwOu641OQd7ZUqnjDEojMpGr7CYI22FyGh4lOY8OKgEC1EcJWaIakbs8Xtpj7okGu59XsbIB9RDk51WKv2bDkUpGG9FDj5RK9I6\","       \
  "\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                                                                  \
  "\"2777E1722C9C35630A5DE405FFB0FA7EEA8B15EB741D29B6E4338FE3A7557D0F\"}"
#define BAD_KEY                                                                                                    \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"6kf7WsMU3CLC+Am90BULJ4d5tt5fmsW72tS7vzVZJuT1Y5iy5aF9nQYQsRuDwZ2rXOvbFrK9WSOpmoIZPjMuNrX3FsfH2DmsYY+"          \
  "oQMYpyx1OUfE8zEZlwHbQ6xLAKITz6tFrmqoIL/gQNCRYf8BXyUAv8L61oyTEQN0WRQ8k4V0kyOTpCy6L/"                             \
  "xYDt3LGDqyLPB7leX34ctjeYJFm9fiKEkaLqbhJLOZEJyOATB8lXfnf0vPx/yLQhfbo1LVrD/es+mp24MiV7mjyrDfwpXovWRC5k6lH/"       \
  "q0kl5KYpOrzzbs=\",\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                                                \
  "\"098ED4D6346F11686F8798555ACC6D10CE7DEF041CCFF1CB39F2BEEA2742BB07\"}"
#define BAD_FEE                                                                                                    \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"ySpgBZYImdHvLfzzLcKtdX/HLMwXZ5q0WDH3kg/I4SaJHKaSzc0zkxLqZ/"                                                   \
  "6tk6ky2IXm59DJElJBclzqmAS89d4mML4q7NNyvNYnNc2CJRBO5gSxMi8nB09E+"                                                \
  "tf2YKiRqmUGUv65yF6iz0geE7uyWqYYY7RHMOvbDXI5nPeV4YFrgPDLnoAs6z6ZlJDgRZ9yaH5TDYtOO4rswaZCknyUGe8czB74/"           \
  "Nnrvw+KrDWauiNVBwsnnzsmuvj1f3SwwFaorvTj1ePKrwLeX/IbO6/djhMV3urq3ZGOwV8wnGhYOLx5NSwUSRcmcNDkRqFTgcavHUpyvn+/"    \
  "w9CnouS7LCYyHvXvri6edyRC8DM79Ezx9wX90+CwJHj8gzxqhr/qKq7ywj6CZwu/"                                               \
  "K909QyCJyJrklrApRouPStBnIin6VaCIjaZmfdFe7FaVulod6eR6KAUhTbs3hdYUuH4kmupv/Nlrwu47j3m3U2Y7adnzZO/"                \
  "PWjDB5mxFU2Db24yuXRQgJJ7I\",\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                                      \
  "\"1C30C04326DD0179111E0C55FD1B97F830E78A7D004FC2ED64E94B7C750AAA66\"}"
#define NO_ORDER                                                                                                   \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"ySpgBZYImdHvLfzzLcKtdX/HLMwXZ5q0WDH3kg/I4SaJHKaSzc0zkxLqZ/"                                                   \
  "6tk6ky2IXm59DJElJBclzqmAS89d4mML4q7NNyvNYnNc2CJRAX4vesWAON9ORQKv4d8gO6jd7TmlFQFrCrfiIRa3eyufnSP9BuNtcbzdJ7lDzA" \
  "nMuVDs+"                                                                                                        \
  "diuTj269eoJ0Dp6mnfpkuPYIVlXWK0ZbHvzTEYn8iqYqEE2ASpK9K2LSeeiBvtDrHLmk6qhXLHpTGgkYhXi6TnoGwZv0XD91QA3Sngw==\","   \
  "\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                                                                  \
  "\"9F0221E66B1500CEE7722B2615081E4D4892D70D2F8BF04DF4188E55477A9DEE\"}"
#define EMPTY_ORDER                                                                                                \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"ySpgBZYImdHvLfzzLcKtdX/HLMwXZ5q0WDH3kg/I4SaJHKaSzc0zkxLqZ/"                                                   \
  "6tk6ky2IXm59DJElJBclzqmAS89d4mML4q7NNyvNYnNc2CJRAX4vesWAON9ORQKv4d8gO6jd7TmlFQFrCrfiIRa3eyufnSP9BuNtcbzdJ7lDzA" \
  "nMuVDs+"                                                                                                        \
  "diuTj269eoJ0Dp6mnfpkuPYIVlXWK0ZbHvzTEYn8iqYqEE2ASpK9K2LSeeiBvtDrHLmk6qhXLHpTGgkYheWLtQcjcbcXgMH20a20BQR/"       \
  "YnhFVc+CyZ1PcGhKc+2s=\",\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                                          \
  "\"92A2C969510089C5CA4874922B25AFE17204478689EEBB5B142A1AF29966EDBE\"}"
#define NO_REPAY                                                                                                   \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"ySpgBZYImdHvLfzzLcKtdX/HLMwXZ5q0WDH3kg/I4SaJHKaSzc0zkxLqZ/"                                                   \
  "6tk6ky2IXm59DJElJBclzqmAS89d4mML4q7NNyvNYnNc2CJRAX4vesWAON9ORQKv4d8gO6jd7TmlFQFrCrfiIRa3eyufnSP9BuNtcbzdJ7lDzA" \
  "nMuVDs+diuTj269eoJ0Dp6mnneLn6++w0w3AaSYDyF12eJpDz8VdDwAzBFgdJIe0p4E3vD+H1toKqBBtbZlLbJ7OQtFF3LpiNvS0pZUIzmTNG+" \
  "GooWKfBa/8Te+Y808GqcNU9a6qTphmixR4gsr6YLd+XvecN6PIpfzdlq1G32fXAV6mwo9A2p04raq4cUTRcW14uw2e0L/Ehv9hgiOpnz/"      \
  "1zW1oyY/"                                                                                                       \
  "WMGpYCsQ1R6647+Y3SWLmWElLsGjAdnJzVix7MlNNOw47eTKXiSk7fEoHnfgMoCE41AH+RP0J5XLIp2eHNqWzFfDp6fkEDyf8eeA=\","       \
  "\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\",\"sign\":"                                                                  \
  "\"15233EDF7D0B5B65D7CA29F756473B5DE52D4F8EAC8B1F7F34B8C295D2605B21\"}"
#define STRANGER                                                                                                   \
  "{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000110\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"      \
  "\"6kf7WsMU3CLC+Am90BULJ4d5tt5fmsW72tS7vzVZJuSz8f3sN0+KW+LDw6VrSy8i\",\"iv\":\"AAECAwQFBgcICQoLDA0ODw==\","      \
  "\"sign\":\"92318AFB3362081B7386D26A875AA62ABBA401D73DB35798660B032711FC0759\"}"

#define REPLY_SVR                                                                                                  \
  "{\"errcode\":0,\"errmsg\":\"ok\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"                                 \
  "\"50wsZkeUVG4o6DkL3aUrMcFzU0CxsewAzzHTR93EDIY=\",\"iv\":\"NTkzQkVDMEM5MzBCRjFBRg==\"}"
#define REPLY_CARDID                                                                                               \
  "{\"errcode\":0,\"errmsg\":\"ok\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":\"4jzNkSlPYoAnV+"                 \
  "8vzYzbLBYfgvG5ovHwXl135rkZMw8=\",\"iv\":\"NTkzQkVDMEM5MzBCRjFBRg==\"}"
#define REPLY_CARD_ID                                                                                              \
  "{\"errcode\":0,\"errmsg\":\"ok\",\"nonce_str\":\"abcdefg\",\"encrypted_data\":"                                 \
  "\"SAGRGZx57CsA48kcO7rsKIG8FI9Tu1O9oNoa4ZV/Zaw=\",\"iv\":\"NTkzQkVDMEM5MzBCRjFBRg==\"}"

#define REPLY_YES "{\"errcode\":0,\"errmsg\":\"ok\",\"nonce_str\":\"abcdefg\"}"
#define REPLY_NO  "{\"errcode\":1,\"errmsg\":\"refused\",\"nonce_str\":\"abcdefg\"}"

static MinipayTestExchange *
receive (const char *kind, const char *body, const char *const *changes, GError **error)
{
  MinipayTestExchange *x = transit_new (changes);
  g_autofree char *target = g_strdup_printf ("/notify/transit?kind=%s", kind);
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
  g_autoptr (MinipayHttpRequest) incoming = minipay_http_request_new ("POST", target, bytes);

  minipay_test_exchange_receive (x, incoming, error);
  return x;
}

static MinipayTestExchange *
received (const char *kind, const char *body)
{
  g_autoptr (GError) error = NULL;
  MinipayTestExchange *x = receive (kind, body, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (minipay_report_get_name (minipay_test_exchange_get_report (x)), ==, kind);
  g_assert_true (minipay_report_get_authenticated (minipay_test_exchange_get_report (x)));
  return x;
}

static void
assert_reply (MinipayTestExchange *x, const char *values, const char *body)
{
  g_autoptr (GVariant) said = g_variant_ref_sink (g_variant_new_parsed (values));
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayHttpResponse) reply = minipay_exchange_acknowledge (x->exchange, TRUE, said, &error);
  g_autofree char *text = NULL;
  GBytes *bytes;

  g_assert_no_error (error);
  bytes = minipay_http_response_get_body (reply);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpuint (minipay_http_response_get_status (reply), ==, 200);
  g_assert_cmpstr (text, ==, body);
}

static void
assert_reply_invalid (MinipayTestExchange *x, const char *values)
{
  g_autoptr (GVariant) said = g_variant_ref_sink (g_variant_new_parsed (values));
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_exchange_acknowledge (x->exchange, TRUE, said, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
}

static const char *
lookup (MinipayTestExchange *x, const char *name)
{
  return minipay_report_lookup_text (minipay_test_exchange_get_report (x), name);
}

static void
test_create_code (void)
{
  static const char *const bodies[] = { CREATE_CODE, CREATE_CODE_SAMPLE };

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (MinipayTestExchange) x = received ("create-code", bodies[i]);

    g_assert_cmpstr (lookup (x, "openid"), ==, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
    /* under one name, whichever the message has */
    g_assert_cmpstr (lookup (x, "idcard_id"), ==, "3104000000000001");
    g_assert_cmpstr (minipay_exchange_get_event_id (x->exchange), ==, "create-code/abcdefg");
    assert_reply (x, "{'base64_svr_data': <'AQID'>}", REPLY_SVR);
    /* a yes without what was asked for says nothing */
    minipay_test_assert_reply (x, TRUE, 200, "application/json", REPLY_NO);
    minipay_test_assert_reply (x, FALSE, 200, "application/json", REPLY_NO);
    assert_reply_invalid (x, "{'base64_svr_data': <'A'>}");
    assert_reply_invalid (x, "{'base64_svr_data': <''>}");
    assert_reply_invalid (x, "{'cardid': <'AQID'>}");
    assert_reply_invalid (x, "{'base64_svr_data': <'AQID'>, 'more': <'1'>}");
    assert_reply_invalid (x, "@a{sv} {}");
  }
}

static void
test_registration (void)
{
  static const char *const sample[] = { "card-member", "card_id", NULL };
  g_autoptr (MinipayTestExchange) x = received ("registration-contract", OPENID);
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayTestExchange) other = receive ("registration-contract", OPENID, sample, &error);

  g_assert_no_error (error);
  assert_reply (x, "{'cardid': <'3104000000000002'>}", REPLY_CARDID);
  assert_reply (other, "{'cardid': <'3104000000000002'>}", REPLY_CARD_ID);
  minipay_test_assert_reply (x, TRUE, 200, "application/json", REPLY_NO);
}

static void
test_cancellation (void)
{
  g_autoptr (MinipayTestExchange) x = received ("cancellation", BOTH);
  g_autoptr (MinipayTestExchange) without = received ("cancellation", OPENID);

  g_assert_cmpstr (lookup (x, "cardid"), ==, "C1");
  g_assert_null (lookup (without, "cardid"));
  minipay_test_assert_reply (x, TRUE, 200, "application/json", REPLY_YES);
  assert_reply_invalid (x, "{'cardid': <'C1'>}");
}

static void
test_contract_status (void)
{
  g_autoptr (MinipayTestExchange) x = received ("contract-status", CARD);
  g_autoptr (MinipayTestExchange) by_openid = received ("contract-status", OPENID);

  g_assert_cmpstr (lookup (x, "cardid"), ==, "C1");
  g_assert_cmpstr (lookup (by_openid, "openid"), ==, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o");
  assert_reply (
      x, "{'status': <int64 1>}", "{\"errcode\":0,\"errmsg\":\"ok\",\"nonce_str\":\"abcdefg\",\"status\":1}");
  minipay_test_assert_reply (x, TRUE, 200, "application/json", REPLY_NO);
  assert_reply_invalid (x, "{'status': <int64 2>}");
  assert_reply_invalid (x, "{'status': <'1'>}");
}

static void
test_arrears (void)
{
  g_autoptr (MinipayTestExchange) x = received ("payment-in-arrears", ARREARS);
  GVariant *values = minipay_report_get_values (minipay_test_exchange_get_report (x));
  g_autoptr (GVariant) wanted = g_variant_ref_sink (
      g_variant_new_parsed ("[{'order_no': 'P1', 'attach': '20261121180000000001', 'base64_qrcode': 'YQ==', "
                            "'out_order_no': '20261121180000000001'}, "
                            "{'order_no': 'P2', 'out_order_no': '20261121180000000002'}]"));
  g_autoptr (GVariant) orders = g_variant_lookup_value (values, "order", G_VARIANT_TYPE ("aa{ss}"));
  g_autofree char *wanted_text = g_variant_print (wanted, FALSE);
  g_autofree char *text = g_variant_print (orders, FALSE);
  gint64 total_fee = 0;

  g_variant_lookup (values, "total_fee", "x", &total_fee);
  g_assert_cmpint (total_fee, ==, 300);
  g_assert_cmpstr (lookup (x, "transaction_id"), ==, "4200001019");
  g_assert_cmpstr (text, ==, wanted_text);
  g_assert_cmpstr (minipay_exchange_get_event_id (x->exchange), ==, "payment-in-arrears/R20141030");
  minipay_test_assert_reply (x, TRUE, 200, "application/json", REPLY_YES);
}

static void
test_bad (void)
{
  static const struct {
    const char *kind;
    const char *body;
    int code;
  } cases[] = {
    { "create-code", OPENID, MINIPAY_ERROR_PROTOCOL },
    { "create-code", BAD_KEY, MINIPAY_ERROR_PROTOCOL },
    { "registration-contract", CARD, MINIPAY_ERROR_PROTOCOL },
    { "registration-contract", STRANGER, MINIPAY_ERROR_MISMATCH },
    { "cancellation", CARD, MINIPAY_ERROR_PROTOCOL },
    { "contract-status", NOBODY, MINIPAY_ERROR_PROTOCOL },
    { "payment-in-arrears", BAD_FEE, MINIPAY_ERROR_PROTOCOL },
    { "payment-in-arrears", NO_ORDER, MINIPAY_ERROR_PROTOCOL },
    { "payment-in-arrears", EMPTY_ORDER, MINIPAY_ERROR_PROTOCOL },
    { "payment-in-arrears", NO_REPAY, MINIPAY_ERROR_PROTOCOL },
    { "refund", OPENID, MINIPAY_ERROR_NOT_SUPPORTED },
    { "", OPENID, MINIPAY_ERROR_NOT_SUPPORTED },
  };
  g_autofree char *forged = minipay_test_replace (OPENID, "\"nonce_str\":\"abcdefg\"", "\"nonce_str\":\"abcdefh\"");
  g_autoptr (GError) forged_error = NULL;
  g_autoptr (MinipayTestExchange) forged_x = receive ("cancellation", forged, NULL, &forged_error);

  g_assert_error (forged_error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_null (minipay_exchange_get_result (forged_x->exchange));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayTestExchange) x = receive (cases[i].kind, cases[i].body, NULL, &error);

    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
    g_assert_null (minipay_exchange_get_result (x->exchange));
  }
}

static void
test_calls (void)
{
  static const char *const arrears_url[] = { "arrears-url", "https://api.weixin.qq.com/intp/arrears", NULL };
  g_autoptr (MinipayTestExchange) arrears = transit_new (arrears_url);
  g_autoptr (MinipayTestExchange) jump = transit_new (NULL);
  g_autoptr (GVariant) list = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_call (arrears, "arrears-users", "{'limit': <int64 10000>}", &error);
  g_assert_no_error (error);
  minipay_test_assert_request (
      arrears, "POST", "/intp/arrears?access_token=61_AbC-dEf", "{\"start_openid\":\"\",\"limit\":10000}");
  minipay_test_exchange_answer (arrears,
                                200,
                                NULL,
                                "{\"errcode\":0,\"errmsg\":\"ok\",\"list\":[{\"openid\":\"o1\",\"fee\":300,"
                                "\"create_time\":\"20261121180000\",\"out_user_id\":\"u1\"}]}",
                                &error);
  g_assert_no_error (error);
  list = g_variant_lookup_value (
      minipay_report_get_values (minipay_test_exchange_get_report (arrears)), "list", G_VARIANT_TYPE ("aa{sv}"));
  text = g_variant_print (list, FALSE);
  g_assert_cmpstr (text,
                   ==,
                   "[{'openid': <'o1'>, 'fee': <int64 300>, 'create_time': <'20261121180000'>, "
                   "'out_user_id': <'u1'>}]");

  minipay_test_exchange_call (jump, "jump-data", "{'path_type': <int64 6>}", &error);
  g_assert_no_error (error);
  minipay_test_assert_request (
      jump, "POST", "/intp/transportcode/getbusinessview?access_token=61_AbC-dEf", "{\"path_type\":6}");
  minipay_test_exchange_answer (jump,
                                200,
                                NULL,
                                "{\"errcode\":0,\"errmsg\":\"ok\",\"business_type\":\"transportCode\","
                                "\"query_string\":\"a=1&b=2\",\"expire_at\":1795257060}",
                                &error);
  g_assert_no_error (error);
  g_assert_cmpstr (lookup (jump, "business_type"), ==, "transportCode");
  g_assert_cmpstr (lookup (jump, "query_string"), ==, "a=1&b=2");
}

static void
test_calls_bad (void)
{
  static const struct {
    const char *name;
    const char *params;
    int code;
  } cases[] = {
    { "arrears-users", "{'limit': <int64 10001>}", MINIPAY_ERROR_INVALID },
    { "arrears-users", "{'limit': <int64 0>}", MINIPAY_ERROR_INVALID },
    { "arrears-users", "{'start_openid': <'o1'>}", MINIPAY_ERROR_INVALID },
    { "arrears-users", "{'limit': <int64 1>}", MINIPAY_ERROR_CONFIG },
    { "jump-data", "{'path_type': <int64 7>}", MINIPAY_ERROR_INVALID },
    { "jump-data", NULL, MINIPAY_ERROR_INVALID },
    { "user-state", "{'contract_id': <'1'>}", MINIPAY_ERROR_NOT_SUPPORTED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = transit_new (NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_call (x, cases[i].name, cases[i].params, &error));
    g_assert_error (error, MINIPAY_ERROR, cases[i].code);
  }
}

/* Only the address says what kind it is, and nobody signs that. */
static void
test_other_address (void)
{
  static const char *const kinds[] = { "registration-contract", "cancellation", "contract-status" };
  static const char *const bodies[] = { CREATE_CODE, ARREARS };

  for (guint i = 0; i < G_N_ELEMENTS (kinds) * G_N_ELEMENTS (bodies); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayTestExchange) x =
        receive (kinds[i % G_N_ELEMENTS (kinds)], bodies[i / G_N_ELEMENTS (kinds)], NULL, &error);

    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transit/message/create-code", test_create_code);
  g_test_add_func ("/transit/message/registration", test_registration);
  g_test_add_func ("/transit/message/cancellation", test_cancellation);
  g_test_add_func ("/transit/message/contract-status", test_contract_status);
  g_test_add_func ("/transit/message/arrears", test_arrears);
  g_test_add_func ("/transit/message/bad", test_bad);
  g_test_add_func ("/transit/calls/good", test_calls);
  g_test_add_func ("/transit/calls/bad", test_calls_bad);
  g_test_add_func ("/transit/message/other-address-refused", test_other_address);
  return g_test_run ();
}
