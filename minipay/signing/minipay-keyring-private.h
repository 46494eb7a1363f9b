/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-enums.h"
#include "signing/minipay-key-private.h"

G_BEGIN_DECLS

/*
 * The keys of one account. Its own keys are found by the name of their configuration field; the gateway's
 * keys, which it trusts, by the exact id a message names (ids compare without regard to ASCII case, and are
 * never tried in turn).
 *
 * Safe from any thread: the trusted set is replaced as a whole and never by an empty one.
 */
typedef enum {
  MINIPAY_KEY_STATE_CANDIDATE, /* not yet valid */
  MINIPAY_KEY_STATE_ACTIVE,
  MINIPAY_KEY_STATE_RETIRING, /* a newer one of the same kind is active; still verifies */
  MINIPAY_KEY_STATE_EXPIRED,  /* verifies nothing any more */
} MinipayKeyState;

typedef struct _MinipayKeyring MinipayKeyring;

MinipayKeyring *minipay_keyring_new (void);
void minipay_keyring_unref (MinipayKeyring *self);

void minipay_keyring_add_own (MinipayKeyring *self, const char *name, MinipayKey *key);
/* CONFIG when the account has no such key, SIGNATURE_INVALID for one out of its validity at @now. Returns a
 * reference. */
MinipayKey *minipay_keyring_get_own (MinipayKeyring *self, const char *name, gint64 now, GError **error);

/* The shared secret that @name was before its present one: it opens and verifies up to @until, and never signs. */
void minipay_keyring_add_previous (MinipayKeyring *self, const char *name, MinipayKey *key, gint64 until);
/* NULL when there is none, or its time is over at @now. Returns a reference. */
MinipayKey *minipay_keyring_get_previous (MinipayKeyring *self, const char *name, gint64 now);

/* A set of trusted keys in the making: a GHashTable of id (char *) to MinipayKey. */
GHashTable *minipay_keyring_dup_trusted (MinipayKeyring *self);
/* Swaps the whole set; an empty one is refused with CONFIG and changes nothing. */
gboolean minipay_keyring_set_trusted (MinipayKeyring *self, GHashTable *keys, GError **error);

/* The trusted key of that id, valid at @now: SIGNATURE_INVALID, naming the id and the ids there are, for a
 * stranger or an expired or not yet valid key. Returns a reference. */
MinipayKey *minipay_keyring_get_trusted (MinipayKeyring *self, const char *id, gint64 now, GError **error);
MinipayKeyState minipay_keyring_get_state (MinipayKeyring *self, const char *id, gint64 now);

/* The id that requests should name: of the certificates that verify @scheme the one that became valid last at @now,
 * or NULL when there is none. */
char *minipay_keyring_dup_newest_certificate_id (MinipayKeyring *self, MinipayScheme scheme, gint64 now);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayKeyring, minipay_keyring_unref)

G_END_DECLS
