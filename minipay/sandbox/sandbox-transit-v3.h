/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sandbox-gateway.h"

extern const SandboxGateway sandbox_transit_v3;
