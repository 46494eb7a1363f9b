/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "support/test-exchange.h"

/*
 * Frames as the platform would make them, by the rule of the vectors transit-callback-*. With the command openssl:
 *
 *   K=0123456789abcdef0123456789abcdef  S=192006250b4c09247ec02edce69f6a2d
 *   D=$(printf '%s' "$PLAIN" | openssl enc -aes-256-cbc -K $(printf '%s' $K | od -An -tx1 | tr -d ' \n') \
 *       -iv 000102030405060708090a0b0c0d0e0f -base64 -A)
 *   printf '%s' "appid=$APPID&encrypted_data=$D&iv=$IV&mch_id=$MCHID&nonce_str=$NONCE&key=$S" |
 *       openssl dgst -sha256 -hmac $S | sed 's/.*= //' | tr a-f A-F
 *
 * paid-md5 is signed with `openssl dgst -md5`; aes-128 is sealed with -aes-128-cbc and the first half of K;
 * sealed-with-sign-key with S, signed-with-aes-key with K; the paddings with -nopad. Every row is genuinely signed.
 */
typedef struct {
  const char *id;
  const char *plain;
  const char *data;
  const char *sign;
  const char *appid; /* NULL, as for those that follow: the ones below */
  const char *mch_id;
  const char *nonce_str;
  const char *iv;
} TransitFrame;

#define APPID "wxd678efh567hg6787"
#define MCHID "1230000109"
#define NONCE "abcdefg"
#define IV    "AAECAwQFBgcICQoLDA0ODw=="

static const TransitFrame transit_frames[] = {
  { .id = "paid",
    .plain = "{\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\",\"bank_type\":\"CFT\",\"total_fee\":100,\"trade_state\":"
             "\"SUCCESS\",\"transaction_id\":\"4200001018\",\"out_trade_no\":\"20150806125346\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\",\"qrcode\":\"YWZlZmF3ZWZ3ZWY=\"}",
    .data = "6kf7WsMU3CLC+Am90BULJ4d5tt5fmsW72tS7vzVZJuTt9MaS50US/WsShndzaj+l4WjZkBj/4rfQbCZfAVnmrolwqkVm9Mipjw/"
            "mLovnd4bkPzv525fX0TtTbxJq5QGrp6uj4W1s0VucC2PIiBD6eUNhicjMKZbxHKo5mglmI+YXnpdNHILMohdmLv/"
            "k6lwQJIan6GEbDH6j45yj1qejdCbEERLY9q48d3Mbd9hB76du1fQoU0fNtk7K7SIICz7Nfg0tPZYfs60xST7b858mA5Z5yACWOijjQ"
            "pgY5bv8VJDmQSaGbEgnHxsM0LuPGxOS8pAn3akC0yNn+SyLtm+0Eg==",
    .sign = "819ED9EAAA8A424873AF5CB1A5B02A35A2D7F5D5EE4CC67E099E518479E6AC7C" },
  { .id = "paid-md5",
    .plain = "{\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\",\"bank_type\":\"CFT\",\"total_fee\":100,\"trade_state\":"
             "\"SUCCESS\",\"transaction_id\":\"4200001018\",\"out_trade_no\":\"20150806125346\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\",\"qrcode\":\"YWZlZmF3ZWZ3ZWY=\"}",
    .data = "6kf7WsMU3CLC+Am90BULJ4d5tt5fmsW72tS7vzVZJuTt9MaS50US/WsShndzaj+l4WjZkBj/4rfQbCZfAVnmrolwqkVm9Mipjw/"
            "mLovnd4bkPzv525fX0TtTbxJq5QGrp6uj4W1s0VucC2PIiBD6eUNhicjMKZbxHKo5mglmI+YXnpdNHILMohdmLv/"
            "k6lwQJIan6GEbDH6j45yj1qejdCbEERLY9q48d3Mbd9hB76du1fQoU0fNtk7K7SIICz7Nfg0tPZYfs60xST7b858mA5Z5yACWOijjQ"
            "pgY5bv8VJDmQSaGbEgnHxsM0LuPGxOS8pAn3akC0yNn+SyLtm+0Eg==",
    .sign = "11F5E03F6BCE092BBEE5C510E517F820" },
  { .id = "failed",
    .plain = "{\"openid\":\"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o\",\"bank_type\":\"CFT\",\"total_fee\":100,\"trade_state\":"
             "\"FAIL\",\"transaction_id\":\"4200001018\",\"out_trade_no\":\"20150806125346\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\",\"qrcode\":\"YWZlZmF3ZWZ3ZWY=\",\"trade_"
             "msg\":\"余额不足\"}",
    .data = "6kf7WsMU3CLC+Am90BULJ4d5tt5fmsW72tS7vzVZJuTt9MaS50US/WsShndzaj+l4WjZkBj/4rfQbCZfAVnmrolwqkVm9Mipjw/"
            "mLovnd4a6U+TkX16h2H8Fhv7sGp7NJJz0grvjZYdadMAJdtNOmX/"
            "9wYki1BhRaZJufhqDbb3TQ0JVJnijGTl0wcq7Mmb4tNYGiOd9tQGYtTkyzV9UxmnHNQkA+"
            "b2WjkdQC9Q5OiBKiBFCioipvWDSZNgoFo2+iaHO5CjUGCzBEWHXghrOyrGV+d9vC+"
            "D3rrBcwjwqZMbOZackliOYJkfmTk9C0xJyqhW2dk/ErLxZU2MbJ6Yki70V9EKZWqjW+dBn8d2Ezx8X0Ho2nx9Y3/NVXJ8AEHdL",
    .sign = "828C178726F61F2CAF32D1855555E29D7401E4601DA522C3F3EB5DABB83608DE" },
  { .id = "aes-128",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data =
        "nOp5RX3yMn/W8kO5kANV64HlXZIvCTXwOAAYCZmdKxjXc/S0g085Jg1TPcwB5laidEuIZgX1wPktn8RGby2fLrtuTA4pywVTy+VcHLqzK/"
        "FvR0EnVEUqxQnDJWbFFod0+KXzjMPPGl/6pAn7V4q/dTEvAPvRP+CDi0zIzqfkuraj2qaOlRaTmK+QHwNwXSHO",
    .sign = "6E338F0B9B15C0717E6F27C08DE998F918BE829957EDFE791F68FD7211A3B814" },
  { .id = "wrong-appid",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "CB78D2D5A5E82601C1C89464357ED15062B75356DD8401FCB625466EF6B5A7DB",
    .appid = "wxd678efh567hg6788" },
  { .id = "wrong-mchid",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "24F66BF49ABD546A199CDE3EAE22F8957D27A8CA100695CF2895AE71AD65F4A1",
    .mch_id = "1230000110" },
  { .id = "other-transaction",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001019\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vWD+eNTDEbYL1Wnp5Crf2XD0RiBfpJifZCcwIDcLze7I+0NxNqoArKBfnvDvBdjkHXP8c05PUrsHF7Z3E8me/"
            "LyvIcuEDzsEPbldZ+/W6yt",
    .sign = "47A39FB7386CCF05B03A53569D02EA8B55F8090F4A55FA5D0CAF0AB0D77CA426" },
  { .id = "other-order",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000002\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzqyKf8DmHmsLdZhfwKapHTZd/gJVKnIEi4q/"
            "xmTAw6UpW4SLMN24yLKFJ43uXIss9",
    .sign = "E9C975E5D825D40AA3F1B53611D82A75783BDC907A0FB886855B66DAD24F3127" },
  { .id = "state-unknown",
    .plain = "{\"total_fee\":100,\"trade_state\":\"REFUND\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OE3Wwm4REE2SdHPPbg34Q43PZcPrOj5o0LY3GrIWlSXVWhkNv0lb81ehkItT7"
            "+TJUX4YxAK0Yw6qg0VnAr7/h+9udIAZ0XYlZRNNupVmTLuBHfSr4/xnpwklon9Fz27O4Up5wMD8NSdrfogKP58cQcs",
    .sign = "19552AB2DA02AA9E5CEF2568D74B0D57CB1494724344A1858657151EFBFF7468" },
  { .id = "state-lower",
    .plain = "{\"total_fee\":100,\"trade_state\":\"success\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGFk+"
            "O9ylGB5XBtSc5yrVehDQZYsq49ARvtvDvnRFidZ4Iv9m1FQEoTHN7uMB3KBUDQgG8clJYHqQ7w8cLtdeKDOLxm9UZGKJWtn85+"
            "cFrwpb3qLVMzfQHcPkMCyOesv0VmLfG00GbO+YbYz67nZ/hb",
    .sign = "D39A4744E851712572C11139C3743879C9F313EEFE99A92564E20E6239F483F6" },
  { .id = "state-missing",
    .plain = "{\"total_fee\":100,\"transaction_id\":\"4200001018\",\"attach\":\"20261121180000000001\",\"time_"
             "end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK+vz/rGaOXC121xpnncBIbuInAhzDrd7vyetuO3OG6mwmTj4hrL008/"
            "JeoEaGNDsvz16B0xd5M5U4ooYjCoOui/WRARbVN4ybLoKjVTSnrQm5DdM+iLds9fN17nmwawf0A==",
    .sign = "6537B1E5EAAFCF15953720EB013401F03849EB7B1FAF800BBF136DBF11FFB8FD" },
  { .id = "state-empty",
    .plain = "{\"total_fee\":100,\"trade_state\":\"\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OFbJ4vNHEMsCkDOB9L0cjrQLxv8BKmIH//"
            "4eswq9iS8U4SZ+ddnrZhtTfMRNVZNloXlOFGSQnVXCehbTZdnokLXgjK2CNmyx9kDFB5ZmTBVvFKkq8BZ8eo1PbOOfuN8Znk=",
    .sign = "E94DC24198270FB8C31EE7F538AD353B3180E7BC0E9BB450532A2C54C9756FD7" },
  { .id = "time-16",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"2014103013352500\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqbE3DXh"
            "x0DDs+vJomILX6H+",
    .sign = "477F4DC7D98049F149A9DBE37B36EA92D7204B66E6720A9EDCCD66E53EE74300" },
  { .id = "time-15",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"201410301335250\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaHNzni"
            "H7wqt8Q+Qe/wWRDI",
    .sign = "B082B9751D2DD26A9F27E53C8CDA887DA3FA1296856E8DBC881844E0CB364ADF" },
  { .id = "time-13",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"2014103013352\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqbOYuu5"
            "ZHMxNLK0RMOJmPG0",
    .sign = "5478FF6CFBF46FE77AC36CC1B3A330E67BD2097A45CE9FFA5BDA43E8D3567D61" },
  { .id = "time-17",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525000\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqYJviX4"
            "Ma2YVcemSwtxtWpr",
    .sign = "7DF663ACEBDB9DCA16462BC368DCB827E0C2E1F117707293FD6263156997CE72" },
  { .id = "time-letter",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"2014103013352x\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqZqBPm7"
            "QcP01hhxh9xZ2BzZ",
    .sign = "1165F062FBA65C9702A79D59ED46D284746D9088824F7DED4025B72F66755505" },
  { .id = "time-tail",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525 1\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqbejQLO"
            "8LRmJIq+TfiJn4jK",
    .sign = "93EC99B65BBB59507EF5B0BC3F4586D0FE9916B7E5DEC29196147FD72FB90F80" },
  { .id = "time-impossible",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20140230133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXBiJLc6DpxNsC4SttWYiP3zf1+"
            "ld0ah83DRPvpZg6sLp",
    .sign = "F7C8ABAD82A5D4B2A0DA5065E02BC7552DAB483C04613503BE24068D52829A93" },
  { .id = "time-missing",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzZyF7AG4w8gCtR+AtahWgcw==",
    .sign = "0C441F0DB1A8931BA087981FD2F8319A7C3DC0C311F4A8445DAC37088C993AC7" },
  { .id = "attach-missing",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"out_trade_no\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data =
        "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/KNEuwBg6A60uSI9SFtzn2luFN9sMN/"
        "X2EntxTfB0RwBm4rBEDIN+OMDZUQCFIHB9c5miD8QKaime+gB5uJXnQtcGVzTNhh99KMwazf05yzk7EfjYuc2Ei/",
    .sign = "55DBD7ABCB5E75398410214344CC9B2ACA3063427B314EB23EC217D5FD590336" },
  { .id = "attach-empty",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":\"\","
             "\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBf/SBqSiICt8F9tLEdV5koeWdkjmwMmW/La2vkPB9Y+IA==",
    .sign = "DD3BABC5FF82E945B3F5B145BF0C28C4C80861723933AABB6FF1B4EED6625559" },
  { .id = "attach-number",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "20261121180000000001,\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBfu2n/7sR3Xgl621WtHR8E/cE5SHLGLHMTt3FMkDR2Nnf3ni8XApvKguZcXCZ7yu/"
            "UtHh9gWvnQLyPQFeUkitXu",
    .sign = "1A50E00FB429AC02119052ABFE1830D1DB9A04186C65F4873E039FB5C34C26FC" },
  { .id = "transaction-missing",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"attach\":\"20261121180000000001\",\"time_end\":"
             "\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OF6RspTf3oqXBOi88+OCIedzxiRNfkkCbp2LzzgT35dhT/"
            "oA7w0U5qE8xO+WWHZC9+l8RVklCV0KoJqM4jE/WOzfKoGO2WJ+TWDjLC65550Gg==",
    .sign = "EEEAADD3F973ECDE5FC9C1BCC6FB12C32319FE9712FC1791AE81169D30974D22" },
  { .id = "transaction-empty",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+"
            "RuOmFrWv6mBSQZUTMGmdYtYQuI4oPniUk1tz5B9d6CwNkSQRYpzkvVTqWM+Uus2dJZkNMMpATRZYOr7TC063kAkstVMO7+/"
            "s1X6pjb45xfWWa8xBbHo=",
    .sign = "6EBE2BDD052033F7FA2204B1D3D8C0F9AB5D9F15DBCD977DAE33B3C8D0FB7CF4" },
  { .id = "fee-missing",
    .plain = "{\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":\"20261121180000000001\","
             "\"time_end\":\"20141030133525\"}",
    .data = "FsAt6uDL5bmZuIuP6fFhaikkdNf5xwMaXA7dOWdajRy6PhI/xtxN41KtWiMPmwYX+IrdYa+7CrFlfNDAHnHzYCmI2u/"
            "vbg3LSomJ4kaQfEVn+QkgLZ9YCrj4NUSHJOEdfse5OROe6rklufiByqoIZoK8By3CoEQhjP1OyhGB26w=",
    .sign = "7730A9D5AC436CA5F45254264D8FE1A10BA8EB24B2ADC2461DFF29E530D294C8" },
  { .id = "fee-text",
    .plain = "{\"total_fee\":\"100\",\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "dj7mGgYmFdbQTgjNkvzPvaespSxrJC86RKkgc/"
            "RtFVRkSpQnu9wuqQgCRPckoVPoRCGilVN++Eu1CkbH7h7osEhty0dsGEHJvhnn7QxEzUrv8xxSYhQ1NNNrowNjG+"
            "kJYi6iacfydhOcvJDxEj7Ic6ygrTKzxlfNcA6kagFYkPpQlFDBwcAmKmccy4MrG/4G",
    .sign = "8F8F4747CD57CF6712740F3F92BCD4B348EF43961E363BC304FFBD6C2E8DC141" },
  { .id = "fee-zero",
    .plain = "{\"total_fee\":0,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "5UJK+qvdv3jBHOUHj/a5MJeOABFtubVkkr3f/Q8YQ3Uask90O6RdSGOt/CrhPLXViZebBS/"
            "7eksv2g61gtXYzLOjJ2SXzohkPivGJk8LFw0m5IpGLPvfo+jDlOW44EL/eMRXW9V6VoBUWqgX9ywughBGAo6s3OC/"
            "z8Pc7hcBHhfo4DDaY1NJqL0FilkJQwSs",
    .sign = "DB3FF2075F1139CAFBF15FC59B12A554A31E25202E11DD1F14DCAD18A4D22260" },
  { .id = "fee-negative",
    .plain = "{\"total_fee\":-100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "GuaTORyYsMVPMjTyCKtolIa0OhVbCWK07JDLBhAULTmMbvtzh3wbcWgX/"
            "eOFf5x8yCPW629qYvjwcqVgbwYRUgZZcmXjkKRPxZAMitmVBTq3Z8dL21holVmXiXzv4UlZwJlq4yv+0oIupsANmRuZrcbZ+im4Rt+"
            "EetmH+bXcJnwsTIuV901/3yfv9RY1mFIN",
    .sign = "02F132363F50880315564475EF8B5F2290F403B247D6921D34FFF09B76F896B0" },
  { .id = "fee-fraction",
    .plain = "{\"total_fee\":100.0,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK2KMuTOaQeYSH0uSn2bIbWkw55Z/"
            "wRPki7mzjCM4Y4h1dE10gs4Z10r4amxHDtBZUCs6iW9QFIIk2XphCHI3jIk6cYY+"
            "QUxFOiqrCvy8nTC4ZWHGUCUrPYKkoTld99BQq7vCrtBOrjafCTnXZ61DgDEQLr0e47zJVNi2Rvl7IUN+",
    .sign = "9A5402553E33D0E57524F82BCF5C54DF09600B37CDD653E0B1113B8CA0B56818" },
  { .id = "fee-exponent",
    .plain = "{\"total_fee\":1e2,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "ztCVgKhYyw0voXLMWuIBXXWp16mrBgECLk5uVWhgn56gDAVHSjgK1Cd03PlgeY2hLN8Zhq0VIKxUiinRqVKL8qX5itLYu3XDwie1tY"
            "bzNWSevB0QxaES9OahlwuMA4MeVOpk6UUsdkTWQAttRNVE7fQnygCBQJ16jNIUtbnJYgzi4T+IPfWX8m8rjZy4NB7u",
    .sign = "020A7CC11E1053465B075B0F8653A44D797275EF221165601A6AA7881A4E0FA9" },
  { .id = "fee-beyond",
    .plain = "{\"total_fee\":9223372036854775808,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\","
             "\"attach\":\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "ILNCG+1M5L4pM/wLi83qfqf59xs8Rl0lG7fk+BKn38qL8MLRdRdcSHohsfshY2rMcVivyfwH4rZL4lj9S0XCrR+aGKllgwyfx/"
            "qHlqZ5d5SSCJ7WVeyWFcmvQ67QjQKsHcFY105D7D3WqqkMH63ANJ6useXxh/"
            "Kisy+mMP3nArTDQB8jqaTXlDgLGZ+vWBqd7liW82V3SXWo0ZuOv1thPQ==",
    .sign = "EFA77CE8146B8D1CB2E9308D2EA1B8C89ABADBC83899922DBF33FBD58EC09BCA" },
  { .id = "fee-null",
    .plain = "{\"total_fee\":null,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "aE62wbBzDVfID8shiE/"
            "QlFbIUWKa6QMGKeFAqVIjzsAAlXFZKKIyYlAjb2KNiHZFZCrdJlz1hjtAmksEvMOuj3JEQYanwOdZOo+"
            "MJ2rCxHFRp2NnfIN1pocLiBk7l47CuXzUal8b7VdxAPCoH8RpztVb+idhqNinC1uKxgGtkfFE66Z2S+FfAe4znFb7c/nX",
    .sign = "93E504BBB6EC07441DCD2EEF790A2A454933088921361624F3DDD7B39A3984CE" },
  { .id = "twice",
    .plain = "{\"total_fee\":1,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\",\"total_fee\":100}",
    .data = "9hDW7KhRXRapc4Wt4EpvkURKFE68F5VUb9jav4B2JaWRLIh7gVwziV+ebi9AhZrj5/"
            "RQxuH3ZW92unYfj4XzXvGQU6GG0eChAZCsYR/YasJJCmVHVb/"
            "7KWsTZ8Q+W+6hMz0pr3U56lvx69455IVNPakvN7bWK3Q0MRgfCXdYOR/Kdv/9XSR5nk1g0Wm+5JbbfjoOTtLCnO5Wnq3IGNpU6w==",
    .sign = "7EEB512818E98846248EAB48ABC5F5B129FAE7FF623A82D88F05B7AEF2618419" },
  { .id = "array",
    .plain = "[{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}]",
    .data = "ATtPSXKQ7vpbmHdpvpyMEsbQDmMtW5VZ6K2S/"
            "mjd2rg9EjWVc9fHpXz9b8Q51IEaU8BJdRvtbMMwdXOGzfyfTkPEvI6qZxLclQM3PafB3m4EiBCYJv5zL3eY6FJI0njzJE5xs9m3eAj"
            "6CCG/0Y64ihnxBEFt352OCVX7lOFVIsdzpiM4n8xiVrhsvYxYs/7A",
    .sign = "A86FAAF4C35D4347F3353470948DF887CD5892373211C8AE1F5D4C59F30ADF9F" },
  { .id = "words",
    .plain = "hello",
    .data = "MYNSl5uYV6V9tOH5RSXtDA==",
    .sign = "01064EF33BEFC629DC5BBA128D1049CFF948B5077B44B852691FD47C5D07ACF4" },
  { .id = "nothing",
    .plain = "",
    .data = "b7GfSdrqnR1cMmy4e2fc6A==",
    .sign = "53F00A423BB267D7B7FB0309D23D73543B81C8EBFF02C6EF516343B820D14B2F" },
  { .id = "two-values",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}{}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqbaCzd8"
            "nvkSbILex6egW32K",
    .sign = "7AD5CC1700645A5257CC43BFD4CA4A59257E9B635760602E02825C05523C0A15" },
  { .id = "padding-0",
    .plain = "(padding byte 0x00)",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFYzxalC0zLkfwvUzEHmRB8=",
    .sign = "37B92B5016359C74700CC167180187C0C7EFB7ACC77F7063284486B1C0CE360A" },
  { .id = "padding-17",
    .plain = "(padding byte 0x11)",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXJ2y3Mp0QCe0DJn9+h1qHDA=",
    .sign = "EE84DCBA98C008809B259C91572C8B729CDEA53886C6AB82DB82450611AEFC98" },
  { .id = "padding-uneven",
    .plain = "(padding bytes 0x01 0x02)",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXKcKIqAVznKPw9QbDdN+NJc=",
    .sign = "788A9B29FC798C8F672648B15BAFB0F6F61500FB83B8469650DCF643B6DC7CA2" },
  { .id = "cut-byte",
    .plain = "(the last byte is cut off)",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8Weugg=",
    .sign = "561CC6993074ED1BD82867CA0CA2600775CC787453D54A3E9895EB1D19ABC61C" },
  { .id = "cut-block",
    .plain = "(the last block is cut off)",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqY=",
    .sign = "8531F5144A32C3B68D41977B1CBC6FA4EF69F314F66DB146FEB992C6A623C9C8" },
  { .id = "not-base64",
    .plain = "(no base64)",
    .data = "jfiwajeofjiefef",
    .sign = "CCF865955949010490692F37E624A5A9E5EE00718D7E5B0ED3926E61B716B498" },
  { .id = "base64-url",
    .plain = "(the other alphabet)",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh-RuOmFrWvZGLsbg47o_"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "3BD04D5513585C2A7C7B586C7B38EDDCEE787A70297BADB9072A9D63F71DCF41" },
  { .id = "base64-line",
    .plain = "(a line break inside)",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWv\nZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "48D369AE910C30CB8032A7EE3CE1C4782285B4885306E4FAF696B216F7961265" },
  { .id = "iv-15",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "9F18C1E17B7EB0A4C7EA573AFF09EB1D371052B7C7C785922D2BD8F3211CCEAC",
    .iv = "AAECAwQFBgcICQoLDA0O" },
  { .id = "iv-17",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "F618C5454002669C7FAB4756981B7388B06B69EEEF2ABDF518AB9E6E46563F56",
    .iv = "AAECAwQFBgcICQoLDA0ODwA=" },
  { .id = "iv-sample",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "AA4AB6B2A67E1C3D0A8BE3137518BF9CAAE316A25198C7C0C8B6280D6CCB7E90",
    .iv = "afweifwefe" },
  { .id = "iv-other",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "FC0D378610399AAA3E854976C5B2360A873EC7F285E83C9D10D35D1B5457EF7C",
    .iv = "/wECAwQFBgcICQoLDA0ODw==" },
  { .id = "recut-nonce",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "9A03A9144B4F45A9DC8EB4E9C14F7912DC9FA6589F0C467ABB88FE1A9435F56B",
    .nonce_str = "abcdefg&nonce_str=x" },
  { .id = "recut-mchid",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "A6688BACAFBEEE5286353442589FCEA2D54352B351B5B217604CD975324087C7",
    .mch_id = "1230000109&mch_id=1230000110" },
  { .id = "recut-appid",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "5A92EC45F3ABD02DA789164EA404AA17F0BAFE56D65BE174DBF29784321196A4",
    .appid = "wxd678efh567hg6787&attach=1" },
  { .id = "sealed-with-sign-key",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "lE01kvPKrIF8y9uhVc+EM3vxepy1zkxwR3B+dU94awgFJlCVZ31mQGUebZzvHkvJ269+GK6d58tAxRNd2DDvScOBdBZe/"
            "FThOC9mM1/9e9dTeb8HqTntr/sF9n2962u6TdGT4Evi5MB9DGSnEPsM9uRclbWb8g2PNW/ohOmMWE/h2/xj2cBINtAda3W+RiZM",
    .sign = "6C1423D43552819DFE07961EC6443EA91B3F35DA35FD4277DAE61FC013D3A1E9" },
  { .id = "signed-with-aes-key",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "5CC0DBC9B04F1B3B4058F3DF2317E666906E63483EE6EA705168AEE0D939ECBF" },
  { .id = "long-nonce",
    .plain = "{\"total_fee\":100,\"trade_state\":\"SUCCESS\",\"transaction_id\":\"4200001018\",\"attach\":"
             "\"20261121180000000001\",\"time_end\":\"20141030133525\"}",
    .data = "JttURxY92OKaqpvaIkvPK3baCmVGickMKzfc8Cje5OGeJdmrhpYY1Gh+RuOmFrWvZGLsbg47o/"
            "KNEuwBg6A60vHrbzJkTmBBwWoM3zqxIBcFihRZOw80OzJRGXS7eMCzX4lgiiu4BjYos2fqr35VXFWMKzk88GpRMuYpd03glqaLsu3O"
            "hQVcV3SWQ8WeuggB",
    .sign = "11B2E7173990062560C9C4162A0BE3D4661AD57C459003A069A7F6CA25093919",
    .nonce_str = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" },
};

static inline const TransitFrame *
transit_frame_get (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (transit_frames); i++)
    if (g_str_equal (transit_frames[i].id, id))
      return &transit_frames[i];
  g_error ("there is no frame %s", id);
}

static inline char *
transit_frame_dup_body (const TransitFrame *frame)
{
  g_autofree char *data = g_strescape (frame->data, NULL);

  return g_strdup_printf ("{\"appid\":\"%s\",\"mch_id\":\"%s\",\"nonce_str\":\"%s\",\"encrypted_data\":\"%s\","
                          "\"iv\":\"%s\",\"sign\":\"%s\"}",
                          frame->appid != NULL ? frame->appid : APPID,
                          frame->mch_id != NULL ? frame->mch_id : MCHID,
                          frame->nonce_str != NULL ? frame->nonce_str : NONCE,
                          data,
                          frame->iv != NULL ? frame->iv : IV,
                          frame->sign);
}
