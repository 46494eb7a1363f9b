/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "core/minipay-secret-private.h"

#define TEXT "correct horse battery"

typedef struct {
  char *folder;
  char *path; /* of a file in it, not made yet */
} Place;

static void
place_set_up (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  place->folder = g_dir_make_tmp ("minipay-secret-XXXXXX", &error);
  g_assert_no_error (error);
  place->path = g_build_filename (place->folder, "key", NULL);
}

static void
place_tear_down (Place *place, gconstpointer data)
{
  g_remove (place->path);
  g_rmdir (place->folder);
  g_free (place->path);
  g_free (place->folder);
}

static void
place_write (Place *place, const void *data, gsize length, int mode)
{
  int fd = g_open (place->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, data, length), ==, length);
  g_assert_cmpint (fchmod (fd, mode), ==, 0);
  close (fd);
}

static void
assert_holds (MinipaySecret *secret, const void *data, gsize length)
{
  gsize n = 0;
  const guint8 *bytes = minipay_secret_peek (secret, &n);

  g_assert_cmpmem (bytes, n, data, length);
  g_assert_cmpint (bytes[n], ==, 0);
}

static void
assert_file_refused (const char *path, const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (minipay_secret_new_from_file (path, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  if (path != NULL)
    g_assert_nonnull (strstr (error->message, path));
  if (strstr (error->message, reason) == NULL)
    g_test_fail_printf ("\"%s\" does not say \"%s\"", error->message, reason);
  g_assert_null (strstr (error->message, TEXT));
}

static void
test_file (Place *place, gconstpointer data)
{
  static const int modes[] = { 0600, 0400, 0644, 0444 };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MinipaySecret) secret = NULL;

    place_write (place, TEXT "\n", strlen (TEXT) + 1, modes[i]);
    secret = minipay_secret_new_from_file (place->path, &error);
    g_assert_no_error (error);
    assert_holds (secret, TEXT "\n", strlen (TEXT) + 1);
    g_remove (place->path);
  }
}

static void
test_file_binary (Place *place, gconstpointer data)
{
  static const guint8 bytes[] = { 0, 1, 0xff, 0, '\n', 0 };
  g_autoptr (MinipaySecret) secret = NULL;

  place_write (place, bytes, sizeof bytes, 0600);
  secret = minipay_secret_new_from_file (place->path, NULL);
  assert_holds (secret, bytes, sizeof bytes);
}

static void
test_file_empty (Place *place, gconstpointer data)
{
  g_autoptr (MinipaySecret) secret = NULL;

  place_write (place, "", 0, 0600);
  secret = minipay_secret_new_from_file (place->path, NULL);
  assert_holds (secret, "", 0);
}

static void
test_file_size (Place *place, gconstpointer data)
{
  g_autofree char *bytes = g_strnfill (65537, 'k');
  g_autoptr (MinipaySecret) secret = NULL;

  place_write (place, bytes, 65536, 0600);
  secret = minipay_secret_new_from_file (place->path, NULL);
  assert_holds (secret, bytes, 65536);

  place_write (place, bytes, 65537, 0600);
  assert_file_refused (place->path, "65536");
}

static void
test_file_writable (Place *place, gconstpointer data)
{
  static const int modes[] = { 0620, 0602, 0660, 0666, 0622 };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    g_autofree char *mode = g_strdup_printf ("%04o", modes[i]);

    place_write (place, TEXT, strlen (TEXT), modes[i]);
    assert_file_refused (place->path, mode);
    assert_file_refused (place->path, "chmod go-w");
  }
}

static void
test_file_writable_through_link (Place *place, gconstpointer data)
{
  g_autofree char *link = g_build_filename (place->folder, "link", NULL);

  place_write (place, TEXT, strlen (TEXT), 0620);
  g_assert_cmpint (symlink (place->path, link), ==, 0);
  assert_file_refused (link, "0620");
  g_remove (link);
}

static void
test_file_missing (Place *place, gconstpointer data)
{
  assert_file_refused (place->path, g_strerror (ENOENT));
  assert_file_refused ("", g_strerror (ENOENT));
  assert_file_refused (NULL, "no path");
}

static void
test_file_not_regular (Place *place, gconstpointer data)
{
  gint64 begun = g_get_monotonic_time ();

  assert_file_refused (place->folder, "not a regular file");
  assert_file_refused ("/dev/zero", "not a regular file");
  g_assert_cmpint (mkfifo (place->path, 0600), ==, 0);
  /* nobody ever writes into it */
  assert_file_refused (place->path, "not a regular file");
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 5 * G_TIME_SPAN_SECOND);
}

static void
test_env (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipaySecret) secret = NULL;
  g_autoptr (MinipaySecret) empty = NULL;

  g_setenv ("MINIPAY_TEST_SECRET", TEXT, TRUE);
  secret = minipay_secret_new_from_env ("MINIPAY_TEST_SECRET", &error);
  g_assert_no_error (error);
  assert_holds (secret, TEXT, strlen (TEXT));

  g_setenv ("MINIPAY_TEST_SECRET", "", TRUE);
  empty = minipay_secret_new_from_env ("MINIPAY_TEST_SECRET", &error);
  g_assert_no_error (error);
  assert_holds (empty, "", 0);

  g_unsetenv ("MINIPAY_TEST_SECRET");
  g_assert_null (minipay_secret_new_from_env ("MINIPAY_TEST_SECRET", &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "MINIPAY_TEST_SECRET"));
  g_clear_error (&error);
  g_assert_null (minipay_secret_new_from_env (NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
}

static void
test_fd (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MinipaySecret) secret = NULL;
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpint (write (ends[1], TEXT, strlen (TEXT)), ==, strlen (TEXT));
  close (ends[1]);
  secret = minipay_secret_new_from_fd (ends[0], &error);
  g_assert_no_error (error);
  assert_holds (secret, TEXT, strlen (TEXT));
  g_assert_cmpint (fcntl (ends[0], F_GETFD), !=, -1);
  close (ends[0]);

  g_assert_null (minipay_secret_new_from_fd (-1, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
  g_clear_error (&error);
  g_assert_null (minipay_secret_new_from_fd (ends[0], &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG);
}

static void
test_text (void)
{
  g_autoptr (MinipaySecret) secret = minipay_secret_new_from_text (TEXT);
  g_autoptr (MinipaySecret) empty = minipay_secret_new_from_text ("");
  g_autoptr (MinipaySecret) none = minipay_secret_new_from_text (NULL);

  assert_holds (secret, TEXT, strlen (TEXT));
  assert_holds (empty, "", 0);
  assert_holds (none, "", 0);
}

static void
test_dots (void)
{
  static const char *const texts[] = { "", "a", TEXT };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (MinipaySecret) secret = minipay_secret_new_from_text (texts[i]);
    g_autofree char *shown = minipay_secret_to_string (secret);

    /* the same for all: not even the length shows */
    g_assert_cmpstr (shown, ==, "•••");
  }
}

static gpointer
turn_references (gpointer data)
{
  MinipaySecret *secret = data;

  for (guint i = 0; i < 20000; i++) {
    MinipaySecret *mine = minipay_secret_ref (secret);

    g_assert_true (mine == secret);
    minipay_secret_unref (mine);
  }
  minipay_secret_unref (secret);
  return NULL;
}

static void
test_references (void)
{
  g_autoptr (MinipaySecret) secret = minipay_secret_new_from_text (TEXT);
  GThread *threads[8];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("references", turn_references, minipay_secret_ref (secret));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  assert_holds (secret, TEXT, strlen (TEXT));
}

static void
test_boxed (void)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) transformed = G_VALUE_INIT;
  g_autofree char *contents = NULL;

  g_value_init (&value, MINIPAY_TYPE_SECRET);
  g_value_take_boxed (&value, minipay_secret_new_from_text (TEXT));
  contents = g_strdup_value_contents (&value);
  g_assert_null (strstr (contents, TEXT));
  g_value_init (&transformed, G_TYPE_STRING);
  g_assert_false (g_value_transform (&value, &transformed));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add (path, Place, NULL, place_set_up, function, place_tear_down)
  ADD ("/secret/file/read-whole", test_file);
  ADD ("/secret/file/any-bytes", test_file_binary);
  ADD ("/secret/file/empty-is-empty", test_file_empty);
  ADD ("/secret/file/64-kib-and-no-more", test_file_size);
  ADD ("/secret/file/writable-by-others-refused", test_file_writable);
  ADD ("/secret/file/link-to-writable-refused", test_file_writable_through_link);
  ADD ("/secret/file/missing-refused", test_file_missing);
  ADD ("/secret/file/directory-device-fifo-refused-at-once", test_file_not_regular);
  g_test_add_func ("/secret/env/set-empty-unset", test_env);
  g_test_add_func ("/secret/fd/read-to-end-and-left-open", test_fd);
  g_test_add_func ("/secret/text/nothing-is-empty", test_text);
  g_test_add_func ("/secret/print/dots", test_dots);
  g_test_add_func ("/secret/print/value-tells-nothing", test_boxed);
  g_test_add_func ("/secret/references/threads", test_references);

  return g_test_run ();
}
