# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the operations of several gateways have in common, each judged by the sandbox's own books."""

import functools
import os
import time
import unittest

from gi.repository import GLib

import scenes
from shop import Minipay, Shop, new_number, params


class OperationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.shop = Shop.get()

    def assert_fails(self, code, function, *args):
        with self.assertRaises(GLib.Error) as caught:
            function(*args)
        error = caught.exception
        self.assertTrue(error.matches(Minipay.Error.quark(), code), '%s %d: %s' % (
            error.domain, error.code, error.message))
        return error

    # steps

    def new_order(self, account, way=None, wallet=None, **fields):
        return scenes.make_order(self.shop, account, way, wallet, **fields)

    def ref(self, order):
        return Minipay.PaymentRef.new(order.props.out_trade_no)

    def books(self, account, order):
        return self.shop.books(account.get_name(), order.props.out_trade_no)

    def pay(self, account, order):
        return self.shop.control('pay', account=account.get_name(), out_trade_no=order.props.out_trade_no)

    def paid(self, account, way=None, wallet=None, **fields):
        order = self.new_order(account, way, wallet, **fields)
        account.create_payment(order)
        self.pay(account, order)
        return order

    def refund(self, account, order, minor, **fields):
        number = new_number('R')
        currency = order.props.total.get_currency()
        refund = account.refund(scenes.new_refund(account, order, number, minor, **fields))
        self.assertIn(refund.get_out_refund_no(), (number, None))
        self.assertEqual(refund.get_amount(), Minipay.Money(minor, currency))
        return number

    def refund_again(self, account, order, number, minor=300):
        return account.refund(scenes.new_refund(account, order, number, minor))

    def call(self, account, operation, /, **values):
        return account.call(operation, params(values)).get_values().unpack()

    def bill(self, account, kind, date=None, **extras):
        path = self.shop.path(new_number('B') + '.csv')
        bill = account.download_bill(Minipay.BillRequest(
            kind=kind, date=date or scenes.today(), path=path, extras=params(extras) if extras else None))
        self.assertEqual((bill.get_path(), bill.get_size()), (path, os.stat(path).st_size))
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        return [dict(row) for row in Minipay.BillReader.new(path)]

    def bill_row(self, account, kind, number):
        """The line of a bill that names it."""
        found = [row for row in self.bill(account, kind) if number in row.values()]
        self.assertEqual(len(found), 1, number)
        return found[0]

    def wait_for(self, account, kind, number, state):
        """The journal comes to know it."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            intent = self.shop.client.get_store().find(account.get_name(), kind, number)
            if intent.get_state() == state:
                return
            time.sleep(0.01)
        self.fail('the journal says %s' % intent.get_state())

    def last_notification(self):
        receipt = self.shop.listener.receipts[-1]
        self.assertIsNotNone(receipt.get_notification(), receipt.get_failure_message())
        return receipt.get_notification()

    # checks

    def check_created_and_paid(self, account, way, wallet):
        order = self.new_order(account, way, wallet)
        checkout = account.create_payment(order)
        self.assertIn(checkout.get_out_trade_no(), (order.props.out_trade_no, None))
        books = self.books(account, order)
        self.assertEqual((books['state'], books['total'], books['currency']),
                         ('open', 1990, order.props.total.get_currency()))
        self.assertTrue(self.pay(account, order)['notified'])
        self.assertEqual(self.books(account, order)['state'], 'paid')
        return checkout

    def check_code_pays_at_once(self, account, wallet='wechat'):
        order = self.new_order(account, 'code', wallet)
        checkout = account.create_payment(order)
        self.assertEqual(checkout.get_kind(), Minipay.CheckoutKind.DONE)
        self.assertEqual(checkout.get_payment().get_state(), Minipay.PaymentState.PAID)
        books = self.books(account, order)
        self.assertEqual((books['state'], books['total']), ('paid', 1990))
        if checkout.get_payment().get_authenticated():
            self.assertEqual(checkout.get_payment().get_transaction_id(), books['transaction_id'])

    def check_query(self, account, unknown=Minipay.Error.NOT_FOUND):
        order = self.new_order(account)
        account.create_payment(order)
        self.assertEqual(account.query_payment(self.ref(order)).get_state(), Minipay.PaymentState.PENDING)
        self.pay(account, order)
        payment = account.query_payment(self.ref(order))
        self.assertEqual((payment.get_state(), payment.get_out_trade_no()),
                         (Minipay.PaymentState.PAID, order.props.out_trade_no))
        if payment.get_authenticated():
            self.assertIn(payment.get_transaction_id(), (self.books(account, order)['transaction_id'], None))
        self.assertIn(payment.get_total(), (order.props.total, None))
        self.assert_fails(unknown, account.query_payment, Minipay.PaymentRef.new(new_number()))

    def check_close(self, account):
        order = self.new_order(account)
        account.create_payment(order)
        self.assertEqual(account.close_payment(self.ref(order)).get_state(), Minipay.PaymentState.CLOSED)
        self.assertEqual(self.books(account, order)['state'], 'closed')

    def check_reverse(self, account):
        order = self.new_order(account, 'code', 'wechat')
        account.create_payment(order)
        self.assertEqual(self.books(account, order)['state'], 'paid')
        account.reverse_payment(self.ref(order))
        self.assertEqual(self.books(account, order)['state'], 'reversed')
        # the money went back: asking again is no contradiction
        self.assertIn(account.query_payment(self.ref(order)).get_state(),
                      (Minipay.PaymentState.CLOSED, Minipay.PaymentState.REFUNDED))

    def check_keys_refreshed(self, account):
        """An answer by a key that nobody knows yet is refused, and has the key fetched."""
        account.create_payment(self.new_order(account))  # with the keys of the configuration
        self.shop.control('rotate', account=account.get_name(), to='certificate')
        order = self.new_order(account)
        account.create_payment(order)
        self.assertFalse(self.pay(account, order)['notified'])
        end = time.monotonic() + 10
        while not self.pay(account, order)['notified'] and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(self.books(account, order)['notify'], 'delivered')

    def check_refund(self, account):
        order = self.paid(account)
        number = self.refund(account, order, 300)
        self.assertEqual(self.books(account, order)['refunded'], 300)
        query = Minipay.RefundRef(out_refund_no=number, extras=None)
        self.assertEqual(account.query_refund(query).get_state(), Minipay.RefundState.PENDING)
        self.shop.control('refund', account=account.get_name(), out_refund_no=number, result='success')
        refund = account.query_refund(query)
        self.assertEqual((refund.get_state(), refund.get_amount()),
                         (Minipay.RefundState.REFUNDED, Minipay.Money(300, order.props.total.get_currency())))
        # the same number is the same refund
        self.assertEqual(self.books(account, order)['refunded'], 300)

    def check_payment_notified(self, account):
        order = self.paid(account)
        notification = self.last_notification()
        payment = notification.get_payment()
        self.assertEqual((notification.get_account(), payment.get_out_trade_no(), payment.get_state(),
                          payment.get_total()),
                         (account.get_name(), order.props.out_trade_no, Minipay.PaymentState.PAID,
                          order.props.total))
        self.assertFalse(notification.get_unmatched())
        self.assertEqual(self.books(account, order)['notify'], 'delivered')

    def check_refund_notified(self, account, is_signed=True):
        order = self.paid(account)
        number = self.refund(account, order, 300, notify_url=self.shop.notify_url(account.get_name()))
        end = functools.partial(self.shop.control, 'refund', account=account.get_name(), out_refund_no=number,
                                result='success')
        ended = end()
        if not is_signed:
            self.assertFalse(ended['notified'], ended)
            self.wait_for(account, Minipay.IntentKind.REFUND, number, Minipay.IntentState.REFUNDED)
            ended = end()
        self.assertTrue(ended['notified'], ended)
        refund = self.last_notification().get_refund()
        self.assertEqual((refund.get_out_refund_no(), refund.get_state(), refund.get_amount()),
                         (number, Minipay.RefundState.REFUNDED,
                          Minipay.Money(300, order.props.total.get_currency())))
