/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* GET /v3/certificates or /v3/global/certificates: the platform certificates, sealed with the APIv3 key. Source:
 * WeChat Pay merchant API v3, page 4012068829. */

MinipayHttpRequest *wechat_certificates_build (MinipayExchange *x, const char *path, GError **error);
GObject *wechat_certificates_parse (MinipayExchange *x, MinipayHttpResponse *answer, GError **error);

G_END_DECLS
