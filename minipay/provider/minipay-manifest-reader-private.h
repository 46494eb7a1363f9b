/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "provider/minipay-manifest-private.h"

G_BEGIN_DECLS

/* For the files of the manifest itself: one manifest being read. Every reader leaves the first fault in `error`,
 * and the rest goes on with nothing. */
typedef struct {
  GKeyFile *file;
  const char *path;
  const char *group;
  GError *error;
} MinipayManifestReader;

/* The key file in @text, which was found at @path, or PLUGIN. */
GKeyFile *minipay_manifest_reader_load (const char *path, GBytes *text, GError **error);

void minipay_manifest_reader_fail (MinipayManifestReader *self, const char *key, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
char *minipay_manifest_reader_get_string (MinipayManifestReader *self, const char *key, gboolean is_required);
char **minipay_manifest_reader_get_list (MinipayManifestReader *self, const char *key, gboolean is_required);
gboolean minipay_manifest_reader_get_boolean (MinipayManifestReader *self, const char *key, gboolean when_absent);
gint64 minipay_manifest_reader_get_integer (MinipayManifestReader *self,
                                            const char *key,
                                            gint64 maximum,
                                            gint64 when_absent);
void minipay_manifest_reader_get_rule (MinipayManifestReader *self, MinipayTextRule *rule);
/* Keys of the current group that are not among @allowed, one word each, are a fault. */
void minipay_manifest_reader_check_keys (MinipayManifestReader *self, const char *allowed);

/* The group at hand into the list of its kind. */
void minipay_manifest_read_group (MinipayManifest *self, MinipayManifestReader *reader);
void minipay_manifest_init_groups (MinipayManifest *self);
void minipay_manifest_clear_groups (MinipayManifest *self);
void minipay_mode_rules_read (MinipayManifestReader *reader, MinipayModeRules *mode, gboolean is_base);
void minipay_mode_rules_clear (MinipayModeRules *mode);

G_END_DECLS
