/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-fault.h"

#include <string.h>

#include "sandbox-gateway.h"

#define MAX_PENDING 64
#define MAX_TIMES   100000
#define MAX_DELAY   60000
#define BOMB_BYTES  (64 * 1024 * 1024)

static const char *const kind_names[SANDBOX_N_FAULTS] = {
  [SANDBOX_FAULT_NONE] = "none",
  [SANDBOX_FAULT_DELAY] = "delay",
  [SANDBOX_FAULT_CUT] = "cut",
  [SANDBOX_FAULT_NO_SIGNATURE] = "no-signature",
  [SANDBOX_FAULT_BAD_SIGNATURE] = "bad-signature",
  [SANDBOX_FAULT_SIGNTEST] = "signtest",
  [SANDBOX_FAULT_STALE] = "stale",
  [SANDBOX_FAULT_WRONG_ORDER] = "wrong-order",
  [SANDBOX_FAULT_WRONG_AMOUNT] = "wrong-amount",
  [SANDBOX_FAULT_WRONG_CURRENCY] = "wrong-currency",
  [SANDBOX_FAULT_WRONG_MCHID] = "wrong-mchid",
  [SANDBOX_FAULT_WRONG_SUB_MCHID] = "wrong-sub-mchid",
  [SANDBOX_FAULT_WRONG_SUB_APPID] = "wrong-sub-appid",
  [SANDBOX_FAULT_WRONG_APPID] = "wrong-appid",
  [SANDBOX_FAULT_HTTP_500] = "http-500",
  [SANDBOX_FAULT_HTTP_502] = "http-502",
  [SANDBOX_FAULT_HTTP_429] = "http-429",
  [SANDBOX_FAULT_HTML] = "html",
  [SANDBOX_FAULT_REDIRECT] = "redirect",
  [SANDBOX_FAULT_GZIP_BOMB] = "gzip-bomb",
  [SANDBOX_FAULT_DUPLICATE] = "duplicate",
  [SANDBOX_FAULT_UNKNOWN_SERIAL] = "unknown-serial",
  [SANDBOX_FAULT_OTHER_DIGEST] = "other-digest",
  [SANDBOX_FAULT_SYSTEM_ERROR] = "system-error",
  [SANDBOX_FAULT_BAD_PADDING] = "bad-padding",
  [SANDBOX_FAULT_PROCESSING] = "processing",
};

typedef struct {
  const char *gateway; /* static */
  char operation;      /* first letter */
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

static gboolean
is_operation (const char *operation)
{
  return g_strcmp0 (operation, "create") == 0 || g_strcmp0 (operation, "query") == 0 ||
         g_strcmp0 (operation, "notify") == 0;
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
is_possible (const SandboxGateway *gateway, SandboxFaultKind kind, char operation)
{
  for (const SandboxFaultRule *rule = gateway->faults; rule->kind != SANDBOX_FAULT_NONE; rule++) {
    if (rule->kind == kind)
      return strchr (rule->operations, operation) != NULL;
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

  if (where == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "gateway is none of %s", known);
  else if (!is_operation (operation))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "operation is create, query or notify");
  else if (found == SANDBOX_FAULT_NONE)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "kind is not one the manual lists");
  else if (!is_possible (where, found, *operation))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s %s has no %s", gateway, operation, kind);
  else if (times < 1 || times > MAX_TIMES || milliseconds < 0 || milliseconds > MAX_DELAY)
    g_set_error (
        error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "times is 1..%d, milliseconds 0..%d", MAX_TIMES, MAX_DELAY);
  else if (self->pending->len >= MAX_PENDING)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%d faults are waiting already", MAX_PENDING);
  else {
    pending = g_new0 (Pending, 1);
    pending->gateway = where->name;
    pending->operation = *operation;
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

    if (!g_str_equal (pending->gateway, gateway) || pending->operation != *operation)
      continue;
    fault = pending->fault;
    if (--pending->left == 0)
      g_ptr_array_remove_index (self->pending, i);
    break;
  }
  return fault;
}

static void
set_bomb (SandboxReply *reply)
{
  static const guint8 zeros[64 * 1024];
  g_autoptr (GConverter) converter = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9));
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, converter);
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < BOMB_BYTES / sizeof zeros; i++)
    g_output_stream_write_all (stream, zeros, sizeof zeros, NULL, NULL, NULL);
  g_output_stream_close (stream, NULL, NULL);
  bytes = g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));

  sandbox_reply_set (reply, 200, "application/json", "");
  g_byte_array_append (reply->body, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  sandbox_reply_add_header (reply, "Content-Encoding", "gzip");
}

/* Replaces or damages a whole answer; TRUE when the answer must then go as it is, without a signature. */
gboolean
sandbox_fault_spoil (SandboxFault fault, SandboxReply *reply)
{
  switch (fault.kind) {
  case SANDBOX_FAULT_DELAY:
    reply->delay_ms = fault.milliseconds;
    return FALSE;
  case SANDBOX_FAULT_CUT:
    reply->cut = TRUE;
    return FALSE;
  case SANDBOX_FAULT_HTTP_500:
    sandbox_reply_set (reply, 500, "application/json", "{\"code\":\"SYSTEM_ERROR\",\"message\":\"系统错误\"}");
    return TRUE;
  case SANDBOX_FAULT_HTTP_502:
    sandbox_reply_set (
        reply, 502, "application/json", "{\"code\":\"SERVICE_UNAVAILABLE\",\"message\":\"服务不可用\"}");
    return TRUE;
  case SANDBOX_FAULT_HTTP_429:
    sandbox_reply_set (reply, 429, "application/json", "{\"code\":\"FREQUENCY_LIMITED\",\"message\":\"频率超限\"}");
    return TRUE;
  case SANDBOX_FAULT_HTML:
    sandbox_reply_set (reply, 200, "text/html", "<html><body>please log in</body></html>");
    return TRUE;
  case SANDBOX_FAULT_REDIRECT:
    sandbox_reply_set (reply, 302, "text/html", "");
    sandbox_reply_add_header (reply, "Location", "/sandbox/redirected");
    return TRUE;
  case SANDBOX_FAULT_GZIP_BOMB:
    set_bomb (reply);
    return TRUE;
  default:
    return FALSE;
  }
}
