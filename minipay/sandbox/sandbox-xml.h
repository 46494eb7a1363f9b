/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

GHashTable *sandbox_xml_read (GBytes *text, GError **error);
char *sandbox_xml_write (GHashTable *fields);
char *sandbox_xml_write_root (const char *root, GHashTable *fields);
