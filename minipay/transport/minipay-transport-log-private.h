/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "minipay-transport-private.h"

G_BEGIN_DECLS

/* All that is ever told about one send: no body, no query, of the headers only the answer's number. Texts may
 * be NULL. */
typedef struct {
  const char *account;
  const char *operation;
  const char *method;
  const char *base_url;
  const char *target;
  const char *request_id;
  MinipayTransportOutcome outcome;
  guint status; /* 0: no answer */
  gint64 elapsed_us;
} MinipayTransportLogLine;

void minipay_transport_log (const MinipayTransportLogLine *line);

G_END_DECLS
