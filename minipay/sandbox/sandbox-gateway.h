/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "sandbox-config.h"
#include "sandbox-fault.h"
#include "sandbox-message.h"
#include "sandbox-order.h"
#include "sandbox-refund.h"
#include "sandbox-sharing.h"

typedef struct _SandboxBills SandboxBills;
typedef struct _SandboxNotifier SandboxNotifier;
typedef struct _SandboxRing SandboxRing;
typedef struct _SandboxTraffic SandboxTraffic;
typedef struct _SandboxV2Books SandboxV2Books;

/* What every part of the sandbox shares; it lives as long as the program. */
typedef struct {
  SandboxConfig *config;
  SandboxOrders *orders;
  SandboxRefunds *refunds;
  SandboxBills *bills;
  SandboxSharing *sharing;
  SandboxTraffic *traffic;
  SandboxRing *ring; /* the platform's keys under V3's rules */
  SandboxV2Books *v2;
  SandboxFaults *faults;
  SandboxNotifier *notifier;
  GHashTable *notify_urls; /* account -> address registered with its gateway once for every order */
  GHashTable *switches;    /* what a gateway's commands have set, text by names of the gateway's own */
  char *endpoint;          /* http://127.0.0.1:PORT */
  char *endpoint_tls;      /* https://127.0.0.1:PORT */
  guint pay_after_ms;      /* 0: a buyer pays only when told to */
} Sandbox;

/* Runs once for a request whose answer had to wait; the reply is the one handed in. */
typedef void (*SandboxReplied) (SandboxReply *reply, gpointer user_data);

/* POST /sandbox/NAME. */
typedef struct {
  const char *name;
  void (*run) (Sandbox *sandbox, JsonObject *object, SandboxReply *reply);
  /* Instead of @run: TRUE when the reply is complete, otherwise @replied follows. */
  gboolean (*start) (
      Sandbox *sandbox, JsonObject *object, SandboxReply *reply, SandboxReplied replied, gpointer user_data);
} SandboxCommand;

/* One payment gateway: its own file, and a line in the table of sandbox-gateway.c. */
typedef struct {
  const char *name;
  const SandboxFaultRule *faults; /* ended by SANDBOX_FAULT_NONE */

  /* Asked in the order of the table; the first that says TRUE handles the request. */
  gboolean (*owns) (const SandboxRequest *request);
  void (*handle) (Sandbox *sandbox, const SandboxRequest *request, SandboxReply *reply);

  /* The notification of what became of @order; NULL when there is no address to send it to. */
  SandboxPush *(*push) (Sandbox *sandbox, SandboxOrder *order, SandboxFault fault);
  /* The same of a refund; the slot is NULL when the gateway tells of none. */
  SandboxPush *(*push_refund) (Sandbox *sandbox, SandboxRefund *refund, SandboxFault fault);
  /* @answer: the whole body, with a NUL behind its last byte. */
  gboolean (*is_acknowledged) (const SandboxPush *push, guint status, GBytes *answer);
  gboolean reports_failures; /* a deduction that failed is notified too */

  const SandboxCommand *commands; /* nullable; the gateway's own, ended by a NULL name */
} SandboxGateway;

extern const SandboxGateway *const sandbox_gateways[]; /* ended by NULL */

const SandboxGateway *sandbox_gateway_find (const char *name);
const SandboxGateway *sandbox_gateway_of (const SandboxRequest *request);
