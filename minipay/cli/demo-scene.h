/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/demo-run.h"
#include "cli/demo-sandbox.h"

G_BEGIN_DECLS

/* What is particular about the payments of one provider: everything else is the same for all. */
typedef struct {
  const char *provider;
  const char *mode; /* NULL for any */
  const char *subject;
  const char *currency;
  gboolean can_fail; /* a run more shows a payment that fails */
  /* What must happen at the gateway before the order; fills the order's extras. NULL for nothing. */
  gboolean (*prepare) (
      DemoRun *run, DemoSandbox *sandbox, const char *notify_url, GVariantDict *extras, GError **error);
} DemoScene;

const DemoScene *demo_scene_find (const char *provider, const char *mode);

/* The order of a run, with the members that its provider takes. */
MinipayOrder *demo_scene_new_order (
    DemoRun *run, MinipayProviderInfo *info, DemoSandbox *sandbox, const char *notify_url, GError **error);

G_END_DECLS
