/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-fault.h"

#include <string.h>

#include "sandbox-gateway.h"

#define MAX_PENDING 64
#define MAX_TIMES   100000
#define MAX_DELAY   60000

static const char *const kind_names[SANDBOX_N_FAULTS] = {
  [SANDBOX_FAULT_NONE] = "none",
  [SANDBOX_FAULT_DELAY] = "delay",
  [SANDBOX_FAULT_CUT] = "cut",
  [SANDBOX_FAULT_DRIP] = "drip",
  [SANDBOX_FAULT_RESET] = "reset",
  [SANDBOX_FAULT_HTTP_500] = "http-500",
  [SANDBOX_FAULT_HTTP_502] = "http-502",
  [SANDBOX_FAULT_HTTP_503] = "http-503",
  [SANDBOX_FAULT_HTTP_429] = "http-429",
  [SANDBOX_FAULT_HTML] = "html",
  [SANDBOX_FAULT_REDIRECT] = "redirect",
  [SANDBOX_FAULT_GZIP_BOMB] = "gzip-bomb",
  [SANDBOX_FAULT_EMPTY] = "empty",
  [SANDBOX_FAULT_NO_SIGNATURE] = "no-signature",
  [SANDBOX_FAULT_BAD_SIGNATURE] = "bad-signature",
  [SANDBOX_FAULT_SIGNTEST] = "signtest",
  [SANDBOX_FAULT_STALE] = "stale",
  [SANDBOX_FAULT_WRONG_ORDER] = "wrong-order",
  [SANDBOX_FAULT_WRONG_REFUND] = "wrong-refund",
  [SANDBOX_FAULT_WRONG_AMOUNT] = "wrong-amount",
  [SANDBOX_FAULT_WRONG_CURRENCY] = "wrong-currency",
  [SANDBOX_FAULT_WRONG_MCHID] = "wrong-mchid",
  [SANDBOX_FAULT_WRONG_SUB_MCHID] = "wrong-sub-mchid",
  [SANDBOX_FAULT_WRONG_SUB_APPID] = "wrong-sub-appid",
  [SANDBOX_FAULT_WRONG_APPID] = "wrong-appid",
  [SANDBOX_FAULT_DUPLICATE] = "duplicate",
  [SANDBOX_FAULT_UNKNOWN_SERIAL] = "unknown-serial",
  [SANDBOX_FAULT_OTHER_DIGEST] = "other-digest",
  [SANDBOX_FAULT_SYSTEM_ERROR] = "system-error",
  [SANDBOX_FAULT_BAD_PADDING] = "bad-padding",
  [SANDBOX_FAULT_PROCESSING] = "processing",
  [SANDBOX_FAULT_WRONG_DIGEST] = "wrong-digest",
  [SANDBOX_FAULT_DISGUISED_ERROR] = "disguised-error",
  [SANDBOX_FAULT_BILL_CREATING] = "bill-creating",
  [SANDBOX_FAULT_NO_BILL] = "no-bill",
  [SANDBOX_FAULT_NOT_ENOUGH] = "not-enough",
};

/* Every operation of every gateway, and the letter of its rules; "download" fetches the file of a bill. */
static const struct {
  const char *name;
  char letter;
} operations[] = {
  { "create", 'c' },
  { "query", 'q' },
  { "notify", 'n' },
  { "close", 'o' },
  { "reverse", 'o' },
  { "refund", 'r' },
  { "query-refund", 'r' },
  { "list-refunds", 'r' },
  { "abnormal-refund", 'r' },
  { "download-bill", 'b' },
  { "download", 'b' },
  { "refresh-keys", 'o' },
  { "profit-sharing", 'o' },
  { "profit-sharing-multi", 'o' },
  { "profit-sharing-finish", 'o' },
  { "profit-sharing-query", 'o' },
  { "profit-sharing-add-receiver", 'o' },
  { "profit-sharing-remove-receiver", 'o' },
  { "profit-sharing-return", 'o' },
  { "profit-sharing-return-query", 'o' },
  { "profit-sharing-amount", 'o' },
  { "profit-sharing-ratio", 'o' },
  { "settlements", 'o' },
  { "account-query", 'o' },
  { "user-state", 'o' },
  { "arrears-users", 'o' },
  { "jump-data", 'o' },
};

typedef struct {
  const char *gateway;   /* static */
  const char *operation; /* static */
  SandboxFault fault;
  gint64 left;
} Pending;

struct _SandboxFaults {
  GPtrArray *pending;
};

SandboxFaults *
sandbox_faults_new (void)
{
  SandboxFaults *self = g_new0 (SandboxFaults, 1);

  self->pending = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
sandbox_faults_free (SandboxFaults *self)
{
  g_ptr_array_unref (self->pending);
  g_free (self);
}

/* A signed statement that is not true of the order. */
gboolean
sandbox_fault_is_lie (SandboxFault fault)
{
  return fault.kind >= SANDBOX_FAULT_WRONG_ORDER && fault.kind <= SANDBOX_FAULT_WRONG_APPID;
}

static char
find_letter (const char *operation)
{
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++) {
    if (g_strcmp0 (operations[i].name, operation) == 0)
      return operations[i].letter;
  }
  return '\0';
}

/* The static spelling of an operation's name, or NULL when no gateway has it. */
const char *
sandbox_operation_intern (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++) {
    if (g_strcmp0 (operations[i].name, name) == 0)
      return operations[i].name;
  }
  return NULL;
}

static SandboxFaultKind
find_kind (const char *kind)
{
  for (guint i = 1; i < G_N_ELEMENTS (kind_names); i++) {
    if (g_strcmp0 (kind_names[i], kind) == 0)
      return i;
  }
  return SANDBOX_FAULT_NONE;
}

static gboolean
is_possible (const SandboxGateway *gateway, SandboxFaultKind kind, const char *operation)
{
  char letter = find_letter (operation);

  if (kind <= SANDBOX_FAULT_EMPTY)
    return letter != 'n' || kind == SANDBOX_FAULT_DELAY || kind == SANDBOX_FAULT_CUT;
  for (const SandboxFaultRule *rule = gateway->faults; rule->kind != SANDBOX_FAULT_NONE; rule++) {
    if (rule->kind == kind)
      return strchr (rule->operations, letter) != NULL;
  }
  return FALSE;
}

static char *
list_gateways (void)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; sandbox_gateways[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", sandbox_gateways[i]->name);
  return g_string_free (text, FALSE);
}

static void
forget (SandboxFaults *self, const char *gateway, const char *operation)
{
  for (guint i = self->pending->len; i > 0; i--) {
    const Pending *pending = g_ptr_array_index (self->pending, i - 1);

    if (g_str_equal (pending->gateway, gateway) && g_str_equal (pending->operation, operation))
      g_ptr_array_remove_index (self->pending, i - 1);
  }
}

gboolean
sandbox_faults_add (SandboxFaults *self,
                    const char *gateway,
                    const char *operation,
                    const char *kind,
                    gint64 times,
                    gint64 milliseconds,
                    GError **error)
{
  Pending *pending = NULL;
  SandboxFaultKind found = find_kind (kind);
  const SandboxGateway *where = sandbox_gateway_find (gateway);
  g_autofree char *known = list_gateways ();

  if (where != NULL && sandbox_operation_intern (operation) != NULL &&
      g_strcmp0 (kind, kind_names[SANDBOX_FAULT_NONE]) == 0) {
    forget (self, where->name, operation);
    return TRUE;
  }
  if (where == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "gateway is none of %s", known);
  else if (sandbox_operation_intern (operation) == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "operation is not one the manual lists");
  else if (found == SANDBOX_FAULT_NONE)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "kind is not one the manual lists");
  else if (!is_possible (where, found, operation))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s %s has no %s", gateway, operation, kind);
  else if (times < 1 || times > MAX_TIMES || milliseconds < 0 || milliseconds > MAX_DELAY)
    g_set_error (
        error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "times is 1..%d, milliseconds 0..%d", MAX_TIMES, MAX_DELAY);
  else if (self->pending->len >= MAX_PENDING)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%d faults are waiting already", MAX_PENDING);
  else {
    pending = g_new0 (Pending, 1);
    pending->gateway = where->name;
    pending->operation = sandbox_operation_intern (operation);
    pending->fault = (SandboxFault){ .kind = found, .milliseconds = milliseconds };
    pending->left = times;
    g_ptr_array_add (self->pending, pending);
  }
  return pending != NULL;
}

SandboxFault
sandbox_faults_take (SandboxFaults *self, const char *gateway, const char *operation)
{
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };

  for (guint i = 0; i < self->pending->len; i++) {
    Pending *pending = g_ptr_array_index (self->pending, i);

    if (!g_str_equal (pending->gateway, gateway) || !g_str_equal (pending->operation, operation))
      continue;
    fault = pending->fault;
    if (--pending->left == 0)
      g_ptr_array_remove_index (self->pending, i);
    break;
  }
  return fault;
}
