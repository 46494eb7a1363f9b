/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "zoo-type.h"

/* A fundamental type's number that nobody registered. */
MINIPAY_PROVIDER_DEFINE (G_TYPE_MAKE_FUNDAMENTAL (G_TYPE_RESERVED_USER_FIRST + 100))
