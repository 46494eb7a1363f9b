/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Invented; run.py reads the plain definitions to write minipay's configuration with the same values. */
#define MERCHANT_ACCOUNT    "bench"
#define MERCHANT_MCHID      "1900000109"
#define MERCHANT_APPID      "wx0000000000000109"
#define MERCHANT_SERIAL     "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
#define MERCHANT_KEY_ID     "PUB_KEY_ID_0119000001090000000000000000000109"
#define MERCHANT_NOTIFY_URL "https://127.0.0.1/notify/bench"
#define MERCHANT_SUBJECT    "明前龙井 250 克 \"特级\" 礼盒装"
#define MERCHANT_ATTACH     "store=0017;till=3;clerk=42"
#define MERCHANT_PAYER      "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
#define MERCHANT_PATH       "/v3/pay/transactions/jsapi"
#define MERCHANT_TOTAL      1990
