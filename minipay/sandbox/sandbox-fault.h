/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

typedef enum {
  SANDBOX_FAULT_NONE,
  SANDBOX_FAULT_DELAY,
  SANDBOX_FAULT_CUT,
  SANDBOX_FAULT_DRIP,
  SANDBOX_FAULT_RESET,
  SANDBOX_FAULT_HTTP_500,
  SANDBOX_FAULT_HTTP_502,
  SANDBOX_FAULT_HTTP_503,
  SANDBOX_FAULT_HTTP_429,
  SANDBOX_FAULT_HTML,
  SANDBOX_FAULT_REDIRECT,
  SANDBOX_FAULT_GZIP_BOMB,
  SANDBOX_FAULT_EMPTY,
  SANDBOX_FAULT_NO_SIGNATURE,
  SANDBOX_FAULT_BAD_SIGNATURE,
  SANDBOX_FAULT_SIGNTEST,
  SANDBOX_FAULT_STALE,
  SANDBOX_FAULT_WRONG_ORDER,
  SANDBOX_FAULT_WRONG_REFUND,
  SANDBOX_FAULT_WRONG_AMOUNT,
  SANDBOX_FAULT_WRONG_CURRENCY,
  SANDBOX_FAULT_WRONG_MCHID,
  SANDBOX_FAULT_WRONG_SUB_MCHID,
  SANDBOX_FAULT_WRONG_SUB_APPID,
  SANDBOX_FAULT_WRONG_APPID,
  SANDBOX_FAULT_DUPLICATE,
  SANDBOX_FAULT_UNKNOWN_SERIAL,
  SANDBOX_FAULT_OTHER_DIGEST,
  SANDBOX_FAULT_SYSTEM_ERROR,
  SANDBOX_FAULT_BAD_PADDING,
  SANDBOX_FAULT_PROCESSING,
  SANDBOX_FAULT_WRONG_DIGEST,
  SANDBOX_FAULT_DISGUISED_ERROR,
  SANDBOX_FAULT_BILL_CREATING,
  SANDBOX_FAULT_NO_BILL,
  SANDBOX_FAULT_NOT_ENOUGH,
  SANDBOX_N_FAULTS
} SandboxFaultKind;

/* A fault of a gateway's own and where it commits it: c = answer to create, q = answer to query, r = answer about a
 * refund, b = answer about a bill, o = answer to any other operation, n = notification. The transport's faults
 * (down to SANDBOX_FAULT_EMPTY) happen to every gateway and need no rule. */
typedef struct {
  SandboxFaultKind kind;
  const char *operations;
} SandboxFaultRule;

typedef struct {
  SandboxFaultKind kind;
  guint milliseconds;
} SandboxFault;

typedef struct _SandboxFaults SandboxFaults;

SandboxFaults *sandbox_faults_new (void);
void sandbox_faults_free (SandboxFaults *self);
gboolean sandbox_faults_add (SandboxFaults *self,
                             const char *gateway,
                             const char *operation,
                             const char *kind,
                             gint64 times,
                             gint64 milliseconds,
                             GError **error);
SandboxFault sandbox_faults_take (SandboxFaults *self, const char *gateway, const char *operation);

const char *sandbox_operation_intern (const char *name);
gboolean sandbox_fault_is_lie (SandboxFault fault);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxFaults, sandbox_faults_free)
