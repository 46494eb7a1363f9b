/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "signing/minipay-signing-private.h"

#include <sys/wait.h>
#include <unistd.h>

#include "unit/signing-fixtures.h"

static void
test_nonces (void)
{
  guint count = 10000 * fixtures_get_repeat ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean letters[128] = { FALSE };
  guint different = 0;
  char text[201];

  for (guint i = 0; i < count; i++) {
    memset (text, '#', sizeof text);
    g_assert_true (minipay_random_nonce (text, 32, NULL));
    g_assert_cmpint (text[33], ==, '#');
    g_assert_cmpuint (strlen (text), ==, 32);
    for (gsize n = 0; n < 32; n++) {
      g_assert_true (g_ascii_isalnum (text[n]));
      letters[(guint8) text[n]] = TRUE;
    }
    g_assert_true (g_hash_table_add (seen, g_strdup (text)));
  }
  for (gsize i = 0; i < G_N_ELEMENTS (letters); i++)
    different += letters[i] != FALSE;
  g_assert_cmpuint (different, ==, 62);

  for (gsize n = 0; n <= 200; n++) {
    g_assert_true (minipay_random_nonce (text, n, NULL));
    g_assert_cmpuint (strlen (text), ==, n);
  }
}

static void
test_nonce_after_fork (void)
{
  for (guint i = 0; i < 20 * fixtures_get_repeat (); i++) {
    char ours[33];
    char theirs[33] = "";
    int ends[2];
    int status;
    pid_t child;

    g_assert_true (minipay_random_nonce (ours, 32, NULL));
    g_assert_cmpint (pipe (ends), ==, 0);
    child = fork ();
    g_assert_cmpint (child, >=, 0);
    if (child == 0) {
      if (!minipay_random_nonce (theirs, 32, NULL) || write (ends[1], theirs, 33) != 33)
        _exit (1);
      _exit (0);
    }
    g_assert_true (minipay_random_nonce (ours, 32, NULL));
    g_assert_cmpint (read (ends[0], theirs, 33), ==, 33);
    g_assert_cmpint (waitpid (child, &status, 0), ==, child);
    g_assert_cmpint (status, ==, 0);
    g_assert_cmpuint (strlen (theirs), ==, 32);
    g_assert_cmpstr (ours, !=, theirs);
    close (ends[0]);
    close (ends[1]);
  }
}

static void
test_random_below (void)
{
  guint counts[3] = { 0 };

  for (guint i = 0; i < 3000; i++) {
    guint32 value = minipay_random_below (3);

    g_assert_cmpuint (value, <, 3);
    counts[value]++;
  }
  /* ten standard deviations around 1000 */
  for (gsize i = 0; i < 3; i++) {
    g_assert_cmpuint (counts[i], >, 740);
    g_assert_cmpuint (counts[i], <, 1260);
  }
  g_assert_cmpuint (minipay_random_below (1), ==, 0);
  g_assert_cmpuint (minipay_random_below (G_MAXUINT32), <, G_MAXUINT32);
}

static void
test_constant_time_equal (void)
{
  g_assert_true (minipay_constant_time_equal ("abc", 3, "abc", 3));
  g_assert_true (minipay_constant_time_equal ("", 0, "", 0));
  g_assert_false (minipay_constant_time_equal ("abc", 3, "abd", 3));
  g_assert_false (minipay_constant_time_equal ("abc", 3, "abcd", 4));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random/nonce/alphabet-length-distinct", test_nonces);
  g_test_add_func ("/random/nonce/differs-after-fork", test_nonce_after_fork);
  g_test_add_func ("/random/below/uniform", test_random_below);
  g_test_add_func ("/random/constant-time-equal/length-first", test_constant_time_equal);
  return g_test_run ();
}
