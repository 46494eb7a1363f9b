/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * How often one account may call each of its operations, with a tenth of a second's worth at once. After a gateway
 * said that it was too often, 3 times a second until it has not said so for 10 s. Pure: the caller brings the time,
 * and a lock when threads share it.
 */
typedef struct _MinipayBuckets MinipayBuckets;

/* @per_second: for what is no refund; refunds go at half of it. */
MinipayBuckets *minipay_buckets_new (guint per_second);
void minipay_buckets_free (MinipayBuckets *self);

/* Takes the next free moment for a call and tells how long to wait for it. -1 when that is longer than
 * @longest_us: then nothing is taken, or those who give up would hold up those who do not. */
gint64 minipay_buckets_take (MinipayBuckets *self, const char *operation, gint64 now_us, gint64 longest_us);

/* An answer was 429 or of that meaning. Moments taken before stay. */
void minipay_buckets_pause (MinipayBuckets *self, const char *operation, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayBuckets, minipay_buckets_free)

G_END_DECLS
