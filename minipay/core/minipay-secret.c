/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "core/minipay-secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/minipay-secret-private.h"

/**
 * MinipaySecret:
 *
 * Key material: it has no getter, prints as dots, and its memory is wiped when the last reference goes. Text
 * that came from a script cannot be wiped in the script, so prefer files, environment variables or file
 * descriptors there.
 *
 * Since: 0.1
 */
struct _MinipaySecret {
  gatomicrefcount ref_count;
  gsize length;
  guint8 data[]; /* length bytes and a NUL */
};

G_DEFINE_BOXED_TYPE (MinipaySecret, minipay_secret, minipay_secret_ref, minipay_secret_unref)

MinipaySecret *
minipay_secret_new (gconstpointer data, gsize length)
{
  MinipaySecret *self = g_malloc0 (sizeof *self + length + 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->length = length;
  if (length > 0)
    memcpy (self->data, data, length);
  return self;
}

const guint8 *
minipay_secret_peek (MinipaySecret *self, gsize *length)
{
  *length = self->length;
  return self->data;
}

/**
 * minipay_secret_new_from_text:
 * @text: (nullable): the secret itself; %NULL counts as empty
 *
 * Takes a secret from memory. An empty one can be made, but no account starts with it.
 *
 * Returns: (transfer full): a new secret
 *
 * Since: 0.1
 */
MinipaySecret *
minipay_secret_new_from_text (const char *text)
{
  return minipay_secret_new (text, text != NULL ? strlen (text) : 0);
}

static MinipaySecret *
secret_read_fd (int fd, const char *what, GError **error)
{
  guint8 buffer[MINIPAY_SECRET_MAX_BYTES + 1];
  MinipaySecret *self = NULL;
  gsize length = 0;
  gssize n;

  do {
    n = read (fd, buffer + length, sizeof buffer - length);
    if (n > 0)
      length += (gsize) n;
  } while ((n > 0 && length < sizeof buffer) || (n < 0 && errno == EINTR));

  if (n < 0)
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "cannot read %s: %s", what, g_strerror (errno));
  else if (length > MINIPAY_SECRET_MAX_BYTES)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s is larger than the %d bytes a key may have",
                 what,
                 MINIPAY_SECRET_MAX_BYTES);
  else
    self = minipay_secret_new (buffer, length);

  explicit_bzero (buffer, sizeof buffer);
  return self;
}

/**
 * minipay_secret_new_from_file:
 * @path: (type filename): a file of at most 64 KiB that neither group nor others may write
 * @error: return location for an error
 *
 * Reads a secret from a file, whole; a line end at the end is kept (loaders of shared keys drop it).
 *
 * Errors: %MINIPAY_ERROR_CONFIG.
 *
 * Returns: (transfer full): a new secret
 *
 * Since: 0.1
 */
MinipaySecret *
minipay_secret_new_from_file (const char *path, GError **error)
{
  g_autofree char *what = g_strdup_printf ("key file %s", path != NULL ? path : "(none)");
  MinipaySecret *self = NULL;
  struct stat info;
  int fd;

  fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
  if (fd < 0 || fstat (fd, &info) != 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "cannot open %s: %s",
                 what,
                 path != NULL ? g_strerror (errno) : "no path");
  } else if (!S_ISREG (info.st_mode)) {
    g_set_error (error, MINIPAY_ERROR, MINIPAY_ERROR_CONFIG, "%s is not a regular file", what);
  } else if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "%s has mode %04o: others than its owner may write it; chmod go-w it",
                 what,
                 (unsigned int) (info.st_mode & 07777));
  } else {
    self = secret_read_fd (fd, what, error);
  }
  if (fd >= 0)
    close (fd);
  return self;
}

/**
 * minipay_secret_new_from_env:
 * @variable: the name of an environment variable
 * @error: return location for an error
 *
 * Errors: %MINIPAY_ERROR_CONFIG when it is not set.
 *
 * Returns: (transfer full): a new secret
 *
 * Since: 0.1
 */
MinipaySecret *
minipay_secret_new_from_env (const char *variable, GError **error)
{
  const char *text = variable != NULL ? g_getenv (variable) : NULL;

  if (text == NULL) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "environment variable %s is not set",
                 variable != NULL ? variable : "(none)");
    return NULL;
  }
  return minipay_secret_new_from_text (text);
}

/**
 * minipay_secret_new_from_fd:
 * @fd: an open file descriptor; read to its end and left open
 * @error: return location for an error
 *
 * Errors: %MINIPAY_ERROR_CONFIG.
 *
 * Returns: (transfer full): a new secret
 *
 * Since: 0.1
 */
MinipaySecret *
minipay_secret_new_from_fd (int fd, GError **error)
{
  g_autofree char *what = g_strdup_printf ("file descriptor %d", fd);

  return secret_read_fd (fd, what, error);
}

/**
 * minipay_secret_ref:
 * @self: a secret
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
MinipaySecret *
minipay_secret_ref (MinipaySecret *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * minipay_secret_unref:
 * @self: (transfer full): a secret
 *
 * Drops a reference; the last one wipes the memory.
 *
 * Since: 0.1
 */
void
minipay_secret_unref (MinipaySecret *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  explicit_bzero (self->data, self->length);
  g_free (self);
}

/**
 * minipay_secret_to_string:
 * @self: a secret
 *
 * Returns: (transfer full): dots, whatever the secret is
 *
 * Since: 0.1
 */
char *
minipay_secret_to_string (MinipaySecret *self)
{
  return g_strdup ("•••");
}
