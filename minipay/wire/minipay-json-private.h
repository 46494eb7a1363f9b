/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <string.h>

#include "wire/minipay-json.h"

G_BEGIN_DECLS

/* Offsets are the same in the source and in the copy that is decoded in place. */
typedef struct {
  guint32 start; /* of the value, quote or brace included */
  guint32 end;
  guint32 name; /* of the unescaped member name; 0: no member */
  guint32 name_key;
  guint32 value; /* string: where the unescaped text starts; container: how many children */
  guint32 next;  /* sibling */
  guint8 kind;
} MinipayJsonEntry;

struct _MinipayJson {
  gatomicrefcount ref_count;
  GBytes *source;
  MinipayJsonEntry *nodes; /* parents before children, the first child next to its parent; [0] is no node */
  guint32 n_nodes;         /* [0] included */
  char text[];             /* the copy, its strings unescaped and terminated in place */
};

/* Equal names have equal keys; different names mostly do not. */
static inline guint32
minipay_json_name_key (const char *name, gsize length)
{
  guint32 head = 0;
  guint32 tail = 0;

  if (length >= sizeof head) {
    memcpy (&head, name, sizeof head);
    memcpy (&tail, name + length - sizeof tail, sizeof tail);
  } else {
    for (gsize i = 0; i < length; i++)
      head = head << 8 | (guchar) name[i];
  }
  return head * 31 ^ tail ^ (guint32) length * 0x9e3779b1u;
}

G_END_DECLS
