# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox as WeChat Pay Global, in both modes, against a client made of python3-cryptography."""

import base64
import json
import secrets
import time
import unittest

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandbox_client import SandboxTest

GATEWAY = "wechat-global"
ORDERS = "/v3/global/transactions/"
MODES = ("direct", "institution")
DIRECT_NAMES = ("mchid", "appid")
INSTITUTION_NAMES = ("sp_mchid", "sub_mchid", "sp_appid", "sub_appid")
OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


def string_to_sign(method, target, timestamp, nonce, body):
    return "\n".join((method, target, timestamp, nonce, "")).encode() + body + b"\n"


class OwnTools(unittest.TestCase):
    def test_string_to_sign_is_the_reference_s(self):
        # vector global-req-query-institution
        target = ORDERS + "out-trade-no/1217752501201407033233368018?sp_mchid=1900000100&sub_mchid=1900000109"
        self.assertEqual(string_to_sign("GET", target, "1554208460", "593BEC0C930BF1AFEB40B4A08C8FB242", b""),
                         b"GET\n/v3/global/transactions/out-trade-no/1217752501201407033233368018"
                         b"?sp_mchid=1900000100&sub_mchid=1900000109\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n")


class GlobalTest(SandboxTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.merchant_key = serialization.load_pem_private_key(cls.text("merchant-key.pem").encode(), None)
        cls.certificate = x509.load_pem_x509_certificate(cls.text("platform-certificate.pem").encode())
        cls.keys = {
            "direct": cls.certificate.public_key(),
            "institution": serialization.load_pem_public_key(cls.text("wechatpay-public-key.pem").encode()),
        }

    def account(self, mode):
        return self.config["account wechat-global-" + mode]

    def parties(self, mode):
        account = self.account(mode)
        if mode == "direct":
            return {"mchid": account["mchid"], "appid": account["appid"]}
        return {"sp_mchid": account["mchid"], "sub_mchid": account["sub-mchid"], "sp_appid": account["appid"],
                "sub_appid": account["sub-appid"]}

    def order(self, mode="direct", **more):
        order = {
            **self.parties(mode),
            "description": "Image形象店-深圳腾大-QQ公仔",
            "out_trade_no": self.new_number(),
            "notify_url": self.merchant.url(),
            "trade_type": "JSAPI",
            "merchant_category_code": "1011",
            "attach": "table/7",
            "amount": {"total": 1000, "currency": "HKD"},
            "payer": {"openid" if mode == "direct" else "sub_openid": OPENID},
        }
        order.update(more)
        return {name: value for name, value in order.items() if value is not None}

    def sign(self, text):
        return base64.b64encode(self.merchant_key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()

    def send(self, method, target, body=b"", mode="direct", mchid=None):
        account = self.account(mode)
        nonce, timestamp = secrets.token_hex(16), str(int(time.time()))
        signature = self.sign(string_to_sign(method, target, timestamp, nonce, body))
        headers = {
            "Authorization": 'WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",timestamp="%s",serial_no="%s",'
                             'signature="%s"' % (mchid or account["mchid"], nonce, timestamp,
                                                 account["merchant-serial"], signature),
            "Accept": "application/json",
            "User-Agent": "independent-client/1",
        }
        if mode == "institution":
            headers["Wechatpay-Serial"] = account["public-key-id"]
        if body:
            headers["Content-Type"] = "application/json"
        return self.program.request(method, target, body, headers)

    def create(self, order, mode="direct"):
        return self.send("POST", ORDERS + "jsapi", json.dumps(order, ensure_ascii=False).encode(), mode)

    def created(self, mode="direct", **more):
        order = self.order(mode, **more)
        answer = self.create(order, mode)
        self.assertEqual(answer.status, 200, answer.body)
        return order, answer

    def query(self, path, mode="direct", names=None):
        parties = self.parties(mode)
        wanted = names if names is not None else {n: v for n, v in parties.items() if n.endswith("mchid")}
        return self.send("GET", ORDERS + path + "?" + "&".join("%s=%s" % pair for pair in wanted.items()), mode=mode)

    def query_number(self, order, mode="direct"):
        return self.query("out-trade-no/" + order["out_trade_no"], mode)

    def serial(self, mode):
        if mode == "institution":
            return self.account(mode)["public-key-id"]
        return "%040X" % self.certificate.serial_number

    def is_signed(self, headers, body, mode):
        if not headers["Wechatpay-Signature"] or headers["Wechatpay-Serial"] != self.serial(mode):
            return False
        if abs(int(headers["Wechatpay-Timestamp"]) - time.time()) > 300:
            return False
        text = "%s\n%s\n" % (headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"])
        try:
            signature = base64.b64decode(headers["Wechatpay-Signature"], validate=True)
            self.keys[mode].verify(signature, text.encode() + body + b"\n", padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def open(self, resource):
        self.assertEqual(resource["algorithm"], "AEAD_AES_256_GCM")
        return AESGCM(self.text("api-v3-key").encode()).decrypt(
            resource["nonce"].encode(), base64.b64decode(resource["ciphertext"], validate=True),
            resource["associated_data"].encode())

    def notified(self, index=0):
        headers, body = self.merchant.wait(index + 1)[index]
        return headers, body, json.loads(self.open(json.loads(body)["resource"]))

    def refused(self, answer, status, code, field=None):
        self.assertEqual((answer.status, answer.json()["code"]), (status, code), answer.body)
        self.assertIsNone(answer.headers["Wechatpay-Signature"])
        self.assertTrue(answer.headers["Request-ID"])
        if field:
            self.assertEqual(answer.json()["detail"]["field"], field, answer.body)


class Orders(GlobalTest):
    def test_order_is_answered_and_signed_in_both_modes(self):
        for mode in MODES:
            order, answer = self.created(mode)
            self.assertEqual(list(answer.json()), ["prepay_id"])
            self.assertRegex(answer.json()["prepay_id"], "^wx[0-9]{14}[0-9a-f]{20}$")
            self.assertTrue(self.is_signed(answer.headers, answer.body, mode))
            self.assertFalse(self.is_signed(answer.headers, answer.body + b" ", mode))
            shown = self.program.request("GET", "/sandbox/orders/" + order["out_trade_no"]).json()
            self.assertEqual((shown["gateway"], shown["account"], shown["total"], shown["currency"], shown["payer"]),
                             (GATEWAY, "wechat-global-" + mode, 1000, "HKD", OPENID))

    def test_fields_of_two_modes_never_mix(self):
        for mode, other, names in (("direct", "institution", INSTITUTION_NAMES),
                                   ("institution", "direct", DIRECT_NAMES)):
            for name in names:
                mixed = self.order(mode, **{name: self.parties(other)[name]})
                self.refused(self.create(mixed, mode), 400, "PARAM_ERROR", "/" + name)
        for mode, names in (("direct", ("sp_openid", "sub_openid")), ("institution", ("openid",))):
            for name in names:
                payer = dict(self.order(mode)["payer"], **{name: OPENID})
                self.refused(self.create(self.order(mode, payer=payer), mode), 400, "PARAM_ERROR", "/payer/" + name)
        self.refused(self.create(self.order("institution"), "direct"), 400, "PARAM_ERROR")
        self.refused(self.create(self.order("direct"), "institution"), 400, "PARAM_ERROR")

    def test_every_party_is_required_but_sub_appid(self):
        for mode, names in (("direct", DIRECT_NAMES), ("institution", ("sp_mchid", "sub_mchid", "sp_appid"))):
            for name in names:
                self.refused(self.create(self.order(mode, **{name: None}), mode), 400, "PARAM_ERROR", "/" + name)
        self.created("institution", sub_appid=None, payer={"sp_openid": OPENID})

    def test_parties_must_belong_together(self):
        self.refused(self.create(self.order(mchid="1900000006")), 400, "PARAM_ERROR", "/mchid")
        self.refused(self.create(self.order("institution", sp_mchid="1900000005"), "institution"), 400, "PARAM_ERROR",
                     "/sp_mchid")
        self.refused(self.create(self.order("institution", sub_mchid="1900000005"), "institution"), 400,
                     "MCH_NOT_EXISTS")
        for mode, name in (("direct", "appid"), ("institution", "sp_appid"), ("institution", "sub_appid")):
            self.refused(self.create(self.order(mode, **{name: "wx0000000000000001"}), mode), 400,
                         "APPID_MCHID_NOT_MATCH")

    def test_institution_names_its_buyer_once(self):
        for name in ("sp_openid", "sub_openid"):
            self.created("institution", payer={name: OPENID})
        for more in ({"payer": {"sp_openid": OPENID, "sub_openid": OPENID}}, {"payer": {}}):
            self.refused(self.create(self.order("institution", **more), "institution"), 400, "PARAM_ERROR",
                         "/payer/sp_openid")
        self.refused(self.create(self.order("institution", sub_appid=None), "institution"), 400, "PARAM_ERROR",
                     "/payer/sub_openid")

    def test_every_member_rule(self):
        for member in ("description", "out_trade_no", "notify_url", "trade_type", "merchant_category_code", "amount",
                       "payer"):
            self.refused(self.create(self.order(**{member: None})), 400, "PARAM_ERROR", "/" + member)
        near = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time.time() + 30))
        for field, more in (("/description", {"description": "字" * 128}), ("/out_trade_no", {"out_trade_no": ""}),
                            ("/out_trade_no", {"out_trade_no": "1" * 33}), ("/out_trade_no", {"out_trade_no": "1/2"}),
                            ("/attach", {"attach": "a" * 128}), ("/trade_type", {"trade_type": "APP"}),
                            ("/trade_type", {"trade_type": "jsapi"}), ("/time_start", {"time_start": "now"}),
                            ("/merchant_category_code", {"merchant_category_code": 1011}),
                            ("/merchant_category_code", {"merchant_category_code": "1" * 17}),
                            ("/time_expire", {"time_expire": near}), ("/goods_tag", {"goods_tag": "g" * 33}),
                            ("/limit_pay", {"limit_pay": ["no_credit"]}), ("/limit_pay", {"limit_pay": "no_balance"}),
                            ("/amount/currency", {"amount": {"total": 1}}),
                            ("/amount/currency", {"amount": {"total": 1, "currency": "hkd"}}),
                            ("/amount/currency", {"amount": {"total": 1, "currency": "HK"}}),
                            ("/amount/currency", {"amount": {"total": 1, "currency": "HKDX"}}),
                            ("/amount/total", {"amount": {"total": 0, "currency": "HKD"}}),
                            ("/amount/total", {"amount": {"total": 1.5, "currency": "HKD"}}),
                            ("/payer/openid", {"payer": {"openid": "o" * 129}}), ("/payer/openid", {"payer": {}}),
                            ("/support_fapiao", {"support_fapiao": True}),
                            ("/settle_info", {"settle_info": {"profit_sharing": True}}),
                            ("/surprise", {"surprise": 1}), ("/detail", {"detail": [{"goods_id": "1"}]}),
                            ("/detail/goods_detail/merchant_goods_id",
                             {"detail": {"goods_detail": [{"goods_id": "1", "quantity": 1, "price": 1,
                                                           "merchant_goods_id": "1"}]}}),
                            ("/notify_url", {"notify_url": self.merchant.url("/n?x=1")}),
                            ("/notify_url", {"notify_url": "https://shop.example/n"}),
                            ("/notify_url", {"notify_url": self.merchant.url("/" + "n" * 256)})):
            self.refused(self.create(self.order(**more)), 400, "PARAM_ERROR", field)

    def test_limits_themselves_are_accepted(self):
        url = self.merchant.url("/")
        for more in ({"attach": "字" * 127}, {"out_trade_no": secrets.choice("abcdefghij")},
                     {"out_trade_no": secrets.token_hex(16)}, {"limit_pay": "no_credit"},
                     {"notify_url": url + "n" * (256 - len(url))}, {"amount": {"total": 1, "currency": "JPY"}},
                     {"time_start": "2018-06-08T10:34:56+08:00"}, {"scene_info": {"device_ip": "203.0.113.7"}},
                     {"detail": {"receipt_id": "r",
                                 "goods_detail": [{"goods_id": "1", "quantity": 1, "price": 1000}]}}):
            self.created(**more)

    def test_same_number(self):
        for mode in MODES:
            order, first = self.created(mode)
            again = self.create(dict(reversed(order.items())), mode)
            self.assertEqual(again.status, 200)
            self.assertNotEqual(first.json()["prepay_id"], again.json()["prepay_id"])
            self.refused(self.create(dict(order, amount={"total": 1000, "currency": "USD"}), mode), 403,
                         "OUT_TRADE_NO_USED")
            self.pay(order["out_trade_no"])
            self.refused(self.create(order, mode), 400, "ORDERPAID")

    def test_each_gateway_knows_its_own_merchants_only(self):
        body = json.dumps(self.order()).encode()
        self.refused(self.send("POST", ORDERS + "jsapi", body, mchid="1900000001"), 401, "SIGN_ERROR")
        self.refused(self.send("POST", "/v3/pay/transactions/jsapi", body), 401, "SIGN_ERROR")
        for path in ("/v3/global/transactions/h5", "/v3/global/nothing", "/v3/global/transactions/"):
            self.assertEqual(self.send("GET", path).status, 404)
        for scene in ("jsapi", "app", "native", "mweb"):
            self.assertEqual(self.send("GET", ORDERS + scene).status, 405)

    def test_altered_request_is_refused(self):
        body = json.dumps(self.order()).encode()
        signed = self.send("POST", ORDERS + "jsapi", body)
        self.assertEqual(signed.status, 200)
        self.sign, kept = (lambda text: kept(text + b" ")), self.sign
        self.refused(self.send("POST", ORDERS + "jsapi", body), 401, "SIGN_ERROR")
        self.assertTrue(self.program.logged("POST\\n/v3/global/transactions/jsapi\\n"))


class Queries(GlobalTest):
    def test_before_payment(self):
        for mode in MODES:
            order, _ = self.created(mode)
            answer = self.query_number(order, mode)
            self.assertTrue(self.is_signed(answer.headers, answer.body, mode))
            value = answer.json()
            self.assertEqual((value["trade_state"], value["out_trade_no"], value["amount"]),
                             ("NOTPAY", order["out_trade_no"], {"total": 1000, "currency": "HKD"}))
            self.assertFalse({"id", "transaction_id", "success_time", "payer"} & set(value))

    def test_after_payment_by_both_numbers(self):
        for mode in MODES:
            order, _ = self.created(mode)
            self.pay(order["out_trade_no"])
            answer = self.query_number(order, mode)
            self.assertTrue(self.is_signed(answer.headers, answer.body, mode))
            value = answer.json()
            self.assertEqual({n: v for n, v in value.items() if n in DIRECT_NAMES + INSTITUTION_NAMES},
                             self.parties(mode))
            self.assertEqual((value["trade_state"], value["trade_type"], value["attach"], value["payer"]),
                             ("SUCCESS", "JSAPI", "table/7", order["payer"]))
            # the buyer pays 9.20 in his own money for 10.00 of the order's
            self.assertEqual(value["amount"], {"total": 1000, "currency": "HKD", "payer_total": 920,
                                               "payer_currency": "CNY",
                                               "exchange_rate": {"type": "SETTLEMENT_RATE", "rate": 92000000}})
            self.assertRegex(value["success_time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$")
            self.assertNotIn("transaction_id", value)
            self.assertEqual(self.query("id/" + value["id"], mode).json(), value)
            self.refused(self.query("id/" + value["id"][:-1], mode), 404, "ORDER_NOT_EXIST")

    def test_order_without_sub_appid_shows_none(self):
        order, _ = self.created("institution", sub_appid=None, payer={"sp_openid": OPENID})
        self.pay(order["out_trade_no"])
        value = self.query_number(order, "institution").json()
        self.assertNotIn("sub_appid", value)
        self.assertEqual(value["payer"], {"sp_openid": OPENID})

    def test_order_in_the_buyer_s_own_money_is_not_converted(self):
        order, _ = self.created(amount={"total": 7, "currency": "CNY"})
        self.pay(order["out_trade_no"])
        self.assertEqual(self.query_number(order).json()["amount"],
                         {"total": 7, "currency": "CNY", "payer_total": 7, "payer_currency": "CNY"})

    def test_query_names_the_merchant_as_its_mode_does(self):
        direct, institution = self.parties("direct"), self.parties("institution")
        both = {n: institution[n] for n in ("sp_mchid", "sub_mchid")}
        for mode, names, field in (("direct", {}, "mchid"), ("direct", {"mchid": "1900000001"}, "mchid"),
                                   ("direct", both, "mchid"),
                                   ("direct", dict(both, mchid=direct["mchid"]), None),
                                   ("direct", {"mchid": direct["mchid"], "sub_mchid": "1"}, "sub_mchid"),
                                   ("institution", {"mchid": direct["mchid"]}, "sp_mchid"),
                                   ("institution", {"sp_mchid": institution["sp_mchid"]}, "sub_mchid"),
                                   ("institution", {"sub_mchid": institution["sub_mchid"]}, "sp_mchid"),
                                   ("institution", dict(both, sub_mchid="1900000005"), "sub_mchid"),
                                   ("institution", dict(both, mchid=institution["sp_mchid"]), "mchid")):
            order, _ = self.created(mode)
            self.refused(self.query("out-trade-no/" + order["out_trade_no"], mode, names), 400, "PARAM_ERROR", field)

    def test_merchants_do_not_see_each_other_s_orders(self):
        order, _ = self.created("direct")
        self.refused(self.query_number(order, "institution"), 404, "ORDER_NOT_EXIST")
        self.refused(self.query("out-trade-no/nothing"), 404, "ORDER_NOT_EXIST")

    def test_certificates(self):
        answer = self.send("GET", "/v3/global/certificates")
        self.assertTrue(self.is_signed(answer.headers, answer.body, "direct"))
        item = answer.json()["data"][0]
        self.assertEqual(item["serial_no"], self.serial("direct"))
        self.assertEqual(self.open(item["encrypt_certificate"]).decode(), self.text("platform-certificate.pem"))
        self.refused(self.send("GET", "/v3/global/certificates", mode="institution"), 404, "RESOURCE_NOT_EXISTS")


class Notifications(GlobalTest):
    def test_notification_says_what_the_query_says(self):
        for mode in MODES:
            self.merchant.pushes = []
            self.merchant.answer = (204, b"")
            order, _ = self.created(mode)
            self.assertEqual(self.pay(order["out_trade_no"], account="wechat-global-" + mode),
                             {"paid": True, "notified": True, "status": 204, "reply": ""})
            headers, body, plain = self.notified()
            self.assertTrue(self.is_signed(headers, body, mode))
            event = json.loads(body)
            self.assertEqual((event["event_type"], event["resource_type"], event["resource"]["original_type"],
                              len(event["id"])), ("TRANSACTION.SUCCESS", "encrypt-resource", "transaction", 36))
            self.assertEqual(plain, self.query_number(order, mode).json())
            self.assertRegex(plain["id"], "^[0-9]{28}$")

    def test_repeat_is_the_same_event_signed_anew(self):
        order, _ = self.created("institution")
        self.merchant.answer = (500, b"")
        self.assertFalse(self.pay(order["out_trade_no"])["notified"])
        self.merchant.answer = (200, b"")
        self.assertTrue(self.pay(order["out_trade_no"])["notified"])
        first, second = self.merchant.wait(2)
        self.assertEqual(first[1], second[1])
        self.assertNotEqual(first[0]["Wechatpay-Nonce"], second[0]["Wechatpay-Nonce"])

    def test_signature_faults(self):
        for operation in ("create", "query", "notify"):
            for kind in ("no-signature", "bad-signature", "signtest", "stale", "unknown-serial"):
                with self.subTest(operation=operation, kind=kind):
                    self.merchant.pushes = []
                    order, answer = (None, None) if operation == "create" else self.created()
                    self.program.fault(GATEWAY, operation, kind)
                    if operation == "create":
                        order, answer = self.created()
                    elif operation == "query":
                        answer = self.query_number(order)
                    else:
                        self.pay(order["out_trade_no"])
                    headers, body = (answer.headers, answer.body) if operation != "notify" else \
                        self.merchant.wait(1)[0]
                    self.assertFalse(self.is_signed(headers, body, "direct"))

    def test_lies_are_signed_well(self):
        for kind, look, lie in (("wrong-amount", lambda v: v["amount"]["total"], 1001),
                                ("wrong-currency", lambda v: v["amount"]["currency"], "USD"),
                                ("wrong-mchid", lambda v: v["sp_mchid"], "1900000009"),
                                ("wrong-appid", lambda v: v["sp_appid"], "wx0000000000000009"),
                                ("wrong-sub-mchid", lambda v: v["sub_mchid"], "1900000009"),
                                ("wrong-sub-appid", lambda v: v["sub_appid"], "wx0000000000000009")):
            with self.subTest(kind):
                self.merchant.pushes = []
                order, _ = self.created("institution")
                self.program.fault(GATEWAY, "notify", kind)
                self.pay(order["out_trade_no"])
                headers, body, plain = self.notified()
                self.assertTrue(self.is_signed(headers, body, "institution"))
                self.assertEqual(look(plain), lie)
                self.program.fault(GATEWAY, "query", kind)
                answer = self.query_number(order, "institution")
                self.assertTrue(self.is_signed(answer.headers, answer.body, "institution"))
                self.assertEqual(look(answer.json()), lie)
                self.pay(order["out_trade_no"])
                self.assertEqual(self.notified(1)[2], self.query_number(order, "institution").json())

    def test_lie_about_a_sub_merchant_mixes_the_modes_of_a_direct_order(self):
        order, _ = self.created()
        self.program.fault(GATEWAY, "notify", "wrong-sub-mchid")
        self.pay(order["out_trade_no"])
        plain = self.notified()[2]
        self.assertEqual((plain["mchid"], plain["sub_mchid"]), (self.account("direct")["mchid"], "1900000009"))

    def test_other_gateway_s_fault_is_left_alone(self):
        self.program.fault("wechat-v3", "create", "http-500")
        self.created()


class PaySign(GlobalTest):
    def valid(self, appid, prepay_id, **more):
        pay = {"appId": appid, "timeStamp": "1554208460", "nonceStr": "593BEC0C930BF1AFEB40B4A08C8FB242",
               "package": "prepay_id=" + prepay_id, "signType": "RSA"}
        pay["paySign"] = self.sign(("%(appId)s\n%(timeStamp)s\n%(nonceStr)s\n%(package)s\n" % pay).encode())
        pay.update(more)
        return self.program.control("check-paysign", pay).json()["valid"]

    def test_cashier_opens_in_the_application_of_the_order(self):
        direct, institution = self.parties("direct"), self.parties("institution")
        own = self.created()[1].json()["prepay_id"]
        sub = self.created("institution")[1].json()["prepay_id"]
        sp = self.created("institution", sub_appid=None, payer={"sp_openid": OPENID})[1].json()["prepay_id"]
        self.assertTrue(self.valid(direct["appid"], own))
        self.assertTrue(self.valid(institution["sub_appid"], sub))
        self.assertTrue(self.valid(institution["sp_appid"], sp))
        self.assertFalse(self.valid(institution["sp_appid"], sub))
        self.assertFalse(self.valid(institution["sub_appid"], sp))
        self.assertFalse(self.valid(institution["sub_appid"], own))
        self.assertTrue(self.program.logged("to be paid in application " + institution["sub_appid"]))

    def test_altered_parameters_do_not_open_it(self):
        own = self.created()[1].json()["prepay_id"]
        appid = self.parties("direct")["appid"]
        for more in ({"timeStamp": "1554208461"}, {"signType": "MD5"}, {"paySign": "A" * 344}):
            self.assertFalse(self.valid(appid, own, **more), more)
        self.assertFalse(self.valid(appid, "wx" + "0" * 34))


if __name__ == "__main__":
    unittest.main()
