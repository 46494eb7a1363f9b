/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define NOTIFICATION_NONCE_BYTES     12
#define NOTIFICATION_ASSOCIATED_DATA "transaction"

typedef struct {
  char timestamp[21];
  char nonce[33];
  char signature[345];
  char out_trade_no[33];
  char seal_nonce[NOTIFICATION_NONCE_BYTES + 1];
  GString *body;          /* owned */
  const char *ciphertext; /* base64 inside body */
  gsize ciphertext_length;
} Notification;

/* Distinct, as a gateway would sign and seal them this second. */
GPtrArray *notification_set_new (const char *keys, guint n);
