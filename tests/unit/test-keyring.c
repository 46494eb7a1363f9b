/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-keyring-private.h"

#include "core/minipay-error.h"
#include "signing/minipay-signing-private.h"
#include "unit/signing-fixtures.h"

/* Validity as `openssl x509 -dates` prints it, in seconds. */
#define GO_SERIAL     "D7CE59D1F522D701"
#define GO_BEGINS     1619513723
#define GO_ENDS       1934873723
#define JAVA_SERIAL   "5F1C72E2A8931B72A2E13AF8DEE92471EB397115"
#define JAVA_BEGINS   1652147830
#define JAVA_ENDS     1746755830
#define PUBLIC_KEY_ID "PUB_KEY_ID_0114232134912410000000000000"

static JsonObject *root;

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) minipay_key_unref);
}

static void
add (GHashTable *set, const char *id, const char *fixture)
{
  g_hash_table_insert (set, g_strdup (id), fixtures_load_verifier (root, fixture));
}

/* Two certificates and a public key, as during a migration. */
static MinipayKeyring *
new_migrating (void)
{
  MinipayKeyring *keyring = minipay_keyring_new ();
  g_autoptr (GHashTable) set = new_set ();
  g_autoptr (GError) error = NULL;

  add (set, GO_SERIAL, "wechatpay-go-test-cert");
  add (set, JAVA_SERIAL, "wechatpay-java-merchant-cert");
  add (set, PUBLIC_KEY_ID, "wxp-doc-platform");
  g_assert_true (minipay_keyring_set_trusted (keyring, set, &error));
  g_assert_no_error (error);
  return keyring;
}

static void
test_own_by_name (void)
{
  g_autoptr (MinipayKeyring) keyring = minipay_keyring_new ();
  g_autoptr (MinipayKey) first = fixtures_new_secret ("192006250b4c09247ec02edce69f6a2d");
  g_autoptr (MinipayKey) second = fixtures_new_secret ("AES256Key-32Characters1234567890");
  g_autoptr (MinipayKey) found = NULL;
  g_autoptr (MinipayKey) replaced = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_keyring_get_own (keyring, "api_key", 1700000000, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_assert_cmpstr (error->message, ==, "account has no key api_key");
  g_clear_error (&error);

  minipay_keyring_add_own (keyring, "api_key", first);
  found = minipay_keyring_get_own (keyring, "api_key", 1700000000, &error);
  g_assert_true (found == first);
  minipay_keyring_add_own (keyring, "api_key", second);
  replaced = minipay_keyring_get_own (keyring, "api_key", 1700000000, &error);
  g_assert_true (replaced == second);
  g_assert_null (minipay_keyring_get_own (keyring, "API_KEY", 1700000000, NULL));
}

static void
check_previous (MinipayKeyring *keyring, gint64 now, MinipayKey *expected)
{
  g_autoptr (MinipayKey) found = minipay_keyring_get_previous (keyring, "api_key", now);

  g_assert_true (found == expected);
}

static void
test_previous_until (void)
{
  g_autoptr (MinipayKeyring) keyring = minipay_keyring_new ();
  g_autoptr (MinipayKey) key = fixtures_new_secret ("192006250b4c09247ec02edce69f6a2d");

  check_previous (keyring, 0, NULL);
  minipay_keyring_add_previous (keyring, "api_key", key, 1700000000);
  check_previous (keyring, 1699999999, key);
  check_previous (keyring, 1700000000, key);
  check_previous (keyring, 1700000001, NULL);
  check_previous (keyring, G_MAXINT64, NULL);
  g_assert_null (minipay_keyring_get_previous (keyring, "other_key", 1699999999));
  /* it takes nobody's place: what signs is the present key or nothing */
  g_assert_null (minipay_keyring_get_own (keyring, "api_key", 1699999999, NULL));
}

static void
test_own_certificate_ends (void)
{
  g_autoptr (MinipayKeyring) keyring = minipay_keyring_new ();
  g_autoptr (MinipayKey) key = fixtures_load_certificate (root, "wechatpay-java-merchant-cert");
  g_autoptr (MinipayKey) found = NULL;
  g_autoptr (GError) error = NULL;

  minipay_keyring_add_own (keyring, "public-key", key);
  found = minipay_keyring_get_own (keyring, "public-key", JAVA_ENDS, &error);
  g_assert_no_error (error);
  g_assert_true (found == key);
  g_assert_null (minipay_keyring_get_own (keyring, "public-key", JAVA_ENDS + 1, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpstr (error->message, ==, "key public-key has expired");
}

static void
test_trusted_by_id (void)
{
  static const char *const ids[] = {
    GO_SERIAL, "d7ce59d1f522d701", JAVA_SERIAL, PUBLIC_KEY_ID, "pub_key_id_0114232134912410000000000000",
  };
  g_autoptr (MinipayKeyring) keyring = new_migrating ();

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayKey) key = minipay_keyring_get_trusted (keyring, ids[i], 1700000000, &error);

    g_assert_no_error (error);
    g_assert_nonnull (key);
  }
}

static void
test_stranger_refused (void)
{
  static const char *const ids[] = { "", "D7CE59D1F522D7", "0D7CE59D1F522D701", "D7CE59D1F522D701 ", "0" };
  g_autoptr (MinipayKeyring) keyring = new_migrating ();
  g_autoptr (MinipayKeyring) empty = minipay_keyring_new ();
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_clear_error (&error);
    g_assert_null (minipay_keyring_get_trusted (keyring, ids[i], 1700000000, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
    g_assert_nonnull (strstr (error->message, "is not trusted; trusted: "));
    g_assert_nonnull (strstr (error->message, GO_SERIAL));
    g_assert_nonnull (strstr (error->message, PUBLIC_KEY_ID));
  }

  g_clear_error (&error);
  g_assert_null (minipay_keyring_get_trusted (empty, "ABC", 1700000000, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
  g_assert_cmpstr (error->message, ==, "key ABC is not trusted; trusted: none");
}

static void
test_validity_bounds (void)
{
  static const struct {
    gint64 now;
    const char *fault;
  } cases[] = {
    { GO_BEGINS - 1, "is not valid yet" }, { GO_BEGINS, NULL },           { GO_ENDS, NULL },
    { GO_ENDS + 1, "has expired" },        { G_MAXINT64, "has expired" }, { G_MININT64, "is not valid yet" },
  };
  g_autoptr (MinipayKeyring) keyring = new_migrating ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipayKey) key = minipay_keyring_get_trusted (keyring, GO_SERIAL, cases[i].now, &error);

    if (cases[i].fault == NULL) {
      g_assert_no_error (error);
      continue;
    }
    g_assert_null (key);
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_SIGNATURE_INVALID);
    g_assert_nonnull (strstr (error->message, cases[i].fault));
  }
}

static void
test_states (void)
{
  static const struct {
    const char *id;
    gint64 now;
    MinipayKeyState state;
  } cases[] = {
    { GO_SERIAL, GO_BEGINS - 1, MINIPAY_KEY_STATE_CANDIDATE },
    { GO_SERIAL, JAVA_BEGINS - 1, MINIPAY_KEY_STATE_ACTIVE },
    { GO_SERIAL, JAVA_BEGINS, MINIPAY_KEY_STATE_RETIRING },
    { GO_SERIAL, JAVA_ENDS + 1, MINIPAY_KEY_STATE_ACTIVE },
    { GO_SERIAL, GO_ENDS + 1, MINIPAY_KEY_STATE_EXPIRED },
    { JAVA_SERIAL, JAVA_BEGINS - 1, MINIPAY_KEY_STATE_CANDIDATE },
    { JAVA_SERIAL, JAVA_BEGINS, MINIPAY_KEY_STATE_ACTIVE },
    { JAVA_SERIAL, JAVA_ENDS + 1, MINIPAY_KEY_STATE_EXPIRED },
    { PUBLIC_KEY_ID, 0, MINIPAY_KEY_STATE_ACTIVE },
    { PUBLIC_KEY_ID, G_MAXINT64, MINIPAY_KEY_STATE_ACTIVE },
    { "stranger", 1700000000, MINIPAY_KEY_STATE_EXPIRED },
  };
  g_autoptr (MinipayKeyring) keyring = new_migrating ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("%s at %" G_GINT64_FORMAT, cases[i].id, cases[i].now);
    g_assert_cmpint (minipay_keyring_get_state (keyring, cases[i].id, cases[i].now), ==, cases[i].state);
  }
}

static void
check_newest (MinipayKeyring *keyring, gint64 now, const char *expected)
{
  g_autofree char *id = minipay_keyring_dup_newest_certificate_id (keyring, MINIPAY_SCHEME_RSA_SHA256, now);

  g_assert_cmpstr (id, ==, expected);
}

static void
test_newest_certificate (void)
{
  g_autoptr (MinipayKeyring) keyring = new_migrating ();
  g_autoptr (GHashTable) bare = new_set ();

  check_newest (keyring, GO_BEGINS - 1, NULL);
  check_newest (keyring, GO_BEGINS, GO_SERIAL);
  check_newest (keyring, JAVA_BEGINS - 1, GO_SERIAL);
  check_newest (keyring, JAVA_BEGINS, JAVA_SERIAL);
  check_newest (keyring, JAVA_ENDS + 1, GO_SERIAL);
  check_newest (keyring, GO_ENDS + 1, NULL);

  add (bare, PUBLIC_KEY_ID, "wxp-doc-platform");
  g_assert_true (minipay_keyring_set_trusted (keyring, bare, NULL));
  check_newest (keyring, 1700000000, NULL);
}

static void
check_set_refused (MinipayKeyring *keyring, GHashTable *set, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipayKey) still = NULL;

  g_assert_false (minipay_keyring_set_trusted (keyring, set, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_assert_cmpstr (error->message, ==, message);
  still = minipay_keyring_get_trusted (keyring, GO_SERIAL, 1700000000, NULL);
  g_assert_nonnull (still);
}

static void
test_bad_sets_refused (void)
{
  g_autoptr (MinipayKeyring) keyring = new_migrating ();
  g_autoptr (GHashTable) empty = new_set ();
  g_autoptr (GHashTable) nameless = new_set ();
  g_autoptr (GHashTable) misnamed = new_set ();
  g_autoptr (GHashTable) secret = new_set ();
  g_autoptr (GHashTable) private_key = new_set ();

  check_set_refused (keyring, empty, "set of trusted keys is empty where at least one is needed");
  add (nameless, "", "wxp-doc-platform");
  check_set_refused (keyring, nameless, "trusted key has an empty id");
  add (misnamed, "D7CE59D1F522D702", "wechatpay-go-test-cert");
  check_set_refused (keyring, misnamed,
                     "trusted certificate D7CE59D1F522D702 has the serial D7CE59D1F522D701 of its own");
  g_hash_table_insert (secret, g_strdup ("ID2"), fixtures_new_secret ("192006250b4c09247ec02edce69f6a2d"));
  check_set_refused (keyring, secret, "trusted key ID2 is not a public key or certificate");
  g_hash_table_insert (private_key, g_strdup ("ID"), fixtures_load_private (root, "gunsluo-mock"));
  check_set_refused (keyring, private_key, "trusted key ID is not a public key or certificate");
}

static void
test_ids_differing_in_case_refused (void)
{
  g_autoptr (MinipayKeyring) keyring = new_migrating ();
  g_autoptr (GHashTable) set = new_set ();
  g_autoptr (GError) error = NULL;

  add (set, "PUB_KEY_ID_A", "wxp-doc-platform");
  add (set, "pub_key_id_a", "wxp-doc-platform-old");
  g_assert_false (minipay_keyring_set_trusted (keyring, set, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
}

static void
test_copy_is_apart (void)
{
  g_autoptr (MinipayKeyring) keyring = new_migrating ();
  g_autoptr (GHashTable) copy = minipay_keyring_dup_trusted (keyring);
  g_autoptr (MinipayKey) key = NULL;

  g_assert_cmpuint (g_hash_table_size (copy), ==, 3);
  g_hash_table_remove (copy, "d7ce59d1f522d701");
  g_assert_cmpuint (g_hash_table_size (copy), ==, 2);
  key = minipay_keyring_get_trusted (keyring, GO_SERIAL, 1700000000, NULL);
  g_assert_nonnull (key);

  g_assert_true (minipay_keyring_set_trusted (keyring, copy, NULL));
  g_assert_null (minipay_keyring_get_trusted (keyring, GO_SERIAL, 1700000000, NULL));
}

typedef struct {
  MinipayKeyring *keyring;
  GHashTable *sets[2];
  guint rounds;
} Swap;

static gpointer
swap_thread (gpointer data)
{
  Swap *swap = data;

  for (guint i = 0; i < swap->rounds; i++)
    g_assert_true (minipay_keyring_set_trusted (swap->keyring, swap->sets[i % 2], NULL));
  return NULL;
}

/* Whoever looks while sets are swapped finds the key that is in both, always. */
static void
test_swap_under_readers (void)
{
  g_autoptr (GHashTable) one = new_set ();
  g_autoptr (GHashTable) two = new_set ();
  g_autoptr (MinipayKeyring) keyring = new_migrating ();
  Swap swap = { keyring, { one, two }, 2000 * fixtures_get_repeat () };
  GThread *thread;

  add (one, GO_SERIAL, "wechatpay-go-test-cert");
  add (two, GO_SERIAL, "wechatpay-go-test-cert");
  add (two, PUBLIC_KEY_ID, "wxp-doc-platform");
  thread = g_thread_new ("swap", swap_thread, &swap);
  for (guint i = 0; i < swap.rounds; i++) {
    g_autoptr (MinipayKey) key = minipay_keyring_get_trusted (keyring, GO_SERIAL, 1700000000, NULL);

    g_assert_nonnull (key);
    g_assert_cmpstr (minipay_key_get_serial (key), ==, GO_SERIAL);
  }
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  root = fixtures_load ("vectors.json");
  g_test_add_func ("/keyring/own/by-name", test_own_by_name);
  g_test_add_func ("/keyring/own/certificate-ends", test_own_certificate_ends);
  g_test_add_func ("/keyring/previous/until-its-end", test_previous_until);
  g_test_add_func ("/keyring/trusted/by-id-whatever-its-case", test_trusted_by_id);
  g_test_add_func ("/keyring/trusted/stranger-refused", test_stranger_refused);
  g_test_add_func ("/keyring/trusted/valid-to-the-second", test_validity_bounds);
  g_test_add_func ("/keyring/states/by-validity", test_states);
  g_test_add_func ("/keyring/newest/valid-certificate-only", test_newest_certificate);
  g_test_add_func ("/keyring/set/bad-ones-change-nothing", test_bad_sets_refused);
  g_test_add_func ("/keyring/set/ids-differing-in-case-refused", test_ids_differing_in_case_refused);
  g_test_add_func ("/keyring/set/copy-is-apart", test_copy_is_apart);
  g_test_add_func ("/keyring/set/swap-under-readers", test_swap_under_readers);
  result = g_test_run ();
  json_object_unref (root);
  return result;
}
