/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What an exchange of a named operation is about. */
#define MINIPAY_TYPE_CALL_REQUEST (minipay_call_request_get_type ())
G_DECLARE_FINAL_TYPE (MinipayCallRequest, minipay_call_request, MINIPAY, CALL_REQUEST, GObject)

/* @params: an a{sv}, floating or not, or NULL for none */
MinipayCallRequest *minipay_call_request_new (const char *name, GVariant *params);
const char *minipay_call_request_get_name (MinipayCallRequest *self);
GVariant *minipay_call_request_get_params (MinipayCallRequest *self);

G_END_DECLS
