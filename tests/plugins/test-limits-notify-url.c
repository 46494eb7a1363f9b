/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "limits-order.h"

static const char *const weidoufu_settings[] = {
  "access-key", "22c2f18010bc1f10gkpdjdspjpfjspn3", "secret-key", "EkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh", NULL,
};

static const char *const v3_settings[] = {
  "mchid",
  "1900007291",
  "appid",
  "wxd678efh567hg6787",
  "merchant-serial",
  "408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB",
  "private-key",
  "fixture:wxp-doc-mch-1900007291",
  "api-v3-key",
  "AES256Key-32Characters1234567890",
  "public-key",
  "fixture:wxp-doc-platform",
  "public-key-id",
  "PUB_KEY_ID_0119000072912024110600000000",
  NULL,
};

static const LimitsShop weidoufu = {
  "weidoufu", weidoufu_settings, "10018801620383215825", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "https://shop.example/n",
};

static const LimitsShop v3 = {
  "wechat-v3",
  v3_settings,
  "1217752501201407033233368018",
  "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
  "https://shop.example/n",
};

static const char *const loopback[] = { "endpoint", "http://127.0.0.1:8080", NULL };
static const char *const public_endpoint[] = { "endpoint", "https://gateway.example", NULL };

static int
check_url (const LimitsShop *shop, const char *const *endpoint, const char *url)
{
  GValue value = G_VALUE_INIT;
  int code;

  g_test_message ("%s", url);
  g_value_set_string (g_value_init (&value, G_TYPE_STRING), url);
  code = limits_check (shop, endpoint, "notify-url", &value, "notify_url");
  g_value_unset (&value);
  return code;
}

static void
test_schemes (void)
{
  static const struct {
    const char *url;
    gboolean v3_live;
    gboolean v3_loopback;
    gboolean weidoufu;
  } cases[] = {
    { "https://shop.example/notify/tea-shop", TRUE, TRUE, TRUE },
    { "HTTPS://shop.example/notify/tea-shop", TRUE, TRUE, TRUE },
    { "https://shop.example:8443/n", TRUE, TRUE, TRUE },
    { "http://shop.example/n", FALSE, FALSE, TRUE },
    { "http://127.0.0.1:9000/n", FALSE, TRUE, TRUE },
    { "http://localhost:9000/n", FALSE, TRUE, TRUE },
    { "http://[::1]:9000/n", FALSE, TRUE, TRUE },
    { "http://127.0.0.1.example/n", FALSE, FALSE, TRUE },
    { "http://localhost.example/n", FALSE, FALSE, TRUE },
    { "http://128.0.0.1/n", FALSE, FALSE, TRUE },
    { "http://0.0.0.0/n", FALSE, FALSE, TRUE },
    { "ftp://shop.example/n", FALSE, FALSE, FALSE },
    { "ftp://127.0.0.1/n", FALSE, FALSE, FALSE },
    { "file:///etc/passwd", FALSE, FALSE, FALSE },
    { "javascript:alert(1)", FALSE, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const int no = MINIPAY_ERROR_INVALID;

    g_assert_cmpint (check_url (&v3, NULL, cases[i].url), ==, cases[i].v3_live ? -1 : no);
    g_assert_cmpint (check_url (&v3, public_endpoint, cases[i].url), ==, cases[i].v3_live ? -1 : no);
    g_assert_cmpint (check_url (&v3, loopback, cases[i].url), ==, cases[i].v3_loopback ? -1 : no);
    g_assert_cmpint (check_url (&weidoufu, NULL, cases[i].url), ==, cases[i].weidoufu ? -1 : no);
  }
}

static void
test_parts (void)
{
  static const struct {
    const char *url;
    gboolean v3;
    gboolean weidoufu;
  } cases[] = {
    { "https://shop.example", TRUE, TRUE },
    { "https://shop.example/n?a=1", FALSE, TRUE },
    { "https://shop.example/n?", FALSE, TRUE },
    { "https://shop.example/n#top", FALSE, FALSE },
    { "https://shop.example/n#", FALSE, FALSE },
    { "https://user@shop.example/n", FALSE, FALSE },
    { "https://user:password@shop.example/n", FALSE, FALSE },
    { "https://@shop.example/n", FALSE, FALSE },
    { "https:///n", FALSE, FALSE },
    { "https:n", FALSE, FALSE },
    { "//shop.example/n", FALSE, FALSE },
    { "/n", FALSE, FALSE },
    { "shop.example/n", FALSE, FALSE },
    { "https://shop.example:99999/n", FALSE, FALSE },
    { " https://shop.example/n", FALSE, FALSE },
    { "https://shop.example/n\n", FALSE, FALSE },
    { "", FALSE, FALSE },
    { NULL, FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const int no = MINIPAY_ERROR_INVALID;

    g_assert_cmpint (check_url (&v3, NULL, cases[i].url), ==, cases[i].v3 ? -1 : no);
    g_assert_cmpint (check_url (&weidoufu, NULL, cases[i].url), ==, cases[i].weidoufu ? -1 : no);
  }
}

/* An address is ASCII without blanks: everything else is escaped in it. */
static void
test_characters (void)
{
  static const char *const urls[] = {
    "https://shop.example/a b",
    "https://shop.example/茶",
    "https://shop.example/\"a\"",
    "https://shop.example/<a>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_assert_cmpint (check_url (&v3, NULL, urls[i]), ==, MINIPAY_ERROR_INVALID);
    g_assert_cmpint (check_url (&weidoufu, NULL, urls[i]), ==, MINIPAY_ERROR_INVALID);
  }
}

static void
assert_length (const LimitsShop *shop, guint limit)
{
  for (guint length = limit - 1; length <= limit + 1; length++) {
    g_autofree char *path = g_strnfill (length - (guint) strlen ("https://shop.example/"), 'n');
    g_autofree char *url = g_strconcat ("https://shop.example/", path, NULL);

    g_assert_cmpint (check_url (shop, NULL, url), ==, length <= limit ? -1 : (int) MINIPAY_ERROR_INVALID);
  }
}

static void
test_length (void)
{
  assert_length (&v3, 255);
  assert_length (&weidoufu, 128);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/notify-url/schemes", test_schemes);
  g_test_add_func ("/limits/notify-url/parts", test_parts);
  g_test_add_func ("/limits/notify-url/length", test_length);
  g_test_add_func ("/limits/notify-url/characters", test_characters);
  return g_test_run ();
}
