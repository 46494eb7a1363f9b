/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The element names that flat gateway XML uses: ASCII, no prefix. */
static inline gboolean
minipay_xml_starts_name (char c)
{
  return g_ascii_isalpha (c) || c == '_';
}

static inline gboolean
minipay_xml_continues_name (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '-' || c == '.';
}

/* The production Char of XML 1.0. */
static inline gboolean
minipay_xml_is_character (gunichar c)
{
  if (c < 0x20)
    return c == '\t' || c == '\n' || c == '\r';
  return c < 0xd800 || (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

G_END_DECLS
