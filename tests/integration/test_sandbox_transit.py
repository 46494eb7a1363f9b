# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox's transit deduction against a second reading of its rules: hashlib, hmac and cryptography's AES."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import unittest

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sandbox_client import Program, SandboxTest

PATH = "/intp/transitpay"
SIGNED = ("appid", "mch_id", "nonce_str", "encrypted_data", "iv")
RIDE = base64.b64encode(b"YHM1ride-code\xff\x00 of a passenger").decode()


def sign(frame, key, digest="hmac"):
    text = ("&".join("%s=%s" % (name, frame[name]) for name in sorted(SIGNED)) + "&key=" + key).encode()
    if digest == "md5":
        return hashlib.md5(text).hexdigest().upper()
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest().upper()


def decrypt(frame, key):
    cipher = Cipher(algorithms.AES(key.encode()), modes.CBC(base64.b64decode(frame["iv"], validate=True))).decryptor()
    padded = cipher.update(base64.b64decode(frame["encrypted_data"], validate=True)) + cipher.finalize()
    unpadder = padding.PKCS7(128).unpadder()
    return unpadder.update(padded) + unpadder.finalize()


def encrypt(text, key, iv):
    padder = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key.encode()), modes.CBC(iv)).encryptor()
    return cipher.update(padder.update(text) + padder.finalize()) + cipher.finalize()


class TransitTest(SandboxTest):
    def setUp(self):
        super().setUp()
        self.account = self.config["account transit"]
        self.merchant.answer = self.acknowledge
        answer = self.program.control("transit", {"account": "transit", "notify_url": self.merchant.url("/transit"),
                                                  "access_token": self.text("transit-access-token")})
        self.assertEqual((answer.status, answer.json()), (200, {"registered": True}))

    @staticmethod
    def acknowledge(body):
        return 200, json.dumps({"errcode": 0, "errmsg": "ok", "nonce_str": json.loads(body)["nonce_str"]}).encode()

    def deduction(self, **more):
        number = self.new_number()
        fields = {"qrcode": RIDE, "total_fee": 180, "original_fee": 200, "machine_ip": "10.1.2.3",
                  "machine_latitude": 22.540699, "machine_longitude": 113.934528, "body": "公交代扣",
                  "start_time": "20261121080000", "line_name": "M364路", "trade_scene": "BUS", "out_order_no": number,
                  "attach": number}
        fields.update(more)
        return {name: value for name, value in fields.items() if value is not None}

    def send(self, value, target=None, content_type="application/json", method="POST"):
        body = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        target = target or "%s?access_token=%s" % (PATH, self.text("transit-access-token"))
        return self.program.request(method, target, body, {"Content-Type": content_type})

    def call(self, value, target=None, **more):
        answer = self.send(value, target, **more)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def accepted(self, **more):
        deduction = self.deduction(**more)
        self.assertEqual(self.call(deduction), {"errcode": 0, "errmsg": "ok"})
        return deduction

    def assert_refused(self, answer, errcode, named=""):
        self.assertEqual(answer["errcode"], errcode, answer)
        self.assertIn(named, answer["errmsg"])

    def frame(self, value, **changed):
        iv = os.urandom(16)
        frame = {"appid": self.account["appid"], "mch_id": self.account["mchid"], "nonce_str": secrets.token_hex(16),
                 "iv": base64.b64encode(iv).decode()}
        plain = value if isinstance(value, bytes) else json.dumps(value).encode()
        frame["encrypted_data"] = base64.b64encode(encrypt(plain, self.text("transit-aes-key"), iv)).decode()
        frame.update(changed)
        frame.setdefault("sign", sign(frame, self.text("transit-sign-key")))
        return frame

    def result(self, kind=None, **more):
        """The deduction, the frame that told its result, and what was in it."""
        deduction = self.accepted()
        if kind:
            self.program.fault("transit", "notify", kind)
        answer = self.pay(deduction["out_order_no"], account="transit", **more)
        frame = json.loads(self.merchant.wait(1)[-1][1])
        return deduction, answer, frame

    def opened(self, frame):
        self.assertEqual(frame["sign"], sign(frame, self.text("transit-sign-key")))
        return json.loads(decrypt(frame, self.text("transit-aes-key")))


class OwnTools(unittest.TestCase):
    def test_cbc_opens_and_makes_the_published_case(self):
        # NIST SP 800-38A, F.2.5: AES-256 in CBC mode, the first block
        key = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4").decode("latin-1")
        iv, plain = bytes(range(16)), bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
        sealed = encrypt(plain, LatinKey(key), iv)
        self.assertEqual(sealed[:16].hex(), "f58c4c04d6e5f1ba779eabfb5f7bfbd6")
        frame = {"iv": base64.b64encode(iv).decode(), "encrypted_data": base64.b64encode(sealed).decode()}
        self.assertEqual(decrypt(frame, LatinKey(key)), plain)


class LatinKey(str):
    """A published key is bytes that are no text; the tools take keys as text."""

    def encode(self, *args):
        return super().encode("latin-1")


class Configuration(TransitTest):
    def test_group_and_keys(self):
        endpoint = self.program.ready["endpoint"]
        self.assertEqual(dict(self.account), {
            "provider": "transit", "endpoint": endpoint, "mchid": "1900000008", "appid": "wx0000000000000011",
            "deduct-url": endpoint + PATH, "arrears-url": endpoint + "/intp/transitarrears", "request-form": "token",
            "access-token": "file:transit-access-token",
            "aes-key": "file:transit-aes-key", "aes-key-encoding": "text", "sign-key": "file:transit-sign-key",
            "sign-mode": "HMAC-SHA256"})
        for name in ("transit-access-token", "transit-aes-key", "transit-sign-key"):
            self.assertRegex(self.text(name), "^[0-9A-Za-z]{32}$")

    def test_registration_is_strict(self):
        good = {"account": "transit", "notify_url": self.merchant.url()}
        for more, status in (({"account": "weidoufu"}, 404), ({"notify_url": "http://shop.example/n"}, 400),
                             ({"notify_url": None}, 400), ({"access_token": ""}, 400), ({"access_token": "a&b"}, 400)):
            value = {name: text for name, text in dict(good, **more).items() if text is not None}
            self.assertEqual(self.program.control("transit", value).status, status, more)


class Deductions(TransitTest):
    def test_deduction_is_accepted_and_stays_open(self):
        for more in ({}, {"end_time": "20261121083000", "start_qrcode": RIDE}, {"total_fee": 0, "original_fee": 0},
                     {"total_fee": 200}, {"trade_scene": "METRO", "body": "地铁代扣"}, {"machine_ip": None},
                     {"machine_latitude": None, "machine_longitude": None}, {"machine_latitude": -90},
                     {"machine_longitude": 180.0}, {"machine_latitude": 1e-9},
                     {"machine_longitude": -179.999999}, {"machine_latitude": 0}, {"machine_ip": "2001:db8::7"}):
            deduction = self.accepted(**more)
            order = self.program.request("GET", "/sandbox/orders/" + deduction["out_order_no"]).json()
            self.assertEqual((order["gateway"], order["account"], order["state"], order["total"], order["currency"]),
                             ("transit", "transit", "open", deduction["total_fee"], "CNY"))
            self.assertEqual(order["attach"], deduction["attach"])

    def test_optional_members_may_all_be_missing(self):
        least = {name: value for name, value in self.deduction().items()
                 if name in ("qrcode", "total_fee", "original_fee", "body", "start_time", "line_name", "trade_scene")}
        self.assertEqual(self.call(least)["errcode"], 0)

    def test_every_member_rule(self):
        for name in ("qrcode", "total_fee", "original_fee", "body", "start_time", "line_name", "trade_scene"):
            self.assert_refused(self.call(self.deduction(**{name: None})), 40097, name + " is missing")
        for name, value in (("qrcode", ""), ("qrcode", "no base64!"), ("qrcode", RIDE + "="), ("qrcode", 7),
                            ("qrcode", RIDE + "\n"), ("total_fee", "180"), ("total_fee", -1), ("total_fee", 1.0),
                            ("total_fee", True), ("original_fee", 179), ("original_fee", "200"),
                            ("machine_ip", "host"), ("machine_ip", 1), ("machine_latitude", "22.5"),
                            ("machine_latitude", 90.001), ("machine_longitude", -180.5), ("machine_longitude", None),
                            ("machine_longitude", 1e30), ("machine_latitude", 91), ("machine_latitude", True),
                            ("body", "公交"), ("body", "地铁代扣"), ("start_time", "2026-11-21 08:00:00"),
                            ("start_time", "20261321080000"), ("start_time", 20261121080000), ("start_time", ""),
                            ("end_time", "20261121075959"), ("end_time", "2026112108000"), ("line_name", ""),
                            ("line_name", 364), ("trade_scene", "bus"), ("trade_scene", "FERRY"), ("start_qrcode", "*"),
                            ("out_order_no", ""), ("out_order_no", 1), ("attach", ""), ("attach", {}),
                            ("appid", "wx0000000000000011"), ("outOrderNo", "1")):
            fields = dict(self.deduction(), **{name: value})
            self.assert_refused(self.call(fields), 40097, name)

    def test_body_that_is_no_object_is_refused(self):
        good = json.dumps(self.deduction()).encode()
        for bad in (b"", b"[]", b"1", b"{", good + b"x", good.replace(b'"total_fee"', b'"qrcode": "QQ==", "total_fee"'),
                    good + b"\xff", b'"text"'):
            self.assert_refused(self.call(bad), 47001)
        self.assert_refused(self.call(good, content_type="text/plain"), 47001)
        self.assertEqual(self.send(good, method="PUT").status, 405)
        self.assertEqual(self.send(good, target="/intp/other").status, 404)

    def test_token_is_demanded_once_and_alone(self):
        token = self.text("transit-access-token")
        for query, errcode in (("", 40001), ("?access_token=", 40001), ("?access_token=" + token.swapcase(), 40001),
                               ("?access_token=%s&access_token=%s" % (token, token), 40001),
                               ("?access_token=%s&appid=1" % token, 40097), ("?token=" + token, 40001)):
            self.assert_refused(self.call(self.deduction(), target=PATH + query), errcode)

    def test_new_token_replaces_the_old_one(self):
        answer = self.program.control("transit", {"account": "transit", "access_token": "72_fresh-token"})
        self.assertEqual(answer.status, 200)
        self.assert_refused(self.call(self.deduction()), 40001)
        self.assertEqual(self.call(self.deduction(), target=PATH + "?access_token=72_fresh-token")["errcode"], 0)

    def test_same_number_is_the_same_ride_or_refused(self):
        deduction = self.accepted()
        self.assertEqual(self.call(deduction)["errcode"], 0)
        self.assert_refused(self.call(dict(deduction, total_fee=181)), 40097, "out_order_no")
        orders = self.program.request("GET", "/sandbox/orders").json()["orders"]
        self.assertEqual([order["out_trade_no"] for order in orders].count(deduction["out_order_no"]), 1)


class SealedDeductions(TransitTest):
    def test_sealed_deduction_is_accepted_with_its_nonce_and_without_token(self):
        deduction = self.deduction()
        frame = self.frame(deduction)
        self.assertEqual(self.call(frame, target=PATH), {"errcode": 0, "errmsg": "ok", "nonce_str": frame["nonce_str"]})
        self.assertEqual(self.call(self.frame(self.deduction()))["errcode"], 0)
        self.assert_refused(self.call(self.frame(self.deduction()), target=PATH + "?access_token=x"), 40001)
        self.assert_refused(self.call(self.frame(self.deduction(total_fee=-1)), target=PATH), 40097, "total_fee")

    def test_every_frame_that_is_refused_is_refused_alike(self):
        key, answers = self.text("transit-sign-key"), set()
        good = self.frame(self.deduction())
        wrong_key = self.frame(self.deduction())
        wrong_key["encrypted_data"] = base64.b64encode(encrypt(b"{}", "k" * 32, bytes(16))).decode()
        unsigned = dict(good)
        del unsigned["sign"]
        bad = [unsigned, dict(good, sign=good["sign"].lower()), dict(good, sign=sign(good, key, "md5")),
               dict(good, nonce_str="other"), dict(good, extra="1"), dict(good, sign=""),
               self.frame(self.deduction(), appid="wx0000000000000001"),
               self.frame(self.deduction(), mch_id="1900000001"), self.frame(self.deduction(), nonce_str="n" * 33),
               self.frame(self.deduction(), iv=base64.b64encode(bytes(15)).decode()),
               self.frame(self.deduction(), iv="no base64"), self.frame(self.deduction(), encrypted_data="QQ=="),
               self.frame(self.deduction(), encrypted_data=base64.b64encode(bytes(32)).decode()),
               self.frame(b"no JSON"), dict(wrong_key, sign=sign(wrong_key, key))]
        for frame in bad:
            answer = self.send(frame, target=PATH)
            self.assertNotIn(b'"errcode":0', answer.body, frame)
            answers.add((answer.status, answer.body))
        self.assertEqual(len(answers), 1, answers)
        self.assertTrue(self.program.logged("lower case"))
        self.assertTrue(self.program.logged("does not open"))
        self.assertEqual(self.call(good, target=PATH)["errcode"], 0)


class Results(TransitTest):
    def test_success_is_told_in_a_sealed_frame(self):
        deduction, answer, frame = self.result()
        self.assertEqual((answer["paid"], answer["notified"]), (True, True))
        self.assertEqual(set(frame), set(SIGNED) | {"sign"})
        self.assertEqual((frame["appid"], frame["mch_id"]), (self.account["appid"], self.account["mchid"]))
        self.assertEqual(len(base64.b64decode(frame["iv"])), 16)
        told = self.opened(frame)
        self.assertEqual(set(told), {"openid", "bank_type", "total_fee", "trade_state", "transaction_id",
                                     "out_trade_no", "attach", "time_end", "qrcode"})
        self.assertEqual((told["total_fee"], told["trade_state"], told["attach"], told["qrcode"]),
                         (180, "SUCCESS", deduction["attach"], RIDE))
        self.assertNotEqual(told["out_trade_no"], deduction["out_order_no"])
        self.assertRegex(told["time_end"], "^20[0-9]{12}$")
        self.assertEqual(self.merchant.pushes[0][0]["Content-Type"], "application/json")

    def test_failure_is_told_with_its_reason_and_stays(self):
        deduction, answer, frame = self.result(result="FAIL", reason="余额不足，请充值")
        self.assertEqual((answer["paid"], answer["notified"]), (False, True))
        told = self.opened(frame)
        self.assertEqual((told["trade_state"], told["trade_msg"], told["attach"]),
                         ("FAIL", "余额不足，请充值", deduction["attach"]))
        order = self.program.request("GET", "/sandbox/orders/" + deduction["out_order_no"]).json()
        self.assertEqual((order["state"], order["transaction_id"]), ("failed", None))
        number = deduction["out_order_no"]
        self.assertEqual(self.program.control("pay", {"out_trade_no": number}).status, 409)
        self.assertTrue(self.pay(number, result="FAIL")["notified"])
        self.assertEqual(self.opened(json.loads(self.merchant.wait(2)[1][1])), told)

    def test_paid_ride_cannot_fail(self):
        deduction, _, _ = self.result(result="SUCCESS")
        for value, status in (({"result": "FAIL"}, 409), ({"result": "MAYBE"}, 400)):
            answer = self.program.control("pay", dict(value, out_trade_no=deduction["out_order_no"]))
            self.assertEqual(answer.status, status)

    def test_repeat_tells_the_same_under_another_nonce(self):
        deduction, _, first = self.result()
        self.pay(deduction["out_order_no"])
        second = json.loads(self.merchant.wait(2)[1][1])
        self.assertEqual(self.opened(first), self.opened(second))
        self.assertNotEqual(first["nonce_str"], second["nonce_str"])
        self.assertNotEqual(first["iv"], second["iv"])

    def test_acknowledgement_must_say_zero_and_repeat_the_nonce(self):
        deduction = self.accepted()

        def changed(status=200, **more):
            def answer(body):
                value = dict({"errcode": 0, "nonce_str": json.loads(body)["nonce_str"]}, **more)
                return status, json.dumps(value).encode()
            return answer

        for bad in (changed(errcode=1), changed(errcode="0"), changed(errcode=0.0), changed(errcode=None),
                    changed(nonce_str="other"), changed(nonce_str=None), changed(500), changed(204),
                    (200, b"success"), (200, b""), (200, b'{"errcode":0}')):
            self.merchant.answer = bad
            self.assertFalse(self.pay(deduction["out_order_no"])["notified"])
        self.merchant.answer = changed(errmsg="ok")
        self.assertTrue(self.pay(deduction["out_order_no"])["notified"])

    def test_without_registration_nobody_is_told(self):
        directory = os.path.join(self.folder, "unregistered")
        program = Program("--write-config=" + directory)
        try:
            with open(os.path.join(directory, "transit-access-token"), encoding="ascii") as file:
                target = "%s?access_token=%s" % (PATH, file.read())
            deduction = self.deduction()
            program.request("POST", target, json.dumps(deduction).encode(), {"Content-Type": "application/json"})
            answer = program.control("pay", {"out_trade_no": deduction["out_order_no"]}).json()
            self.assertEqual((answer["paid"], answer["notified"], answer["status"]), (True, False, 0))
            self.assertIn("registered", answer["reply"])
        finally:
            self.assertEqual(program.stop(), 0)


class Faults(TransitTest):
    def test_lies_are_signed(self):
        for kind, name, value in (("wrong-mchid", "mch_id", "1900000009"),
                                  ("wrong-appid", "appid", "wx0000000000000009")):
            self.merchant.pushes = []
            frame = self.result(kind)[2]
            self.assertEqual(frame[name], value)
            self.opened(frame)
        self.merchant.pushes = []
        self.assertEqual(self.opened(self.result("wrong-amount")[2])["total_fee"], 181)
        self.merchant.pushes = []
        deduction, _, frame = self.result("wrong-order")
        self.assertNotEqual(self.opened(frame)["attach"], deduction["attach"])

    def test_signatures_gone_wrong(self):
        self.assertNotIn("sign", self.result("no-signature")[2])
        self.merchant.pushes = []
        frame = self.result("bad-signature")[2]
        self.assertNotEqual(frame["sign"], sign(frame, self.text("transit-sign-key")))
        self.assertRegex(frame["sign"], "^[0-9A-F]{64}$")
        self.merchant.pushes = []
        frame = self.result("other-digest")[2]
        self.assertEqual(frame["sign"], sign(frame, self.text("transit-sign-key"), "md5"))

    def test_bad_padding_is_well_signed(self):
        frame = self.result("bad-padding")[2]
        self.assertEqual(frame["sign"], sign(frame, self.text("transit-sign-key")))
        self.assertRaises(ValueError, decrypt, frame, self.text("transit-aes-key"))

    def test_duplicate_and_cut(self):
        self.result("duplicate")
        self.assertEqual(len(self.merchant.wait(2)), 2)
        self.assertFalse(self.cut()["notified"])

    def cut(self):
        deduction = self.accepted()
        self.program.fault("transit", "notify", "cut")
        return self.pay(deduction["out_order_no"])

    def test_answers_that_are_none(self):
        for kind, status in (("http-500", 500), ("http-502", 502), ("http-429", 429), ("html", 200), ("redirect", 302)):
            self.program.fault("transit", "create", kind)
            answer = self.send(self.deduction())
            self.assertEqual(answer.status, status)
            self.assertNotIn(b"errcode", answer.body)
        self.program.fault("transit", "create", "system-error")
        deduction = self.deduction()
        self.assert_refused(self.call(deduction), -1)
        self.assertEqual(self.call(deduction)["errcode"], 0)

    def test_faults_transit_does_not_have_are_refused(self):
        for operation, kind in (("pay", "delay"), ("create", "bad-signature"), ("notify", "stale"),
                                ("notify", "wrong-currency"), ("notify", "http-500")):
            answer = self.program.control("fault", dict(gateway="transit", operation=operation, kind=kind))
            self.assertEqual(answer.status, 400)


if __name__ == "__main__":
    unittest.main()
