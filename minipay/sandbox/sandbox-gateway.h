/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-config.h"
#include "sandbox-fault.h"
#include "sandbox-message.h"
#include "sandbox-order.h"

typedef struct _SandboxNotifier SandboxNotifier;

/* What every part of the sandbox shares; it lives as long as the program. */
typedef struct {
  SandboxConfig *config;
  SandboxOrders *orders;
  SandboxFaults *faults;
  SandboxNotifier *notifier;
  guint pay_after_ms; /* 0: a buyer pays only when told to */
} Sandbox;
