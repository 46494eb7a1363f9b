/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "zoo-type.h"

ZOO_DEFINE_PLAIN (ZooNoProvider, zoo_no_provider)

MINIPAY_PROVIDER_DEFINE (zoo_no_provider_get_type ())
