# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox as the showdoc aggregator, against hashlib and RSA done with Python's whole numbers."""

import base64
import hashlib
import http.client
import json
import unittest
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from sandbox_client import Program, SandboxTest

GATEWAY = "showdoc-aggregator"
IDENTITY = "0e1OCv1w3SXUT13aMD0w3ZASFJ3OCv1c"
PAID = {"msg": "订单已支付成功", "code": "400"}


def sign(fields, key):
    pairs = ["%s=%s" % (name, fields[name]) for name in sorted(fields) if name != "sign" and fields[name] != ""]
    return hashlib.md5(("&".join(pairs) + "&key=" + key).encode()).hexdigest().upper()


def recover(sealed, numbers):
    """The plaintext behind PKCS#1 blocks of type 1, or None for any other padding."""
    size = (numbers.n.bit_length() + 7) // 8
    data = base64.b64decode(sealed, validate=True)
    plain = b""
    for start in range(0, len(data), size):
        block = pow(int.from_bytes(data[start:start + size], "big"), numbers.e, numbers.n).to_bytes(size, "big")
        filled, _, text = block[2:].partition(b"\0")
        if block[:2] != b"\0\1" or len(filled) < 8 or filled.strip(b"\xff"):
            return None
        plain += text
    return plain


class OwnTools(unittest.TestCase):
    def test_sign_gives_the_reference_s_digest(self):
        # vector agg-sign-derived: the inferred form `&key=`, in capitals
        fields = {"orderNo": "T20230101000001", "orderAmount": "100", "insurAmount": "100",
                  "notifyUrl": "https://example.com/notify", "paymentNos": "", "orgCode": ""}
        self.assertEqual(sign(fields, "0123456789ABCDEF0123456789ABCDEF"), "ED23BA9B2EDED924D807E1377F5BEC96")


class AggregatorTest(SandboxTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.config["account " + GATEWAY]
        pem = cls.text("aggregator-public-key.pem").encode()
        cls.public = serialization.load_pem_public_key(pem).public_numbers()

    def setUp(self):
        super().setUp()
        self.merchant.answer = (200, b"OK")

    def command(self, **more):
        command = {"account": GATEWAY, "out_trade_no": self.new_number(), "total": 1990, "wallet": "wechat",
                   "notify_url": self.merchant.url()}
        command.update(more)
        return {name: value for name, value in command.items() if value is not None}

    def jump(self, **more):
        command = self.command(**more)
        answer = self.program.control("jump", command)
        self.assertEqual(answer.status, 200, answer.body)
        return command["out_trade_no"], answer.json()

    def post(self, fields, form=False):
        if form:
            return self.program.request("POST", "/mp/order", urllib.parse.urlencode(fields).encode(),
                                        {"Content-Type": "application/x-www-form-urlencoded"})
        return self.program.request("POST", "/mp/order", json.dumps(fields).encode(),
                                    {"Content-Type": "application/json;charset=UTF-8"})

    def order(self, pay_info, **more):
        answer = self.post(dict({"payInfo": pay_info, "identifyId": IDENTITY}, **more))
        self.assertEqual(answer.status, 200)
        return answer.json()

    def refused(self, answer):
        self.assertEqual(answer.status, 200)
        value = answer.json()
        self.assertEqual((set(value), value["code"]), ({"code", "msg"}, "400"))
        self.assertNotEqual(value, PAID)
        return value["msg"]

    def is_true(self, fields):
        return fields.get("sign") == sign(fields, self.text("aggregator-sign-key"))

    def notified(self, index=0):
        """The flat fields of a notification, opened where it is sealed."""
        value = json.loads(self.merchant.wait(index + 1)[index][1])
        if "reqmsg" not in value:
            return value
        self.assertEqual(set(value), {"customerNo", "reqmsg"})
        plain = recover(value["reqmsg"], self.public)
        return None if plain is None else json.loads(plain)


class Orders(AggregatorTest):
    def test_jump_hands_out_address_and_pay_info(self):
        number, jump = self.jump()
        self.assertEqual(set(jump), {"url", "pay_info"})
        self.assertEqual(jump["url"], "http://127.0.0.1:%d/mp/order" % self.program.port)
        self.assertLessEqual(len(jump["pay_info"]), 1024)
        # a form that does not escape these loses them
        for character in "+/=":
            self.assertIn(character, jump["pay_info"])
        self.assertNotIn(number, jump["pay_info"])
        self.assertNotEqual(self.jump()[1]["pay_info"], jump["pay_info"])

    def test_jump_refuses_nonsense(self):
        for more in ({"account": None}, {"account": "weidoufu"}, {"out_trade_no": None}, {"out_trade_no": "1" * 65},
                     {"total": None}, {"total": 0}, {"total": "1990"}, {"total": 19.9}, {"total": 100000000000},
                     {"wallet": None}, {"wallet": "unionpay"}, {"notify_url": None},
                     {"notify_url": "https://shop.example/notify"}, {"subject": ""}, {"subject": "字" * 65},
                     {"sealed": "yes"}, {"sealed": 1}):
            answer = self.program.control("jump", self.command(**more))
            self.assertEqual(answer.status, 400, more)
            name = list(more)[0]
            self.assertIn(name, answer.json()["error"])

    def test_same_number_is_the_same_order_or_refused(self):
        number, first = self.jump()
        self.assertEqual(self.jump(out_trade_no=number)[1], first)
        for more in ({"total": 1991}, {"wallet": "alipay"}, {"sealed": True}, {"subject": "another"}):
            answer = self.program.control("jump", self.command(out_trade_no=number, **more))
            self.assertEqual(answer.status, 409, more)

    def test_wechat_order_gets_what_opens_the_cashier(self):
        number, jump = self.jump()
        answer = self.order(jump["pay_info"])
        self.assertEqual((answer["code"], answer["msg"]), ("200", "操作成功"))
        data = answer["data"]
        self.assertEqual(set(data), {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign", "codeUrl"})
        self.assertEqual((data["signType"], data["codeUrl"], len(data["paySign"])), ("RSA", None, 344))
        self.assertRegex(data["package"], "^prepay_id=wx[0-9]{14}[0-9a-f]{20}$")
        self.assertRegex(data["timeStamp"], "^[0-9]{10}$")
        self.assertRegex(data["nonceStr"], "^[0-9a-f]{32}$")
        text = "%(appId)s\n%(timeStamp)s\n%(nonceStr)s\n%(package)s\n" % data
        key = serialization.load_pem_private_key(self.text("merchant-key.pem").encode(), None).public_key()
        key.verify(base64.b64decode(data["paySign"], validate=True), text.encode(), padding.PKCS1v15(),
                   hashes.SHA256())
        self.assertEqual(self.program.control("check-paysign", data).json(), {"valid": True})
        shown = self.program.request("GET", "/sandbox/orders/" + number).json()
        self.assertEqual((shown["account"], shown["total"], shown["wallet"], shown["payer"], shown["state"]),
                         (GATEWAY, 1990, "wechat", IDENTITY, "open"))

    def test_alipay_order_gets_a_trade_number(self):
        _, jump = self.jump(wallet="alipay")
        answer = self.order(jump["pay_info"])
        self.assertEqual((answer["code"], set(answer["data"])), ("200", {"tradeNo", "codeUrl"}))
        self.assertRegex(answer["data"]["tradeNo"], "^[0-9]{28}$")
        self.assertIsNone(answer["data"]["codeUrl"])

    def test_form_and_code_are_taken_too(self):
        _, jump = self.jump()
        for form in (False, True):
            answer = self.post({"payInfo": jump["pay_info"], "code": "a+b/c="}, form=form).json()
            self.assertEqual(answer["code"], "200", answer)
        self.assertEqual(self.program.request("GET", "/sandbox/orders").json()["orders"][0]["payer"],
                         "openid-of-a+b/c=")

    def test_repeat_opens_the_same_cashier_with_a_fresh_signature(self):
        _, jump = self.jump()
        first, second = self.order(jump["pay_info"])["data"], self.order(jump["pay_info"])["data"]
        self.assertEqual(first["package"], second["package"])
        self.assertNotEqual(first["nonceStr"], second["nonceStr"])
        other = self.order(jump["pay_info"], identifyId="another")["data"]
        self.assertNotEqual(first["package"], other["package"])

    def test_exactly_one_of_code_and_identify_id(self):
        _, jump = self.jump()
        info = jump["pay_info"]
        for fields in ({"payInfo": info}, {"payInfo": info, "code": IDENTITY, "identifyId": IDENTITY},
                       {"payInfo": info, "code": "", "identifyId": ""}, {"payInfo": info, "code": ""},
                       {"payInfo": info, "code": IDENTITY, "identifyId": ""},
                       {"payInfo": info, "identifyId": "i" * 65}):
            for form in (False, True):
                self.assertIn("identifyId", self.refused(self.post(fields, form=form)), fields)
        self.assertEqual(self.order(info, identifyId="i" * 64)["code"], "200")

    def test_pay_info_is_needed_as_it_was_handed_out(self):
        _, jump = self.jump()
        info = jump["pay_info"]
        for wrong in ("", info[:-1], info + "=", info.replace("+", " "), info.upper(), "x" * 1025,
                      info[:10] + ("0" if info[10] != "0" else "1") + info[11:], "v1+", "v1+/=="):
            for form in (False, True):
                self.assertIn("payInfo", self.refused(self.post({"payInfo": wrong, "identifyId": IDENTITY}, form=form)))
        self.assertIn("payInfo", self.refused(self.post({"identifyId": IDENTITY})))
        unescaped = ("payInfo=%s&identifyId=%s" % (info, IDENTITY)).encode()
        self.refused(self.program.request("POST", "/mp/order", unescaped,
                                          {"Content-Type": "application/x-www-form-urlencoded"}))

    def test_alipay_takes_no_wechat_code(self):
        _, jump = self.jump(wallet="alipay")
        self.assertIn("code", self.refused(self.post({"payInfo": jump["pay_info"], "code": IDENTITY})))

    def test_bodies_that_are_no_order_call(self):
        _, jump = self.jump()
        good = {"payInfo": jump["pay_info"], "identifyId": IDENTITY}
        text = json.dumps(good).encode()
        for body in (b"", b"[]", b"{", text[:-1] + b",}", text + b"{}", b"null", b"[" * 100000,
                     text[:-1] + b',"identifyId":"x"}'):
            self.refused(self.program.request("POST", "/mp/order", body, {"Content-Type": "application/json"}))
        for fields in (dict(good, surprise="1"), dict(good, identifyId=1), dict(good, identifyId=None),
                       dict(good, code=None)):
            self.refused(self.post(fields))
        for kind in ("text/plain", "text/xml"):
            self.refused(self.program.request("POST", "/mp/order", text, {"Content-Type": kind}))
        self.refused(self.program.request("POST", "/mp/order", text))
        twice = urllib.parse.urlencode(good).encode() + b"&identifyId=x"
        self.refused(self.program.request("POST", "/mp/order", twice,
                                          {"Content-Type": "application/x-www-form-urlencoded"}))
        self.assertEqual(self.program.request("GET", "/mp/order").status, 405)
        self.assertEqual(self.program.request("POST", "/mp/other", text).status, 404)

    def test_paid_order_says_so(self):
        number, jump = self.jump()
        self.order(jump["pay_info"])
        self.pay(number)
        self.assertEqual(self.order(jump["pay_info"]), PAID)

    def test_failed_order_is_no_paid_one(self):
        number, jump = self.jump()
        self.pay(number, result="FAIL")
        self.refused(self.post({"payInfo": jump["pay_info"], "identifyId": IDENTITY}))

    def test_faults_of_the_answer(self):
        for kind, status in (("http-500", 500), ("http-502", 502), ("http-429", 429), ("redirect", 302), ("html", 200)):
            _, jump = self.jump()
            self.program.fault(GATEWAY, "create", kind)
            answer = self.post({"payInfo": jump["pay_info"], "identifyId": IDENTITY})
            self.assertEqual(answer.status, status)
            self.assertNotIn(b"paySign", answer.body)
            self.assertEqual(self.order(jump["pay_info"])["code"], "200")
        self.program.fault(GATEWAY, "create", "system-error")
        self.assertEqual(self.order(self.jump()[1]["pay_info"]), {"msg": "系统异常", "code": "500"})
        self.program.fault(GATEWAY, "create", "no-signature")
        self.assertNotIn("paySign", self.order(self.jump()[1]["pay_info"])["data"])
        self.program.fault(GATEWAY, "create", "cut")
        with self.assertRaises(http.client.IncompleteRead):
            self.order(self.jump()[1]["pay_info"])

    def test_buyer_pays_by_himself_once_the_cashier_is_open(self):
        program = Program("--pay-after=50")
        kept, type(self).program = type(self).program, program
        try:
            number, jump = self.jump(notify_url=self.merchant.url("/early"))
            self.order(jump["pay_info"])
            self.assertEqual(json.loads(self.merchant.wait(1)[0][1])["orderNo"], number)
        finally:
            type(self).program = kept
            self.assertEqual(program.stop(), 0)


class Notifications(AggregatorTest):
    def test_notification_plain_and_sealed(self):
        for sealed in (False, True):
            for wallet in ("wechat", "alipay"):
                self.merchant.pushes = []
                number, jump = self.jump(wallet=wallet, sealed=sealed, subject="车险保单第七号")
                self.order(jump["pay_info"])
                self.assertEqual(self.pay(number, account=GATEWAY),
                                 {"paid": True, "notified": True, "status": 200, "reply": "OK"})
                headers, body = self.merchant.wait(1)[0]
                self.assertEqual(headers["Content-Type"], "application/json")
                self.assertEqual("reqmsg" in json.loads(body), sealed)
                fields = self.notified()
                self.assertTrue(self.is_true(fields))
                del fields["sign"]
                self.assertEqual(fields, {"customerNo": self.account["customer-no"], "orderNo": number, "goodNo": "",
                                          "goodName": "车险保单第七号", "orderAmount": "1990",
                                          "payStatus": "SUCCESS"})

    def test_seal_is_made_of_whole_blocks(self):
        number, jump = self.jump(sealed=True, subject="字" * 64)
        self.order(jump["pay_info"])
        self.pay(number)
        value = json.loads(self.merchant.wait(1)[0][1])
        self.assertEqual(value["customerNo"], self.account["customer-no"])
        self.assertEqual(self.public.n.bit_length(), 2048)
        # 245 bytes of text in each block of 256: this text of more than 245 takes two
        self.assertEqual(len(base64.b64decode(value["reqmsg"], validate=True)), 512)
        self.assertEqual(self.notified()["goodName"], "字" * 64)

    def test_only_the_two_letters_acknowledge(self):
        number, jump = self.jump()
        self.order(jump["pay_info"])
        for status, text in ((200, b"ok"), (200, b"OK\n"), (200, b" OK"), (200, b""), (200, b"success"), (200, b'"OK"'),
                             (200, b"OK\0"), (204, b""), (201, b"OK"), (500, b"OK")):
            self.merchant.answer = (status, text)
            self.assertFalse(self.pay(number)["notified"], (status, text))
        self.merchant.answer = (200, b"OK")
        self.assertTrue(self.pay(number)["notified"])
        pushes = self.merchant.wait(11)
        self.assertEqual(len({body for _, body in pushes}), 1)

    def test_failed_payment_is_notified(self):
        for reason, status in ((None, "FAIL"), ("CLOSE", "CLOSE")):
            self.merchant.pushes = []
            number, jump = self.jump()
            self.order(jump["pay_info"])
            result = self.pay(number, result="FAIL", **({"reason": reason} if reason else {}))
            self.assertEqual((result["paid"], result["notified"]), (False, True))
            fields = self.notified()
            self.assertTrue(self.is_true(fields))
            self.assertEqual((fields["orderNo"], fields["payStatus"]), (number, status))

    def test_unfinished_payment_can_be_notified_first(self):
        number, jump = self.jump(sealed=True)
        self.order(jump["pay_info"])
        self.program.fault(GATEWAY, "notify", "processing")
        self.pay(number)
        self.pay(number)
        self.merchant.wait(2)
        first, second = self.notified(0), self.notified(1)
        self.assertTrue(self.is_true(first) and self.is_true(second))
        self.assertEqual((first["payStatus"], second["payStatus"]), ("PROCESSING", "SUCCESS"))

    def test_signature_faults(self):
        for sealed in (False, True):
            for kind in ("no-signature", "bad-signature"):
                self.merchant.pushes = []
                number, _ = self.jump(sealed=sealed)
                self.program.fault(GATEWAY, "notify", kind)
                self.pay(number)
                fields = self.notified()
                self.assertEqual((fields["orderNo"], "sign" in fields), (number, kind == "bad-signature"))
                self.assertFalse(self.is_true(fields))
                self.pay(number)
                self.merchant.wait(2)
                self.assertTrue(self.is_true(self.notified(1)))

    def test_lies_are_signed_well(self):
        for sealed in (False, True):
            for kind, name, lie in (("wrong-amount", "orderAmount", "1991"),
                                    ("wrong-mchid", "customerNo", "8000000009"),
                                    ("wrong-order", "orderNo", None)):
                self.merchant.pushes = []
                number, _ = self.jump(sealed=sealed)
                self.program.fault(GATEWAY, "notify", kind)
                self.pay(number)
                fields = self.notified()
                self.assertTrue(self.is_true(fields), kind)
                if lie:
                    self.assertEqual(fields[name], lie)
                else:
                    self.assertNotEqual(fields[name], number)

    def test_seals_of_others_do_not_open(self):
        for kind in ("unknown-serial", "bad-padding"):
            self.merchant.pushes = []
            number, _ = self.jump(sealed=True)
            self.program.fault(GATEWAY, "notify", kind)
            self.pay(number)
            self.assertIsNone(self.notified(), kind)
            self.pay(number)
            self.merchant.wait(2)
            self.assertTrue(self.is_true(self.notified(1)))

    def test_padding_of_a_public_key_hides_a_true_text(self):
        number, _ = self.jump(sealed=True)
        self.program.fault(GATEWAY, "notify", "bad-padding")
        self.pay(number)
        data = base64.b64decode(json.loads(self.merchant.wait(1)[0][1])["reqmsg"])
        block = pow(int.from_bytes(data[:256], "big"), self.public.e, self.public.n).to_bytes(256, "big")
        self.assertEqual(block[:2], b"\0\2")
        self.assertTrue(block[2:].partition(b"\0")[2].startswith(b'{"customerNo":"'))

    def test_duplicate_and_cut(self):
        number, _ = self.jump()
        self.program.fault(GATEWAY, "notify", "duplicate")
        self.assertTrue(self.pay(number)["notified"])
        first, second = self.merchant.wait(2)
        self.assertEqual(first[1], second[1])
        self.program.fault(GATEWAY, "notify", "cut")
        self.assertEqual(self.pay(number)["status"], 0)
        self.assertLess(len(self.merchant.wait(3)[2][1]), len(first[1]))

    def test_faults_it_cannot_commit(self):
        for operation, kind in (("pay", "http-500"), ("notify", "signtest"), ("create", "wrong-amount"),
                                ("notify", "wrong-currency"), ("notify", "html")):
            answer = self.program.control("fault", {"gateway": GATEWAY, "operation": operation, "kind": kind})
            self.assertEqual(answer.status, 400, (operation, kind))


if __name__ == "__main__":
    unittest.main()
