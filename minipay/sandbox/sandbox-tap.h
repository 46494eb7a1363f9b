/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

/* A connection that remembers the request line as it came: libsoup hands out a normalised target, and what
 * the gateways have signed is the target on the wire. */
#define SANDBOX_TYPE_TAP (sandbox_tap_get_type ())
G_DECLARE_FINAL_TYPE (SandboxTap, sandbox_tap, SANDBOX, TAP, GIOStream)

SandboxTap *sandbox_tap_new (GIOStream *base);
char *sandbox_tap_dup_target (SandboxTap *self, const char *method);
void sandbox_tap_forget (SandboxTap *self);
