/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "support/test-exchange.h"

/* The account and the ride that the tests of transit share. The keys differ, so that neither passes for the other.
 */

GType minipay_provider_1 (void);

#define NUMBER "20261121180000000001"

static const char *const transit_settings[] = {
  "provider",     "transit",
  "mchid",        "1230000109",
  "appid",        "wxd678efh567hg6787",
  "deduct-url",   "https://api.weixin.qq.com/intp/transitpay",
  "access-token", "env:MINIPAY_TEST_TRANSIT_TOKEN",
  "aes-key",      "0123456789abcdef0123456789abcdef",
  "sign-key",     "192006250b4c09247ec02edce69f6a2d",
  "sign-mode",    "HMAC-SHA256",
  NULL,
};

static inline MinipayTestExchange *
transit_new (const char *const *changes)
{
  g_setenv ("MINIPAY_TEST_TRANSIT_TOKEN", "61_AbC-dEf", TRUE);
  return minipay_test_exchange_new ("transit", minipay_provider_1 (), transit_settings, changes);
}
