# SPDX-License-Identifier: LGPL-2.1-or-later
"""A merchant of WeChat Pay V3 and Global for the tests of what comes after an order.

It shares no code with minipay: its signatures, seals and keys are python3-cryptography's.
"""

import base64
import json
import secrets
import time

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sandbox_client import SandboxTest

OPENID = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
PUBLIC_KEY = "wechat-v3-public-key"
CERTIFICATE = "wechat-v3-certificate"
PROVIDER = "wechat-v3-provider"
DIRECT = "wechat-global-direct"
INSTITUTION = "wechat-global-institution"
OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)


class Customer(SandboxTest):
    """Accounts are named as in the configuration."""

    def setUp(self):
        super().setUp()
        self.merchant_key = serialization.load_pem_private_key(self.text("merchant-key.pem").encode(), None)
        certificate = x509.load_pem_x509_certificate(self.text("platform-certificate.pem").encode())
        self.public_key_id = self.account(PUBLIC_KEY)["public-key-id"]
        self.certificate_serial = "%X" % certificate.serial_number
        self.keys = {
            self.public_key_id: serialization.load_pem_public_key(self.text("wechatpay-public-key.pem").encode()),
            self.certificate_serial: certificate.public_key(),
        }
        self.program.request("DELETE", "/sandbox/requests")

    def account(self, name):
        return self.config["account " + name]

    def is_abroad(self, account):
        return "global" in account

    def parties(self, account):
        """Who is paid, as an order names it."""
        fields = self.account(account)
        if "sub-mchid" not in fields:
            return {"mchid": fields["mchid"], "appid": fields["appid"]}
        return {"sp_mchid": fields["mchid"], "sub_mchid": fields["sub-mchid"], "sp_appid": fields["appid"],
                "sub_appid": fields["sub-appid"]}

    def names(self, account):
        return {name: value for name, value in self.parties(account).items() if name.endswith("mchid")}

    def query_names(self, account):
        return "&".join("%s=%s" % pair for pair in self.names(account).items())

    def send(self, method, target, body=None, account=PUBLIC_KEY, **headers):
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        nonce, timestamp = secrets.token_hex(16), str(int(time.time()))
        text = b"%s\n%s\n%s\n%s\n%s\n" % (method.encode(), target.encode(), timestamp.encode(), nonce.encode(), data)
        signature = base64.b64encode(self.merchant_key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()
        every = {
            "Authorization": 'WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",timestamp="%s",serial_no="%s",'
                             'signature="%s"' % (self.account(account)["mchid"], nonce, timestamp,
                                                 self.account(account)["merchant-serial"], signature),
            "Accept": "application/json",
            "User-Agent": "independent-client/1",
        }
        if data:
            every["Content-Type"] = "application/json"
        every.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.program.request(method, target, data, every)

    def base(self, account):
        if self.is_abroad(account):
            return "/v3/global/transactions/"
        return "/v3/pay/partner/transactions/" if account == PROVIDER else "/v3/pay/transactions/"

    def order(self, account=PUBLIC_KEY, scene="jsapi", total=1000, **more):
        order = {
            **self.parties(account),
            "description": "Image形象店-深圳腾大-QQ公仔",
            "out_trade_no": self.new_number(),
            "notify_url": self.merchant.url(),
            "amount": {"total": total, "currency": "HKD" if self.is_abroad(account) else "CNY"},
        }
        if self.is_abroad(account):
            order.update(trade_type=scene.upper(), merchant_category_code="1011")
        if scene == "jsapi":
            order["payer"] = {"sub_openid" if "sub_mchid" in order else "openid": OPENID}
        if scene in ("h5", "mweb"):
            order["scene_info"] = {"payer_client_ip": "192.0.2.7"}
        if scene == "h5":
            order["scene_info"]["h5_info"] = {"type": "Wap"}
        order.update(more)
        return {name: value for name, value in order.items() if value is not None}

    def placed(self, account=PUBLIC_KEY, scene="jsapi", **more):
        order = self.order(account, scene, **more)
        answer = self.signed(self.send("POST", self.base(account) + scene, order, account))
        return order, answer

    def paid(self, account=PUBLIC_KEY, **more):
        """The order and what a query tells of it."""
        order, _ = self.placed(account, **more)
        self.pay(order["out_trade_no"], account=account)
        self.merchant.pushes = []
        return order, self.query(order, account)

    def query(self, order, account=PUBLIC_KEY):
        target = "%sout-trade-no/%s?%s" % (self.base(account), order["out_trade_no"], self.query_names(account))
        return self.signed(self.send("GET", target, account=account))

    # answers

    def is_signed(self, headers, body, serial=None):
        key = self.keys.get(headers["Wechatpay-Serial"])
        text = b"%s\n%s\n%s\n" % (headers["Wechatpay-Timestamp"].encode(), headers["Wechatpay-Nonce"].encode(), body)
        if key is None or (serial and headers["Wechatpay-Serial"] != serial):
            return False
        try:
            key.verify(base64.b64decode(headers["Wechatpay-Signature"], validate=True), text, padding.PKCS1v15(),
                       hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    def signed(self, answer, status=200):
        """The value of an answer that must be a success and signed; None when it has no body."""
        self.assertEqual(answer.status, status, answer.body)
        self.assertTrue(self.is_signed(answer.headers, answer.body))
        return answer.json() if answer.body else None

    def refused(self, answer, status, code, field=None):
        self.assertEqual((answer.status, answer.json()["code"]), (status, code), answer.body)
        self.assertIsNone(answer.headers["Wechatpay-Signature"])
        if field:
            self.assertEqual(answer.json()["detail"]["field"], field)

    def opened(self, push):
        """Event type and plaintext of a notification whose signature must be true."""
        headers, body = push
        self.assertTrue(self.is_signed(headers, body))
        event = json.loads(body)
        sealed = event["resource"]
        plain = AESGCM(self.text("api-v3-key").encode()).decrypt(
            sealed["nonce"].encode(), base64.b64decode(sealed["ciphertext"]), sealed["associated_data"].encode())
        return event, json.loads(plain)

    def seal(self, text, serial=None):
        return base64.b64encode(self.keys[serial or self.public_key_id].encrypt(text.encode(), OAEP)).decode()

    def requests(self):
        return self.program.request("GET", "/sandbox/requests").json()["requests"]
