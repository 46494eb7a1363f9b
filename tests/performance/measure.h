/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

typedef struct {
  gint64 cpu_us;
  gint64 wall_us;
} MeasureMark;

typedef struct {
  GSource *source; /* owned; NULL when no timer runs */
  GArray *late_us; /* owned; of gint64 */
  gint64 due_us;
} MeasureTimer;

void measure_fail (const char *format, ...) G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN;
MeasureMark measure_mark (void);
void measure_timer_start (MeasureTimer *self);
void measure_timer_stop (MeasureTimer *self);
void measure_timer_clear (MeasureTimer *self);
void measure_report (guint operations, MeasureMark from, MeasureMark to, MeasureTimer *timer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MeasureTimer, measure_timer_clear)
