/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wechat-xml.h"

G_BEGIN_DECLS

/* Named operations of the API v2: the parameters of the call under the gateway's names, lists and sets among them
 * as JSON texts; the answer's members as a report. For tables of calls; @data is a WechatXmlCall. */

MinipayHttpRequest *wechat_xml_build_call (MinipayExchange *x, gconstpointer data, GError **error);
GObject *
wechat_xml_parse_call (MinipayExchange *x, gconstpointer data, MinipayHttpResponse *answer, GError **error);

G_END_DECLS
