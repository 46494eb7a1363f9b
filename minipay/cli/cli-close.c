/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-about.h"

CliExit
cli_close (int argc, char **argv)
{
  return cli_about_run ("Closes an order, so that nobody can pay it any more.",
                        minipay_account_close_payment_async,
                        minipay_account_close_payment_finish,
                        argc,
                        argv);
}
