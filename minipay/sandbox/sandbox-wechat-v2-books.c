/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v2-books.h"

#include <string.h>

#include "sandbox-control.h"
#include "sandbox-json.h"

#define CREATED      "sandbox-created-us"
#define MAX_REFUSALS 64
#define MAX_TIMES    1000
#define MAX_CLOSE_S  3600
#define MAX_ERR_CODE 32

/* An err_code that the next calls of one operation are answered with, in place of being obeyed. */
typedef struct {
  const char *account;   /* static */
  const char *operation; /* static */
  char *code;
  gint64 left;
} Refusal;

static void
refusal_free (gpointer data)
{
  Refusal *refusal = data;

  g_free (refusal->code);
  g_free (refusal);
}

SandboxV2Books *
sandbox_v2_books_new (void)
{
  SandboxV2Books *self = g_new0 (SandboxV2Books, 1);

  self->refusals = g_ptr_array_new_with_free_func (refusal_free);
  self->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
sandbox_v2_books_free (SandboxV2Books *self)
{
  g_ptr_array_unref (self->refusals);
  g_hash_table_unref (self->users);
  g_free (self);
}

void
sandbox_v2_books_note_order (SandboxV2Books *self, SandboxOrder *order)
{
  g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, g_get_monotonic_time ());

  sandbox_order_set (order, CREATED, now);
}

/* Whether the order is too young to be closed. */
gboolean
sandbox_v2_books_is_young (SandboxV2Books *self, SandboxOrder *order)
{
  gint64 created = 0;

  g_ascii_string_to_signed (sandbox_order_get (order, CREATED), 10, 0, G_MAXINT64, &created, NULL);
  return g_get_monotonic_time () - created < self->close_after_us;
}

/* Whether control wants this call refused; then it is. */
gboolean
sandbox_v2_books_refuse (SandboxV2Call *call)
{
  GPtrArray *refusals = call->sandbox->v2->refusals;

  for (guint i = 0; i < refusals->len; i++) {
    Refusal *refusal = g_ptr_array_index (refusals, i);

    if (!g_str_equal (refusal->account, call->merchant->account) ||
        g_strcmp0 (refusal->operation, call->reply->call.operation) != 0)
      continue;
    sandbox_v2_refuse (call, refusal->code, "refused on command");
    if (--refusal->left == 0)
      g_ptr_array_remove_index (refusals, i);
    return TRUE;
  }
  return FALSE;
}

static gboolean
is_code (const char *text)
{
  gsize length = strlen (text);

  return length > 0 && length <= MAX_ERR_CODE && strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == length;
}

static const char *
find_account (const char *name)
{
  for (guint i = 0; i < sandbox_n_merchants; i++) {
    const SandboxMerchant *merchant = &sandbox_merchants[i];

    if (g_strcmp0 (merchant->account, name) == 0 &&
        (g_str_equal (merchant->gateway, SANDBOX_WECHAT_V2) || g_str_equal (merchant->gateway, SANDBOX_TRANSIT_V2)))
      return merchant->account;
  }
  return NULL;
}

static gboolean
read_number (JsonObject *object, const char *name, gint64 fallback, gint64 min, gint64 max, gint64 *value)
{
  *value = fallback;
  return !json_object_has_member (object, name) ||
         (sandbox_json_integer (json_object_get_member (object, name), value) && *value >= min && *value <= max);
}

static void
add_refusal (SandboxV2Books *self, JsonObject *object, SandboxReply *reply)
{
  const char *account = find_account (sandbox_json_text (object, "account"));
  const char *operation = sandbox_operation_intern (sandbox_json_text (object, "operation"));
  const char *code = sandbox_json_text (object, "err_code");
  gint64 times = 0;
  Refusal *refusal = NULL;

  if (account == NULL)
    sandbox_control_refuse (reply, 404, "account is none of V2's rules");
  else if (operation == NULL)
    sandbox_control_refuse (reply, 400, "operation is not one the manual lists");
  else if (!is_code (code))
    sandbox_control_refuse (reply, 400, "err_code is not 1 to %d of A-Z, 0-9 and _", MAX_ERR_CODE);
  else if (!read_number (object, "times", 1, 1, MAX_TIMES, &times))
    sandbox_control_refuse (reply, 400, "times is outside 1..%d", MAX_TIMES);
  else if (self->refusals->len >= MAX_REFUSALS)
    sandbox_control_refuse (reply, 400, "more than %d refusals wait already", MAX_REFUSALS);
  else {
    refusal = g_new0 (Refusal, 1);
    refusal->account = account;
    refusal->operation = operation;
    refusal->code = g_strdup (code);
    refusal->left = times;
    g_ptr_array_add (self->refusals, refusal);
    sandbox_reply_set (reply, 200, "application/json", "{\"armed\":true}");
  }
}

/* POST /sandbox/wechat-v2: {"account","operation","err_code","times"} refuses the next calls so, {"close_after_s"}
 * holds merchants to the age an order needs before it is closed. */
void
sandbox_v2_control (Sandbox *sandbox, JsonObject *object, SandboxReply *reply)
{
  gint64 seconds = 0;

  if (sandbox_json_text (object, "err_code") != NULL)
    add_refusal (sandbox->v2, object, reply);
  else if (!json_object_has_member (object, "close_after_s"))
    sandbox_control_refuse (reply, 400, "neither err_code nor close_after_s is given");
  else if (!read_number (object, "close_after_s", 0, 0, MAX_CLOSE_S, &seconds))
    sandbox_control_refuse (reply, 400, "close_after_s is outside 0..%d", MAX_CLOSE_S);
  else {
    sandbox->v2->close_after_us = seconds * G_USEC_PER_SEC;
    sandbox_reply_set (reply, 200, "application/json", "{\"set\":true}");
  }
}
