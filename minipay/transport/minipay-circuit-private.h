/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Whether one host is worth trying. Opens after 5 failures in a row, or when at least half of the last 20
 * calls within 30 s failed; lets one probe through 15 s later. Pure: the caller brings the time. A failure is
 * "no answer"; any HTTP answer is a success.
 */
typedef struct {
  gint64 opened_at_us; /* 0: closed */
  gboolean is_probing;
  guint failures_in_row;
  guint n_calls; /* of the ring below that are in use */
  guint next;
  struct {
    gint64 at_us;
    gboolean has_failed;
  } calls[20];
} MinipayCircuit;

void minipay_circuit_init (MinipayCircuit *self);
gboolean minipay_circuit_allows (MinipayCircuit *self, gint64 now_us);
/* When the next probe may go, 0 while closed. */
gint64 minipay_circuit_get_next_probe_us (const MinipayCircuit *self);

void minipay_circuit_report (MinipayCircuit *self, gboolean has_failed, gint64 now_us);

G_END_DECLS
