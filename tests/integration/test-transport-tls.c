/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <openssl/ssl.h>
#include <string.h>

#include "openssl-server.h"
#include "raw-server.h"
#include "test-authority.h"
#include "transport-call.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"

static RawServer *
server_new_with (GTlsCertificate *certificate)
{
  RawServer *server = raw_server_new (certificate);

  raw_server_push_text (server, OK_ANSWER);
  return server;
}

static void
assert_refused_unseen (RawServer *server, const char *ca_file)
{
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, ca_file);
  g_autoptr (TransportCall) call = transport_call_run (transport,
                                                       &(TransportPlan){
                                                           .base_url = raw_server_get_base_url (server),
                                                           .method = "POST",
                                                           .body = "secret",
                                                       });

  transport_call_assert_not_sent (call, MINIPAY_ERROR_NOT_SENT);
  g_clear_object (&transport);
  g_assert_cmpuint (raw_server_get_connections (server), ==, 1);
  g_assert_cmpuint (raw_server_get_bytes_read (server), ==, 0);
}

typedef struct {
  const char *name;
  TestCertificatePlan certificate;
  int max_version;
  const char *ciphers;
  gboolean has_no_certificate;
  gboolean is_good;
} TlsCase;

/* The sound ones show that the bad ones fail for what is bad about them. */
static const TlsCase tls_cases[] = {
  { .name = "sound/ec", .certificate = { .alt_name = "IP:127.0.0.1" }, .is_good = TRUE },
  { .name = "sound/rsa-2048", .certificate = { .alt_name = "IP:127.0.0.1", .rsa_bits = 2048 }, .is_good = TRUE },
  { .name = "sound/tls-1.2",
    .certificate = { .alt_name = "IP:127.0.0.1" },
    .max_version = TLS1_2_VERSION,
    .is_good = TRUE },
  { .name = "bad/expired", .certificate = { .alt_name = "IP:127.0.0.1", .first_day = -9, .last_day = -1 } },
  { .name = "bad/not-yet-valid", .certificate = { .alt_name = "IP:127.0.0.1", .first_day = 1 } },
  { .name = "bad/other-address", .certificate = { .alt_name = "IP:127.0.0.2" } },
  { .name = "bad/name-for-address", .certificate = { .alt_name = "DNS:127.0.0.1" } },
  { .name = "bad/any-name", .certificate = { .alt_name = "DNS:*" } },
  { .name = "bad/signed-with-sha-1", .certificate = { .alt_name = "IP:127.0.0.1", .is_sha1 = TRUE } },
  { .name = "bad/rsa-1024", .certificate = { .alt_name = "IP:127.0.0.1", .rsa_bits = 1024 } },
  { .name = "bad/rsa-2047", .certificate = { .alt_name = "IP:127.0.0.1", .rsa_bits = 2047 } },
  { .name = "bad/tls-1.0", .certificate = { .alt_name = "IP:127.0.0.1" }, .max_version = TLS1_VERSION },
  { .name = "bad/tls-1.1", .certificate = { .alt_name = "IP:127.0.0.1" }, .max_version = TLS1_1_VERSION },
  { .name = "bad/no-certificate",
    .certificate = { .alt_name = "IP:127.0.0.1" },
    .max_version = TLS1_2_VERSION,
    .ciphers = "aNULL",
    .has_no_certificate = TRUE },
  { .name = "bad/no-encryption",
    .certificate = { .alt_name = "IP:127.0.0.1", .rsa_bits = 2048 },
    .max_version = TLS1_2_VERSION,
    .ciphers = "eNULL" },
};

static void
test_server (gconstpointer data)
{
  const TlsCase *test = data;
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_issue_as (authority, &test->certificate);
  g_autoptr (OpensslServer) server = openssl_server_new (&(OpensslServerPlan){
      .certificate = test->has_no_certificate ? NULL : certificate,
      .max_version = test->max_version,
      .ciphers = test->ciphers,
      .answer = OK_ANSWER,
  });
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, test_authority_get_file (authority));
  g_autoptr (TransportCall) call = transport_call_run (transport,
                                                       &(TransportPlan){
                                                           .base_url = openssl_server_get_base_url (server),
                                                           .method = "POST",
                                                           .body = "secret",
                                                       });

  if (test->is_good) {
    transport_call_assert_answered (call, 200, "good");
    return;
  }
  transport_call_assert_not_sent (call, MINIPAY_ERROR_NOT_SENT);
  g_test_message ("%s", call->error->message);
  g_clear_object (&transport);
  g_assert_cmpuint (openssl_server_get_connections (server), ==, 1);
  g_assert_cmpuint (openssl_server_get_bytes_read (server), ==, 0);
}

static void
test_good_chain_accepted (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_issue (authority, "IP:127.0.0.1", 30);
  g_autoptr (RawServer) server = server_new_with (certificate);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, test_authority_get_file (authority));

  for (guint i = 0; i < 3; i++) {
    g_autoptr (TransportCall) call = transport_call_run (transport,
                                                         &(TransportPlan){
                                                             .base_url = raw_server_get_base_url (server),
                                                             .method = "POST",
                                                             .body = "{}",
                                                             .may_repeat = TRUE,
                                                         });

    transport_call_assert_answered (call, 200, "good");
  }
  g_assert_cmpuint (raw_server_get_connections (server), ==, 1);
}

static void
test_self_signed_refused (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_make_self_signed ("IP:127.0.0.1");
  g_autoptr (RawServer) server = server_new_with (certificate);

  assert_refused_unseen (server, test_authority_get_file (authority));
}

static void
test_wrong_host_refused (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_issue (authority, "DNS:pay.example", 30);
  g_autoptr (RawServer) server = server_new_with (certificate);

  assert_refused_unseen (server, test_authority_get_file (authority));
}

static void
test_expired_refused (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_issue (authority, "IP:127.0.0.1", -1);
  g_autoptr (RawServer) server = server_new_with (certificate);

  assert_refused_unseen (server, test_authority_get_file (authority));
}

static void
test_other_authority_refused (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (TestAuthority) stranger = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_issue (authority, "IP:127.0.0.1", 30);
  g_autoptr (RawServer) server = server_new_with (certificate);

  assert_refused_unseen (server, test_authority_get_file (stranger));
}

static void
test_system_authorities_refuse_the_test_one (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_issue (authority, "IP:127.0.0.1", 30);
  g_autoptr (RawServer) server = server_new_with (certificate);

  assert_refused_unseen (server, NULL);
}

static void
test_plain_server_not_sent (void)
{
  g_autoptr (RawServer) server = server_new_with (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, NULL);
  g_autofree char *base_url = g_strdup_printf ("https://127.0.0.1:%u", raw_server_get_port (server));
  g_autoptr (TransportCall) call =
      transport_call_run (transport, &(TransportPlan){ .base_url = base_url, .timeout_ms = 500 });

  transport_call_assert_not_sent (call, MINIPAY_ERROR_NOT_SENT);
}

static void
test_cut_in_tls_unknown (void)
{
  g_autoptr (TestAuthority) authority = test_authority_new ();
  g_autoptr (GTlsCertificate) certificate = test_authority_issue (authority, "IP:127.0.0.1", 30);
  g_autoptr (RawServer) server = raw_server_new (certificate);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, test_authority_get_file (authority));
  const char *const answers[] = {
    "",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngoo",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    raw_server_push (server, &(RawAnswer){ .bytes = answers[i], .length = -1, .closes = TRUE });
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autoptr (TransportCall) call = transport_call_run (
        transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server), .method = "POST" });

    transport_call_assert_unknown (call, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  }
}

static void
assert_config_error (const char *ca_file)
{
  g_autoptr (RawServer) server = server_new_with (NULL);
  g_autoptr (MinipayTransport) transport = minipay_transport_new (4, ca_file);

  for (guint i = 0; i < 2; i++) {
    g_autoptr (TransportCall) call =
        transport_call_run (transport, &(TransportPlan){ .base_url = raw_server_get_base_url (server) });

    transport_call_assert_not_sent (call, MINIPAY_ERROR_CONFIG);
    g_assert_nonnull (strstr (call->error->message, ca_file));
  }
  g_assert_cmpuint (raw_server_get_connections (server), ==, 0);
}

static void
test_bad_authority_file_named (void)
{
  g_autofree char *directory = g_dir_make_tmp ("minipay-test-XXXXXX", NULL);
  g_autofree char *missing = g_build_filename (directory, "missing.pem", NULL);
  g_autofree char *empty = g_build_filename (directory, "empty.pem", NULL);
  g_autofree char *junk = g_build_filename (directory, "junk.pem", NULL);

  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_true (
      g_file_set_contents (junk, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", -1, NULL));
  assert_config_error (missing);
  assert_config_error (empty);
  assert_config_error (junk);
  assert_config_error ("relative.pem");

  g_unlink (empty);
  g_unlink (junk);
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/transport/tls/good-chain-accepted", test_good_chain_accepted);
  g_test_add_func ("/transport/tls/self-signed-refused", test_self_signed_refused);
  g_test_add_func ("/transport/tls/wrong-host-refused", test_wrong_host_refused);
  g_test_add_func ("/transport/tls/expired-refused", test_expired_refused);
  g_test_add_func ("/transport/tls/other-authority-refused", test_other_authority_refused);
  g_test_add_func ("/transport/tls/system-refuses-test-authority", test_system_authorities_refuse_the_test_one);
  g_test_add_func ("/transport/tls/plain-server-not-sent", test_plain_server_not_sent);
  g_test_add_func ("/transport/tls/cut-answer-unknown", test_cut_in_tls_unknown);
  g_test_add_func ("/transport/tls/bad-authority-file-named", test_bad_authority_file_named);
  for (guint i = 0; i < G_N_ELEMENTS (tls_cases); i++) {
    g_autofree char *path = g_strconcat ("/transport/tls/", tls_cases[i].name, NULL);

    g_test_add_data_func (path, &tls_cases[i], test_server);
  }
  return g_test_run ();
}
