/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "floor-crypto.h"

/* What an order costs beside its HTTP: built, signed, verified and signed again by hand. */
typedef struct {
  guint64 number;
  GString *body;       /* owned */
  char *authorization; /* owned */
  char answer[4096];
  gsize answer_length;
  char prepay_id[65];
  char pay_sign[FLOOR_SIGNATURE_BASE64 + 1];
} FloorOrder;

gboolean floor_order_sign (FloorOrder *self, FloorCrypto *crypto);
gboolean floor_order_verify (
    FloorOrder *self, FloorCrypto *crypto, const char *timestamp, const char *nonce, const char *signature);
gboolean floor_order_pay_sign (FloorOrder *self, FloorCrypto *crypto);
void floor_order_clear (FloorOrder *self);
