/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-wechat-call.h"

typedef enum {
  SANDBOX_WECHAT_TEXT,
  SANDBOX_WECHAT_SECRET, /* text sealed for the platform's key that the request names */
  SANDBOX_WECHAT_WHOLE,  /* an integer of at least 1 */
  SANDBOX_WECHAT_FLAG,
  SANDBOX_WECHAT_OBJECT,
  SANDBOX_WECHAT_ARRAY, /* of objects */
  SANDBOX_WECHAT_LIMITS /* an array of the names of ways to pay that are barred */
} SandboxWechatShape;

/* One member of a body, by JSON pointer; a table of them ends with a rule for no mode. */
typedef struct {
  guint modes;
  guint scenes;
  const char *parent; /* pointer of the object it belongs to, "" at the top */
  const char *name;
  SandboxWechatShape shape;
  guint max; /* characters of a text */
  gboolean is_required;
  const char *only; /* nullable; the texts allowed, with bars between */
} SandboxWechatRule;

gboolean sandbox_wechat_check (SandboxWechatCall *call, const SandboxWechatRule *rules);
