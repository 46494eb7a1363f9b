/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "run-house.h"

#include <string.h>

#include "core/minipay-payment.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-provider-info-private.h"

static const char manifest[] = "[Minipay Provider]\n"
                               "Id=run\n"
                               "Abi=1\n"
                               "Name=Run\n"
                               "Loader=native\n"
                               "Module=librun.so\n"
                               "Type=RunProvider\n"
                               "Operations=create;query;receive;\n"
                               "Methods=mini-program/wechat;\n"
                               "Hosts=pay.example;\n"
                               "Currencies=CNY;\n";

static gboolean
house_prepare (MinipayExchange *x, gpointer data, GError **error)
{
  House *house = data;

  g_atomic_int_inc (&house->n_prepares);
  if (!house->refuses_prepare)
    return TRUE;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_STORE, "the journal is full");
  return FALSE;
}

static GObject *
house_conclude (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error)
{
  House *house = data;

  g_atomic_int_inc (&house->n_concludes);
  g_assert_true ((result == NULL) == (failure != NULL));
  g_atomic_int_set (&house->failure_code, failure != NULL ? failure->code : -1);
  if (failure != NULL && house->mends_failure)
    return g_object_new (MINIPAY_TYPE_PAYMENT, NULL);
  if (result != NULL && house->refuses_result) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_MISMATCH, "another order");
    return NULL;
  }
  return result != NULL ? g_object_ref (result) : NULL;
}

static const MinipayExchangePolicy house_policy = { house_prepare, house_conclude };

House *
house_new_at (const char *endpoint, MinipaySendFlags flags)
{
  House *house = g_new0 (House, 1);
  g_autoptr (GBytes) text = g_bytes_new_static (manifest, strlen (manifest));
  g_autoptr (GHashTable) settings = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GError) error = NULL;
  MinipayManifest *parsed = minipay_manifest_parse ("run.provider", "run", text, &error);

  g_assert_no_error (error);
  house->info = minipay_provider_info_new (parsed);
  g_hash_table_insert (settings, "provider", "run");
  g_hash_table_insert (settings, "endpoint", (char *) endpoint);
  house->config = minipay_account_config_new (house->info, "shop", settings, NULL, &error);
  g_assert_no_error (error);
  house->provider = run_provider_new (flags);
  house->transport = minipay_transport_new (16, NULL);
  house->source = g_object_new (G_TYPE_OBJECT, NULL);
  house->deadline_ms = 10000;
  return house;
}

House *
house_new (MinipaySendFlags flags)
{
  RawServer *server = raw_server_new (NULL);
  House *house = house_new_at (raw_server_get_base_url (server), flags);

  house->server = server;
  return house;
}

void
house_free (House *house)
{
  g_object_unref (house->source);
  g_object_unref (house->transport);
  g_object_unref (house->provider);
  g_object_unref (house->config);
  g_object_unref (house->info);
  g_clear_pointer (&house->server, raw_server_free);
  g_free (house);
}

MinipayExchange *
house_new_exchange (House *house, MinipayOperation operation)
{
  g_autoptr (MinipayMoney) total = minipay_money_new (1990, "CNY");
  g_autoptr (GObject) subject = NULL;

  if (operation == MINIPAY_OPERATION_CREATE)
    subject = G_OBJECT (minipay_order_new (RUN_NUMBER, total, "tea", MINIPAY_METHOD_MINI_PROGRAM));
  else
    subject = G_OBJECT (minipay_payment_ref_new (RUN_NUMBER));
  return minipay_exchange_new (MINIPAY_PAYMENT_PROVIDER (house->provider),
                               house->info,
                               house->config,
                               operation,
                               subject,
                               MINIPAY_WALLET_WECHAT,
                               &minipay_real_environment);
}

MinipayExchangeSetup
house_get_setup (House *house)
{
  return (MinipayExchangeSetup){ house->transport, &house_policy, house, house->deadline_ms };
}

GObject *
house_run (House *house, MinipayOperation operation, GCancellable *cancellable, GError **error)
{
  g_autoptr (MinipayExchange) exchange = house_new_exchange (house, operation);
  MinipayExchangeSetup setup = house_get_setup (house);

  return minipay_exchange_run (exchange, &setup, house->source, cancellable, error);
}

static char *
dup_nonce (const char *request)
{
  const char *start = strstr (request, "nonce=");

  g_assert_nonnull (start);
  return g_strndup (start + strlen ("nonce="), MINIPAY_NONCE_LENGTH);
}

void
house_assert_same_number (House *house)
{
  g_autoptr (GHashTable) nonces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = raw_server_get_requests (house->server);

  for (guint i = 0; i < n; i++) {
    g_autofree char *request = raw_server_dup_request (house->server, i);

    g_assert_nonnull (strstr (request, "number=" RUN_NUMBER "&"));
    g_assert_true (g_hash_table_add (nonces, dup_nonce (request)));
  }
}
