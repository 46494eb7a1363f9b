/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "client/minipay-account.h"
#include "core/minipay-http-request.h"
#include "core/minipay-receipt.h"
#include "core/minipay-store.h"
#include "provider/minipay-registry.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_CLIENT (minipay_client_get_type ())

MINIPAY_API
G_DECLARE_FINAL_TYPE (MinipayClient, minipay_client, MINIPAY, CLIENT, GObject)

MINIPAY_API MinipayClient *minipay_client_new (MinipayRegistry *registry, MinipayStore *store);
MINIPAY_API MinipayClient *minipay_client_new_from_file (const char *path, GError **error);
MINIPAY_API gboolean minipay_client_load_file (MinipayClient *self, const char *path, GError **error);
MINIPAY_API gboolean minipay_client_add_account (MinipayClient *self,
                                                 const char *name,
                                                 GVariant *settings,
                                                 GError **error);

MINIPAY_API MinipayRegistry *minipay_client_get_registry (MinipayClient *self);
MINIPAY_API MinipayStore *minipay_client_get_store (MinipayClient *self);
MINIPAY_API char **minipay_client_dup_account_names (MinipayClient *self);
MINIPAY_API MinipayAccount *minipay_client_get_account (MinipayClient *self, const char *name, GError **error);

MINIPAY_API MinipayReceipt *minipay_client_receive (MinipayClient *self,
                                                    MinipayHttpRequest *request,
                                                    GCancellable *cancellable,
                                                    GError **error);
MINIPAY_API void minipay_client_receive_async (MinipayClient *self,
                                               MinipayHttpRequest *request,
                                               GCancellable *cancellable,
                                               GAsyncReadyCallback callback,
                                               gpointer user_data);
MINIPAY_API MinipayReceipt *
minipay_client_receive_finish (MinipayClient *self, GAsyncResult *result, GError **error);

G_END_DECLS
