/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "zoo.h"

#define STRANGER 12345

/* Whatever this names belongs to somebody else. The library's lstat() is this one: a test that runs as an
 * ordinary user owns no other user's files. */
static char *path_of_stranger;

int
lstat (const char *path, struct stat *info)
{
  int status = fstatat (AT_FDCWD, path, info, AT_SYMLINK_NOFOLLOW);

  if (status == 0 && g_strcmp0 (path, path_of_stranger) == 0)
    info->st_uid = STRANGER;
  return status;
}

/* The provider is refused as PLUGIN, by the registry and by the client alike, with both parts in the message.
 */
static void
assert_refused (const char *root, const char *id, const char *file, const char *says)
{
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (root);
  g_autoptr (MinipayClient) client = minipay_client_new (registry, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) client_error = NULL;

  g_assert_true (minipay_registry_load (registry, id, &error) == G_TYPE_INVALID);
  zoo_assert_error (error, MINIPAY_ERROR_PLUGIN, file);
  zoo_assert_error (error, MINIPAY_ERROR_PLUGIN, says);

  minipay_client_add_account (client, "tea-shop", g_variant_new_parsed ("{'provider': %s}", id), &client_error);
  g_assert_no_error (client_error);
  g_assert_null (minipay_client_get_account (client, "tea-shop", &client_error));
  zoo_assert_error (client_error, MINIPAY_ERROR_PLUGIN, file);
}

typedef struct {
  const char *module; /* the case, too */
  const char *type;
  const char *says;
} ModuleCase;

static const ModuleCase module_cases[] = {
  { "zoo-no-entry", "ZooNoEntry", "minipay_provider_1" },
  { "zoo-other-abi", "ZooOtherAbi", "minipay_provider_1" },
  { "zoo-zero-type", "ZooZeroType", "no type" },
  { "zoo-free-number", "ZooFreeNumber", "no type" },
  { "zoo-text-type", "gchararray", "gchararray" },
  { "zoo-interface-type", "MinipayPaymentProvider", "MinipayPaymentProvider" },
  { "zoo-abstract", "ZooAbstract", "ZooAbstract" },
  { "zoo-no-provider", "ZooNoProvider", "ZooNoProvider" },
  { "zoo-other-name", "ZooPromised", "ZooOtherNameThanPromised" },
  { "zoo-unresolved", "ZooUnresolved", "zoo_function_that_nobody_has" },
};

static void
test_module_refused (gconstpointer data)
{
  const ModuleCase *c = data;
  char *root = zoo_new_root ();
  g_autofree char *folder = zoo_stage_sound (root, "zoo", c->type, c->module);
  g_autofree char *file = g_strdup_printf ("lib%s.so", c->module);

  assert_refused (root, "zoo", file, c->says);
  zoo_remove_root (root);
}

typedef struct {
  const char *name;
  const char *bytes;
  gssize length;
} FileCase;

/* The beginning of a 64-bit ELF library: cut off after its first lines. */
static const FileCase file_cases[] = {
  { "text", "this is no library\n", -1 },
  { "empty", "", 0 },
  { "cut", "\x7f\x45\x4c\x46\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0", 24 },
  { "script", "#!/bin/sh\nexit 0\n", -1 },
};

static void
test_file_refused (gconstpointer data)
{
  const FileCase *c = data;
  char *root = zoo_new_root ();
  g_autofree char *manifest = zoo_manifest ("zoo", "ZooFile", "zoo-file");
  g_autofree char *folder = zoo_stage (root, "zoo", manifest, NULL);
  g_autofree char *module = g_build_filename (folder, "libzoo-file.so", NULL);

  zoo_write (module, c->bytes, c->length, 0755);
  assert_refused (root, "zoo", module, "cannot load");
  zoo_remove_root (root);
}

/* Where the module should be stands something else, or nothing. */
static void
test_no_file_refused (void)
{
  char *root = zoo_new_root ();
  g_autofree char *manifest = zoo_manifest ("zoo", "ZooFile", "zoo-file");
  g_autofree char *folder = zoo_stage (root, "zoo", manifest, NULL);
  g_autofree char *module = g_build_filename (folder, "libzoo-file.so", NULL);

  assert_refused (root, "zoo", module, "cannot find");

  g_assert_cmpint (mkdir (module, 0755), ==, 0);
  assert_refused (root, "zoo", module, "not a regular file");
  g_assert_cmpint (rmdir (module), ==, 0);

  g_assert_cmpint (mkfifo (module, 0644), ==, 0);
  assert_refused (root, "zoo", module, "not a regular file");
  g_assert_cmpint (unlink (module), ==, 0);

  g_assert_cmpint (symlink ("libzoo-file.so", module), ==, 0);
  assert_refused (root, "zoo", module, "cannot find");
  zoo_remove_root (root);
}

/* A search path TOP/middle with one provider in it, and a provider's folder elsewhere that anybody may write.
 */
typedef struct {
  char *top;
  char *root;
  char *folder;
  char *module;
  char *manifest;
  char *elsewhere;
} Layout;

static void
layout_init (Layout *layout)
{
  layout->top = zoo_new_root ();
  layout->root = g_build_filename (layout->top, "middle", NULL);
  g_assert_cmpint (mkdir (layout->root, 0755), ==, 0);
  g_assert_cmpint (chmod (layout->root, 0755), ==, 0);
  layout->folder = zoo_stage_sound (layout->root, "zoo", "ZooGood", "zoo-good");
  layout->module = g_build_filename (layout->folder, "libzoo-good.so", NULL);
  layout->manifest = g_build_filename (layout->folder, "zoo.provider", NULL);
  layout->elsewhere = g_build_filename (layout->top, "elsewhere", NULL);
  g_assert_cmpint (mkdir (layout->elsewhere, 0755), ==, 0);
  g_assert_cmpint (chmod (layout->elsewhere, 0777), ==, 0);
}

static void
layout_clear (Layout *layout)
{
  zoo_remove_root (layout->top);
  g_free (layout->root);
  g_free (layout->folder);
  g_free (layout->module);
  g_free (layout->manifest);
  g_free (layout->elsewhere);
}

typedef enum { MODULE, FOLDER, ROOT, TOP, MANIFEST } Place;

static const char *
layout_get (Layout *layout, Place place)
{
  switch (place) {
  case MODULE:
    return layout->module;
  case FOLDER:
    return layout->folder;
  case ROOT:
    return layout->root;
  case MANIFEST:
    return layout->manifest;
  case TOP:
  default:
    return layout->top;
  }
}

/* The manifest is looked at with the same care as the module, so which of the two is named depends on which
 * is touched; either way no line of the provider runs. */
static void
layout_assert_refused (Layout *layout, const char *says)
{
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (layout->root);
  g_autoptr (GError) error = NULL;

  g_assert_true (minipay_registry_load (registry, "zoo", &error) == G_TYPE_INVALID);
  g_assert_true (g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN) ||
                 g_error_matches (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_FOUND));
  zoo_assert_message (error != NULL ? error->message : NULL, says);
  g_assert_false (zoo_good_ran ());
}

typedef struct {
  const char *name;
  Place place;
  int mode;
} ModeCase;

static const ModeCase mode_cases[] = {
  { "module-group", MODULE, 0775 },     { "module-others", MODULE, 0757 },     { "module-sticky", MODULE, 01777 },
  { "manifest-group", MANIFEST, 0664 }, { "manifest-others", MANIFEST, 0646 }, { "folder-group", FOLDER, 0775 },
  { "folder-others", FOLDER, 0757 },    { "folder-sticky", FOLDER, 01777 },    { "parent-group", ROOT, 0775 },
  { "parent-others", ROOT, 0757 },      { "grandparent-group", TOP, 0775 },    { "grandparent-others", TOP, 0777 },
};

static void
test_writable_refused (gconstpointer data)
{
  const ModeCase *c = data;
  g_autofree char *mode = g_strdup_printf ("mode %04o", (guint) c->mode);
  Layout layout;

  layout_init (&layout);
  g_assert_cmpint (chmod (layout_get (&layout, c->place), (mode_t) c->mode), ==, 0);
  layout_assert_refused (&layout, layout_get (&layout, c->place));
  layout_assert_refused (&layout, mode);
  layout_clear (&layout);
}

typedef struct {
  const char *name;
  Place place;
} OwnerCase;

static const OwnerCase owner_cases[] = {
  { "module", MODULE }, { "manifest", MANIFEST }, { "folder", FOLDER }, { "parent", ROOT }, { "top", TOP },
};

static void
test_stranger_refused (gconstpointer data)
{
  const OwnerCase *c = data;
  const char *path;
  Layout layout;

  layout_init (&layout);
  path = layout_get (&layout, c->place);
  path_of_stranger = realpath (path, NULL);
  layout_assert_refused (&layout, path);
  layout_assert_refused (&layout, "12345");
  g_clear_pointer (&path_of_stranger, free);

  /* the same for real where it can be done */
  if (geteuid () == 0) {
    g_assert_cmpint (chown (path, STRANGER, (gid_t) -1), ==, 0);
    layout_assert_refused (&layout, path);
    layout_assert_refused (&layout, "12345");
  }
  layout_clear (&layout);
}

/* A link is followed first: what counts is where the file really lies. */
static void
test_link_into_writable_refused (void)
{
  g_autofree char *moved = NULL;
  Layout layout;

  layout_init (&layout);
  moved = g_build_filename (layout.elsewhere, "libzoo-good.so", NULL);
  g_assert_cmpint (rename (layout.module, moved), ==, 0);
  g_assert_cmpint (symlink (moved, layout.module), ==, 0);
  layout_assert_refused (&layout, layout.elsewhere);
  layout_clear (&layout);
}

static void
test_linked_folder_refused (void)
{
  g_autofree char *moved = NULL;
  Layout layout;

  layout_init (&layout);
  moved = g_build_filename (layout.elsewhere, "zoo", NULL);
  g_assert_cmpint (rename (layout.folder, moved), ==, 0);
  g_assert_cmpint (symlink (moved, layout.folder), ==, 0);
  layout_assert_refused (&layout, layout.elsewhere);
  layout_clear (&layout);
}

static void
test_linked_root_refused (void)
{
  g_autofree char *moved = NULL;
  Layout layout;

  layout_init (&layout);
  moved = g_build_filename (layout.elsewhere, "middle", NULL);
  g_assert_cmpint (rename (layout.root, moved), ==, 0);
  g_assert_cmpint (symlink (moved, layout.root), ==, 0);
  layout_assert_refused (&layout, layout.elsewhere);
  layout_clear (&layout);
}

/* The counterpart of all above: what is in order loads, below a sticky folder, through a link, and beside a
 * bad neighbour. It is last, because code that has run cannot be made not to have run. */
static void
test_sound_module_loads (void)
{
  g_autofree char *neighbour = NULL;
  g_autofree char *link = NULL;
  g_autoptr (MinipayRegistry) registry = NULL;
  g_autoptr (GError) error = NULL;
  Layout layout;
  GType type;

  layout_init (&layout);
  g_assert_cmpint (chmod (layout.top, 01777), ==, 0);
  neighbour = zoo_stage_sound (layout.root, "neighbour", "ZooNeighbour", "zoo-no-entry");
  link = g_build_filename (layout.top, "link", NULL);
  g_assert_cmpint (symlink (layout.root, link), ==, 0);

  registry = minipay_registry_new_for_path (link);
  g_assert_false (zoo_good_ran ());
  g_assert_true (minipay_registry_load (registry, "neighbour", &error) == G_TYPE_INVALID);
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN);
  g_clear_error (&error);
  type = minipay_registry_load (registry, "zoo", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_type_name (type), ==, "ZooGood");
  g_assert_true (zoo_good_ran ());
  g_assert_true (minipay_registry_load (registry, "zoo", &error) == type);
  layout_clear (&layout);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  for (guint i = 0; i < G_N_ELEMENTS (module_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/loader/%s/refused", module_cases[i].module);

    g_test_add_data_func (path, &module_cases[i], test_module_refused);
  }
  for (guint i = 0; i < G_N_ELEMENTS (file_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/loader/file-%s/refused", file_cases[i].name);

    g_test_add_data_func (path, &file_cases[i], test_file_refused);
  }
  g_test_add_func ("/loader/no-file/refused", test_no_file_refused);
  for (guint i = 0; i < G_N_ELEMENTS (mode_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/loader/writable-%s/refused", mode_cases[i].name);

    g_test_add_data_func (path, &mode_cases[i], test_writable_refused);
  }
  for (guint i = 0; i < G_N_ELEMENTS (owner_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/loader/stranger-owns-%s/refused", owner_cases[i].name);

    g_test_add_data_func (path, &owner_cases[i], test_stranger_refused);
  }
  g_test_add_func ("/loader/link-into-writable/refused", test_link_into_writable_refused);
  g_test_add_func ("/loader/linked-folder/refused", test_linked_folder_refused);
  g_test_add_func ("/loader/linked-root/refused", test_linked_root_refused);
  g_test_add_func ("/loader/sound-module/loads", test_sound_module_loads);
  return g_test_run ();
}
