/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "zoo.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_MESSAGE_BYTES 4096

char *
zoo_new_root (void)
{
  g_autoptr (GError) error = NULL;
  char *root = g_dir_make_tmp ("minipay-zoo-XXXXXX", &error);

  g_assert_no_error (error);
  g_assert_cmpint (chmod (root, 0755), ==, 0);
  return root;
}

static void
zoo_remove (const char *path)
{
  struct stat info;

  if (lstat (path, &info) != 0)
    return;
  if (S_ISDIR (info.st_mode)) {
    g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
      g_autofree char *below = g_build_filename (path, name, NULL);

      zoo_remove (below);
    }
    rmdir (path);
  } else {
    unlink (path);
  }
}

void
zoo_remove_root (char *root)
{
  zoo_remove (root);
  g_free (root);
}

char *
zoo_manifest (const char *name, const char *type, const char *module)
{
  return g_strdup_printf ("[Minipay Provider]\n"
                          "Id=%s\n"
                          "Abi=1\n"
                          "Name=Zoo\n"
                          "Loader=native\n"
                          "Module=lib%s.so\n"
                          "Type=%s\n"
                          "Operations=create;query;receive;\n"
                          "Methods=mini-program/wechat;\n"
                          "Hosts=gateway.zoo.example;\n"
                          "Currencies=CNY;\n"
                          "\n"
                          "[Field colour]\n"
                          "Type=string\n"
                          "Default=green\n"
                          "\n"
                          "[Limit out_trade_no]\n"
                          "Required=true\n",
                          name,
                          module,
                          type);
}

void
zoo_write (const char *path, const char *bytes, gssize length, int mode)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, bytes, length, &error);
  g_assert_no_error (error);
  g_assert_cmpint (chmod (path, (mode_t) mode), ==, 0);
}

char *
zoo_stage (const char *root, const char *name, const char *manifest, const char *module)
{
  char *folder = g_build_filename (root, name, NULL);
  g_autofree char *file = g_strconcat (name, ".provider", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkdir (folder, 0755), ==, 0);
  g_assert_cmpint (chmod (folder, 0755), ==, 0);
  zoo_write (path, manifest, -1, 0644);
  if (module != NULL) {
    g_autofree char *library = g_strdup_printf ("lib%s.so", module);
    g_autofree char *from = g_build_filename (g_getenv ("MINIPAY_ZOO_DIR"), library, NULL);
    g_autofree char *to = g_build_filename (folder, library, NULL);
    g_autofree char *bytes = NULL;
    gsize length;

    g_file_get_contents (from, &bytes, &length, &error);
    g_assert_no_error (error);
    zoo_write (to, bytes, (gssize) length, 0755);
  }
  return folder;
}

char *
zoo_stage_sound (const char *root, const char *name, const char *type, const char *module)
{
  g_autofree char *manifest = zoo_manifest (name, type, module);

  return zoo_stage (root, name, manifest, module);
}

void
zoo_assert_message (const char *message, const char *part)
{
  /* a test's own report is one line, too */
  g_autofree char *shown = message != NULL ? g_strescape (message, NULL) : NULL;

  g_assert_nonnull (message);
  if (message == NULL)
    return;
  g_assert_true (g_utf8_validate (message, -1, NULL));
  g_assert_cmpuint (strlen (message), <=, MAX_MESSAGE_BYTES);
  for (const char *p = message; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      g_test_fail_printf ("byte 0x%02x at %d of the message \"%s\"", (guint) *p, (int) (p - message), shown);
  if (strstr (message, part) == NULL)
    g_test_fail_printf ("\"%s\" does not say \"%s\"", shown, part);
}

void
zoo_assert_error (const GError *error, MinipayError code, const char *part)
{
  g_assert_error (error, MINIPAY_ERROR, (int) code);
  if (error != NULL)
    zoo_assert_message (error->message, part);
}

gboolean
zoo_good_ran (void)
{
  return g_getenv ("MINIPAY_ZOO_RAN") != NULL;
}
