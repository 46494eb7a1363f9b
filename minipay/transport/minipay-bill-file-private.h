/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A bill on its way to disk: inflated, hashed and counted in one pass, visible under its name only when it is
 * known to be whole. Belongs to one thread at a time. Every error is a MINIPAY_ERROR: PROTOCOL for what came,
 * LIMIT when it is too much, MISMATCH for a wrong digest, INVALID for the path, STORE for the disk.
 */
typedef struct _MinipayBillFile MinipayBillFile;

/* Refuses a path that is taken or relative, and a folder that others may write to. @max_bytes: of plain text. */
MinipayBillFile *minipay_bill_file_new (const char *path, guint64 max_bytes, GError **error);
/* Removes what was not committed. */
void minipay_bill_file_free (MinipayBillFile *self);

/* The bytes as they come, plain or gzip, cut anywhere. */
gboolean minipay_bill_file_write (MinipayBillFile *self, const guint8 *bytes, gsize n, GError **error);
/* No more will come. */
gboolean minipay_bill_file_finish (MinipayBillFile *self, GError **error);

/* After finish(): whether it was no bill but an XML or JSON text that says why there is none. */
gboolean minipay_bill_file_is_message (MinipayBillFile *self);
/* Its first 64 KiB. */
GBytes *minipay_bill_file_get_message (MinipayBillFile *self);

/* After finish(): of the plain text, hexadecimal. */
const char *minipay_bill_file_get_sha1 (MinipayBillFile *self);
guint64 minipay_bill_file_get_size (MinipayBillFile *self);

/* For bills without a digest: there are as many rows as the summary says. */
gboolean minipay_bill_file_check_summary (MinipayBillFile *self, GError **error);

/* After finish(): gives the file its name, which nothing else may have taken meanwhile. @sha1: what the
 * gateway says the digest is, in either case, or NULL. */
gboolean minipay_bill_file_commit (MinipayBillFile *self, const char *sha1, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayBillFile, minipay_bill_file_free)

G_END_DECLS
