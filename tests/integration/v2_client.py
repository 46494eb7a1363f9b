# SPDX-License-Identifier: LGPL-2.1-or-later
"""A merchant of WeChat Pay V2 for the tests of minipay-sandbox, written from the rules a second time: hashlib, hmac,
ssl and xml.etree."""

import hashlib
import hmac
import http.client
import secrets
import ssl
import urllib.parse
import xml.etree.ElementTree
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from sandbox_client import Answer, SandboxTest

ORDER, QUERY = "/pay/unifiedorder", "/pay/orderquery"
SUCCESS = b"<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>"
SCHEMES = {"md5": "MD5", "hmac": "HMAC-SHA256"}


def joined(fields, key):
    pairs = ["%s=%s" % (name, fields[name]) for name in sorted(fields) if name != "sign" and fields[name] != ""]
    return ("&".join(pairs) + "&key=" + key).encode()


def sign_md5(fields, key):
    return hashlib.md5(joined(fields, key)).hexdigest().upper()


def sign_hmac(fields, key):
    return hmac.new(key.encode(), joined(fields, key), hashlib.sha256).hexdigest().upper()


def signed(fields, scheme, key):
    return (sign_md5 if scheme == "md5" else sign_hmac)(fields, key)


def to_xml(fields):
    return ("<xml>%s</xml>" % "".join("<%s>%s</%s>" % (k, escape(str(v)), k) for k, v in fields.items())).encode()


def from_xml(text):
    root = xml.etree.ElementTree.fromstring(text)
    assert root.tag == "xml"
    fields = {element.tag: element.text or "" for element in root}
    assert len(fields) == len(root)
    return fields


def unpack(path, passphrase):
    """PKCS#12 as ssl wants it: PEM beside it."""
    with open(path, "rb") as file:
        key, certificate, _ = pkcs12.load_key_and_certificates(file.read(), passphrase.encode())
    with open(path + ".pem", "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
        file.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                     serialization.NoEncryption()))
    return file.name


class V2Test(SandboxTest):
    def setUp(self):
        super().setUp()
        self.merchant.answer = (200, SUCCESS)

    def account(self, scheme):
        return self.config["account wechat-v2-" + scheme]

    def key(self, scheme):
        return self.text("wechat-v2-%s-key" % scheme)

    def basic(self, scheme):
        fields = {"appid": self.account(scheme)["appid"], "mch_id": self.account(scheme)["mchid"],
                  "nonce_str": secrets.token_hex(16)}
        if scheme == "hmac":
            fields["sign_type"] = "HMAC-SHA256"
        return fields

    def order(self, scheme="md5", **more):
        fields = dict(self.basic(scheme), body="腾讯充值中心-QQ会员充值", attach="table/7 & <b>", total_fee="88",
                      out_trade_no=self.new_number(), spbill_create_ip="123.12.12.123", notify_url=self.merchant.url(),
                      trade_type="JSAPI", openid="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o")
        fields.update(more)
        return {name: value for name, value in fields.items() if value is not None}

    def send(self, path, body, content_type="text/xml; charset=utf-8", method="POST"):
        return self.program.request(method, path, body, {"Content-Type": content_type} if content_type else {})

    def call(self, path, fields, scheme="md5", sign=None):
        fields = dict(fields, sign=sign if sign is not None else signed(fields, scheme, self.key(scheme)))
        return from_xml(self.send(path, to_xml(fields)).body)

    def tls(self, certificate):
        """A context that trusts the sandbox's authority alone and shows the certificate of this account, or none."""
        context = ssl.create_default_context(cafile=self.config["transport"]["ca-file"])
        if certificate is not None:
            account = self.config["account " + certificate]
            path = self.path(account["client-certificate"].partition("file:")[2])
            if path.endswith(".p12"):
                path = unpack(path, account["client-certificate-passphrase"])
            context.load_cert_chain(path)
        return context

    def fetch(self, path, fields, account, certificate=None, digest=None):
        """One call over https; digest: another one than the account's."""
        scheme = account.rpartition("-")[2]
        key = self.text(self.config["account " + account]["api-key"].partition("file:")[2])
        digest = digest or ("md5" if scheme == "md5" else "hmac")
        fields = dict({"appid": self.config["account " + account]["appid"],
                       "mch_id": self.config["account " + account]["mchid"], "nonce_str": secrets.token_hex(16)},
                      **fields)
        if digest == "hmac":
            fields["sign_type"] = "HMAC-SHA256"
        fields = {name: value for name, value in fields.items() if value is not None}
        fields["sign"] = (sign_md5 if digest == "md5" else sign_hmac)(fields, key)
        port = urllib.parse.urlsplit(self.program.ready["endpoint_tls"]).port
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=self.tls(certificate))
        try:
            connection.request("POST", path, to_xml(fields), {"Content-Type": "text/xml"})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def secure(self, path, fields, account="wechat-v2-hmac", digest=None, certificate="own"):
        """The verified members of the answer; one without a signature comes as it is."""
        answer = from_xml(self.fetch(path, fields, account, account if certificate == "own" else certificate,
                                     digest).body)
        if "sign" in answer:
            key = self.text(self.config["account " + account]["api-key"].partition("file:")[2])
            digest = digest or ("md5" if account.endswith("-md5") else "hmac")
            self.assertEqual(answer["sign"], (sign_md5 if digest == "md5" else sign_hmac)(answer, key))
        return answer

    def accepted(self, path, fields, account="wechat-v2-hmac", **more):
        answer = self.secure(path, fields, account, **more)
        self.assertEqual((answer["return_code"], answer.get("result_code")), ("SUCCESS", "SUCCESS"), answer)
        self.assertIn("sign", answer)
        return answer

    def refused(self, code, path, fields, account="wechat-v2-hmac", **more):
        answer = self.secure(path, fields, account, **more)
        self.assertEqual((answer["return_code"], answer.get("result_code"), answer.get("err_code")),
                         ("SUCCESS", "FAIL", code), answer)
        self.assertIn("sign", answer)
        return answer

    def paid_order(self, account="wechat-v2-hmac", total=1000, **more):
        """A paid order of this account as the answer to its query tells it."""
        number = self.new_number()
        self.accepted(ORDER, dict({"body": "tea", "total_fee": total, "out_trade_no": number,
                                   "spbill_create_ip": "123.12.12.123", "notify_url": self.merchant.url(),
                                   "trade_type": "JSAPI", "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}, **more), account)
        self.pay(number, account=account)
        return self.accepted(QUERY, dict({"out_trade_no": number},
                                         **{k: v for k, v in more.items() if k == "sub_mch_id"}), account)

    def create(self, fields, scheme="md5", **more):
        return self.call(ORDER, fields, scheme, **more)

    def query(self, scheme="md5", **which):
        return self.call(QUERY, dict(self.basic(scheme), **which), scheme)

    def assert_signed(self, fields, scheme):
        self.assertEqual(fields["sign"], signed(fields, scheme, self.key(scheme)))

    def assert_done(self, fields, scheme):
        self.assertEqual((fields["return_code"], fields["result_code"]), ("SUCCESS", "SUCCESS"), fields)
        self.assertEqual((fields["appid"], fields["mch_id"]),
                         (self.account(scheme)["appid"], self.account(scheme)["mchid"]))
        self.assert_signed(fields, scheme)

    def assert_refused(self, fields, code, named="", scheme="md5"):
        self.assertEqual((fields["return_code"], fields.get("result_code"), fields.get("err_code")),
                         ("SUCCESS", "FAIL", code), fields)
        self.assertIn(named, fields["err_code_des"])
        self.assertNotIn("prepay_id", fields)
        self.assert_signed(fields, scheme)

    def assert_rejected(self, fields, message):
        self.assertEqual(fields, {"return_code": "FAIL", "return_msg": message})

    def notified(self, scheme, kind, **more):
        order = self.order(scheme, **more)
        self.assert_done(self.create(order, scheme), scheme)
        if kind:
            self.program.fault("wechat-v2", "notify", kind)
        self.pay(order["out_trade_no"], account="wechat-v2-" + scheme)
        return order, from_xml(self.merchant.wait(1)[-1][1])
