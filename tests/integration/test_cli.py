# SPDX-License-Identifier: LGPL-2.1-or-later
"""The `minipay` command, run as people and scripts run it, against a sandbox of its own."""

import os
import re
import shutil
import socket
import tempfile
import threading
import time
import unittest

from cli_command import (CONFIG, INVALID, NOT_AUTHENTIC, NOT_SENT, OK, PAYERS, REFUSED, UNKNOWN, USAGE, copy_manifests,
                         run)
from cli_sandbox import SandboxCase


class Gateway(threading.Thread):
    """A notification address that keeps what it is sent, byte for byte."""

    def __init__(self, answer=b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nsuccess'):
        super().__init__(daemon=True)
        self.answer = answer
        self.raw = []
        self.listening = socket.create_server(('127.0.0.1', 0))
        self.url = f'http://127.0.0.1:{self.listening.getsockname()[1]}'
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                self.raw.append(self.read(connection))
                connection.sendall(self.answer)

    @staticmethod
    def read(connection):
        data = b''
        while b'\r\n\r\n' not in data:
            piece = connection.recv(65536)
            if not piece:
                return data
            data += piece
        head, _, body = data.partition(b'\r\n\r\n')
        found = re.search(rb'(?im)^content-length: *(\d+)', head)
        while found and len(body) < int(found.group(1)):
            body += connection.recv(65536)
        return head + b'\r\n\r\n' + body

    def close(self):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.join(15)


class TestUsage(unittest.TestCase):
    def test_help_and_version(self):
        self.assertEqual(run('--help').status, OK)
        self.assertRegex(run('--version').out, r'^minipay \d+\.\d+\.\d+\n$')
        for verb in ('inspect', 'pay', 'query', 'resolve', 'close', 'reverse', 'refund', 'query-refund', 'bill',
                     'call', 'receive', 'demo'):
            self.assertIn(f'\n  {verb} ', run('--help').out)
            shown = run(verb, '--help')
            self.assertEqual(shown.status, OK)
            self.assertNotRegex(shown.out.lower(), r'--[a-z-]*(secret|password|key)')

    def test_wrong_calls(self):
        calls = [[], ['bogus'], ['pay', '--bogus'], ['pay', 'operand'], ['query', '--out-trade-no'],
                 ['inspect', 'a', 'b'], ['pay', '--expires-in', 'soon', '--total', '1.00 CNY'],
                 ['pay', '--account', 'a'], ['receive', 'a', 'b'], ['close', '--account', 'a'],
                 ['reverse', '--out-trade-no', 'T1', '--transaction-id', '1'],
                 ['resolve', '--out-trade-no', 'T1', '--close', '--reverse'], ['call'], ['call', 'a', 'b'],
                 ['refund', '--out-trade-no', 'T1', '--amount', '1.00 CNY'],
                 ['refund', '--out-trade-no', 'T1', '--refund-no', 'R1'],
                 ['refund', '--amount', '1.00 CNY', '--refund-no', 'R1'], ['query-refund', '--account', 'a'],
                 ['bill', '--date', '2026-11-20'], ['bill', '--output', 'a.csv']]
        for call in calls:
            result = run(*call)
            self.assertEqual(result.status, USAGE, call)
            self.assertEqual(result.out, '', call)
            self.assertTrue(result.err, call)

    def test_wrong_call_is_told_in_json(self):
        for call in (['bogus', '--json'], ['pay', '--json', '--bogus'], ['pay', '--bogus', '--json']):
            result = run(*call)
            self.assertEqual(result.status, USAGE)
            self.assertEqual(result.only()['error']['code'], 'usage')

    def test_no_configuration_is_usage(self):
        for call in (['query', '--json', '--account', 'a', '--out-trade-no', 'T1'], ['receive', '--json'],
                     ['pay', '--json', '--account', 'a', '--total', '1.00 CNY']):
            result = run(*call)
            self.assertEqual(result.status, USAGE, result.err)
            self.assertEqual(result.only()['error']['code'], 'usage')

    def test_missing_configuration_file(self):
        result = run('query', '--json', '--config', '/nonexistent/minipay.conf', '--account', 'a',
                     '--out-trade-no', 'T1')
        self.assertEqual(result.status, CONFIG)
        self.assertEqual(result.only()['error']['code'], 'config')


class TestPayAndQuery(SandboxCase):
    def test_round_trip(self):
        for account, wallet in (('weidoufu', 'wechat'), ('weidoufu', 'alipay'),
                                ('wechat-v3-public-key', 'wechat'), ('wechat-v3-certificate', 'wechat')):
            with self.subTest(account=account, wallet=wallet):
                number = self.new_number()
                paid = self.pay(account, number=number, wallet=wallet)
                self.assertEqual(paid.status, OK, paid.err)
                line = paid.only()
                self.assertEqual(line['out_trade_no'], number)
                self.assertEqual(line['checkout']['kind'],
                                 'my-trade-pay' if wallet == 'alipay' else 'wx-request-payment')
                self.assertTrue(all(isinstance(value, str) for value in line['checkout']['params'].values()))
                self.assertTrue(line['checkout']['params'])

                query = ['query', '--json', '--account', account, '--out-trade-no', number]
                before = self.cli(*query).only()
                self.assertEqual((before['out_trade_no'], before['state']), (number, 'pending'))
                self.assertTrue(self.buyer_pays(account, number)['paid'])
                after = self.cli(*query)
                self.assertEqual(after.status, OK, after.err)
                after = after.only()
                self.assertEqual((after['out_trade_no'], after['state']), (number, 'paid'))
                self.assertTrue(after['transaction_id'])
                if after['total'] is not None:
                    self.assertEqual(after['total'], {'minor': 1990, 'currency': 'CNY'})
                self.assertEqual(after['authenticated'], account != 'weidoufu')
                if after['paid_at'] is not None:
                    self.assertRegex(after['paid_at'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$')

    def test_query_by_transaction_id(self):
        number = self.new_number()
        self.pay('wechat-v3-public-key', number=number)
        self.buyer_pays('wechat-v3-public-key', number)
        first = self.cli('query', '--json', '--account', 'wechat-v3-public-key', '--out-trade-no', number).only()
        second = self.cli('query', '--json', '--account', 'wechat-v3-public-key', '--transaction-id',
                          first['transaction_id'])
        self.assertEqual(second.status, OK, second.err)
        self.assertEqual(second.only()['out_trade_no'], number)

    def test_query_with_another_total_is_a_mismatch(self):
        number = self.new_number()
        self.pay('wechat-v3-public-key', number=number)
        self.buyer_pays('wechat-v3-public-key', number)
        result = self.cli('query', '--json', '--account', 'wechat-v3-public-key', '--out-trade-no', number,
                          '--total', '19.91 CNY')
        self.assert_error(result, NOT_AUTHENTIC, 'mismatch')

    def test_number_is_made_when_none_is_given(self):
        numbers = {self.pay('weidoufu').only()['out_trade_no'] for _ in range(3)}
        self.assertEqual(len(numbers), 3)
        for number in numbers:
            self.assertRegex(number, r'^T20\d{12}\d{10}$')

    def test_plain_output(self):
        number = self.new_number()
        result = self.cli('pay', '--account', 'weidoufu', '--total', '19.90 CNY', '--subject', 'tea', '--payer',
                          PAYERS['wechat'], '--wallet', 'wechat', '--notify-url',
                          'http://127.0.0.1:1/notify/weidoufu', '--out-trade-no', number)
        self.assertEqual(result.status, OK, result.err)
        self.assertIn(number, result.out)
        self.assertIn('wx-request-payment', result.out)
        shown = self.cli('query', '--account', 'weidoufu', '--out-trade-no', number)
        self.assertEqual(shown.status, OK, shown.err)
        self.assertRegex(shown.out, r'(?m)^state +pending$')

    def test_amounts_that_are_none(self):
        for total in ('19.999 CNY', '19.90', '19,90 CNY', '1e2 CNY', '-1.00 CNY', '0x10 CNY', 'nan CNY',
                      '99999999999999999999.00 CNY', '19.90 cny', ''):
            result = self.cli('pay', '--json', '--account', 'weidoufu', '--total', total)
            self.assertEqual(result.status, INVALID, (total, result.out, result.err))
            self.assertEqual(result.only()['error']['code'], 'invalid')

    def test_amount_of_nothing(self):
        number = self.new_number()
        result = self.pay('weidoufu', '--total', '0.00 CNY', number=number)
        self.assert_error(result, INVALID, 'invalid')

    def test_words_that_are_none(self):
        self.assert_error(self.pay('weidoufu', '--method', 'teleport'), INVALID, 'invalid')
        self.assert_error(self.pay('weidoufu', '--wallet', 'purse'), INVALID, 'invalid')
        self.assert_error(self.pay('weidoufu', '--expires-in=-5'), INVALID, 'invalid')
        self.assert_error(self.pay('weidoufu', '--method', 'native'), INVALID, 'not-supported')
        self.assert_error(self.pay('weidoufu', number='short'), INVALID, 'invalid')

    def test_unknown_account(self):
        self.assert_error(self.pay('nobody'), REFUSED, 'not-found')

    def test_unknown_order(self):
        # weidoufu has one code for every refusal
        for account, code in (('weidoufu', 'refused'), ('wechat-v3-certificate', 'not-found')):
            result = self.cli('query', '--json', '--account', account, '--out-trade-no', self.new_number())
            self.assert_error(result, REFUSED, code)

    def test_wrong_reference(self):
        for more in ([], ['--out-trade-no', 'T1', '--transaction-id', '2']):
            self.assert_error(self.cli('query', '--json', '--account', 'weidoufu', *more), USAGE, 'usage')

    def test_account_without_its_key(self):
        config = self.changed_config('secret-key=file:weidoufu-secret-key', 'secret-key=')
        self.assert_error(self.pay('weidoufu', '--config', config), CONFIG, 'config')

    def test_garbage_module(self):
        folder = tempfile.mkdtemp(prefix='minipay-garbage-')
        self.addCleanup(shutil.rmtree, folder)
        result = self.pay('weidoufu', MINIPAY_PLUGIN_PATH=copy_manifests(folder, True))
        self.assert_error(result, CONFIG, 'plugin')

    def test_gateway_that_is_not_there(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        config = self.changed_config(self.endpoint, f'http://127.0.0.1:{port}')
        number = self.new_number()
        result = self.pay('weidoufu', '--config', config, number=number)
        self.assert_error(result, NOT_SENT, 'not-sent')
        self.assertEqual(result.only()['out_trade_no'], number)

    def test_gateway_that_hangs_up(self):
        gateway = Gateway(answer=b'')
        self.addCleanup(gateway.close)
        config = self.changed_config(self.endpoint, gateway.url)
        for account in ('weidoufu', 'wechat-v3-public-key'):
            number = self.new_number()
            result = self.pay(account, '--config', config, number=number)
            self.assert_error(result, UNKNOWN, 'outcome-unknown')
            self.assertEqual(result.only()['out_trade_no'], number)


class TestReceive(SandboxCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = Gateway()
        cls.raw = {}
        for account in ('weidoufu', 'wechat-v3-public-key', 'wechat-v3-certificate'):
            case = cls('capture')
            number = case.new_number()
            paid = case.pay(account, number=number, notify=cls.gateway.url)
            assert paid.status == OK, paid.err
            case.buyer_pays(account, number)
            cls.raw[account] = (number, cls.gateway.raw[-1])

    @classmethod
    def tearDownClass(cls):
        cls.gateway.close()
        super().tearDownClass()

    def capture(self):
        """Stands for the class while it captures."""

    def receive(self, raw, *more, **keywords):
        return self.cli('receive', '--json', *more, stdin=raw, **keywords)

    def test_genuine_is_accepted(self):
        for account, (number, raw) in self.raw.items():
            with self.subTest(account=account):
                result = self.receive(raw)
                self.assertEqual(result.status, OK, result.out + result.err)
                line = result.only()
                self.assertEqual(line['verdict'], 'accepted')
                self.assertNotIn('error', line)
                notification = line['notification']
                self.assertEqual(notification['account'], account)
                # a fresh process has an empty journal
                self.assertIs(notification['unmatched'], True)
                self.assertIs(notification['duplicate'], False)
                payment = notification['payment']
                self.assertEqual((payment['out_trade_no'], payment['state']), (number, 'paid'))
                self.assertEqual(payment['total'], {'minor': 1990, 'currency': 'CNY'})
                self.assertIs(payment['authenticated'], True)
                self.assertEqual(line['reply']['status'] // 100, 2)

    def test_file_and_line_ends(self):
        number, raw = self.raw['wechat-v3-public-key']
        head, _, body = raw.partition(b'\r\n\r\n')
        path = os.path.join(self.folder, 'notification')
        with open(path, 'wb') as file:
            file.write(head.replace(b'\r\n', b'\n') + b'\n\n' + body)
        result = self.cli('receive', '--json', path)
        self.assertEqual(result.status, OK, result.out + result.err)
        self.assertEqual(result.only()['notification']['payment']['out_trade_no'], number)
        plain = self.cli('receive', path)
        self.assertEqual(plain.status, OK)
        self.assertRegex(plain.out, r'(?m)^verdict +accepted$')

    def test_account_takes_the_place_of_the_path(self):
        _, raw = self.raw['weidoufu']
        moved = raw.replace(b'/notify/weidoufu', b'/elsewhere/hook', 1)
        self.assertNotEqual(self.receive(moved).status, OK)
        result = self.receive(moved, '--account', 'weidoufu')
        self.assertEqual(result.status, OK, result.out + result.err)

    def test_tampered_is_not_authentic(self):
        for account, (number, raw) in self.raw.items():
            with self.subTest(account=account):
                head, _, body = raw.partition(b'\r\n\r\n')
                if account == 'weidoufu':
                    self.assertIn(number.encode(), body)
                    body = body.replace(number.encode(), number.encode()[:-1] + b'x')
                else:
                    at = body.index(b'"ciphertext"') + 30
                    body = body[:at] + (b'A' if body[at:at + 1] != b'A' else b'B') + body[at + 1:]
                result = self.receive(head + b'\r\n\r\n' + body)
                self.assertEqual(result.status, NOT_AUTHENTIC, result.out + result.err)
                line = result.only()
                self.assertEqual((line['verdict'], line['error']['code']), ('refused', 'signature-invalid'))
                self.assertNotIn('notification', line)
                self.assertGreaterEqual(line['reply']['status'], 200)
                self.assertIn('minipay: ', result.err)

    def test_repeated_signature_is_refused(self):
        _, raw = self.raw['wechat-v3-public-key']
        line = re.search(rb'(?i)\r\n(wechatpay-signature: [^\r]*)', raw).group(1)
        head, _, body = raw.partition(b'\r\n\r\n')
        result = self.receive(head + b'\r\n' + line + b'\r\n\r\n' + body)
        self.assertEqual(result.status, NOT_AUTHENTIC, result.out + result.err)
        self.assertEqual(result.only()['verdict'], 'refused')

    def test_wrong_account_is_refused(self):
        _, raw = self.raw['wechat-v3-public-key']
        result = self.receive(raw, '--account', 'weidoufu')
        self.assertEqual(result.status, NOT_AUTHENTIC, result.out + result.err)

    def test_broken_requests(self):
        _, raw = self.raw['weidoufu']
        head, _, body = raw.partition(b'\r\n\r\n')
        broken = {
            'nothing': b'',
            'no empty line': b'POST /notify/weidoufu HTTP/1.1\r\nHost: a\r\n',
            'body cut': raw[:-1],
            'body longer': raw + b'x',
            'no request line': b'\r\n\r\n' + body,
            'no version': head.replace(b' HTTP/1.1', b'', 1) + b'\r\n\r\n' + body,
            'other version': head.replace(b'HTTP/1.1', b'HTTP/2', 1) + b'\r\n\r\n' + body,
            'two lengths': head + b'\r\nContent-Length: 2\r\n\r\n' + body,
            'signed length': b'POST /notify/weidoufu HTTP/1.1\r\nContent-Length: +2\r\n\r\n{}',
            'chunked': b'POST /notify/weidoufu HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
            'folded': head + b'\r\n folded\r\n\r\n' + body,
            'no colon': head + b'\r\nNonsense\r\n\r\n' + body,
            'nul': head + b'\r\nX: a\0b\r\n\r\n' + body,
            'return in a line': head + b'\r\nX: a\rb\r\n\r\n' + body,
            'bytes': bytes(range(256)) * 4,
        }
        for name, text in broken.items():
            with self.subTest(name):
                self.assert_error(self.receive(text), NOT_AUTHENTIC, 'protocol')

    def test_limits(self):
        start = b'POST /notify/weidoufu HTTP/1.1\r\n'
        head = start + b'X: ' + b'a' * (16384 - len(start) - 7) + b'\r\n\r\n'
        self.assertEqual(len(head), 16384)
        body = b'x' * 262144
        self.assertNotEqual(self.receive(head + body).only()['error']['code'], 'usage')
        self.assert_error(self.receive(b'POST / HTTP/1.1\r\n\r\n' + body + b'x'), NOT_AUTHENTIC, 'limit')
        self.assert_error(self.receive(head.replace(b'X', b'XX') + b'{}'), NOT_AUTHENTIC, 'limit')
        self.assert_error(self.receive(b'x' * 10_000_000), NOT_AUTHENTIC, 'limit')

    def test_file_that_is_not_there(self):
        self.assert_error(self.cli('receive', '--json', '/nonexistent/request'), USAGE, 'usage')
        self.assert_error(self.cli('receive', '--json', self.folder), USAGE, 'usage')


if __name__ == '__main__':
    unittest.main(verbosity=2)
