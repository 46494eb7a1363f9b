/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "client/minipay-client.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_LISTENER (minipay_listener_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayListener, minipay_listener, MINIPAY, LISTENER, GObject)

MINIPAY_API MinipayListener *minipay_listener_new (MinipayClient *client);
MINIPAY_API gboolean minipay_listener_listen (MinipayListener *self, guint16 port, GError **error);
MINIPAY_API char *minipay_listener_dup_url (MinipayListener *self, const char *account);
MINIPAY_API void minipay_listener_close (MinipayListener *self);

G_END_DECLS
