# SPDX-License-Identifier: LGPL-2.1-or-later
"""What Python programs see of minipay: amounts, requests, awaiting, blocking, errors, notifications."""

import asyncio
import datetime
import gc
import itertools
import tempfile
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer

import gi

gi.require_version('Minipay', '1.0')
from gi.repository import Gio, GLib, GObject, Minipay  # noqa: E402

from sandbox_process import ACCOUNTS, Sandbox  # noqa: E402

numbers = itertools.count(1)


def make_order(notify_url='http://127.0.0.1:9/notify/weidoufu', **fields):
    values = dict(
        out_trade_no=f'T{time.time_ns():020}{next(numbers):06}',
        total=Minipay.Money(1990, 'CNY'),
        subject='green tea',
        method=Minipay.Method.MINI_PROGRAM,
        wallet=Minipay.Wallet.WECHAT,
        payer='oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
        notify_url=notify_url)
    return Minipay.Order(**{**values, **fields})


class MinipayTestCase(unittest.TestCase):
    def assert_fails(self, code, function, *args):
        with self.assertRaises(GLib.Error) as caught:
            function(*args)
        self.assert_code(caught.exception, code)
        return caught.exception

    def assert_code(self, error, code):
        self.assertTrue(error.matches(Minipay.Error.quark(), code), f'{error.domain} {error.code}: {error.message}')


class MoneyTest(MinipayTestCase):
    def test_what_is_not_an_int_is_refused(self):
        for minor in (19.9, 19.0, float('nan'), float('inf'), True, '1990', None):
            with self.subTest(minor=minor):
                self.assertRaises(TypeError, Minipay.Money, minor, 'CNY')
                self.assertRaises(TypeError, Minipay.Money.new, minor, 'CNY')
        self.assertRaises(TypeError, Minipay.Money, minor=1.5, currency='CNY')
        self.assertRaises(TypeError, Minipay.Money.parse, 19.9)

    def test_no_number_reaches_the_total_of_an_order(self):
        for total in (19.9, 1990, '19.90 CNY'):
            with self.subTest(total=total):
                self.assertRaises(TypeError, make_order, total=total)

    def test_an_unknown_currency_is_refused(self):
        for currency in ('cny', 'RMB', '', 'CNYX', 'CNY '):
            with self.subTest(currency=currency):
                self.assert_fails(Minipay.Error.INVALID, Minipay.Money, 1990, currency)
        self.assertRaises(TypeError, Minipay.Money, 1990, None)

    def test_what_64_bits_cannot_hold_is_refused(self):
        self.assertEqual(Minipay.Money(2**63 - 1, 'JPY').get_minor(), 2**63 - 1)
        self.assert_fails(Minipay.Error.INVALID, Minipay.Money, 2**63, 'JPY')
        self.assert_fails(Minipay.Error.INVALID, Minipay.Money, -2**63 - 1, 'JPY')

    def test_a_text_with_too_many_decimals_is_refused(self):
        self.assert_fails(Minipay.Error.INVALID, Minipay.Money.parse, '19.905 CNY')

    def test_equal_amounts_are_equal(self):
        tea = Minipay.Money(1990, 'CNY')
        self.assertEqual(tea, Minipay.Money.parse('19.90 CNY'))
        self.assertNotEqual(tea, Minipay.Money(1991, 'CNY'))
        self.assertNotEqual(tea, Minipay.Money(1990, 'USD'))
        self.assertNotEqual(tea, 1990)
        self.assertEqual({tea, Minipay.Money(1990, 'CNY')}, {tea})

    def test_an_amount_prints_itself(self):
        self.assertEqual(str(Minipay.Money(1990, 'CNY')), '19.90 CNY')
        self.assertEqual(repr(Minipay.Money(1990, 'CNY')), "Minipay.Money(1990, 'CNY')")

    def test_an_amount_outlives_its_order(self):
        totals = [make_order(total=Minipay.Money(i, 'CNY')).get_total() for i in range(1000)]
        gc.collect()
        self.assertEqual([total.get_minor() for total in totals], list(range(1000)))


class ErrorFactsTest(MinipayTestCase):
    def facts(self, message, domain=None):
        return Minipay.error_facts(GLib.Error.new_literal(domain or Minipay.Error.quark(), message,
                                                          Minipay.Error.REFUSED))

    def test_the_tail_is_split(self):
        self.assertEqual(
            self.facts('refused: order paid [gateway-code=ORDERPAID; http=400; request-id=08F7=]'),
            {'message': 'refused: order paid', 'gateway_code': 'ORDERPAID', 'http': 400, 'request_id': '08F7='})

    def test_what_is_not_known_is_none(self):
        self.assertEqual(
            self.facts('too many requests [http=429]'),
            {'message': 'too many requests', 'gateway_code': None, 'http': 429, 'request_id': None})

    def test_other_brackets_stay_in_the_message(self):
        for message in ('a [b]', 'a [http=429] b', 'a [http=429; b]', '[http=429]'):
            with self.subTest(message=message):
                self.assertEqual(
                    self.facts(message), {'message': message, 'gateway_code': None, 'http': None, 'request_id': None})

    def test_errors_of_others_are_left_alone(self):
        self.assertEqual(self.facts('a [http=429]', Gio.io_error_quark())['message'], 'a [http=429]')


class HttpRequestTest(MinipayTestCase):
    def pairs(self, request):
        headers = request.get_headers()
        return [(headers.get_name(i), headers.get_value(i)) for i in range(headers.get_length())]

    def test_headers_of_a_dict(self):
        request = Minipay.HttpRequest('POST', '/notify/weidoufu?a=1', {'Wechatpay-Nonce': 'x', 'Accept': '*/*'},
                                      b'{"a":1}')
        self.assertIsInstance(request, Minipay.HttpRequest)
        self.assertEqual(request.get_method(), 'POST')
        self.assertEqual(request.get_target(), '/notify/weidoufu?a=1')
        self.assertEqual(self.pairs(request), [('Wechatpay-Nonce', 'x'), ('Accept', '*/*')])
        self.assertEqual(request.get_body().get_data(), b'{"a":1}')

    def test_repeats_are_kept(self):
        wanted = [('Wechatpay-Signature', 'one'), ('Accept', '*/*'), ('wechatpay-signature', 'two')]
        self.assertEqual(self.pairs(Minipay.HttpRequest('POST', '/', wanted, b'')), wanted)
        self.assertEqual(self.pairs(Minipay.HttpRequest('POST', '/', [(n.encode(), v.encode()) for n, v in wanted])),
                         wanted)
        self.assertEqual(self.pairs(Minipay.HttpRequest('POST', '/', {'a': ['one', 'two']})),
                         [('a', 'one'), ('a', 'two')])

    def test_a_body_is_bytes(self):
        for body in (b'\x00\xff', bytearray(b'\x00\xff'), memoryview(b'\x00\xff'), GLib.Bytes.new(b'\x00\xff')):
            self.assertEqual(Minipay.HttpRequest('POST', '/', (), body).get_body().get_data(), b'\x00\xff')
        self.assertIsNone(Minipay.HttpRequest('GET', '/').get_body())
        self.assertRaises(TypeError, Minipay.HttpRequest, 'POST', '/', (), '{}')

    def test_what_is_not_text_is_refused(self):
        self.assertRaises(TypeError, Minipay.HttpRequest, 'POST', '/', {'a': 5})
        self.assertRaises(TypeError, Minipay.HttpRequest, None, '/')
        self.assert_fails(Minipay.Error.INVALID, Minipay.HttpRequest, 'POST', '/', {'a\0b': 'x'})
        self.assert_fails(Minipay.Error.INVALID, Minipay.HttpRequest, 'POST', '/a\0b')


class BillTest(MinipayTestCase):
    TEXT = '交易时间,商户订单号,订单金额\n`2026-11-20,`T1,`19.90\n总交易单数\n`1\n'

    def make_file(self, text):
        file = tempfile.NamedTemporaryFile(suffix='.csv')
        self.addCleanup(file.close)
        file.write(text.encode())
        file.flush()
        return file.name

    def test_rows_are_iterated_and_read_by_heading(self):
        row, summary = Minipay.BillReader.new(self.make_file(self.TEXT))
        self.assertEqual(row['商户订单号'], 'T1')
        self.assertEqual(row.dup_money('订单金额', 'CNY'), Minipay.Money(1990, 'CNY'))
        self.assertEqual(dict(row), {'交易时间': '2026-11-20', '商户订单号': 'T1', '订单金额': '19.90'})
        self.assertRaises(KeyError, row.__getitem__, '总交易单数')
        self.assertTrue(summary.is_summary())
        self.assertEqual(dict(summary), {'总交易单数': '1'})

    def test_a_cut_bill_raises(self):
        rows = iter(Minipay.BillReader.new(self.make_file(self.TEXT.split('总')[0])))
        self.assertEqual(next(rows)['商户订单号'], 'T1')
        self.assertIn('line 2', self.assert_fails(Minipay.Error.PROTOCOL, next, rows).message)


class SandboxTestCase(MinipayTestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox()
        cls.addClassCleanup(cls.sandbox.close)

    def setUp(self):
        self.client = Minipay.Client.new_from_file(self.sandbox.config)
        self.account = self.client.get_account('wechat-v3-public-key')

    def pay(self, order, account='wechat-v3-public-key'):
        return self.sandbox.post('/sandbox/pay', account=account, out_trade_no=order.props.out_trade_no)


class BlockingTest(SandboxTestCase):
    def test_a_payment_of_every_account(self):
        for name in ACCOUNTS:
            with self.subTest(account=name):
                account = self.client.get_account(name)
                order = make_order()
                ref = Minipay.PaymentRef.new(order.props.out_trade_no)

                checkout = account.create_payment(order)
                self.assertEqual(checkout.props.kind, Minipay.CheckoutKind.WX_REQUEST_PAYMENT)
                self.assertIn('package', checkout.dup_params(Minipay.Runtime.WX))
                self.assertEqual(account.query_payment(ref).props.state, Minipay.PaymentState.PENDING)

                self.pay(order, name)
                payment = account.query_payment(ref)
                self.assertEqual(payment.props.state, Minipay.PaymentState.PAID)
                self.assertEqual(payment.props.out_trade_no, order.props.out_trade_no)
                self.assertIn(payment.props.total, (Minipay.Money(1990, 'CNY'), None))
                self.assertEqual(payment.props.authenticated, name != 'weidoufu')

    def test_calls_from_eight_threads(self):
        with ThreadPoolExecutor(8) as pool:
            orders = [make_order() for _ in range(80)]
            checkouts = list(pool.map(self.account.create_payment, orders))
        self.assertEqual(len({c.dup_params(Minipay.Runtime.WX)['package'] for c in checkouts}), 80)

    def test_the_parameters_of_another_runtime_are_refused(self):
        checkout = self.account.create_payment(make_order())
        self.assert_fails(Minipay.Error.NOT_SUPPORTED, checkout.dup_params, Minipay.Runtime.ALIPAY)


class ErrorTest(SandboxTestCase):
    def test_an_unknown_account(self):
        error = self.assert_fails(Minipay.Error.NOT_FOUND, self.client.get_account, 'nobody')
        self.assertIn('nobody', error.message)

    def test_a_missing_configuration(self):
        with self.assertRaises(GLib.Error):
            Minipay.Client.new_from_file('/nowhere/minipay.conf')

    def test_a_number_that_breaks_the_rules(self):
        self.assert_fails(Minipay.Error.INVALID, self.account.create_payment, make_order(out_trade_no='!'))

    def test_an_order_without_an_amount(self):
        self.assert_fails(Minipay.Error.INVALID, self.account.create_payment, make_order(total=None))

    def test_a_payment_nobody_made(self):
        ref = Minipay.PaymentRef.new('T20261121000000000001')
        self.assert_fails(Minipay.Error.NOT_FOUND, self.account.query_payment, ref)

    def test_what_the_gateway_said_is_told(self):
        self.sandbox.fault('wechat-v3', 'create', 'http-429', times=50)
        error = self.assert_fails(Minipay.Error.RATE_LIMITED, self.account.create_payment, make_order())
        facts = Minipay.error_facts(error)
        self.assertEqual(facts['http'], 429)
        self.assertNotIn('[', facts['message'])


class AsyncTest(SandboxTestCase):
    def run_async(self, coroutine):
        return asyncio.run(asyncio.wait_for(coroutine, 60))

    def test_await(self):
        async def buy():
            order = make_order()
            checkout = await self.account.create_payment_async(order)
            await asyncio.to_thread(self.pay, order)
            return checkout, await self.account.query_payment_async(Minipay.PaymentRef.new(order.props.out_trade_no))

        checkout, payment = self.run_async(buy())
        self.assertIn('package', checkout.dup_params(Minipay.Runtime.WX))
        self.assertEqual(payment.props.state, Minipay.PaymentState.PAID)

    def test_gather_of_50(self):
        async def buy():
            return await asyncio.gather(*(self.account.create_payment_async(make_order()) for _ in range(50)))

        self.assertEqual(len({c.dup_params(Minipay.Runtime.WX)['package'] for c in self.run_async(buy())}), 50)

    def test_await_fails_with_the_code_of_the_call(self):
        async def buy():
            await self.account.create_payment_async(make_order(out_trade_no='!'))

        self.assert_fails(Minipay.Error.INVALID, self.run_async, buy())

    def test_a_wrong_type_is_told_to_whoever_awaits(self):
        async def buy():
            await self.account.create_payment_async('an order')

        self.assertRaises(TypeError, self.run_async, buy())

    def test_a_timeout_of_an_order_on_its_way_says_that_the_outcome_is_unknown(self):
        self.sandbox.fault('wechat-v3', 'create', 'delay', milliseconds=5000)

        async def buy():
            await asyncio.wait_for(self.account.create_payment_async(make_order()), 0.5)

        started = time.monotonic()
        self.assert_fails(Minipay.Error.OUTCOME_UNKNOWN, self.run_async, buy())
        self.assertLess(time.monotonic() - started, 3)

    def test_a_timeout_of_a_question_is_a_timeout(self):
        order = make_order()
        self.account.create_payment(order)
        self.sandbox.fault('wechat-v3', 'query', 'delay', milliseconds=5000)

        async def ask():
            await asyncio.wait_for(self.account.query_payment_async(Minipay.PaymentRef.new(order.props.out_trade_no)),
                                   0.5)

        started = time.monotonic()
        self.assertRaises(asyncio.TimeoutError, self.run_async, ask())
        self.assertLess(time.monotonic() - started, 3)

    def test_a_call_cancelled_before_it_was_sent_is_cancelled(self):
        async def buy():
            cancellable = Gio.Cancellable()
            cancellable.cancel()
            await self.account.create_payment_async(make_order(), cancellable)

        self.assertRaises(asyncio.CancelledError, self.run_async, buy())

    def test_an_answer_nobody_waits_for_does_no_harm(self):
        async def forget():
            self.account.create_payment_async(make_order())

        async def buy():
            await self.account.create_payment_async(make_order())

        self.run_async(forget())
        self.run_async(buy())

    def test_a_callback_instead_of_await(self):
        loop = GLib.MainLoop()
        ended = []

        def on_created(account, result, data):
            ended.append((account.create_payment_finish(result), data))
            loop.quit()

        self.account.create_payment_async(make_order(), None, on_created, 'data')
        self.assertEqual(ended, [])
        GLib.timeout_add_seconds(30, loop.quit)
        loop.run()
        self.assertEqual([(type(checkout), data) for checkout, data in ended], [(Minipay.Checkout, 'data')])


class AfterTest(SandboxTestCase):
    """What comes after a payment, awaited; the sandbox's China is where the days are counted."""

    NAME = 'wechat-v2-hmac'
    TEA = Minipay.Money(1990, 'CNY')

    def setUp(self):
        super().setUp()
        self.account = self.client.get_account(self.NAME)

    def make_order(self, **fields):
        return make_order(client_ip='127.0.0.1', **fields)

    def make_paid(self, **fields):
        order = self.make_order(**fields)
        self.account.create_payment(order)
        self.pay(order, self.NAME)
        return order

    def wait(self, method, *args):
        async def call():
            return await method(*args)

        return asyncio.run(call())

    def make_refund(self, order, minor):
        return Minipay.RefundRequest(out_refund_no=f'R{order.props.out_trade_no}'[:32],
                                     out_trade_no=order.props.out_trade_no, amount=Minipay.Money(minor, 'CNY'))

    def test_close(self):
        order = self.make_order()
        self.account.create_payment(order)
        payment = self.wait(self.account.close_payment_async, Minipay.PaymentRef.new(order.props.out_trade_no))
        self.assertEqual(payment.props.state, Minipay.PaymentState.CLOSED)

    def test_reverse(self):
        order = self.make_order(method=Minipay.Method.CODE, payer=None, notify_url=None,
                                extras={'auth_code': '130000000000000001'})
        checkout = self.wait(self.account.create_payment_async, order)
        self.assertEqual(checkout.props.kind, Minipay.CheckoutKind.DONE)
        self.assertEqual(checkout.get_payment().props.state, Minipay.PaymentState.PAID)
        ref = Minipay.PaymentRef(out_trade_no=order.props.out_trade_no)
        self.assertEqual(self.wait(self.account.reverse_payment_async, ref).props.state, Minipay.PaymentState.CLOSED)

    def test_resolve(self):
        order = self.make_order()
        ref = Minipay.PaymentRef.new(order.props.out_trade_no)
        self.account.create_payment(order)
        for flags, state in ((Minipay.ResolveFlags.NONE, Minipay.PaymentState.PENDING),
                             (Minipay.ResolveFlags.CLOSE, Minipay.PaymentState.CLOSED)):
            self.assertEqual(self.wait(self.account.resolve_async, ref, flags, 0).props.state, state)

    def test_refund_and_its_query(self):
        order = self.make_paid()
        request = self.make_refund(order, 500)
        refund = self.wait(self.account.refund_async, request)
        self.assertEqual(refund.props.amount, Minipay.Money(500, 'CNY'))
        ref = Minipay.RefundRef.new(request.props.out_refund_no)
        asked = self.wait(self.account.query_refund_async, ref)
        self.assertEqual(asked.props.refund_id, refund.props.refund_id)
        self.assertEqual(asked.props.state, Minipay.RefundState.PENDING)
        too_much = Minipay.RefundRequest(out_refund_no='R' + request.props.out_refund_no[2:], amount=self.TEA,
                                         out_trade_no=order.props.out_trade_no)
        self.assert_fails(Minipay.Error.REFUSED, self.wait, self.account.refund_async, too_much)

    def test_bill(self):
        order = self.make_paid()
        with tempfile.TemporaryDirectory() as folder:
            day = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date().isoformat()
            bill = self.wait(self.account.download_bill_async,
                             Minipay.BillRequest(date=day, path=f'{folder}/bill.csv', extras={'bill_type': 'ALL'}))
            rows = {row['商户订单号']: row for row in Minipay.BillReader.new(bill.props.path) if not row.is_summary()}
        self.assertEqual(rows[order.props.out_trade_no].dup_money('订单金额', 'CNY'), self.TEA)

    def test_call(self):
        order = self.make_paid(extras={'profit_sharing': 'Y'})
        number = self.account.query_payment(Minipay.PaymentRef.new(order.props.out_trade_no)).props.transaction_id
        partner = {'type': 'MERCHANT_ID', 'account': '1900000100', 'name': 'partner', 'relation_type': 'STORE'}
        self.account.call('profit-sharing-add-receiver', {'receiver': partner})
        share = {'type': 'MERCHANT_ID', 'account': '1900000100', 'amount': 100, 'description': 'share'}
        report = self.wait(self.account.call_async, 'profit-sharing', {
            'transaction_id': number, 'out_order_no': f'P{order.props.out_trade_no}'[:32], 'receivers': [share]})
        self.assertIs(type(report.values), dict)
        self.assertEqual(report.values['transaction_id'], number)
        left = self.account.call('profit-sharing-amount', {'transaction_id': number}).values['unsplit_amount']
        self.assertRegex(left, r'^\d+$')

    def test_what_is_no_member_is_refused(self):
        for value in (19.9, None, b'x', {1, 2}, {'a': 1.5}, ['a', 0.5], object()):
            with self.subTest(value=value):
                self.assertRaises(TypeError, make_order, extras={'member': value})
                self.assertRaises(TypeError, self.account.call, 'profit-sharing', {'member': value})
        self.assert_fails(Minipay.Error.INVALID, self.account.call, 'profit-sharing', {'amount': 2**63})

    def test_members_keep_their_types(self):
        wanted = {'s': ('tea', 's'), 'b': (True, 'b'), 'x': (2**63 - 1, 'x'), 'as': (['a', 'b'], 'as'),
                  'set': ({'a': 1}, 'a{sv}'), 'sets': ([{'a': 1}, {'b': 'c'}], 'aa{sv}'), 'mixed': (['a', 1], 'av'),
                  'own': (GLib.Variant('a{ss}', {'a': 'b'}), 'a{ss}')}
        extras = make_order(extras={name: value for name, (value, _) in wanted.items()}).props.extras
        self.assertEqual({name: extras.lookup_value(name, None).get_type_string() for name in wanted},
                         {name: type_ for name, (_, type_) in wanted.items()})
        self.assertEqual(extras.lookup_value('sets', None).unpack(), [{'a': 1}, {'b': 'c'}])
        self.assertIsNone(make_order(extras=None).props.extras)


class Notified:
    """A notification address that keeps the raw requests."""

    def __init__(self):
        self.requests = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler):  # noqa: N805
                body = handler.rfile.read(int(handler.headers['Content-Length']))
                self.requests.append((handler.path, handler.headers.items(), body))
                handler.send_response(200)
                handler.end_headers()

            def log_message(handler, *_):  # noqa: N805
                pass

        self._server = HTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self._server.server_port}/notify/'
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class ReceiveTest(SandboxTestCase):
    def setUp(self):
        super().setUp()
        self.notified = Notified()
        self.addCleanup(self.notified.close)

    def notify(self, name):
        """Has an order of that account paid; gives it and the notification: target, header pairs, body."""
        order = make_order(notify_url=self.notified.url + name)
        self.client.get_account(name).create_payment(order)
        self.pay(order, name)
        return order, *self.notified.requests.pop()

    def test_a_notification_of_every_account(self):
        for name in ACCOUNTS:
            with self.subTest(account=name):
                order, target, headers, body = self.notify(name)
                receipt = self.client.receive(Minipay.HttpRequest('POST', target, headers, body))
                notification = receipt.get_notification()
                self.assertIsNotNone(notification, receipt.get_failure_message())
                payment = notification.get_payment()
                self.assertEqual(notification.get_account(), name)
                self.assertFalse(notification.get_unmatched())
                self.assertEqual(payment.props.out_trade_no, order.props.out_trade_no)
                self.assertEqual(payment.props.state, Minipay.PaymentState.PAID)
                self.assertEqual(payment.props.total, Minipay.Money(1990, 'CNY'))
                self.assertTrue(payment.props.authenticated)
                self.assertIn(receipt.dup_reply(True).get_status(), (200, 204))

    def test_a_tampered_notification_is_refused(self):
        for name in ACCOUNTS:
            with self.subTest(account=name):
                _, target, headers, body = self.notify(name)
                # a space more changes no meaning, only the bytes that were signed
                at = body.index(b':') + 1 if name != 'weidoufu' else body.index(b'1990')
                changed = body[:at] + (b' ' if name != 'weidoufu' else b'2') + body[at:]
                receipt = self.client.receive(Minipay.HttpRequest('POST', target, headers, changed))
                self.assertIsNone(receipt.get_notification())
                self.assertEqual(receipt.get_failure_code(), Minipay.Error.SIGNATURE_INVALID)
                self.assertTrue(receipt.get_failure_message())
                self.assertEqual(
                    receipt.dup_reply(True).get_body().get_data(), receipt.dup_reply(False).get_body().get_data())

    def test_a_repeated_signature_header_is_refused(self):
        _, target, headers, body = self.notify('wechat-v3-public-key')
        signature = next(pair for pair in headers if pair[0].lower() == 'wechatpay-signature')
        receipt = self.client.receive(Minipay.HttpRequest('POST', target, headers + [signature], body))
        self.assertIsNone(receipt.get_notification())
        self.assertEqual(receipt.get_failure_code(), Minipay.Error.SIGNATURE_INVALID)

    def test_await(self):
        _, target, headers, body = self.notify('wechat-v3-certificate')

        async def receive(body):
            return await self.client.receive_async(Minipay.HttpRequest('POST', target, dict(headers), body))

        self.assertIsNotNone(asyncio.run(receive(body)).get_notification())
        self.assertEqual(asyncio.run(receive(b'{}')).get_failure_code(), Minipay.Error.SIGNATURE_INVALID)

    def test_a_request_of_nothing_is_no_notification(self):
        for request in (GObject.new(Minipay.HttpRequest), Minipay.HttpRequest('GET', ''),
                        Minipay.HttpRequest('POST', '/notify/nobody', (), b'{}')):
            try:
                receipt = self.client.receive(request)
            except GLib.Error as error:
                self.assert_code(error, Minipay.Error.NOT_FOUND)  # the target names no account
            else:
                self.assertIsNone(receipt.get_notification())
                self.assertTrue(receipt.get_failure_message())


if __name__ == '__main__':
    unittest.main()
