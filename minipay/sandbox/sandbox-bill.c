/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-bill.h"

#include <string.h>

#include "sandbox-bill-stream.h"
#include "sandbox-crypto.h"

#define MAX_BILLS 64
#define COUNTER   "0000000000"
#define LINE      "\r\n"

struct _SandboxBills {
  GPtrArray *kept;  /* owned, the oldest first */
  GHashTable *rows; /* account -> how many rows the next bill has */
};

/* Columns of the trade bill: section 13 of the V2 reference. */
enum {
  TIME,
  APPID,
  MCHID,
  SUB_MCHID,
  DEVICE,
  TRANSACTION,
  OUT_TRADE_NO,
  PAYER,
  TRADE_TYPE,
  STATE,
  BANK,
  CURRENCY,
  SETTLED,
  COUPON,
  REFUND_ID,
  OUT_REFUND_NO,
  REFUNDED,
  COUPON_REFUND,
  CHANNEL,
  REFUND_STATE,
  GOODS,
  ATTACH,
  FEE,
  RATE,
  TOTAL,
  REFUND_WISHED,
  RATE_NOTE,
  N_COLUMNS
};

static const struct {
  const char *heading;
  gboolean is_about_refunds; /* left out of the bill of payments */
} columns[N_COLUMNS] = {
  [TIME] = { "交易时间", FALSE },
  [APPID] = { "公众账号ID", FALSE },
  [MCHID] = { "商户号", FALSE },
  [SUB_MCHID] = { "特约商户号", FALSE },
  [DEVICE] = { "设备号", FALSE },
  [TRANSACTION] = { "微信订单号", FALSE },
  [OUT_TRADE_NO] = { "商户订单号", FALSE },
  [PAYER] = { "用户标识", FALSE },
  [TRADE_TYPE] = { "交易类型", FALSE },
  [STATE] = { "交易状态", FALSE },
  [BANK] = { "付款银行", FALSE },
  [CURRENCY] = { "货币种类", FALSE },
  [SETTLED] = { "应结订单金额", FALSE },
  [COUPON] = { "代金券金额", FALSE },
  [REFUND_ID] = { "微信退款单号", TRUE },
  [OUT_REFUND_NO] = { "商户退款单号", TRUE },
  [REFUNDED] = { "退款金额", TRUE },
  [COUPON_REFUND] = { "充值券退款金额", TRUE },
  [CHANNEL] = { "退款类型", TRUE },
  [REFUND_STATE] = { "退款状态", TRUE },
  [GOODS] = { "商品名称", FALSE },
  [ATTACH] = { "商户数据包", FALSE },
  [FEE] = { "手续费", FALSE },
  [RATE] = { "费率", FALSE },
  [TOTAL] = { "订单金额", FALSE },
  [REFUND_WISHED] = { "申请退款金额", TRUE },
  [RATE_NOTE] = { "费率备注", FALSE },
};

static const char flow_head[] = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,"
                                "收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号" LINE;
static const char flow_summary[] = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额" LINE;
static const char summary[] =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额" LINE;

/* One bill being written. */
typedef struct {
  SandboxBillKind kind;
  GString *text;
  gint64 n_in;
  gint64 n_out;
  gint64 in;
  gint64 out;
} Writing;

static void
bill_free (gpointer data)
{
  SandboxBill *bill = data;

  g_free (bill->token);
  g_free (bill->head);
  g_free (bill->row);
  g_free (bill->tail);
  g_free (bill);
}

SandboxBills *
sandbox_bills_new (void)
{
  SandboxBills *self = g_new0 (SandboxBills, 1);

  self->kept = g_ptr_array_new_with_free_func (bill_free);
  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
sandbox_bills_free (SandboxBills *self)
{
  g_ptr_array_unref (self->kept);
  g_hash_table_unref (self->rows);
  g_free (self);
}

/* The account's next bill is made up and has so many rows. */
void
sandbox_bills_set_rows (SandboxBills *self, const char *account, gint64 rows)
{
  g_hash_table_insert (self->rows, g_strdup (account), g_memdup2 (&rows, sizeof rows));
}

/* Whole units with two decimals, as every bill writes money. */
char *
sandbox_yuan (gint64 fen)
{
  return g_strdup_printf (
      "%s%" G_GINT64_FORMAT ".%02" G_GINT64_FORMAT, fen < 0 ? "-" : "", ABS (fen) / 100, ABS (fen) % 100);
}

gboolean
sandbox_is_day (const char *day)
{
  g_autofree char *time = NULL;
  g_autoptr (GDateTime) read = NULL;

  if (day == NULL || strlen (day) != strlen ("2026-01-31") || day[4] != '-' || day[7] != '-')
    return FALSE;
  time = g_strconcat (day, "T00:00:00+08:00", NULL);
  read = g_date_time_new_from_iso8601 (time, NULL);
  return read != NULL;
}

/* A value as a bill shows it: what would end it is a blank. */
static void
add_value (GString *text, const char *value)
{
  g_autofree char *plain = g_strdelimit (g_strdup (value != NULL ? value : ""), ",`\r\n", ' ');

  g_string_append_printf (text, "`%s,", plain);
}

static void
end_line (GString *text)
{
  g_string_truncate (text, text->len - 1);
  g_string_append (text, LINE);
}

static void
add_row (Writing *writing, const char *const *values)
{
  for (guint i = 0; i < N_COLUMNS; i++) {
    if (writing->kind != SANDBOX_BILL_SUCCESS || !columns[i].is_about_refunds)
      add_value (writing->text, values[i]);
  }
  end_line (writing->text);
}

static char *
make_heading (SandboxBillKind kind)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < N_COLUMNS; i++) {
    if (kind != SANDBOX_BILL_SUCCESS || !columns[i].is_about_refunds)
      g_string_append_printf (text, "%s,", columns[i].heading);
  }
  end_line (text);
  return g_string_free (text, FALSE);
}

static void
set_common (const char **values, SandboxOrder *order, const char *time)
{
  values[TIME] = time;
  values[APPID] = order->appid;
  values[MCHID] = order->mchid;
  values[SUB_MCHID] = order->sub_mchid != NULL ? order->sub_mchid : "0";
  values[TRANSACTION] = order->transaction_id;
  values[OUT_TRADE_NO] = order->out_trade_no;
  values[PAYER] = order->payer;
  values[TRADE_TYPE] = order->trade_type != NULL ? order->trade_type : "JSAPI";
  values[BANK] = "OTHERS";
  values[CURRENCY] = order->currency;
  values[COUPON] = values[COUPON_REFUND] = "0.00";
  values[GOODS] = sandbox_order_get (order, "description");
  values[ATTACH] = order->attach;
  values[FEE] = "0.00000";
  values[RATE] = "0.00%";
}

static void
add_flow (Writing *writing, GDateTime *at, const char *number, const char *voucher, gint64 amount)
{
  g_autofree char *time = g_date_time_format (at, "%Y-%m-%d %H:%M:%S");
  g_autofree char *yuan = sandbox_yuan (ABS (amount));
  g_autofree char *rest = sandbox_yuan (writing->in - writing->out);
  const char *const values[] = { time,
                                 number,
                                 voucher,
                                 amount > 0 ? "交易" : "退款",
                                 amount > 0 ? "交易" : "退款",
                                 amount > 0 ? "收入" : "支出",
                                 yuan,
                                 rest,
                                 "system",
                                 "",
                                 voucher };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    add_value (writing->text, values[i]);
  end_line (writing->text);
}

static void
add_payment (Writing *writing, SandboxOrder *order)
{
  g_autofree char *time = g_date_time_format (order->paid_at, "%Y-%m-%d %H:%M:%S");
  g_autofree char *yuan = sandbox_yuan (order->total);
  const char *values[N_COLUMNS] = { NULL };

  writing->n_in++;
  writing->in += order->total;
  if (writing->kind == SANDBOX_BILL_FUND_FLOW) {
    add_flow (writing, order->paid_at, order->transaction_id, order->out_trade_no, order->total);
    return;
  }
  set_common (values, order, time);
  values[STATE] = "SUCCESS";
  values[SETTLED] = values[TOTAL] = yuan;
  values[REFUND_ID] = values[OUT_REFUND_NO] = "0";
  values[REFUNDED] = values[REFUND_WISHED] = "0.00";
  add_row (writing, values);
}

static void
add_refund (Writing *writing, SandboxRefund *refund)
{
  static const char *const states[] = { "PROCESSING", "SUCCESS", "FAIL", "CHANGE" };
  g_autofree char *time = g_date_time_format (refund->created_at, "%Y-%m-%d %H:%M:%S");
  g_autofree char *yuan = sandbox_yuan (refund->amount);
  const char *values[N_COLUMNS] = { NULL };

  writing->n_out++;
  writing->out += refund->amount;
  if (writing->kind == SANDBOX_BILL_FUND_FLOW) {
    add_flow (writing, refund->created_at, refund->refund_id, refund->out_refund_no, -refund->amount);
    return;
  }
  set_common (values, refund->order, time);
  values[STATE] = "REFUND";
  values[SETTLED] = values[TOTAL] = "0.00";
  values[REFUND_ID] = refund->refund_id;
  values[OUT_REFUND_NO] = refund->out_refund_no;
  values[REFUNDED] = values[REFUND_WISHED] = yuan;
  values[CHANNEL] = "ORIGINAL";
  values[REFUND_STATE] = states[refund->state];
  add_row (writing, values);
}

static gboolean
is_on (GDateTime *time, const char *day)
{
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%d") : NULL;

  return g_strcmp0 (text, day) == 0;
}

static char *
make_tail (const Writing *writing)
{
  g_autofree char *in = sandbox_yuan (writing->in);
  g_autofree char *out = sandbox_yuan (writing->out);

  if (writing->kind == SANDBOX_BILL_FUND_FLOW)
    return g_strdup_printf ("%s`%" G_GINT64_FORMAT ",`%" G_GINT64_FORMAT ",`%s,`%" G_GINT64_FORMAT ",`%s" LINE,
                            flow_summary,
                            writing->n_in + writing->n_out,
                            writing->n_in,
                            in,
                            writing->n_out,
                            out);
  return g_strdup_printf ("%s`%" G_GINT64_FORMAT ",`%s,`%s,`0.00,`0.00000,`%s,`%s" LINE,
                          summary,
                          writing->n_in + writing->n_out,
                          in,
                          out,
                          in,
                          out);
}

static void
write_books (Writing *writing, Sandbox *sandbox, const char *account, const char *day)
{
  g_autoptr (GPtrArray) orders = sandbox_orders_match (sandbox->orders, account, NULL);
  g_autoptr (GPtrArray) refunds = sandbox_refunds_match (sandbox->refunds, account, NULL);

  for (guint i = orders->len; i > 0 && writing->kind != SANDBOX_BILL_REFUND; i--) {
    SandboxOrder *order = g_ptr_array_index (orders, i - 1);

    if (order->parts == NULL && order->reversed_at == NULL && is_on (order->paid_at, day))
      add_payment (writing, order);
  }
  for (guint i = refunds->len; i > 0 && writing->kind != SANDBOX_BILL_SUCCESS; i--) {
    SandboxRefund *refund = g_ptr_array_index (refunds, i - 1);

    if (is_on (refund->created_at, day))
      add_refund (writing, refund);
  }
}

static void
write_made_up (Writing *writing, const SandboxMerchant *merchant, const char *day)
{
  const char *values[N_COLUMNS] = { NULL };
  g_autofree char *time = g_strconcat (day, " 12:00:00", NULL);
  SandboxOrder order = { .appid = (char *) merchant->appid,
                         .mchid = merchant->mchid,
                         .transaction_id = (char *) "4200000000000000" COUNTER,
                         .out_trade_no = (char *) "MADE0UP000" COUNTER,
                         .payer = (char *) "o0000000000000000000000000000",
                         .currency = "CNY",
                         .extra = g_hash_table_new (g_str_hash, g_str_equal) };

  set_common (values, &order, time);
  values[TRANSACTION] = "42000000000000009999999999"; /* only the merchant's number counts up */
  values[STATE] = "SUCCESS";
  values[SETTLED] = values[TOTAL] = "1.00";
  values[REFUND_ID] = values[OUT_REFUND_NO] = "0";
  values[REFUNDED] = values[REFUND_WISHED] = "0.00";
  add_row (writing, values);
  g_hash_table_unref (order.extra);
}

static SandboxBill *
keep (SandboxBills *self, const char *account, char *head, char *row, gint64 n_rows, char *tail)
{
  SandboxBill *bill = g_new0 (SandboxBill, 1);

  bill->account = account;
  bill->token = sandbox_random_text (32);
  bill->head = head;
  bill->row = row;
  bill->counter = row != NULL ? strstr (row, "MADE0UP000" COUNTER) + strlen ("MADE0UP000") - row : 0;
  bill->n_rows = n_rows;
  bill->tail = tail;
  if (self->kept->len >= MAX_BILLS)
    g_ptr_array_remove_index (self->kept, 0);
  g_ptr_array_add (self->kept, bill);
  return bill;
}

/* The bill of @day (yyyy-MM-dd), or NULL when nothing happened on it. It lives until 64 others were asked for. */
SandboxBill *
sandbox_bills_make (Sandbox *sandbox, const SandboxMerchant *merchant, SandboxBillKind kind, const char *day)
{
  const gint64 *wanted = g_hash_table_lookup (sandbox->bills->rows, merchant->account);
  gint64 n_rows = wanted != NULL ? *wanted : 0;
  g_autoptr (GString) text = g_string_new (NULL);
  Writing writing = { .kind = n_rows > 0 && kind == SANDBOX_BILL_FUND_FLOW ? SANDBOX_BILL_ALL : kind,
                      .text = text };
  g_autofree char *heading =
      writing.kind == SANDBOX_BILL_FUND_FLOW ? g_strdup (flow_head) : make_heading (writing.kind);
  g_autofree char *tail = NULL;

  if (n_rows > 0) {
    write_made_up (&writing, merchant, day);
    writing.n_in = n_rows;
    writing.in = 100 * n_rows;
    g_hash_table_remove (sandbox->bills->rows, merchant->account);
    return keep (sandbox->bills,
                 merchant->account,
                 g_steal_pointer (&heading),
                 g_strdup (text->str),
                 n_rows,
                 make_tail (&writing));
  }
  write_books (&writing, sandbox, merchant->account, day);
  tail = make_tail (&writing);
  return text->len > 0 ? sandbox_bills_add (sandbox->bills, merchant->account, heading, text->str, tail) : NULL;
}

/* A bill out of texts a gateway has written itself. */
SandboxBill *
sandbox_bills_add (SandboxBills *self, const char *account, const char *head, const char *rows, const char *tail)
{
  return keep (self, account, g_strconcat (head, rows, NULL), NULL, 0, g_strdup (tail));
}

/* NULL for a token of nobody or of another account. */
SandboxBill *
sandbox_bills_find (SandboxBills *self, const char *account, const char *token)
{
  for (guint i = 0; i < self->kept->len; i++) {
    SandboxBill *bill = g_ptr_array_index (self->kept, i);

    if (g_str_equal (bill->account, account) && g_strcmp0 (bill->token, token) == 0)
      return bill;
  }
  return NULL;
}

/* The text, compressed when the bill is. */
GInputStream *
sandbox_bill_open (SandboxBill *bill)
{
  g_autoptr (GInputStream) plain =
      sandbox_bill_stream_new (bill->head, bill->row, bill->counter, bill->n_rows, bill->tail);
  g_autoptr (GConverter) zip = NULL;

  if (!bill->is_gzip)
    return g_steal_pointer (&plain);
  zip = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1));
  return g_converter_input_stream_new (plain, zip);
}

/* Of the plain text, in lower hex. */
char *
sandbox_bill_sha1 (SandboxBill *bill)
{
  g_autoptr (GInputStream) plain =
      sandbox_bill_stream_new (bill->head, bill->row, bill->counter, bill->n_rows, bill->tail);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree guint8 *buffer = g_malloc (64 * 1024);
  gssize length = 0;

  while ((length = g_input_stream_read (plain, buffer, 64 * 1024, NULL, NULL)) > 0)
    g_checksum_update (sum, buffer, length);
  return g_strdup (g_checksum_get_string (sum));
}

/* Answers with the bill: a made-up one in chunks, one of the books whole, so that every fault can meet it. */
void
sandbox_bill_send (SandboxBill *bill, SandboxReply *reply)
{
  const char *type = bill->is_gzip ? "application/x-gzip" : "text/plain";
  g_autoptr (GInputStream) stream = sandbox_bill_open (bill);
  g_autofree guint8 *buffer = g_malloc (64 * 1024);
  gssize length = 0;

  sandbox_reply_set (reply, 200, type, "");
  if (bill->n_rows > 0) {
    reply->stream = g_steal_pointer (&stream);
    return;
  }
  while ((length = g_input_stream_read (stream, buffer, 64 * 1024, NULL, NULL)) > 0)
    g_byte_array_append (reply->body, buffer, length);
}
