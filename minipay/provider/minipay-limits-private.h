/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-order.h"
#include "core/minipay-payment-ref.h"
#include "provider/minipay-account-config.h"
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
gboolean minipay_limits_check_ref (MinipayProviderInfo *info,
                                   MinipayAccountConfig *config,
                                   MinipayPaymentRef *ref,
                                   GError **error);
/* NOT_SUPPORTED unless the provider has the operation in the account's mode. */
gboolean minipay_limits_check_operation (MinipayProviderInfo *info,
                                         MinipayAccountConfig *config,
                                         MinipayOperation operation,
                                         GError **error);

G_END_DECLS
