/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-wechat-sharing.h"

#include "sandbox-json.h"
#include "sandbox-sharing.h"
#include "sandbox-wechat-auth.h"
#include "sandbox-wechat-rules.h"

#define TYPES "MERCHANT_ID|PERSONAL_OPENID|PERSONAL_SUB_OPENID"
#define RELATIONS                                                                                                  \
  "SERVICE_PROVIDER|STORE|STAFF|STORE_OWNER|PARTNER|HEADQUARTER|BRAND|DISTRIBUTOR|USER|SUPPLIER|CUSTOM"
#define OTHERS "_-|*@"

#define HOME     SANDBOX_WECHAT_HOME
#define PROVIDER SANDBOX_WECHAT_PROVIDER
#define ANY      SANDBOX_WECHAT_ANY
#define TEXT     SANDBOX_WECHAT_TEXT
#define SECRET   SANDBOX_WECHAT_SECRET
#define WHOLE    SANDBOX_WECHAT_WHOLE
#define FLAG     SANDBOX_WECHAT_FLAG
#define ARRAY    SANDBOX_WECHAT_ARRAY

/* Section 12 of the V3 reference. */
static const SandboxWechatRule add_rules[] = {
  { PROVIDER, ANY, "", "sub_mchid", TEXT, 32, TRUE, NULL },
  { PROVIDER, ANY, "", "sub_appid", TEXT, 32, FALSE, NULL },
  { HOME, ANY, "", "appid", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "", "type", TEXT, 32, TRUE, TYPES },
  { HOME, ANY, "", "account", TEXT, 64, TRUE, NULL },
  { HOME, ANY, "", "name", SECRET, 1024, FALSE, NULL },
  { HOME, ANY, "", "relation_type", TEXT, 32, TRUE, RELATIONS },
  { HOME, ANY, "", "custom_relation", TEXT, 10, FALSE, NULL },
  { 0 },
};

static const SandboxWechatRule remove_rules[] = {
  { PROVIDER, ANY, "", "sub_mchid", TEXT, 32, TRUE, NULL },
  { PROVIDER, ANY, "", "sub_appid", TEXT, 32, FALSE, NULL },
  { HOME, ANY, "", "appid", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "", "type", TEXT, 32, TRUE, TYPES },
  { HOME, ANY, "", "account", TEXT, 64, TRUE, NULL },
  { 0 },
};

static const SandboxWechatRule share_rules[] = {
  { PROVIDER, ANY, "", "sub_mchid", TEXT, 32, TRUE, NULL },
  { PROVIDER, ANY, "", "sub_appid", TEXT, 32, FALSE, NULL },
  { HOME, ANY, "", "appid", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "", "transaction_id", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "", "out_order_no", TEXT, 64, TRUE, NULL },
  { HOME, ANY, "", "receivers", ARRAY, 0, TRUE, NULL },
  { HOME, ANY, "", "unfreeze_unsplit", FLAG, 0, TRUE, NULL },
  { HOME, ANY, "/receivers", "type", TEXT, 32, TRUE, TYPES },
  { HOME, ANY, "/receivers", "account", TEXT, 64, TRUE, NULL },
  { HOME, ANY, "/receivers", "name", SECRET, 1024, FALSE, NULL },
  { HOME, ANY, "/receivers", "amount", WHOLE, 0, TRUE, NULL },
  { HOME, ANY, "/receivers", "description", TEXT, 80, TRUE, NULL },
  { 0 },
};

static const SandboxWechatRule unfreeze_rules[] = {
  { PROVIDER, ANY, "", "sub_mchid", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "", "transaction_id", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "", "out_order_no", TEXT, 64, TRUE, NULL },
  { HOME, ANY, "", "description", TEXT, 80, TRUE, NULL },
  { 0 },
};

static const SandboxWechatRule return_rules[] = {
  { PROVIDER, ANY, "", "sub_mchid", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "", "order_id", TEXT, 64, FALSE, NULL },
  { HOME, ANY, "", "out_order_no", TEXT, 64, FALSE, NULL },
  { HOME, ANY, "", "out_return_no", TEXT, 64, TRUE, NULL },
  { HOME, ANY, "", "return_mchid", TEXT, 32, TRUE, NULL },
  { HOME, ANY, "", "amount", WHOLE, 0, TRUE, NULL },
  { HOME, ANY, "", "description", TEXT, 80, TRUE, NULL },
  { 0 },
};

static SandboxSharing *
sharing (SandboxWechatCall *call)
{
  return call->sandbox->sharing;
}

static void
note (SandboxWechatCall *call, SandboxOrder *order, const char *number)
{
  sandbox_reply_set_numbers (call->reply, order != NULL ? order->out_trade_no : NULL, NULL, number);
}

static gboolean
check_number (SandboxWechatCall *call, const char *name)
{
  g_autofree char *pointer = g_strconcat ("/", name, NULL);

  return sandbox_wechat_is_number (sandbox_wechat_text (call, name), 1, 64, OTHERS) ||
         sandbox_wechat_blame (call, pointer, "is not 1 to 64 letters, digits or " OTHERS);
}

static void
answer_receiver (SandboxWechatCall *call)
{
  static const char *const members[] = { "sub_mchid", "type", "account", "relation_type", "custom_relation" };
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    const char *value = sandbox_wechat_text (call, members[i]);

    if (value != NULL)
      sandbox_json_add_text (builder, members[i], value);
  }
  json_builder_end_object (builder);
  sandbox_wechat_answer_builder (call, builder);
}

void
sandbox_wechat_add_receiver (SandboxWechatCall *call)
{
  const char *type = NULL;
  gboolean is_custom = FALSE;

  if (!sandbox_wechat_check (call, add_rules))
    return;
  type = sandbox_wechat_text (call, "type");
  is_custom = g_str_equal (sandbox_wechat_text (call, "relation_type"), "CUSTOM");
  note (call, NULL, sandbox_wechat_text (call, "account"));
  if (g_str_equal (type, "MERCHANT_ID") && sandbox_wechat_text (call, "name") == NULL) {
    sandbox_wechat_blame (call, "/name", "is missing, and a merchant needs it");
    return;
  }
  if (is_custom != (sandbox_wechat_text (call, "custom_relation") != NULL)) {
    sandbox_wechat_blame (call, "/custom_relation", "goes with the relation CUSTOM, and with no other");
    return;
  }
  if (!sandbox_wechat_begin (call))
    return;
  sandbox_sharing_add_receiver (
      sharing (call), call->merchant->account, type, sandbox_wechat_text (call, "account"));
  answer_receiver (call);
}

void
sandbox_wechat_remove_receiver (SandboxWechatCall *call)
{
  if (!sandbox_wechat_check (call, remove_rules))
    return;
  note (call, NULL, sandbox_wechat_text (call, "account"));
  if (!sandbox_wechat_begin (call))
    return;
  sandbox_sharing_remove_receiver (sharing (call),
                                   call->merchant->account,
                                   sandbox_wechat_text (call, "type"),
                                   sandbox_wechat_text (call, "account"));
  answer_receiver (call);
}

static void
add_part (JsonBuilder *builder, SandboxShare *share, SandboxPart *part)
{
  g_autofree char *time = sandbox_time (share->created_at);

  json_builder_begin_object (builder);
  sandbox_json_add_integer (builder, "amount", part->amount);
  sandbox_json_add_text (builder, "description", part->description);
  sandbox_json_add_text (builder, "type", part->type);
  sandbox_json_add_text (builder, "account", part->account);
  sandbox_json_add_text (builder,
                         "result",
                         !share->is_finished     ? "PENDING"
                         : part->failure != NULL ? "CLOSED"
                                                 : "SUCCESS");
  if (share->is_finished && part->failure != NULL)
    sandbox_json_add_text (builder, "fail_reason", part->failure);
  sandbox_json_add_text (builder, "create_time", time);
  if (share->is_finished)
    sandbox_json_add_text (builder, "finish_time", time);
  sandbox_json_add_text (builder, "detail_id", part->detail_id);
  json_builder_end_object (builder);
}

static void
answer_share (SandboxWechatCall *call, SandboxShare *share)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  if (call->merchant->sub_mchid != NULL)
    sandbox_json_add_text (builder, "sub_mchid", call->merchant->sub_mchid);
  sandbox_json_add_text (builder, "transaction_id", share->order->transaction_id);
  sandbox_json_add_text (builder, "out_order_no", share->out_order_no);
  sandbox_json_add_text (builder, "order_id", share->order_id);
  sandbox_json_add_text (builder, "state", share->is_finished ? "FINISHED" : "PROCESSING");
  json_builder_set_member_name (builder, "receivers");
  json_builder_begin_array (builder);
  for (guint i = 0; i < share->parts->len; i++)
    add_part (builder, share, g_ptr_array_index (share->parts, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  sandbox_wechat_answer_builder (call, builder);
}

/* The order whose money is shared, or NULL with the reply filled. */
static SandboxOrder *
find_order (SandboxWechatCall *call, const char *transaction_id, const char *number)
{
  SandboxOrder *order = sandbox_wechat_find_paid (call, transaction_id);

  note (call, order, number);
  if (!sandbox_wechat_begin (call))
    return NULL;
  if (order == NULL)
    sandbox_wechat_deny (call, 404, "RESOURCE_NOT_EXISTS", "订单不存在");
  else if (sandbox_order_get (order, "profit_sharing") == NULL)
    sandbox_wechat_deny (call, 400, "INVALID_REQUEST", "订单没有分账标识");
  else
    return order;
  return NULL;
}

static gint64
sum_parts (JsonArray *receivers)
{
  gint64 sum = 0;

  for (guint i = 0; i < json_array_get_length (receivers); i++) {
    sum += sandbox_json_whole (json_array_get_object_element (receivers, i), "amount");
  }
  return sum;
}

/* Whether the books let so much be shared now; FALSE with the reply filled. */
static gboolean
check_books (SandboxWechatCall *call, SandboxOrder *order, gint64 sum)
{
  gint64 shared = sandbox_sharing_shared (sharing (call), order);

  if (sum > sandbox_sharing_left (sharing (call), order))
    sandbox_wechat_deny (call, 403, "NOT_ENOUGH", "分账金额超过剩余待分金额");
  else if ((shared + sum) * 100 > order->total * SANDBOX_SHARE_PERCENT)
    sandbox_wechat_deny (call, 403, "RULE_LIMIT", "分账金额超过最大分账比例");
  else if (sandbox_sharing_count (sharing (call), order) >= SANDBOX_MAX_SHARES)
    sandbox_wechat_deny (call, 403, "RULE_LIMIT", "分账次数超限");
  else
    return TRUE;
  return FALSE;
}

static void
add_share (SandboxWechatCall *call, SandboxOrder *order, JsonArray *receivers, const char *fingerprint)
{
  SandboxShare *share =
      sandbox_sharing_add (sharing (call), order, sandbox_wechat_text (call, "out_order_no"), fingerprint);

  for (guint i = 0; i < json_array_get_length (receivers); i++) {
    JsonObject *receiver = json_array_get_object_element (receivers, i);

    sandbox_share_add_part (sharing (call),
                            share,
                            sandbox_json_text (receiver, "type"),
                            sandbox_json_text (receiver, "account"),
                            sandbox_json_text (receiver, "description"),
                            sandbox_json_whole (receiver, "amount"));
  }
  if (json_object_get_boolean_member (call->object, "unfreeze_unsplit"))
    sandbox_sharing_unfreeze (order);
  answer_share (call, share);
}

/* A name is sealed anew on every try, so a repeat is known by everything else. */
static char *
make_fingerprint (SandboxWechatCall *call)
{
  GString *text = g_string_new (NULL);
  JsonArray *receivers = json_object_get_array_member (call->object, "receivers");

  for (guint i = 0; i < json_array_get_length (receivers); i++) {
    JsonObject *receiver = json_array_get_object_element (receivers, i);

    g_string_append_printf (text,
                            "%s\n%s\n%" G_GINT64_FORMAT "\n%s\n",
                            sandbox_json_text (receiver, "type"),
                            sandbox_json_text (receiver, "account"),
                            sandbox_json_whole (receiver, "amount"),
                            sandbox_json_text (receiver, "description"));
  }
  g_string_append_printf (text,
                          "%s\n%d",
                          sandbox_wechat_text (call, "transaction_id"),
                          json_object_get_boolean_member (call->object, "unfreeze_unsplit"));
  return g_string_free (text, FALSE);
}

void
sandbox_wechat_share (SandboxWechatCall *call)
{
  g_autofree char *fingerprint = NULL;
  JsonArray *receivers = NULL;
  SandboxOrder *order = NULL;
  SandboxShare *share = NULL;
  const char *number = NULL;

  if (!sandbox_wechat_check (call, share_rules) || !check_number (call, "out_order_no"))
    return;
  receivers = json_object_get_array_member (call->object, "receivers");
  if (json_array_get_length (receivers) < 1 || json_array_get_length (receivers) > SANDBOX_MAX_SHARES) {
    sandbox_wechat_blame (call, "/receivers", "are not 1 to %d", SANDBOX_MAX_SHARES);
    return;
  }
  number = sandbox_wechat_text (call, "out_order_no");
  order = find_order (call, sandbox_wechat_text (call, "transaction_id"), number);
  if (order == NULL)
    return;
  fingerprint = make_fingerprint (call);
  share = sandbox_sharing_find (sharing (call), call->merchant->account, number);
  if (share != NULL && g_str_equal (share->fingerprint, fingerprint))
    answer_share (call, share);
  else if (share != NULL)
    sandbox_wechat_deny (call, 400, "INVALID_REQUEST", "out_order_no is used with other parameters");
  else if (check_books (call, order, sum_parts (receivers)))
    add_share (call, order, receivers, fingerprint);
}

/* The money has moved by the time somebody asks. */
void
sandbox_wechat_query_share (SandboxWechatCall *call)
{
  SandboxShare *share = sandbox_sharing_find (sharing (call), call->merchant->account, call->number);
  const char *transaction_id = sandbox_wechat_param (call, "transaction_id");

  note (call, share != NULL ? share->order : NULL, call->number);
  if (transaction_id == NULL) {
    sandbox_wechat_refuse (call->reply, 400, "PARAM_ERROR", "query", "transaction_id", "transaction_id is missing");
    return;
  }
  if (!sandbox_wechat_begin (call))
    return;
  if (share == NULL || !g_str_equal (share->order->transaction_id, transaction_id)) {
    sandbox_wechat_deny (call, 404, "RESOURCE_NOT_EXISTS", "分账单不存在");
    return;
  }
  share->is_finished = TRUE;
  answer_share (call, share);
}

/* A number that is used already "succeeds" and sets nothing free. */
void
sandbox_wechat_unfreeze (SandboxWechatCall *call)
{
  SandboxOrder *order = NULL;
  SandboxShare *share = NULL;
  const char *number = NULL;

  if (!sandbox_wechat_check (call, unfreeze_rules) || !check_number (call, "out_order_no"))
    return;
  number = sandbox_wechat_text (call, "out_order_no");
  order = find_order (call, sandbox_wechat_text (call, "transaction_id"), number);
  if (order == NULL)
    return;
  share = sandbox_sharing_find (sharing (call), call->merchant->account, number);
  if (share == NULL) {
    share = sandbox_sharing_add (sharing (call), order, number, "");
    sandbox_sharing_unfreeze (order);
  }
  answer_share (call, share);
}

static void
answer_return (SandboxWechatCall *call, SandboxReturn *back)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *time = sandbox_time (back->created_at);

  json_builder_begin_object (builder);
  if (call->merchant->sub_mchid != NULL)
    sandbox_json_add_text (builder, "sub_mchid", call->merchant->sub_mchid);
  sandbox_json_add_text (builder, "order_id", back->share->order_id);
  sandbox_json_add_text (builder, "out_order_no", back->share->out_order_no);
  sandbox_json_add_text (builder, "out_return_no", back->out_return_no);
  sandbox_json_add_text (builder, "return_id", back->return_id);
  sandbox_json_add_text (builder, "return_mchid", back->return_mchid);
  sandbox_json_add_integer (builder, "amount", back->amount);
  sandbox_json_add_text (builder, "description", back->description);
  sandbox_json_add_text (builder, "result", back->is_finished ? "SUCCESS" : "PROCESSING");
  sandbox_json_add_text (builder, "create_time", time);
  if (back->is_finished)
    sandbox_json_add_text (builder, "finish_time", time);
  json_builder_end_object (builder);
  sandbox_wechat_answer_builder (call, builder);
}

static SandboxShare *
find_returned (SandboxWechatCall *call)
{
  const char *order_id = sandbox_wechat_text (call, "order_id");
  const char *number = sandbox_wechat_text (call, "out_order_no");
  const char *account = call->merchant->account;
  SandboxShare *share = order_id != NULL ? sandbox_sharing_find_id (sharing (call), account, order_id)
                        : number != NULL ? sandbox_sharing_find (sharing (call), account, number)
                                         : NULL;

  note (call, share != NULL ? share->order : NULL, sandbox_wechat_text (call, "out_return_no"));
  return share;
}

void
sandbox_wechat_return_share (SandboxWechatCall *call)
{
  g_autofree char *fingerprint = NULL;
  SandboxShare *share = NULL;
  SandboxReturn *back = NULL;
  const char *number = NULL;
  const char *mchid = NULL;
  gint64 amount = 0;

  if (!sandbox_wechat_check (call, return_rules) || !check_number (call, "out_return_no"))
    return;
  if (json_object_has_member (call->object, "order_id") == json_object_has_member (call->object, "out_order_no")) {
    sandbox_wechat_blame (call, "/out_order_no", "or order_id is sent, and not both");
    return;
  }
  share = find_returned (call);
  number = sandbox_wechat_text (call, "out_return_no");
  mchid = sandbox_wechat_text (call, "return_mchid");
  amount = sandbox_json_whole (call->object, "amount");
  if (!sandbox_wechat_begin (call))
    return;
  fingerprint = sandbox_json_canonical (call->root);
  back = sandbox_sharing_find_return (sharing (call), call->merchant->account, number);
  if (back != NULL && g_str_equal (back->fingerprint, fingerprint))
    answer_return (call, back);
  else if (back != NULL)
    sandbox_wechat_deny (call, 400, "INVALID_REQUEST", "out_return_no is used with other parameters");
  else if (share == NULL)
    sandbox_wechat_deny (call, 404, "RESOURCE_NOT_EXISTS", "分账单不存在");
  else if (amount > sandbox_sharing_returnable (sharing (call), share, mchid))
    sandbox_wechat_deny (call, 403, "NOT_ENOUGH", "回退金额超过分账接收方可回退金额");
  else {
    back = sandbox_sharing_add_return (sharing (call), share, number, mchid, amount, fingerprint);
    back->description = g_strdup (sandbox_wechat_text (call, "description"));
    answer_return (call, back);
  }
}

void
sandbox_wechat_query_return (SandboxWechatCall *call)
{
  SandboxReturn *back = sandbox_sharing_find_return (sharing (call), call->merchant->account, call->number);
  const char *number = sandbox_wechat_param (call, "out_order_no");

  note (call, back != NULL ? back->share->order : NULL, call->number);
  if (number == NULL) {
    sandbox_wechat_refuse (call->reply, 400, "PARAM_ERROR", "query", "out_order_no", "out_order_no is missing");
    return;
  }
  if (!sandbox_wechat_begin (call))
    return;
  if (back == NULL || !g_str_equal (back->share->out_order_no, number)) {
    sandbox_wechat_deny (call, 404, "RESOURCE_NOT_EXISTS", "回退单不存在");
    return;
  }
  back->is_finished = TRUE;
  answer_return (call, back);
}

void
sandbox_wechat_share_left (SandboxWechatCall *call)
{
  SandboxOrder *order = find_order (call, call->number, NULL);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (order == NULL)
    return;
  json_builder_begin_object (builder);
  sandbox_json_add_text (builder, "transaction_id", order->transaction_id);
  sandbox_json_add_integer (builder, "unsplit_amount", sandbox_sharing_left (sharing (call), order));
  json_builder_end_object (builder);
  sandbox_wechat_answer_builder (call, builder);
}

/* One row for each receiver of a share; NULL when the day had none. The headings are the sandbox's own [inferred].
 */
SandboxBill *
sandbox_wechat_make_sharing_bill (SandboxWechatCall *call, const char *day)
{
  static const char head[] =
      "分账时间,分账发起方,微信订单号,微信分账单号,商户分账单号,分账接收方,分账金额,分账状态\r\n";
  g_autoptr (GPtrArray) shares = sandbox_sharing_of_account (sharing (call), call->merchant->account);
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autofree char *tail = NULL;
  gint64 count = 0;

  for (guint i = 0; i < shares->len; i++) {
    SandboxShare *share = g_ptr_array_index (shares, i);
    g_autofree char *time = g_date_time_format (share->created_at, "%Y-%m-%d %H:%M:%S");

    for (guint j = 0; g_str_has_prefix (time, day) && j < share->parts->len; j++, count++) {
      SandboxPart *part = g_ptr_array_index (share->parts, j);
      g_autofree char *yuan = sandbox_yuan (part->amount);

      g_string_append_printf (rows,
                              "`%s,`%s,`%s,`%s,`%s,`%s,`%s,`%s\r\n",
                              time,
                              call->merchant->mchid,
                              share->order->transaction_id,
                              share->order_id,
                              share->out_order_no,
                              part->account,
                              yuan,
                              part->failure != NULL ? "CLOSED" : "SUCCESS");
    }
  }
  tail = g_strdup_printf ("总笔数\r\n`%" G_GINT64_FORMAT "\r\n", count);
  return count > 0 ? sandbox_bills_add (call->sandbox->bills, call->merchant->account, head, rows->str, tail)
                   : NULL;
}
