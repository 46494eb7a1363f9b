/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "provider/minipay-limits-private.h"
#include "provider/minipay-manifest-private.h"
#include "provider/minipay-provider-info-private.h"
#include "support/test-exchange.h"

static const char manifest[] =
    "[Minipay Provider]\nId=tea\nAbi=1\nName=Tea\nLoader=native\nModule=libtea.so\nType=Tea\nOperations=create;\n"
    "Methods=mini-program/wechat;\nCurrencies=CNY;\nHosts=pay.example;\n[Limit out_trade_no]\nRequired=true\n"
    "[Limit subject]\nChoices=tea;cake;\n[Limit attach]\nFormat=parameter\n"
    "[Extra need]\nType=s\nRequired=true\n[Extra code]\nType=s\nFormat=base64\nMaxLength=8\n"
    "[Extra at]\nType=s\nFormat=time\n[Extra place]\nType=s\nFormat=decimal\n[Extra fare]\nType=s\nFormat=money\n"
    "[Extra scene]\nType=s\nChoices=METRO;BUS;\n[Extra note]\nType=s\nFormat=parameter\n"
    "[Extra url]\nType=s\nFormat=address\n[Extra flag]\nType=b\n";

static MinipayOrder *
order_new (const char *subject, const char *attach, const char *extras)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1, "CNY");
  g_autoptr (GVariant) parsed = extras != NULL ? g_variant_ref_sink (g_variant_new_parsed (extras)) : NULL;

  return g_object_new (MINIPAY_TYPE_ORDER,
                       "out-trade-no",
                       "1",
                       "total",
                       total,
                       "subject",
                       subject,
                       "attach",
                       attach,
                       "method",
                       MINIPAY_METHOD_MINI_PROGRAM,
                       "extras",
                       parsed,
                       NULL);
}

/* Refused as INVALID with every part of @says in the message, or taken where it is NULL. */
static void
assert_order (MinipayOrder *owned_order, const char *says)
{
  g_autoptr (MinipayOrder) order = owned_order;
  g_autoptr (GBytes) text = g_bytes_new_static (manifest, strlen (manifest));
  g_autoptr (GHashTable) settings = minipay_test_settings_new (NULL);
  g_autoptr (MinipayProviderInfo) info = NULL;
  g_autoptr (MinipayAccountConfig) config = NULL;
  g_autoptr (GError) error = NULL;
  MinipayManifest *parsed = minipay_manifest_parse ("tea.provider", "tea", text, &error);
  MinipayWallet wallet = MINIPAY_WALLET_ANY;
  gboolean is_good;

  g_assert_no_error (error);
  info = minipay_provider_info_new (parsed);
  config = minipay_test_config_new (info, settings, &error);
  g_assert_no_error (error);
  is_good = minipay_limits_check_order (info, config, order, 1554208460, &wallet, &error);
  if (says == NULL) {
    g_assert_no_error (error);
    g_assert_true (is_good);
    return;
  }
  g_assert_false (is_good);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_INVALID);
  if (strstr (error->message, says) == NULL)
    g_error ("\"%s\" does not say \"%s\"", error->message, says);
}

static const struct {
  const char *extra;
  const char *value;
  const char *says; /* NULL: taken */
} formats[] = {
  { "code", "AAEC", NULL },
  { "code", "AAE=", NULL },
  { "code", "", "code \"\" is no base64" },
  { "code", "AAE", "is no base64" },
  { "code", "AA-_", "is no base64" },
  { "code", "AA==\t", "control character" },
  { "code", "AAF=", "is no base64" },
  { "code", "AAECAAECAAEC", "has 12 bytes, allowed are 0 to 8" },
  { "at", "20091225091010", NULL },
  { "at", "20091332091010", "is no time like 20091225091010" },
  { "at", "2009-12-25 09:10:10", "is no time" },
  { "at", "20091225", "is no time" },
  { "place", "0", NULL },
  { "place", "-12.5", NULL },
  { "place", "113.264385", NULL },
  { "place", "0.0", NULL },
  { "place", "", "is no decimal number" },
  { "place", "-", "is no decimal number" },
  { "place", "+1", "is no decimal number" },
  { "place", "--1", "is no decimal number" },
  { "place", ".5", "is no decimal number" },
  { "place", "1.", "is no decimal number" },
  { "place", "01", "is no decimal number" },
  { "place", "01.5", "is no decimal number" },
  { "place", "00.5", "is no decimal number" },
  { "place", "1.5.5", "is no decimal number" },
  { "place", "1,5", "is no decimal number" },
  { "place", "1e3", "is no decimal number" },
  { "place", "NaN", "is no decimal number" },
  { "fare", "2.00 CNY", NULL },
  { "fare", "2.005 CNY", "is no amount like 2.00 CNY" },
  { "fare", "2.00", "is no amount" },
  { "scene", "METRO", NULL },
  { "scene", "metro", "scene \"metro\" is none of METRO, BUS" },
  { "scene", "", "is none of METRO, BUS" },
  { "note", "tea & cake", NULL },
  { "note", "tea&total_fee=1", "reads as several parameters of a signed text" },
  { "url", "https://pay.example/x?y=1", NULL },
  { "url", "https://pay2.example/x", "url leads to https://pay2.example" },
  { "url", "/x", "url \"/x\" is no absolute address" },
};

static void
test_formats (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GVariant) extras =
        g_variant_ref_sink (g_variant_new_parsed ("{'need': <'1'>, %s: <%s>}", formats[i].extra, formats[i].value));
    g_autofree char *text = g_variant_print (extras, FALSE);

    g_test_message ("%s", text);
    assert_order (order_new ("tea", NULL, text), formats[i].says);
  }
}

static void
test_required (void)
{
  assert_order (order_new ("tea", NULL, "{'need': <'1'>}"), NULL);
  assert_order (order_new ("tea", NULL, NULL), "extra field need is missing, tea needs it");
  assert_order (order_new ("tea", NULL, "@a{sv} {}"), "extra field need is missing");
  assert_order (order_new ("tea", NULL, "{'scene': <'BUS'>}"), "extra field need is missing");
  assert_order (order_new ("tea", NULL, "{'need': <1>}"), "extra field need is of type i, allowed is s");
  assert_order (order_new ("tea", NULL, "{'need': <'1'>, 'flag': <'true'>}"), "flag is of type s, allowed is b");
}

/* Limits have the same rules. */
static void
test_limits (void)
{
  assert_order (order_new ("cake", "a & b", "{'need': <'1'>}"), NULL);
  assert_order (order_new ("coffee", NULL, "{'need': <'1'>}"), "subject \"coffee\" is none of tea, cake");
  assert_order (order_new ("tea", "a&b=1", "{'need': <'1'>}"), "attach \"a&b=1\" reads as several parameters");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/limits/extras/formats", test_formats);
  g_test_add_func ("/limits/extras/required-and-types", test_required);
  g_test_add_func ("/limits/members/choices-and-formats", test_limits);
  return g_test_run ();
}
