/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Symbols are hidden unless they say otherwise. */
#ifdef MINIPAY_COMPILATION
#define MINIPAY_API __attribute__ ((visibility ("default"))) extern
#else
#define MINIPAY_API extern
#endif
