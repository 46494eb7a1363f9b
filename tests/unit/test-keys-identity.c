/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-key-private.h"

#include <glib/gstdio.h>

#include "core/minipay-error.h"
#include "transport/minipay-tls-identity-private.h"
#include "unit/signing-fixtures.h"

#define PASSPHRASE "1900007291"

/* A folder of files that the openssl tool makes, with an authority, a certificate it issued, and its key. */
typedef struct {
  char *folder;
} Desk;

static void
desk_run (Desk *self, const char *arguments)
{
  g_autofree char *line = g_strconcat ("openssl ", arguments, NULL);
  g_auto (GStrv) argv = NULL;
  g_autofree char *errors = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_shell_parse_argv (line, NULL, &argv, &error);
  g_assert_no_error (error);
  g_spawn_sync (self->folder, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &errors, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s", line, errors);
}

static void
desk_set_up (Desk *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("minipay-test-XXXXXX", &error);
  g_assert_no_error (error);
  desk_run (self,
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout authority.key "
            "-out authority.pem -subj /CN=authority -days 30");
  desk_run (self, "req -newkey rsa:2048 -nodes -keyout own.key -out own.csr -subj /CN=merchant");
  desk_run (self, "x509 -req -in own.csr -CA authority.pem -CAkey authority.key -days 30 -out own.pem");
}

static void
desk_tear_down (Desk *self, gconstpointer data)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *path = g_build_filename (self->folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (self->folder);
  g_free (self->folder);
}

static char *
desk_read (Desk *self, const char *name, gsize *length)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *bytes = NULL;

  g_file_get_contents (path, &bytes, length, &error);
  g_assert_no_error (error);
  return bytes;
}

/* Several names, joined. */
static MinipaySecret *
desk_join (Desk *self, const char *names)
{
  g_auto (GStrv) parts = g_strsplit (names, "+", -1);
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (char **name = parts; *name != NULL; name++) {
    gsize length;
    g_autofree char *bytes = desk_read (self, *name, &length);

    g_byte_array_append (all, (const guint8 *) bytes, (guint) length);
  }
  return minipay_secret_new (all->data, all->len);
}

static void
assert_opens (Desk *self, MinipaySecret *material, const char *words, gboolean has_issuer)
{
  g_autoptr (MinipayKey) passphrase = words != NULL ? fixtures_new_secret (words) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipaySecret) pem = minipay_key_load_identity (material, passphrase, "field", &error);
  g_autoptr (GTlsCertificate) identity = NULL;
  g_autofree char *expected = desk_read (self, "own.pem", NULL);
  g_autofree char *expected_key = desk_read (self, "own.key", NULL);
  g_autofree char *shown = NULL;
  gsize length;

  g_assert_no_error (error);
  identity = minipay_tls_identity_new (pem, &error);
  g_assert_no_error (error);
  g_object_get (identity, "certificate-pem", &shown, NULL);
  g_assert_cmpstr (shown, ==, expected);
  g_assert_true (g_str_has_prefix ((const char *) minipay_secret_peek (pem, &length), expected_key));
  g_assert_cmpint (g_tls_certificate_get_issuer (identity) != NULL, ==, has_issuer);
}

static void
test_every_container_opens (Desk *self, gconstpointer data)
{
  static const char *const sealings[] = {
    "-inkey own.key -in own.pem",
    "-inkey own.key -in own.pem -certfile authority.pem",
    "-inkey own.key -in own.pem -legacy",
    "-inkey own.key -in own.pem -keypbe NONE -certpbe NONE",
  };

  g_test_summary ("300 containers of four seals, each with salts of its own, open without one exception.");
  for (guint i = 0; i < 300; i++) {
    g_autofree char *arguments = g_strdup_printf ("pkcs12 -export -out own.p12 -passout pass:" PASSPHRASE " %s",
                                                  sealings[i % G_N_ELEMENTS (sealings)]);
    g_autoptr (MinipaySecret) material = NULL;

    desk_run (self, arguments);
    material = desk_join (self, "own.p12");
    assert_opens (self, material, i % 3 == 0 ? PASSPHRASE "\n" : PASSPHRASE, i % 4 == 1);
  }
}

static void
test_every_pem_opens (Desk *self, gconstpointer data)
{
  static const struct {
    const char *names;
    const char *words;
    gboolean has_issuer;
  } cases[] = {
    { "own.pem+own.key", NULL, FALSE },
    { "own.key+own.pem", NULL, FALSE },
    { "authority.pem+own.key+own.pem", NULL, TRUE },
    { "own.pem+own.key", PASSPHRASE, FALSE },
    { "own.pem+sealed.key", PASSPHRASE, FALSE },
    { "sealed-traditional.key+own.pem", PASSPHRASE, FALSE },
  };

  desk_run (self, "pkcs8 -topk8 -in own.key -out sealed.key -passout pass:" PASSPHRASE);
  desk_run (self, "rsa -in own.key -traditional -aes256 -out sealed-traditional.key -passout pass:" PASSPHRASE);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipaySecret) material = desk_join (self, cases[i].names);

    g_test_message ("%s", cases[i].names);
    assert_opens (self, material, cases[i].words, cases[i].has_issuer);
  }
}

static void
assert_refused (MinipaySecret *material, const char *words, const char *message)
{
  g_autoptr (MinipayKey) passphrase = words != NULL ? fixtures_new_secret (words) : NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_key_load_identity (material, passphrase, "field", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  if (message != NULL)
    g_assert_cmpstr (error->message, ==, message);
}

static void
test_bad_files_named (Desk *self, gconstpointer data)
{
  static const struct {
    const char *names;
    const char *words;
    const char *message;
  } cases[] = {
    { "empty", NULL, "field is empty" },
    { "junk", NULL, "field holds no key: a private key is needed, as PEM, DER or base64 of DER" },
    { "own.pem", NULL, "field holds a certificate without its private key: both are needed" },
    { "own.key", NULL, "field holds a private key without its certificate: both are needed" },
    { "own.csr", NULL, "field is a certificate request, not a private key" },
    { "own.key+authority.pem", NULL, "field holds a private key beside a certificate of another key" },
    { "own.key+own.pem+authority.key", NULL, "field holds 2 times a private key where one is needed" },
    { "own.pem+sealed.key", NULL, "field is an encrypted private key without its passphrase" },
    { "own.pem+sealed.key", "1900007292", "field is an encrypted private key that its passphrase does not open" },
    { "own.p12", NULL, "field is a PKCS#12 container without its passphrase" },
    { "own.p12", "1900007292", "field is a PKCS#12 container that its passphrase does not open" },
    { "keyless.p12", PASSPHRASE, "field holds a certificate without its private key: both are needed" },
    { "bare.p12", PASSPHRASE, "field holds a private key without its certificate: both are needed" },
  };
  g_autofree char *empty = g_build_filename (self->folder, "empty", NULL);
  g_autofree char *junk = g_build_filename (self->folder, "junk", NULL);

  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_true (g_file_set_contents (junk, "junk", 4, NULL));
  desk_run (self, "pkcs8 -topk8 -in own.key -out sealed.key -passout pass:" PASSPHRASE);
  desk_run (self, "pkcs12 -export -out own.p12 -inkey own.key -in own.pem -passout pass:" PASSPHRASE);
  desk_run (self, "pkcs12 -export -out keyless.p12 -nokeys -in own.pem -passout pass:" PASSPHRASE);
  desk_run (self, "pkcs12 -export -out bare.p12 -inkey own.key -in own.key -nocerts -passout pass:" PASSPHRASE);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (MinipaySecret) material = desk_join (self, cases[i].names);

    g_test_message ("%s", cases[i].names);
    assert_refused (material, cases[i].words, cases[i].message);
  }
}

static void
test_cut_container_refused (Desk *self, gconstpointer data)
{
  g_autoptr (MinipaySecret) whole = NULL;
  const guint8 *bytes;
  gsize length;

  desk_run (self, "pkcs12 -export -out own.p12 -inkey own.key -in own.pem -passout pass:" PASSPHRASE);
  whole = desk_join (self, "own.p12");
  bytes = minipay_secret_peek (whole, &length);
  for (gsize n = 0; n < length; n += 7) {
    g_autoptr (MinipaySecret) cut = minipay_secret_new (bytes, n);

    assert_refused (cut, PASSPHRASE, NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/keys-identity/pkcs12/every-container-opens",
              Desk,
              NULL,
              desk_set_up,
              test_every_container_opens,
              desk_tear_down);
  g_test_add ("/keys-identity/pem/every-order-and-seal-opens",
              Desk,
              NULL,
              desk_set_up,
              test_every_pem_opens,
              desk_tear_down);
  g_test_add ("/keys-identity/bad-file/named", Desk, NULL, desk_set_up, test_bad_files_named, desk_tear_down);
  g_test_add ("/keys-identity/cut/refused", Desk, NULL, desk_set_up, test_cut_container_refused, desk_tear_down);
  return g_test_run ();
}
