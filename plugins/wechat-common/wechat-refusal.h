/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Fails with what the gateway's @word means for the caller, and TRUE; FALSE, and no error, for a word that is not
 * known. Source: the error tables of WeChat Pay V2 and V3 (2025); the words of both mean the same. */
gboolean wechat_refusal_set_known_error (MinipayExchange *x, const char *word, const char *message, GError **error);

G_END_DECLS
