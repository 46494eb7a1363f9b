/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-transit-callback.h"

#include <string.h>

#include "sandbox-control.h"
#include "sandbox-crypto.h"
#include "sandbox-frame.h"
#include "sandbox-json.h"
#include "sandbox-notify.h"
#include "sandbox-transit-call.h"

#define PUBLIC_KEY_HEX 130 /* 04, then the point's two coordinates */

/* One message to the merchant and what he must answer: section A.4 of the transit reference. */
typedef struct {
  const char *name;
  /* Adds the members of the plaintext; what is wrong with the command, or NULL. */
  const char *(*add) (Sandbox *sandbox, JsonObject *object, JsonBuilder *builder, SandboxFault fault);
  const char *sealed[2]; /* names, either of which the sealed part of the answer has; NULL: nothing is sealed */
  gboolean is_base64;    /* the sealed member's value */
  gboolean has_status;   /* the answer says 0, signed, or 1, not signed */
} Kind;

typedef struct {
  Sandbox *sandbox;
  const Kind *kind;
  SandboxReply *reply;
  SandboxReplied replied;
  gpointer user_data;
} Waiting;

static const char *
add_openid (JsonObject *object, JsonBuilder *builder)
{
  const char *openid = sandbox_json_text (object, "openid");

  sandbox_json_add_text (builder, "openid", openid != NULL ? openid : "o0000000000000000000000000001");
  return NULL;
}

/* The table writes idcard_id, the sample card_id: "card_member" chooses. */
static const char *
add_create_code (Sandbox *sandbox, JsonObject *object, JsonBuilder *builder, SandboxFault fault)
{
  const char *card_member = sandbox_json_text (object, "card_member");
  const char *card = sandbox_json_text (object, "card");
  const char *key = sandbox_json_text (object, "user_public_key");
  g_autofree char *hex = sandbox_random_hex (PUBLIC_KEY_HEX - 2);
  g_autofree char *made = g_strconcat ("04", hex, NULL);

  if (card_member != NULL && !g_str_equal (card_member, "idcard_id") && !g_str_equal (card_member, "card_id"))
    return "card_member is idcard_id or card_id";
  add_openid (object, builder);
  sandbox_json_add_text (
      builder, card_member != NULL ? card_member : "idcard_id", card != NULL ? card : "3104000000000001");
  sandbox_json_add_text (builder, "user_public_key", key != NULL ? key : made);
  return NULL;
}

static const char *
add_registration (Sandbox *sandbox, JsonObject *object, JsonBuilder *builder, SandboxFault fault)
{
  return add_openid (object, builder);
}

static const char *
add_cancellation (Sandbox *sandbox, JsonObject *object, JsonBuilder *builder, SandboxFault fault)
{
  const char *card = sandbox_json_text (object, "card");

  add_openid (object, builder);
  if (card != NULL)
    sandbox_json_add_text (builder, "cardid", card);
  return NULL;
}

/* A rider is named by the one or the other. */
static const char *
add_contract_status (Sandbox *sandbox, JsonObject *object, JsonBuilder *builder, SandboxFault fault)
{
  const char *card = sandbox_json_text (object, "card");

  if (card == NULL)
    return add_openid (object, builder);
  sandbox_json_add_text (builder, "cardid", card);
  return NULL;
}

/* The debts named in the command, all of one rider, or NULL. */
static GPtrArray *
find_debts (Sandbox *sandbox, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "orders");
  JsonArray *numbers = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GPtrArray) debts = g_ptr_array_new ();
  const char *payer = NULL;

  for (guint i = 0; numbers != NULL && i < json_array_get_length (numbers); i++) {
    JsonNode *element = json_array_get_element (numbers, i);
    gboolean is_text = JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING;
    SandboxOrder *order =
        is_text ? sandbox_orders_find (sandbox->orders, SANDBOX_TRANSIT, json_node_get_string (element)) : NULL;

    if (order == NULL || !sandbox_transit_is_debt (order) || (payer != NULL && !g_str_equal (payer, order->payer)))
      return NULL;
    payer = order->payer;
    g_ptr_array_add (debts, order);
  }
  return debts->len > 0 ? g_steal_pointer (&debts) : NULL;
}

static void
add_debt (JsonBuilder *builder, SandboxOrder *order, SandboxFault fault)
{
  g_autofree char *other = sandbox_random_digits (20);
  const char *number = fault.kind == SANDBOX_FAULT_WRONG_ORDER ? other : order->out_trade_no;

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "order_no", order->gateway_no);
  if (order->attach != NULL)
    sandbox_json_add_text (builder, "attach", order->attach);
  sandbox_json_add_text (builder, "base64_qrcode", sandbox_order_get (order, "qrcode"));
  sandbox_json_add_text (builder, "out_order_no", number);
  json_builder_end_object (builder);
}

/* The rider pays what he owes for several rides at once. */
static const char *
add_arrears (Sandbox *sandbox, JsonObject *object, JsonBuilder *builder, SandboxFault fault)
{
  g_autoptr (GPtrArray) debts = find_debts (sandbox, object);
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *time = g_date_time_format (now, "%Y%m%d%H%M%S");
  g_autofree char *digits = sandbox_random_digits (24);
  g_autofree char *transaction_id = g_strconcat ("4200", digits, NULL);
  g_autofree char *repay_no = sandbox_random_digits (28);
  g_autofree char *out_user_id = NULL;
  gint64 total = fault.kind == SANDBOX_FAULT_WRONG_AMOUNT ? 1 : 0;
  SandboxOrder *first = NULL;

  if (debts == NULL)
    return "orders is no list of the numbers of one rider's debts";
  first = g_ptr_array_index (debts, 0);
  out_user_id = sandbox_transit_make_out_user_id (first->payer);
  sandbox_json_add_text (builder, "out_user_id", out_user_id);
  sandbox_json_add_text (builder, "openid", first->payer);
  sandbox_json_add_text (builder, "bank_type", "OTHERS");
  for (guint i = 0; i < debts->len; i++)
    total += ((SandboxOrder *) g_ptr_array_index (debts, i))->total;
  sandbox_json_add_integer (builder, "total_fee", total);
  sandbox_json_add_text (builder, "transaction_id", transaction_id);
  sandbox_json_add_text (builder, "time_end", time);
  sandbox_json_add_text (builder, "repay_no", repay_no);
  json_builder_set_member_name (builder, "order_no");
  json_builder_begin_array (builder);
  for (guint i = 0; i < debts->len; i++)
    json_builder_add_string_value (builder, ((SandboxOrder *) g_ptr_array_index (debts, i))->gateway_no);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "order");
  json_builder_begin_array (builder);
  for (guint i = 0; i < debts->len; i++) {
    add_debt (builder, g_ptr_array_index (debts, i), fault);
    sandbox_order_set (g_ptr_array_index (debts, i), "repay_no", repay_no);
  }
  json_builder_end_array (builder);
  return NULL;
}

static const Kind kinds[] = {
  { .name = "create-code", .add = add_create_code, .sealed = { "base64_svr_data", NULL }, .is_base64 = TRUE },
  { .name = "registration-contract", .add = add_registration, .sealed = { "cardid", "card_id" } },
  { .name = "cancellation", .add = add_cancellation },
  { .name = "payment-in-arrears", .add = add_arrears },
  { .name = "contract-status", .add = add_contract_status, .has_status = TRUE },
};

static const Kind *
find_kind (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (g_strcmp0 (kinds[i].name, name) == 0)
      return &kinds[i];
  }
  return NULL;
}

gboolean
sandbox_transit_callback_is_kind (const char *name)
{
  return find_kind (name) != NULL;
}

/* The sealed part of an answer, or NULL when it does not open to an object with the member wanted. */
static JsonNode *
open_answer (Waiting *waiting, JsonObject *answer)
{
  const char *sealed = sandbox_json_text (answer, "encrypted_data");
  const char *iv = sandbox_json_text (answer, "iv");
  g_autoptr (GBytes) plain =
      sealed != NULL && iv != NULL ? sandbox_frame_decrypt (waiting->sandbox, sealed, iv) : NULL;
  g_autoptr (JsonNode) root = plain != NULL ? sandbox_json_parse (plain, NULL) : NULL;
  const char *value = NULL;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (waiting->kind->sealed) && value == NULL; i++) {
    if (waiting->kind->sealed[i] != NULL)
      value = sandbox_json_text (json_node_get_object (root), waiting->kind->sealed[i]);
  }
  if (value == NULL || *value == '\0')
    return NULL;
  if (waiting->kind->is_base64) {
    g_autoptr (GBytes) bytes = sandbox_base64_read (value);

    if (bytes == NULL)
      return NULL;
  }
  return g_steal_pointer (&root);
}

static gboolean
is_status (JsonObject *answer)
{
  gint64 status = -1;

  return json_object_has_member (answer, "status") &&
         sandbox_json_integer (json_object_get_member (answer, "status"), &status) && (status == 0 || status == 1);
}

/* What is wrong with an answer, or NULL; @opened gets what was sealed in it. */
static const char *
judge_answer (Waiting *waiting, const SandboxDelivery *delivery, JsonNode **opened)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (delivery->reply, strlen (delivery->reply));
  g_autoptr (JsonNode) root = delivery->accepted ? sandbox_json_parse (bytes, NULL) : NULL;

  if (root == NULL)
    return "the message was not accepted";
  if (waiting->kind->has_status && !is_status (json_node_get_object (root)))
    return "status is neither 0 nor 1";
  if (waiting->kind->sealed[0] == NULL)
    return NULL;
  *opened = open_answer (waiting, json_node_get_object (root));
  return *opened != NULL ? NULL : "what the answer seals does not open to the member wanted";
}

static void
on_answered (SandboxOrder *order, const SandboxDelivery *delivery, gpointer user_data)
{
  g_autofree Waiting *waiting = user_data;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) opened = NULL;
  const char *issue = judge_answer (waiting, delivery, &opened);
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_boolean (builder, "notified", issue == NULL);
  sandbox_json_add_integer (builder, "status", delivery->status);
  sandbox_json_add_text (builder, "reply", delivery->reply);
  sandbox_json_add_text (builder, "issue", issue);
  json_builder_set_member_name (builder, "opened");
  if (opened != NULL)
    json_builder_add_value (builder, g_steal_pointer (&opened));
  else
    json_builder_add_null_value (builder);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (waiting->reply, 200, "application/json", text);
  waiting->replied (waiting->reply, waiting->user_data);
}

static SandboxPush *
make_push (Sandbox *sandbox, const Kind *kind, const char *plaintext, SandboxFault fault)
{
  g_autofree char *key = g_strconcat (SANDBOX_TRANSIT " ", kind->name, NULL);
  const char *own = g_hash_table_lookup (sandbox->notify_urls, key);
  const char *url = own != NULL ? own : g_hash_table_lookup (sandbox->notify_urls, SANDBOX_TRANSIT);
  g_autofree char *nonce = sandbox_random_text (32);
  g_autofree char *frame =
      sandbox_frame_seal (sandbox, sandbox_merchant_get (SANDBOX_TRANSIT), plaintext, fault, nonce);
  SandboxPush *push = url != NULL ? sandbox_push_new (url, frame) : NULL;

  if (push != NULL)
    push->nonce = g_steal_pointer (&nonce);
  return push;
}

/* POST /sandbox/transit-callback: a message of the platform to the address registered for its kind, or to the
 * account's one. Tells what the merchant answered, opened where it is sealed. */
gboolean
sandbox_transit_callback (
    Sandbox *sandbox, JsonObject *object, SandboxReply *reply, SandboxReplied replied, gpointer user_data)
{
  const Kind *kind = find_kind (sandbox_json_text (object, "kind"));
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *plaintext = NULL;
  const char *issue = NULL;
  SandboxFault fault = { .kind = SANDBOX_FAULT_NONE };
  Waiting *waiting = NULL;

  if (g_strcmp0 (sandbox_json_text (object, "account"), SANDBOX_TRANSIT) != 0) {
    sandbox_control_refuse (reply, 404, "account is not " SANDBOX_TRANSIT);
    return TRUE;
  }
  if (kind == NULL) {
    sandbox_control_refuse (reply,
                            400,
                            "kind is create-code, registration-contract, cancellation, payment-in-arrears or "
                            "contract-status");
    return TRUE;
  }
  fault = sandbox_faults_take (sandbox->faults, SANDBOX_TRANSIT, "notify");
  json_builder_begin_object (builder);
  issue = kind->add (sandbox, object, builder, fault);
  json_builder_end_object (builder);
  if (issue != NULL) {
    sandbox_control_refuse (reply, 400, "%s", issue);
    return TRUE;
  }
  plaintext = sandbox_json_write (builder);

  waiting = g_new0 (Waiting, 1);
  waiting->sandbox = sandbox;
  waiting->kind = kind;
  waiting->reply = reply;
  waiting->replied = replied;
  waiting->user_data = user_data;
  sandbox_tell (sandbox,
                sandbox_merchant_get (SANDBOX_TRANSIT),
                make_push (sandbox, kind, plaintext, fault),
                fault,
                on_answered,
                waiting);
  return FALSE;
}
