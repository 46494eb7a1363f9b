/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-bill-claim.h"
#include "core/minipay-payment-claim.h"
#include "core/minipay-refund-claim.h"
#include "core/minipay-report-claim.h"
#include "core/minipay-wechat-cashier.h"
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

/**
 * MINIPAY_PROVIDER_DEFINE_TABLE:
 * @TypeName: the name of the provider's type, as its manifest's `Type=` has it
 * @type_name: the same in lower case, with underscores
 * @TABLE: a #MinipayProviderTable that lives as long as the program
 *
 * Defines a provider that is nothing but its table, and the one symbol that its plugin exports.
 */
#define MINIPAY_PROVIDER_DEFINE_TABLE(TypeName, type_name, TABLE)                                                  \
  typedef struct {                                                                                                 \
    GObject parent_instance;                                                                                       \
  } TypeName;                                                                                                      \
  typedef struct {                                                                                                 \
    GObjectClass parent_class;                                                                                     \
  } TypeName##Class;                                                                                               \
  GType type_name##_get_type (void);                                                                               \
  static void type_name##_provider_init (MinipayPaymentProviderInterface *iface)                                   \
  {                                                                                                                \
    minipay_provider_table_implement (iface, (TABLE));                                                             \
  }                                                                                                                \
  G_DEFINE_FINAL_TYPE_WITH_CODE (                                                                                  \
      TypeName,                                                                                                    \
      type_name,                                                                                                   \
      G_TYPE_OBJECT,                                                                                               \
      G_IMPLEMENT_INTERFACE (MINIPAY_TYPE_PAYMENT_PROVIDER, type_name##_provider_init))                            \
  static void type_name##_class_init (G_GNUC_UNUSED TypeName##Class *klass)                                        \
  {                                                                                                                \
  }                                                                                                                \
  static void type_name##_init (G_GNUC_UNUSED TypeName *self)                                                      \
  {                                                                                                                \
  }                                                                                                                \
  MINIPAY_PROVIDER_DEFINE (type_name##_get_type ())
