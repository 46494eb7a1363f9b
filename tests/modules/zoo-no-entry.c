/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>

__attribute__ ((visibility ("default"))) int zoo_something_else (void);

int
zoo_something_else (void)
{
  return 1;
}
