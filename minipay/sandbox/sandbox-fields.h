/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-message.h"

/* @texts: the fields that come as JSON strings alone, while others may be whole numbers, and null for empty; NULL:
 * every field is a string. */
GHashTable *sandbox_fields_read_json (GBytes *body, const char *const *texts, GError **error);
GHashTable *sandbox_fields_read (const SandboxRequest *request, const char *const *texts, GError **error);
const char *sandbox_fields_get (GHashTable *fields, const char *name);
char *sandbox_fields_sort (GHashTable *fields);
