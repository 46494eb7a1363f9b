# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every operation and method of WeChat Pay Global against the sandbox."""

import unittest

from common import OperationTest
from shop import Minipay, cell, method

GLOBAL = 'wechat-global'


class Payments(OperationTest):
    @method(GLOBAL, 'mini-program/wechat', 'jsapi/wechat', 'app/wechat', 'h5/wechat', 'native/wechat')
    def test_scene_is_created_and_paid(self, account, way, wallet):
        self.check_created_and_paid(account, way, wallet)

    @method(GLOBAL, 'code/wechat')
    def test_code_that_pays_at_once(self, account, way, wallet):
        self.check_code_pays_at_once(account)

    @cell(GLOBAL, 'create', 'query')
    def test_query_tells_open_and_paid(self, account):
        self.check_query(account)

    @cell(GLOBAL, 'close')
    def test_closed_order_is_closed(self, account):
        self.check_close(account)

    @cell(GLOBAL, 'reverse')
    def test_reversed_payment_is_undone(self, account):
        self.check_reverse(account)

    @cell(GLOBAL, 'receive')
    def test_payment_is_notified(self, account):
        self.check_payment_notified(account)

    @cell(GLOBAL, 'refresh-keys')
    def test_new_certificate_is_fetched(self, account):
        self.check_keys_refreshed(account)


class Refunds(OperationTest):
    @cell(GLOBAL, 'refund', 'query-refund')
    def test_refund_reaches_the_buyer_once(self, account):
        self.check_refund(account)

    @cell(GLOBAL, 'refund', 'receive')
    def test_refund_is_notified(self, account):
        self.check_refund_notified(account)

    @cell(GLOBAL, 'refund', 'list-refunds')
    def test_refunds_of_an_order_are_listed(self, account):
        order = self.paid(account)
        numbers = [self.refund(account, order, amount) for amount in (300, 200)]
        told = self.call(account, 'list-refunds', out_trade_no=order.props.out_trade_no)
        self.assertEqual([(one['out_refund_no'], one['amount']['refund']) for one in told['data']],
                         list(zip(numbers, (300, 200))))


class Bills(OperationTest):
    @cell(GLOBAL, 'download-bill')
    def test_statement_tells_the_payments(self, account):
        order = self.paid(account)
        row = self.bill_row(account, Minipay.BillKind.TRADE, order.props.out_trade_no)
        self.assertIn('19.90', row.values())

    @cell(GLOBAL, 'settlements')
    def test_settlements_are_those_of_the_books(self, account):
        def paid():
            data = self.call(account, 'settlements', settle_state='UNSETTLE')['data']
            return data[0]['amount']['pay'] if data else 0
        before = paid()
        self.paid(account)
        self.assertEqual(paid() - before, 1990)


if __name__ == '__main__':
    unittest.main()
