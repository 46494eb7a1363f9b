/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "cli/cli-about.h"

CliExit
cli_query (int argc, char **argv)
{
  return cli_about_run ("Asks the gateway what became of an order.",
                        minipay_account_query_payment_async,
                        minipay_account_query_payment_finish,
                        argc,
                        argv);
}
