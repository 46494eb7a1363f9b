/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-traffic.h"

#include "sandbox-json.h"

#define MAX_RECORDS 100000
#define BOMB_BYTES  (64 * 1024 * 1024)

/* How many calls of one operation an account may make in a second. */
typedef struct {
  guint per_second;
  gint64 since_us; /* start of the second that is counted */
  guint count;
} Rate;

struct _SandboxTraffic {
  GPtrArray *records; /* owned SandboxCall, in the order of arrival */
  GHashTable *rates;  /* "account\noperation" -> owned Rate */
};

static void
record_free (gpointer data)
{
  sandbox_call_clear (data);
  g_free (data);
}

SandboxTraffic *
sandbox_traffic_new (void)
{
  SandboxTraffic *self = g_new0 (SandboxTraffic, 1);

  self->records = g_ptr_array_new_with_free_func (record_free);
  self->rates = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
sandbox_traffic_free (SandboxTraffic *self)
{
  g_ptr_array_unref (self->records);
  g_hash_table_unref (self->rates);
  g_free (self);
}

void
sandbox_traffic_clear (SandboxTraffic *self)
{
  g_ptr_array_set_size (self->records, 0);
}

/* 0 lifts the limit. */
void
sandbox_traffic_set_rate (SandboxTraffic *self, const char *account, const char *operation, guint per_second)
{
  g_autofree char *key = g_strconcat (account, "\n", operation, NULL);
  Rate *rate = NULL;

  if (per_second == 0) {
    g_hash_table_remove (self->rates, key);
    return;
  }
  rate = g_new0 (Rate, 1);
  rate->per_second = per_second;
  g_hash_table_insert (self->rates, g_steal_pointer (&key), rate);
}

static gboolean
is_over_rate (SandboxTraffic *self, const SandboxCall *call)
{
  g_autofree char *key = call->account != NULL ? g_strconcat (call->account, "\n", call->operation, NULL) : NULL;
  Rate *rate = key != NULL ? g_hash_table_lookup (self->rates, key) : NULL;
  gint64 now = g_get_monotonic_time ();

  if (rate == NULL)
    return FALSE;
  if (now - rate->since_us >= G_USEC_PER_SEC) {
    rate->since_us = now;
    rate->count = 0;
  }
  return ++rate->count > rate->per_second;
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

/* What some machine between the gateway and the merchant says: unsigned, and the same for every gateway. */
static const struct {
  SandboxFaultKind kind;
  guint status;
  const char *content_type;
  const char *body;
} pages[] = {
  { SANDBOX_FAULT_HTTP_500, 500, "application/json", "{\"code\":\"SYSTEM_ERROR\",\"message\":\"系统错误\"}" },
  { SANDBOX_FAULT_HTTP_502,
    502,
    "application/json",
    "{\"code\":\"SERVICE_UNAVAILABLE\",\"message\":\"服务不可用\"}" },
  { SANDBOX_FAULT_HTTP_503,
    503,
    "application/json",
    "{\"code\":\"SERVICE_UNAVAILABLE\",\"message\":\"服务不可用\"}" },
  { SANDBOX_FAULT_HTTP_429, 429, "application/json", "{\"code\":\"FREQUENCY_LIMITED\",\"message\":\"频率超限\"}" },
  { SANDBOX_FAULT_HTML, 200, "text/html", "<html><body>please log in</body></html>" },
  { SANDBOX_FAULT_REDIRECT, 302, "text/html", "" },
  { SANDBOX_FAULT_GZIP_BOMB, 200, "application/json", "" },
  { SANDBOX_FAULT_EMPTY, 200, "application/json", "" },
};

static void
set_page (SandboxReply *reply, SandboxFaultKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++) {
    if (pages[i].kind != kind)
      continue;
    g_clear_object (&reply->stream);
    g_ptr_array_set_size (reply->headers, 0);
    sandbox_reply_set (reply, pages[i].status, pages[i].content_type, pages[i].body);
    if (kind == SANDBOX_FAULT_REDIRECT)
      sandbox_reply_add_header (reply, "Location", "/sandbox/redirected");
    if (kind == SANDBOX_FAULT_GZIP_BOMB)
      set_bomb (reply);
  }
}

/* A gateway asks this once of each request that has passed its checks, before it obeys. FALSE: it must not obey,
 * and the reply is filled. TRUE: the part of @fault that is not the transport's is the gateway's own to commit. */
gboolean
sandbox_begin (Sandbox *sandbox, SandboxReply *reply, SandboxFault *fault)
{
  const SandboxCall *call = &reply->call;

  *fault = sandbox_faults_take (sandbox->faults, call->gateway, call->operation);
  if (fault->kind == SANDBOX_FAULT_NONE && is_over_rate (sandbox->traffic, call)) {
    set_page (reply, SANDBOX_FAULT_HTTP_429);
    sandbox_reply_judge (reply, "refused: more calls in a second than allowed");
    return FALSE;
  }
  reply->fault = *fault;
  if (fault->kind == SANDBOX_FAULT_RESET)
    sandbox_reply_set (reply, 200, "text/plain", "");
  return fault->kind != SANDBOX_FAULT_HTTP_429 && fault->kind != SANDBOX_FAULT_RESET;
}

static void
spoil (SandboxReply *reply)
{
  switch (reply->fault.kind) {
  case SANDBOX_FAULT_DELAY:
    reply->delay_ms = reply->fault.milliseconds;
    break;
  case SANDBOX_FAULT_CUT:
    reply->sending = SANDBOX_SEND_HALF;
    break;
  case SANDBOX_FAULT_DRIP:
    reply->sending = SANDBOX_SEND_DRIPPING;
    break;
  case SANDBOX_FAULT_RESET:
    reply->sending = SANDBOX_SEND_NOTHING;
    break;
  default:
    set_page (reply, reply->fault.kind);
    break;
  }
}

/* The one place where the transport's faults are committed, after the gateway has obeyed, and where the call is
 * remembered. */
void
sandbox_end (Sandbox *sandbox, SandboxReply *reply)
{
  GPtrArray *records = sandbox->traffic->records;
  SandboxCall *record = NULL;

  spoil (reply);
  if (records->len >= MAX_RECORDS)
    return;
  record = g_new0 (SandboxCall, 1);
  *record = reply->call;
  record->out_trade_no = g_strdup (reply->call.out_trade_no);
  record->out_refund_no = g_strdup (reply->call.out_refund_no);
  record->number = g_strdup (reply->call.number);
  record->key_id = g_strdup (reply->call.key_id);
  record->status = reply->sending == SANDBOX_SEND_NOTHING ? 0 : reply->status;
  record->verdict = g_strdup (reply->verdict != NULL ? reply->verdict : reply->status < 400 ? "ok" : "refused");
  g_ptr_array_add (records, record);
}

void
sandbox_traffic_list (Sandbox *sandbox, SandboxReply *reply)
{
  GPtrArray *records = sandbox->traffic->records;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "requests");
  json_builder_begin_array (builder);
  for (guint i = 0; i < records->len; i++) {
    const SandboxCall *record = g_ptr_array_index (records, i);

    json_builder_begin_object (builder);
    sandbox_json_add_text (builder, "gateway", record->gateway);
    sandbox_json_add_text (builder, "operation", record->operation);
    sandbox_json_add_text (builder, "account", record->account);
    sandbox_json_add_text (builder, "out_trade_no", record->out_trade_no);
    sandbox_json_add_text (builder, "out_refund_no", record->out_refund_no);
    sandbox_json_add_text (builder, "number", record->number);
    sandbox_json_add_text (builder, "key_id", record->key_id);
    sandbox_json_add_integer (builder, "status", record->status);
    sandbox_json_add_text (builder, "verdict", record->verdict);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  text = sandbox_json_write (builder);
  sandbox_reply_set (reply, 200, "application/json", text);
}
