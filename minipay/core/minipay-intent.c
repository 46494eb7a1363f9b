/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-intent.h"

#include "core/minipay-enum-types.h"
#include "core/minipay-error-private.h"
#include "core/minipay-value-private.h"

/**
 * MinipayIntent:
 *
 * One line of the journal: an order, a refund or a named operation as minipay believes it to be, written before the
 * first byte of it left. Immutable; the journal replaces lines.
 *
 * Since: 0.1
 */
struct _MinipayIntent {
  GObject parent_instance;

  char *account;
  MinipayIntentKind kind;
  char *number;
  char *order;
  gboolean exclusive;
  MinipayMoney *total;
  char *fingerprint;
  MinipayIntentState state;
  char *transaction_id;
};

G_DEFINE_FINAL_TYPE (MinipayIntent, minipay_intent, G_TYPE_OBJECT)

/**
 * MinipayIntent:account:
 *
 * The account.
 *
 * Since: 0.1
 */

/**
 * MinipayIntent:kind:
 *
 * What it is about.
 *
 * Since: 0.1
 */

/**
 * MinipayIntent:number:
 *
 * The merchant's number; unique within the account and the kind.
 *
 * Since: 0.1
 */

/**
 * MinipayIntent:order:
 *
 * Of a refund: the order it gives back of, by the merchant's number, or by the gateway's with a `#` before it.
 *
 * Since: 0.1
 */

/**
 * MinipayIntent:exclusive:
 *
 * %TRUE when it may not be begun while another one of its kind about the same #MinipayIntent:order is open: a
 * gateway that numbers no refunds cannot tell two of them apart.
 *
 * Since: 0.1
 */

/**
 * MinipayIntent:total:
 *
 * What was ordered; of a refund, what is to be given back.
 *
 * Since: 0.1
 */

/**
 * MinipayIntent:fingerprint:
 *
 * SHA-256 of the business content: the same number with another content is a conflict.
 *
 * Since: 0.1
 */

/**
 * MinipayIntent:state:
 *
 * What is believed.
 *
 * Since: 0.1
 */

/**
 * MinipayIntent:transaction-id:
 *
 * The gateway's number, once known; unique within the account.
 *
 * Since: 0.1
 */

static const MinipayValueField intent_fields[] = {
  { "account", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayIntent, account) },
  { "kind", MINIPAY_VALUE_ENUM, G_STRUCT_OFFSET (MinipayIntent, kind), minipay_intent_kind_get_type },
  { "number", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayIntent, number) },
  { "order", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayIntent, order) },
  { "exclusive", MINIPAY_VALUE_BOOLEAN, G_STRUCT_OFFSET (MinipayIntent, exclusive) },
  { "total", MINIPAY_VALUE_BOXED, G_STRUCT_OFFSET (MinipayIntent, total), minipay_money_get_type },
  { "fingerprint", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayIntent, fingerprint) },
  { "state", MINIPAY_VALUE_ENUM, G_STRUCT_OFFSET (MinipayIntent, state), minipay_intent_state_get_type },
  { "transaction-id", MINIPAY_VALUE_STRING, G_STRUCT_OFFSET (MinipayIntent, transaction_id) },
};

/* Which beliefs may follow which: rows are now, columns are next. Paid is left only to be refunded; a payment
 * that arrives late, after a close or a failure, is still a payment. */
static gboolean
intent_may_become (MinipayIntentState now, MinipayIntentState next)
{
  switch (next) {
  case MINIPAY_INTENT_STATE_PAID:
    return now != MINIPAY_INTENT_STATE_REFUNDED;
  case MINIPAY_INTENT_STATE_REFUNDED:
    return TRUE;
  case MINIPAY_INTENT_STATE_SENDING:
    return now == MINIPAY_INTENT_STATE_FAILED;
  case MINIPAY_INTENT_STATE_UNKNOWN:
    return now == MINIPAY_INTENT_STATE_SENDING;
  case MINIPAY_INTENT_STATE_FAILED:
    return now == MINIPAY_INTENT_STATE_SENDING;
  case MINIPAY_INTENT_STATE_PENDING:
    return now == MINIPAY_INTENT_STATE_SENDING || now == MINIPAY_INTENT_STATE_UNKNOWN ||
           now == MINIPAY_INTENT_STATE_FAILED;
  case MINIPAY_INTENT_STATE_CLOSED:
    return now != MINIPAY_INTENT_STATE_PAID && now != MINIPAY_INTENT_STATE_REFUNDED;
  default:
    return FALSE;
  }
}

static const char *
intent_get_noun (MinipayIntent *self)
{
  switch (self->kind) {
  case MINIPAY_INTENT_KIND_REFUND:
    return "refund";
  case MINIPAY_INTENT_KIND_CALL:
    return "operation";
  case MINIPAY_INTENT_KIND_PAYMENT:
  default:
    return "order";
  }
}

static void
minipay_intent_class_init (MinipayIntentClass *klass)
{
  minipay_value_class_install (klass, intent_fields, G_N_ELEMENTS (intent_fields));
}

static void
minipay_intent_init (MinipayIntent *self)
{
}

/**
 * minipay_intent_get_account:
 * @self: an intent
 *
 * Returns: (nullable): see #MinipayIntent:account
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayIntent, minipay_intent, MINIPAY_IS_INTENT, const char *, account, NULL)

/**
 * minipay_intent_get_kind:
 * @self: an intent
 *
 * Returns: see #MinipayIntent:kind
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayIntent, minipay_intent, MINIPAY_IS_INTENT, MinipayIntentKind, kind, 0)

/**
 * minipay_intent_get_number:
 * @self: an intent
 *
 * Returns: (nullable): see #MinipayIntent:number
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayIntent, minipay_intent, MINIPAY_IS_INTENT, const char *, number, NULL)

/**
 * minipay_intent_get_order:
 * @self: an intent
 *
 * Returns: (nullable): see #MinipayIntent:order
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayIntent, minipay_intent, MINIPAY_IS_INTENT, const char *, order, NULL)

/**
 * minipay_intent_get_exclusive:
 * @self: an intent
 *
 * Returns: see #MinipayIntent:exclusive
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayIntent, minipay_intent, MINIPAY_IS_INTENT, gboolean, exclusive, FALSE)

/**
 * minipay_intent_get_total:
 * @self: an intent
 *
 * Returns: (transfer none) (nullable): see #MinipayIntent:total
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayIntent, minipay_intent, MINIPAY_IS_INTENT, MinipayMoney *, total, NULL)

/**
 * minipay_intent_get_fingerprint:
 * @self: an intent
 *
 * Returns: (nullable): see #MinipayIntent:fingerprint
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayIntent, minipay_intent, MINIPAY_IS_INTENT, const char *, fingerprint, NULL)

/**
 * minipay_intent_get_state:
 * @self: an intent
 *
 * Returns: see #MinipayIntent:state
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayIntent, minipay_intent, MINIPAY_IS_INTENT, MinipayIntentState, state, 0)

/**
 * minipay_intent_get_transaction_id:
 * @self: an intent
 *
 * Returns: (nullable): see #MinipayIntent:transaction-id
 *
 * Since: 0.1
 */
MINIPAY_VALUE_GETTER (MinipayIntent, minipay_intent, MINIPAY_IS_INTENT, const char *, transaction_id, NULL)

/**
 * minipay_intent_is_open:
 * @self: an intent
 *
 * Returns: %TRUE while it is not known what came of it
 *
 * Since: 0.1
 */
gboolean
minipay_intent_is_open (MinipayIntent *self)
{
  g_return_val_if_fail (MINIPAY_IS_INTENT (self), FALSE);

  switch (self->state) {
  case MINIPAY_INTENT_STATE_SENDING:
  case MINIPAY_INTENT_STATE_UNKNOWN:
  case MINIPAY_INTENT_STATE_PENDING:
    return TRUE;
  case MINIPAY_INTENT_STATE_PAID:
  case MINIPAY_INTENT_STATE_REFUNDED:
  case MINIPAY_INTENT_STATE_CLOSED:
  case MINIPAY_INTENT_STATE_FAILED:
  default:
    return FALSE;
  }
}

/**
 * minipay_intent_advance:
 * @self: a line of the journal
 * @state: what is learnt now
 * @transaction_id: (nullable): the gateway's number, when learnt
 * @error: return location for an error
 *
 * The one state machine of the journal, for implementations of #MinipayStore. What is learnt late or twice changes
 * nothing; what contradicts is an error: a paid order never becomes unpaid, what was given back stays so, and each
 * has one number of the gateway.
 *
 * Errors: %MINIPAY_ERROR_CONFLICT.
 *
 * Returns: (transfer full): the line as it is now to stand, @self itself when nothing changes
 *
 * Since: 0.1
 */
MinipayIntent *
minipay_intent_advance (MinipayIntent *self, MinipayIntentState state, const char *transaction_id, GError **error)
{
  const gboolean is_settled =
      self->state == MINIPAY_INTENT_STATE_PAID || self->state == MINIPAY_INTENT_STATE_REFUNDED;

  MinipayIntent *next;

  g_return_val_if_fail (MINIPAY_IS_INTENT (self), NULL);

  if (transaction_id != NULL && self->transaction_id != NULL &&
      g_strcmp0 (transaction_id, self->transaction_id) != 0) {
    g_autofree char *quoted = minipay_error_quote (transaction_id, -1);

    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFLICT,
                 "%s %s belongs to transaction %s, not to %s",
                 intent_get_noun (self),
                 self->number,
                 self->transaction_id,
                 quoted);
    return NULL;
  }
  /* what was paid, reversed and so given back is closed in the gateway's words */
  if ((is_settled && state == MINIPAY_INTENT_STATE_FAILED) ||
      (self->state == MINIPAY_INTENT_STATE_PAID && state == MINIPAY_INTENT_STATE_CLOSED) ||
      (is_settled && state == MINIPAY_INTENT_STATE_CLOSED && self->kind != MINIPAY_INTENT_KIND_PAYMENT)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFLICT,
                 self->kind == MINIPAY_INTENT_KIND_PAYMENT ? "order %s is paid and cannot become unpaid"
                                                           : "%s was done and cannot become undone",
                 self->number);
    return NULL;
  }
  if (!intent_may_become (self->state, state))
    state = self->state;
  if (transaction_id == NULL)
    transaction_id = self->transaction_id;
  if (state == self->state && g_strcmp0 (transaction_id, self->transaction_id) == 0)
    return g_object_ref (self);
  next = g_object_new (MINIPAY_TYPE_INTENT, NULL);
  next->account = g_strdup (self->account);
  next->kind = self->kind;
  next->number = g_strdup (self->number);
  next->order = g_strdup (self->order);
  next->exclusive = self->exclusive;
  next->total = self->total != NULL ? minipay_money_copy (self->total) : NULL;
  next->fingerprint = g_strdup (self->fingerprint);
  next->state = state;
  next->transaction_id = g_strdup (transaction_id);
  return next;
}
