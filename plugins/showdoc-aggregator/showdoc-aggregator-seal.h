/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <minipay-plugin.h>

G_BEGIN_DECLS

/*
 * What the sealed calls and the notifications share: flat maps of texts, an MD5 over all of them, and the RSA seal
 * around it. Source: showdoc item chinavbao, pages 9339768432205792, 9339781943678551 and 9339784756055377.
 */

#define AGGREGATOR_MAX_FEN G_GINT64_CONSTANT (99999999999)

/* The members but the sign. What is read later is read from here: nothing else was signed. */
typedef struct {
  MinipayParams *all;
  MinipayParams *head; /* those before the place where a parameter `key` stands in the signed text */
  MinipayParams *tail; /* those behind it */
  const char *link;    /* the one sealed member that is an address and may have parameters of its own, or NULL */
} AggregatorMembers;

void aggregator_members_init (AggregatorMembers *self);
void aggregator_members_clear (AggregatorMembers *self);

/* For calls. What is NULL or empty is left out; INVALID for what would read as several members, or is there. */
gboolean aggregator_members_set (
    AggregatorMembers *self, MinipayExchange *x, const char *name, const char *value, GError **error);
/* The members of a message whose sign is genuine. */
gboolean aggregator_members_read (AggregatorMembers *self, MinipayExchange *x, GBytes *text, GError **error);

/* NULL for what is absent or empty. */
const char *aggregator_members_lookup (const AggregatorMembers *self, const char *name);
const char *aggregator_members_require (const AggregatorMembers *self, const char *name, GError **error);
/* TRUE with *amount NULL when it does not say. */
gboolean aggregator_members_read_amount (const AggregatorMembers *self,
                                         const char *name,
                                         MinipayMoney **amount,
                                         GError **error);
/* Whether they are about this merchant. */
gboolean aggregator_members_check_customer (const AggregatorMembers *self, MinipayExchange *x, GError **error);

/* What the aggregator's public key opens. Every merchant has it and each block stands alone, so that a seal proves
 * little: the sign within is demanded all the same. */
GBytes *aggregator_seal_open (MinipayExchange *x, const char *sealed, GError **error);

/* The call with its members signed and sealed. */
MinipayHttpRequest *
aggregator_seal_new_request (MinipayExchange *x, const char *path, AggregatorMembers *members, GError **error);
/* The text of a success, with its members; NULL with what a refusal means. */
GBytes *aggregator_seal_read_answer (MinipayExchange *x,
                                     MinipayHttpResponse *answer,
                                     AggregatorMembers *members,
                                     GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AggregatorMembers, aggregator_members_clear)

G_END_DECLS
