/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-checkout.h"
#include "core/minipay-order.h"
#include "core/minipay-payment-ref.h"
#include "core/minipay-payment.h"
#include "core/minipay-refund.h"
#include "core/minipay-report.h"
#include "provider/minipay-account-config-private.h"
#include "provider/minipay-exchange-private.h"

G_BEGIN_DECLS

/*
 * One account of one provider, held in the hand: the real manifest of the source tree, the real codec when
 * the program was linked with one, a fixed clock and fixed nonces, and no network. The program must run with
 * G_TEST_SRCDIR naming a folder two below the top of the tree.
 */
typedef struct {
  MinipayProviderInfo *info;
  MinipayAccountConfig *config;
  MinipayPaymentProvider *provider; /* NULL for programs without a codec */
  MinipayExchange *exchange;        /* the last one */
  MinipayEnvironment environment;
  gint64 now;
  const char *nonces; /* 32 characters for every hook, one after another; the last stays */
} MinipayTestExchange;

/* --- Material --- */

/* The text of a key or a vector's member in tests/fixtures/vectors.json. */
const char *minipay_test_key_text (const char *name);
const char *minipay_test_vector (const char *id, const char *member);
/* As above, for a header of a vector that is a whole message. */
const char *minipay_test_vector_header (const char *id, const char *header);

/* The folder of this program's key files; it goes away at its end. */
const char *minipay_test_folder (void);
void minipay_test_write (const char *name, const char *text, int mode);

/* --- Accounts --- */

MinipayProviderInfo *minipay_test_info_new (const char *provider_id);

/*
 * Settings as pairs of name and value, NULL at the end. The value `fixture:NAME` stands for a file that holds
 * that key of tests/fixtures/vectors.json. A NULL value takes the name out of the settings before it.
 */
GHashTable *minipay_test_settings_new (const char *const *pairs);
MinipayAccountConfig *minipay_test_config_new (MinipayProviderInfo *info, GHashTable *settings, GError **error);

/* @settings, with @changes (nullable) laid over them; whatever is wrong with them ends the test. @type is the
 * provider's, or G_TYPE_INVALID. */
MinipayTestExchange *minipay_test_exchange_new (const char *provider_id,
                                                GType type,
                                                const char *const *settings,
                                                const char *const *changes);
void minipay_test_exchange_free (MinipayTestExchange *self);

/* --- Exchanges --- */

/* The limits of the manifest, then the hook: what an account does before it sends. */
gboolean minipay_test_exchange_create (MinipayTestExchange *self, MinipayOrder *order, GError **error);
gboolean minipay_test_exchange_query (MinipayTestExchange *self, MinipayPaymentRef *ref, GError **error);
/* Any other: @subject is what it is about. */
gboolean
minipay_test_exchange_ask (MinipayTestExchange *self, MinipayOperation operation, GObject *subject, GError **error);
/* @params: the text of an a{sv}, or NULL. */
gboolean
minipay_test_exchange_call (MinipayTestExchange *self, const char *name, const char *params, GError **error);

/* Answers the last request; @headers are pairs of name and value, NULL at the end, or NULL; a NULL body is
 * none. */
gboolean minipay_test_exchange_answer (
    MinipayTestExchange *self, guint status, const char *const *headers, const char *body, GError **error);
gboolean minipay_test_exchange_receive (MinipayTestExchange *self, MinipayHttpRequest *incoming, GError **error);
MinipayHttpRequest *minipay_test_incoming_new (const char *const *headers, const char *body);

MinipayCheckout *minipay_test_exchange_get_checkout (MinipayTestExchange *self);
MinipayPayment *minipay_test_exchange_get_payment (MinipayTestExchange *self);
MinipayRefund *minipay_test_exchange_get_refund (MinipayTestExchange *self);
MinipayReport *minipay_test_exchange_get_report (MinipayTestExchange *self);

/* --- What came out --- */

void
minipay_test_assert_request (MinipayTestExchange *self, const char *method, const char *target, const char *body);
void minipay_test_assert_header (MinipayTestExchange *self, const char *name, const char *value);
/* Exactly these parameters, as pairs of name and value, NULL at the end. */
void minipay_test_assert_params (MinipayTestExchange *self, MinipayRuntime runtime, const char *const *pairs);
void minipay_test_assert_reply (
    MinipayTestExchange *self, gboolean accepted, guint status, const char *content_type, const char *body);
/* An error after which the outcome counts as unknown, whichever of those codes it has. */
void minipay_test_assert_open (const GError *error);

/* A copy of @text with the first @old in it replaced; @old must be there. */
char *minipay_test_replace (const char *text, const char *old, const char *replacement);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayTestExchange, minipay_test_exchange_free)

G_END_DECLS
