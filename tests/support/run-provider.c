/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "run-provider.h"

#include <string.h>

#include "core/minipay-checkout.h"
#include "core/minipay-payment.h"

struct _RunProvider {
  GObject parent_instance;

  MinipaySendFlags flags;
  MinipaySendFlags next_flags;
  int breaks_after; /* -1: never */
  int n_begins;     /* atomic */
  GCancellable *cancels;
};

static void run_provider_iface_init (MinipayPaymentProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RunProvider,
                               run_provider,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER, run_provider_iface_init))

typedef struct {
  const char *word;
  MinipayError code;
} Refusal;

static const Refusal refusals[] = {
  { "UNSIGNED", MINIPAY_ERROR_SIGNATURE_INVALID },
  { "MISMATCH", MINIPAY_ERROR_MISMATCH },
  { "REFUSED", MINIPAY_ERROR_REFUSED },
  { "CONFLICT", MINIPAY_ERROR_CONFLICT },
  { "MISSING", MINIPAY_ERROR_NOT_FOUND },
  { "LIMITED", MINIPAY_ERROR_RATE_LIMITED },
};

static void
run_send (MinipayExchange *x, const char *target, MinipaySendFlags flags)
{
  MinipayOrder *order = minipay_exchange_get_order (x);
  const char *number = order != NULL ? minipay_order_get_out_trade_no (order)
                                     : minipay_payment_ref_get_out_trade_no (minipay_exchange_get_payment_ref (x));
  char *text = g_strdup_printf ("number=%s&nonce=%s", number, minipay_exchange_get_nonce (x));
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));
  g_autoptr (MinipayHttpRequest) request = minipay_http_request_new ("POST", target, body);

  minipay_exchange_send (x, request, flags);
}

static gboolean
run_begin (MinipayPaymentProvider *provider, MinipayExchange *x, GError **error)
{
  RunProvider *self = RUN_PROVIDER (provider);
  int n = g_atomic_int_add (&self->n_begins, 1);

  if (self->breaks_after >= 0 && n >= self->breaks_after)
    return FALSE;
  run_send (x, "/first", self->flags);
  return TRUE;
}

static gboolean
run_resume (MinipayPaymentProvider *provider, MinipayExchange *x, MinipayHttpResponse *answer, GError **error)
{
  RunProvider *self = RUN_PROVIDER (provider);
  gsize length = 0;
  const char *data = g_bytes_get_data (minipay_http_response_get_body (answer), &length);
  g_autofree char *word = g_strndup (data, length);
  g_autoptr (GObject) result = NULL;

  if (self->cancels != NULL)
    g_cancellable_cancel (self->cancels);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (strcmp (word, refusals[i].word) == 0) {
      minipay_exchange_refuse (x, refusals[i].code, word, word, NULL, error);
      return FALSE;
    }
  if (strcmp (word, "PENDING") == 0) {
    minipay_exchange_pending (x, "the buyer is being asked", 0);
  } else if (strcmp (word, "NEXT") == 0) {
    run_send (x, "/next", self->next_flags);
  } else if (strcmp (word, "OK") != 0) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "the answer is no word");
    return FALSE;
  } else {
    result = minipay_exchange_get_operation (x) == MINIPAY_OPERATION_CREATE
                 ? G_OBJECT (minipay_checkout_new (MINIPAY_CHECKOUT_KIND_PENDING, NULL))
                 : g_object_new (MINIPAY_TYPE_PAYMENT, NULL);
    minipay_exchange_complete (x, result);
  }
  return TRUE;
}

static void
run_provider_iface_init (MinipayPaymentProviderInterface *iface)
{
  iface->begin = run_begin;
  iface->resume = run_resume;
}

static void
run_provider_dispose (GObject *object)
{
  g_clear_object (&RUN_PROVIDER (object)->cancels);
  G_OBJECT_CLASS (run_provider_parent_class)->dispose (object);
}

static void
run_provider_class_init (RunProviderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = run_provider_dispose;
}

static void
run_provider_init (RunProvider *self)
{
  self->breaks_after = -1;
}

RunProvider *
run_provider_new (MinipaySendFlags flags)
{
  RunProvider *self = g_object_new (RUN_TYPE_PROVIDER, NULL);

  self->flags = flags;
  self->next_flags = flags;
  return self;
}

void
run_provider_set_next_flags (RunProvider *self, MinipaySendFlags flags)
{
  self->next_flags = flags;
}

void
run_provider_break_after (RunProvider *self, int n_begins)
{
  self->breaks_after = n_begins;
}

void
run_provider_cancel_in_resume (RunProvider *self, GCancellable *cancellable)
{
  g_set_object (&self->cancels, cancellable);
}
