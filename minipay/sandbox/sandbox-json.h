/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

JsonNode *sandbox_json_parse (GBytes *text, GError **error);
char *sandbox_json_canonical (JsonNode *node);
char *sandbox_json_write (JsonBuilder *builder);

const char *sandbox_json_text (JsonObject *object, const char *name);
gboolean sandbox_json_integer (JsonNode *node, gint64 *value);
gint64 sandbox_json_whole (JsonObject *object, const char *name);

void sandbox_json_add_text (JsonBuilder *builder, const char *name, const char *value);
void sandbox_json_add_integer (JsonBuilder *builder, const char *name, gint64 value);
void sandbox_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value);
