/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "v3-gateway.h"

/*
 * WeChat Pay's side of V3 in mode certificate: throw-away platform certificates of this run, written with OpenSSL
 * and nothing of minipay.
 */
typedef struct {
  char *serial; /* upper-case hexadecimal */
  char *pem;
  gpointer key; /* EVP_PKEY */
} V3Certificate;

/* Signed by nobody but itself, valid from @not_before to @not_after, in seconds since the epoch. */
V3Certificate *v3_certificate_new (const char *serial, int bits, gint64 not_before, gint64 not_after);
void v3_certificate_free (V3Certificate *self);

/* Writes platform.pem, the trusted certificates of the next account; @second is nullable. */
void v3_certificate_write (V3Certificate *first, V3Certificate *second);
/* An account in mode certificate which trusts platform.pem; @changes (nullable) lie over it. */
MinipayTestExchange *v3_certificate_exchange_new (const char *const *changes);

/* The four headers of a message signed with @self, as pairs, NULL at the end; they name @serial (NULL: its own). */
char **v3_certificate_headers_new (V3Certificate *self, const char *serial, gint64 timestamp, const char *body);

/* One item of the answer to GET /v3/certificates, with @pem sealed in it. */
char *v3_certificate_item_new (const char *serial, const char *pem);
/* The whole answer; @second is nullable. */
char *v3_certificate_list_new (V3Certificate *first, V3Certificate *second);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (V3Certificate, v3_certificate_free)
