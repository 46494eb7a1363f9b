/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "cli/cli.h"

G_BEGIN_DECLS

/* A minipay-sandbox of our own, with its throw-away keys in a folder of its own. */
typedef struct _DemoSandbox DemoSandbox;

DemoSandbox *demo_sandbox_start (GError **error);
/* Ends the program and removes the folder. */
void demo_sandbox_stop (DemoSandbox *self);
/* The configuration it wrote. */
const char *demo_sandbox_get_config (DemoSandbox *self);
/* What it wrote down, on standard error: for when something went wrong. */
void demo_sandbox_print_log (DemoSandbox *self);
/* One of the sandbox's own commands: the object it answers with. */
JsonNode *demo_sandbox_post (DemoSandbox *self, const char *path, JsonBuilder *json, GError **error);
/* The buyer pays, or tries to and @fails; returns when the sandbox has sent the notification and has its answer. */
gboolean
demo_sandbox_pay (DemoSandbox *self, const char *account, const char *out_trade_no, gboolean fails, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DemoSandbox, demo_sandbox_stop)

G_END_DECLS
