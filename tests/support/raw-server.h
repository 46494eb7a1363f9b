/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A server on 127.0.0.1 that says exactly what it is told, right or wrong, from threads of its own. Its n-th
 * request, over all connections, gets the n-th answer pushed, later ones the last.
 */
typedef struct _RawServer RawServer;

typedef struct {
  const char *bytes; /* copied; NULL: never answers */
  gssize length;     /* -1: bytes is a text */
  guint delay_ms;    /* before the first byte */
  guint drip_ms;     /* > 0: between any two bytes */
  guint64 flood;     /* so many bytes 'x' follow */
  gboolean closes;   /* afterwards */
} RawAnswer;

/* @certificate: nullable; speaks TLS with it. */
RawServer *raw_server_new (GTlsCertificate *certificate);
void raw_server_free (RawServer *self);

void raw_server_push (RawServer *self, const RawAnswer *answer);
void raw_server_push_text (RawServer *self, const char *text);
/* Closes every connection before reading from it. */
void raw_server_close_on_accept (RawServer *self);
/* Wants a certificate from every client, and takes any or none. */
void raw_server_ask_certificate (RawServer *self);

guint raw_server_get_port (RawServer *self);
/* `http://127.0.0.1:PORT`, or https */
const char *raw_server_get_base_url (RawServer *self);

guint raw_server_get_connections (RawServer *self);
guint raw_server_get_most_open (RawServer *self); /* connections at the same time */
guint raw_server_get_requests (RawServer *self);
guint64 raw_server_get_bytes_read (RawServer *self); /* after TLS */
guint64 raw_server_get_bytes_sent (RawServer *self);
/* The @index-th request as it came, head and body; NULL when there was none. */
char *raw_server_dup_request (RawServer *self, guint index);
/* What the client of the @index-th request showed; NULL for none. */
GTlsCertificate *raw_server_get_peer (RawServer *self, guint index);

/* Until so many requests have come; FALSE after 5 s. */
gboolean raw_server_wait_requests (RawServer *self, guint count);

/* A port that nothing listens on: it was free a moment ago. */
guint raw_server_find_closed_port (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RawServer, raw_server_free)

G_END_DECLS
