/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

/* What the merchant answered; @status is 0 when no answer came, and @reply then says why. */
typedef struct {
  gboolean accepted;
  guint status;
  const char *reply;
} SandboxDelivery;

/* @order: the one paid, or the one a refund is of; NULL when the news was about none. */
typedef void (*SandboxDelivered) (SandboxOrder *order, const SandboxDelivery *delivery, gpointer user_data);

SandboxNotifier *sandbox_notifier_new (void);
void sandbox_notifier_free (SandboxNotifier *self);

void sandbox_pay (Sandbox *sandbox, SandboxOrder *order, SandboxDelivered delivered, gpointer user_data);
void sandbox_fail (
    Sandbox *sandbox, SandboxOrder *order, const char *reason, SandboxDelivered delivered, gpointer user_data);
void sandbox_pay_later (Sandbox *sandbox, SandboxOrder *order);
void sandbox_tell (Sandbox *sandbox,
                   const SandboxMerchant *merchant,
                   SandboxPush *push,
                   SandboxFault fault,
                   SandboxDelivered delivered,
                   gpointer user_data);

void sandbox_refund_end (Sandbox *sandbox,
                         SandboxRefund *refund,
                         SandboxRefundState state,
                         SandboxDelivered delivered,
                         gpointer user_data);
void sandbox_refund_later (Sandbox *sandbox, SandboxRefund *refund);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxNotifier, sandbox_notifier_free)
