/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "transit-shop.h"

#define TARGET "/intp/transitpay?access_token=61_AbC-dEf"

/* The members of the table of the deduction call, page "扫码支付". */
static const char *const one_tap[] = {
  "qrcode",         "YWZlZmF3ZWZ3ZWY=", "start_time", "20091225091010", "line_name", "58路", "trade_scene", "BUS",
  "original_total", "2.00 CNY",         NULL,
};

#define ONE_TAP                                                                                                    \
  "{\"total_fee\":180,\"original_fee\":200,\"body\":\"公交代扣\",\"qrcode\":\"YWZlZmF3ZWZ3ZWY=\","             \
  "\"start_time\":\"20091225091010\",\"line_name\":\"58路\",\"trade_scene\":\"BUS\","                             \
  "\"out_order_no\":\"" NUMBER "\",\"attach\":\"" NUMBER "\"}"

static GVariant *
extras_new (const char *const *first, const char *const *second)
{
  const char *const *const lists[] = { first, second };
  g_autoptr (GVariantDict) dict = g_variant_dict_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    for (const char *const *p = lists[i]; p != NULL && *p != NULL; p += 2) {
      if (p[1] != NULL)
        g_variant_dict_insert (dict, p[0], "s", p[1]);
      else
        g_variant_dict_remove (dict, p[0]);
    }
  return g_variant_dict_end (dict);
}

/* @member is one more property of the order, or NULL. */
static MinipayOrder *
ride_new_with (gint64 fen, const char *subject, const char *const *changes, const char *member, const char *value)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (fen, "CNY");

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       NUMBER,
                       "total",
                       total,
                       "subject",
                       subject,
                       "method",
                       MINIPAY_METHOD_TRANSIT,
                       "extras",
                       extras_new (one_tap, changes),
                       member,
                       value,
                       NULL);
}

static MinipayOrder *
ride_new (gint64 fen, const char *subject, const char *const *changes)
{
  return ride_new_with (fen, subject, changes, NULL, NULL);
}

static void
create (MinipayTestExchange *x, const char *const *changes)
{
  g_autoptr (MinipayOrder) order = ride_new (180, "公交代扣", changes);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
}

static void
test_one_tap (void)
{
  g_autoptr (MinipayTestExchange) x = transit_new (NULL);

  create (x, NULL);
  minipay_test_assert_request (x, "POST", TARGET, ONE_TAP);
  minipay_test_assert_header (x, "Content-Type", "application/json");
  minipay_test_assert_header (x, "Accept", "application/json");
  g_assert_cmpstr (minipay_exchange_get_origin (x->exchange), ==, "https://api.weixin.qq.com");
  g_assert_cmpint (minipay_exchange_get_flags (x->exchange), ==, MINIPAY_SEND_FLAGS_NONE);
}

static void
test_two_taps (void)
{
  static const char *const more[] = {
    "trade_scene",
    "METRO",
    "end_time",
    "20091225094501",
    "start_qrcode",
    "c3RhcnQ=",
    "machine_ip",
    "10.0.0.7",
    "machine_latitude",
    "22.54328600",
    "machine_longitude",
    "-114.05",
    "line_name",
    "1号线",
    NULL,
  };
  g_autoptr (MinipayTestExchange) x = transit_new (NULL);
  g_autoptr (MinipayOrder) order = ride_new (200, "地铁代扣", more);
  g_autoptr (GError) error = NULL;

  minipay_test_exchange_create (x, order, &error);
  g_assert_no_error (error);
  minipay_test_assert_request (
      x,
      "POST",
      TARGET,
      "{\"total_fee\":200,\"original_fee\":200,\"body\":\"地铁代扣\",\"qrcode\":\"YWZlZmF3ZWZ3ZWY=\","
      "\"machine_ip\":\"10.0.0.7\",\"start_time\":\"20091225091010\",\"end_time\":\"20091225094501\","
      "\"line_name\":\"1号线\",\"trade_scene\":\"METRO\",\"start_qrcode\":\"c3RhcnQ=\",\"out_order_no\":\"" NUMBER
      "\",\"attach\":\"" NUMBER "\",\"machine_latitude\":22.54328600,\"machine_longitude\":-114.05}");
}

static void
test_no_discount (void)
{
  static const char *const full[] = { "original_total", NULL, NULL };
  g_autoptr (MinipayTestExchange) x = transit_new (NULL);
  g_autofree char *body = minipay_test_replace (ONE_TAP, "\"original_fee\":200", "\"original_fee\":180");

  create (x, full);
  minipay_test_assert_request (x, "POST", TARGET, body);
}

/* Numbers are sent as they were written: a double would not bring these back. */
static void
test_degrees_exact (void)
{
  static const char *const good[][2] = {
    { "90", "180" },
    { "-90", "-180" },
    { "90.000", "180.0" },
    { "-0.10", "0" },
    { "89.9999999999999999", "179.9999999999999" },
    { "0.30000000000000004", "9.10" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    const char *const degrees[] = { "machine_latitude", good[i][0], "machine_longitude", good[i][1], NULL };
    g_autoptr (MinipayTestExchange) x = transit_new (NULL);
    g_autofree char *numbers =
        g_strdup_printf (",\"machine_latitude\":%s,\"machine_longitude\":%s}", good[i][0], good[i][1]);
    g_autofree char *body = minipay_test_replace (ONE_TAP, "}", numbers);

    create (x, degrees);
    minipay_test_assert_request (x, "POST", TARGET, body);
  }
}

static void
assert_refused (const char *subject, const char *const *changes, MinipayError code, const char *named)
{
  g_autoptr (MinipayTestExchange) x = transit_new (NULL);
  g_autoptr (MinipayOrder) order = ride_new (180, subject, changes);
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", named);
  g_assert_false (minipay_test_exchange_create (x, order, &error));
  g_assert_error (error, MINIPAY_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, named));
}

static void
test_bad_extras (void)
{
  static const struct {
    const char *name;
    const char *value;
  } cases[] = {
    { "original_total", "1.79 CNY" },
    { "original_total", "2.00 HKD" },
    { "original_total", "2.00" },
    { "original_total", "21474836.48 CNY" },
    { "original_total", "-2.00 CNY" },
    { "qrcode", "a b" },
    { "qrcode", "" },
    { "start_qrcode", "c3RhcnQ" },
    { "start_time", "2009122509101" },
    { "start_time", "20091325091010" },
    { "end_time", "20091225091009" },
    { "end_time", "20081225091010" },
    { "end_time", "later" },
    { "line_name", "" },
    { "line_name", "58\n" },
    { "trade_scene", "TRAM" },
    { "trade_scene", "bus" },
    { "machine_ip", "999.0.0.1" },
    { "machine_ip", "1.2.3" },
    { "machine_ip", "scanner" },
    { "machine_ip", "fe80::1%1" },
    { "machine_latitude", "90.0000001" },
    { "machine_latitude", "-91" },
    { "machine_latitude", "180" },
    { "machine_latitude", "4294967297" },
    { "machine_latitude", "1e1" },
    { "machine_latitude", "22.5,\"total_fee\":1" },
    { "machine_latitude", "NaN" },
    { "machine_longitude", "180.1" },
    { "machine_longitude", "-180.00001" },
    { "machine_longitude", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const char *const changes[] = { cases[i].name, cases[i].value, NULL };

    assert_refused ("公交代扣", changes, MINIPAY_ERROR_INVALID, cases[i].name);
  }
}

static void
test_required (void)
{
  static const char *const names[] = { "qrcode", "start_time", "line_name", "trade_scene" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *const without[] = { names[i], NULL, NULL };

    assert_refused ("公交代扣", without, MINIPAY_ERROR_INVALID, names[i]);
  }
}

static void
test_subject (void)
{
  static const char *const metro[] = { "trade_scene", "METRO", NULL };
  static const char *const tram[] = { "trade_scene", "TRAM", NULL };

  assert_refused ("地铁代扣", NULL, MINIPAY_ERROR_INVALID, "trade_scene BUS");
  assert_refused ("公交代扣", metro, MINIPAY_ERROR_INVALID, "trade_scene METRO");
  /* no second word means the underground */
  assert_refused ("地铁代扣", tram, MINIPAY_ERROR_INVALID, "METRO, BUS");
  assert_refused ("公交", NULL, MINIPAY_ERROR_INVALID, "allowed is 公交代扣");
  assert_refused ("", NULL, MINIPAY_ERROR_INVALID, "subject is missing");
  assert_refused (NULL, NULL, MINIPAY_ERROR_INVALID, "subject is missing");
}

static void
test_number_and_total (void)
{
  static const struct {
    const char *number;
    gint64 fen;
    const char *named;
  } cases[] = {
    { "20261121&attach=1", 180, "out_trade_no" },
    { "乘车20261121", 180, "out_trade_no" },
    { "202611211800000000012026112118000", 180, "33 bytes" },
    { NULL, 180, "out_trade_no" },
    { NUMBER, 0, "total" },
    { NUMBER, -1, "total" },
    { NUMBER, G_GINT64_CONSTANT (2147483648), "total" },
  };
  static const char *const full[] = { "original_total", NULL, NULL };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = transit_new (NULL);
    g_autoptr (MinipayMoney) total = minipay_money_new (cases[i].fen, "CNY");
    g_autoptr (MinipayOrder) order = g_object_new (MINIPAY_TYPE_ORDER,
                                                   "out-trade-no",
                                                   cases[i].number,
                                                   "total",
                                                   total,
                                                   "subject",
                                                   "公交代扣",
                                                   "method",
                                                   MINIPAY_METHOD_TRANSIT,
                                                   "extras",
                                                   extras_new (one_tap, full),
                                                   NULL);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_create (x, order, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, cases[i].named));
  }
}

/* What interface A has no place for is refused, never dropped. */
static void
test_not_taken (void)
{
  static const char *const names[][2] = {
    { "attach", "trip 58" },
    { "payer", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" },
    { "notify-url", "https://shop.example/notify" },
    { "client-ip", "10.0.0.7" },
  };
  static const char *const stranger[] = { "plate_number", "1", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (MinipayTestExchange) x = transit_new (NULL);
    g_autoptr (MinipayOrder) order = ride_new_with (180, "公交代扣", NULL, names[i][0], names[i][1]);
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_test_exchange_create (x, order, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SUPPORTED);
  }
  assert_refused ("公交代扣", stranger, MINIPAY_ERROR_NOT_SUPPORTED, "plate_number");
}

/* Somebody else renews the token. */
static void
test_token_read_anew (void)
{
  static const char *const from_file[] = { "access-token", "file:token", NULL };
  g_autoptr (MinipayTestExchange) x = NULL;
  g_autoptr (MinipayOrder) order = ride_new (180, "公交代扣", NULL);
  g_autoptr (GError) error = NULL;

  minipay_test_write ("token", "first\n", 0600);
  x = transit_new (from_file);
  create (x, NULL);
  minipay_test_assert_request (x, "POST", "/intp/transitpay?access_token=first", ONE_TAP);
  minipay_test_write ("token", "a+b/c=&d%", 0600);
  create (x, NULL);
  minipay_test_assert_request (x, "POST", "/intp/transitpay?access_token=a%2Bb%2Fc%3D%26d%25", ONE_TAP);
  minipay_test_write ("token", "", 0600);
  g_assert_false (minipay_test_exchange_create (x, order, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
}

static void
test_address_with_query (void)
{
  static const char *const url[] = { "deduct-url", "https://api.weixin.qq.com/intp/x?city=sz", NULL };
  g_autoptr (MinipayTestExchange) x = transit_new (url);

  create (x, NULL);
  minipay_test_assert_request (x, "POST", "/intp/x?city=sz&access_token=61_AbC-dEf", ONE_TAP);
}

/* ONE_TAP as the frames of transit-frames.h are made; the IV is the first half of the nonce. */
#define SEALED_256                                                                                                 \
  "TFqY6n/dEhD51M9SYyiNGxPwfJRs36UIbpi4XMSO4L6qbFNzpdUnjiXtA8nllbrvyRfhV779X1NMyrTCN65fDrtaTjel4QS2SLyPVxqqHgLR"   \
  "tcPgC0VANoFlVt7Rk3r/EIpINvNz1HpqGQ0xx4h8Xg62JbmAFg2+WquVgJ7rBiA/btltdYxJbIPaXrLJSzdFcGOUdXY7yvd948S2rLL4m4Ko"   \
  "yJ5KyT/GOm2FrB17TDwG7c0xXTxwhPt0sB6S1CANpBELSHMzQNOw6iW9R+WiY99MjE672qZwIv5JniMzCWa6BomMvqfxyXMigp4oYEPA"
#define SEALED_128                                                                                                 \
  "aYMmwu3OM0T0RnHM58MeLd9gqEZbiXFJGC4wjsbHjSJCLRK6PGU4oyTC8WCXo5d73OZCmat7tPzbhZ1TIa6RwnpctG3hcpiUwgP09bUXSPZq"   \
  "LifMDU96U+kJyiNMKjtojQCEelhrHPHQzHMnJcNoM/hh7ir2fcAyDb7Ws9w2IWL8RXWn3nF1x+brvZ/qoeSd/f+kTECn6o6KG+9uDvYzYZzS"   \
  "d+B4Pn1scoKPejPsgX+9l7tsktCs/pCrTff0KvhwCT3TLn5bQxO4WHIr3G9QcyMEdv+kQ2pGjpAZ4FLkMdL3ykg4/pzJ7xxMhyDGkaz+"

static void
test_sealed (void)
{
  static const struct {
    const char *changes[13];
    const char *data;
    const char *sign;
  } cases[] = {
    { { "request-form", "sealed", NULL },
      SEALED_256,
      "D78AE827F5699E3341118C55D08912F612E4FA1F15F9C90944CE557702437A2A" },
    { { "request-form", "sealed", "sign-mode", "MD5", NULL }, SEALED_256, "48F3254DEC4C90CDF933A86874D95AB8" },
    { { "request-form", "sealed", "aes-key", "0123456789abcdef", NULL },
      SEALED_128,
      "C9B8885F05C128F5591715CE6BFA177F9CB9AD4D172102C59B01BE387B03EFE3" },
    { { "request-form",
        "sealed",
        "aes-key",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "aes-key-encoding",
        "base64",
        "access-token",
        NULL,
        NULL },
      SEALED_256,
      "D78AE827F5699E3341118C55D08912F612E4FA1F15F9C90944CE557702437A2A" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipayTestExchange) x = transit_new (cases[i].changes);
    g_autofree char *body =
        g_strdup_printf ("{\"appid\":\"wxd678efh567hg6787\",\"mch_id\":\"1230000109\","
                         "\"nonce_str\":\"593BEC0C930BF1AFEB40B4A08C8FB242\",\"encrypted_data\":\"%s\","
                         "\"iv\":\"NTkzQkVDMEM5MzBCRjFBRg==\",\"sign\":\"%s\"}",
                         cases[i].data,
                         cases[i].sign);

    create (x, NULL);
    minipay_test_assert_request (x, "POST", "/intp/transitpay", body);
    minipay_test_assert_header (x, "Content-Type", "application/json");
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transit/create/one-tap", test_one_tap);
  g_test_add_func ("/transit/create/two-taps", test_two_taps);
  g_test_add_func ("/transit/create/no-discount", test_no_discount);
  g_test_add_func ("/transit/create/degrees-exact", test_degrees_exact);
  g_test_add_func ("/transit/create/bad-extras-refused", test_bad_extras);
  g_test_add_func ("/transit/create/required-extras", test_required);
  g_test_add_func ("/transit/create/subject-agrees-with-scene", test_subject);
  g_test_add_func ("/transit/create/number-and-total", test_number_and_total);
  g_test_add_func ("/transit/create/not-taken-refused", test_not_taken);
  g_test_add_func ("/transit/create/token-read-anew", test_token_read_anew);
  g_test_add_func ("/transit/create/address-with-query", test_address_with_query);
  g_test_add_func ("/transit/create/sealed", test_sealed);
  return g_test_run ();
}
