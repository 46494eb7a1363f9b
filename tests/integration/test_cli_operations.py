# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the `minipay` command does after a payment: judged by the sandbox's own books."""

import csv
import datetime
import hashlib
import os
import pty
import re
import stat
import subprocess
import tempfile
import threading
import time
import unittest

from cli_command import INVALID, MINIPAY, NOT_AUTHENTIC, NOT_SENT, OK, REFUSED, UNKNOWN, USAGE
from cli_sandbox import SandboxCase

ACCOUNT = 'wechat-v2-hmac'
CHINA = datetime.timezone(datetime.timedelta(hours=8))

PAYMENT = {'out_trade_no', 'transaction_id', 'state', 'total', 'paid', 'payer', 'paid_at', 'authenticated'}
REFUND = {'out_refund_no', 'refund_id', 'out_trade_no', 'transaction_id', 'state', 'amount', 'total', 'refunded_at',
          'authenticated'}


def money(minor):
    return {'minor': minor, 'currency': 'CNY'}


class OperationCase(SandboxCase):
    RECEIVER = '{"type": "MERCHANT_ID", "account": "1900000100", "name": "partner", "relation_type": "STORE"}'

    def do(self, verb, *arguments, **keywords):
        return self.cli(verb, '--json', '--account', ACCOUNT, *arguments, **keywords)

    def order(self, *more):
        """A new order, waiting for its buyer."""
        number = self.new_number()
        result = self.pay(ACCOUNT, '--client-ip', '127.0.0.1', *more, number=number)
        self.assertEqual(result.status, OK, result.err)
        return number

    def paid_order(self, *more):
        number = self.order(*more)
        self.assertTrue(self.buyer_pays(ACCOUNT, number)['paid'])
        return number

    def pay_by_code(self, last_digit, number, *more, **keywords):
        return self.do('pay', '--method', 'code', '--total', '19.90 CNY', '--subject', 'tea',
                       '--client-ip', '127.0.0.1', '--out-trade-no', number,
                       '--extra', f'auth_code=13000000000000000{last_digit}', *more, **keywords)

    def refund(self, number, refund_no, amount='5.00 CNY', *more):
        return self.do('refund', '--out-trade-no', number, '--refund-no', refund_no, '--amount', amount, '--total',
                       '19.90 CNY', *more)

    def call(self, name, **params):
        words = [f'--param={name}={value}' for name, value in params.items()]
        return self.do('call', name, *words)

    def shared(self):
        """An order that may be shared, and whom with: its number at the gateway."""
        number = self.paid_order('--extra', 'profit_sharing=Y')
        self.assertEqual(self.call('profit-sharing-add-receiver', receiver=self.RECEIVER).status, OK)
        return self.do('query', '--out-trade-no', number).only()['transaction_id']

    def share(self, transaction_id, number, amount=100):
        return self.call('profit-sharing', transaction_id=transaction_id, out_order_no=number, receivers=(
            f'[{{"type": "MERCHANT_ID", "account": "1900000100", "amount": {amount}, "description": "share"}}]'))

    def new_folder(self):
        """Which others may not write to, as a bill's folder may not be."""
        folder = tempfile.TemporaryDirectory(prefix='minipay-bill-')
        self.addCleanup(folder.cleanup)
        return folder.name

    def requests(self, operation, **members):
        """The calls of the gateway that the sandbox has seen."""
        return [request for request in self.ask_sandbox('/sandbox/requests')['requests']
                if request['operation'] == operation and members.items() <= request.items()]

    def assert_payment(self, result, number, state):
        self.assertEqual(result.status, OK, result.out + result.err)
        line = result.only()
        self.assertEqual(set(line), PAYMENT)
        self.assertEqual((line['out_trade_no'], line['state'], line['authenticated']), (number, state, True))
        return line


class TestEnds(OperationCase):
    def test_an_open_order_is_closed(self):
        number = self.order()
        self.assert_payment(self.do('close', '--out-trade-no', number), number, 'closed')
        self.assert_payment(self.do('query', '--out-trade-no', number), number, 'closed')
        self.assertEqual(len(self.requests('close', out_trade_no=number)), 1)

    def test_a_paid_order_is_not_closed(self):
        number = self.paid_order()
        result = self.do('close', '--out-trade-no', number)
        self.assert_error(result, REFUSED, 'already-paid')
        self.assertEqual(result.only()['out_trade_no'], number)
        self.assert_payment(self.do('query', '--out-trade-no', number), number, 'paid')

    def test_a_code_payment_is_reversed(self):
        number = self.new_number()
        self.assertEqual(self.pay_by_code(1, number).status, OK)
        self.assert_payment(self.do('reverse', '--out-trade-no', number), number, 'closed')
        self.assertEqual(len(self.requests('reverse', out_trade_no=number)), 1)

    def test_a_provider_without_the_operation_says_so(self):
        result = self.cli('close', '--json', '--account', 'weidoufu', '--out-trade-no', self.new_number())
        self.assert_error(result, INVALID, 'not-supported')

    def test_plain_output(self):
        number = self.order()
        result = self.cli('close', '--account', ACCOUNT, '--out-trade-no', number)
        self.assertEqual(result.status, OK, result.err)
        self.assertRegex(result.out, rf'(?m)^out_trade_no +{number}\nstate +closed$')


class TestCodes(OperationCase):
    def quick_config(self, patience):
        return self.changed_config('[transport]\n',
                                   f'[transport]\ncode-interval-ms=100\ncode-patience-ms={patience}\n')

    def test_paid_at_once(self):
        number = self.new_number()
        result = self.pay_by_code(3, number)
        self.assertEqual(result.status, OK, result.err)
        line = result.only()
        self.assertEqual(line['checkout'], {'kind': 'done', 'params': {}})
        self.assertEqual(set(line['payment']), PAYMENT)
        self.assertEqual((line['payment']['state'], line['payment']['paid']), ('paid', money(1990)))

    def test_no_money(self):
        self.assert_error(self.pay_by_code(8, self.new_number()), REFUSED, 'refused')

    def test_the_command_waits_for_the_password(self):
        number = self.new_number()
        buyer = threading.Timer(1, self.buyer_pays, (ACCOUNT, number))
        buyer.start()
        self.addCleanup(buyer.join)
        started = time.monotonic()
        result = self.pay_by_code(6, number, MINIPAY_CONFIG=self.quick_config(20000))
        self.assertEqual(result.status, OK, result.err)
        self.assertEqual(result.only()['payment']['state'], 'paid')
        self.assertGreater(time.monotonic() - started, 0.5)

    def test_who_never_answers_is_not_charged(self):
        number = self.new_number()
        result = self.pay_by_code(7, number, MINIPAY_CONFIG=self.quick_config(500))
        self.assert_error(result, REFUSED, 'refused')
        self.assertEqual(len(self.requests('reverse', out_trade_no=number)), 1)
        self.assert_payment(self.do('query', '--out-trade-no', number), number, 'closed')


class TestResolve(OperationCase):
    def resolve(self, number, *more):
        return self.do('resolve', '--out-trade-no', number, *more)

    def test_a_decided_order_is_told_at_once(self):
        number = self.paid_order()
        started = time.monotonic()
        self.assert_payment(self.resolve(number, '--close'), number, 'paid')
        self.assertLess(time.monotonic() - started, 4)
        self.assertEqual(self.requests('close', out_trade_no=number), [])

    def test_an_open_order_stays_open_or_is_closed(self):
        number = self.order()
        self.assert_payment(self.resolve(number, '--patience', '0'), number, 'pending')
        self.assert_payment(self.resolve(number, '--patience', '0', '--close'), number, 'closed')

    def test_an_order_that_nobody_knows(self):
        self.assert_error(self.resolve(self.new_number(), '--patience', '0'), REFUSED, 'not-found')

    def test_patience_has_bounds(self):
        for patience in ('-1', '86401'):
            self.assert_error(self.resolve('T1', f'--patience={patience}'), INVALID, 'invalid')


class TestRefund(OperationCase):
    def test_a_part_is_given_back_once(self):
        number, refund_no = self.paid_order(), self.new_number()
        first = self.refund(number, refund_no, '5.00 CNY', '--reason', '退茶')
        self.assertEqual(first.status, OK, first.err)
        line = first.only()
        self.assertEqual(set(line), REFUND)
        self.assertEqual((line['out_refund_no'], line['out_trade_no'], line['state'], line['authenticated']),
                         (refund_no, number, 'pending', True))
        self.assertEqual((line['amount'], line['total']), (money(500), money(1990)))
        self.assertTrue(line['refund_id'])
        # another process, the same number: the same refund
        again = self.refund(number, refund_no, '5.00 CNY', '--reason', '退茶')
        self.assertEqual(again.only()['refund_id'], line['refund_id'])
        # 14.90 are left, which would not be so after two refunds
        self.assertEqual(self.refund(number, self.new_number(), '14.90 CNY').status, OK)

    def test_unnumbered_is_sent_only_on_the_word_that_it_never_was(self):
        number, account = self.new_number(), 'weidoufu'
        self.assertEqual(self.pay(account, number=number).status, OK)
        self.assertTrue(self.buyer_pays(account, number)['paid'])
        refund = ('refund', '--json', '--account', account, '--out-trade-no', number, '--refund-no',
                  self.new_number(), '--amount', '5.00 CNY')
        self.assert_error(self.cli(*refund), USAGE, 'usage')
        self.assertEqual(self.ask_sandbox(f'/sandbox/orders/{number}?account={account}')['refunded'], 0)
        self.assertEqual(self.cli(*refund, '--once').status, OK)
        self.assertEqual(self.ask_sandbox(f'/sandbox/orders/{number}?account={account}')['refunded'], 500)

    def test_it_arrives(self):
        number, refund_no = self.paid_order(), self.new_number()
        refund_id = self.refund(number, refund_no).only()['refund_id']
        ask = ('query-refund', '--refund-no', refund_no)
        self.assertEqual(self.do(*ask).only()['state'], 'pending')
        self.ask_sandbox('/sandbox/refund', {'account': ACCOUNT, 'out_refund_no': refund_no, 'result': 'success'})
        line = self.do(*ask).only()
        self.assertEqual(set(line), REFUND)
        self.assertEqual((line['state'], line['refund_id'], line['amount']), ('refunded', refund_id, money(500)))
        self.assertRegex(line['refunded_at'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$')
        self.assertEqual(self.do('query-refund', '--refund-id', refund_id).only()['out_refund_no'], refund_no)
        shown = self.cli('query-refund', '--account', ACCOUNT, '--refund-no', refund_no)
        self.assertRegex(shown.out, r'(?m)^state +refunded\namount +5\.00 CNY$')

    def test_an_answer_with_another_amount_is_a_mismatch(self):
        refund_no = self.new_number()
        self.refund(self.paid_order(), refund_no)
        result = self.do('query-refund', '--refund-no', refund_no, '--amount', '5.01 CNY')
        self.assert_error(result, NOT_AUTHENTIC, 'mismatch')
        self.assertEqual(result.only()['out_refund_no'], refund_no)

    def test_more_than_was_paid_is_refused(self):
        number, refund_no = self.paid_order(), self.new_number()
        self.assertEqual(self.refund(number, self.new_number()).status, OK)
        result = self.refund(number, refund_no, '14.91 CNY')
        self.assert_error(result, REFUSED, 'refused')
        self.assertEqual(result.only()['out_refund_no'], refund_no)
        self.assertIn(f'this is about refund {refund_no}', result.err)

    def test_nothing_is_sent_for_amounts_that_are_none(self):
        number = self.paid_order()
        for amount in ('0.00 CNY', '-5.00 CNY', '5', '5.001 CNY', '19.91 CNY', '5.00 USD'):
            refund_no = self.new_number()
            self.assert_error(self.refund(number, refund_no, amount), INVALID, 'invalid')
            self.assertEqual(self.requests('refund', out_refund_no=refund_no), [])

    def test_a_refund_nobody_asked_for(self):
        result = self.do('query-refund', '--refund-no', self.new_number())
        self.assert_error(result, REFUSED, 'not-found')


class TestBill(OperationCase):
    def setUp(self):
        self.folder_of_bills = self.new_folder()
        self.path = os.path.join(self.folder_of_bills, 'bill.csv')
        self.today = datetime.datetime.now(CHINA).date().isoformat()

    def bill(self, *more):
        return self.do('bill', '--date', self.today, '--output', self.path, *more)

    def test_a_bill_and_its_rows(self):
        number = self.paid_order()
        result = self.bill('--rows')
        self.assertEqual(result.status, OK, result.err)
        bill, *rows = result.lines()
        with open(self.path, 'rb') as file:
            text = file.read()
        self.assertEqual(bill, {'kind': 'trade', 'date': self.today, 'path': self.path, 'size': len(text),
                                'sha1': hashlib.sha1(text).hexdigest(), 'authenticated': False})
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        lines = list(csv.reader(text.decode('utf-8-sig').splitlines()))
        heads = [n for n, line in enumerate(lines) if not line[0].startswith('`')]
        self.assertEqual([row['line'] for row in rows], [n + 1 for n in range(len(lines)) if n not in heads])
        self.assertEqual([row['summary'] for row in rows], [False] * (len(rows) - 1) + [True])
        for row in rows:
            line = lines[row['line'] - 1]
            head = lines[max(n for n in heads if n < row['line'] - 1)]
            self.assertEqual(list(row['columns'].items()), list(zip(head, (cell.lstrip('`') for cell in line))))
        ours = [row for row in rows if row['columns'].get('商户订单号') == number]
        self.assertEqual([row['columns']['订单金额'] for row in ours], ['19.90'])

    def test_rows_alone(self):
        self.paid_order()
        rows = self.cli('bill', '--account', ACCOUNT, '--date', self.today, '--output', self.path, '--rows')
        self.assertEqual({tuple(row) for row in rows.lines()}, {('line', 'summary', 'columns')})

    def test_plain_output(self):
        self.paid_order()
        result = self.cli('bill', '--account', ACCOUNT, '--date', self.today, '--output', self.path)
        self.assertEqual(result.status, OK, result.err)
        self.assertRegex(result.out, rf'^kind +trade\ndate +{self.today}\npath +{self.path}\nsize +\d+\n'
                                     r'sha1 +[0-9a-f]{40}\n')
        self.assertEqual(result.err, '')

    def test_a_terminal_sees_it_move(self):
        self.ask_sandbox('/sandbox/bill', {'account': ACCOUNT, 'rows': 1000000})
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = subprocess.Popen([MINIPAY, 'bill', '--config', self.config, '--account', ACCOUNT, '--date',
                                    self.today, '--output', self.path], stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        shown = b''
        try:
            while piece := os.read(ours, 4096):
                shown += piece
        except OSError:  # Linux's word for the end of a terminal
            pass
        self.assertEqual(process.wait(60), OK, shown)
        self.assertGreater(os.path.getsize(self.path), 100 * 1000000)
        *lines, last = shown.decode().split('\r\x1b[K')[1:]
        self.assertEqual(last, '')
        sizes = [re.fullmatch(r'minipay: ([\d.]+)\s(bytes|kB|MB) of the bill so far', line).groups() for line in lines]
        self.assertEqual(sizes[0], ('0', 'bytes'))
        self.assertGreater(len(set(sizes)), 1)

    def test_a_path_of_the_working_folder(self):
        self.paid_order()
        here = os.getcwd()
        os.chdir(self.folder_of_bills)
        self.addCleanup(os.chdir, here)
        self.path = 'mine.csv'
        self.assertEqual(self.bill().only()['path'], os.path.join(os.path.realpath(self.folder_of_bills), 'mine.csv'))

    def test_no_file_is_replaced(self):
        with open(self.path, 'w', encoding='ascii') as file:
            file.write('mine')
        self.assert_error(self.bill(), INVALID, 'invalid')
        with open(self.path, encoding='ascii') as file:
            self.assertEqual(file.read(), 'mine')

    def test_words_that_are_none(self):
        self.assert_error(self.bill('--kind', 'gossip'), INVALID, 'invalid')
        self.assert_error(self.bill('--date', '21.11.2026'), INVALID, 'invalid')
        self.assert_error(self.bill('--extra', 'bill_type=EVERYTHING'), INVALID, 'invalid')

    def test_a_day_without_a_bill(self):
        self.assert_error(self.bill('--date', '2020-02-29'), REFUSED, 'not-found')
        self.assertEqual(os.listdir(self.folder_of_bills), [])


class TestCall(OperationCase):
    def test_a_share(self):
        transaction_id, number = self.shared(), self.new_number()
        result = self.share(transaction_id, number)
        self.assertEqual(result.status, OK, result.err)
        line = result.only()
        self.assertEqual(set(line), {'name', 'values', 'authenticated'})
        self.assertEqual((line['name'], line['authenticated']), ('profit-sharing', True))
        self.assertEqual((line['values']['out_order_no'], line['values']['transaction_id']), (number, transaction_id))
        found = self.call('profit-sharing-query', transaction_id=transaction_id, out_order_no=number)
        self.assertIn('"amount":100', found.only()['values']['receivers'].replace(' ', ''))
        shown = self.cli('call', 'profit-sharing-amount', '--account', ACCOUNT, '--param',
                         f'transaction_id={transaction_id}')
        self.assertRegex(shown.out, r'(?m)^unsplit_amount +\d+$')

    def test_a_refusal(self):
        result = self.share(self.shared(), self.new_number(), 1990)
        self.assert_error(result, REFUSED, 'refused')
        self.assertTrue(result.only()['error']['gateway_code'])

    def test_an_operation_that_nobody_has(self):
        self.assert_error(self.call('levitate'), INVALID, 'not-supported')

    def test_a_parameter_that_the_operation_has_not(self):
        result = self.call('profit-sharing-amount', transaction_id='4200000000000000000000000001', colour='red')
        self.assert_error(result, INVALID, 'not-supported')

    def test_parameters_that_are_none(self):
        good = {'transaction_id': '4200000000000000000000000001', 'out_order_no': 'P1', 'receivers': '[]'}
        for name, value in (('receivers', 'everybody'), ('receivers', '{}'), ('receivers', '[1]'),
                            ('receivers', '[{"amount": 1.5}]'), ('receivers', '[{"amount": 9223372036854775808}]'),
                            ('receivers', '[{"amount": 010}]'), ('receivers', "[{'amount': 1}]"),
                            ('receivers', '[{"a": null}]'), ('receivers', '[{"a": 1, "a": 2}]'),
                            ('out_order_no', '')):
            result = self.call('profit-sharing', **{**good, name: value})
            self.assert_error(result, INVALID, 'invalid')
            self.assertIn(name, result.only()['error']['message'])
        for words in (['--param', 'lonely'], ['--param', '=1'], ['--param', 'out_order_no=1'] * 2):
            self.assert_error(self.do('call', 'profit-sharing', *words), USAGE, 'usage')
        self.assertEqual(self.requests('profit-sharing', number='P1'), [])


class TestLostAnswers(OperationCase):
    """The gateway obeys, and its answer is cut: one test for each operation, whose other answers are lost too."""

    def lose(self, operation):
        self.ask_sandbox('/sandbox/fault', {'gateway': 'wechat-v2', 'operation': operation, 'kind': 'cut',
                                            'times': 100})

    def test_a_close_without_an_answer_is_unknown(self):
        number = self.order()
        self.lose('close')
        result = self.do('close', '--out-trade-no', number)
        self.assert_error(result, UNKNOWN, 'outcome-unknown')
        self.assertIn(number, result.err)
        self.assert_payment(self.do('query', '--out-trade-no', number), number, 'closed')

    def test_a_refund_without_an_answer_is_unknown_and_found(self):
        number, refund_no = self.paid_order(), self.new_number()
        self.lose('refund')
        result = self.refund(number, refund_no)
        self.assert_error(result, UNKNOWN, 'outcome-unknown')
        self.assertEqual(result.only()['out_refund_no'], refund_no)
        found = self.do('query-refund', '--refund-no', refund_no)
        self.assertEqual((found.status, found.only()['amount']), (OK, money(500)), found.err)

    def test_a_share_without_an_answer_is_unknown_and_found(self):
        transaction_id, number = self.shared(), self.new_number()
        self.lose('profit-sharing')
        self.assert_error(self.share(transaction_id, number), UNKNOWN, 'outcome-unknown')
        found = self.call('profit-sharing-query', transaction_id=transaction_id, out_order_no=number)
        self.assertEqual(found.only()['values']['out_order_no'], number)

    def test_nothing_is_left_of_a_bill_that_broke_off(self):
        self.paid_order()
        self.lose('download-bill')
        folder = self.new_folder()
        today = datetime.datetime.now(CHINA).date().isoformat()
        result = self.do('bill', '--date', today, '--output', os.path.join(folder, 'bill.csv'))
        self.assert_error(result, NOT_SENT, 'not-sent')
        self.assertEqual(os.listdir(folder), [])


if __name__ == '__main__':
    unittest.main(verbosity=2)
