/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "zoo-type.h"

ZOO_DEFINE_PROVIDER (ZooOtherNameThanPromised, zoo_other_name)

MINIPAY_PROVIDER_DEFINE (zoo_other_name_get_type ())
