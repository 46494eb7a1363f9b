/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "zoo-type.h"

ZOO_DEFINE_PROVIDER (ZooOtherAbi, zoo_other_abi)

__attribute__ ((visibility ("default"))) GType minipay_provider_2 (void);

GType
minipay_provider_2 (void)
{
  return zoo_other_abi_get_type ();
}
