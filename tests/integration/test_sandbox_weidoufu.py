# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sandbox's weidoufu against a client that shares no code with it."""

import hashlib
import hmac
import json
import re
import secrets
import unittest

from gateway_client import GatewayTest, weidoufu_sign


class Weidoufu(GatewayTest):
    def test_wechat_order_gets_the_cashier_parameters(self):
        fields = self.weidoufu_fields()
        answer = self.weidoufu_post(fields).json()
        self.assertEqual((answer["code"], answer["message"]), (1, "成功"))
        self.assertEqual(answer["data"]["out_order_no"], fields["out_order_no"])
        jsapi = answer["data"]["jsapi"]
        self.assertEqual(set(jsapi), {"app_id", "timestamp", "nonce_str", "package", "sign_type", "pay_sign"})
        self.assertEqual(jsapi["sign_type"], "MD5")
        self.assertRegex(jsapi["package"], "^prepay_id=wx")
        self.assertRegex(jsapi["pay_sign"], "^[0-9A-F]{32}$")
        self.assertRegex(jsapi["timestamp"], "^[0-9]{10}$")

    def test_alipay_order_gets_a_trade_number_also_from_a_form(self):
        fields = self.weidoufu_fields(pay_type=2, openid=None, buyer_id="2088102146225135")
        answer = self.weidoufu_post(fields, form=True).json()
        self.assertEqual(answer["code"], 1, answer)
        self.assertEqual(set(answer["data"]["jsapi"]), {"trade_no"})

    def test_same_number_is_the_same_order_or_refused(self):
        fields = self.weidoufu_fields()
        first = self.weidoufu_post(fields).json()
        self.assertEqual(self.weidoufu_post(fields).json(), first)
        changed = self.weidoufu_post(dict(fields, total_fee=1991)).json()
        self.assertEqual((changed["code"], changed["data"]["jsapi"]), (0, ""))

    def test_wrong_signature_is_refused_and_explained(self):
        fields = self.weidoufu_fields()
        good = weidoufu_sign(fields, self.text("weidoufu-secret-key"))
        for sign in (good.lower(), "0" * 32, "short"):
            answer = self.weidoufu_post(fields, sign=sign).json()
            self.assertEqual((answer["code"], answer["message"], answer["data"]["jsapi"]), (0, "签名错误", ""))
        self.assertTrue(self.program.logged("lower case"))
        self.assertTrue(self.program.logged("&out_order_no=%s&" % fields["out_order_no"]))
        altered = dict(fields, total_fee=1, sign=good)
        self.assertEqual(self.weidoufu_post(altered, sign=good).json()["message"], "签名错误")
        self.assertEqual(self.program.request("GET",
                                              "/pay/query?out_order_no=" + fields["out_order_no"]).json()["code"], 0)

    def test_every_field_rule(self):
        for name in ("body", "out_order_no", "pay_type", "total_fee", "notify_url"):
            self.assertIn(name, self.weidoufu_refused(**{name: None}))
        for name, value in (("out_order_no", "A" * 17), ("out_order_no", "A" * 33), ("out_order_no", "A" * 17 + "-"),
                            ("total_fee", 0), ("total_fee", 1000000000), ("total_fee", -1), ("total_fee", "1e2"),
                            ("total_fee", "01"), ("total_fee", 1.5), ("pay_type", 3), ("body", "字" * 33),
                            ("attach", "a" * 129), ("openid", "o" * 33), ("ledger", "[]"), ("ledger", "{}"),
                            ("ledger", '[{"amount":1.5,"sub_mch_no":"m"}]'),
                            ("notify_url", "http://127.0.0.1/" + "n" * 112)):
            self.assertIn(name, self.weidoufu_refused(**{name: value}), (name, value))
        self.assertIn("openid", self.weidoufu_refused(openid=None))
        self.assertIn("buyer_id", self.weidoufu_refused(pay_type=2, openid=None))
        self.assertIn("exclude", self.weidoufu_refused(buyer_id="2088"))
        self.assertIn("access_key", self.weidoufu_refused(access_key="x" * 32))

    def test_limits_themselves_are_accepted(self):
        for more in ({"out_order_no": secrets.token_hex(9)}, {"out_order_no": secrets.token_hex(16)},
                     {"total_fee": 999999999},
                     {"total_fee": 1}, {"body": "字" * 32}, {"attach": "a" * 128}, {"openid": "o" * 32},
                     {"ledger": '[{"amount":1,"sub_mch_no":"m"}]'}, {"total_fee": "5"}):
            answer = self.weidoufu_post(self.weidoufu_fields(**more)).json()
            self.assertEqual(answer["code"], 1, (more, answer))

    def test_query_has_the_odd_shape(self):
        fields = self.weidoufu_fields()
        created = self.weidoufu_post(fields).json()["data"]
        by_number = self.program.request("GET", "/pay/query?out_order_no=" + fields["out_order_no"]).json()
        self.assertEqual((by_number["code"], by_number["status"]), (1, "success"))
        self.assertNotIn("message", by_number)
        self.assertIn("message", by_number["data"])
        self.assertEqual((by_number["data"]["notify"], by_number["data"]["status"]), (1, 1))
        self.assertEqual(self.program.request("GET", "/pay/query?mch_trade_no=" + created["mch_trade_no"]).json(),
                         by_number)
        self.pay(fields["out_order_no"])
        paid = self.program.request("GET", "/pay/query?out_order_no=" + fields["out_order_no"]).json()["data"]
        self.assertEqual((paid["notify"], paid["status"]), (2, 2))

    def test_notification_is_signed_as_sent(self):
        fields = self.weidoufu_fields()
        self.weidoufu_post(fields)
        self.assertEqual(self.pay(fields["out_order_no"], account="weidoufu"),
                         {"paid": True, "notified": True, "status": 200, "reply": "success"})
        body = self.merchant.wait(1)[0][1].decode()
        match = re.fullmatch(r'\{"content":(\{.*\}),"sign":"([0-9A-F]{32})"\}', body)
        inner = hmac.new(self.text("weidoufu-secret-key").encode(), match[1].encode(), hashlib.sha256).hexdigest()
        self.assertEqual(hashlib.md5(inner.encode()).hexdigest().upper(), match[2])
        content = json.loads(match[1])
        self.assertEqual((content["out_order_no"], content["total_fee"], content["attach"], content["trade_type"],
                          content["pay_type"], content["status"]),
                         (fields["out_order_no"], 1990, "{test:'test1_params'}", 9, 1, 2))
        self.assertRegex(content["pay_time"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")

    def test_refused_notification_shows_in_query_and_repeats_the_same_event(self):
        fields = self.weidoufu_fields()
        self.weidoufu_post(fields)
        self.merchant.answer = (500, b"fail")
        self.assertEqual(self.pay(fields["out_order_no"]),
                         {"paid": True, "notified": False, "status": 500, "reply": "fail"})
        state = self.program.request("GET", "/pay/query?out_order_no=" + fields["out_order_no"]).json()["data"]
        self.assertEqual((state["notify"], state["status"]), (3, 2))
        self.merchant.answer = (200, b"success")
        self.assertTrue(self.pay(fields["out_order_no"])["notified"])
        first, second = self.merchant.wait(2)
        self.assertEqual(first[1], second[1])
        paid_already = self.weidoufu_post(fields).json()
        self.assertEqual(paid_already["code"], 0)

    def test_weidoufu_faults(self):
        fields = self.weidoufu_fields()
        self.program.fault("weidoufu", "create", "wrong-order")
        self.assertNotEqual(self.weidoufu_post(fields).json()["data"]["out_order_no"], fields["out_order_no"])
        self.program.fault("weidoufu", "query", "html")
        self.assertIn(b"<html>", self.program.request("GET", "/pay/query?out_order_no=" + fields["out_order_no"]).body)
        for kind in ("bad-signature", "no-signature", "wrong-amount", "wrong-order"):
            self.merchant.pushes = []
            self.program.fault("weidoufu", "notify", kind)
            self.pay(fields["out_order_no"])
            value = json.loads(self.merchant.wait(1)[0][1])
            text = self.merchant.pushes[0][1].decode()[len('{"content":'):].partition(',"sign"')[0].rstrip()
            inner = hmac.new(self.text("weidoufu-secret-key").encode(), text.encode(), hashlib.sha256).hexdigest()
            good = value.get("sign") == hashlib.md5(inner.encode()).hexdigest().upper()
            self.assertEqual(good, kind.startswith("wrong"))
            self.assertEqual(value["content"]["total_fee"], 1991 if kind == "wrong-amount" else 1990)


if __name__ == "__main__":
    unittest.main()
