# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox against a client that shares no code with it: hashlib, the openssl tool, libcrypto for AES-GCM.

It speaks weidoufu and WeChat Pay V3; the other gateways have files of their own.
"""

import base64
import configparser
import ctypes
import ctypes.util
import hashlib
import hmac
import http.client
import json
import os
import re
import secrets
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

from sandbox_client import SANDBOX, Answer, Program, SandboxTest

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

    def weidoufu_post(self, fields, form=False, sign=None):
        fields = dict(fields, sign=sign or weidoufu_sign(fields, self.text("weidoufu-secret-key")))
        if form:
            return self.program.request("POST", "/pay/miniapp", urllib.parse.urlencode(fields).encode(),
                                        {"Content-Type": "application/x-www-form-urlencoded"})
        return self.program.request("POST", "/pay/miniapp", json.dumps(fields, ensure_ascii=False).encode(),
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


class OwnTools(GatewayTest):
    """The client itself, on published bytes; else it could share a mistake with what it tests."""

    def test_weidoufu_sign_gives_published_digest(self):
        # doc.weidoufu.com/api/sign.html
        params = {"access_key": "22c2f18010bc1f10gkpdjdspjpfjspn32", "attach": "{test:'test1_params'}",
                  "body": "QQ会员充值", "notify_url": "https://xxxxx.com/api/notice",
                  "out_order_no": "10018801620383215825", "pay_type": "1", "total_fee": "1"}
        self.assertEqual(weidoufu_sign(params, "EkfB1+3w39F2mvMBcXb4/7PRfVTgs+Bh"), "CF1C1CC6B5AACFD39A05D3BC5D1FFF31")

    def test_gcm_opens_published_case_and_refuses_wrong_tag(self):
        # McGrew and Viega, "The Galois/Counter Mode of Operation", test case 14
        sealed = bytes.fromhex("cea7403d4d606b6e074ec5d3baf39d18" "d0d1c8a799996bf0265b98b5d48ab919")
        self.assertEqual(gcm_open(bytes(32), bytes(12), b"", sealed), bytes(16))
        self.assertIsNone(gcm_open(bytes(32), bytes(12), b"", sealed[:-1] + b"\0"))


class Configuration(GatewayTest):
    def test_files_are_closed_to_others(self):
        self.assertEqual(stat.S_IMODE(os.stat(self.directory).st_mode), 0o700)
        for name in os.listdir(self.directory):
            self.assertEqual(stat.S_IMODE(os.stat(self.path(name)).st_mode), 0o600, name)

    def test_configuration_has_what_a_client_needs(self):
        endpoint = self.program.ready["endpoint"]
        self.assertEqual(self.program.ready["config"], self.path("minipay.conf"))
        self.assertEqual(dict(self.config["account weidoufu"]), {
            "provider": "weidoufu", "endpoint": endpoint,
            "access-key": self.config["account weidoufu"]["access-key"], "secret-key": "file:weidoufu-secret-key"})
        public, certificate = self.account("public-key"), self.account("certificate")
        for account, mode, mchid, appid in ((public, "public-key", "1900000001", "wx0000000000000001"),
                                            (certificate, "certificate", "1900000002", "wx0000000000000002")):
            self.assertEqual((account["provider"], account["mode"], account["endpoint"], account["mchid"],
                              account["appid"]),
                             ("wechat-v3", mode, endpoint, mchid, appid))
            self.assertEqual((account["private-key"], account["api-v3-key"]),
                             ("file:merchant-key.pem", "file:api-v3-key"))
            self.assertRegex(account["merchant-serial"], "^[0-9A-F]{40}$")
        self.assertRegex(public["public-key-id"], "^PUB_KEY_ID_0{28}[0-9]{6}$")
        self.assertEqual(public["public-key"], "file:wechatpay-public-key.pem")
        self.assertNotIn("platform-certificate", public)
        self.assertEqual(certificate["platform-certificate"], "file:platform-certificate.pem")
        self.assertNotIn("public-key", certificate)

    def test_keys_are_of_the_promised_kind(self):
        self.assertRegex(self.text("api-v3-key"), "^[0-9A-Za-z]{32}$")
        self.assertRegex(self.text("weidoufu-secret-key"), "^[0-9A-Za-z]{32}$")
        self.assertRegex(self.config["account weidoufu"]["access-key"], "^[0-9A-Za-z]{32}$")
        self.assertTrue(self.text("merchant-key.pem").startswith("-----BEGIN PRIVATE KEY-----"))
        self.assertIn(b"2048 bit", openssl("pkey", "-in", self.path("merchant-key.pem"), "-noout", "-text").stdout)
        serial = openssl("x509", "-in", self.path("merchant-certificate.pem"), "-noout", "-serial").stdout.decode()
        self.assertEqual(serial.strip(), "serial=" + self.account("public-key")["merchant-serial"])
        self.assertRegex(self.serial("certificate"), "^[0-9A-F]{40}$")
        four_years = str(4 * 365 * 86400)
        self.assertEqual(openssl("x509", "-in", self.path("platform-certificate.pem"), "-checkend",
                                 four_years).returncode, 0)

    @staticmethod
    def contents(folder):
        found = {}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), "rb") as file:
                found[name] = file.read()
        return found

    def test_second_start_keeps_the_keys(self):
        with tempfile.TemporaryDirectory() as folder:
            first = Program("--write-config=" + folder)
            before = self.contents(folder)
            self.assertEqual(first.stop(), 0)
            second = Program("--write-config=" + folder)
            after = self.contents(folder)
            self.assertEqual(second.stop(), 0)
            self.assertIn(second.ready["endpoint"].encode(), after.pop("minipay.conf"))
            before.pop("minipay.conf")
            self.assertEqual(before, after)

    def test_folder_with_something_else_is_refused_and_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "thesis.txt"), "w", encoding="utf-8") as file:
                file.write("mine")
            done = subprocess.run([SANDBOX, "--write-config=" + folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual((done.returncode, done.stdout), (1, b""))
            self.assertIn(b"not empty", done.stderr)
            self.assertEqual(os.listdir(folder), ["thesis.txt"])

    def test_foreign_merchant_key_in_the_folder_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(Program("--write-config=" + folder).stop(), 0)
            key, certificate = (os.path.join(folder, n) for n in ("merchant-key.pem", "merchant-certificate.pem"))
            made = openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=live merchant", "-keyout",
                           key,
                           "-out", certificate)
            self.assertEqual(made.returncode, 0, made.stderr)
            done = subprocess.run([SANDBOX, "--write-config=" + folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"throw-away", done.stderr)


class CommandLine(GatewayTest):
    def test_usage_errors_exit_2(self):
        for args in (["--port=70000"], ["--port=x"], ["--pay-after=-1"], ["--nonsense"], ["surplus"]):
            done = subprocess.run([SANDBOX, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual((done.returncode, done.stdout), (2, b""), args)
            self.assertTrue(done.stderr)

    def test_port_in_use_exits_1(self):
        done = subprocess.run([SANDBOX, "--port=%d" % self.program.port], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stdout), (1, b""))

    def test_version(self):
        done = subprocess.run([SANDBOX, "--version"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout.decode(), r"^minipay-sandbox [0-9.]+\n$")

    def test_signals_end_it_cleanly_after_one_line(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            program = Program()
            self.assertEqual(set(program.ready), {"ready", "endpoint", "config"})
            self.assertIs(program.ready["ready"], True)
            self.assertIsNone(program.ready["config"])
            program.process.send_signal(number)
            self.assertEqual(program.process.wait(10), 0)
            self.assertEqual(program.stop(), 0)
            self.assertEqual(program.rest, b"")

    def test_until_stdin_closes(self):
        program = Program("--until-stdin-closes")
        program.process.stdin.write(b"still here\n")
        program.process.stdin.flush()
        time.sleep(0.1)
        self.assertIsNone(program.process.poll())
        program.process.stdin.close()
        self.assertEqual(program.process.wait(10), 0)
        program.process.stdin = None
        program.stop()

    def test_listens_on_127_0_0_1_only(self):
        listening = []
        for table in ("/proc/net/tcp", "/proc/net/tcp6"):
            with open(table, encoding="ascii") as file:
                listening += [line.split()[1] for line in file if line.split()[3] == "0A"]
        ours = [place for place in listening if int(place.partition(":")[2], 16) == self.program.port]
        self.assertEqual([place.partition(":")[0] for place in ours], ["0100007F"])


class Weidoufu(GatewayTest):
    def test_wechat_order_gets_the_cashier_parameters(self):
        fields = self.weidoufu_fields()
        answer = self.weidoufu_post(fields).json()
        self.assertEqual((answer["code"], answer["message"]), (1, "成功"))
        self.assertEqual(answer["data"]["out_order_no"], fields["out_order_no"])
        jsapi = answer["data"]["jsapi"]
        self.assertEqual(set(jsapi), {"app_id", "timestamp", "nonce_str", "package", "sign_type", "pay_sign"})
        self.assertEqual(jsapi["sign_type"], "MD5")
        self.assertRegex(jsapi["package"], "^prepay_id=wx")
        self.assertRegex(jsapi["pay_sign"], "^[0-9A-F]{32}$")
        self.assertRegex(jsapi["timestamp"], "^[0-9]{10}$")

    def test_alipay_order_gets_a_trade_number_also_from_a_form(self):
        fields = self.weidoufu_fields(pay_type=2, openid=None, buyer_id="2088102146225135")
        answer = self.weidoufu_post(fields, form=True).json()
        self.assertEqual(answer["code"], 1, answer)
        self.assertEqual(set(answer["data"]["jsapi"]), {"trade_no"})

    def test_same_number_is_the_same_order_or_refused(self):
        fields = self.weidoufu_fields()
        first = self.weidoufu_post(fields).json()
        self.assertEqual(self.weidoufu_post(fields).json(), first)
        changed = self.weidoufu_post(dict(fields, total_fee=1991)).json()
        self.assertEqual((changed["code"], changed["data"]["jsapi"]), (0, ""))

    def test_wrong_signature_is_refused_and_explained(self):
        fields = self.weidoufu_fields()
        good = weidoufu_sign(fields, self.text("weidoufu-secret-key"))
        for sign in (good.lower(), "0" * 32, "short"):
            answer = self.weidoufu_post(fields, sign=sign).json()
            self.assertEqual((answer["code"], answer["message"], answer["data"]["jsapi"]), (0, "签名错误", ""))
        self.assertTrue(self.program.logged("lower case"))
        self.assertTrue(self.program.logged("&out_order_no=%s&" % fields["out_order_no"]))
        altered = dict(fields, total_fee=1, sign=good)
        self.assertEqual(self.weidoufu_post(altered, sign=good).json()["message"], "签名错误")
        self.assertEqual(self.program.request("GET",
                                              "/pay/query?out_order_no=" + fields["out_order_no"]).json()["code"], 0)

    def test_every_field_rule(self):
        for name in ("body", "out_order_no", "pay_type", "total_fee", "notify_url"):
            self.assertIn(name, self.weidoufu_refused(**{name: None}))
        for name, value in (("out_order_no", "A" * 17), ("out_order_no", "A" * 33), ("out_order_no", "A" * 17 + "-"),
                            ("total_fee", 0), ("total_fee", 1000000000), ("total_fee", -1), ("total_fee", "1e2"),
                            ("total_fee", "01"), ("total_fee", 1.5), ("pay_type", 3), ("body", "字" * 33),
                            ("attach", "a" * 129), ("openid", "o" * 33), ("ledger", "[]"), ("ledger", "{}"),
                            ("ledger", '[{"amount":1.5,"sub_mch_no":"m"}]'),
                            ("notify_url", "http://127.0.0.1/" + "n" * 112)):
            self.assertIn(name, self.weidoufu_refused(**{name: value}), (name, value))
        self.assertIn("openid", self.weidoufu_refused(openid=None))
        self.assertIn("buyer_id", self.weidoufu_refused(pay_type=2, openid=None))
        self.assertIn("exclude", self.weidoufu_refused(buyer_id="2088"))
        self.assertIn("access_key", self.weidoufu_refused(access_key="x" * 32))

    def test_limits_themselves_are_accepted(self):
        for more in ({"out_order_no": secrets.token_hex(9)}, {"out_order_no": secrets.token_hex(16)},
                     {"total_fee": 999999999},
                     {"total_fee": 1}, {"body": "字" * 32}, {"attach": "a" * 128}, {"openid": "o" * 32},
                     {"ledger": '[{"amount":1,"sub_mch_no":"m"}]'}, {"total_fee": "5"}):
            answer = self.weidoufu_post(self.weidoufu_fields(**more)).json()
            self.assertEqual(answer["code"], 1, (more, answer))

    def test_query_has_the_odd_shape(self):
        fields = self.weidoufu_fields()
        created = self.weidoufu_post(fields).json()["data"]
        by_number = self.program.request("GET", "/pay/query?out_order_no=" + fields["out_order_no"]).json()
        self.assertEqual((by_number["code"], by_number["status"]), (1, "success"))
        self.assertNotIn("message", by_number)
        self.assertIn("message", by_number["data"])
        self.assertEqual((by_number["data"]["notify"], by_number["data"]["status"]), (1, 1))
        self.assertEqual(self.program.request("GET", "/pay/query?mch_trade_no=" + created["mch_trade_no"]).json(),
                         by_number)
        self.pay(fields["out_order_no"])
        paid = self.program.request("GET", "/pay/query?out_order_no=" + fields["out_order_no"]).json()["data"]
        self.assertEqual((paid["notify"], paid["status"]), (2, 2))

    def test_notification_is_signed_as_sent(self):
        fields = self.weidoufu_fields()
        self.weidoufu_post(fields)
        self.assertEqual(self.pay(fields["out_order_no"], account="weidoufu"),
                         {"paid": True, "notified": True, "status": 200, "reply": "success"})
        body = self.merchant.wait(1)[0][1].decode()
        match = re.fullmatch(r'\{"content":(\{.*\}),"sign":"([0-9A-F]{32})"\}', body)
        inner = hmac.new(self.text("weidoufu-secret-key").encode(), match[1].encode(), hashlib.sha256).hexdigest()
        self.assertEqual(hashlib.md5(inner.encode()).hexdigest().upper(), match[2])
        content = json.loads(match[1])
        self.assertEqual((content["out_order_no"], content["total_fee"], content["attach"], content["trade_type"],
                          content["pay_type"], content["status"]),
                         (fields["out_order_no"], 1990, "{test:'test1_params'}", 9, 1, 2))
        self.assertRegex(content["pay_time"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")

    def test_refused_notification_shows_in_query_and_repeats_the_same_event(self):
        fields = self.weidoufu_fields()
        self.weidoufu_post(fields)
        self.merchant.answer = (500, b"fail")
        self.assertEqual(self.pay(fields["out_order_no"]),
                         {"paid": True, "notified": False, "status": 500, "reply": "fail"})
        state = self.program.request("GET", "/pay/query?out_order_no=" + fields["out_order_no"]).json()["data"]
        self.assertEqual((state["notify"], state["status"]), (3, 2))
        self.merchant.answer = (200, b"success")
        self.assertTrue(self.pay(fields["out_order_no"])["notified"])
        first, second = self.merchant.wait(2)
        self.assertEqual(first[1], second[1])
        paid_already = self.weidoufu_post(fields).json()
        self.assertEqual(paid_already["code"], 0)


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


class Control(GatewayTest):
    def test_orders_are_listed(self):
        order = self.order()
        self.create(order)
        shown = self.program.request("GET", "/sandbox/orders/" + order["out_trade_no"]).json()
        self.assertEqual((shown["account"], shown["state"], shown["total"], shown["currency"], shown["notifications"]),
                         ("wechat-v3-public-key", "open", 100, "CNY", 0))
        self.pay(order["out_trade_no"])
        shown = self.program.request("GET", "/sandbox/orders/" + order["out_trade_no"]).json()
        self.assertEqual((shown["state"], shown["notifications"], shown["notify"]), ("paid", 1, "delivered"))
        self.assertEqual(self.program.request("GET", "/sandbox/orders").json()["orders"][0], shown)
        self.assertEqual(self.program.request("GET", "/sandbox/orders/nothing").status, 404)

    def test_same_number_of_two_accounts_needs_the_account(self):
        number = self.new_number()
        self.create(self.order(out_trade_no=number))
        self.create(self.order("certificate", out_trade_no=number), "certificate")
        self.assertEqual(self.program.control("pay", {"out_trade_no": number}).status, 409)
        self.pay(number, account="wechat-v3-certificate")
        self.assertEqual(self.query(number).json()["trade_state"], "NOTPAY")

    def test_nonsense_is_refused(self):
        self.assertEqual(self.program.control("pay", {"out_trade_no": "nothing"}).status, 404)
        self.assertEqual(self.program.control("pay", {}).status, 400)
        self.assertEqual(self.program.control("explode", {}).status, 404)
        self.assertEqual(self.program.request("POST", "/sandbox/pay", b"[" * 200000).status, 400)
        self.assertEqual(self.program.request("DELETE", "/sandbox/orders").status, 405)
        for fault in ({}, {"gateway": "other", "operation": "create", "kind": "cut"},
                      {"gateway": "weidoufu", "operation": "create", "kind": "signtest"},
                      {"gateway": "wechat-v3", "operation": "create", "kind": "burn"},
                      {"gateway": "wechat-v3", "operation": "create", "kind": "cut", "times": 0},
                      {"gateway": "wechat-v3", "operation": "create", "kind": "delay", "milliseconds": 1e9},
                      {"gateway": "wechat-v3", "operation": "notify", "kind": "html"}):
            self.assertEqual(self.program.control("fault", fault).status, 400, fault)

    def test_data_are_never_formats_or_paths(self):
        number = "%s%n%x%s%n..%2F..%2Fetc"
        self.assertEqual(self.program.request("GET", "/sandbox/orders/" + urllib.parse.quote(number, safe="")).status,
                         404)
        fields = self.weidoufu_fields(body="%s%n%s%n\x1b[31m", attach="../../%n")
        self.assertEqual(self.weidoufu_post(fields).json()["code"], 1)
        self.weidoufu_post(fields, sign="0" * 32)
        self.assertTrue(self.program.logged("%s%n%s%n\\u001b[31m"))
        self.pay(fields["out_order_no"])

    def test_bodies_over_256_kib_are_refused(self):
        self.assertEqual(self.program.request("POST", "/sandbox/pay", b" " * (256 * 1024 + 1)).status, 413)
        self.assertEqual(self.program.request("POST", "/sandbox/pay", b" " * (256 * 1024)).status, 400)

    def test_only_loopback_hosts_are_served(self):
        with socket.create_connection(("127.0.0.1", self.program.port), 5) as raw:
            raw.sendall(b"GET /sandbox/orders HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n")
            self.assertIn(b" 421 ", raw.recv(4096))

    def test_notify_url_off_loopback_is_refused_and_named(self):
        for url in ("https://www.weixin.qq.com/pay", "http://10.0.0.1/n", "http://127.0.0.1.example.com/n",
                    "http://127.0.0.1@example.com/n", "ftp://127.0.0.1/n", "http://[::2]/n", "n"):
            answer = self.create(self.order(notify_url=url))
            self.assertEqual((answer.status, answer.json()["code"], answer.json()["detail"]["field"]),
                             (400, "PARAM_ERROR", "/notify_url"), url)
            self.assertIn("notify_url", self.weidoufu_refused(notify_url=url))

    def test_redirect_of_the_merchant_is_not_followed(self):
        order = self.order()
        self.create(order)
        self.merchant.answer = (302, b"")
        self.assertEqual(self.pay(order["out_trade_no"])["status"], 302)
        self.assertEqual(len(self.merchant.pushes), 1)

    def test_merchant_that_is_not_there_or_silent(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            gone = self.order(notify_url="http://127.0.0.1:%d/n" % silent.getsockname()[1])
            self.create(gone)
            answer = self.pay(gone["out_trade_no"])
            self.assertEqual((answer["paid"], answer["notified"], answer["status"]), (True, False, 0))
            silent.listen()
            started = time.monotonic()
            answer = self.pay(gone["out_trade_no"])
            self.assertEqual((answer["notified"], answer["status"]), (False, 0))
            self.assertLess(time.monotonic() - started, 8)

    def test_buyer_pays_by_himself(self):
        program = Program("--pay-after=50", "--write-config=" + os.path.join(self.folder, "after"))
        kept, type(self).program = type(self).program, program
        kept_directory, type(self).directory = self.directory, os.path.join(self.folder, "after")
        kept_config, type(self).config = self.config, configparser.ConfigParser(interpolation=None)
        try:
            self.config.read(program.ready["config"])
            order, fields = self.order(), self.weidoufu_fields()
            self.create(order)
            self.weidoufu_post(fields)
            self.assertEqual(len(self.merchant.wait(2)), 2)
            self.assertEqual(self.query(order["out_trade_no"]).json()["trade_state"], "SUCCESS")
        finally:
            type(self).program, type(self).directory, type(self).config = kept, kept_directory, kept_config
            self.assertEqual(program.stop(), 0)

    def test_end_while_work_is_under_way(self):
        program = Program("--write-config=" + os.path.join(self.folder, "ending"))
        program.fault("weidoufu", "query", "delay", milliseconds=60000)
        thread = threading.Thread(target=self.ignore, args=(program, "/pay/query?out_order_no=" + "1" * 20),
                                  daemon=True)
        thread.start()
        time.sleep(0.2)
        self.assertEqual(program.stop(), 0)
        thread.join(10)
        self.assertFalse(thread.is_alive())

    @staticmethod
    def ignore(program, target):
        try:
            program.request("GET", target)
        except (OSError, http.client.HTTPException):
            pass


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

    def test_weidoufu_faults(self):
        fields = self.weidoufu_fields()
        self.program.fault("weidoufu", "create", "wrong-order")
        self.assertNotEqual(self.weidoufu_post(fields).json()["data"]["out_order_no"], fields["out_order_no"])
        self.program.fault("weidoufu", "query", "html")
        self.assertIn(b"<html>", self.program.request("GET", "/pay/query?out_order_no=" + fields["out_order_no"]).body)
        for kind in ("bad-signature", "no-signature", "wrong-amount", "wrong-order"):
            self.merchant.pushes = []
            self.program.fault("weidoufu", "notify", kind)
            self.pay(fields["out_order_no"])
            value = json.loads(self.merchant.wait(1)[0][1])
            text = self.merchant.pushes[0][1].decode()[len('{"content":'):].partition(',"sign"')[0].rstrip()
            inner = hmac.new(self.text("weidoufu-secret-key").encode(), text.encode(), hashlib.sha256).hexdigest()
            good = value.get("sign") == hashlib.md5(inner.encode()).hexdigest().upper()
            self.assertEqual(good, kind.startswith("wrong"))
            self.assertEqual(value["content"]["total_fee"], 1991 if kind == "wrong-amount" else 1990)


if __name__ == "__main__":
    unittest.main()
