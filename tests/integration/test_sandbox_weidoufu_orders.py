# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sandbox's weidoufu beyond the mini-program: every scene, code payments, refunds, the account query."""

import base64
import json
import unittest

from gateway_client import GatewayTest, weidoufu_sign

WECHAT_CODE = "13412345678901234"  # and the digit that decides
ALIPAY_CODE = "281234567890123"
APPID = "wxd678efh567hg6787"


class SceneTest(GatewayTest):
    def scene(self, name, **more):
        fields = self.weidoufu_fields(openid=None, **more)
        answer = self.weidoufu_post(fields, path="/pay/" + name)
        self.assertEqual(answer.status, 200)
        return fields, answer.json()

    def status(self, number):
        return self.program.request("GET", "/pay/query?out_order_no=" + number).json()["data"]["status"]


class Scenes(SceneTest):
    def test_official_account_gets_what_the_mini_program_gets(self):
        for more, members in (({"openid": "oUpF8u"}, {"app_id", "timestamp", "nonce_str", "package", "sign_type",
                                                      "pay_sign"}),
                              ({"pay_type": 2, "buyer_id": "2088"}, {"trade_no"}),
                              ({"pay_type": 3}, {"trade_no"})):
            fields = dict(self.weidoufu_fields(openid=None), **more)
            answer = self.weidoufu_post(fields, path="/pay/jsapi").json()
            self.assertEqual((answer["code"], set(answer["data"]["jsapi"])), (1, members))
            self.assertNotIn("status", answer)

    def test_qr_code_comes_as_picture_and_as_address(self):
        for pay_type in (1, 2, 3):
            fields, answer = self.scene("native", pay_type=pay_type)
            self.assertEqual((answer["code"], answer["status"], answer["data"]["out_order_no"]),
                             (1, "success", fields["out_order_no"]))
            self.assertEqual(set(answer["data"]), {"mch_trade_no", "out_order_no", "qrcode", "code_url"})
            self.assertEqual(base64.b64decode(answer["data"]["qrcode"], validate=True)[:8], b"\x89PNG\r\n\x1a\n")
            self.assertTrue(answer["data"]["code_url"].startswith("http"))

    def test_h5_and_app_get_an_address(self):
        for name, more in (("mobile", {}), ("mobile", {"expire": 60, "return_url": "https://shop.example/back",
                                                        "quit_url": "https://shop.example/quit"}), ("app", {})):
            _, answer = self.scene(name, appid=APPID, **more)
            self.assertEqual((answer["code"], set(answer["data"])), (1, {"mch_trade_no", "out_order_no", "todo_url"}))

    def test_each_page_knows_its_own_fields_alone(self):
        for name, more, named in (("mobile", {}, "appid"), ("app", {}, "appid"),
                                  ("micropay", {"auth_code": WECHAT_CODE + "0"}, "notify_url"),
                                  ("native", {"appid": APPID}, "appid"),
                                  ("app", {"appid": APPID, "expire": 5}, "expire"),
                                  ("native", {"auth_code": WECHAT_CODE + "0"}, "auth_code"),
                                  ("jsapi", {"pay_type": 1}, "openid"), ("jsapi", {"pay_type": 4}, "pay_type"),
                                  ("app", {"appid": APPID, "pay_type": 3}, "pay_type"),
                                  ("mobile", {"appid": APPID, "expire": 61}, "expire"),
                                  ("mobile", {"appid": APPID, "expire": 0}, "expire"),
                                  ("native", {"notify_url": None}, "notify_url"), ("native", {"mchid": "1"}, "mchid")):
            _, answer = self.scene(name, **more)
            message = answer.get("message", answer.get("msg"))
            self.assertIn(named, message, (name, more))

    def test_failure_is_written_as_the_page_prints_it(self):
        self.assertEqual(set(self.scene("native", body=None)[1]), {"code", "message", "status", "data"})
        self.assertEqual(self.scene("native", body=None)[1]["data"], {})
        self.assertEqual(self.scene("jsapi", body=None)[1]["data"]["jsapi"], "")
        answer = self.scene("micropay", body=None, notify_url=None)[1]
        self.assertEqual((set(answer), answer["return_code"]), ({"return_code", "msg"}, 0))

    def test_notification_names_the_scene(self):
        for name, more, trade_type in (("native", {}, 2), ("mobile", {"appid": APPID}, 6), ("app", {"appid": APPID}, 4),
                                       ("jsapi", {"pay_type": 3}, 3)):
            self.merchant.pushes = []
            fields, _ = self.scene(name, **more)
            self.assertTrue(self.pay(fields["out_order_no"])["notified"])
            content = json.loads(self.merchant.wait(1)[0][1])["content"]
            self.assertEqual((content["trade_type"], content["pay_type"]), (trade_type, fields["pay_type"]))

    def test_same_number_for_another_scene_is_another_order(self):
        fields, _ = self.scene("native")
        answer = self.weidoufu_post(dict(fields, appid=APPID), path="/pay/app").json()
        self.assertEqual(answer["code"], 0)

    def test_older_page_of_queries_takes_the_gateway_s_number_alone(self):
        fields, answer = self.scene("native")
        number = answer["data"]["mch_trade_no"]
        self.assertEqual(self.program.request("GET", "/pay/check?mch_trade_no=" + number).json()["data"]["status"], 1)
        other = self.program.request("GET", "/pay/check?out_order_no=" + fields["out_order_no"]).json()
        self.assertEqual(other["code"], 0)


class CodePayments(SceneTest):
    def charge(self, code, **more):
        return self.scene("micropay", notify_url=None, auth_code=code, **more)

    def test_code_that_pays_pays_at_once(self):
        for code, pay_type in ((WECHAT_CODE + "0", 1), (ALIPAY_CODE + "5", 2), (ALIPAY_CODE + "123456780", 2)):
            fields, answer = self.charge(code, pay_type=pay_type)
            self.assertEqual((answer["code"], set(answer["data"])), (1, {"mch_trade_no", "out_order_no"}), answer)
            self.assertEqual(self.status(fields["out_order_no"]), 2)
            again = self.weidoufu_post(fields, path="/pay/micropay").json()
            self.assertEqual((again["return_code"], again["msg"]), (0, "订单已支付"))
        self.assertEqual(self.merchant.pushes, [])

    def test_code_is_the_wallet_s(self):
        for code, pay_type in (("1341234567890123", 1), (WECHAT_CODE + "00", 1), ("16" + "0" * 16, 1),
                               ("09" + "0" * 16, 1),
                               (WECHAT_CODE + "0", 2), (ALIPAY_CODE, 2), (ALIPAY_CODE + "0" * 10, 2),
                               ("31" + "0" * 16, 2), ("1341234567890123x0", 1)):
            _, answer = self.charge(code, pay_type=pay_type)
            self.assertIn("auth_code", answer["msg"], code)

    def test_buyer_who_must_type_his_password_pays_later(self):
        fields, answer = self.charge(WECHAT_CODE + "6")
        self.assertEqual(answer["return_code"], 0)
        self.assertEqual(self.status(fields["out_order_no"]), 1)
        self.assertTrue(self.pay(fields["out_order_no"])["paid"])
        self.assertEqual(self.status(fields["out_order_no"]), 2)

    def test_refused_code_ends_the_order(self):
        for digit in "89":
            fields, answer = self.charge(WECHAT_CODE + digit)
            self.assertEqual(answer["return_code"], 0)
            self.assertEqual(self.status(fields["out_order_no"]), 3)


class Refunds(GatewayTest):
    def paid(self, total=1000):
        fields = self.weidoufu_fields(total_fee=total)
        created = self.weidoufu_post(fields).json()["data"]
        self.pay(fields["out_order_no"])
        return fields["out_order_no"], created["mch_trade_no"]

    def refund(self, **more):
        fields = {"access_key": self.config["account weidoufu"]["access-key"], "refund_fee": 100}
        fields.update(more)
        answer = self.weidoufu_post({name: value for name, value in fields.items() if value is not None},
                                    path="/pay/refund")
        self.assertEqual(answer.status, 200)
        return answer.json()

    def accepted(self, number):
        rows = self.program.request("GET", "/sandbox/requests").json()["requests"]
        wanted = ("refund", number, "ok")
        return [one for one in rows if (one["operation"], one["out_trade_no"], one["verdict"]) == wanted]

    def test_refund_tells_order_and_amounts(self):
        number, gateway_no = self.paid()
        for more in ({"out_order_no": number}, {"mch_trade_no": gateway_no}):
            self.assertEqual(self.refund(**more), {
                "code": 1, "message": "成功", "status": "success",
                "data": {"mch_trade_no": gateway_no, "out_order_no": number, "refund_fee": 100, "total_fee": 1000}})

    def test_repetition_is_another_refund(self):
        number, _ = self.paid(total=250)
        self.assertEqual([self.refund(out_order_no=number)["code"] for _ in range(3)], [1, 1, 0])
        self.assertEqual(self.refund(out_order_no=number, refund_fee=50)["code"], 1)
        self.assertEqual(self.refund(out_order_no=number, refund_fee=1)["message"], "退款金额超过可退金额")
        self.assertEqual(len(self.accepted(number)), 3)

    def test_ten_refunds_are_the_most(self):
        number, _ = self.paid()
        answers = [self.refund(out_order_no=number, refund_fee=1) for _ in range(11)]
        self.assertEqual([one["code"] for one in answers], [1] * 10 + [0])
        self.assertEqual(answers[-1]["message"], "退款次数超过限制")

    def test_refusals(self):
        number, gateway_no = self.paid()
        for more, named in (({"out_order_no": number, "mch_trade_no": gateway_no}, "exactly one"), ({}, "exactly one"),
                            ({"out_order_no": number, "refund_fee": None}, "refund_fee"),
                            ({"out_order_no": number, "refund_fee": 0}, "refund_fee"),
                            ({"out_order_no": number, "refund_fee": "1e1"}, "refund_fee"),
                            ({"out_order_no": number, "out_refund_no": "R1"}, "out_refund_no"),
                            ({"out_order_no": "T" * 18}, "订单不存在"),
                            ({"out_order_no": number, "access_key": "x"}, "access_key")):
            answer = self.refund(**more)
            self.assertEqual((answer["code"], answer["status"], answer["data"]), (0, "fail", {}))
            self.assertIn(named, answer["message"], more)
        unpaid = self.weidoufu_fields()
        self.weidoufu_post(unpaid)
        self.assertEqual(self.refund(out_order_no=unpaid["out_order_no"])["message"], "订单未支付")
        self.assertEqual(self.accepted(number), [])

    def test_signature_covers_the_refund(self):
        number, _ = self.paid()
        fields = {"access_key": self.config["account weidoufu"]["access-key"], "refund_fee": 1, "out_order_no": number}
        good = weidoufu_sign(fields, self.text("weidoufu-secret-key"))
        answer = self.weidoufu_post(dict(fields, refund_fee=1000), sign=good, path="/pay/refund").json()
        self.assertEqual((answer["code"], answer["message"]), (0, "签名错误"))

    def test_answer_that_is_lost_has_been_obeyed(self):
        number, _ = self.paid()
        self.program.fault("weidoufu", "refund", "http-502")
        fields = {"access_key": self.config["account weidoufu"]["access-key"], "refund_fee": 600,
                  "out_order_no": number}
        self.assertEqual(self.weidoufu_post(fields, path="/pay/refund").status, 502)
        self.assertEqual(self.refund(out_order_no=number, refund_fee=600)["code"], 0)

    def test_lies(self):
        number, _ = self.paid()
        self.program.fault("weidoufu", "refund", "wrong-order")
        self.assertNotEqual(self.refund(out_order_no=number)["data"]["out_order_no"], number)
        self.program.fault("weidoufu", "refund", "wrong-amount")
        self.assertEqual(self.refund(out_order_no=number)["data"]["refund_fee"], 101)

    def test_account_query_answers_an_empty_text(self):
        fields = {"access_key": self.config["account weidoufu"]["access-key"], "receiver_code": "BK20200101"}
        answer = self.weidoufu_post(fields, path="/funds/query").json()
        self.assertEqual(answer, {"code": 1, "message": "成功", "data": ""})
        for code in (None, "XX1", "BK" + "1" * 31):
            wrong = {name: value for name, value in dict(fields, receiver_code=code).items() if value is not None}
            self.assertIn("receiver_code", self.weidoufu_post(wrong, path="/funds/query").json()["message"])


if __name__ == "__main__":
    unittest.main()
