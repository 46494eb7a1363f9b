/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-gateway.h"

#include "sandbox-aggregator.h"
#include "sandbox-transit-v2.h"
#include "sandbox-transit-v3.h"
#include "sandbox-transit.h"
#include "sandbox-wechat-v2.h"
#include "sandbox-wechat-v3.h"
#include "sandbox-weidoufu.h"

/* A gateway whose paths lie under another's comes before it. */
const SandboxGateway *const sandbox_gateways[] = {
  &sandbox_wechat_global,
  &sandbox_transit_v3,
  &sandbox_wechat_v3,
  &sandbox_transit_v2,
  &sandbox_weidoufu,
  &sandbox_wechat_v2,
  &sandbox_transit,
  &sandbox_aggregator,
  NULL,
};

/* NULL when there is none of this name. */
const SandboxGateway *
sandbox_gateway_find (const char *name)
{
  for (guint i = 0; sandbox_gateways[i] != NULL; i++) {
    if (g_strcmp0 (sandbox_gateways[i]->name, name) == 0)
      return sandbox_gateways[i];
  }
  return NULL;
}

/* NULL when the request is for none of them. */
const SandboxGateway *
sandbox_gateway_of (const SandboxRequest *request)
{
  for (guint i = 0; sandbox_gateways[i] != NULL; i++) {
    if (sandbox_gateways[i]->owns (request))
      return sandbox_gateways[i];
  }
  return NULL;
}
