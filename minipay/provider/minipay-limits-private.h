/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-bill-request.h"
#include "core/minipay-order.h"
#include "core/minipay-payment-ref.h"
#include "core/minipay-refund-ref.h"
#include "core/minipay-refund-request.h"
#include "provider/minipay-account-config.h"
#include "provider/minipay-manifest-private.h"
#include "provider/minipay-provider-info.h"

G_BEGIN_DECLS

/* What the manifest demands of an order, before anything is sent: INVALID or NOT_SUPPORTED, naming the
 * member, what was read and what is allowed. @wallet is the one that the order's wallet stands for. */
gboolean minipay_limits_check_order (MinipayProviderInfo *info,
                                     MinipayAccountConfig *config,
                                     MinipayOrder *order,
                                     gint64 now,
                                     MinipayWallet *wallet,
                                     GError **error);
/* The same for what the other operations are about. @operation: query, close or reverse. */
gboolean minipay_limits_check_ref (MinipayProviderInfo *info,
                                   MinipayAccountConfig *config,
                                   const char *operation,
                                   MinipayPaymentRef *ref,
                                   GError **error);
gboolean minipay_limits_check_refund (MinipayProviderInfo *info,
                                      MinipayAccountConfig *config,
                                      MinipayRefundRequest *request,
                                      GError **error);
gboolean minipay_limits_check_refund_ref (MinipayProviderInfo *info,
                                          MinipayAccountConfig *config,
                                          MinipayRefundRef *ref,
                                          GError **error);
gboolean minipay_limits_check_bill (MinipayProviderInfo *info,
                                    MinipayAccountConfig *config,
                                    MinipayBillRequest *request,
                                    GError **error);
/* NOT_SUPPORTED unless the provider has the operation, by its name, in the account's mode. */
gboolean minipay_limits_check_operation (MinipayProviderInfo *info,
                                         MinipayAccountConfig *config,
                                         const char *operation,
                                         GError **error);

/* --- What the checks share --- */

/* A member that the provider has no rule for would be lost on the way, so it is refused. @mode is the account's,
 * @method the order's, or NULL where there is none. */
gboolean minipay_limits_check_text (const MinipayManifest *manifest,
                                    const char *mode,
                                    const char *name,
                                    const char *method,
                                    const char *text,
                                    GError **error);
gboolean minipay_limits_check_money (const MinipayManifest *manifest,
                                     const char *name,
                                     const MinipayMoney *money,
                                     GError **error);
gboolean minipay_limits_check_notify_url (const MinipayManifest *manifest,
                                          MinipayAccountConfig *config,
                                          const char *name,
                                          const char *method,
                                          const char *url,
                                          GError **error);
/* The extras of an operation, or the parameters of a named one. */
gboolean minipay_limits_check_extras (const MinipayManifest *manifest,
                                      MinipayAccountConfig *config,
                                      const char *operation,
                                      const char *method,
                                      GVariant *extras,
                                      GError **error);

G_END_DECLS
