/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-refund.h"

#include "sandbox-crypto.h"

struct _SandboxRefunds {
  GPtrArray *all; /* owned, in the order of arrival */
};

static void
refund_free (gpointer data)
{
  SandboxRefund *refund = data;

  g_free (refund->out_refund_no);
  g_free (refund->refund_id);
  g_free (refund->reason);
  g_free (refund->notify_url);
  g_free (refund->fingerprint);
  g_free (refund->event);
  g_hash_table_unref (refund->extra);
  g_date_time_unref (refund->created_at);
  g_clear_pointer (&refund->ended_at, g_date_time_unref);
  g_free (refund);
}

SandboxRefunds *
sandbox_refunds_new (void)
{
  SandboxRefunds *self = g_new0 (SandboxRefunds, 1);

  self->all = g_ptr_array_new_with_free_func (refund_free);
  return self;
}

void
sandbox_refunds_free (SandboxRefunds *self)
{
  g_ptr_array_unref (self->all);
  g_free (self);
}

/* Every refund that fits, newest first; NULL fits everything. The array borrows. */
GPtrArray *
sandbox_refunds_match (SandboxRefunds *self, const char *account, const char *out_refund_no)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = self->all->len; i > 0; i--) {
    SandboxRefund *refund = g_ptr_array_index (self->all, i - 1);

    if ((account == NULL || g_str_equal (refund->order->account, account)) &&
        (out_refund_no == NULL || g_str_equal (refund->out_refund_no, out_refund_no)))
      g_ptr_array_add (found, refund);
  }
  return found;
}

SandboxRefund *
sandbox_refunds_find (SandboxRefunds *self, const char *account, const char *out_refund_no)
{
  g_autoptr (GPtrArray) found = sandbox_refunds_match (self, account, out_refund_no);

  return found->len > 0 ? g_ptr_array_index (found, 0) : NULL;
}

SandboxRefund *
sandbox_refunds_find_number (SandboxRefunds *self, const char *account, const char *refund_id)
{
  for (guint i = 0; i < self->all->len; i++) {
    SandboxRefund *refund = g_ptr_array_index (self->all, i);

    if (g_str_equal (refund->order->account, account) && g_str_equal (refund->refund_id, refund_id))
      return refund;
  }
  return NULL;
}

/* The refunds of one order, oldest first. The array borrows. */
GPtrArray *
sandbox_refunds_of (SandboxRefunds *self, SandboxOrder *order)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < self->all->len; i++) {
    SandboxRefund *refund = g_ptr_array_index (self->all, i);

    if (refund->order == order)
      g_ptr_array_add (found, refund);
  }
  return found;
}

/* What has been given back or is on its way; a closed refund gave nothing. */
gint64
sandbox_refunds_sum (SandboxRefunds *self, SandboxOrder *order)
{
  g_autoptr (GPtrArray) refunds = sandbox_refunds_of (self, order);
  gint64 sum = 0;

  for (guint i = 0; i < refunds->len; i++) {
    SandboxRefund *refund = g_ptr_array_index (refunds, i);

    if (refund->state != SANDBOX_REFUND_CLOSED)
      sum += refund->amount;
  }
  return sum;
}

static SandboxRefundVerdict
judge (SandboxRefunds *self, SandboxOrder *order, gint64 amount)
{
  g_autoptr (GPtrArray) refunds = sandbox_refunds_of (self, order);

  if (order->paid_at == NULL || order->reversed_at != NULL)
    return SANDBOX_REFUND_NOT_PAID;
  if (amount > order->total - sandbox_refunds_sum (self, order))
    return SANDBOX_REFUND_TOO_MUCH;
  return refunds->len >= SANDBOX_MAX_REFUNDS ? SANDBOX_REFUND_TOO_MANY : SANDBOX_REFUND_NEW;
}

/* The refund of this number, new or known, or NULL; @verdict says why. @amount is at least 1. */
SandboxRefund *
sandbox_refunds_add (SandboxRefunds *self,
                     SandboxOrder *order,
                     const char *out_refund_no,
                     gint64 amount,
                     const char *fingerprint,
                     SandboxRefundVerdict *verdict)
{
  SandboxRefund *refund = sandbox_refunds_find (self, order->account, out_refund_no);
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *day = g_date_time_format (now, "%Y%m%d");
  g_autofree char *digits = sandbox_random_digits (16);

  if (refund != NULL) {
    gboolean is_same = refund->order == order && g_str_equal (refund->fingerprint, fingerprint);

    *verdict = is_same ? SANDBOX_REFUND_REPEATED : SANDBOX_REFUND_OTHER;
    return is_same ? refund : NULL;
  }
  *verdict = judge (self, order, amount);
  if (*verdict != SANDBOX_REFUND_NEW)
    return NULL;

  refund = g_new0 (SandboxRefund, 1);
  refund->order = order;
  refund->out_refund_no = g_strdup (out_refund_no);
  refund->refund_id = g_strdup_printf ("5030%s%s", day, digits);
  refund->fingerprint = g_strdup (fingerprint);
  refund->extra = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  refund->amount = amount;
  refund->created_at = g_steal_pointer (&now);
  refund->notify = SANDBOX_NOTIFY_WAITING;
  g_ptr_array_add (self->all, refund);
  return refund;
}

void
sandbox_refund_set_state (SandboxRefund *refund, SandboxRefundState state)
{
  if (refund->state == state)
    return;
  refund->state = state;
  g_clear_pointer (&refund->ended_at, g_date_time_unref);
  g_clear_pointer (&refund->event, g_free);
  refund->ended_at = state != SANDBOX_REFUND_PROCESSING ? sandbox_now () : NULL;
}

void
sandbox_refund_set (SandboxRefund *refund, const char *name, const char *value)
{
  if (value == NULL)
    g_hash_table_remove (refund->extra, name);
  else
    g_hash_table_insert (refund->extra, g_strdup (name), g_strdup (value));
}

/* NULL when it was never set. */
const char *
sandbox_refund_get (SandboxRefund *refund, const char *name)
{
  return g_hash_table_lookup (refund->extra, name);
}
