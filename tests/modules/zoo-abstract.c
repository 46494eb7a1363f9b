/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "zoo-type.h"

ZOO_DEFINE_ABSTRACT_PROVIDER (ZooAbstract, zoo_abstract)

MINIPAY_PROVIDER_DEFINE (zoo_abstract_get_type ())
