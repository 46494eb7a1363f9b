/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-sharing.h"

#include "sandbox-crypto.h"

#define FREE "profit_sharing_free"

struct _SandboxSharing {
  GHashTable *receivers; /* set of "account\ntype\nreceiver" */
  GPtrArray *shares;     /* owned, in the order of arrival */
  GPtrArray *returns;    /* owned */
};

static void
part_free (gpointer data)
{
  SandboxPart *part = data;

  g_free (part->type);
  g_free (part->account);
  g_free (part->description);
  g_free (part->detail_id);
  g_free (part);
}

static void
share_free (gpointer data)
{
  SandboxShare *share = data;

  g_free (share->out_order_no);
  g_free (share->order_id);
  g_free (share->fingerprint);
  g_ptr_array_unref (share->parts);
  g_date_time_unref (share->created_at);
  g_free (share);
}

static void
return_free (gpointer data)
{
  SandboxReturn *back = data;

  g_free (back->out_return_no);
  g_free (back->return_id);
  g_free (back->return_mchid);
  g_free (back->fingerprint);
  g_free (back->description);
  g_date_time_unref (back->created_at);
  g_free (back);
}

SandboxSharing *
sandbox_sharing_new (void)
{
  SandboxSharing *self = g_new0 (SandboxSharing, 1);

  self->receivers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->shares = g_ptr_array_new_with_free_func (share_free);
  self->returns = g_ptr_array_new_with_free_func (return_free);
  return self;
}

void
sandbox_sharing_free (SandboxSharing *self)
{
  g_hash_table_unref (self->receivers);
  g_ptr_array_unref (self->returns);
  g_ptr_array_unref (self->shares);
  g_free (self);
}

static char *
make_key (const char *account, const char *type, const char *receiver)
{
  return g_strdup_printf ("%s\n%s\n%s", account, type, receiver);
}

/* A receiver who is there already stays there. */
void
sandbox_sharing_add_receiver (SandboxSharing *self, const char *account, const char *type, const char *receiver)
{
  g_hash_table_add (self->receivers, make_key (account, type, receiver));
}

void
sandbox_sharing_remove_receiver (SandboxSharing *self, const char *account, const char *type, const char *receiver)
{
  g_autofree char *key = make_key (account, type, receiver);

  g_hash_table_remove (self->receivers, key);
}

gboolean
sandbox_sharing_has_receiver (SandboxSharing *self, const char *account, const char *type, const char *receiver)
{
  g_autofree char *key = make_key (account, type, receiver);

  return g_hash_table_contains (self->receivers, key);
}

static char *
make_number (const char *prefix)
{
  g_autoptr (GDateTime) now = sandbox_now ();
  g_autofree char *day = g_date_time_format (now, "%Y%m%d");
  g_autofree char *digits = sandbox_random_digits (16);

  return g_strconcat (prefix, day, digits, NULL);
}

SandboxShare *
sandbox_sharing_add (SandboxSharing *self, SandboxOrder *order, const char *out_order_no, const char *fingerprint)
{
  SandboxShare *share = g_new0 (SandboxShare, 1);

  share->order = order;
  share->out_order_no = g_strdup (out_order_no);
  share->order_id = make_number ("3008");
  share->fingerprint = g_strdup (fingerprint);
  share->parts = g_ptr_array_new_with_free_func (part_free);
  share->created_at = sandbox_now ();
  g_ptr_array_add (self->shares, share);
  return share;
}

/* A receiver nobody has added gets nothing, and the share says so. */
void
sandbox_share_add_part (SandboxSharing *self,
                        SandboxShare *share,
                        const char *type,
                        const char *account,
                        const char *description,
                        gint64 amount)
{
  SandboxPart *part = g_new0 (SandboxPart, 1);

  part->type = g_strdup (type);
  part->account = g_strdup (account);
  part->description = g_strdup (description);
  part->amount = amount;
  part->detail_id = make_number ("3601");
  if (!sandbox_sharing_has_receiver (self, share->order->account, type, account))
    part->failure = "NO_RELATION";
  g_ptr_array_add (share->parts, part);
}

SandboxShare *
sandbox_sharing_find (SandboxSharing *self, const char *account, const char *out_order_no)
{
  for (guint i = 0; i < self->shares->len; i++) {
    SandboxShare *share = g_ptr_array_index (self->shares, i);

    if (g_str_equal (share->order->account, account) && g_str_equal (share->out_order_no, out_order_no))
      return share;
  }
  return NULL;
}

SandboxShare *
sandbox_sharing_find_id (SandboxSharing *self, const char *account, const char *order_id)
{
  for (guint i = 0; i < self->shares->len; i++) {
    SandboxShare *share = g_ptr_array_index (self->shares, i);

    if (g_str_equal (share->order->account, account) && g_str_equal (share->order_id, order_id))
      return share;
  }
  return NULL;
}

/* Oldest first. The array borrows. */
GPtrArray *
sandbox_sharing_of_account (SandboxSharing *self, const char *account)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < self->shares->len; i++) {
    SandboxShare *share = g_ptr_array_index (self->shares, i);

    if (g_str_equal (share->order->account, account))
      g_ptr_array_add (found, share);
  }
  return found;
}

/* How often an order has been shared; setting the rest free is no share. */
guint
sandbox_sharing_count (SandboxSharing *self, SandboxOrder *order)
{
  guint count = 0;

  for (guint i = 0; i < self->shares->len; i++) {
    SandboxShare *share = g_ptr_array_index (self->shares, i);

    if (share->order == order && share->parts->len > 0)
      count++;
  }
  return count;
}

/* What has gone to others; returns do not make room for more. */
gint64
sandbox_sharing_shared (SandboxSharing *self, SandboxOrder *order)
{
  gint64 sum = 0;

  for (guint i = 0; i < self->shares->len; i++) {
    SandboxShare *share = g_ptr_array_index (self->shares, i);

    for (guint j = 0; share->order == order && j < share->parts->len; j++) {
      SandboxPart *part = g_ptr_array_index (share->parts, j);

      sum += part->failure == NULL ? part->amount : 0;
    }
  }
  return sum;
}

/* What is still frozen for sharing. */
gint64
sandbox_sharing_left (SandboxSharing *self, SandboxOrder *order)
{
  return sandbox_order_get (order, FREE) != NULL ? 0 : order->total - sandbox_sharing_shared (self, order);
}

void
sandbox_sharing_unfreeze (SandboxOrder *order)
{
  sandbox_order_set (order, FREE, "true");
}

/* What a merchant has got by @share and not given back. */
gint64
sandbox_sharing_returnable (SandboxSharing *self, SandboxShare *share, const char *return_mchid)
{
  gint64 sum = 0;

  for (guint i = 0; i < share->parts->len; i++) {
    SandboxPart *part = g_ptr_array_index (share->parts, i);

    if (part->failure == NULL && g_str_equal (part->type, "MERCHANT_ID") &&
        g_str_equal (part->account, return_mchid))
      sum += part->amount;
  }
  for (guint i = 0; i < self->returns->len; i++) {
    SandboxReturn *back = g_ptr_array_index (self->returns, i);

    if (back->share == share && back->failure == NULL && g_str_equal (back->return_mchid, return_mchid))
      sum -= back->amount;
  }
  return sum;
}

SandboxReturn *
sandbox_sharing_add_return (SandboxSharing *self,
                            SandboxShare *share,
                            const char *out_return_no,
                            const char *return_mchid,
                            gint64 amount,
                            const char *fingerprint)
{
  SandboxReturn *back = g_new0 (SandboxReturn, 1);

  back->share = share;
  back->out_return_no = g_strdup (out_return_no);
  back->return_id = make_number ("3009");
  back->return_mchid = g_strdup (return_mchid);
  back->amount = amount;
  back->fingerprint = g_strdup (fingerprint);
  back->created_at = sandbox_now ();
  g_ptr_array_add (self->returns, back);
  return back;
}

SandboxReturn *
sandbox_sharing_find_return (SandboxSharing *self, const char *account, const char *out_return_no)
{
  for (guint i = 0; i < self->returns->len; i++) {
    SandboxReturn *back = g_ptr_array_index (self->returns, i);

    if (g_str_equal (back->share->order->account, account) && g_str_equal (back->out_return_no, out_return_no))
      return back;
  }
  return NULL;
}
