/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A minipay-sandbox of its own, named by MINIPAY_SANDBOX, with its configuration in a folder of its own. */
typedef struct _SandboxProcess SandboxProcess;

SandboxProcess *sandbox_process_new (void);
/* Ends it, too. */
void sandbox_process_free (SandboxProcess *self);

const char *sandbox_process_get_folder (SandboxProcess *self);

/* Writes another configuration beside the sandbox's own and gives its path: the same text with @extra behind,
 * or, with @text, just @text. */
char *sandbox_process_write_config (SandboxProcess *self, const char *name, const char *text, const char *extra);

/* One request to the sandbox's control side, which must succeed. The default main context goes round
 * meanwhile: the sandbox may be talking to a listener of this program. */
JsonNode *sandbox_process_ask (SandboxProcess *self, const char *method, const char *path, const char *body);
void sandbox_process_fault (SandboxProcess *self,
                            const char *account,
                            const char *operation,
                            const char *kind,
                            int times,
                            int milliseconds);
/* The buyer pays; whether the merchant took the notification. */
gboolean sandbox_process_pay (SandboxProcess *self, const char *account, const char *out_trade_no);
guint sandbox_process_count_orders (SandboxProcess *self, const char *account, const char *out_trade_no);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxProcess, sandbox_process_free)

G_END_DECLS
