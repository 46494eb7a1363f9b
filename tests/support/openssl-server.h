/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A TLS server on 127.0.0.1 made with OpenSSL: it can be as old and as bad as it is told, and gives tickets to
 * resume sessions with. One connection at a time, one request each.
 */
typedef struct _OpensslServer OpensslServer;

typedef struct {
  GTlsCertificate *certificate; /* nullable: anonymous key exchange */
  int max_version;              /* such as TLS1_1_VERSION; 0: the newest */
  const char *ciphers;          /* nullable: the usual; up to TLS 1.2 */
  const char *answer;           /* whole */
  const char *client_ca_file;   /* nullable: asks every client for a certificate of this authority */
} OpensslServerPlan;

OpensslServer *openssl_server_new (const OpensslServerPlan *plan);
void openssl_server_free (OpensslServer *self);

const char *openssl_server_get_base_url (OpensslServer *self);
guint openssl_server_get_connections (OpensslServer *self);
guint64 openssl_server_get_bytes_read (OpensslServer *self); /* after TLS */
guint openssl_server_get_resumed (OpensslServer *self);      /* connections */
/* The DER of what the client of the @index-th request showed; NULL for none. */
GBytes *openssl_server_get_peer (OpensslServer *self, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpensslServer, openssl_server_free)

G_END_DECLS
