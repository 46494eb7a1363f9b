/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-intent.h"

G_BEGIN_DECLS

#define MINIPAY_TYPE_STORE (minipay_store_get_type ())

MINIPAY_API
G_DECLARE_INTERFACE (MinipayStore, minipay_store, MINIPAY, STORE, GObject)

/**
 * MinipayStoreInterface:
 * @parent_iface: the parent
 * @begin: see minipay_store_begin()
 * @find: see minipay_store_find()
 * @advance: see minipay_store_advance()
 * @accept: see minipay_store_accept()
 *
 * The journal. Every method may block, returns only when what it did is durable, and may be called from any
 * thread.
 *
 * Since: 0.1
 */
struct _MinipayStoreInterface {
  GTypeInterface parent_iface;

  MinipayIntent *(*begin) (MinipayStore *self, MinipayIntent *intent, GError **error);
  MinipayIntent *(*find) (
      MinipayStore *self, const char *account, MinipayIntentKind kind, const char *number, GError **error);
  MinipayIntent *(*advance) (MinipayStore *self,
                             const char *account,
                             MinipayIntentKind kind,
                             const char *number,
                             MinipayIntentState state,
                             const char *transaction_id,
                             GError **error);
  MinipayIntent *(*accept) (MinipayStore *self,
                            const char *account,
                            const char *event_id,
                            MinipayIntentKind kind,
                            const char *number,
                            MinipayIntentState state,
                            const char *transaction_id,
                            gboolean *is_first,
                            GError **error);
  gpointer padding[8];
};

MINIPAY_API MinipayIntent *minipay_store_begin (MinipayStore *self, MinipayIntent *intent, GError **error);
MINIPAY_API MinipayIntent *minipay_store_find (
    MinipayStore *self, const char *account, MinipayIntentKind kind, const char *number, GError **error);
MINIPAY_API MinipayIntent *minipay_store_advance (MinipayStore *self,
                                                  const char *account,
                                                  MinipayIntentKind kind,
                                                  const char *number,
                                                  MinipayIntentState state,
                                                  const char *transaction_id,
                                                  GError **error);
MINIPAY_API MinipayIntent *minipay_store_accept (MinipayStore *self,
                                                 const char *account,
                                                 const char *event_id,
                                                 MinipayIntentKind kind,
                                                 const char *number,
                                                 MinipayIntentState state,
                                                 const char *transaction_id,
                                                 gboolean *is_first,
                                                 GError **error);

G_END_DECLS
