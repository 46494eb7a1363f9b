/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-error.h"

G_BEGIN_DECLS

/* What a gateway said about a refusal; every text is borrowed for the call and may be NULL. */
typedef struct {
  const char *gateway_code;
  const char *gateway_message;
  const char *request_id;
  const char *remedy;
  guint http_status;
} MinipayErrorFacts;

/* The one writer of the ` [gateway-code=...; http=...; request-id=...]` tail. */
void minipay_set_gateway_error (GError **error,
                                MinipayError code,
                                const MinipayErrorFacts *facts,
                                const char *format,
                                ...) G_GNUC_PRINTF (4, 5);

/* Gives an error another code; facts and message stay. */
GError *minipay_error_recode (const GError *error, MinipayError code, const char *prefix);

/* Makes untrusted text fit for one line of a message: valid UTF-8, no control characters, the first 200 bytes of
 * it. */
char *minipay_error_quote (const char *text, gssize length);

G_END_DECLS
