/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include "sandbox-fault.h"

#define SANDBOX_MAX_BODY (256 * 1024)

/* One request as it came: @target is the request line's own text, before any library decoded or normalised
 * it. */
typedef struct {
  char *method;
  char *target;
  char *path;
  char *query; /* nullable */
  GBytes *body;
  SoupMessageHeaders *headers; /* borrowed */
  const char *client;          /* nullable, static; the account whose certificate the connection has shown */
} SandboxRequest;

/* What a merchant asked for, as the record of the traffic tells it. */
typedef struct {
  const char *gateway;   /* static */
  const char *operation; /* static; nullable while nobody knows */
  const char *account;   /* static; nullable */
  char *out_trade_no;    /* nullable */
  char *out_refund_no;   /* nullable */
  char *number;          /* nullable; the merchant's number of a call that is neither order nor refund */
  char *key_id;          /* nullable; the gateway's key that the request asks for */
  guint status;          /* of the answer; 0 when none was sent */
  char *verdict;         /* nullable */
} SandboxCall;

typedef enum { SANDBOX_SEND_WHOLE, SANDBOX_SEND_HALF, SANDBOX_SEND_DRIPPING, SANDBOX_SEND_NOTHING } SandboxSending;

typedef struct {
  guint status;
  char *content_type;
  GByteArray *body;
  GInputStream *stream; /* nullable; sent instead of @body, in chunks */
  GPtrArray *headers;   /* name, value, name, value ... */
  guint delay_ms;
  SandboxSending sending;
  SandboxFault fault; /* the one this request has met */
  SandboxCall call;
  char *verdict;
} SandboxReply;

/* A notification on its way to a merchant. */
typedef struct {
  char *url;
  char *body;
  const char *content_type; /* static */
  char *nonce;              /* nullable; what an acknowledgement must repeat */
  GPtrArray *headers;
  guint times;
  guint delay_ms;
  gboolean cut;
} SandboxPush;

SandboxRequest *
sandbox_request_new (const char *method, const char *target, GBytes *body, SoupMessageHeaders *headers);
void sandbox_request_free (SandboxRequest *request);
guint sandbox_request_count (const SandboxRequest *request, const char *name);
const char *sandbox_request_get (const SandboxRequest *request, const char *name);
GHashTable *sandbox_request_get_query (const SandboxRequest *request);
GHashTable *sandbox_form_parse (const char *text);

SandboxReply *sandbox_reply_new (void);
void sandbox_reply_free (SandboxReply *reply);
void sandbox_reply_set (SandboxReply *reply, guint status, const char *content_type, const char *body);
void sandbox_reply_add_header (SandboxReply *reply, const char *name, const char *value);
void sandbox_reply_set_call (SandboxReply *reply, const char *operation, const char *account);
void sandbox_reply_set_numbers (SandboxReply *reply,
                                const char *out_trade_no,
                                const char *out_refund_no,
                                const char *number);
void sandbox_reply_judge (SandboxReply *reply, const char *format, ...) G_GNUC_PRINTF (2, 3);

void sandbox_call_clear (SandboxCall *call);

SandboxPush *sandbox_push_new (const char *url, const char *body);
void sandbox_push_free (SandboxPush *push);

char *sandbox_quote (const char *text, gssize length);
gboolean sandbox_bytes_equal (GBytes *bytes, const char *text);
gboolean sandbox_is_loopback_url (const char *url);
gboolean sandbox_is_loopback_host (const char *host);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxRequest, sandbox_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxReply, sandbox_reply_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxPush, sandbox_push_free)
