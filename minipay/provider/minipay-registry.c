/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-registry.h"

#include <string.h>
#include <sys/auxv.h>

#include "core/minipay-error-private.h"
#include "provider/minipay-error-table-private.h"
#include "provider/minipay-loader-private.h"
#include "provider/minipay-payment-provider.h"
#include "provider/minipay-provider-info-private.h"

/**
 * MinipayRegistry:
 *
 * The providers there are: one folder each, `NAME/NAME.provider` with its module beside it, in the folders of
 * `MINIPAY_PLUGIN_PATH` (separated by colons, not heeded in a privileged process), then in the installed one.
 * Reading the manifests runs none of the providers' code; one bad plugin never stops the rest. Safe from any
 * thread.
 *
 * Since: 0.1
 */
struct _MinipayRegistry {
  GObject parent_instance;

  char *path;   /* nullable: the search path instead of the usual one */
  GMutex mutex; /* guards what follows */
  gboolean is_scanned;
  GPtrArray *infos;    /* of MinipayProviderInfo, by id */
  GPtrArray *problems; /* of char *: why a manifest was not taken */
  GHashTable *types;   /* id (borrowed) to GType, of those loaded */
};

G_DEFINE_FINAL_TYPE (MinipayRegistry, minipay_registry, G_TYPE_OBJECT)

static void
minipay_registry_finalize (GObject *object)
{
  MinipayRegistry *self = MINIPAY_REGISTRY (object);

  g_free (self->path);
  g_ptr_array_unref (self->infos);
  g_ptr_array_unref (self->problems);
  g_hash_table_unref (self->types);
  g_mutex_clear (&self->mutex);
  G_OBJECT_CLASS (minipay_registry_parent_class)->finalize (object);
}

static void
minipay_registry_class_init (MinipayRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_registry_finalize;
}

static void
minipay_registry_init (MinipayRegistry *self)
{
  g_mutex_init (&self->mutex);
  self->infos = g_ptr_array_new_with_free_func (g_object_unref);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  self->types = g_hash_table_new (g_str_hash, g_str_equal);
}

static MinipayProviderInfo *
registry_find (MinipayRegistry *self, const char *id)
{
  for (guint i = 0; i < self->infos->len; i++)
    if (strcmp (minipay_provider_info_get_id (g_ptr_array_index (self->infos, i)), id) == 0)
      return g_ptr_array_index (self->infos, i);
  return NULL;
}

static void
registry_add_problem (MinipayRegistry *self, const GError *error)
{
  g_autoptr (GError) clean = minipay_error_recode (error, MINIPAY_ERROR_PLUGIN, NULL);

  g_ptr_array_add (self->problems, g_strdup (clean->message));
}

static void
registry_read_manifest (MinipayRegistry *self, const char *folder, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".provider", NULL);
  g_autofree char *path = g_build_filename (folder, name, file, NULL);
  g_autofree char *shown = minipay_error_quote (path, -1);
  g_autoptr (MinipayManifest) manifest = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (GError) error = NULL;
  MinipayProviderInfo *twin;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  text = minipay_loader_read_trusted (path, MINIPAY_MANIFEST_MAX_BYTES, &error);
  if (text != NULL)
    manifest = minipay_manifest_parse (path, name, text, &error);
  if (manifest == NULL) {
    registry_add_problem (self, error);
    return;
  }
  twin = registry_find (self, manifest->id);
  if (twin != NULL) {
    g_ptr_array_add (self->problems,
                     g_strdup_printf ("%s: provider %s was found before at %s",
                                      shown,
                                      manifest->id,
                                      minipay_provider_info_get_manifest (twin)->path));
    return;
  }
  g_ptr_array_add (self->infos, minipay_provider_info_new (g_steal_pointer (&manifest)));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
registry_scan_folder (MinipayRegistry *self, const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    registry_read_manifest (self, folder, g_ptr_array_index (names, i));
}

/* Called with the mutex held. */
static void
registry_ensure_scanned (MinipayRegistry *self)
{
  const char *path = self->path;
  g_auto (GStrv) folders = NULL;

  if (self->is_scanned)
    return;
  self->is_scanned = TRUE;
  if (path == NULL && getauxval (AT_SECURE) == 0)
    path = g_getenv ("MINIPAY_PLUGIN_PATH");
  folders = g_strsplit (path != NULL ? path : "", G_SEARCHPATH_SEPARATOR_S, -1);
  for (char **folder = folders; *folder != NULL; folder++)
    if (**folder != '\0')
      registry_scan_folder (self, *folder);
  if (self->path == NULL)
    registry_scan_folder (self, MINIPAY_PROVIDERS_DIR);
}

static GHashTable *
registry_read_errors (const MinipayManifest *manifest, GError **error)
{
  g_autoptr (GHashTable) errors = minipay_error_table_new ();

  for (char **p = manifest->error_files; p != NULL && *p != NULL; p++) {
    g_autofree char *path = g_build_filename (manifest->folder, *p, NULL);
    g_autoptr (GBytes) text = minipay_loader_read_trusted (path, MINIPAY_MANIFEST_MAX_BYTES, error);

    if (text != NULL && minipay_error_table_read (errors, path, text, error))
      continue;
    /* who asks for the provider is told by the name of its manifest */
    g_prefix_error (error, "%s: Errors: ", manifest->path);
    return NULL;
  }
  return g_steal_pointer (&errors);
}

/* Called with the mutex held. Errors are read when somebody looks at their provider: who uses one does not wait for
 * those of the others. A provider whose errors are bad is no provider, and a problem. */
static gboolean
registry_ensure_errors (MinipayRegistry *self, MinipayProviderInfo *info)
{
  const MinipayManifest *manifest = minipay_provider_info_get_manifest (info);
  g_autoptr (GError) error = NULL;
  GHashTable *errors;

  if (manifest->errors != NULL)
    return TRUE;
  errors = registry_read_errors (manifest, &error);
  if (errors != NULL) {
    minipay_provider_info_take_errors (info, errors);
    return TRUE;
  }
  registry_add_problem (self, error);
  g_ptr_array_remove (self->infos, info);
  return FALSE;
}

/* Called with the mutex held. */
static void
registry_ensure_all (MinipayRegistry *self)
{
  guint i = 0;

  registry_ensure_scanned (self);
  while (i < self->infos->len)
    if (registry_ensure_errors (self, g_ptr_array_index (self->infos, i)))
      i++;
}

/**
 * minipay_registry_new:
 *
 * Returns: (transfer full): the providers of `MINIPAY_PLUGIN_PATH` and of the installed folder
 *
 * Since: 0.1
 */
MinipayRegistry *
minipay_registry_new (void)
{
  return g_object_new (MINIPAY_TYPE_REGISTRY, NULL);
}

/**
 * minipay_registry_new_for_path:
 * @path: folders separated by colons, searched instead of the usual ones
 *
 * Returns: (transfer full): the providers of these folders alone
 *
 * Since: 0.1
 */
MinipayRegistry *
minipay_registry_new_for_path (const char *path)
{
  MinipayRegistry *self = g_object_new (MINIPAY_TYPE_REGISTRY, NULL);

  self->path = g_strdup (path != NULL ? path : "");
  return self;
}

/**
 * minipay_registry_list:
 * @self: a registry
 *
 * Returns: (transfer container) (element-type MinipayProviderInfo): the providers whose manifests are good
 *
 * Since: 0.1
 */
GPtrArray *
minipay_registry_list (MinipayRegistry *self)
{
  g_autoptr (GMutexLocker) locker = NULL;
  GPtrArray *list;

  g_return_val_if_fail (MINIPAY_IS_REGISTRY (self), NULL);

  locker = g_mutex_locker_new (&self->mutex);
  registry_ensure_all (self);
  list = g_ptr_array_new ();
  for (guint i = 0; i < self->infos->len; i++)
    g_ptr_array_add (list, g_ptr_array_index (self->infos, i));
  return list;
}

/**
 * minipay_registry_dup_problems:
 * @self: a registry
 *
 * Returns: (transfer full) (array zero-terminated=1): why manifests were not taken, a sentence each
 *
 * Since: 0.1
 */
char **
minipay_registry_dup_problems (MinipayRegistry *self)
{
  g_autoptr (GMutexLocker) locker = NULL;
  GPtrArray *copy;

  g_return_val_if_fail (MINIPAY_IS_REGISTRY (self), NULL);

  locker = g_mutex_locker_new (&self->mutex);
  registry_ensure_all (self);
  copy = g_ptr_array_new ();
  for (guint i = 0; i < self->problems->len; i++)
    g_ptr_array_add (copy, g_strdup (g_ptr_array_index (self->problems, i)));
  g_ptr_array_add (copy, NULL);
  return (char **) g_ptr_array_free (copy, FALSE);
}

/* Called with the mutex held. */
static MinipayProviderInfo *
registry_lookup_locked (MinipayRegistry *self, const char *id, GError **error)
{
  g_autofree char *place = g_strdup_printf ("/%s/%s.provider", id, id);
  g_autoptr (GString) known = NULL;
  MinipayProviderInfo *info;

  registry_ensure_scanned (self);
  info = registry_find (self, id);
  if (info != NULL && registry_ensure_errors (self, info))
    return info;

  /* it is there, and cannot be read: that is the answer */
  for (guint i = 0; i < self->problems->len; i++)
    if (strstr (g_ptr_array_index (self->problems, i), place) != NULL) {
      g_set_error_literal (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN, g_ptr_array_index (self->problems, i));
      return NULL;
    }

  known = g_string_new (NULL);
  for (guint i = 0; i < self->infos->len; i++)
    g_string_append_printf (known, " %s", minipay_provider_info_get_id (g_ptr_array_index (self->infos, i)));
  if (self->infos->len == 0)
    g_string_append (known, " none");
  for (guint i = 0; i < self->problems->len; i++)
    g_string_append_printf (known, "; %s", (char *) g_ptr_array_index (self->problems, i));
  g_set_error (
      error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_FOUND, "there is no provider \"%s\"; found were%s", id, known->str);
  return NULL;
}

/**
 * minipay_registry_lookup:
 * @self: a registry
 * @id: a provider's id
 * @error: return location for an error
 *
 * Errors: %MINIPAY_ERROR_NOT_FOUND; %MINIPAY_ERROR_PLUGIN for a manifest that cannot be read.
 *
 * Returns: (transfer none): what the provider says of itself
 *
 * Since: 0.1
 */
MinipayProviderInfo *
minipay_registry_lookup (MinipayRegistry *self, const char *id, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MINIPAY_IS_REGISTRY (self) && id != NULL, NULL);

  locker = g_mutex_locker_new (&self->mutex);
  return registry_lookup_locked (self, id, error);
}

/**
 * minipay_registry_load:
 * @self: a registry
 * @id: a provider's id
 * @error: return location for an error
 *
 * Loads a provider's code, which stays for the life of the process. Accounts do it by themselves when they
 * start.
 *
 * Errors: %MINIPAY_ERROR_NOT_FOUND, %MINIPAY_ERROR_PLUGIN.
 *
 * Returns: the provider's type, %G_TYPE_INVALID on failure
 *
 * Since: 0.1
 */
GType
minipay_registry_load (MinipayRegistry *self, const char *id, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;
  MinipayProviderInfo *info;
  gpointer known;
  GType type;

  g_return_val_if_fail (MINIPAY_IS_REGISTRY (self) && id != NULL, G_TYPE_INVALID);

  locker = g_mutex_locker_new (&self->mutex);
  info = registry_lookup_locked (self, id, error);
  if (info == NULL)
    return G_TYPE_INVALID;
  if (g_hash_table_lookup_extended (self->types, minipay_provider_info_get_id (info), NULL, &known))
    return GPOINTER_TO_SIZE (known);
  type = minipay_loader_load (info, error);
  if (type != G_TYPE_INVALID)
    g_hash_table_insert (self->types, (gpointer) minipay_provider_info_get_id (info), GSIZE_TO_POINTER (type));
  return type;
}
