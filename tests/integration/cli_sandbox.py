# SPDX-License-Identifier: LGPL-2.1-or-later
"""A sandbox for the tests of the `minipay` command, and what they ask of both."""

import json
import os
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.request

from cli_command import PAYERS, SANDBOX, run


class SandboxCase(unittest.TestCase):
    """One sandbox for the tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='minipay-cli-')
        cls.keys = os.path.join(cls.folder, 'keys')
        with open(os.path.join(cls.folder, 'sandbox.log'), 'wb') as log:
            cls.process = subprocess.Popen(
                [SANDBOX, '--port', '0', '--write-config', cls.keys, '--until-stdin-closes'],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        ready = json.loads(cls.process.stdout.readline())
        cls.endpoint, cls.config = ready['endpoint'], ready['config']
        cls.secrets = []
        for name in ('weidoufu-secret-key', 'api-v3-key', 'wechat-v2-hmac-key'):
            with open(os.path.join(cls.keys, name), encoding='ascii') as file:
                cls.secrets.append(file.read().strip())
        with open(os.path.join(cls.keys, 'merchant-key.pem'), encoding='ascii') as file:
            cls.secrets.extend(line for line in file.read().splitlines() if len(line) == 64)
        cls.number = 0

    @classmethod
    def tearDownClass(cls):
        cls.process.stdin.close()
        cls.process.stdout.close()
        cls.process.wait(10)
        shutil.rmtree(cls.folder)

    def cli(self, *arguments, **keywords):
        keywords.setdefault('MINIPAY_CONFIG', self.config)
        return run(*arguments, secrets=self.secrets, **keywords)

    def new_number(self):
        type(self).number += 1
        return f'T20261121{os.getpid():010d}{self.number:06d}'

    def pay(self, account, *more, number=None, wallet='wechat', notify='http://127.0.0.1:1', **keywords):
        arguments = ['pay', '--json', '--account', account, '--total', '19.90 CNY', '--subject', '绿茶',
                     '--payer', PAYERS[wallet], '--wallet', wallet, '--notify-url',
                     f'{notify}/notify/{account}']
        if number is not None:
            arguments += ['--out-trade-no', number]
        return self.cli(*arguments, *more, **keywords)

    def ask_sandbox(self, path, body=None):
        request = urllib.request.Request(self.endpoint + path, headers={'Content-Type': 'application/json'},
                                         data=json.dumps(body).encode() if body is not None else None)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def buyer_pays(self, account, number):
        return self.ask_sandbox('/sandbox/pay', {'account': account, 'out_trade_no': number})

    def changed_config(self, old, new):
        """The configuration with one thing replaced, beside the original so that its file: values hold."""
        with open(self.config, encoding='utf-8') as file:
            text = file.read()
        self.assertIn(old, text)
        path = os.path.join(self.keys, f'changed-{time.monotonic_ns()}.conf')
        with open(path, 'w', encoding='utf-8', opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(text.replace(old, new))
        self.addCleanup(os.unlink, path)
        return path

    def assert_error(self, result, status, code):
        self.assertEqual(result.status, status, result.out + result.err)
        error = result.only()['error']
        self.assertEqual(error['code'], code, error)
        self.assertTrue(error['message'])
        self.assertIn('minipay: ', result.err)
