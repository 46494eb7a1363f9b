/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "openssl-server.h"
#include "raw-server.h"
#include "test-authority.h"
#include "transport-call.h"
#include "transport/minipay-tls-identity-private.h"

#define OK_ANSWER       "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
#define RESUME_SESSIONS "--resume-sessions"

static MinipaySecret *
identity_get_pem (GTlsCertificate *certificate)
{
  g_autofree char *certificate_pem = NULL;
  g_autofree char *key_pem = NULL;
  g_autofree char *both = NULL;

  g_object_get (certificate, "certificate-pem", &certificate_pem, "private-key-pem", &key_pem, NULL);
  both = g_strconcat (key_pem, certificate_pem, NULL);
  return minipay_secret_new_from_text (both);
}

static GTlsCertificate *
identity_new (TestAuthority *authority)
{
  g_autoptr (GTlsCertificate) issued = test_authority_issue (authority, "DNS:merchant.example", 30);
  g_autoptr (MinipaySecret) pem = identity_get_pem (issued);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *identity = minipay_tls_identity_new (pem, &error);

  g_assert_no_error (error);
  return identity;
}

/* Who asks, in turn: 0 shows nothing, 1 and 2 their certificates. */
static const guint callers[] = { 1, 2, 0, 1, 0, 2, 2, 1, 0, 1 };

static void
assert_each_shown_as_itself (gboolean closes, guint n_connections)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_issue (authority, "IP:127.0.0.1", 30);
  g_autoptr (GTlsCertificate) one = identity_new (authority);
  g_autoptr (GTlsCertificate) two = identity_new (authority);
  GTlsCertificate *const identities[] = { NULL, one, two };
  g_autoptr (RawServer) server = raw_server_new (certificate);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, test_authority_get_file (authority));

  raw_server_ask_certificate (server);
  raw_server_push (server, &(RawAnswer){ .bytes = OK_ANSWER, .length = -1, .closes = closes });
  for (guint i = 0; i < G_N_ELEMENTS (callers); i++) {
    g_autoptr (TransportCall) call = transport_call_run (transport,
                                                         &(TransportPlan){
                                                             .base_url = raw_server_get_base_url (server),
                                                             .method = "POST",
                                                             .body = "{}",
                                                             .may_repeat = !closes,
                                                             .identity = identities[callers[i]],
                                                         });
    GTlsCertificate *peer;

    transport_call_assert_answered (call, 200, "good");
    peer = raw_server_get_peer (server, i);
    if (identities[callers[i]] == NULL)
      g_assert_null (peer);
    else
      g_assert_true (peer != NULL && g_tls_certificate_is_same (peer, identities[callers[i]]));
  }
  g_assert_cmpuint (raw_server_get_connections (server), ==, n_connections);
}

static void
test_kept_connections_serve_one_identity (void)
{
  assert_each_shown_as_itself (FALSE, 3);
}

static void
test_new_connections_show_their_identity (void)
{
  assert_each_shown_as_itself (TRUE, G_N_ELEMENTS (callers));
}

static void
resume_sessions (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_issue (authority, "IP:127.0.0.1", 30);
  g_autoptr (GTlsCertificate) one = identity_new (authority);
  g_autoptr (GTlsCertificate) two = identity_new (authority);
  GTlsCertificate *const identities[] = { NULL, one, two };
  g_autoptr (OpensslServer) server = openssl_server_new (&(OpensslServerPlan){
      .certificate = certificate,
      .answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\ngood",
      .client_ca_file = test_authority_get_file (authority),
  });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, test_authority_get_file (authority));

  for (guint i = 0; i < G_N_ELEMENTS (callers); i++) {
    g_autoptr (TransportCall) call = transport_call_run (transport,
                                                         &(TransportPlan){
                                                             .base_url = openssl_server_get_base_url (server),
                                                             .identity = identities[callers[i]],
                                                         });
    g_autoptr (GByteArray) shown = NULL;
    GBytes *peer;

    transport_call_assert_answered (call, 200, "good");
    peer = openssl_server_get_peer (server, i);
    if (identities[callers[i]] == NULL) {
      g_assert_null (peer);
      continue;
    }
    g_assert_nonnull (peer);
    g_object_get (identities[callers[i]], "certificate", &shown, NULL);
    g_assert_cmpmem (g_bytes_get_data (peer, NULL), g_bytes_get_size (peer), shown->data, shown->len);
  }
  /* or the test would show nothing */
  g_assert_cmpuint (openssl_server_get_resumed (server), >, 0);
}

static const char *program;

static void
test_resumed_session_shows_its_identity (void)
{
  const char *const arguments[] = { program, RESUME_SESSIONS, NULL };
  g_autoptr (GError) error = NULL;
  int status = -1;

  g_test_summary ("A ticket of one merchant's session opens no session for another.");
  /* GLib resumes nothing in a program that has called g_test_init () */
  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
}

static void
test_same_certificate_read_twice_shares_connection (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_issue (authority, "IP:127.0.0.1", 30);
  g_autoptr (GTlsCertificate) issued = test_authority_issue (authority, "DNS:merchant.example", 30);
  g_autoptr (RawServer) server = raw_server_new (certificate);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, test_authority_get_file (authority));

  raw_server_ask_certificate (server);
  raw_server_push_text (server, OK_ANSWER);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (MinipaySecret) pem = identity_get_pem (issued);
    g_autoptr (GError) error = NULL;
    g_autoptr (GTlsCertificate) identity = minipay_tls_identity_new (pem, &error);
    g_autoptr (TransportCall) call = transport_call_run (transport,
                                                         &(TransportPlan){
                                                             .base_url = raw_server_get_base_url (server),
                                                             .identity = identity,
                                                         });

    g_assert_no_error (error);
    transport_call_assert_answered (call, 200, "good");
    g_assert_true (g_tls_certificate_is_same (raw_server_get_peer (server, i), issued));
  }
  g_assert_cmpuint (raw_server_get_connections (server), ==, 1);
}

static void
test_unusable_key_refused (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) issued = test_authority_issue (authority, "DNS:merchant.example", 30);
  g_autofree char *certificate_pem = NULL;
  g_autofree char *text = NULL;
  g_autoptr (MinipaySecret) pem = NULL;
  g_autoptr (GError) error = NULL;

  g_object_get (issued, "certificate-pem", &certificate_pem, NULL);
  text = g_strconcat ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", certificate_pem, NULL);
  pem = minipay_secret_new_from_text (text);
  g_assert_null (minipay_tls_identity_new (pem, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_assert_cmpstr (error->message, ==, "client certificate or its key is of a kind that TLS cannot use");
}

static void
test_expired_warned_of (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) issued = test_authority_issue (authority, "DNS:merchant.example", -1);
  g_autoptr (MinipaySecret) pem = identity_get_pem (issued);
  g_autoptr (GTlsCertificate) identity = NULL;
  g_autoptr (GError) error = NULL;

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_WARNING, "client certificate is valid from * to * only*");
  identity = minipay_tls_identity_new (pem, &error);
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_nonnull (identity);
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc > 1 && strcmp (argv[1], RESUME_SESSIONS) == 0) {
    resume_sessions ();
    return 0;
  }

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/transport/identity/kept-connection-serves-one", test_kept_connections_serve_one_identity);
  g_test_add_func ("/transport/identity/new-connection-shows-its-own", test_new_connections_show_their_identity);
  g_test_add_func ("/transport/identity/resumed-session-shows-its-own", test_resumed_session_shows_its_identity);
  g_test_add_func ("/transport/identity/same-certificate-shares-connection",
                   test_same_certificate_read_twice_shares_connection);
  g_test_add_func ("/transport/identity/unusable-key-refused", test_unusable_key_refused);
  g_test_add_func ("/transport/identity/expired-warned-of", test_expired_warned_of);
  return g_test_run ();
}
