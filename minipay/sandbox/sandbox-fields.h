/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-message.h"

typedef enum {
  SANDBOX_FIELDS_TEXT,   /* JSON strings only */
  SANDBOX_FIELDS_SCALARS /* whole numbers too, and null for empty */
} SandboxFieldsKind;

GHashTable *sandbox_fields_read (const SandboxRequest *request, SandboxFieldsKind kind, GError **error);
const char *sandbox_fields_get (GHashTable *fields, const char *name);
char *sandbox_fields_sort (GHashTable *fields);
