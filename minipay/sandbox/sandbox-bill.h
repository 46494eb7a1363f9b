/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

typedef enum {
  SANDBOX_BILL_ALL,
  SANDBOX_BILL_SUCCESS,
  SANDBOX_BILL_REFUND,
  SANDBOX_BILL_FUND_FLOW
} SandboxBillKind;

#define SANDBOX_MAX_BILL_ROWS 100000000

/* A text with @n_rows equal rows, but for a running number, between its head and its tail: nothing keeps a bill of
 * 1 GiB in memory. */
typedef struct {
  const char *account; /* static */
  char *token;         /* what its address ends in */
  char *head;
  char *row; /* nullable; ten of its digits, from @counter on, are the row's number */
  gsize counter;
  gint64 n_rows;
  char *tail;
  gboolean is_gzip;
} SandboxBill;

SandboxBills *sandbox_bills_new (void);
void sandbox_bills_free (SandboxBills *self);
void sandbox_bills_set_rows (SandboxBills *self, const char *account, gint64 rows);
SandboxBill *
sandbox_bills_make (Sandbox *sandbox, const SandboxMerchant *merchant, SandboxBillKind kind, const char *day);
SandboxBill *
sandbox_bills_add (SandboxBills *self, const char *account, const char *head, const char *rows, const char *tail);
SandboxBill *sandbox_bills_find (SandboxBills *self, const char *account, const char *token);

GInputStream *sandbox_bill_open (SandboxBill *bill);
char *sandbox_bill_sha1 (SandboxBill *bill);
void sandbox_bill_send (SandboxBill *bill, SandboxReply *reply);

char *sandbox_yuan (gint64 fen);
gboolean sandbox_is_day (const char *day);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SandboxBills, sandbox_bills_free)
