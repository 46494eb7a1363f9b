# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of weidoufu and WeChat Pay V3 that shares no code with minipay.

Its signatures and ciphers are hashlib's, the openssl tool's and, for AES-GCM, libcrypto's.
"""

import base64
import ctypes
import ctypes.util
import hashlib
import json
import os
import secrets
import subprocess
import tempfile
import time
import urllib.parse

from sandbox_client import SandboxTest

USER_AGENT = "independent-client/1"


def openssl(*args, data=b""):
    return subprocess.run(["openssl", *args], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def rsa_sign(key, text):
    done = openssl("dgst", "-sha256", "-sign", key, data=text)
    assert done.returncode == 0, done.stderr
    return base64.b64encode(done.stdout).decode()


def rsa_verify(public_key, text, signature):
    with tempfile.NamedTemporaryFile() as file:
        file.write(base64.b64decode(signature, validate=True))
        file.flush()
        return openssl("dgst", "-sha256", "-verify", public_key, "-signature", file.name, data=text).returncode == 0


def weidoufu_sign(params, secret_key):
    pairs = ["%s=%s" % (k, params[k]) for k in sorted(params) if k != "sign" and params[k] not in ("", None)]
    return hashlib.md5(("&".join(pairs) + "&secret_key=" + secret_key).encode()).hexdigest().upper()


def gcm_open(key, nonce, associated, sealed):
    """AES-256-GCM through libcrypto's EVP calls; None when the tag is wrong."""
    lib = ctypes.CDLL(ctypes.util.find_library("crypto"))
    lib.EVP_CIPHER_CTX_new.restype = ctypes.c_void_p
    lib.EVP_aes_256_gcm.restype = ctypes.c_void_p
    ctx = ctypes.c_void_p(lib.EVP_CIPHER_CTX_new())
    body, tag = sealed[:-16], sealed[-16:]
    out, length = ctypes.create_string_buffer(len(body) + 16), ctypes.c_int()
    lib.EVP_DecryptInit_ex(ctx, ctypes.c_void_p(lib.EVP_aes_256_gcm()), None, key, nonce)
    lib.EVP_DecryptUpdate(ctx, None, ctypes.byref(length), associated, len(associated))
    lib.EVP_DecryptUpdate(ctx, out, ctypes.byref(length), body, len(body))
    lib.EVP_CIPHER_CTX_ctrl(ctx, 0x11, 16, tag)
    good = lib.EVP_DecryptFinal_ex(ctx, ctypes.byref(ctypes.create_string_buffer(16)), ctypes.byref(length))
    lib.EVP_CIPHER_CTX_free(ctx)
    return out.raw[:len(body)] if good == 1 else None


class GatewayTest(SandboxTest):
    """What the cases of weidoufu and V3 share."""

    # weidoufu

    def weidoufu_fields(self, **more):
        fields = {
            "access_key": self.config["account weidoufu"]["access-key"],
            "body": "QQ会员充值",
            "out_order_no": self.new_number(),
            "pay_type": 1,
            "total_fee": 1990,
            "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            "notify_url": self.merchant.url(),
            "attach": "{test:'test1_params'}",
        }
        fields.update(more)
        return {name: value for name, value in fields.items() if value is not None}

    def weidoufu_post(self, fields, form=False, sign=None, path="/pay/miniapp"):
        fields = dict(fields, sign=sign or weidoufu_sign(fields, self.text("weidoufu-secret-key")))
        if form:
            return self.program.request("POST", path, urllib.parse.urlencode(fields).encode(),
                                        {"Content-Type": "application/x-www-form-urlencoded"})
        return self.program.request("POST", path, json.dumps(fields, ensure_ascii=False).encode(),
                                    {"Content-Type": "application/json"})

    def weidoufu_refused(self, **more):
        answer = self.weidoufu_post(self.weidoufu_fields(**more)).json()
        self.assertEqual((answer["code"], answer["data"]["jsapi"]), (0, ""), answer)
        return answer["message"]

    # V3

    def account(self, scheme):
        return self.config["account wechat-v3-" + scheme]

    def order(self, scheme="public-key", **more):
        order = {
            "appid": self.account(scheme)["appid"],
            "mchid": self.account(scheme)["mchid"],
            "description": "Image形象店-深圳腾大-QQ公仔",
            "out_trade_no": self.new_number(),
            "notify_url": self.merchant.url(),
            "attach": "table/7",
            "amount": {"total": 100, "currency": "CNY"},
            "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        }
        order.update(more)
        return {name: value for name, value in order.items() if value is not None}

    def authorization(self, scheme, method, target, body, **changed):
        values = {
            "mchid": self.account(scheme)["mchid"],
            "nonce_str": secrets.token_hex(16),
            "timestamp": str(int(time.time())),
            "serial_no": self.account(scheme)["merchant-serial"],
        }
        values.update(changed)
        text = "%s\n%s\n%s\n%s\n" % (method, target, values["timestamp"], values["nonce_str"])
        values.setdefault("signature", rsa_sign(self.path("merchant-key.pem"), text.encode() + body + b"\n"))
        present = ('%s="%s"' % pair for pair in values.items() if pair[1] is not None)
        return "WECHATPAY2-SHA256-RSA2048 " + ",".join(present)

    def v3(self, method, target, body=b"", scheme="public-key", authorization=None, headers=None):
        every = {
            "Authorization": authorization or self.authorization(scheme, method, target, body),
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
        }
        if scheme == "public-key":
            every["Wechatpay-Serial"] = self.account(scheme)["public-key-id"]
        if body:
            every["Content-Type"] = "application/json"
        every.update(headers or {})
        return self.program.request(method, target, body, {k: v for k, v in every.items() if v is not None})

    def create(self, order, scheme="public-key", **more):
        return self.v3("POST", "/v3/pay/transactions/jsapi", json.dumps(order, ensure_ascii=False).encode(), scheme,
                       **more)

    def query(self, number, scheme="public-key"):
        target = "/v3/pay/transactions/out-trade-no/%s?mchid=%s" % (number, self.account(scheme)["mchid"])
        return self.v3("GET", target, scheme=scheme)

    def public_key(self, scheme):
        if scheme == "public-key":
            return self.path("wechatpay-public-key.pem")
        path = os.path.join(self.folder, "platform-public-key.pem")
        with open(path, "wb") as file:
            file.write(openssl("x509", "-in", self.path("platform-certificate.pem"), "-noout", "-pubkey").stdout)
        return path

    def serial(self, scheme):
        if scheme == "public-key":
            return self.account(scheme)["public-key-id"]
        printed = openssl("x509", "-in", self.path("platform-certificate.pem"), "-noout", "-serial").stdout
        return printed.decode().strip().partition("=")[2]

    def is_signed(self, headers, body, scheme="public-key"):
        text = "%s\n%s\n" % (headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"])
        return (headers["Wechatpay-Serial"] == self.serial(scheme)
                and abs(int(headers["Wechatpay-Timestamp"]) - time.time()) < 300
                and rsa_verify(self.public_key(scheme), text.encode() + body + b"\n", headers["Wechatpay-Signature"]))

    def open(self, resource):
        self.assertEqual(resource["algorithm"], "AEAD_AES_256_GCM")
        plain = gcm_open(self.text("api-v3-key").encode(), resource["nonce"].encode(),
                         resource["associated_data"].encode(), base64.b64decode(resource["ciphertext"]))
        self.assertIsNotNone(plain)
        return plain
