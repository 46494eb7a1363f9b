/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* Sorted parameters under a shared key, as WeChat Pay V2 and the ride code sign them: `k1=v1&k2=v2&key=KEY`, values
 * raw, empty ones and `sign` left out, in upper-case hexadecimal. Source: WeChat Pay V2, "签名算法". */

/* The scheme that a setting of choices MD5 and HMAC-SHA256 stands for. */
MinipayScheme wechat_params_get_scheme (MinipayExchange *x, const char *field);

char *wechat_params_sign (
    MinipayExchange *x, const MinipayParams *params, MinipayScheme scheme, const char *key, GError **error);

/* SIGNATURE_INVALID for a signature that is missing, wrong, not in upper case, or of another digest's length, and
 * for values that would read as several parameters: those texts are signed without saying where a value ends. */
gboolean wechat_params_verify (MinipayExchange *x,
                               const MinipayParams *params,
                               MinipayScheme scheme,
                               const char *key,
                               const char *sign,
                               GError **error);

G_END_DECLS
