/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "client/minipay-account-private.h"
#include "client/minipay-compare-private.h"
#include "core/minipay-error-private.h"
#include "core/minipay-payment-private.h"

/* An answer that nobody signed may settle an order only when the gateway's number is the one that was noted
 * when the order was made, or when the account says that it may. */
static gboolean
query_may_settle (MinipayAccount *self, MinipayPayment *payment, MinipayIntent *intent)
{
  const char *noted = minipay_intent_get_transaction_id (intent);

  return minipay_payment_get_authenticated (payment) ||
         g_strcmp0 (minipay_account_config_peek (minipay_account_get_config (self), "settle-on-query"), "true") ==
             0 ||
         (noted != NULL && g_strcmp0 (noted, minipay_payment_get_transaction_id (payment)) == 0);
}

static GObject *
query_conclude (MinipayExchange *x, GObject *result, const GError *failure, gpointer data, GError **error)
{
  MinipayAccount *self = data;
  const char *account = minipay_account_config_get_name (minipay_account_get_config (self));
  MinipayPayment *payment;
  const char *number;
  g_autoptr (MinipayIntent) intent = NULL;
  g_autoptr (MinipayIntent) advanced = NULL;
  g_autoptr (GError) local_error = NULL;

  if (minipay_exchange_has_unknown_key (x))
    minipay_account_refresh_if_due (self, TRUE);
  if (result == NULL)
    return NULL;
  payment = MINIPAY_PAYMENT (result);
  number = minipay_payment_get_out_trade_no (payment);
  if (!minipay_compare_payment (
          payment, minipay_account_get_info (self), minipay_account_get_config (self), "query", error) ||
      !minipay_compare_with_ref (payment, minipay_exchange_get_payment_ref (x), error))
    return NULL;
  if (number == NULL)
    return g_object_ref (result);

  intent = minipay_store_find (
      minipay_account_get_house (self)->store, account, MINIPAY_INTENT_KIND_PAYMENT, number, &local_error);
  if (local_error == NULL && intent != NULL && minipay_compare_with_intent (payment, intent, &local_error) &&
      query_may_settle (self, payment, intent))
    advanced = minipay_store_advance (minipay_account_get_house (self)->store,
                                      account,
                                      MINIPAY_INTENT_KIND_PAYMENT,
                                      number,
                                      minipay_payment_state_to_intent (minipay_payment_get_state (payment)),
                                      minipay_payment_get_binding_id (payment),
                                      &local_error);
  if (advanced != NULL)
    minipay_payment_set_settled (payment);
  if (local_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }
  return g_object_ref (result);
}

const MinipayExchangePolicy minipay_query_policy = { NULL, query_conclude };

/* --- A question of our own: what a refused message speaks of --- */

void
minipay_account_ask_about (MinipayAccount *self, const char *out_trade_no)
{
  g_autoptr (MinipayPaymentRef) ref = minipay_payment_ref_new (out_trade_no);
  g_autoptr (MinipayIntent) intent = minipay_store_find (minipay_account_get_house (self)->store,
                                                         minipay_account_get_name (self),
                                                         MINIPAY_INTENT_KIND_PAYMENT,
                                                         out_trade_no,
                                                         NULL);

  /* a stranger can name any order: only ours, only open ones, and each at most once a minute */
  if (intent != NULL && minipay_intent_is_open (intent))
    minipay_account_ask_detached (self, MINIPAY_OPERATION_QUERY, G_OBJECT (ref), out_trade_no);
}
