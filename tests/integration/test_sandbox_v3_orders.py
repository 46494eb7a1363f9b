# SPDX-License-Identifier: LGPL-2.1-or-later
"""Orders of every scene, their end, combined orders and the platform's keys in the sandbox's V3 and Global."""

import base64
import http.client
import time
import unittest

from cryptography import x509
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from v3_client import CERTIFICATE, Customer, DIRECT, INSTITUTION, OPENID, PROVIDER, PUBLIC_KEY

EVERY = (PUBLIC_KEY, CERTIFICATE, PROVIDER, DIRECT, INSTITUTION)


class Scenes(Customer):
    def test_each_scene_answers_with_its_own_handle_and_is_told_back(self):
        for account in EVERY:
            page = "mweb" if self.is_abroad(account) else "h5"
            for scene, member, trade_type in (("jsapi", "prepay_id", "JSAPI"), ("app", "prepay_id", "APP"),
                                              ("native", "code_url", "NATIVE"), (page, page + "_url", "MWEB")):
                with self.subTest(account=account, scene=scene):
                    order, answer = self.placed(account, scene)
                    self.assertEqual(list(answer), [member])
                    self.assertEqual(self.query(order, account)["trade_state"], "NOTPAY")
                    self.assertTrue(self.pay(order["out_trade_no"], account=account)["notified"])
                    told = self.query(order, account)
                    self.assertEqual((told["trade_state"], told["trade_type"]), ("SUCCESS", trade_type))
                    self.assertEqual({n: told[n] for n in self.names(account)}, self.names(account))

    def test_members_of_another_scene_are_refused(self):
        for scene, more, field in (("native", {"payer": {"openid": OPENID}}, "/payer"),
                                   ("jsapi", {"payer": None}, "/payer"),
                                   ("h5", {"scene_info": None}, "/scene_info"),
                                   ("h5", {"scene_info": {"payer_client_ip": "192.0.2.7"}}, "/scene_info/h5_info"),
                                   ("h5", {"scene_info": {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}},
                                    "/scene_info/payer_client_ip")):
            answer = self.send("POST", self.base(PUBLIC_KEY) + scene, self.order(scene=scene, **more))
            self.refused(answer, 400, "PARAM_ERROR", field)

    def test_number_of_one_scene_is_used_for_another(self):
        order, _ = self.placed(scene="native")
        self.refused(self.send("POST", self.base(PUBLIC_KEY) + "app", order), 403, "OUT_TRADE_NO_USED")

    def test_provider_pays_by_his_own_paths_alone(self):
        self.refused(self.send("POST", self.base(PUBLIC_KEY) + "native", self.order(PROVIDER, "native"), PROVIDER), 403,
                     "NO_AUTH")
        self.refused(self.send("POST", self.base(PROVIDER) + "native", self.order(scene="native")), 403, "NO_AUTH")
        order = self.order(PROVIDER, "native", sub_mchid="1900000099")
        self.refused(self.send("POST", self.base(PROVIDER) + "native", order, PROVIDER), 400, "MCH_NOT_EXISTS")


class Closing(Customer):
    def close(self, order, account=PUBLIC_KEY, **more):
        target = "%sout-trade-no/%s/close" % (self.base(account), order["out_trade_no"])
        return self.send("POST", target, dict(self.names(account), **more), account)

    def test_close_is_signed_without_a_body_and_may_be_repeated(self):
        for account in EVERY:
            order, _ = self.placed(account)
            for _ in range(2):
                answer = self.close(order, account)
                self.assertIsNone(self.signed(answer, 204))
                self.assertEqual(answer.body, b"")
            self.assertEqual(self.query(order, account)["trade_state"], "CLOSED")
            self.refused(self.send("POST", self.base(account) + "jsapi", order, account), 400, "ORDER_CLOSED")
            answer = self.program.control("pay", {"account": account, "out_trade_no": order["out_trade_no"]})
            self.assertEqual(answer.status, 409)

    def test_close_is_refused_for_the_paid_the_unknown_and_the_stranger(self):
        order, _ = self.paid()
        self.refused(self.close(order), 400, "ORDERPAID")
        self.refused(self.close(self.order()), 404, "ORDER_NOT_EXIST")
        self.refused(self.close(order, mchid="1900000002"), 400, "PARAM_ERROR", "/mchid")
        self.refused(self.close(order, reason="late"), 400, "PARAM_ERROR", "/reason")

    def test_cut_of_an_answer_without_a_body_leaves_no_answer(self):
        order, _ = self.placed()
        self.program.fault("wechat-v3", "close", "cut")
        with self.assertRaises((http.client.HTTPException, OSError)):
            answer = self.close(order)
            self.assertNotEqual(self.is_signed(answer.headers, b""), True)
            raise http.client.BadStatusLine("the head was cut")
        self.assertEqual(self.query(order)["trade_state"], "CLOSED")


class CodePayments(Customer):
    def charge(self, code, account=DIRECT, order=None):
        order = order or self.order(account, "micropay", notify_url=None, payer={"auth_code": code})
        return order, self.send("POST", "/v3/global/micropay/transactions/pay", order, account)

    def reverse(self, order, account=DIRECT):
        target = "/v3/global/micropay/transactions/out-trade-no/%s/reverse" % order["out_trade_no"]
        return self.send("POST", target, self.names(account), account)

    def test_code_decides_what_becomes_of_it(self):
        for account in (DIRECT, INSTITUTION):
            order, answer = self.charge("130000000000000000", account)
            told = self.signed(answer)
            self.assertEqual((told["trade_state"], told["trade_type"]), ("SUCCESS", "MICROPAY"))
            self.assertEqual(self.query(order, account)["id"], told["id"])
            order, answer = self.charge("130000000000000006", account)
            self.assertEqual(self.signed(answer, 202)["code"], "USER_PAYING")
            self.assertEqual(self.query(order, account)["trade_state"], "USERPAYING")
            self.program.control("pay", {"account": account, "out_trade_no": order["out_trade_no"]})
            self.assertEqual(self.signed(self.charge("", account, order)[1])["trade_state"], "SUCCESS")
            order, answer = self.charge("130000000000000008", account)
            self.refused(answer, 403, "NOT_ENOUGH")
            self.assertEqual(self.query(order, account)["trade_state"], "PAYERROR")
            self.refused(self.charge("130000000000000009", account)[1], 400, "INVALID_REQUEST")

    def test_reversal_takes_paid_and_unpaid_back(self):
        for code in ("130000000000000000", "130000000000000007"):
            order, _ = self.charge(code)
            for _ in range(2):
                self.assertIsNone(self.signed(self.reverse(order), 204))
            self.assertEqual(self.query(order, DIRECT)["trade_state"], "REVOKED")
        self.refused(self.reverse(self.order(DIRECT)), 404, "ORDER_NOT_EXIST")
        self.refused(self.reverse(self.placed(DIRECT)[0]), 400, "INVALID_REQUEST")


class Combined(Customer):
    BASE = "/v3/combine-transactions/"

    def combined(self, scene="jsapi", **more):
        account = self.account(PUBLIC_KEY)
        parts = [{"mchid": account["mchid"], "attach": "shop %d" % i, "out_trade_no": self.new_number(),
                  "amount": {"total_amount": 100 + i, "currency": "CNY"}, "description": "part %d" % i}
                 for i in range(2)]
        order = {"combine_appid": account["appid"], "combine_mchid": account["mchid"],
                 "combine_out_trade_no": self.new_number(), "sub_orders": parts, "notify_url": self.merchant.url()}
        if scene == "jsapi":
            order["combine_payer_info"] = {"openid": OPENID}
        order.update(more)
        return order, self.send("POST", self.BASE + scene, order)

    def find(self, order):
        return self.signed(self.send("GET", self.BASE + "out-trade-no/" + order["combine_out_trade_no"]))

    def test_parts_are_paid_together_and_refunded_apart(self):
        order, answer = self.combined()
        self.assertEqual(list(self.signed(answer)), ["prepay_id"])
        first = order["sub_orders"][0]
        alone = self.program.control("pay", {"account": PUBLIC_KEY, "out_trade_no": first["out_trade_no"]})
        self.assertEqual(alone.status, 409)
        self.assertEqual([p["trade_state"] for p in self.find(order)["sub_orders"]], ["NOTPAY", "NOTPAY"])
        self.pay(order["combine_out_trade_no"])
        event, plain = self.opened(self.merchant.wait(1)[0])
        self.assertEqual(event["event_type"], "TRANSACTION.SUCCESS")
        self.assertEqual(plain, self.find(order))
        self.assertEqual([p["amount"]["total_amount"] for p in plain["sub_orders"]], [100, 101])
        self.assertEqual(self.query(first)["trade_state"], "SUCCESS")
        refund = {"out_trade_no": first["out_trade_no"], "out_refund_no": self.new_number(),
                  "amount": {"refund": 100, "total": 100, "currency": "CNY"}}
        self.signed(self.send("POST", "/v3/refund/domestic/refunds", refund))
        refund["out_trade_no"] = order["combine_out_trade_no"]
        refund["out_refund_no"] = self.new_number()
        self.assertEqual(self.send("POST", "/v3/refund/domestic/refunds", refund).status, 400)

    def test_combined_order_is_closed_as_a_whole(self):
        order, _ = self.combined("native")
        target = self.BASE + "out-trade-no/%s/close" % order["combine_out_trade_no"]
        body = {"combine_appid": order["combine_appid"],
                "sub_orders": [{n: p[n] for n in ("mchid", "out_trade_no")} for p in order["sub_orders"]]}
        part = "%sout-trade-no/%s/close" % (self.base(PUBLIC_KEY), order["sub_orders"][0]["out_trade_no"])
        self.refused(self.send("POST", part, self.names(PUBLIC_KEY)), 400, "INVALID_REQUEST")
        self.refused(self.send("POST", target, dict(body, sub_orders=body["sub_orders"][:1])), 400, "PARAM_ERROR",
                     "/sub_orders")
        self.assertIsNone(self.signed(self.send("POST", target, body), 204))
        self.assertEqual([p["trade_state"] for p in self.find(order)["sub_orders"]], ["CLOSED", "CLOSED"])
        self.refused(self.send("POST", self.BASE + "native", order), 400, "ORDER_CLOSED")

    def test_rules_of_a_combined_order(self):
        order, _ = self.combined()
        self.refused(self.combined(sub_orders=order["sub_orders"][:1])[1], 400, "PARAM_ERROR", "/sub_orders")
        self.refused(self.combined(sub_orders=order["sub_orders"])[1], 403, "OUT_TRADE_NO_USED")
        self.refused(self.combined(combine_mchid="1900000002")[1], 400, "PARAM_ERROR", "/combine_mchid")
        self.refused(self.combined("native", combine_payer_info={"openid": OPENID})[1], 400, "PARAM_ERROR",
                     "/combine_payer_info")
        parts = [dict(p, attach=None) for p in order["sub_orders"]]
        self.refused(self.combined(sub_orders=parts)[1], 400, "PARAM_ERROR", "/sub_orders/attach")
        self.refused(self.send("GET", self.BASE + "out-trade-no/" + self.new_number()), 404, "ORDER_NOT_EXIST")


class Keys(Customer):
    def rotate(self, account, to, **more):
        answer = self.program.control("rotate", dict(more, account=account, to=to))
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()["serial"]

    def certificates(self, account):
        path = "/v3/global/certificates" if self.is_abroad(account) else "/v3/certificates"
        found = {}
        for entry in self.send("GET", path, account=account).json()["data"]:
            sealed = entry["encrypt_certificate"]
            pem = AESGCM(self.text("api-v3-key").encode()).decrypt(
                sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode())
            certificate = x509.load_pem_x509_certificate(pem)
            self.assertEqual("%X" % certificate.serial_number, entry["serial_no"])
            found[entry["serial_no"]] = certificate.public_key()
        return found

    def test_keys_turn_in_mid_traffic(self):
        for account in (CERTIFICATE, DIRECT):
            order, _ = self.placed(account)
            self.assertEqual(list(self.certificates(account)), [self.certificate_serial])
            # a new certificate beside the old one: listed first, then signing
            second = self.rotate(account, "certificate", signs=False)
            self.keys.update(self.certificates(account))
            self.assertEqual(set(self.certificates(account)), {self.certificate_serial, second})
            target = "%sout-trade-no/%s?%s" % (self.base(account), order["out_trade_no"], self.query_names(account))
            old = self.certificate_serial
            answer = self.send("GET", target, account=account)
            self.assertTrue(self.is_signed(answer.headers, answer.body, old))
            self.assertEqual(self.requests()[-1]["key_id"], None)
            self.assertEqual(self.rotate(account, second), second)
            for serial, wanted in ((None, second), (second, second), (old, old)):
                headers = {"Wechatpay_Serial": serial} if serial else {}
                answer = self.send("GET", target, account=account, **headers)
                self.assertTrue(self.is_signed(answer.headers, answer.body, wanted))
                self.assertEqual(self.requests()[-1]["key_id"], serial)
            # and then the public key
            self.refused(self.send("GET", target, account=account, Wechatpay_Serial=self.public_key_id), 400,
                         "INVALID_REQUEST")
            self.assertEqual(self.rotate(account, "public-key"), self.public_key_id)
            self.pay(order["out_trade_no"], account=account)
            headers, body = self.merchant.wait(1)[0]
            self.assertTrue(self.is_signed(headers, body, self.public_key_id))
            answer = self.send("GET", target, account=account, Wechatpay_Serial=second)
            self.assertTrue(self.is_signed(answer.headers, answer.body, second))
            self.merchant.pushes = []

    def test_rotation_names_what_it_cannot_do(self):
        for wrong, status in (({"account": "weidoufu", "to": "public-key"}, 404), ({"account": PUBLIC_KEY}, 400),
                              ({"account": "nobody", "to": "certificate"}, 404),
                              ({"account": CERTIFICATE, "to": "certificate", "valid_s": 0}, 400),
                              ({"account": PUBLIC_KEY, "to": self.certificate_serial}, 400)):
            self.assertEqual(self.program.control("rotate", wrong).status, status)
        self.refused(self.send("GET", "/v3/certificates"), 404, "RESOURCE_NOT_EXISTS")


class Traffic(Customer):
    def test_each_call_is_recorded_with_its_numbers(self):
        order, _ = self.placed()
        self.query(order)
        self.send("GET", "/v3/certificates")
        seen = [(r["operation"], r["account"], r["out_trade_no"], r["status"]) for r in self.requests()]
        self.assertEqual(seen, [("create", PUBLIC_KEY, order["out_trade_no"], 200),
                                ("query", PUBLIC_KEY, order["out_trade_no"], 200),
                                ("refresh-keys", PUBLIC_KEY, None, 404)])
        self.program.request("DELETE", "/sandbox/requests")
        self.assertEqual(self.requests(), [])

    def test_calls_above_the_rate_are_refused_and_not_obeyed(self):
        limit = {"account": PUBLIC_KEY, "operation": "create", "per_second": 1}
        self.assertEqual(self.program.control("rate", limit).status, 200)
        try:
            orders = [self.order() for _ in range(3)]
            time.sleep(1.1)
            answers = [self.send("POST", self.base(PUBLIC_KEY) + "jsapi", order) for order in orders]
            self.assertEqual(answers[0].status, 200)
            refused = [i for i, answer in enumerate(answers) if answer.status == 429]
            self.assertTrue(refused)
            for i in refused:
                self.refused(answers[i], 429, "FREQUENCY_LIMITED")
                target = "%sout-trade-no/%s?mchid=1900000001" % (self.base(PUBLIC_KEY), orders[i]["out_trade_no"])
                self.refused(self.send("GET", target), 404, "ORDER_NOT_EXIST")
        finally:
            self.program.control("rate", dict(limit, per_second=0))
        self.assertEqual(self.program.control("rate", dict(limit, operation="bake")).status, 400)

    def test_faults_of_the_transport_meet_every_operation(self):
        order, _ = self.placed()
        target = "%sout-trade-no/%s/close" % (self.base(PUBLIC_KEY), order["out_trade_no"])
        for kind, status in (("http-503", 503), ("empty", 200), ("html", 200), ("redirect", 302), ("http-429", 429)):
            self.program.fault("wechat-v3", "close", kind)
            answer = self.send("POST", target, self.names(PUBLIC_KEY))
            self.assertEqual((answer.status, answer.headers["Wechatpay-Signature"]), (status, None), kind)
        self.program.fault("wechat-v3", "close", "drip", milliseconds=1)
        self.assertEqual(self.send("POST", target, self.names(PUBLIC_KEY)).status, 204)
        fresh, _ = self.placed()
        self.program.fault("wechat-v3", "close", "reset")
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.send("POST", target.replace(order["out_trade_no"], fresh["out_trade_no"]), self.names(PUBLIC_KEY))
        self.assertEqual(self.query(fresh)["trade_state"], "NOTPAY")
        self.assertEqual(self.requests()[-2]["status"], 0)

    def test_system_error_is_not_obeyed(self):
        order, _ = self.placed()
        target = "%sout-trade-no/%s/close" % (self.base(PUBLIC_KEY), order["out_trade_no"])
        self.program.fault("wechat-v3", "close", "system-error")
        self.refused(self.send("POST", target, self.names(PUBLIC_KEY)), 500, "SYSTEM_ERROR")
        self.assertEqual(self.query(order)["trade_state"], "NOTPAY")


if __name__ == "__main__":
    unittest.main()
