/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "zoo-type.h"

/* Sound in every way, and tells through the environment when its code first ran. */
ZOO_DEFINE_PROVIDER (ZooGood, zoo_good)

__attribute__ ((constructor)) static void
on_loaded (void)
{
  g_setenv ("MINIPAY_ZOO_RAN", "1", TRUE);
}

MINIPAY_PROVIDER_DEFINE (zoo_good_get_type ())
