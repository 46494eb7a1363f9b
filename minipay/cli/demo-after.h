/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/demo-run.h"

G_BEGIN_DECLS

/* What comes after a payment, as far as the account has it: a part given back, the question about it, the bill. */
gboolean demo_after_perform (DemoRun *run, MinipayAccount *account, DemoSandbox *sandbox, GError **error);
void demo_after_print (const DemoRun *run);

/* FALSE, with what does not fit. */
gboolean demo_mismatch (GError **error, const char *what);

G_END_DECLS
