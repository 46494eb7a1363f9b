# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox's WeChat Pay V2 against a second reading of its rules: hashlib, hmac and xml.etree."""

import secrets
import time
import unittest

from sandbox_client import Program
from v2_client import (ORDER, SCHEMES, SUCCESS, V2Test, from_xml, sign_hmac, sign_md5, signed, to_xml)


class OwnTools(unittest.TestCase):
    def test_signatures_are_the_published_ones(self):
        # pay.weixin.qq.com wiki, security, chapter 4_3
        fields = {"appid": "wxd930ea5d5a258f4f", "mch_id": "10000100", "device_info": "1000", "body": "test",
                  "nonce_str": "ibuaiVcKdpRxkhJA"}
        key = "192006250b4c09247ec02edce69f6a2d"
        self.assertEqual(sign_md5(fields, key), "9A0A8659F005D6984697E2CA0A9CF3B7")
        # the example of the published mini-program payment page
        pay = {"appId": "wxd678efh567hg6787", "nonceStr": "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
               "package": "prepay_id=wx2017033010242291fcfe0db70013231072", "signType": "MD5",
               "timeStamp": "1490840662"}
        self.assertEqual(sign_md5(pay, "qazwsxedcrfvtgbyhnujmikolp111111"), "22D9B4E54AB1950F51E0649E8810ACD6")
        self.assertEqual(sign_hmac(fields, key), "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6")


class Configuration(V2Test):
    def test_groups_and_keys(self):
        for scheme, mchid, appid, client in (
                ("md5", "1900000003", "wx0000000000000004", {"client-certificate": "file:wechat-v2-md5-client.pem"}),
                ("hmac", "1900000004", "wx0000000000000005",
                 {"client-certificate": "file:wechat-v2-hmac-client.p12",
                  "client-certificate-passphrase": "1900000004"})):
            self.assertEqual(dict(self.account(scheme)), {
                "provider": "wechat-v2", "endpoint": self.program.ready["endpoint_tls"], "mchid": mchid, "appid": appid,
                "api-key": "file:wechat-v2-%s-key" % scheme, "sign-type": SCHEMES[scheme], **client})
            self.assertRegex(self.key(scheme), "^[0-9A-Za-z]{32}$")
        self.assertNotEqual(self.key("md5"), self.key("hmac"))


class Orders(V2Test):
    def test_order_is_answered_and_signed_with_the_digest_of_the_merchant(self):
        for scheme in SCHEMES:
            answer = self.create(self.order(scheme), scheme)
            self.assert_done(answer, scheme)
            self.assertEqual(set(answer), {"return_code", "return_msg", "appid", "mch_id", "nonce_str", "sign",
                                           "result_code", "trade_type", "prepay_id"})
            self.assertRegex(answer["prepay_id"], "^wx[0-9]{14}[0-9a-f]{20}$")
            self.assertEqual(answer["trade_type"], "JSAPI")

    def test_cdata_and_the_other_content_type_are_read_too(self):
        order = self.order()
        order["sign"] = sign_md5(order, self.key("md5"))
        body = "".join("<%s><![CDATA[%s]]></%s>\n" % (k, v, k) for k, v in order.items())
        text = '<?xml version="1.0" encoding="UTF-8"?>\n<xml>\n%s</xml>\n' % body
        self.assert_done(from_xml(self.send(ORDER, text.encode(), "application/xml").body), "md5")

    def test_same_number_same_parameters_gives_the_same_prepay_id(self):
        soon, later = (time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + 8 * 3600 + s)) for s in (600, 1200))
        order = self.order(time_expire=soon)
        first = self.create(order)
        again = self.create(dict(order, nonce_str=secrets.token_hex(16)))
        self.assertEqual(first["prepay_id"], again["prepay_id"])
        self.assertEqual(self.create({k: v for k, v in order.items() if k != "time_expire"})["prepay_id"],
                         first["prepay_id"])
        self.assert_refused(self.create(dict(order, time_expire=later)), "INVALID_REQUEST", "first call")

    def test_same_number_other_parameters_is_refused(self):
        order = self.order()
        self.assert_done(self.create(order), "md5")
        for more in ({"total_fee": "89"}, {"body": "other"}, {"attach": "table/8"}, {"openid": "o2"},
                     {"notify_url": self.merchant.url("/other")}, {"goods_tag": "WXG"}):
            self.assert_refused(self.create(dict(order, **more)), "OUT_TRADE_NO_USED")

    def test_paid_order_is_not_ordered_again(self):
        order = self.order()
        self.create(order)
        self.pay(order["out_trade_no"])
        self.assert_refused(self.create(order), "ORDERPAID")

    def test_every_member_rule(self):
        for name in ("nonce_str", "body", "out_trade_no", "total_fee", "spbill_create_ip", "notify_url", "trade_type",
                     "openid"):
            self.assert_refused(self.create(self.order(**{name: None})), "LACK_PARAMS", name)
            self.assert_refused(self.create(self.order(**{name: ""})), "LACK_PARAMS", name)
        near = time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + 8 * 3600 + 30))
        for name, value in (("out_trade_no", "A" * 5), ("out_trade_no", "A" * 33), ("out_trade_no", "ABCDEF/"),
                            ("total_fee", "0"), ("total_fee", "-1"), ("total_fee", "1.0"), ("total_fee", "01"),
                            ("total_fee", "1e2"), ("total_fee", "9" * 10), ("fee_type", "USD"), ("body", "字" * 129),
                            ("attach", "a" * 128), ("spbill_create_ip", "localhost"), ("spbill_create_ip", "1.2.3"),
                            ("time_start", "2026-01-01"), ("time_start", "20260230000000"), ("time_expire", near),
                            ("notify_url", "http://shop.example/n"), ("notify_url", self.merchant.url("/n?x=1")),
                            ("notify_url", self.merchant.url("/" + "n" * 256)), ("trade_type", "jsapi"),
                            ("openid", "o" * 129), ("nonce_str", "n" * 33), ("receipt", "yes"), ("limit_pay", "no_fun"),
                            ("profit_sharing", "y"), ("detail", "{"), ("scene_info", "[]"), ("appId", "wx1"),
                            ("goods_tag", "g" * 33)):
            self.assert_refused(self.create(self.order(**{name: value})), "INVALID_REQUEST", name)
        for kind, name in (("NATIVE", "product_id"), ("MWEB", "scene_info")):
            self.assert_refused(self.create(self.order(trade_type=kind)), "LACK_PARAMS", name)
        self.assert_refused(self.create(self.order(sub_mch_id="1900000021")), "INVALID_REQUEST", "sub_mch_id")

    def test_every_scene_has_its_own_way_to_the_cashier(self):
        for kind, more, name, start in (
                ("NATIVE", {"product_id": "12235413214070356458058"}, "code_url", "weixin://wxpay/bizpayurl?pr="),
                ("MWEB", {"scene_info": '{"h5_info":{"type":"Wap","wap_url":"https://pay.qq.com","wap_name":"x"}}'},
                 "mweb_url", "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx"),
                ("APP", {}, "prepay_id", "wx")):
            order = self.order(trade_type=kind, openid=None, **more)
            answer = self.create(order)
            self.assert_done(answer, "md5")
            self.assertEqual(answer["trade_type"], kind)
            self.assertTrue(answer[name].startswith(start), answer)
            self.pay(order["out_trade_no"])
            self.assertEqual(self.query(out_trade_no=order["out_trade_no"])["trade_type"], kind)

    def test_limits_themselves_are_accepted(self):
        far = time.strftime("%Y%m%d%H%M%S", time.gmtime(time.time() + 8 * 3600 + 120))
        for more in ({"out_trade_no": secrets.token_hex(3)}, {"out_trade_no": secrets.token_hex(12) + "_-|*abcd"},
                     {"total_fee": "1"}, {"total_fee": "9" * 9}, {"body": "字" * 128}, {"attach": "a" * 127},
                     {"openid": "o" * 128}, {"spbill_create_ip": "2001:db8::1"}, {"time_expire": far},
                     {"fee_type": "CNY"}, {"profit_sharing": "N"}, {"limit_pay": "no_credit"}, {"goods_tag": ""},
                     {"detail": '{"goods_detail":[]}', "version": "1.0"}, {"device_info": "WEB"}):
            self.assert_done(self.create(self.order(**more)), "md5")

    def test_appid_of_another_merchant_is_refused(self):
        self.assert_refused(self.create(self.order(appid=self.account("hmac")["appid"])), "APPID_MCHID_NOT_MATCH")
        self.assert_rejected(self.create(self.order(mch_id="1900000009")), "商户号mch_id不存在")
        self.assert_rejected(self.create(self.order(mch_id=None)), "商户号mch_id不存在")


class Signatures(V2Test):
    def test_wrong_signature_is_rejected_and_explained(self):
        order = self.order()
        good = sign_md5(order, self.key("md5"))
        for sign in (good.lower(), "0" * 32, "", "short", sign_hmac(order, self.key("md5"))):
            self.assert_rejected(self.create(order, sign=sign), "签名错误")
        for reason in ("lower case", "the other digest", "it is missing", "another one", "the length",
                       "&out_trade_no=%s&" % order["out_trade_no"]):
            self.assertTrue(self.program.logged(reason), reason)
        self.assertFalse(any(self.key("md5") in line for line in self.program.log))
        self.assert_rejected(self.create(dict(order, total_fee="1"), sign=good), "签名错误")
        self.assert_refused(self.query(out_trade_no=order["out_trade_no"]), "ORDERNOTEXIST")

    def test_members_recut_at_their_separators_do_not_pass(self):
        order = self.order(attach="a&body=b", body="c")
        sign = sign_md5(order, self.key("md5"))
        recut = dict(order, attach="a", body="b&body=c")
        self.assertEqual(sign_md5(recut, self.key("md5")), sign)  # what the rule cannot tell apart
        self.assert_done(self.create(order, sign=sign), "md5")
        self.assert_refused(self.create(recut, sign=sign), "OUT_TRADE_NO_USED")

    def test_sign_type_must_be_the_merchants(self):
        key = self.key("hmac")
        for more, digest in (({"sign_type": None}, sign_md5), ({"sign_type": "MD5"}, sign_md5),
                             ({"sign_type": None}, sign_hmac), ({"sign_type": "hmac-sha256"}, sign_hmac),
                             ({}, sign_md5)):
            order = self.order("hmac", **more)
            self.assert_rejected(self.create(order, "hmac", sign=digest(order, key)), "签名错误")
        order = self.order(sign_type="HMAC-SHA256")
        self.assert_rejected(self.create(order, sign=sign_hmac(order, self.key("md5"))), "签名错误")
        self.assert_done(self.create(self.order(sign_type="MD5")), "md5")


class Documents(V2Test):
    def test_documents_that_say_more_than_names_and_values_are_refused(self):
        order = self.order()
        good = to_xml(dict(order, sign=sign_md5(order, self.key("md5")))).decode()
        inside = good[len("<xml>"):-len("</xml>")]
        for bad in ('<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + good,
                    '<!DOCTYPE xml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + good,
                    "<!DOCTYPE xml>" + good, "<!-- note -->" + good, "<xml><!-- note -->%s</xml>" % inside,
                    "<xml><?php x ?>%s</xml>" % inside, "<xml>%s<body>twice</body></xml>" % inside,
                    "<xml>%s<detail><a>1</a></detail></xml>" % inside, "<xml>text%s</xml>" % inside,
                    '<xml version="1">%s</xml>' % inside, '<xml>%s<detail type="x">1</detail></xml>' % inside,
                    "<root>%s</root>" % inside, good + good, good + "text", good[:-1], good.replace("88", "&nbsp;"),
                    good.replace("88", "&#1;"), good.replace("88", "&#0;"), "plain text", "{}", " ",
                    good.replace("<total_fee>", "<total_fee><![CDATA["), good + " " * 65536):
            self.assert_rejected(from_xml(self.send(ORDER, bad.encode()).body), "XML格式错误")
        self.assert_rejected(from_xml(self.send(ORDER, good.encode("utf-8") + b"\xff").body), "编码格式错误")
        self.assert_rejected(from_xml(self.send(ORDER, b"").body), "post数据为空")
        self.assert_rejected(from_xml(self.send(ORDER, b"", None, "GET").body), "请使用post方法")
        self.assert_rejected(from_xml(self.send(ORDER, good.encode(), "application/json").body), "XML格式错误")
        self.assert_done(from_xml(self.send(ORDER, good.encode()).body), "md5")

    def test_references_are_values_before_they_are_signed(self):
        order = self.order(attach="<&>\"' 公")
        text = to_xml(dict(order, sign=sign_md5(order, self.key("md5")))).decode()
        text = text.replace("公", "&#20844;").replace("\"", "&quot;").replace("'", "&apos;")
        self.assert_done(from_xml(self.send(ORDER, text.encode()).body), "md5")
        self.assertEqual(self.query(out_trade_no=order["out_trade_no"])["attach"], order["attach"])

    def test_answers_come_as_plain_text_with_status_200(self):
        answer = self.send(ORDER, b"<xml/>")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "text/plain"))


class Queries(V2Test):
    def test_states_of_an_order(self):
        for scheme in SCHEMES:
            order = self.order(scheme)
            self.create(order, scheme)
            before = self.query(scheme, out_trade_no=order["out_trade_no"])
            self.assert_done(before, scheme)
            self.assertEqual((before["trade_state"], before["attach"]), ("NOTPAY", order["attach"]))
            self.assertNotIn("total_fee", before)
            self.pay(order["out_trade_no"])
            paid = self.query(scheme, out_trade_no=order["out_trade_no"])
            self.assert_done(paid, scheme)
            self.assertEqual((paid["trade_state"], paid["total_fee"], paid["fee_type"], paid["cash_fee"],
                              paid["openid"], paid["out_trade_no"], paid["attach"]),
                             ("SUCCESS", "88", "CNY", "88", order["openid"], order["out_trade_no"], order["attach"]))
            self.assertRegex(paid["time_end"], "^20[0-9]{12}$")
            again = self.query(scheme, transaction_id=paid["transaction_id"], out_trade_no="ignored0")
            self.assertEqual(again["out_trade_no"], order["out_trade_no"])

    def test_what_is_not_there(self):
        self.assert_refused(self.query(out_trade_no=self.new_number()), "ORDERNOTEXIST")
        self.assert_refused(self.query(transaction_id="4200" + "0" * 24), "ORDERNOTEXIST")
        self.assert_refused(self.query(), "LACK_PARAMS")
        order = self.order("hmac")
        self.create(order, "hmac")
        self.assert_refused(self.query("md5", out_trade_no=order["out_trade_no"]), "ORDERNOTEXIST")


class Notifications(V2Test):
    def test_notification_is_signed_and_repeats_the_same_event(self):
        for scheme in SCHEMES:
            self.merchant.pushes = []
            order, event = self.notified(scheme, None)
            self.assert_done(event, scheme)
            self.assertEqual(event.get("sign_type"), "HMAC-SHA256" if scheme == "hmac" else None)
            self.assertEqual((event["out_trade_no"], event["total_fee"], event["attach"], event["openid"]),
                             (order["out_trade_no"], "88", order["attach"], order["openid"]))
            self.assertEqual(self.merchant.pushes[0][0]["Content-Type"], "text/xml")
            self.assertTrue(self.pay(order["out_trade_no"])["notified"])
            self.assertEqual(self.merchant.pushes[0][1], self.merchant.pushes[1][1])

    def test_only_the_exact_success_document_counts(self):
        order = self.order()
        self.create(order)
        for answer in ((200, b""), (200, b"success"), (200, SUCCESS + b"\n"), (200, SUCCESS[:-1]), (500, SUCCESS),
                       (204, b""), (302, SUCCESS), (200, SUCCESS + b"\0"), (200, SUCCESS.replace(b"OK", b"ok")),
                       (200, b"<xml><return_code><![CDATA[FAIL]]></return_code>"
                             b"<return_msg><![CDATA[no]]></return_msg></xml>")):
            self.merchant.answer = answer
            self.assertFalse(self.pay(order["out_trade_no"])["notified"], answer)
        self.merchant.answer = (200, SUCCESS)
        self.assertEqual(self.pay(order["out_trade_no"])["notified"], True)

    def test_attach_with_the_end_of_a_section_survives(self):
        order, event = self.notified("md5", None, attach="a]]>b & c")
        self.assertEqual(event["attach"], order["attach"])
        self.assert_done(event, "md5")

    def test_failed_payment_is_not_reported(self):
        order = self.order()
        self.create(order)
        self.assertEqual(self.program.control("pay", {"out_trade_no": order["out_trade_no"], "result": "FAIL"}).status,
                         409)
        self.assertEqual(self.query(out_trade_no=order["out_trade_no"])["trade_state"], "NOTPAY")

    def test_pay_after_notifies_by_itself(self):
        program = Program("--write-config=" + self.folder + "/after", "--pay-after=50")
        try:
            with open(self.folder + "/after/wechat-v2-md5-key", encoding="ascii") as file:
                key = file.read()
            order = self.order()
            order["sign"] = sign_md5(order, key)
            program.request("POST", ORDER, to_xml(order), {"Content-Type": "text/xml"})
            self.assertEqual(from_xml(self.merchant.wait(1)[0][1])["out_trade_no"], order["out_trade_no"])
        finally:
            self.assertEqual(program.stop(), 0)


class Faults(V2Test):
    def test_lies_are_signed(self):
        for kind, name, value in (("wrong-amount", "total_fee", "89"), ("wrong-currency", "fee_type", "USD"),
                                  ("wrong-mchid", "mch_id", "1900000009"),
                                  ("wrong-appid", "appid", "wx0000000000000009")):
            self.merchant.pushes = []
            order, event = self.notified("hmac", kind)
            self.assertEqual(event[name], value)
            self.assert_signed(event, "hmac")
            self.program.fault("wechat-v2", "query", kind)
            answer = self.query("hmac", out_trade_no=order["out_trade_no"])
            self.assertEqual(answer[name], value)
            self.assert_signed(answer, "hmac")
        self.merchant.pushes = []
        order, event = self.notified("md5", "wrong-order")
        self.assertNotEqual(event["out_trade_no"], order["out_trade_no"])
        self.assert_signed(event, "md5")

    def test_signatures_gone_wrong(self):
        for scheme in SCHEMES:
            self.merchant.pushes = []
            other = "md5" if scheme == "hmac" else "hmac"
            self.assertNotIn("sign", self.notified(scheme, "no-signature")[1])
            self.merchant.pushes = []
            event = self.notified(scheme, "bad-signature")[1]
            self.assertNotEqual(event["sign"], signed(event, scheme, self.key(scheme)))
            self.assertEqual(len(event["sign"]), len(signed(event, scheme, self.key(scheme))))
            self.merchant.pushes = []
            order, event = self.notified(scheme, "other-digest")
            self.assertEqual(event["sign"], signed(event, other, self.key(scheme)))
            self.assertEqual(event.get("sign_type"), "HMAC-SHA256" if other == "hmac" else None)
            for operation, call in (("create", lambda: self.create(self.order(scheme), scheme)),
                                    ("query", lambda: self.query(scheme, out_trade_no=order["out_trade_no"]))):
                self.program.fault("wechat-v2", operation, "no-signature")
                self.assertNotIn("sign", call())
                self.program.fault("wechat-v2", operation, "other-digest")
                answer = call()
                self.assertEqual(answer["sign"], signed(answer, other, self.key(scheme)))

    def test_system_error_has_no_signature_and_keeps_the_order(self):
        order = self.order()
        self.program.fault("wechat-v2", "create", "system-error")
        answer = self.create(order)
        self.assertEqual((answer["return_code"], answer["result_code"], answer["err_code"]),
                         ("SUCCESS", "FAIL", "SYSTEMERROR"))
        self.assertNotIn("sign", answer)
        self.program.fault("wechat-v2", "query", "system-error")
        self.assertEqual(self.query(out_trade_no=order["out_trade_no"])["err_code"], "SYSTEMERROR")
        self.assertEqual(self.query(out_trade_no=order["out_trade_no"])["trade_state"], "NOTPAY")
        self.assert_done(self.create(order), "md5")

    def test_answers_that_are_none(self):
        for kind, status in (("http-500", 500), ("http-502", 502), ("http-429", 429), ("html", 200), ("redirect", 302)):
            self.program.fault("wechat-v2", "create", kind)
            order = self.order()
            order["sign"] = sign_md5(order, self.key("md5"))
            answer = self.send(ORDER, to_xml(order))
            self.assertEqual(answer.status, status)
            self.assertNotIn(b"prepay_id", answer.body)
        self.program.fault("wechat-v2", "create", "duplicate")
        order = self.order()
        order["sign"] = sign_md5(order, self.key("md5"))
        self.assertEqual(self.send(ORDER, to_xml(order)).body.count(b"<return_code>"), 2)

    def test_duplicate_and_cut_notifications(self):
        self.notified("md5", "duplicate")
        self.assertEqual(len({body for _, body in self.merchant.wait(2)}), 1)
        order = self.order()
        self.create(order)
        self.program.fault("wechat-v2", "notify", "cut")
        self.assertFalse(self.pay(order["out_trade_no"])["notified"])

    def test_faults_v2_does_not_have_are_refused(self):
        for operation, kind in (("notify", "signtest"), ("create", "stale"), ("create", "wrong-amount"),
                                ("notify", "http-500"), ("notify", "system-error"), ("notify", "bad-padding")):
            answer = self.program.control("fault", dict(gateway="wechat-v2", operation=operation, kind=kind))
            self.assertEqual(answer.status, 400)


class Cashier(V2Test):
    def parameters(self, scheme, prepay_id="wx2017033010242291fcfe0db70013231072"):
        return {"appId": self.account(scheme)["appid"], "timeStamp": str(int(time.time())),
                "nonceStr": secrets.token_hex(16), "package": "prepay_id=" + prepay_id, "signType": SCHEMES[scheme]}

    def valid(self, parameters):
        return self.program.control("check-paysign", parameters).json()["valid"]

    def test_second_signature_covers_five_fields_and_is_of_the_orders_digest(self):
        for scheme in SCHEMES:
            fields = self.parameters(scheme)
            good = signed(fields, scheme, self.key(scheme))
            self.assertTrue(self.valid(dict(fields, paySign=good)))
            for name in fields:
                self.assertFalse(self.valid(dict(fields, paySign=good, **{name: fields[name] + "0"})), name)
                self.assertFalse(self.valid({k: v for k, v in dict(fields, paySign=good).items() if k != name}), name)
            self.assertFalse(self.valid(dict(fields, paySign=good.lower())))
            four = {k: v for k, v in fields.items() if k != "appId"}
            self.assertFalse(self.valid(dict(fields, paySign=signed(four, scheme, self.key(scheme)))))
        crossed = dict(self.parameters("hmac"), signType="MD5")
        self.assertFalse(self.valid(dict(crossed, paySign=sign_md5(crossed, self.key("hmac")))))
        stranger = dict(self.parameters("md5"), appId="wx0000000000000001")
        self.assertFalse(self.valid(dict(stranger, paySign=sign_md5(stranger, self.key("md5")))))


if __name__ == "__main__":
    unittest.main()
