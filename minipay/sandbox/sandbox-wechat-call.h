/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "sandbox-gateway.h"
#include "sandbox-wechat-mode.h"

/* Scenes an order is made for; SANDBOX_WECHAT_ANY where it makes no difference. */
typedef enum {
  SANDBOX_WECHAT_JSAPI = 1 << 0,
  SANDBOX_WECHAT_APP = 1 << 1,
  SANDBOX_WECHAT_NATIVE = 1 << 2,
  SANDBOX_WECHAT_H5 = 1 << 3,
  SANDBOX_WECHAT_MICROPAY = 1 << 4,
  SANDBOX_WECHAT_ANY = (1 << 5) - 1
} SandboxWechatScene;

/* One authenticated call under V3's rules. */
typedef struct {
  Sandbox *sandbox;
  const SandboxMerchant *merchant;
  const SandboxWechatMode *mode;
  const SandboxRequest *request;
  SandboxReply *reply;
  guint argument;     /* of the route: a scene, or how a number is meant */
  char *number;       /* nullable; what stands for the star of the route */
  GHashTable *params; /* of the query string */
  JsonNode *root;     /* nullable; the body */
  JsonObject *object; /* borrowed; the body, once it is known to be an object */
  SandboxFault fault;
} SandboxWechatCall;

typedef void (*SandboxWechatHandler) (SandboxWechatCall *call);

gboolean sandbox_wechat_begin (SandboxWechatCall *call);
void sandbox_wechat_answer (SandboxWechatCall *call, guint status, const char *body);
void sandbox_wechat_answer_builder (SandboxWechatCall *call, JsonBuilder *builder);
void sandbox_wechat_deny (SandboxWechatCall *call, guint status, const char *code, const char *message);
gboolean sandbox_wechat_blame (SandboxWechatCall *call, const char *field, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

gboolean sandbox_wechat_check_parties (SandboxWechatCall *call);
gboolean sandbox_wechat_check_query_parties (SandboxWechatCall *call);
const char *sandbox_wechat_param (SandboxWechatCall *call, const char *name);
const char *sandbox_wechat_text (SandboxWechatCall *call, const char *name);
gboolean sandbox_wechat_is_number (const char *text, guint min, guint max, const char *others);
SandboxOrder *sandbox_wechat_find_paid (SandboxWechatCall *call, const char *transaction_id);
