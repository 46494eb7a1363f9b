/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "zoo-type.h"

GType zoo_function_that_nobody_has (void);

MINIPAY_PROVIDER_DEFINE (zoo_function_that_nobody_has ())
