/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-v2-sharing.h"

#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-json.h"
#include "sandbox-sharing.h"
#include "sandbox-wechat-v2-order.h"

/* Section 14. Its pages give no table of err_code: the names here are [inferred] from those of the other calls. */

static const char *const types[] = { "MERCHANT_ID", "PERSONAL_OPENID", "PERSONAL_SUB_OPENID", NULL };

/* What a description asks for: the share or the return fails for this reason. */
static const char *const reasons[] = { "ACCOUNT_ABNORMAL",       "NO_RELATION",
                                       "RECEIVER_HIGH_RISK",     "RECEIVER_REAL_NAME_NOT_VERIFIED",
                                       "RECEIVER_RECEIPT_LIMIT", "NO_AUTH",
                                       "TIME_OUT_CLOSED",        "PAYER_ACCOUNT_ABNORMAL",
                                       "INVALID_REQUEST",        NULL };

static const char *
find_reason (const char *description)
{
  for (guint i = 0; reasons[i] != NULL; i++) {
    if (g_strcmp0 (reasons[i], description) == 0)
      return reasons[i];
  }
  return NULL;
}

static SandboxSharing *
get_book (const SandboxV2Call *call)
{
  return call->sandbox->sharing;
}

static JsonNode *
parse (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return sandbox_json_parse (bytes, NULL);
}

/* 0 when it is no whole number. */
static gint64
get_amount (JsonObject *object)
{
  gint64 amount = 0;

  if (json_object_has_member (object, "amount"))
    sandbox_json_integer (json_object_get_member (object, "amount"), &amount);
  return amount;
}

static gboolean
is_receiver (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *type = object != NULL ? sandbox_json_text (object, "type") : NULL;
  const char *description = object != NULL ? sandbox_json_text (object, "description") : NULL;
  gint64 amount = object != NULL ? get_amount (object) : 0;

  return type != NULL && g_strv_contains (types, type) && sandbox_json_text (object, "account") != NULL &&
         description != NULL && g_utf8_strlen (description, -1) <= 80 && amount >= 1 && amount <= G_MAXINT32;
}

/* The array of receivers, or NULL with the call refused. */
static JsonNode *
read_receivers (SandboxV2Call *call)
{
  g_autoptr (JsonNode) root = parse (sandbox_v2_get (call, "receivers"));
  JsonArray *array = root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    if (is_receiver (json_array_get_element (array, i)))
      continue;
    sandbox_v2_refuse (call, "PARAM_ERROR", "参数错误: receivers[%u] is no receiver", i);
    return NULL;
  }
  if (array != NULL && json_array_get_length (array) > 0)
    return g_steal_pointer (&root);
  sandbox_v2_refuse (call, "PARAM_ERROR", "参数错误: receivers is not an array of receivers");
  return NULL;
}

/* What all receivers together would get, or -1 when one of them was never added. */
static gint64
sum_up (const SandboxV2Call *call, JsonArray *array)
{
  gint64 sum = 0;

  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonObject *object = json_array_get_object_element (array, i);

    if (!sandbox_sharing_has_receiver (get_book (call),
                                       call->merchant->account,
                                       sandbox_json_text (object, "type"),
                                       sandbox_json_text (object, "account")))
      return -1;
    sum += get_amount (object);
  }
  return sum;
}

/* Whether the books let the order be shared so; refuses otherwise. */
static gboolean
may_share (SandboxV2Call *call, SandboxOrder *order, JsonArray *array)
{
  SandboxSharing *book = get_book (call);
  gint64 sum = sum_up (call, array);
  gint64 left = sandbox_sharing_left (book, order);

  if (order->reversed_at != NULL || g_strcmp0 (sandbox_order_get (order, "profit_sharing"), "Y") != 0)
    sandbox_v2_refuse (call, "NOT_SHARE_ORDER", "非分账订单不支持分账");
  else if (left == 0)
    sandbox_v2_refuse (call, "ORDER_FINISHED", "分账订单已完结");
  else if (sum < 0)
    sandbox_v2_refuse (call, "RECEIVER_INVALID", "分账接收方非法");
  else if (sum > left)
    sandbox_v2_refuse (call, "NOTENOUGH", "分账金额不足");
  else if (json_array_get_length (array) > SANDBOX_MAX_SHARES ||
           sandbox_sharing_count (book, order) >= SANDBOX_MAX_SHARES)
    sandbox_v2_refuse (call, "RULE_LIMIT", "分账次数或接收方超过限制");
  else if ((sandbox_sharing_shared (book, order) + sum) * 100 > order->total * SANDBOX_SHARE_PERCENT)
    sandbox_v2_refuse (call, "RULE_LIMIT", "分账金额超过最大分账比例");
  else
    return TRUE;
  return FALSE;
}

/* The members of an answer about @share. */
static GHashTable *
make_answer (SandboxV2Call *call, const char *transaction_id, const char *out_order_no, const char *order_id)
{
  GHashTable *fields = sandbox_v2_answer_new (call->merchant, call->fault);
  g_autofree char *other = sandbox_random_digits (20);

  if (sandbox_v2_get (call, "appid") == NULL) {
    g_hash_table_remove (fields, "appid");
    g_hash_table_remove (fields, "sub_appid");
  }
  sandbox_v2_put (fields, "transaction_id", transaction_id);
  sandbox_v2_put (fields, "out_order_no", sandbox_v2_lies (call, SANDBOX_FAULT_WRONG_ORDER) ? other : out_order_no);
  sandbox_v2_put (fields, "order_id", order_id);
  return fields;
}

/* NULL with the call refused. */
static SandboxOrder *
find_order (SandboxV2Call *call)
{
  SandboxOrder *order = sandbox_v2_find_order (call);

  if (order == NULL)
    sandbox_v2_refuse (call, "INVALID_TRANSACTIONID", "无效transaction_id");
  return order;
}

static void
answer_share (SandboxV2Call *call, SandboxShare *share)
{
  g_autoptr (GHashTable) fields =
      make_answer (call, share->order->transaction_id, share->out_order_no, share->order_id);

  sandbox_v2_put (fields, "status", "PROCESSING");
  sandbox_v2_answer (call, fields);
}

static SandboxShare *
add_share (SandboxV2Call *call, SandboxOrder *order, JsonArray *array, const char *fingerprint)
{
  SandboxShare *share =
      sandbox_sharing_add (get_book (call), order, sandbox_v2_get (call, "out_order_no"), fingerprint);

  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonObject *object = json_array_get_object_element (array, i);
    SandboxPart *part = NULL;

    sandbox_share_add_part (get_book (call),
                            share,
                            sandbox_json_text (object, "type"),
                            sandbox_json_text (object, "account"),
                            sandbox_json_text (object, "description"),
                            get_amount (object));
    part = g_ptr_array_index (share->parts, i);
    part->failure = find_reason (part->description);
  }
  return share;
}

/* @finishes: what the receivers leave is the merchant's. */
static void
divide (SandboxV2Call *call, gboolean finishes)
{
  static const char *const fresh[] = { NULL };
  SandboxOrder *order = find_order (call);
  g_autoptr (JsonNode) root = order != NULL ? read_receivers (call) : NULL;
  g_autofree char *fingerprint = sandbox_v2_make_fingerprint (call->fields, fresh);
  SandboxShare *share = NULL;

  if (root == NULL)
    return;
  share = sandbox_sharing_find (get_book (call), order->account, sandbox_v2_get (call, "out_order_no"));
  if (share != NULL && (share->order != order || !g_str_equal (share->fingerprint, fingerprint))) {
    sandbox_v2_refuse (call, "INVALID_REQUEST", "商户分账单号重复");
    return;
  }
  if (share == NULL && !may_share (call, order, json_node_get_array (root)))
    return;
  if (share == NULL) {
    share = add_share (call, order, json_node_get_array (root), fingerprint);
    if (finishes)
      sandbox_sharing_unfreeze (order);
  }
  answer_share (call, share);
}

void
sandbox_v2_share (SandboxV2Call *call)
{
  divide (call, TRUE);
}

void
sandbox_v2_share_multi (SandboxV2Call *call)
{
  divide (call, FALSE);
}

/* A number that was used before looks like success and unfreezes nothing, as the service does it. */
void
sandbox_v2_share_finish (SandboxV2Call *call)
{
  SandboxOrder *order = find_order (call);
  g_autoptr (JsonArray) nobody = json_array_new ();
  SandboxShare *share = NULL;

  if (order == NULL)
    return;
  share = sandbox_sharing_find (get_book (call), order->account, sandbox_v2_get (call, "out_order_no"));
  if (share == NULL && !may_share (call, order, nobody))
    return;
  if (share == NULL) {
    share = add_share (call, order, nobody, "");
    sandbox_sharing_unfreeze (order);
  }
  answer_share (call, share);
}

static char *
write_receivers (const SandboxV2Call *call, SandboxShare *share)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *time = g_date_time_format (share->created_at, "%Y%m%d%H%M%S");
  gboolean is_pending = sandbox_v2_lies (call, SANDBOX_FAULT_PROCESSING);

  json_builder_begin_array (builder);
  for (guint i = 0; i < share->parts->len; i++) {
    SandboxPart *part = g_ptr_array_index (share->parts, i);

    json_builder_begin_object (builder);
    sandbox_json_add_text (builder, "type", part->type);
    sandbox_json_add_text (builder, "account", part->account);
    sandbox_json_add_integer (
        builder, "amount", part->amount + (sandbox_v2_lies (call, SANDBOX_FAULT_WRONG_AMOUNT) ? 1 : 0));
    sandbox_json_add_text (builder, "description", part->description);
    sandbox_json_add_text (builder, "detail_id", part->detail_id);
    sandbox_json_add_text (builder,
                           "result",
                           is_pending              ? "PENDING"
                           : part->failure != NULL ? "CLOSED"
                                                   : "SUCCESS");
    if (!is_pending)
      sandbox_json_add_text (builder, "finish_time", time);
    if (!is_pending && part->failure != NULL)
      sandbox_json_add_text (builder, "fail_reason", part->failure);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  return sandbox_json_write (builder);
}

void
sandbox_v2_share_query (SandboxV2Call *call)
{
  SandboxShare *share =
      sandbox_sharing_find (get_book (call), call->merchant->account, sandbox_v2_get (call, "out_order_no"));
  g_autoptr (GHashTable) fields = NULL;
  g_autofree char *receivers = NULL;

  if (share == NULL || !g_str_equal (share->order->transaction_id, sandbox_v2_get (call, "transaction_id"))) {
    sandbox_v2_refuse (call, "ORDERNOTEXIST", "分账单不存在");
    return;
  }
  fields = make_answer (call, share->order->transaction_id, share->out_order_no, share->order_id);
  receivers = write_receivers (call, share);
  sandbox_v2_put (fields, "status", sandbox_v2_lies (call, SANDBOX_FAULT_PROCESSING) ? "PROCESSING" : "FINISHED");
  sandbox_v2_put (fields, "receivers", receivers);
  sandbox_v2_answer (call, fields);
}

/* The one receiver of the call as an object, or NULL with the call refused. */
static JsonNode *
read_relation (SandboxV2Call *call, gboolean is_new)
{
  g_autoptr (JsonNode) root = parse (sandbox_v2_get (call, "receiver"));
  JsonObject *object = json_node_get_object (root);
  const char *type = sandbox_json_text (object, "type");
  const char *missing =
      sandbox_json_text (object, "account") == NULL                   ? "account"
      : is_new && sandbox_json_text (object, "relation_type") == NULL ? "relation_type"
      : is_new && g_strcmp0 (type, "MERCHANT_ID") == 0 && sandbox_json_text (object, "name") == NULL ? "name"
                                                                                                     : NULL;

  if (type == NULL || !g_strv_contains (types, type))
    sandbox_v2_refuse (call, "PARAM_ERROR", "参数错误: type of receiver is no type of a receiver");
  else if (missing != NULL)
    sandbox_v2_refuse (call, "PARAM_ERROR", "参数错误: receiver has no %s", missing);
  else
    return g_steal_pointer (&root);
  return NULL;
}

static void
answer_receiver (SandboxV2Call *call, JsonObject *object)
{
  g_autoptr (GHashTable) fields = make_answer (call, NULL, NULL, NULL);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "type", sandbox_json_text (object, "type"));
  sandbox_json_add_text (builder, "account", sandbox_json_text (object, "account"));
  if (sandbox_json_text (object, "relation_type") != NULL)
    sandbox_json_add_text (builder, "relation_type", sandbox_json_text (object, "relation_type"));
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_v2_put (fields, "receiver", text);
  g_hash_table_remove (fields, "out_order_no");
  sandbox_v2_answer (call, fields);
}

void
sandbox_v2_share_add_receiver (SandboxV2Call *call)
{
  g_autoptr (JsonNode) root = read_relation (call, TRUE);
  JsonObject *object = root != NULL ? json_node_get_object (root) : NULL;

  if (object == NULL)
    return;
  sandbox_sharing_add_receiver (get_book (call),
                                call->merchant->account,
                                sandbox_json_text (object, "type"),
                                sandbox_json_text (object, "account"));
  answer_receiver (call, object);
}

void
sandbox_v2_share_remove_receiver (SandboxV2Call *call)
{
  g_autoptr (JsonNode) root = read_relation (call, FALSE);
  JsonObject *object = root != NULL ? json_node_get_object (root) : NULL;
  const char *type = object != NULL ? sandbox_json_text (object, "type") : NULL;
  const char *number = object != NULL ? sandbox_json_text (object, "account") : NULL;

  if (object == NULL)
    return;
  if (!sandbox_sharing_has_receiver (get_book (call), call->merchant->account, type, number)) {
    sandbox_v2_refuse (call, "RECEIVER_INVALID", "分账接收方不存在");
    return;
  }
  sandbox_sharing_remove_receiver (get_book (call), call->merchant->account, type, number);
  answer_receiver (call, object);
}

/* By the gateway's number before the merchant's. */
static SandboxShare *
find_share (SandboxV2Call *call)
{
  const char *order_id = sandbox_v2_get (call, "order_id");
  const char *account = call->merchant->account;
  SandboxShare *share =
      order_id != NULL ? sandbox_sharing_find_id (get_book (call), account, order_id)
                       : sandbox_sharing_find (get_book (call), account, sandbox_v2_get (call, "out_order_no"));

  if (share == NULL)
    sandbox_v2_refuse (call, "ORDERNOTEXIST", "分账单不存在");
  return share;
}

static void
answer_return (SandboxV2Call *call, SandboxReturn *back)
{
  g_autoptr (GHashTable) fields = make_answer (call, NULL, back->share->out_order_no, back->share->order_id);
  g_autofree char *time = g_date_time_format (back->created_at, "%Y%m%d%H%M%S");
  g_autofree char *other = sandbox_random_digits (20);
  gboolean is_pending = sandbox_v2_lies (call, SANDBOX_FAULT_PROCESSING);

  sandbox_v2_put (
      fields, "out_return_no", sandbox_v2_lies (call, SANDBOX_FAULT_WRONG_REFUND) ? other : back->out_return_no);
  sandbox_v2_put (fields, "return_no", back->return_id);
  sandbox_v2_put (fields, "return_account_type", "MERCHANT_ID");
  sandbox_v2_put (fields, "return_account", back->return_mchid);
  sandbox_v2_put_fen (
      fields, "return_amount", back->amount + (sandbox_v2_lies (call, SANDBOX_FAULT_WRONG_AMOUNT) ? 1 : 0));
  sandbox_v2_put (fields, "result", is_pending ? "PROCESSING" : back->failure != NULL ? "FAILED" : "SUCCESS");
  if (!is_pending) {
    sandbox_v2_put (fields, "fail_reason", back->failure);
    sandbox_v2_put (fields, "finish_time", time);
  }
  sandbox_v2_answer (call, fields);
}

/* Whether the share has given this merchant anything. */
static gboolean
has_got (SandboxShare *share, const char *mchid)
{
  for (guint i = 0; i < share->parts->len; i++) {
    SandboxPart *part = g_ptr_array_index (share->parts, i);

    if (g_str_equal (part->type, "MERCHANT_ID") && g_str_equal (part->account, mchid))
      return TRUE;
  }
  return FALSE;
}

void
sandbox_v2_share_return (SandboxV2Call *call)
{
  static const char *const fresh[] = { "order_id", "out_order_no", NULL };
  g_autofree char *fingerprint = sandbox_v2_make_fingerprint (call->fields, fresh);
  const char *number = sandbox_v2_get (call, "out_return_no");
  const char *from = sandbox_v2_get (call, "return_account");
  gint64 amount = sandbox_v2_get_fen (call, "return_amount");
  SandboxShare *share = find_share (call);
  SandboxReturn *back = sandbox_sharing_find_return (get_book (call), call->merchant->account, number);

  if (share == NULL)
    return;
  if (back != NULL && (back->share != share || !g_str_equal (back->fingerprint, fingerprint)))
    sandbox_v2_refuse (call, "INVALID_REQUEST", "商户回退单号重复");
  else if (back == NULL && !has_got (share, from))
    sandbox_v2_refuse (call, "RECEIVER_INVALID", "回退方不是该分账单的接收方");
  else if (back == NULL && amount > sandbox_sharing_returnable (get_book (call), share, from))
    sandbox_v2_refuse (call, "NOTENOUGH", "回退金额超过分账金额");
  else {
    if (back == NULL) {
      back = sandbox_sharing_add_return (get_book (call), share, number, from, amount, fingerprint);
      back->failure = find_reason (sandbox_v2_get (call, "description"));
    }
    answer_return (call, back);
  }
}

void
sandbox_v2_share_return_query (SandboxV2Call *call)
{
  SandboxShare *share = find_share (call);
  SandboxReturn *back = share != NULL ? sandbox_sharing_find_return (get_book (call),
                                                                     call->merchant->account,
                                                                     sandbox_v2_get (call, "out_return_no"))
                                      : NULL;

  if (share == NULL)
    return;
  if (back != NULL && back->share == share)
    answer_return (call, back);
  else
    sandbox_v2_refuse (call, "ORDERNOTEXIST", "回退单不存在");
}

void
sandbox_v2_share_amount (SandboxV2Call *call)
{
  SandboxOrder *order = find_order (call);
  g_autoptr (GHashTable) fields = NULL;
  gint64 left = 0;

  if (order == NULL)
    return;
  left = sandbox_sharing_left (get_book (call), order);
  fields = make_answer (call, order->transaction_id, NULL, NULL);
  g_hash_table_remove (fields, "out_order_no");
  sandbox_v2_put_fen (
      fields, "unsplit_amount", left + (sandbox_v2_lies (call, SANDBOX_FAULT_WRONG_AMOUNT) ? 1 : 0));
  sandbox_v2_answer (call, fields);
}
