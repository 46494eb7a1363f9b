# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox's V2 beyond the first payment: mutual TLS, closing, refunds, their query and their notification."""

import base64
import hashlib
import ssl
import unittest
import xml.etree.ElementTree

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from v2_client import ORDER, QUERY, SUCCESS, V2Test, from_xml

CLOSE, REFUND, REFUND_QUERY = "/pay/closeorder", "/secapi/pay/refund", "/pay/refundquery"


def open_req_info(text, key):
    digest = hashlib.md5(key.encode()).hexdigest().encode()
    cipher = Cipher(algorithms.AES(digest), modes.ECB()).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    padded = cipher.update(base64.b64decode(text, validate=True)) + cipher.finalize()
    root = xml.etree.ElementTree.fromstring(unpadder.update(padded) + unpadder.finalize())
    assert root.tag == "root"
    return {element.tag: element.text for element in root}


class RefundTest(V2Test):
    def refund(self, order, amount=300, **more):
        return dict({"transaction_id": order["transaction_id"], "out_refund_no": "R" + self.new_number(),
                     "total_fee": order["total_fee"], "refund_fee": amount}, **more)

    def end(self, number, result, account="wechat-v2-hmac"):
        answer = self.program.control("refund", {"account": account, "out_refund_no": number, "result": result})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()


class MutualTls(RefundTest):
    def test_every_merchant_shows_the_certificate_of_the_configuration(self):
        for account in ("wechat-v2-md5", "wechat-v2-hmac", "wechat-v2-provider"):
            sub = {"sub_mch_id": "1900000021"} if account == "wechat-v2-provider" else {}
            order = self.paid_order(account, **sub)
            self.accepted(REFUND, self.refund(order, **sub), account)

    def test_without_a_certificate_nothing_is_refunded(self):
        order = self.paid_order()
        refund = self.refund(order)
        answer = self.secure(REFUND, refund, certificate=None)
        self.assertEqual(answer["return_code"], "FAIL")
        self.assertIn("证书", answer["return_msg"])
        self.assertNotIn("sign", answer)
        fields = dict(self.basic("hmac"), **{k: str(v) for k, v in refund.items()})
        self.assertIn("证书", self.call(REFUND, fields, "hmac")["return_msg"])  # over http
        self.refused("REFUNDNOTEXIST", REFUND_QUERY, {"out_refund_no": refund["out_refund_no"]})

    def test_certificate_of_another_merchant_is_refused(self):
        order = self.paid_order()
        for other in ("wechat-v2-md5", "wechat-v2-provider"):
            self.refused("CERT_ERROR", REFUND, self.refund(order), certificate=other)
        self.assertEqual(self.accepted(QUERY, {"out_trade_no": order["out_trade_no"]})["trade_state"], "SUCCESS")

    def test_the_port_is_the_authoritys_and_nobody_elses(self):
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.config["transport"]["ca-file"], kept = self.path("merchant-certificate.pem"), \
                self.config["transport"]["ca-file"]
            try:
                self.fetch(QUERY, {}, "wechat-v2-hmac")
            finally:
                self.config["transport"]["ca-file"] = kept

    def test_paths_without_mutual_tls_ask_for_none(self):
        order = self.paid_order()
        self.accepted(QUERY, {"out_trade_no": order["out_trade_no"]}, certificate=None)


class Closing(V2Test):
    def order_now(self, **more):
        number = self.new_number()
        self.accepted(ORDER, dict({"body": "tea", "total_fee": 100, "out_trade_no": number,
                                   "spbill_create_ip": "123.12.12.123", "notify_url": self.merchant.url(),
                                   "trade_type": "JSAPI", "openid": "o1"}, **more))
        return number

    def test_open_order_is_closed_for_good(self):
        number = self.order_now()
        self.assertEqual(self.accepted(CLOSE, {"out_trade_no": number})["result_msg"], "OK")
        self.assertEqual(self.accepted(QUERY, {"out_trade_no": number})["trade_state"], "CLOSED")
        self.refused("ORDERCLOSED", CLOSE, {"out_trade_no": number})
        self.assertEqual(self.program.control("pay", {"out_trade_no": number}).status, 409)

    def test_what_is_not_closed(self):
        self.refused("ORDERPAID", CLOSE, {"out_trade_no": self.paid_order()["out_trade_no"]})
        self.refused("ORDERNOTEXIST", CLOSE, {"out_trade_no": self.new_number()})
        self.refused("LACK_PARAMS", CLOSE, {})

    def test_five_minutes_hold_when_control_says_so(self):
        self.assertEqual(self.program.control("wechat-v2", {"close_after_s": 300}).status, 200)
        try:
            number = self.order_now()
            self.refused("TRADE_STATE_ERROR", CLOSE, {"out_trade_no": number})
        finally:
            self.program.control("wechat-v2", {"close_after_s": 0})
        self.accepted(CLOSE, {"out_trade_no": number})

    def test_refusals_on_command(self):
        number = self.order_now()
        arm = {"account": "wechat-v2-hmac", "operation": "close", "err_code": "FREQUENCY_LIMITED"}
        self.assertEqual(self.program.control("wechat-v2", arm).status, 200)
        self.refused("FREQUENCY_LIMITED", CLOSE, {"out_trade_no": number})
        self.accepted(CLOSE, {"out_trade_no": number})
        for wrong in ({}, {"err_code": "x"}, dict(arm, account="weidoufu"), dict(arm, operation="fly"),
                      dict(arm, times=0), {"close_after_s": -1}):
            self.assertIn(self.program.control("wechat-v2", wrong).status, (400, 404), wrong)

    def test_lies_and_missing_signatures(self):
        number = self.order_now()
        self.program.fault("wechat-v2", "close", "wrong-mchid")
        self.assertEqual(self.accepted(CLOSE, {"out_trade_no": number})["mch_id"], "1900000009")
        number = self.order_now()
        self.program.fault("wechat-v2", "close", "no-signature")
        self.assertNotIn("sign", self.secure(CLOSE, {"out_trade_no": number}))
        self.program.fault("wechat-v2", "close", "system-error")
        answer = self.secure(CLOSE, {"out_trade_no": self.order_now()})
        self.assertEqual((answer["err_code"], "sign" in answer), ("SYSTEMERROR", False))


class Refunds(RefundTest):
    def test_answer_tells_the_refund_and_a_repeat_the_same_one(self):
        order = self.paid_order()
        refund = self.refund(order, refund_desc="商品已售完")
        first = self.accepted(REFUND, refund)
        self.assertEqual((first["out_refund_no"], first["refund_fee"], first["total_fee"], first["transaction_id"],
                          first["out_trade_no"]),
                         (refund["out_refund_no"], "300", "1000", order["transaction_id"], order["out_trade_no"]))
        self.assertRegex(first["refund_id"], "^[0-9]{28}$")
        self.assertEqual(self.accepted(REFUND, refund)["refund_id"], first["refund_id"])
        state = self.accepted(QUERY, {"out_trade_no": order["out_trade_no"]})
        self.assertEqual((state["trade_state"], state["total_fee"]), ("REFUND", "1000"))

    def test_money_is_given_back_once(self):
        order = self.paid_order()
        first = self.refund(order, 600)
        self.accepted(REFUND, first)
        self.refused("ERROR", REFUND, self.refund(order, 401))
        self.accepted(REFUND, self.refund(order, 400))
        self.refused("REFUND_FEE_MISMATCH", REFUND, dict(first, refund_fee=599))
        self.refused("INVALID_REQUEST", REFUND, self.refund(order, 1, total_fee=999))

    def test_what_is_not_refunded(self):
        order = self.paid_order()
        self.refused("INVALID_TRANSACTIONID", REFUND, self.refund(order, transaction_id="4200" + "0" * 24))
        self.refused("ORDERNOTEXIST", REFUND, self.refund(order, transaction_id=None,
                                                          out_trade_no=self.new_number()))
        for name in ("out_refund_no", "total_fee", "refund_fee", "transaction_id"):
            self.refused("LACK_PARAMS", REFUND, self.refund(order, **{name: None}))
        for name, value in (("out_refund_no", "R/1"), ("out_refund_no", "R" * 65), ("refund_fee", "0"),
                            ("refund_fee", "1.0"), ("refund_desc", "字" * 81), ("refund_account", "MINE"),
                            ("notify_url", "http://shop.example/r"), ("refund_sum", "1")):
            answer = self.refused("INVALID_REQUEST", REFUND, self.refund(order, **{name: value}))
            self.assertIn(name, answer["err_code_des"])

    def test_fifty_refunds_at_most(self):
        order = self.paid_order()
        for _ in range(50):
            self.accepted(REFUND, self.refund(order, 1))
        self.refused("INVALID_REQUEST", REFUND, self.refund(order, 1))

    def test_query_shows_ten_of_them_at_a_time(self):
        order = self.paid_order()
        numbers = []
        for _ in range(12):
            refund = self.refund(order, 10)
            numbers.append(refund["out_refund_no"])
            self.accepted(REFUND, refund)
        which = {"out_trade_no": order["out_trade_no"]}
        first, second = (self.accepted(REFUND_QUERY, dict(which, offset=n)) for n in (0, 10))
        self.assertEqual((first["total_refund_count"], first["refund_count"], second["refund_count"]),
                         ("12", "10", "2"))
        shown = [first["out_refund_no_%d" % n] for n in range(10)] + [second["out_refund_no_%d" % n] for n in range(2)]
        self.assertEqual(shown, numbers)
        self.refused("PARAM_ERROR", REFUND_QUERY, dict(which, offset=12))

    def test_query_by_every_number_and_in_every_state(self):
        order = self.paid_order()
        for result, status in ((None, "PROCESSING"), ("success", "SUCCESS"), ("closed", "REFUNDCLOSE"),
                               ("abnormal", "CHANGE")):
            refund = self.refund(order, 100)
            refund_id = self.accepted(REFUND, refund)["refund_id"]
            if result is not None:
                self.end(refund["out_refund_no"], result)
            for which in ({"out_refund_no": refund["out_refund_no"]}, {"refund_id": refund_id},
                          {"refund_id": refund_id, "out_refund_no": "ignored", "out_trade_no": "ignored0"}):
                answer = self.accepted(REFUND_QUERY, which)
                self.assertEqual((answer["refund_count"], answer["refund_status_0"], answer["refund_fee_0"],
                                  answer["refund_id_0"]), ("1", status, "100", refund_id))
                self.assertEqual("refund_success_time_0" in answer, status == "SUCCESS")
                self.assertEqual(answer["refund_recv_accout_0"], "支付用户的零钱")
        self.refused("REFUNDNOTEXIST", REFUND_QUERY, {"out_refund_no": "R0"})
        self.refused("REFUNDNOTEXIST", REFUND_QUERY, {"transaction_id": self.paid_order()["transaction_id"]})
        self.refused("LACK_PARAMS", REFUND_QUERY, {})

    def test_lies_are_signed(self):
        order = self.paid_order()
        for kind, name, right in (("wrong-amount", "refund_fee", "1"), ("wrong-order", "out_trade_no",
                                                                        order["out_trade_no"]),
                                  ("wrong-refund", "out_refund_no", None), ("wrong-currency", "fee_type", "CNY")):
            refund = self.refund(order, 1)
            self.program.fault("wechat-v2", "refund", kind)
            self.assertNotEqual(self.accepted(REFUND, refund)[name], right or refund["out_refund_no"])
            self.program.fault("wechat-v2", "query-refund", kind)
            answer = self.accepted(REFUND_QUERY, {"out_refund_no": refund["out_refund_no"]})
            shown = answer.get(name + "_0", answer.get(name))
            self.assertNotEqual(shown, right or refund["out_refund_no"], kind)

    def test_trouble_after_the_refund_is_unsigned(self):
        order = self.paid_order()
        for kind in ("no-signature", "system-error"):
            refund = self.refund(order, 1)
            self.program.fault("wechat-v2", "refund", kind)
            self.assertNotIn("sign", self.secure(REFUND, refund))
            self.accepted(REFUND_QUERY, {"out_refund_no": refund["out_refund_no"]})


class Notifications(RefundTest):
    def notified(self, result, kind=None, account="wechat-v2-hmac"):
        order = self.paid_order(account)
        refund = self.refund(order, notify_url=self.merchant.url("/refund"))
        refund_id = self.accepted(REFUND, refund, account)["refund_id"]
        self.merchant.pushes = []
        if kind:
            self.program.fault("wechat-v2", "notify", kind)
        self.assertTrue(self.end(refund["out_refund_no"], result, account)["notified"])
        event = from_xml(self.merchant.wait(1)[0][1])
        key = self.text(self.config["account " + account]["api-key"].partition("file:")[2])
        return order, refund, refund_id, event, key

    def test_refund_is_told_behind_the_key_and_unsigned(self):
        for account, result, status in (("wechat-v2-hmac", "success", "SUCCESS"),
                                        ("wechat-v2-md5", "abnormal", "CHANGE"),
                                        ("wechat-v2-hmac", "closed", "REFUNDCLOSE")):
            order, refund, refund_id, event, key = self.notified(result, account=account)
            self.assertEqual(set(event), {"return_code", "return_msg", "appid", "mch_id", "nonce_str", "req_info"})
            inner = open_req_info(event["req_info"], key)
            self.assertEqual((inner["transaction_id"], inner["out_trade_no"], inner["refund_id"],
                              inner["out_refund_no"], inner["total_fee"], inner["refund_fee"], inner["refund_status"]),
                             (order["transaction_id"], order["out_trade_no"], refund_id, refund["out_refund_no"],
                              "1000", "300", status))

    def test_altered_text_does_not_open(self):
        event, key = self.notified("success", "bad-signature")[3:]
        with self.assertRaises((ValueError, AssertionError, xml.etree.ElementTree.ParseError)):
            open_req_info(event["req_info"], key)

    def test_lies_open_well(self):
        for kind, name in (("wrong-amount", "refund_fee"), ("wrong-refund", "out_refund_no"),
                           ("wrong-order", "out_trade_no")):
            order, refund, _, event, key = self.notified("success", kind)
            right = {"refund_fee": "300", "out_refund_no": refund["out_refund_no"],
                     "out_trade_no": order["out_trade_no"]}
            self.assertNotEqual(open_req_info(event["req_info"], key)[name], right[name])

    def test_only_the_exact_success_document_counts(self):
        order = self.paid_order()
        refund = self.refund(order, notify_url=self.merchant.url("/refund"))
        self.accepted(REFUND, refund)
        self.merchant.answer = (200, b"success")
        self.assertFalse(self.end(refund["out_refund_no"], "success")["notified"])
        self.merchant.answer = (200, SUCCESS)


if __name__ == "__main__":
    unittest.main()
