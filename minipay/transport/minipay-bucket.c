/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-bucket-private.h"

#define PAUSED_CALLS_PER_S 3
#define BURSTS_PER_S       10 /* a full bucket is worth so much of a second */
#define PAUSE_US           (10 * G_TIME_SPAN_SECOND)

typedef struct {
  gint64 interval_us; /* between calls */
  gint64 next_us;     /* the first moment that is not taken */
  gint64 paused_until_us;
} Bucket;

struct _MinipayBuckets {
  GHashTable *buckets; /* operation -> Bucket */
  guint per_second;
};

MinipayBuckets *
minipay_buckets_new (guint per_second)
{
  MinipayBuckets *self = g_new0 (MinipayBuckets, 1);

  self->per_second = per_second;
  self->buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
minipay_buckets_free (MinipayBuckets *self)
{
  g_hash_table_unref (self->buckets);
  g_free (self);
}

static Bucket *
buckets_get (MinipayBuckets *self, const char *operation)
{
  static const char *const refunds[] = { "refund", "abnormal-refund", NULL };
  Bucket *bucket = g_hash_table_lookup (self->buckets, operation);

  if (bucket == NULL) {
    bucket = g_new0 (Bucket, 1);
    bucket->interval_us =
        G_USEC_PER_SEC * (g_strv_contains (refunds, operation) ? 2 : 1) / (gint64) self->per_second;
    bucket->next_us = G_MININT64;
    bucket->paused_until_us = G_MININT64;
    g_hash_table_insert (self->buckets, g_strdup (operation), bucket);
  }
  return bucket;
}

gint64
minipay_buckets_take (MinipayBuckets *self, const char *operation, gint64 now_us, gint64 longest_us)
{
  Bucket *bucket = buckets_get (self, operation);
  gboolean is_paused = now_us < bucket->paused_until_us;
  gint64 interval_us = is_paused ? G_USEC_PER_SEC / PAUSED_CALLS_PER_S : bucket->interval_us;
  /* what was not used lately may go at once */
  gint64 saved_us = is_paused ? 0 : G_USEC_PER_SEC / BURSTS_PER_S - interval_us;
  gint64 at_us = MAX (bucket->next_us, now_us - saved_us);
  gint64 delay_us = MAX (at_us - now_us, 0);

  if (delay_us > longest_us)
    return -1;
  bucket->next_us = at_us + interval_us;
  return delay_us;
}

void
minipay_buckets_pause (MinipayBuckets *self, const char *operation, gint64 now_us)
{
  Bucket *bucket = buckets_get (self, operation);

  bucket->paused_until_us = now_us + PAUSE_US;
  bucket->next_us = MAX (bucket->next_us, now_us + G_USEC_PER_SEC / PAUSED_CALLS_PER_S);
}
