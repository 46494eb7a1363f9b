# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox's V2 code payments and their reversal, service providers, and orders that were paid with coupons."""

import unittest

from v2_client import QUERY, V2Test

PAY, REVERSE, REFUND = "/pay/micropay", "/secapi/pay/reverse", "/secapi/pay/refund"
CODE = "13498765432101234"


class CodeTest(V2Test):
    def charge(self, digit, **more):
        return dict({"body": "tea", "total_fee": 500, "out_trade_no": self.new_number(),
                     "spbill_create_ip": "123.12.12.123", "auth_code": CODE + str(digit)}, **more)

    def state(self, charge):
        return self.accepted(QUERY, {"out_trade_no": charge["out_trade_no"]})["trade_state"]


class Charges(CodeTest):
    def test_code_that_pays_at_once(self):
        charge = self.charge(0, attach="table/7")
        answer = self.accepted(PAY, charge)
        self.assertEqual((answer["trade_type"], answer["total_fee"], answer["out_trade_no"], answer["attach"]),
                         ("MICROPAY", "500", charge["out_trade_no"], "table/7"))
        self.assertRegex(answer["transaction_id"], "^4200[0-9]{24}$")
        self.assertEqual(self.state(charge), "SUCCESS")
        self.assertEqual(self.merchant.pushes, [])
        self.refused("ORDERPAID", PAY, charge)

    def test_code_that_waits_for_the_password(self):
        charge = self.charge(6)
        self.refused("USERPAYING", PAY, charge)
        self.assertEqual(self.state(charge), "USERPAYING")
        self.refused("USERPAYING", PAY, charge)
        self.assertTrue(self.pay(charge["out_trade_no"])["paid"])
        self.assertEqual(self.state(charge), "SUCCESS")
        self.assertEqual(self.merchant.pushes, [])

    def test_codes_that_are_refused(self):
        for digit, code in ((8, "NOTENOUGH"), (9, "AUTHCODEEXPIRE")):
            charge = self.charge(digit)
            self.refused(code, PAY, charge)
            self.assertEqual(self.state(charge), "PAYERROR")
            self.refused(code, PAY, charge)
            self.refused("OUT_TRADE_NO_USED", PAY, dict(charge, auth_code=CODE + "0"))

    def test_members(self):
        for name in ("auth_code", "body", "total_fee", "out_trade_no", "spbill_create_ip"):
            self.refused("LACK_PARAMS", PAY, self.charge(0, **{name: None}))
        for name, value in (("auth_code", "1649876543210123401"), ("auth_code", "169876543210123401"),
                            ("auth_code", "13498765432101234x"), ("notify_url", self.merchant.url()),
                            ("openid", "o1"), ("trade_type", "MICROPAY")):
            self.refused("INVALID_REQUEST", PAY, self.charge(0, **{name: value}))

    def test_trouble_after_the_charge_is_unsigned_and_the_money_is_gone(self):
        charge = self.charge(0)
        self.program.fault("wechat-v2", "create", "system-error")
        self.assertNotIn("sign", self.secure(PAY, charge))
        self.assertEqual(self.state(charge), "SUCCESS")


class Reversals(CodeTest):
    def reverse(self, charge, **more):
        return self.accepted(REVERSE, {"out_trade_no": charge["out_trade_no"]}, **more)

    def test_paid_and_waiting_codes_are_taken_back_for_good(self):
        for digit in (0, 7):
            charge = self.charge(digit)
            self.secure(PAY, charge)
            for _ in range(2):
                self.assertEqual(self.reverse(charge)["recall"], "N")
            self.assertEqual(self.state(charge), "REVOKED")
            self.assertNotIn("total_fee", self.accepted(QUERY, {"out_trade_no": charge["out_trade_no"]}))
            self.refused("ORDERREVERSED", PAY, charge)
            self.assertEqual(self.program.control("pay", {"out_trade_no": charge["out_trade_no"]}).status, 409)
            self.refused("ORDERNOTEXIST", REFUND, {"out_trade_no": charge["out_trade_no"], "out_refund_no": "R" + CODE,
                                                   "total_fee": 500, "refund_fee": 1})

    def test_gateway_that_asks_again_has_reversed_nothing(self):
        charge = self.charge(0)
        self.accepted(PAY, charge)
        self.program.fault("wechat-v2", "reverse", "processing")
        self.assertEqual(self.reverse(charge)["recall"], "Y")
        self.assertEqual(self.state(charge), "SUCCESS")
        self.assertEqual(self.reverse(charge)["recall"], "N")
        self.assertEqual(self.state(charge), "REVOKED")

    def test_what_is_not_reversed(self):
        self.refused("ORDERNOTEXIST", REVERSE, {"out_trade_no": self.new_number()})
        self.refused("INVALID_REQUEST", REVERSE, {"out_trade_no": self.paid_order()["out_trade_no"]})
        self.refused("LACK_PARAMS", REVERSE, {})
        charge = self.charge(0)
        self.accepted(PAY, charge)
        answer = self.secure(REVERSE, {"out_trade_no": charge["out_trade_no"]}, certificate=None)
        self.assertEqual(answer["return_code"], "FAIL")
        self.assertEqual(self.state(charge), "SUCCESS")
        self.accepted(REFUND, {"out_trade_no": charge["out_trade_no"], "out_refund_no": self.new_number(),
                               "total_fee": 500, "refund_fee": 1})
        self.refused("TRADE_ERROR", REVERSE, {"out_trade_no": charge["out_trade_no"]})


class Providers(CodeTest):
    ACCOUNT = "wechat-v2-provider"

    def test_order_of_a_merchant_says_whose_it_is_everywhere(self):
        paid = self.paid_order(self.ACCOUNT, sub_mch_id="1900000021", sub_appid="wx0000000000000021", openid=None,
                               sub_openid="oSub")
        self.assertEqual((paid["mch_id"], paid["sub_mch_id"], paid["sub_appid"], paid["sub_openid"]),
                         ("1900000020", "1900000021", "wx0000000000000021", "oSub"))
        self.assertIn(b"<sub_mch_id>1900000021</sub_mch_id>", self.merchant.pushes[0][1])
        self.program.fault("wechat-v2", "query", "wrong-sub-mchid")
        lie = self.accepted(QUERY, {"out_trade_no": paid["out_trade_no"], "sub_mch_id": "1900000021"}, self.ACCOUNT)
        self.assertEqual(lie["sub_mch_id"], "1900000009")

    def test_merchant_must_be_named_and_be_the_providers(self):
        which = {"out_trade_no": self.new_number()}
        self.refused("LACK_PARAMS", QUERY, which, self.ACCOUNT)
        self.refused("MCHID_NOT_EXIST", QUERY, dict(which, sub_mch_id="1900000003"), self.ACCOUNT)
        self.refused("APPID_MCHID_NOT_MATCH", QUERY, dict(which, sub_mch_id="1900000021", sub_appid="wx1"),
                     self.ACCOUNT)
        self.refused("INVALID_REQUEST", QUERY, dict(which, sub_mch_id="1900000021"))


class Coupons(CodeTest):
    def test_order_paid_with_two_coupons_has_indexed_members(self):
        paid = self.paid_order(total=1000, goods_tag="COUPON")
        self.assertEqual({name: value for name, value in paid.items() if "coupon" in name},
                         {"coupon_fee": "2", "coupon_count": "2", "coupon_type_0": "CASH", "coupon_id_0": "10000",
                          "coupon_fee_0": "1", "coupon_type_1": "NO_CASH", "coupon_id_1": "10001",
                          "coupon_fee_1": "1"})
        self.assertEqual((paid["total_fee"], paid["settlement_total_fee"], paid["cash_fee"]), ("1000", "999", "998"))


if __name__ == "__main__":
    unittest.main()
