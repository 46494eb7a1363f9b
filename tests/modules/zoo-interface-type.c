/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "zoo-type.h"

MINIPAY_PROVIDER_DEFINE (MINIPAY_TYPE_PAYMENT_PROVIDER)
