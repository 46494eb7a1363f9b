/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/*
 * The frame {appid, mch_id, nonce_str, encrypted_data, iv, sign} that ride-code messages travel in. Two tables of
 * the documentation call the second member `appidmch_id`, what an editor left of a strike-out: it is mch_id.
 */
typedef struct {
  MinipayJson *frame;
  const char *appid; /* borrowed from frame, as is mch_id */
  const char *mch_id;
  GBytes *plain; /* what was sealed, and the object that it is */
  MinipayJson *content;
} TransitMessage;

void transit_message_clear (TransitMessage *self);

/* @plain as base64, under an IV of this exchange's nonce, which is base64, too. */
char *transit_frame_encrypt (MinipayExchange *x, GBytes *plain, char **iv, GError **error);

/* @plain in a frame, as JSON. */
GBytes *transit_frame_seal (MinipayExchange *x, GBytes *plain, GError **error);

/* PROTOCOL for what is no frame. From the signature on there is one SIGNATURE_INVALID with one text, whatever is
 * wrong: CBC alone is malleable, and more would help whoever alters messages to read them. */
gboolean transit_frame_open (MinipayExchange *x, GBytes *body, TransitMessage *message, GError **error);

/* A member that is a text and not empty, or NULL with PROTOCOL. */
const char *
transit_require_text (const MinipayJson *json, MinipayJsonNode object, const char *name, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TransitMessage, transit_message_clear)

G_END_DECLS
