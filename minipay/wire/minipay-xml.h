/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

/*
 * A strict reader of the flat XML that older gateways speak: UTF-8, one root, one level of uniquely named
 * elements, text or CDATA. Refused (PROTOCOL) are a document type, a processing instruction other than a
 * leading XML declaration that says UTF-8 or nothing, a comment, an attribute, nesting, a second root, NUL,
 * and references to control characters other than tab, line feed and carriage return. It never opens a file
 * or an address. Limits (LIMIT): 256 elements, 64 KiB a value, 1 MiB a document.
 */
typedef struct _MinipayXml MinipayXml;

MINIPAY_API MinipayXml *minipay_xml_parse (GBytes *text, GError **error);
MINIPAY_API void minipay_xml_free (MinipayXml *self);

MINIPAY_API const char *minipay_xml_get_root_name (const MinipayXml *self);
MINIPAY_API guint minipay_xml_get_length (const MinipayXml *self);
MINIPAY_API const char *minipay_xml_get_name (const MinipayXml *self, guint index);
MINIPAY_API const char *minipay_xml_get_value (const MinipayXml *self, guint index);
/* NULL when there is no such element. */
MINIPAY_API const char *minipay_xml_lookup (const MinipayXml *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayXml, minipay_xml_free)

G_END_DECLS
