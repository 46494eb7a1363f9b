/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-circuit-private.h"

#define FAILURES_IN_ROW_MAX 5
#define WINDOW_US           (30 * G_USEC_PER_SEC)
#define PROBE_AFTER_US      (15 * G_USEC_PER_SEC)

void
minipay_circuit_init (MinipayCircuit *self)
{
  *self = (MinipayCircuit){ 0 };
}

gint64
minipay_circuit_get_next_probe_us (const MinipayCircuit *self)
{
  return self->opened_at_us == 0 ? 0 : self->opened_at_us + PROBE_AFTER_US;
}

gboolean
minipay_circuit_allows (MinipayCircuit *self, gint64 now_us)
{
  if (self->opened_at_us == 0)
    return TRUE;
  if (now_us < minipay_circuit_get_next_probe_us (self))
    return FALSE;

  /* Counting anew from the probe lets another one through later should this one never be reported: its caller
   * may cancel. */
  self->is_probing = TRUE;
  self->opened_at_us = now_us;
  return TRUE;
}

static gboolean
circuit_is_half_failed (const MinipayCircuit *self, gint64 now_us)
{
  guint n_failed = 0;

  if (self->n_calls < G_N_ELEMENTS (self->calls))
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (self->calls); i++) {
    if (now_us - self->calls[i].at_us > WINDOW_US)
      return FALSE;
    if (self->calls[i].has_failed)
      n_failed++;
  }
  return 2 * n_failed >= G_N_ELEMENTS (self->calls);
}

static void
circuit_remember (MinipayCircuit *self, gboolean has_failed, gint64 now_us)
{
  self->calls[self->next].at_us = now_us;
  self->calls[self->next].has_failed = has_failed;
  self->next = (self->next + 1) % G_N_ELEMENTS (self->calls);
  self->n_calls = MIN (self->n_calls + 1, G_N_ELEMENTS (self->calls));
}

void
minipay_circuit_report (MinipayCircuit *self, gboolean has_failed, gint64 now_us)
{
  if (self->opened_at_us != 0) {
    if (!has_failed) {
      minipay_circuit_init (self);
    } else if (self->is_probing) {
      self->is_probing = FALSE;
      self->opened_at_us = now_us;
    }
    /* A failure of a call begun before the opening tells nothing new and must not put off the probe. */
    return;
  }

  circuit_remember (self, has_failed, now_us);
  self->failures_in_row = has_failed ? self->failures_in_row + 1 : 0;
  if (self->failures_in_row >= FAILURES_IN_ROW_MAX || circuit_is_half_failed (self, now_us))
    self->opened_at_us = MAX (now_us, 1);
}
