# SPDX-License-Identifier: LGPL-2.1-or-later
"""The aggregator's sealed calls against hashlib, cryptography's RSA and Python's whole numbers."""

import base64
import json
import unittest
import urllib.parse

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding

from sandbox_client import SandboxTest
from test_sandbox_aggregator import IDENTITY, recover, sign

GATEWAY = "showdoc-aggregator"
ACCOUNT = "showdoc-aggregator-sealed"
CREATE = "/api/vborder/qrorder/standard/create"
EBANK = "/api/vborder/ebank/standard/create"
QUERY = "/api/vborder/order/standard/qrcodeQuery"
CLOSE = "/api/vborder/order/standard/qrcodeClose"
REFUND = "/api/vborder/order/standard/refund"
REFUND_QUERY = "/api/vborder/order/standard/refundQuery"
BLOCK = 245  # 256 bytes of cipher text less the padding's eleven


class SealedTest(SandboxTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.config["account " + ACCOUNT]
        cls.key = serialization.load_pem_public_key(cls.text("aggregator-public-key.pem").encode())
        cls.sign_key = cls.text("aggregator-sealed-sign-key")

    def setUp(self):
        super().setUp()
        self.merchant.answer = (200, b"OK")
        self.switch(answer_shape="object", sealed_notifications=True)

    def switch(self, status=200, **more):
        self.assertEqual(self.program.control("aggregator", more).status, status, more)

    def seal(self, plain):
        blocks = [plain[at:at + BLOCK] for at in range(0, len(plain), BLOCK)]
        return base64.b64encode(b"".join(self.key.encrypt(one, padding.PKCS1v15()) for one in blocks)).decode()

    def post(self, path, body, content_type="application/json"):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.program.request("POST", path, body, {"Content-Type": content_type})

    def send(self, path, fields, **changed):
        """The envelope around the fields and their sign."""
        fields = {name: value for name, value in fields.items() if value is not None}
        fields.setdefault("sign", sign(fields, self.sign_key))
        envelope = {"customerNo": self.account["customer-no"],
                    "reqmsg": self.seal(json.dumps(fields, ensure_ascii=False).encode())}
        envelope.update(changed)
        answer = self.post(path, envelope)
        self.assertEqual(answer.status, 200)
        return answer.json()

    def opened(self, answer):
        self.assertEqual((answer["code"], answer["msg"]), ("200", "操作成功"))
        plain = recover(answer["data"]["reqmsg"], self.key.public_numbers())
        self.assertIsNotNone(plain)
        return json.loads(plain)

    def call(self, path, fields, **changed):
        value = self.opened(self.send(path, fields, **changed))
        self.assertEqual(value["sign"], sign(value, self.sign_key))
        self.assertEqual(value["customerNo"], self.account["customer-no"])
        return value

    def fields(self, **more):
        fields = {"orderNo": self.new_number(), "orderAmount": "1990", "notifyUrl": self.merchant.url(),
                  "goodName": "车险保单", "insurAmount": "1990"}
        fields.update(more)
        return fields

    def made(self, path=CREATE, **more):
        fields = self.fields(**more)
        value = self.call(path, fields)
        self.assertEqual((value["errCode"], value["orderNo"]), ("0000", fields["orderNo"]))
        return fields["orderNo"], value["payUrl"]

    def state(self, number):
        return self.call(QUERY, {"orderNo": number})["payStatus"]

    def paid(self, **more):
        number, _ = self.made(**more)
        self.assertTrue(self.pay(number, account=ACCOUNT)["notified"])
        return number

    def refund(self, number, refund=None, amount="500", **more):
        return self.call(REFUND, dict({"refOrderNo": number, "orderNo": refund or self.new_number(),
                                       "refundAmount": amount, "refundAccountType": "REFUND"}, **more))


class Envelopes(SealedTest):
    def test_answer_comes_in_the_shape_that_is_asked_for(self):
        number, _ = self.made()
        for shape in ("text", "json"):
            self.switch(answer_shape=shape)
            data = self.send(QUERY, {"orderNo": number})["data"]
            self.assertIsInstance(data, str)
            sealed = data if shape == "text" else json.loads(data)["reqmsg"]
            value = json.loads(recover(sealed, self.key.public_numbers()))
            self.assertEqual((value["errCode"], value["sign"]), ("0000", sign(value, self.sign_key)))
        self.switch(status=400, answer_shape="xml")
        self.switch(status=400, sealed_notifications="yes")
        self.switch(status=400)

    def test_long_map_takes_several_blocks(self):
        fields = self.fields(paymentNos="1" * 128, unread="字" * 200)
        answer = self.send(CREATE, fields)
        self.assertGreater(len(base64.b64decode(answer["data"]["reqmsg"])), 256)
        self.assertEqual(self.opened(answer)["orderNo"], fields["orderNo"])

    def test_envelope_that_is_none_is_refused_in_clear(self):
        good = {"customerNo": self.account["customer-no"], "reqmsg": self.seal(b"{}")}
        for body in (b"", b"[]", b"{", dict(good, more="x"), {"reqmsg": good["reqmsg"]},
                     dict(good, customerNo=8000000002),
                     dict(good, customerNo="8000000001"), dict(good, customerNo="nobody")):
            answer = self.post(CREATE, body).json()
            self.assertEqual((set(answer), answer["code"]), ({"code", "msg"}, "400"), body)
        self.assertEqual(self.post(CREATE, good, "text/plain").json()["code"], "400")
        self.assertEqual(self.program.request("GET", QUERY).status, 405)
        self.assertEqual(self.post("/api/vborder/order/standard/other", good).status, 404)

    def test_seal_that_does_not_open(self):
        number = self.new_number()
        good = self.seal(json.dumps(self.fields()).encode())
        other = "A" * 343 + "="
        for reqmsg in ("", "no base64", good[:-4], good + "\n", other):
            self.assertEqual(self.call(CREATE, {"orderNo": number}, reqmsg=reqmsg)["errCode"], "1009", reqmsg)
        self.assertEqual(self.call(QUERY, {}, reqmsg=self.seal(b"[]"))["errCode"], "1003")
        self.assertEqual(self.call(QUERY, {}, reqmsg=self.seal(b'{"orderNo": 7}'))["errCode"], "1003")

    def test_sign_is_demanded_over_every_member(self):
        fields = self.fields()
        good = sign(fields, self.sign_key)
        for wrong in (good.lower(), "", "0" * 32, sign(fields, self.text("aggregator-sign-key"))):
            self.assertEqual(self.call(CREATE, dict(fields, sign=wrong))["errCode"], "1005", wrong)
        self.assertEqual(self.call(CREATE, dict(fields, orgCode="1", sign=good))["errCode"], "1005")
        self.assertEqual(self.call(CREATE, dict(fields, orderAmount="1", sign=good))["errCode"], "1005")
        self.assertEqual(self.call(CREATE, dict(fields, orgCode="", sign=good))["errCode"], "0000")
        self.assertTrue(self.program.logged("written in lower case"))


class Orders(SealedTest):
    def test_field_rules(self):
        for more, named in (({"orderNo": None}, "orderNo"), ({"orderNo": "1" * 65}, "orderNo"),
                            ({"orderAmount": None}, "orderAmount"), ({"orderAmount": "0"}, "orderAmount"),
                            ({"orderAmount": "19.9"}, "orderAmount"), ({"orderAmount": "100000000000"}, "orderAmount"),
                            ({"orderAmount": "-1"}, "orderAmount"), ({"insurAmount": "x"}, "insurAmount"),
                            ({"notifyUrl": None}, "notifyUrl"), ({"notifyUrl": "https://shop.example/n"}, "notifyUrl"),
                            ({"orgCode": "1" * 33}, "orgCode"), ({"goodName": "字" * 65}, "goodName"),
                            ({"customerNo": "8000000001"}, "customerNo")):
            for path in (CREATE, EBANK):
                value = self.call(path, self.fields(**more))
                self.assertEqual(value["errCode"], "1003", more)
                self.assertIn(named, value["errMsg"])

    def test_link_leads_to_the_plain_call_and_the_order_is_one(self):
        number, link = self.made()
        parts = urllib.parse.urlsplit(link)
        params = dict(urllib.parse.parse_qsl(parts.query))
        self.assertEqual(params["payUrl"], self.program.ready["endpoint"] + "/mp/order")
        self.assertEqual(self.state(number), "PROCESSING")
        cashier = self.post("/mp/order", {"payInfo": params["payInfo"], "identifyId": IDENTITY}).json()
        self.assertEqual((cashier["code"], cashier["data"]["signType"]), ("200", "RSA"))
        self.assertTrue(self.pay(number, account=ACCOUNT)["notified"])
        self.assertEqual(self.state(number), "SUCCESS")
        again = self.post("/mp/order", {"payInfo": params["payInfo"], "identifyId": IDENTITY}).json()
        self.assertEqual(again, {"msg": "订单已支付成功", "code": "400"})

    def test_closed_order_opens_no_cashier(self):
        number, link = self.made()
        for _ in range(2):
            value = self.call(CLOSE, {"orderNo": number})
            self.assertEqual((value["errCode"], value["status"], value["orderNo"]), ("0000", "CLOSE", number))
        self.assertEqual(self.state(number), "CLOSE")
        info = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(link).query))["payInfo"]
        self.assertEqual(self.post("/mp/order", {"payInfo": info, "identifyId": IDENTITY}).json()["code"], "400")
        self.assertEqual(self.program.control("pay", {"out_trade_no": number}).status, 409)

    def test_number_is_one_order(self):
        fields = self.fields()
        first = self.call(CREATE, fields)
        self.assertEqual(self.call(CREATE, fields), first)
        self.assertEqual(self.call(CREATE, dict(fields, orderAmount="1991"))["errCode"], "2107")
        self.assertEqual(self.call(EBANK, fields)["errCode"], "2107")
        self.pay(fields["orderNo"])
        self.assertEqual(self.call(CREATE, fields)["errCode"], "2101")
        self.assertEqual(self.call(CLOSE, {"orderNo": fields["orderNo"]})["errCode"], "2101")
        closed = self.fields()
        self.call(CREATE, closed)
        self.call(CLOSE, {"orderNo": closed["orderNo"]})
        self.assertEqual(self.call(CREATE, closed)["errCode"], "3101")

    def test_number_that_is_none(self):
        for path in (QUERY, CLOSE, REFUND_QUERY):
            self.assertEqual(self.call(path, {"orderNo": "nobody"})["errCode"], "2106")
            self.assertEqual(self.call(path, {"orgCode": "1"})["errCode"], "1003")
        self.assertEqual(self.refund("nobody")["errCode"], "2106")

    def test_query_tells_amount_and_goods(self):
        number, _ = self.made(goodNo="G1")
        value = self.call(QUERY, {"orderNo": number})
        self.assertEqual((value["orderAmount"], value["goodNo"], value["goodName"]), ("1990", "G1", "车险保单"))
        self.assertNotIn("checkStatus", value)

    def test_ebank_order_has_an_address_and_a_second_status(self):
        number, link = self.made(EBANK)
        self.assertIn("/ebank/", link)
        self.assertTrue(self.pay(number, account=ACCOUNT)["notified"])
        value = self.call(QUERY, {"orderNo": number})
        self.assertEqual((value["payStatus"], value["checkStatus"]), ("SUCCESS", "SUCCESS"))
        self.assertEqual(self.notified()["checkStatus"], "SUCCESS")

    def notified(self):
        value = json.loads(self.merchant.wait(1)[0][1])
        return json.loads(recover(value["reqmsg"], self.key.public_numbers())) if "reqmsg" in value else value

    def test_notification_is_sealed_or_plain(self):
        for sealed in (True, False):
            self.merchant.pushes = []
            self.switch(sealed_notifications=sealed)
            number = self.paid()
            self.assertEqual("reqmsg" in json.loads(self.merchant.pushes[0][1]), sealed)
            value = self.notified()
            self.assertEqual((value["orderNo"], value["orderAmount"], value["payStatus"], value["sign"]),
                             (number, "1990", "SUCCESS", sign(value, self.sign_key)))


class Refunds(SealedTest):
    def test_refund_is_accepted_then_done_then_told(self):
        number = self.paid()
        refund = self.new_number()
        value = self.refund(number, refund)
        self.assertEqual((value["errCode"], value["refundStatus"], value["refOrderNo"], value["orderNo"],
                          value["refundAmount"]), ("0000", "PROCESSING", number, refund, "500"))
        self.assertEqual(self.call(REFUND_QUERY, {"orderNo": refund})["refundStatus"], "PROCESSING")
        self.merchant.pushes = []
        done = self.program.control("refund", {"account": ACCOUNT, "out_refund_no": refund, "result": "success"})
        self.assertEqual(done.status, 200, done.body)
        self.assertEqual(self.call(REFUND_QUERY, {"orderNo": refund})["refundStatus"], "SUCCESS")
        told = json.loads(recover(json.loads(self.merchant.wait(1)[0][1])["reqmsg"], self.key.public_numbers()))
        self.assertEqual({name: told[name] for name in ("customerNo", "refOrderNo", "orderNo", "refundAmount",
                                                        "refundStatus")},
                         {"customerNo": self.account["customer-no"], "refOrderNo": number, "orderNo": refund,
                          "refundAmount": "500", "refundStatus": "SUCCESS"})
        self.assertRegex(told["refundTime"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        self.assertEqual(told["sign"], sign(told, self.sign_key))

    def test_number_is_one_refund(self):
        number = self.paid()
        refund = self.new_number()
        first = self.refund(number, refund)
        self.assertEqual(self.refund(number, refund), first)
        self.assertEqual(self.refund(number, refund, amount="501")["errCode"], "2107")
        self.assertEqual(self.refund(number, amount="1490")["errCode"], "0000")
        self.assertEqual(self.refund(number, amount="1")["errCode"], "3103")

    def test_only_what_was_paid_is_refunded(self):
        number, _ = self.made()
        self.assertEqual(self.refund(number)["errCode"], "3103")
        paid = self.paid()
        self.assertEqual(self.refund(paid, amount="1991")["errCode"], "3103")
        self.assertEqual(self.refund(paid, amount="0")["errCode"], "1003")
        self.assertEqual(self.refund(paid, refundAccountType="OTHER")["errCode"], "1008")
        self.assertEqual(self.refund(paid, refundAccountType="RECEIPT")["errCode"], "0000")

    def test_refund_that_fails_gives_the_money_back_to_the_order(self):
        number = self.paid()
        refund = self.new_number()
        self.refund(number, refund, amount="1990")
        self.program.control("refund", {"account": ACCOUNT, "out_refund_no": refund, "result": "closed"})
        self.assertEqual(self.call(REFUND_QUERY, {"orderNo": refund})["refundStatus"], "FAIL")
        self.assertEqual(self.refund(number, amount="1990")["errCode"], "0000")


class Faults(SealedTest):
    def test_lies_are_sealed_and_signed(self):
        number = self.paid()
        refund = self.new_number()
        self.refund(number, refund)
        for operation, path, own in (("query", QUERY, number), ("query-refund", REFUND_QUERY, refund)):
            fields = {"orderNo": own}
            good = self.call(path, fields)
            for kind, member in (("wrong-order", "orderNo" if operation == "query" else "refOrderNo"),
                                 ("wrong-amount", "orderAmount" if operation == "query" else "refundAmount"),
                                 ("wrong-mchid", "customerNo")):
                self.program.fault(GATEWAY, operation, kind)
                value = self.opened(self.send(path, fields))
                self.assertEqual(value["sign"], sign(value, self.sign_key))
                self.assertEqual([name for name in good if name != "sign" and good[name] != value[name]], [member])

    def test_bad_seals_and_signs(self):
        number, _ = self.made()
        for kind in ("no-signature", "bad-signature", "unknown-serial", "bad-padding"):
            self.program.fault(GATEWAY, "query", kind)
            answer = self.send(QUERY, {"orderNo": number})
            plain = recover(answer["data"]["reqmsg"], self.key.public_numbers())
            self.assertEqual(plain is None, kind in ("unknown-serial", "bad-padding"), kind)
            if plain is not None:
                value = json.loads(plain)
                self.assertNotEqual(value.get("sign"), sign(value, self.sign_key))

    def test_processing_and_system_error(self):
        number, _ = self.made()
        self.program.fault(GATEWAY, "close", "processing")
        self.assertEqual(self.call(CLOSE, {"orderNo": number})["status"], "FAIL")
        self.assertEqual(self.state(number), "PROCESSING")
        self.program.fault(GATEWAY, "close", "system-error")
        self.assertEqual(self.call(CLOSE, {"orderNo": number})["errCode"], "1001")
        self.assertEqual(self.state(number), "PROCESSING")

    def test_traffic_names_order_and_refund(self):
        number = self.paid()
        refund = self.new_number()
        self.refund(number, refund)
        rows = self.program.request("GET", "/sandbox/requests").json()["requests"]
        last = rows[-1]
        self.assertEqual((last["gateway"], last["account"], last["operation"], last["out_trade_no"],
                          last["out_refund_no"]),
                         (GATEWAY, ACCOUNT, "refund", number, refund))


if __name__ == "__main__":
    unittest.main()
