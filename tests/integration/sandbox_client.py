# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of minipay-sandbox share: the program itself, a shop's listener, a folder of keys.

MINIPAY_SANDBOX names the program. Nothing leaves loopback, and every port is one that was free.
"""

import configparser
import http.client
import http.server
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

SANDBOX = os.environ.get("MINIPAY_SANDBOX", "minipay-sandbox")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Merchant(http.server.ThreadingHTTPServer):
    """The shop's listener: keeps what it gets, answers what it is told to."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), MerchantHandler)
        self.pushes = []
        self.answer = (200, b"success")
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path="/notify"):
        return "http://127.0.0.1:%d%s" % (self.server_port, path)

    def handle_error(self, request, client_address):
        pass  # a peer that hangs up half-way is one of the cases

    def wait(self, count):
        end = time.monotonic() + 10
        while len(self.pushes) < count and time.monotonic() < end:
            time.sleep(0.01)
        return self.pushes


class MerchantHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.pushes.append((self.headers, body))
        status, text = self.server.answer(body) if callable(self.server.answer) else self.server.answer
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        if status in (301, 302):
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass


class Program:
    """One running sandbox."""

    def __init__(self, *args, stdin=subprocess.PIPE):
        self.process = subprocess.Popen([SANDBOX, *args], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.log = []
        self.ready = json.loads(self.process.stdout.readline())
        self.reader = threading.Thread(target=self.drain, daemon=True)
        self.reader.start()
        self.port = urllib.parse.urlsplit(self.ready["endpoint"]).port

    def drain(self):
        for line in self.process.stderr:
            self.log.append(line.decode())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(10)
        self.reader.join(5)
        self.rest = self.process.stdout.read()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        return code

    def logged(self, text):
        end = time.monotonic() + 5
        while time.monotonic() < end:
            if any(text in line for line in list(self.log)):
                return True
            time.sleep(0.01)
        return False

    def request(self, method, target, body=b"", headers=None, timeout=10):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                for one in value if isinstance(value, list) else [value]:
                    connection.putheader(name, one)
            if body or method == "POST":
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def control(self, path, value):
        return self.request("POST", "/sandbox/" + path, json.dumps(value).encode())

    def fault(self, gateway, operation, kind, **more):
        answer = self.control("fault", dict(gateway=gateway, operation=operation, kind=kind, **more))
        assert answer.status == 200, answer.body


class SandboxTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.directory = os.path.join(cls.folder, "sandbox")
        cls.program = Program("--write-config=" + cls.directory)
        cls.config = configparser.ConfigParser(interpolation=None)
        cls.config.read(cls.program.ready["config"])
        cls.merchant = Merchant()

    @classmethod
    def tearDownClass(cls):
        cls.merchant.shutdown()
        cls.merchant.server_close()
        code = cls.program.stop()
        shutil.rmtree(cls.folder)
        for line in cls.program.log:
            assert "CRITICAL" not in line and "Sanitizer" not in line, line
        assert code == 0, code

    def setUp(self):
        self.merchant.pushes = []
        self.merchant.answer = (200, b"success")

    @classmethod
    def path(cls, name):
        return os.path.join(cls.directory, name)

    @classmethod
    def text(cls, name):
        with open(cls.path(name), encoding="utf-8") as file:
            return file.read()

    def new_number(self):
        return "T" + secrets.token_hex(12)

    def pay(self, number, **more):
        answer = self.program.control("pay", dict(out_trade_no=number, **more))
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()
