/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#include <glib.h>

G_BEGIN_DECLS

/* Zero bytes that a scanner keeps behind its copy of a text, so that it may look ahead without counting. */
#define MINIPAY_SCAN_PADDING 8

#define MINIPAY_SCAN_FOUND_SIZE 24

/* The length of the well-formed UTF-8 sequence at @text, or 0. A zero byte must follow the text. */
static inline guint
minipay_scan_utf8 (const guchar *text)
{
  guchar lead = text[0];
  guchar lowest = 0x80;
  guchar highest = 0xbf;
  guint length = 0;

  if (lead < 0x80)
    return 1;
  if (lead < 0xc2 || lead > 0xf4)
    return 0;

  /* overlong forms, surrogates and what lies above U+10FFFF show in the second byte */
  switch (lead) {
  case 0xe0:
    lowest = 0xa0;
    break;
  case 0xed:
    highest = 0x9f;
    break;
  case 0xf0:
    lowest = 0x90;
    break;
  case 0xf4:
    highest = 0x8f;
    break;
  default:
    break;
  }
  if (text[1] < lowest || text[1] > highest)
    return 0;

  length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (guint i = 2; i < length; i++)
    if ((text[i] & 0xc0) != 0x80)
      return 0;
  return length;
}

/* What stands at @offset, fit for a message: one character at most, because a text may hold what no log may
 * hold. */
static inline const char *
minipay_scan_found (char found[MINIPAY_SCAN_FOUND_SIZE], const guchar *text, gsize length, gsize offset)
{
  if (offset >= length)
    return "the end of the text";

  if (g_ascii_isgraph (text[offset]))
    g_snprintf (found, MINIPAY_SCAN_FOUND_SIZE, "'%c'", text[offset]);
  else
    g_snprintf (found, MINIPAY_SCAN_FOUND_SIZE, "byte 0x%02x", text[offset]);
  return found;
}

G_END_DECLS
