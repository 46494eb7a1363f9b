/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gmodule.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/minipay-error.h"
#include "provider/minipay-loader-private.h"
#include "provider/minipay-payment-provider.h"
#include "provider/minipay-provider-info-private.h"

#define ENTRY_POINT "minipay_provider_" G_STRINGIFY (MINIPAY_PROVIDER_ABI)

/* One component of a real path: ours or root's, and written by nobody else; a sticky folder may stand above.
 */
static gboolean
loader_check_component (const char *path, gboolean is_folder, GError **error)
{
  struct stat info;

  if (lstat (path, &info) != 0) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "cannot look at %s: %s", path, g_strerror (errno));
    return FALSE;
  }
  if (S_ISLNK (info.st_mode)) {
    g_set_error (
        error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "%s became a symbolic link while it was checked", path);
    return FALSE;
  }
  if (info.st_uid != 0 && info.st_uid != geteuid ()) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "%s belongs to user %u, allowed are root and user %u",
                 path,
                 (guint) info.st_uid,
                 (guint) geteuid ());
    return FALSE;
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !(is_folder && (info.st_mode & S_ISVTX) != 0)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "%s has mode %04o: others may write it; chmod go-w it",
                 path,
                 (guint) (info.st_mode & 07777));
    return FALSE;
  }
  return TRUE;
}

/* The real path when every component passes. The folder that holds the file gets no mercy for being sticky.
 */
static char *
loader_check_path (const char *path, struct stat *checked, GError **error)
{
  char *resolved = realpath (path, NULL);
  g_autofree char *real = g_strdup (resolved);
  g_autofree char *folder = NULL;

  free (resolved);
  if (real == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "cannot find %s: %s", path, g_strerror (errno));
    return NULL;
  }
  folder = g_path_get_dirname (real);
  if (!loader_check_component (real, FALSE, error) || !loader_check_component (folder, FALSE, error))
    return NULL;
  while (strcmp (folder, "/") != 0) {
    char *above = g_path_get_dirname (folder);

    g_free (folder);
    folder = above;
    if (!loader_check_component (folder, TRUE, error))
      return NULL;
  }
  if (stat (real, checked) != 0 || !S_ISREG (checked->st_mode)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "%s is not a regular file", real);
    return NULL;
  }
  return g_steal_pointer (&real);
}

/* Opens what was checked, and nothing that was put in its place meanwhile. */
static int
loader_open_checked (const char *real, const struct stat *checked, GError **error)
{
  struct stat opened;
  int fd = open (real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (fd >= 0 && fstat (fd, &opened) == 0 && opened.st_dev == checked->st_dev && opened.st_ino == checked->st_ino)
    return fd;
  g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "%s changed while it was checked", real);
  if (fd >= 0)
    close (fd);
  return -1;
}

GBytes *
minipay_loader_read_trusted (const char *path, gsize max_bytes, GError **error)
{
  struct stat checked;
  g_autofree char *real = loader_check_path (path, &checked, error);
  g_autoptr (GByteArray) bytes = NULL;
  int fd;
  gssize n;

  if (real == NULL)
    return NULL;
  if (checked.st_size > (goffset) max_bytes) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "%s has %" G_GOFFSET_FORMAT " bytes, allowed are %" G_GSIZE_FORMAT,
                 real,
                 (goffset) checked.st_size,
                 max_bytes);
    return NULL;
  }
  fd = loader_open_checked (real, &checked, error);
  if (fd < 0)
    return NULL;
  bytes = g_byte_array_sized_new ((guint) max_bytes);
  g_byte_array_set_size (bytes, (guint) max_bytes);
  n = read (fd, bytes->data, max_bytes);
  close (fd);
  if (n < 0) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "cannot read %s: %s", real, g_strerror (errno));
    return NULL;
  }
  g_byte_array_set_size (bytes, (guint) n);
  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static GType
loader_get_type (GModule *module, const char *real, const char *type_name, GError **error)
{
  GType (*get_type) (void) = NULL;
  GType type;

  if (!g_module_symbol (module, ENTRY_POINT, (gpointer *) &get_type) || get_type == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "%s has no " ENTRY_POINT "(): it is no provider, or one for another ABI",
                 real);
    return G_TYPE_INVALID;
  }
  type = get_type ();
  if (type == G_TYPE_INVALID || g_type_name (type) == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "%s gave no type", real);
    return G_TYPE_INVALID;
  }
  if (strcmp (g_type_name (type), type_name) != 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "%s gave the type %s, its manifest promises %s",
                 real,
                 g_type_name (type),
                 type_name);
    return G_TYPE_INVALID;
  }
  if (!G_TYPE_IS_OBJECT (type) || G_TYPE_IS_ABSTRACT (type) || !g_type_is_a (type, MINIPAY_TYPE_PAYMENT_PROVIDER)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_PLUGIN,
                 "%s gave the type %s, which is no MinipayPaymentProvider that can be made",
                 real,
                 type_name);
    return G_TYPE_INVALID;
  }
  return type;
}

GType
minipay_loader_load (MinipayProviderInfo *info, GError **error)
{
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (info);
  g_autofree char *path = g_build_filename (manifest->folder, manifest->module, NULL);
  struct stat checked;
  g_autofree char *real = loader_check_path (path, &checked, error);
  GModule *module;
  int fd;

  if (real == NULL)
    return G_TYPE_INVALID;
  /* held open so that the inode cannot be given to another file; the module itself is opened by its name,
   * because glibc knows modules by name */
  fd = loader_open_checked (real, &checked, error);
  if (fd < 0)
    return G_TYPE_INVALID;
  module = g_module_open (real, G_MODULE_BIND_LOCAL);
  close (fd);
  if (module == NULL) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, "cannot load %s: %s", real, g_module_error ());
    return G_TYPE_INVALID;
  }
  /* types cannot be unregistered, so nothing that was loaded ever goes away, not even what is refused */
  g_module_make_resident (module);
  return loader_get_type (module, real, manifest->type_name, error);
}
