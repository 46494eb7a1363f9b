/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

/* A member of a call; String(32) is taken as 32 characters. Which values a member may have is left to @check. */
typedef struct {
  const char *name; /* NULL behind the last */
  guint max;
  gboolean is_required;
  const char *(*check) (const char *value); /* nullable; what is wrong with the value, or NULL */
} SandboxV2Rule;

/* Members most calls have, and some have not. */
typedef enum {
  SANDBOX_V2_WITHOUT_APPID = 1 << 0,
  SANDBOX_V2_WITHOUT_SUB = 1 << 1 /* a provider may leave his merchant out */
} SandboxV2Members;

/* What keeps a call from being carried out; @code is static, and NULL while nothing does. */
typedef struct {
  const char *code;
  char *description;
} SandboxV2Refusal;

extern const SandboxV2Rule sandbox_v2_order_rules[];
extern const SandboxV2Rule sandbox_v2_micropay_rules[];
extern const SandboxV2Rule sandbox_v2_which_rules[];
extern const SandboxV2Rule sandbox_v2_close_rules[];
extern const SandboxV2Rule sandbox_v2_refund_rules[];
extern const SandboxV2Rule sandbox_v2_refund_query_rules[];
extern const SandboxV2Rule sandbox_v2_bill_rules[];
extern const SandboxV2Rule sandbox_v2_fund_flow_rules[];
extern const SandboxV2Rule sandbox_v2_share_rules[];
extern const SandboxV2Rule sandbox_v2_share_finish_rules[];
extern const SandboxV2Rule sandbox_v2_share_query_rules[];
extern const SandboxV2Rule sandbox_v2_share_receiver_rules[];
extern const SandboxV2Rule sandbox_v2_share_return_rules[];
extern const SandboxV2Rule sandbox_v2_share_return_query_rules[];
extern const SandboxV2Rule sandbox_v2_share_amount_rules[];
extern const SandboxV2Rule sandbox_v2_transit_rules[];
extern const SandboxV2Rule sandbox_v2_user_rules[];

gboolean sandbox_v2_check_call (const SandboxV2Rule *rules,
                                SandboxV2Members members,
                                const SandboxMerchant *merchant,
                                GHashTable *fields,
                                SandboxV2Refusal *refusal);
void sandbox_v2_refusal_set (SandboxV2Refusal *refusal, const char *code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void sandbox_v2_refusal_clear (SandboxV2Refusal *refusal);

GDateTime *sandbox_v2_time (const char *text);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SandboxV2Refusal, sandbox_v2_refusal_clear)
