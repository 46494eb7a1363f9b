# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sandbox's WeChat Pay V3 against a client that shares no code with it."""

import http.client
import json
import secrets
import time
import unittest

from gateway_client import GatewayTest, rsa_sign, USER_AGENT
from sandbox_client import Answer


class WechatV3(GatewayTest):
    def refused(self, answer, status, code, field=None):
        self.assertEqual((answer.status, answer.json()["code"]), (status, code), answer.body)
        self.assertIsNone(answer.headers["Wechatpay-Signature"])
        self.assertTrue(answer.headers["Request-ID"])
        if field:
            self.assertEqual(answer.json()["detail"]["field"], field)

    def test_order_is_answered_and_signed_with_the_key_of_the_scheme(self):
        for scheme in ("public-key", "certificate"):
            answer = self.create(self.order(scheme), scheme)
            self.assertEqual(answer.status, 200, answer.body)
            self.assertRegex(answer.json()["prepay_id"], "^wx[0-9]{14}[0-9a-f]{20}$")
            self.assertTrue(self.is_signed(answer.headers, answer.body, scheme))
            self.assertFalse(self.is_signed(answer.headers, answer.body + b" ", scheme))

    def test_signature_covers_the_target_as_sent(self):
        order = self.order(out_trade_no="a_b-c*d|" + secrets.token_hex(8))
        self.assertEqual(self.create(order).status, 200)
        tail = order["out_trade_no"][8:]
        # libraries normalise these: lower-case hex, escapes that need not be
        for spelling in ("a_b-c*d|", "a_b-c%2ad%7c", "a_b-c%2Ad%7C", "a%5Fb%2dc*d%7c"):
            answer = self.query(spelling + tail)
            self.assertEqual((answer.status, answer.json().get("out_trade_no")), (200, order["out_trade_no"]), spelling)
        signed = self.authorization("public-key", "GET", "/v3/pay/transactions/out-trade-no/%s?mchid=1900000001" %
                                    ("a_b-c%2ad%7c" + tail), b"")
        answer = self.v3("GET", "/v3/pay/transactions/out-trade-no/%s?mchid=1900000001" % ("a_b-c%2Ad%7C" + tail),
                         authorization=signed)
        self.refused(answer, 401, "SIGN_ERROR")

    def test_targets_of_one_kept_connection_do_not_mix(self):
        numbers = [self.order()["out_trade_no"] for _ in range(3)]
        connection = http.client.HTTPConnection("127.0.0.1", self.program.port, timeout=10)
        connection.connect()
        connection.auto_open = 0
        for number in numbers:
            target = "/v3/pay/transactions/out-trade-no/%s%%5f?mchid=1900000001" % number
            connection.request("GET", target, headers={
                "Authorization": self.authorization("public-key", "GET", target, b""), "Accept": "*/*",
                "User-Agent": USER_AGENT})
            answer = Answer(connection.getresponse())
            self.assertEqual((answer.status, answer.json()["code"]), (404, "ORDER_NOT_EXIST"))
        connection.close()

    def test_authorization_must_be_complete_fresh_and_true(self):
        target, order = "/v3/pay/transactions/jsapi", json.dumps(self.order()).encode()
        now = int(time.time())
        for changed in ({"mchid": "1900000009"}, {"nonce_str": "a" * 33}, {"nonce_str": "a-b"}, {"nonce_str": ""},
                        {"timestamp": str(now - 310)}, {"timestamp": str(now + 310)}, {"timestamp": "now"},
                        {"serial_no": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"}, {"signature": "A" * 344},
                        {"signature": "not base64"}, {"signature": ""}, {"serial_no": None}, {"mchid": None},
                        {"extra": "1"}):
            answer = self.v3("POST", target, order,
                             authorization=self.authorization("public-key", "POST", target, order, **changed))
            self.refused(answer, 401, "SIGN_ERROR")
        good = self.authorization("public-key", "POST", target, order)
        for bad in (good.replace("RSA2048", "SM3"), good + ',mchid="1900000001"', good.replace('"', "'"), good + ",",
                    "x"):
            self.refused(self.v3("POST", target, order, authorization=bad), 401, "SIGN_ERROR")
        self.refused(self.v3("POST", target, order, headers={"Authorization": None}), 401, "SIGN_ERROR")
        self.refused(self.v3("POST", target, order, headers={"Authorization": [good, good]}), 401, "SIGN_ERROR")
        self.refused(self.v3("POST", target, order + b" ", authorization=good), 401, "SIGN_ERROR")
        self.assertTrue(self.program.logged('expected string of %d bytes "POST\\n/v3/pay/transactions/jsapi\\n' %
                                            len("POST\n%s\n%d\n%s\n%s\n" % (target, now, "0" * 32,
                                                                            order.decode() + " "))))
        self.assertEqual(self.v3("POST", target, order, authorization=good).status, 200)

    def test_serial_is_compared_without_case_and_the_skew_limit_is_inside(self):
        target, order = "/v3/pay/transactions/jsapi", json.dumps(self.order()).encode()
        changed = {"serial_no": self.account("public-key")["merchant-serial"].lower(),
                   "timestamp": str(int(time.time()) - 290)}
        answer = self.v3("POST", target, order,
                         authorization=self.authorization("public-key", "POST", target, order, **changed))
        self.assertEqual(answer.status, 200, answer.body)

    def test_headers_of_section_1(self):
        for name, value in (("User-Agent", None), ("Accept", None), ("Accept", "text/html"),
                            ("Content-Type", "text/plain"),
                            ("Wechatpay-Serial", "PUB_KEY_ID_0119000000012024"),
                            ("Wechatpay-Serial", self.serial("certificate"))):
            self.refused(self.create(self.order(), headers={name: value}), 400, "INVALID_REQUEST", name)
        self.assertEqual(self.create(self.order(), headers={"Wechatpay-Serial": None}).status, 200)

    def test_every_member_rule(self):
        for member in ("appid", "mchid", "description", "out_trade_no", "notify_url", "amount", "payer"):
            self.refused(self.create(self.order(**{member: None})), 400, "PARAM_ERROR", "/" + member)
        far = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 3600))
        near = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + 30))
        for field, more in (("/description", {"description": "字" * 128}), ("/description", {"description": ""}),
                            ("/out_trade_no", {"out_trade_no": "12345"}), ("/out_trade_no", {"out_trade_no": "1" * 33}),
                            ("/out_trade_no", {"out_trade_no": "123456/7"}), ("/attach", {"attach": "a" * 129}),
                            ("/time_expire", {"time_expire": far}), ("/time_expire", {"time_expire": near}),
                            ("/goods_tag", {"goods_tag": "g" * 33}), ("/support_fapiao", {"support_fapiao": "yes"}),
                            ("/amount/total", {"amount": {"total": 0}}), ("/amount/total", {"amount": {"total": 1.0}}),
                            ("/amount/total", {"amount": {"total": "1"}}), ("/amount/total", {"amount": {}}),
                            ("/amount/currency", {"amount": {"total": 1, "currency": "USD"}}),
                            ("/payer/openid", {"payer": {"openid": "o" * 129}}), ("/payer/openid", {"payer": {}}),
                            ("/limit_pay", {"limit_pay": ["no_fun"]}), ("/surprise", {"surprise": 1}),
                            ("/settle_info/profit_sharing", {"settle_info": {"profit_sharing": 1}}),
                            ("/detail/goods_detail/quantity",
                             {"detail": {"goods_detail": [{"merchant_goods_id": "1", "unit_price": 1}]}}),
                            ("/scene_info/payer_client_ip", {"scene_info": {"device_id": "1"}}),
                            ("/mchid", {"mchid": "1900000002"}),
                            ("/notify_url", {"notify_url": self.merchant.url("/n?x=1")}),
                            ("/notify_url", {"notify_url": self.merchant.url("/" + "n" * 240)})):
            self.refused(self.create(self.order(**more)), 400, "PARAM_ERROR", field)
        self.refused(self.create(self.order(appid="wx0000000000000002")), 400, "APPID_MCHID_NOT_MATCH")

    def test_limits_themselves_are_accepted(self):
        far = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600 + 3600))
        for more in ({"description": "字" * 127}, {"attach": "a" * 128}, {"amount": {"total": 1}}, {"time_expire": far},
                     {"out_trade_no": secrets.token_hex(3)}, {"out_trade_no": secrets.token_hex(16)},
                     {"payer": {"openid": "o" * 128}}, {"limit_pay": ["no_balance"]},
                     {"settle_info": {"profit_sharing": True}}):
            answer = self.create(self.order(**more))
            self.assertEqual(answer.status, 200, (more, answer.body))

    def test_bodies_that_are_no_json_order(self):
        target = "/v3/pay/transactions/jsapi"
        good = json.dumps(self.order()).encode()
        for body in (b"[]", b"{", good[:-1] + b",}", good + b"{}", b"/*c*/" + good,
                     good[:-1] + b',"mchid":"1900000001"}',
                     good.replace(b"100", b"99999999999999999999"), b"[" * 100000, b'{"appid":"\\u0000"}', b"\xff",
                     b"null"):
            self.refused(self.v3("POST", target, body), 400, "PARAM_ERROR")

    def test_same_number(self):
        order = self.order()
        first = self.create(order)
        shuffled = dict(reversed(order.items()))
        again = self.create(shuffled)
        self.assertEqual((first.status, again.status), (200, 200))
        self.assertNotEqual(first.json()["prepay_id"], again.json()["prepay_id"])
        self.refused(self.create(dict(order, amount={"total": 101, "currency": "CNY"})), 403, "OUT_TRADE_NO_USED")
        self.pay(order["out_trade_no"])
        self.refused(self.create(order), 400, "ORDERPAID")

    def test_query_before_and_after_payment(self):
        order = self.order()
        self.create(order)
        open_answer = self.query(order["out_trade_no"])
        self.assertTrue(self.is_signed(open_answer.headers, open_answer.body))
        self.assertEqual((open_answer.json()["trade_state"], open_answer.json()["out_trade_no"]),
                         ("NOTPAY", order["out_trade_no"]))
        self.assertNotIn("transaction_id", open_answer.json())
        self.pay(order["out_trade_no"])
        paid = self.query(order["out_trade_no"])
        value = paid.json()
        self.assertTrue(self.is_signed(paid.headers, paid.body))
        self.assertEqual((value["trade_state"], value["trade_type"], value["mchid"], value["appid"], value["attach"]),
                         ("SUCCESS", "JSAPI", "1900000001", "wx0000000000000001", "table/7"))
        self.assertEqual(value["amount"], {"total": 100, "payer_total": 100, "currency": "CNY",
                                           "payer_currency": "CNY"})
        self.assertEqual(value["payer"], {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"})
        self.assertRegex(value["success_time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$")
        by_id = self.v3("GET", "/v3/pay/transactions/id/%s?mchid=1900000001" % value["transaction_id"])
        self.assertEqual(by_id.json(), value)

    def test_query_of_nothing_and_of_a_stranger(self):
        order = self.order("certificate")
        self.create(order, "certificate")
        self.refused(self.query("NOSUCHORDER1"), 404, "ORDER_NOT_EXIST")
        self.refused(self.query(order["out_trade_no"]), 404, "ORDER_NOT_EXIST")
        target = "/v3/pay/transactions/out-trade-no/%s" % order["out_trade_no"]
        self.refused(self.v3("GET", target, scheme="certificate"), 400, "PARAM_ERROR", "mchid")
        self.refused(self.v3("GET", target + "?mchid=1900000001", scheme="certificate"), 400, "PARAM_ERROR", "mchid")
        self.assertEqual(self.program.request("GET", "/v3/nothing").status, 404)
        self.assertEqual(self.program.request("GET", "/v3/pay/transactions/jsapi").status, 405)

    def test_certificates_open_to_the_platform_certificate(self):
        answer = self.v3("GET", "/v3/certificates", scheme="certificate")
        self.assertTrue(self.is_signed(answer.headers, answer.body, "certificate"))
        item = answer.json()["data"][0]
        self.assertEqual(item["serial_no"], self.serial("certificate"))
        self.assertEqual(item["encrypt_certificate"]["associated_data"], "certificate")
        self.assertEqual(self.open(item["encrypt_certificate"]).decode(), self.text("platform-certificate.pem"))
        self.refused(self.v3("GET", "/v3/certificates"), 404, "RESOURCE_NOT_EXISTS")

    def test_notification_is_signed_and_sealed(self):
        for scheme in ("public-key", "certificate"):
            self.merchant.pushes = []
            self.merchant.answer = (204, b"")
            order = self.order(scheme)
            self.create(order, scheme)
            self.assertEqual(self.pay(order["out_trade_no"], account="wechat-v3-" + scheme),
                             {"paid": True, "notified": True, "status": 204, "reply": ""})
            headers, body = self.merchant.wait(1)[0]
            self.assertTrue(self.is_signed(headers, body, scheme))
            event = json.loads(body)
            self.assertEqual((event["event_type"], event["resource_type"], event["resource"]["original_type"],
                              len(event["id"])),
                             ("TRANSACTION.SUCCESS", "encrypt-resource", "transaction", 36))
            plain = json.loads(self.open(event["resource"]))
            self.assertEqual((plain["out_trade_no"], plain["mchid"], plain["trade_state"], plain["amount"]["total"]),
                             (order["out_trade_no"], order["mchid"], "SUCCESS", 100))
            self.assertEqual(plain, self.query(order["out_trade_no"], scheme).json())

    def test_repeated_payment_repeats_the_event_with_a_fresh_signature(self):
        order = self.order()
        self.create(order)
        self.pay(order["out_trade_no"])
        self.pay(order["out_trade_no"])
        first, second = self.merchant.wait(2)
        self.assertEqual(first[1], second[1])
        self.assertNotEqual(first[0]["Wechatpay-Nonce"], second[0]["Wechatpay-Nonce"])

    def test_paysign_check(self):
        prepay_id = self.create(self.order()).json()["prepay_id"]
        pay = {"appId": "wx0000000000000001", "timeStamp": "1554208460", "nonceStr": "593BEC0C930BF1AFEB40B4A08C8FB242",
               "package": "prepay_id=" + prepay_id, "signType": "RSA"}
        text = "%(appId)s\n%(timeStamp)s\n%(nonceStr)s\n%(package)s\n" % pay
        pay["paySign"] = rsa_sign(self.path("merchant-key.pem"), text.encode())
        self.assertEqual(len(pay["paySign"]), 344)
        self.assertEqual(self.program.control("check-paysign", pay).json(), {"valid": True})
        for name, value in (("timeStamp", "1554208461"), ("signType", "MD5"), ("package", prepay_id),
                            ("paySign", "A" * 344),
                            ("appId", "wx0000000000000002"), ("nonceStr", None)):
            changed = {k: v for k, v in dict(pay, **{name: value}).items() if v is not None}
            self.assertEqual(self.program.control("check-paysign", changed).json(), {"valid": False}, name)


class Faults(GatewayTest):
    def created(self, kind, **more):
        order = self.order()
        self.program.fault("wechat-v3", "create", kind, **more)
        return order, self.create(order)

    def queried(self, kind):
        order = self.order()
        self.create(order)
        self.pay(order["out_trade_no"])
        self.program.fault("wechat-v3", "query", kind)
        return order, self.query(order["out_trade_no"])

    def pushed(self, kind):
        order = self.order()
        self.create(order)
        self.program.fault("wechat-v3", "notify", kind)
        result = self.pay(order["out_trade_no"])
        return order, result

    def test_signature_faults(self):
        _, answer = self.created("no-signature")
        self.assertEqual((answer.status, answer.headers["Wechatpay-Signature"]), (200, None))
        _, answer = self.created("bad-signature")
        self.assertFalse(self.is_signed(answer.headers, answer.body))
        _, answer = self.created("signtest")
        self.assertTrue(answer.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/"))
        _, answer = self.created("stale")
        self.assertLess(int(answer.headers["Wechatpay-Timestamp"]), time.time() - 300)
        _, answer = self.created("unknown-serial")
        self.assertNotIn(answer.headers["Wechatpay-Serial"], (self.serial("public-key"), self.serial("certificate")))
        _, answer = self.created("duplicate")
        self.assertEqual(len(answer.headers.get_all("Wechatpay-Signature")), 2)
        answer = self.create(self.order())
        self.assertTrue(self.is_signed(answer.headers, answer.body))

    def test_lies_are_signed_well(self):
        for kind, look, lie in (("wrong-amount", lambda v: v["amount"]["total"], 101),
                                ("wrong-currency", lambda v: v["amount"]["currency"], "USD"),
                                ("wrong-mchid", lambda v: v["mchid"], "1900000009"),
                                ("wrong-appid", lambda v: v["appid"], "wx0000000000000009")):
            _, answer = self.queried(kind)
            self.assertTrue(self.is_signed(answer.headers, answer.body))
            self.assertEqual(look(answer.json()), lie)
            self.merchant.pushes = []
            self.pushed(kind)
            headers, body = self.merchant.wait(1)[0]
            self.assertTrue(self.is_signed(headers, body))
            self.assertEqual(look(json.loads(self.open(json.loads(body)["resource"]))), lie)
        order, answer = self.queried("wrong-order")
        self.assertNotEqual(answer.json()["out_trade_no"], order["out_trade_no"])

    def test_broken_answers(self):
        for kind, status in (("http-500", 500), ("http-502", 502), ("http-429", 429), ("redirect", 302), ("html", 200)):
            order, answer = self.created(kind)
            self.assertEqual((answer.status, answer.headers["Wechatpay-Signature"]), (status, None))
            # what was answered with an error may have happened all the same
            self.assertEqual(self.query(order["out_trade_no"]).status, 404 if kind == "http-429" else 200)
        _, answer = self.created("gzip-bomb")
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")
        self.assertLess(len(answer.body), 256 * 1024)
        self.program.fault("wechat-v3", "create", "cut")
        order = self.order()
        with self.assertRaises(http.client.IncompleteRead):
            self.create(order)
        self.assertEqual(self.query(order["out_trade_no"]).status, 200)

    def test_delay_counts_and_ends(self):
        started = time.monotonic()
        self.created("delay", milliseconds=300)
        self.assertGreater(time.monotonic() - started, 0.3)
        started = time.monotonic()
        self.program.fault("wechat-v3", "create", "http-500", times=2)
        self.assertEqual([self.create(self.order()).status for _ in range(3)], [500, 500, 200])

    def test_notification_faults(self):
        _, result = self.pushed("duplicate")
        self.assertTrue(result["notified"])
        first, second = self.merchant.wait(2)
        self.assertEqual((first[1], first[0]["Wechatpay-Nonce"]), (second[1], second[0]["Wechatpay-Nonce"]))
        for kind in ("no-signature", "bad-signature", "signtest", "unknown-serial"):
            self.merchant.pushes = []
            self.pushed(kind)
            headers, body = self.merchant.wait(1)[0]
            with self.subTest(kind):
                try:
                    self.assertFalse(headers["Wechatpay-Signature"] and self.is_signed(headers, body))
                except ValueError:
                    self.assertEqual(kind, "signtest")
        _, result = self.pushed("cut")
        self.assertEqual((result["notified"], result["status"]), (False, 0))
        started = time.monotonic()
        self.program.fault("wechat-v3", "notify", "delay", milliseconds=300)
        order = self.order()
        self.create(order)
        self.assertTrue(self.pay(order["out_trade_no"])["notified"])
        self.assertGreater(time.monotonic() - started, 0.3)


if __name__ == "__main__":
    unittest.main()
