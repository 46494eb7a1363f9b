/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-config.h"

char *
sandbox_accounts_write (SandboxConfig *config, const char *endpoint, const char *endpoint_tls, const char *ca_file);
