/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "wire/minipay-times.h"

#include <string.h>

#include "core/minipay-error-private.h"

#define CHINA_OFFSET_S (8 * 60 * 60)
#define MAX_OFFSET_MIN (14 * 60)
#define QUOTED_BYTES   40

/* 9999-12-31T23:59:59Z, the last second GDateTime is made for */
#define LAST_SECOND G_GINT64_CONSTANT (253402300799)

typedef struct {
  int year;
  int month;
  int day;
  int hour;
  int minute;
  int second;
} Fields;

static GDateTime *
fail_time (const char *text, const char *allowed, GError **error)
{
  g_autofree char *quoted = minipay_error_quote (text, strnlen (text, QUOTED_BYTES));

  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PROTOCOL, "\"%s\" is no time, allowed is %s", quoted, allowed);
  return NULL;
}

/* @form: `Y`, `M`, `D`, `h`, `m`, `s` stand for a digit of a field, all else for itself. Never reads behind a
 * NUL. */
static gboolean
fields_scan (Fields *self, const char *text, const char *form)
{
  *self = (Fields){ 0 };
  for (; *form != '\0'; form++, text++) {
    int *field = *form == 'Y'   ? &self->year
                 : *form == 'M' ? &self->month
                 : *form == 'D' ? &self->day
                 : *form == 'h' ? &self->hour
                 : *form == 'm' ? &self->minute
                 : *form == 's' ? &self->second
                                : NULL;

    if (field == NULL ? *text != *form : !g_ascii_isdigit (*text))
      return FALSE;
    if (field != NULL)
      *field = *field * 10 + (*text - '0');
  }
  return TRUE;
}

static gpointer
new_china_zone (gpointer unused)
{
  return g_time_zone_new_offset (CHINA_OFFSET_S);
}

/* Nearly every time is China time: its zone is made once. */
static GTimeZone *
dup_zone (int offset_s)
{
  static GOnce once = G_ONCE_INIT;

  if (offset_s == CHINA_OFFSET_S)
    return g_time_zone_ref (g_once (&once, new_china_zone, NULL));
  return g_time_zone_new_offset (offset_s);
}

static GDateTime *
fields_to_time (const Fields *self, int offset_s)
{
  g_autoptr (GTimeZone) zone = NULL;
  g_autoptr (GDateTime) time = NULL;

  if (self->year < 1970)
    return NULL;

  zone = dup_zone (offset_s);
  time = g_date_time_new (zone, self->year, self->month, self->day, self->hour, self->minute, self->second);
  if (time == NULL || g_date_time_to_unix (time) > LAST_SECOND)
    return NULL;
  return g_steal_pointer (&time);
}

/* What may follow the seconds: the fraction, then `Z` or the offset, then nothing. */
static gboolean
scan_rfc3339_tail (const char *tail, int *offset_s)
{
  Fields offset;
  int minutes = 0;

  if (*tail == '.') {
    if (!g_ascii_isdigit (*++tail))
      return FALSE;
    while (g_ascii_isdigit (*tail))
      tail++;
  }

  *offset_s = 0;
  if (strcmp (tail, "Z") == 0)
    return TRUE;
  if ((*tail != '+' && *tail != '-') || !fields_scan (&offset, tail + 1, "hh:mm") || tail[6] != '\0')
    return FALSE;

  minutes = offset.hour * 60 + offset.minute;
  *offset_s = *tail == '-' ? -minutes * 60 : minutes * 60;
  return offset.minute < 60 && minutes <= MAX_OFFSET_MIN;
}

GDateTime *
minipay_time_parse_rfc3339 (const char *text, GError **error)
{
  g_autoptr (GDateTime) time = NULL;
  Fields fields;
  gsize length = 0;
  int offset_s = 0;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  length = strnlen (text, 36);
  if (length >= 20 && length <= 35 && fields_scan (&fields, text, "YYYY-MM-DDThh:mm:ss") &&
      scan_rfc3339_tail (text + 19, &offset_s))
    time = fields_to_time (&fields, offset_s);
  if (time == NULL)
    return fail_time (text, "a real one from 1970 on like 2018-06-08T10:34:56+08:00", error);
  return g_steal_pointer (&time);
}

static GDateTime *
parse_china_time (const char *text, const char *form, const char *allowed, GError **error)
{
  g_autoptr (GDateTime) time = NULL;
  Fields fields;

  if (fields_scan (&fields, text, form) && text[strlen (form)] == '\0')
    time = fields_to_time (&fields, CHINA_OFFSET_S);
  if (time == NULL)
    return fail_time (text, allowed, error);
  return g_steal_pointer (&time);
}

GDateTime *
minipay_time_parse_compact (const char *text, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return parse_china_time (text, "YYYYMMDDhhmmss", "a real one from 1970 on like 20091225091010", error);
}

GDateTime *
minipay_time_parse_spaced (const char *text, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return parse_china_time (text, "YYYY-MM-DD hh:mm:ss", "a real one from 1970 on like 2009-12-25 09:10:10", error);
}

static char *
format_in_china (GDateTime *time, gboolean is_compact)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (CHINA_OFFSET_S);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (time, zone);

  return g_strdup_printf (is_compact ? "%04d%02d%02d%02d%02d%02d" : "%04d-%02d-%02dT%02d:%02d:%02d+08:00",
                          g_date_time_get_year (local),
                          g_date_time_get_month (local),
                          g_date_time_get_day_of_month (local),
                          g_date_time_get_hour (local),
                          g_date_time_get_minute (local),
                          g_date_time_get_second (local));
}

char *
minipay_time_format_rfc3339 (GDateTime *time)
{
  g_return_val_if_fail (time != NULL, NULL);
  return format_in_china (time, FALSE);
}

char *
minipay_time_format_compact (GDateTime *time)
{
  g_return_val_if_fail (time != NULL, NULL);
  return format_in_china (time, TRUE);
}

gboolean
minipay_time_parse_seconds (const char *text, gint64 *seconds)
{
  gint64 sum = 0;
  gsize length = 0;

  g_return_val_if_fail (text != NULL, FALSE);

  length = strnlen (text, 13);
  if (length == 0 || length > 12 || (length > 1 && text[0] == '0'))
    return FALSE;
  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
    sum = sum * 10 + (text[i] - '0');
  }

  if (seconds != NULL)
    *seconds = sum;
  return TRUE;
}
