/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-transit-call.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-traffic.h"

#define MAX_LIMIT     10000
#define MAX_PATH_TYPE 6
#define JUMP_LIFE_S   300

JsonBuilder *
sandbox_transit_begin_answer (void)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "errcode", 0);
  sandbox_json_add_text (builder, "errmsg", "ok");
  return builder;
}

void
sandbox_transit_end_answer (JsonBuilder *builder, const char *nonce, SandboxReply *reply)
{
  g_autofree char *text = NULL;

  if (nonce != NULL)
    sandbox_json_add_text (builder, "nonce_str", nonce);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}

void
sandbox_transit_answer (SandboxReply *reply, int errcode, const char *errmsg, const char *nonce)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "errcode", errcode);
  sandbox_json_add_text (builder, "errmsg", errmsg);
  sandbox_transit_end_answer (builder, nonce, reply);
  if (errcode != 0 && reply->verdict == NULL) {
    g_autofree char *quoted = sandbox_quote (errmsg, -1);

    sandbox_reply_judge (reply, "refused: %d %s", errcode, quoted);
  }
}

/* A deduction that failed and that the rider has not paid since. */
gboolean
sandbox_transit_is_debt (SandboxOrder *order)
{
  return order->failed_at != NULL && sandbox_order_get (order, "repay_no") == NULL;
}

/* The ride-code party's own name of a rider. */
char *
sandbox_transit_make_out_user_id (const char *openid)
{
  g_autofree char *digest = sandbox_md5 (openid);

  return g_strdup_printf ("u%.20s", digest);
}

typedef struct {
  const char *openid;
  gint64 fee;
  GDateTime *since;
} Debtor;

static int
compare_debtors (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Debtor *const *) a)->openid, (*(Debtor *const *) b)->openid);
}

/* Who owes what, by openid. */
static GPtrArray *
find_debtors (Sandbox *sandbox, const char *behind)
{
  g_autoptr (GPtrArray) orders = sandbox_orders_match (sandbox->orders, SANDBOX_TRANSIT, NULL);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *debtors = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < orders->len; i++) {
    SandboxOrder *order = g_ptr_array_index (orders, i);
    Debtor *debtor = g_hash_table_lookup (known, order->payer);

    if (!sandbox_transit_is_debt (order) || strcmp (order->payer, behind) <= 0)
      continue;
    if (debtor == NULL) {
      debtor = g_new0 (Debtor, 1);
      debtor->openid = order->payer;
      g_hash_table_insert (known, order->payer, debtor);
      g_ptr_array_add (debtors, debtor);
    }
    debtor->fee += order->total;
    debtor->since = order->failed_at; /* the newest came first, so this ends at the oldest */
  }
  g_ptr_array_sort (debtors, compare_debtors);
  return debtors;
}

static void
add_debtors (JsonBuilder *builder, GPtrArray *debtors, gint64 limit, SandboxFault fault)
{
  json_builder_set_member_name (builder, "list");
  json_builder_begin_array (builder);
  for (guint i = 0; i < MIN (debtors->len, limit); i++) {
    Debtor *debtor = g_ptr_array_index (debtors, i);
    g_autofree char *out_user_id = sandbox_transit_make_out_user_id (debtor->openid);
    g_autofree char *time = g_date_time_format (debtor->since, "%Y%m%d%H%M%S");

    json_builder_begin_object (builder);
    sandbox_json_add_text (builder, "openid", debtor->openid);
    sandbox_json_add_integer (builder, "fee", debtor->fee + (fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0));
    sandbox_json_add_text (builder, "create_time", time);
    sandbox_json_add_text (builder, "out_user_id", out_user_id);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

/* The real list is made anew every morning; this one at once. */
void
sandbox_transit_list_arrears (Sandbox *sandbox, JsonNode *root, const char *nonce, SandboxReply *reply)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  const char *start = object != NULL ? sandbox_json_text (object, "start_openid") : NULL;
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (GPtrArray) debtors = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };
  gint64 limit = 0;

  if (start == NULL || !json_object_has_member (object, "limit") ||
      !sandbox_json_integer (json_object_get_member (object, "limit"), &limit) || limit < 1 || limit > MAX_LIMIT ||
      json_object_get_size (object) != 2) {
    sandbox_transit_answer (reply,
                            SANDBOX_TRANSIT_ARGUMENTS,
                            "start_openid is a text, limit a whole number of 1..10000, and nothing else is sent",
                            nonce);
    return;
  }
  if (!sandbox_begin (sandbox, reply, &fault))
    return;
  if (fault.kind == SANDBOX_FAULT_SYSTEM_ERROR) {
    sandbox_transit_answer (reply, SANDBOX_TRANSIT_BUSY, "system error", nonce);
    return;
  }
  debtors = find_debtors (sandbox, start);
  builder = sandbox_transit_begin_answer ();
  add_debtors (builder, debtors, limit, fault);
  sandbox_transit_end_answer (builder, nonce, reply);
}

/* What wx.openBusinessView wants. */
void
sandbox_transit_jump (Sandbox *sandbox, JsonNode *root, const char *nonce, SandboxReply *reply)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *ticket = sandbox_random_text (32);
  g_autofree char *query = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };
  gint64 type = -1;

  if (object == NULL || !json_object_has_member (object, "path_type") ||
      !sandbox_json_integer (json_object_get_member (object, "path_type"), &type) || type < 0 ||
      type > MAX_PATH_TYPE || json_object_get_size (object) != 1) {
    sandbox_transit_answer (
        reply, SANDBOX_TRANSIT_ARGUMENTS, "path_type is a whole number of 0..6, and nothing else is sent", nonce);
    return;
  }
  if (!sandbox_begin (sandbox, reply, &fault))
    return;
  if (fault.kind == SANDBOX_FAULT_SYSTEM_ERROR) {
    sandbox_transit_answer (reply, SANDBOX_TRANSIT_BUSY, "system error", nonce);
    return;
  }
  query = g_strdup_printf ("path_type=%d&ticket=%s", (int) type, ticket);
  builder = sandbox_transit_begin_answer ();
  sandbox_json_add_text (builder, "business_type", "transportCode");
  sandbox_json_add_text (builder, "query_string", query);
  sandbox_json_add_integer (builder, "expire_at", g_get_real_time () / G_USEC_PER_SEC + JUMP_LIFE_S);
  sandbox_transit_end_answer (builder, nonce, reply);
}
