/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-payment-claim.h"
#include "minipay.h"
#include "provider/minipay-call.h"
#include "wire/minipay-base64.h"
#include "wire/minipay-json-writer.h"
#include "wire/minipay-json.h"
#include "wire/minipay-params.h"
#include "wire/minipay-times.h"
#include "wire/minipay-xml.h"

/**
 * MINIPAY_PROVIDER_DEFINE:
 * @TYPE: the GType of the provider, as its manifest's `Type=` names it
 *
 * Defines the one symbol a native plugin exports. The ABI number is part of its name: a plugin built for
 * another ABI is refused by name before a line of it runs.
 */
#define MINIPAY_PROVIDER_DEFINE(TYPE)                                                                              \
  __attribute__ ((visibility ("default"))) GType minipay_provider_1 (void);                                        \
  GType minipay_provider_1 (void)                                                                                  \
  {                                                                                                                \
    return (TYPE);                                                                                                 \
  }
