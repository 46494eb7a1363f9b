/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-about.h"

CliExit
cli_reverse (int argc, char **argv)
{
  return cli_about_run ("Takes back a payment by the buyer's code, paid or not.",
                        minipay_account_reverse_payment_async,
                        minipay_account_reverse_payment_finish,
                        argc,
                        argv);
}
