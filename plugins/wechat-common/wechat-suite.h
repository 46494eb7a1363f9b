/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/* The algorithms that an account and its gateway have agreed on: those of its setting sign-scheme, and RSA where it
 * has none. What a message says of itself never chooses. Source: WeChat Pay merchant API v3; the official Java
 * SDK's module for SM2. */
typedef struct {
  const char *name; /* of the scheme, as Authorization has it */
  MinipayScheme scheme;
  const char *resource_name; /* what seals the resource of a message, as the message has it */
  MinipayCipher resource;
  MinipayCipher field;            /* what seals a sensitive member */
  const char *certificates_query; /* what asks for certificates of this scheme, behind their path */
} WechatSuite;

const WechatSuite *wechat_suite_get (MinipayExchange *x);

/* The key that answers are to be signed with, and sensitive members are sealed for; NULL where there is none. It
 * stays the same within one hook. */
char *wechat_suite_dup_key_id (MinipayExchange *x);

/* @value with every text under one of @names (a NULL at their end) sealed, however deep it stands. (transfer full);
 * CONFIG without a key to seal for. */
GVariant *wechat_suite_seal (MinipayExchange *x, GVariant *value, const char *const *names, GError **error);

G_END_DECLS
