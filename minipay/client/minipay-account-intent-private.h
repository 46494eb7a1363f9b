/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/minipay-account-private.h"
#include "provider/minipay-manifest-private.h"

G_BEGIN_DECLS

/*
 * What every call that moves money does with the journal: a line before its first byte, and what came of it after
 * the last.
 */

/* Writes @intent down, or finds the line of an earlier try; FALSE when nothing may be sent: it is done, it is
 * closed, or another try may have been obeyed and the gateway does not know repetitions (@is_single). */
gboolean
minipay_account_begin_intent (MinipayAccount *self, MinipayIntent *intent, gboolean is_single, GError **error);

/* Notes that a try failed. Sets @error when the caller must hear something else than @failure: an earlier try under
 * the same number may have been obeyed, and a refusal of this one would read as the end. */
void minipay_account_note_failure (MinipayAccount *self,
                                   MinipayExchange *x,
                                   MinipayIntentKind kind,
                                   const char *number,
                                   const GError *failure,
                                   GError **error);

/* Notes what came of it: FALSE when the journal lost the line, or knows better. */
gboolean minipay_account_note_state (MinipayAccount *self,
                                     MinipayIntentKind kind,
                                     const char *number,
                                     MinipayIntentState state,
                                     const char *transaction_id,
                                     GError **error);

/* Something came of it, but not what was asked for, or it could not be written down: unknown, and noted so. */
void minipay_account_note_doubt (MinipayAccount *self,
                                 MinipayExchange *x,
                                 MinipayIntentKind kind,
                                 const char *number,
                                 const GError *doubt,
                                 GError **error);

/* The line, or NULL with an error when there is none. */
MinipayIntent *
minipay_account_require_intent (MinipayAccount *self, MinipayIntentKind kind, const char *number, GError **error);

/* The rules of the operation that @x is about, or NULL. */
const MinipayOperationRules *minipay_account_get_rules (MinipayAccount *self, MinipayExchange *x);

G_END_DECLS
