/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "sandbox-message.h"

typedef enum {
  SANDBOX_FAULT_NONE,
  SANDBOX_FAULT_DELAY,
  SANDBOX_FAULT_CUT,
  SANDBOX_FAULT_NO_SIGNATURE,
  SANDBOX_FAULT_BAD_SIGNATURE,
  SANDBOX_FAULT_SIGNTEST,
  SANDBOX_FAULT_STALE,
  SANDBOX_FAULT_WRONG_ORDER,
  SANDBOX_FAULT_WRONG_AMOUNT,
  SANDBOX_FAULT_WRONG_CURRENCY,
  SANDBOX_FAULT_WRONG_MCHID,
  SANDBOX_FAULT_WRONG_SUB_MCHID,
  SANDBOX_FAULT_WRONG_SUB_APPID,
  SANDBOX_FAULT_WRONG_APPID,
  SANDBOX_FAULT_HTTP_500,
  SANDBOX_FAULT_HTTP_502,
  SANDBOX_FAULT_HTTP_429,
  SANDBOX_FAULT_HTML,
  SANDBOX_FAULT_REDIRECT,
  SANDBOX_FAULT_GZIP_BOMB,
  SANDBOX_FAULT_DUPLICATE,
  SANDBOX_FAULT_UNKNOWN_SERIAL,
  SANDBOX_FAULT_OTHER_DIGEST,
  SANDBOX_FAULT_SYSTEM_ERROR,
  SANDBOX_FAULT_BAD_PADDING,
  SANDBOX_FAULT_PROCESSING,
  SANDBOX_N_FAULTS
} SandboxFaultKind;

/* A fault a gateway can commit, and where: c = answer to create, q = answer to query, n = notification. */
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

gboolean sandbox_fault_is_lie (SandboxFault fault);
gboolean sandbox_fault_spoil (SandboxFault fault, SandboxReply *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxFaults, sandbox_faults_free)
