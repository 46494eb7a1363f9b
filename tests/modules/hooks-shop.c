/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hooks-shop.h"

#include <string.h>

static char *zoo_root;

static void
shop_init_at (Shop *shop, const char *endpoint, const char *behaviour, const char *pay_url)
{
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (zoo_root);
  g_autoptr (GError) error = NULL;

  shop->store = minipay_memory_store_new ();
  shop->client = minipay_client_new (registry, shop->store);
  minipay_client_add_account (
      shop->client,
      "tea-shop",
      g_variant_new_parsed (
          "{'provider': 'zoo-hooks', 'secret-key': %s, 'endpoint': %s, 'behaviour': %s, 'pay-url': %s}",
          SECRET,
          endpoint,
          behaviour,
          pay_url),
      &error);
  g_assert_no_error (error);
}

void
shop_init (Shop *shop, const char *behaviour)
{
  shop->server = raw_server_new (NULL);
  raw_server_push_text (shop->server, OK_ANSWER);
  shop_init_at (shop, raw_server_get_base_url (shop->server), behaviour, "");
}

void
shop_start_before (Shop *shop, const char *first, const char *behaviour, const char *pay_url)
{
  g_autofree char *endpoint = NULL;
  g_autofree char *whole = NULL;
  g_autoptr (GError) error = NULL;

  shop->server = raw_server_new (NULL);
  raw_server_push_text (shop->server, OK_ANSWER);
  endpoint = g_strconcat (first, ";", raw_server_get_base_url (shop->server), NULL);
  whole =
      *pay_url == '/' ? g_strconcat (raw_server_get_base_url (shop->server), pay_url, NULL) : g_strdup (pay_url);
  shop_init_at (shop, endpoint, behaviour, whole);
  shop->account = minipay_client_get_account (shop->client, "tea-shop", &error);
  g_assert_no_error (error);
}

void
shop_start (Shop *shop, const char *behaviour)
{
  g_autoptr (GError) error = NULL;

  shop_init (shop, behaviour);
  shop->account = minipay_client_get_account (shop->client, "tea-shop", &error);
  g_assert_no_error (error);
}

void
shop_clear (Shop *shop)
{
  g_clear_object (&shop->client);
  g_clear_object (&shop->store);
  raw_server_free (shop->server);
}

MinipayOrder *
shop_new_order (const char *number, const char *subject)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");

  return minipay_order_new (number, total, subject, MINIPAY_METHOD_MINI_PROGRAM);
}

void
shop_note_order (Shop *shop)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (100, "CNY");
  g_autoptr (MinipayIntent) intent = g_object_new (MINIPAY_TYPE_INTENT,
                                                   "account",
                                                   "tea-shop",
                                                   "number",
                                                   NUMBER,
                                                   "total",
                                                   total,
                                                   "fingerprint",
                                                   "noted",
                                                   "state",
                                                   MINIPAY_INTENT_STATE_SENDING,
                                                   NULL);
  g_autoptr (MinipayIntent) begun = NULL;
  g_autoptr (MinipayIntent) waiting = NULL;
  g_autoptr (GError) error = NULL;

  begun = minipay_store_begin (shop->store, intent, &error);
  g_assert_no_error (error);
  waiting = minipay_store_advance (
      shop->store, "tea-shop", MINIPAY_INTENT_KIND_PAYMENT, NUMBER, MINIPAY_INTENT_STATE_PENDING, NULL, &error);
  g_assert_no_error (error);
}

void
shop_assert_state (Shop *shop, const char *number, MinipayIntentState state)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayIntent) intent =
      minipay_store_find (shop->store, "tea-shop", MINIPAY_INTENT_KIND_PAYMENT, number, &error);

  g_assert_no_error (error);
  g_assert_nonnull (intent);
  g_assert_cmpint (minipay_intent_get_state (intent), ==, state);
}

static gboolean
on_tick (gpointer data)
{
  Watch *watch = data;
  gint64 now_us = g_get_monotonic_time ();

  watch->longest_gap_us = MAX (watch->longest_gap_us, now_us - watch->last_tick_us);
  watch->last_tick_us = now_us;
  return G_SOURCE_CONTINUE;
}

void
watch_run (Watch *watch)
{
  guint timer = g_timeout_add (TICK_MS, on_tick, watch);
  gint64 end_us;

  g_assert_cmpuint (watch->n_callbacks, ==, 0);
  watch->last_tick_us = g_get_monotonic_time ();
  while (watch->n_callbacks == 0)
    g_main_context_iteration (NULL, TRUE);
  /* long enough for a second callback to show itself */
  end_us = g_get_monotonic_time () + 4 * TICK_MS * G_TIME_SPAN_MILLISECOND;
  while (g_get_monotonic_time () < end_us)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
  g_assert_cmpuint (watch->n_callbacks, ==, 1);
}

void
watch_clear (Watch *watch)
{
  g_clear_object (&watch->result);
  g_clear_error (&watch->error);
}

void
hook_case_assert_failure (const HookCase *c, gpointer result, const GError *error)
{
  g_assert_null (result);
  zoo_assert_error (error, c->code, c->says);
}

void
hook_cases_add (const char *group, const HookCase *cases, guint n_cases, GTestDataFunc func)
{
  for (guint i = 0; i < n_cases; i++) {
    g_autofree char *path = g_strdup_printf ("/hooks/%s/%s", group, cases[i].behaviour);

    g_test_add_data_func (path, &cases[i], func);
  }
}

static void
stage_zoo (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "zoo-hooks.provider", NULL);
  g_autofree char *manifest = NULL;
  g_autofree char *folder = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &manifest, NULL, &error);
  g_assert_no_error (error);
  zoo_root = zoo_new_root ();
  folder = zoo_stage (zoo_root, "zoo-hooks", manifest, "zoo-hooks");
}

int
hooks_run (void)
{
  int status;

  g_test_set_nonfatal_assertions ();
  stage_zoo ();
  status = g_test_run ();
  zoo_remove_root (zoo_root);
  return status;
}
