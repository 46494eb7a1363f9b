# SPDX-License-Identifier: LGPL-2.1-or-later
"""`minipay demo`: one payment through every provider and mode, against a sandbox that it starts and removes."""

import glob
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from cli_command import CONFIG, INTERNAL, MINIPAY, OK, REFUSED, USAGE, copy_manifests, run


class TestDemo(unittest.TestCase):
    # account, what is shown beside the provider, what opens the cashier, how it ends
    RUNS = {('weidoufu', 'wechat', 'wx-request-payment', 'paid'),
            ('weidoufu', 'alipay', 'my-trade-pay', 'paid'),
            ('wechat-v3-public-key', 'public-key', 'wx-request-payment', 'paid'),
            ('wechat-v3-certificate', 'certificate', 'wx-request-payment', 'paid'),
            ('wechat-v3-provider', 'public-key', 'wx-request-payment', 'paid'),
            ('wechat-v2-md5', 'wechat', 'wx-request-payment', 'paid'),
            ('wechat-v2-hmac', 'wechat', 'wx-request-payment', 'paid'),
            ('wechat-v2-provider', 'wechat', 'wx-request-payment', 'paid'),
            ('wechat-global-direct', 'direct', 'wx-request-payment', 'paid'),
            ('wechat-global-institution', 'institution', 'wx-request-payment', 'paid'),
            ('showdoc-aggregator', 'plain/wechat', 'wx-request-payment', 'paid'),
            ('showdoc-aggregator', 'plain/alipay', 'my-trade-pay', 'paid'),
            ('showdoc-aggregator-sealed', 'sealed/wechat', 'redirect', 'paid'),
            ('showdoc-aggregator-sealed', 'sealed/alipay', 'redirect', 'paid'),
            ('transit', 'industry', 'pending', 'paid'),
            ('transit', 'industry, failing', 'pending', 'failed'),
            ('transit-v2', 'v2', 'pending', 'paid'),
            ('transit-v3', 'v3', 'pending', 'paid')}
    PROVIDERS = {'weidoufu', 'wechat-v3', 'wechat-v2', 'wechat-global', 'showdoc-aggregator', 'transit'}

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='minipay-demo-test-')
        self.addCleanup(shutil.rmtree, self.folder)

    def assert_clean(self):
        self.assertEqual(os.listdir(self.folder), [])
        for path in glob.glob('/proc/[0-9]*/cmdline'):
            try:
                with open(path, 'rb') as file:
                    self.assertNotIn(self.folder.encode(), file.read())
            except OSError:
                pass

    def test_every_provider_and_mode(self):
        result = run('demo', '--json', TMPDIR=self.folder)
        lines = result.lines()
        self.assertEqual(result.status, OK, result.out + result.err)
        self.assertEqual({(line['account'], line['mode'], line['checkout']['kind'], line['state']) for line in lines},
                         self.RUNS)
        self.assertEqual({line['provider'] for line in lines}, self.PROVIDERS)
        self.assertEqual(len(lines), len(self.RUNS))
        for line in lines:
            self.assertIs(line['ok'], True)
            self.assertNotIn('error', line)
            currency = 'HKD' if line['provider'] == 'wechat-global' else 'CNY'
            self.assertEqual(line['total'], {'minor': 1990, 'currency': currency})
            self.assertRegex(line['out_trade_no'], r'^T20\d{22}$')
            self.assertEqual(bool(line['checkout']['params']), line['checkout']['kind'] != 'pending')
            self.check_after(line)
        self.assertEqual(len({line['out_trade_no'] for line in lines}), len(lines))
        self.assert_clean()

    def check_after(self, line):
        """The run went on with all that its account has, and with nothing else."""
        provider = {item['id']: item for item in run('inspect', '--matrix', '--json').lines()}[line['provider']]
        operations = provider['modes'].get(line['mode'].split('/')[0], provider['operations'])
        if line['state'] == 'failed':
            operations = []
        self.assertEqual(line['refund'] is not None, 'refund' in operations, line)
        self.assertEqual(line['bill_rows'] > 0, 'download-bill' in operations, line)
        if line['refund'] is not None:
            self.assertIn(line['refund']['state'], ('pending', 'refunded'))
            self.assertIn(line['refund']['amount'], (None, {'minor': 500, 'currency': line['total']['currency']}))

    def test_plain(self):
        result = run('demo', TMPDIR=self.folder)
        self.assertEqual(result.status, OK, result.out + result.err)
        for account, mode, kind, _ in self.RUNS:
            self.assertIn(f', {mode} (account {account})', result.out)
            self.assertIn(kind, result.out)
        self.assertNotIn('FAILED', result.out)

    def test_one_provider(self):
        lines = run('demo', '--json', '--provider', 'weidoufu', TMPDIR=self.folder).lines()
        self.assertEqual({line['mode'] for line in lines}, {'wechat', 'alipay'})
        result = run('demo', '--json', '--provider', 'nobody', TMPDIR=self.folder)
        self.assertEqual(result.status, REFUSED)
        self.assertEqual(result.only()['error']['code'], 'not-found')
        self.assert_clean()

    def test_failed_run_says_so(self):
        path = os.path.join(self.folder, 'plugins')
        os.mkdir(path, 0o755)
        result = run('demo', '--json', MINIPAY_PLUGIN_PATH=copy_manifests(path, True))
        self.assertEqual(result.status, CONFIG)
        self.assertEqual({line['account'] for line in result.lines()}, {run[0] for run in self.RUNS})
        for line in result.lines():
            self.assertIs(line['ok'], False)
            self.assertEqual(line['error']['code'], 'plugin')

    def test_sandbox_that_is_none(self):
        for program in ('/bin/true', '/bin/cat', '/nonexistent'):
            result = run('demo', '--json', MINIPAY_SANDBOX=program, TMPDIR=self.folder)
            self.assertIn(result.status, (INTERNAL, USAGE), program)
            self.assertTrue(result.only()['error']['message'])
            self.assert_clean()

    def test_interrupted_leaves_nothing(self):
        for delay in (0.02, 0.2):
            process = subprocess.Popen([MINIPAY, 'demo', '--json'], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, env=dict(os.environ, TMPDIR=self.folder))
            time.sleep(delay)
            while delay < 0.1 and not os.listdir(self.folder):
                time.sleep(0.005)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
            self.assertGreaterEqual(process.returncode, 0, err)
            for line in out.decode().splitlines():
                self.assertIsInstance(json.loads(line), dict)
            self.assert_clean()


if __name__ == '__main__':
    unittest.main(verbosity=2)
