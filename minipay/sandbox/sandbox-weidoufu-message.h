/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

#define SANDBOX_WEIDOUFU "weidoufu"

/* The manual's samples of a failure differ from page to page. */
typedef enum {
  SANDBOX_WEIDOUFU_JSAPI, /* data with numbers, and an empty string where the cashier's parameters would be */
  SANDBOX_WEIDOUFU_PLAIN, /* status beside the message */
  SANDBOX_WEIDOUFU_CODE   /* return_code and msg */
} SandboxWeidoufuShape;

GHashTable *sandbox_weidoufu_read (Sandbox *sandbox,
                                   const SandboxRequest *request,
                                   SandboxWeidoufuShape shape,
                                   SandboxReply *reply);
char *sandbox_weidoufu_join (GHashTable *fields);
void
sandbox_weidoufu_refuse (SandboxReply *reply, SandboxWeidoufuShape shape, GHashTable *fields, const char *message);
void sandbox_weidoufu_refuse_field (SandboxReply *reply,
                                    SandboxWeidoufuShape shape,
                                    GHashTable *fields,
                                    const char *format,
                                    ...) G_GNUC_PRINTF (4, 5);
gboolean sandbox_weidoufu_read_number (const char *text, gint64 max, gint64 *number);
