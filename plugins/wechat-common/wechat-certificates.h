/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* GET /v3/certificates or /v3/global/certificates: the platform certificates, sealed with the APIv3 key. Source:
 * WeChat Pay merchant API v3, page 4012068829. */

/* @data: the path */
MinipayHttpRequest *wechat_certificates_build (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_certificates_parse (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

G_END_DECLS
