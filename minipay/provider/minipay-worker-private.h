/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Runs @func on the library's own pool, as wide as the machine has cores: where signatures are made, so that
 * no main loop waits for them. At exit the pool finishes what it runs before OpenSSL goes away. */
void minipay_worker_push (void (*func) (gpointer data), gpointer data);

G_END_DECLS
