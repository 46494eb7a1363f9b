/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "provider/minipay-address-private.h"

#define NO_ADDRESS "is no absolute address"
#define SCHEME     "has another scheme than https"
#define USER       "carries a user or a password"
#define FRAGMENT   "has a fragment"
#define NOT_PLAIN  "has no plain host name"
#define PORT       "has a port"

static const struct {
  const char *text;
  const char *origin;
  const char *target;
  gboolean is_loopback;
} taken[] = {
  { "https://pay.example/v3/pay", "https://pay.example", "/v3/pay", FALSE },
  { "https://pay.example", "https://pay.example", "/", FALSE },
  { "https://pay.example/", "https://pay.example", "/", FALSE },
  { "https://pay.example?a=1", "https://pay.example", "/?a=1", FALSE },
  { "https://pay.example/x?", "https://pay.example", "/x?", FALSE },
  { "https://pay.example/x?a=1&b=%20?c//d", "https://pay.example", "/x?a=1&b=%20?c//d", FALSE },
  /* escapes stay escapes, in capitals */
  { "https://pay.example/a%2f..%2Fb;c@d:e", "https://pay.example", "/a%2F..%2Fb;c@d:e", FALSE },
  { "https://pay.example/%0d%0aX:%20y", "https://pay.example", "/%0D%0AX:%20y", FALSE },
  /* a path that looks like another host stays a path */
  { "https://pay.example/@evil.example/", "https://pay.example", "/@evil.example/", FALSE },
  { "https://pay.example?@evil.example/", "https://pay.example", "/?@evil.example/", FALSE },
  { "https://PAY.Example/Case", "https://pay.example", "/Case", FALSE },
  { "HTTPS://pay.example/x", "https://pay.example", "/x", FALSE },
  { "https://pay.example:443/x", "https://pay.example", "/x", FALSE },
  { "https://pay.example:/x", "https://pay.example", "/x", FALSE },
  { "https://1.2.pay.example/x", "https://1.2.pay.example", "/x", FALSE },
  { "https://xn--fiq228c.example/x", "https://xn--fiq228c.example", "/x", FALSE },
  { "https://pay.xn--fiqs8s/x", "https://pay.xn--fiqs8s", "/x", FALSE },
  /* what is written in another way is compared and sent in this one */
  { "https://%70ay.example/x", "https://pay.example", "/x", FALSE },
  { "https://%50AY%2eexample/x", "https://pay.example", "/x", FALSE },
  { "https://pay%ef%bc%8eexample/x", "https://pay.example", "/x", FALSE },
  { "https://%e6%94%af.example/x", "https://xn--pbv.example", "/x", FALSE },
  { "http://%ef%bc%91%ef%bc%92%ef%bc%97.0.0.1/x", "http://127.0.0.1", "/x", TRUE },

  { "http://127.0.0.1:8080/x?y", "http://127.0.0.1:8080", "/x?y", TRUE },
  { "http://127.0.0.1", "http://127.0.0.1", "/", TRUE },
  { "http://127.9.9.9:1/x", "http://127.9.9.9:1", "/x", TRUE },
  { "http://localhost:8080/x", "http://localhost:8080", "/x", TRUE },
  { "HTTP://LocalHost:8080/x", "http://localhost:8080", "/x", TRUE },
  { "http://[::1]:8080/x", "http://[::1]:8080", "/x", TRUE },
  { "https://[::1]/x", "https://[::1]", "/x", TRUE },
  { "https://127.0.0.1:8443/x", "https://127.0.0.1:8443", "/x", TRUE },
  { "https://127.0.0.1:443/x", "https://127.0.0.1", "/x", TRUE },
  { "https://localhost/x", "https://localhost", "/x", TRUE },
};

static const struct {
  const char *text;
  const char *fault;
} refused[] = {
  { "", NO_ADDRESS },
  { "/x", NO_ADDRESS },
  { "//pay.example/x", NO_ADDRESS },
  { "pay.example/x", NO_ADDRESS },
  { "https://", NO_ADDRESS },
  { "https:///x", NO_ADDRESS },
  { "https:////pay.example/x", NO_ADDRESS },
  { "https:/pay.example/x", NO_ADDRESS },
  { "https:pay.example/x", NO_ADDRESS },
  { "https://:443/x", NO_ADDRESS },
  { "https://?a=1", NO_ADDRESS },
  { "https://#a", NO_ADDRESS },
  { "://pay.example/x", NO_ADDRESS },
  { "file:///etc/passwd", NO_ADDRESS },
  { "data:text/plain,x", NO_ADDRESS },
  { "javascript:alert(1)", NO_ADDRESS },
  { "https://pay.example:65536/", NO_ADDRESS },
  { "https://pay.example:-1/", NO_ADDRESS },
  { "https://pay.example:4a3/", NO_ADDRESS },
  { "https://pay.example:443:443/", NO_ADDRESS },
  { "https://[::1/", NO_ADDRESS },
  { "https://[pay.example]/", NO_ADDRESS },

  /* blanks, control characters and all that must be escaped */
  { " https://pay.example/", NO_ADDRESS },
  { "https://pay.example/ ", NO_ADDRESS },
  { "https://pay.example /x", NO_ADDRESS },
  { "https://pay.example/x y", NO_ADDRESS },
  { "https://pay.example/x\n", NO_ADDRESS },
  { "https://pay.example/x\r\nHost: evil.example", NO_ADDRESS },
  { "https://pay.example\t/x", NO_ADDRESS },
  { "ht\ntps://pay.example/x", NO_ADDRESS },
  { "https://pay.example/\x01", NO_ADDRESS },
  { "https://pay.example/\x7f", NO_ADDRESS },
  { "https:\\\\pay.example\\x", NO_ADDRESS },
  { "https://pay.example\\@evil.example/x", NO_ADDRESS },
  { "https://evil.example\\.pay.example/x", NO_ADDRESS },
  { "https://pay.example/\"", NO_ADDRESS },
  { "https://pay.example/<x>", NO_ADDRESS },
  { "https://pay.example/{x}", NO_ADDRESS },
  { "https://pay.example/x|y^z`", NO_ADDRESS },
  { "https://\xe6\x94\xaf\xe4\xbb\x98.example/", NO_ADDRESS },
  { "https://pay.example/\xe6\x94\xaf", NO_ADDRESS },
  /* the ideographic full stop, and the letter that Cyrillic has for the Latin a */
  { "https://pay\xe3\x80\x82"
    "example/",
    NO_ADDRESS },
  { "https://p\xd0\xb0y.example/", NO_ADDRESS },
  { "https://pay.example/\xff", NO_ADDRESS },

  { "http://pay.example/x", SCHEME },
  { "http://pay.example:443/x", SCHEME },
  { "ftp://pay.example/x", SCHEME },
  { "gopher://pay.example/x", SCHEME },
  { "httpsx://pay.example/x", SCHEME },
  { "ws://127.0.0.1/x", SCHEME },
  { "ftp://127.0.0.1/x", SCHEME },
  { "http://127.0.0.1.example/x", SCHEME },
  { "http://localhost.example/x", SCHEME },
  { "http://notlocalhost/x", SCHEME },
  { "http://localhost./x", SCHEME },
  { "http://10.0.0.1/x", SCHEME },
  { "http://0.0.0.0/x", SCHEME },
  { "http://127.1/x", SCHEME },
  { "http://2130706433/x", SCHEME },
  { "http://0x7f000001/x", SCHEME },
  { "http://0177.0.0.1/x", SCHEME },
  { "http://[::ffff:127.0.0.1]/x", SCHEME },
  { "http://[::]/x", SCHEME },
  { "http://127.0.0.1@evil.example/x", SCHEME },

  { "https://pay.example//evil.example/x", "two slashes" },
  { "https://pay.example:0/x", "port" },
  { "http://127.0.0.1:0/x", "port 0" },
  { "https://user@pay.example/x", USER },
  { "https://user:password@pay.example/x", USER },
  { "https://@pay.example/x", USER },
  { "https://:@pay.example/x", USER },
  { "https://pay.example@evil.example/x", USER },
  { "https://pay.example:443@evil.example/x", USER },
  { "https://evil.example%2f@pay.example/x", USER },
  { "http://user@127.0.0.1:8080/x", USER },

  { "https://pay.example/x#y", FRAGMENT },
  { "https://pay.example/#", FRAGMENT },
  { "https://pay.example#@evil.example/x", FRAGMENT },
  { "http://127.0.0.1:8080/x#y", FRAGMENT },

  { "https://10.0.0.1/x", NOT_PLAIN },
  { "https://192.168.1.1/x", NOT_PLAIN },
  { "https://169.254.169.254/latest/meta-data/", NOT_PLAIN },
  { "https://0.0.0.0/x", NOT_PLAIN },
  { "https://128.0.0.1/x", NOT_PLAIN },
  { "https://2130706433/x", NOT_PLAIN },
  { "https://0x7f000001/x", NOT_PLAIN },
  { "https://0x7f.1/x", NOT_PLAIN },
  { "https://0x7f.0x0.0x0.0x1/x", NOT_PLAIN },
  { "https://017700000001/x", NOT_PLAIN },
  { "https://0177.0.0.1/x", NOT_PLAIN },
  { "https://127.1/x", NOT_PLAIN },
  { "https://127.0.0.1./x", NOT_PLAIN },
  { "https://[2001:db8::1]/x", NOT_PLAIN },
  { "https://[::]/x", NOT_PLAIN },
  { "https://[::ffff:127.0.0.1]/x", NOT_PLAIN },
  { "https://[::ffff:7f00:1]/x", NOT_PLAIN },
  { "https://pay.example./x", NOT_PLAIN },
  { "https://localhost./x", NOT_PLAIN },
  { "https://pay/x", NOT_PLAIN },
  { "https://pay..example/x", NOT_PLAIN },
  { "https://.pay.example/x", NOT_PLAIN },
  { "https://-pay.example/x", NOT_PLAIN },
  { "https://pay_1.example/x", NOT_PLAIN },
  { "https://*.pay.example/x", NOT_PLAIN },
  { "https://pay.example,evil.example/x", NOT_PLAIN },
  { "https://pay.example.1/x", NOT_PLAIN },

  { "https://pay.example:80/x", PORT },
  { "https://pay.example:8443/x", PORT },
  { "https://pay.example:1/x", PORT },
  { "https://pay.example:65535/x", PORT },
};

/* Names that are escaped to look like something else: whichever fault is named, they lead nowhere. */
static const char *const disguised[] = {
  "https://pay.example%2fevil.example/x",
  "https://pay.example%5c.evil.example/x",
  "https://pay.example%00.evil.example/x",
  "https://pay.example%23.evil.example/x",
  "https://pay.example%3f.evil.example/x",
  "https://pay.example%40evil.example/x",
  "https://pay.example%3a80/x",
  "https://pay.example%20/x",
  "https://pay.example%0d%0a/x",
  "https://%31%32%37.0.0.1/x",
  "https://%31%30.0.0.1/x",
  "https://10%2e0.0.1/x",
  "https://%e6%94%af.example/x%",
  "https://pay%e3%80%82/x",
  "https://pay.example%/x",
  "https://pay.example%zz/x",
  "https://%ff.example/x",
  "http://%6cocalhost.example/x",
  "http://10.0.0.1%2f@127.0.0.1/x",
  "http://[::1%25lo]/x",
  "http://[fe80::1%25eth0]/x",
};

static void
test_taken (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (taken); i++) {
    g_auto (MinipayAddress) address = { 0 };
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", taken[i].text);
    minipay_address_parse (&address, "url", taken[i].text, NULL, MINIPAY_ERROR_CONFIG, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (address.origin, ==, taken[i].origin);
    g_assert_cmpstr (address.target, ==, taken[i].target);
    g_assert_cmpint (address.is_loopback, ==, taken[i].is_loopback);
  }
}

static void
assert_refused (const char *text, const char *fault)
{
  static const MinipayError codes[] = { MINIPAY_ERROR_CONFIG, MINIPAY_ERROR_INVALID };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_auto (MinipayAddress) address = { 0 };
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", text);
    g_assert_false (minipay_address_parse (&address, "url of tea-shop", text, NULL, codes[i], &error));
    g_assert_error (error, MINIPAY_ERROR, (int) codes[i]);
    g_assert_true (g_str_has_prefix (error->message, "url of tea-shop \""));
    g_assert_nonnull (strstr (error->message, "allowed is https://HOST/PATH"));
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    g_assert_null (strpbrk (error->message, "\r\n\t\x01\x7f"));
    if (fault != NULL && strstr (error->message, fault) == NULL)
      g_error ("\"%s\" does not say \"%s\"", error->message, fault);
    g_assert_null (address.origin);
    g_assert_null (address.target);
  }
}

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    assert_refused (refused[i].text, refused[i].fault);
}

static void
test_disguised (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (disguised); i++)
    assert_refused (disguised[i], NULL);
}

static void
test_query_not_told (void)
{
  static const char *const texts[] = {
    "http://pay.example/x?access_token=ACCESS-TOKEN",    "https://pay.example:8443/x?access_token=ACCESS-TOKEN",
    "https://pay.example/x?access_token=ACCESS-TOKEN#y", "https://pay.example/x?access_token=ACCESS-TOKEN\n",
    "https://pay.example/x#access_token=ACCESS-TOKEN",   "https://access_token:ACCESS-TOKEN@pay.example/x",
    "https://access_token@ACCESS-TOKEN@pay.example",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (MinipayAddress) address = { 0 };
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_address_parse (&address, "url", texts[i], NULL, MINIPAY_ERROR_INVALID, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
    g_assert_nonnull (strstr (error->message, "pay.example"));
    g_assert_null (strstr (error->message, "ACCESS-TOKEN"));
    g_assert_null (strstr (error->message, "access_token"));
  }
}

static void
test_listed (void)
{
  static const char *const origins[] = { "https://gateway.example:8443", "https://192.0.2.7", NULL };
  static const char *const taken[] = { "https://gateway.example:8443/x", "https://192.0.2.7/x" };
  static const char *const others[] = {
    "https://gateway.example:8444/x", "https://192.0.2.8/x",   "http://gateway.example:8443/x",
    "https://u@192.0.2.7/x",          "https://192.0.2.7/x#y",
  };

  g_test_summary ("What the operator listed may have any host and port, and nothing else may.");
  for (guint i = 0; i < G_N_ELEMENTS (taken); i++) {
    g_auto (MinipayAddress) address = { 0 };
    g_autoptr (GError) error = NULL;

    minipay_address_parse (&address, "url", taken[i], origins, MINIPAY_ERROR_CONFIG, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (address.origin, ==, origins[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++) {
    g_auto (MinipayAddress) address = { 0 };
    g_autoptr (GError) error = NULL;

    g_assert_false (minipay_address_parse (&address, "url", others[i], origins, MINIPAY_ERROR_CONFIG, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  }
}

static void
test_origins (void)
{
  static const struct {
    const char *scheme;
    const char *host;
    int port;
    const char *origin;
  } cases[] = {
    { "https", "pay.example", -1, "https://pay.example" },
    { "http", "127.0.0.1", 80, "http://127.0.0.1" },
    { "https", "pay.example", 443, "https://pay.example" },
    { "https", "pay.example", 8443, "https://pay.example:8443" },
    { "http", "127.0.0.1", 443, "http://127.0.0.1:443" },
    { "http", "127.0.0.1", 8080, "http://127.0.0.1:8080" },
    { "http", "::1", 8080, "http://[::1]:8080" },
    { "https", "::1", -1, "https://[::1]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *origin = minipay_address_dup_origin (cases[i].scheme, cases[i].host, cases[i].port);

    g_assert_cmpstr (origin, ==, cases[i].origin);
  }
}

static void
test_loopback (void)
{
  static const char *const inside[] = { "127.0.0.1", "127.255.255.254", "::1", "localhost", "LOCALHOST" };
  static const char *const outside[] = { "",         "128.0.0.1",        "126.255.255.255",
                                         "10.0.0.1", "0.0.0.0",          "127.1",
                                         "::",       "::ffff:127.0.0.1", "[::1]",
                                         "localhos", "localhost.",       "127.0.0.1.example" };

  g_assert_false (minipay_host_is_loopback (NULL));
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++)
    g_assert_true (minipay_host_is_loopback (inside[i]));
  for (guint i = 0; i < G_N_ELEMENTS (outside); i++)
    if (minipay_host_is_loopback (outside[i]))
      g_error ("\"%s\" is taken for loopback", outside[i]);
}

static void
test_plain_hosts (void)
{
  static const char *const plain[] = { "pay.example", "a.b", "1.pay.example", "pay-1.example", "xn--fiq228c.cn" };
  static const char *const others[] = { "",
                                        ".",
                                        "pay",
                                        "localhost",
                                        "Pay.example",
                                        "pay.example.",
                                        ".example",
                                        "-a.example",
                                        "pay..example",
                                        "pay.example:443",
                                        "user@pay.example",
                                        "pay.example/x",
                                        "https://pay.example",
                                        "*.example",
                                        "pay example.cn",
                                        "pay.example\n",
                                        "p\xc3\xa4y.example",
                                        "10.0.0.1",
                                        "127.1",
                                        "0x7f.1",
                                        "::1",
                                        "[::1]" };

  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (!minipay_host_is_plain (plain[i]))
      g_error ("\"%s\" is not taken for plain", plain[i]);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (minipay_host_is_plain (others[i]))
      g_error ("\"%s\" is taken for plain", others[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/address/parse/split-where-hosts-are-compared", test_taken);
  g_test_add_func ("/address/parse/other-forms-refused-by-name", test_refused);
  g_test_add_func ("/address/parse/disguised-hosts-refused", test_disguised);
  g_test_add_func ("/address/parse/query-not-told", test_query_not_told);
  g_test_add_func ("/address/parse/listed-by-the-operator", test_listed);
  g_test_add_func ("/address/origin/one-form", test_origins);
  g_test_add_func ("/address/loopback/nothing-else", test_loopback);
  g_test_add_func ("/address/plain-host/nothing-else", test_plain_hosts);
  return g_test_run ();
}
