/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define TIMER_INTERVAL_MS 1

/* A figure from a broken run is worse than none. */
void
measure_fail (const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_printerr ("%s: %s\n", g_get_prgname () != NULL ? g_get_prgname () : "stub-gateway", text);
  exit (EXIT_FAILURE);
}

static gint64
timeval_to_us (struct timeval value)
{
  return (gint64) value.tv_sec * G_USEC_PER_SEC + value.tv_usec;
}

/* The CPU time of every thread of the process, user and system. */
MeasureMark
measure_mark (void)
{
  struct rusage usage = { 0 };
  MeasureMark mark = { 0 };

  getrusage (RUSAGE_SELF, &usage);
  mark.cpu_us = timeval_to_us (usage.ru_utime) + timeval_to_us (usage.ru_stime);
  mark.wall_us = g_get_monotonic_time ();
  return mark;
}

static gboolean
on_timer (gpointer user_data)
{
  MeasureTimer *self = user_data;
  gint64 now = g_get_monotonic_time ();
  gint64 late = MAX (now - self->due_us, 0);

  g_array_append_val (self->late_us, late);
  self->due_us = now + TIMER_INTERVAL_MS * 1000;
  return G_SOURCE_CONTINUE;
}

/* @self must stay where it is until measure_timer_stop(). */
void
measure_timer_start (MeasureTimer *self)
{
  self->late_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->due_us = g_get_monotonic_time () + TIMER_INTERVAL_MS * 1000;
  self->source = g_timeout_source_new (TIMER_INTERVAL_MS);
  g_source_set_callback (self->source, on_timer, self, NULL);
  g_source_attach (self->source, NULL);
}

void
measure_timer_stop (MeasureTimer *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

void
measure_timer_clear (MeasureTimer *self)
{
  measure_timer_stop (self);
  g_clear_pointer (&self->late_us, g_array_unref);
}

static int
compare_late (gconstpointer left, gconstpointer right)
{
  gint64 a = *(const gint64 *) left;
  gint64 b = *(const gint64 *) right;

  return (a > b) - (a < b);
}

static double
late_ms (GArray *sorted, guint per_mille)
{
  guint64 index = (guint64) (sorted->len - 1) * per_mille / 1000;

  return (double) g_array_index (sorted, gint64, index) / 1000.0;
}

/* ru_maxrss remembers the process that forked this one across exec; the high-water mark of the address space
 * does not. */
static long
peak_rss_kb (void)
{
  g_autofree char *status = NULL;
  const char *line = NULL;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return 0;
  line = strstr (status, "\nVmHWM:");
  return line != NULL ? strtol (line + strlen ("\nVmHWM:"), NULL, 10) : 0;
}

/* One line that run.py reads. */
void
measure_report (guint operations, MeasureMark from, MeasureMark to, MeasureTimer *timer)
{
  double cpu_us = (double) (to.cpu_us - from.cpu_us);
  double wall_s = (double) MAX (to.wall_us - from.wall_us, 1) / G_USEC_PER_SEC;

  printf ("{\"operations\": %u, \"cpu_us\": %.3f, \"per_s\": %.1f, \"cores\": %.2f, \"rss_mb\": %.2f",
          operations,
          cpu_us / operations,
          operations / wall_s,
          cpu_us / G_USEC_PER_SEC / wall_s,
          (double) peak_rss_kb () / 1024.0);
  if (timer != NULL && timer->late_us != NULL && timer->late_us->len > 0) {
    g_array_sort (timer->late_us, compare_late);
    printf (", \"late_p50_ms\": %.2f, \"late_p99_ms\": %.2f, \"late_max_ms\": %.2f",
            late_ms (timer->late_us, 500),
            late_ms (timer->late_us, 990),
            late_ms (timer->late_us, 1000));
  }
  printf ("}\n");
}
