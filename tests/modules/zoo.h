/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay.h>

/* Lays out providers as they are installed, in a fresh folder: modes are set, whatever the umask. */
char *zoo_new_root (void);
void zoo_remove_root (char *root);

/* A sound manifest of a provider called @name. */
char *zoo_manifest (const char *name, const char *type, const char *module);

/* Writes ROOT/NAME/NAME.provider and, unless @module is NULL, copies the built lib@module.so beside it.
 * Returns the folder. */
char *zoo_stage (const char *root, const char *name, const char *manifest, const char *module);
/* The same with the manifest that fits; @type is the GType's name. */
char *zoo_stage_sound (const char *root, const char *name, const char *type, const char *module);
void zoo_write (const char *path, const char *bytes, gssize length, int mode);

/* A message is fit for a log and for a binding: one line of UTF-8, of a sane length, naming @part. */
void zoo_assert_message (const char *message, const char *part);
void zoo_assert_error (const GError *error, MinipayError code, const char *part);

/* The provider's first line has not run yet. */
gboolean zoo_good_ran (void);
