# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox as a program: its folder, its command line, its control door; and the tests' own client."""

import configparser
import http.client
import os
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

from gateway_client import GatewayTest, gcm_open, openssl, weidoufu_sign
from sandbox_client import SANDBOX, Program


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
            self.assertEqual(set(program.ready), {"ready", "endpoint", "endpoint_tls", "config"})
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


if __name__ == "__main__":
    unittest.main()
