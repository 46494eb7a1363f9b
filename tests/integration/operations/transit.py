# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every operation of the three transit interfaces against the sandbox."""

import unittest

import scenes
from common import OperationTest
from shop import Minipay, OPENID, cell, method

TRANSIT = 'transit'


class Rides(OperationTest):
    @method(TRANSIT, 'transit/wechat')
    def test_ride_is_deducted(self, account, way, wallet):
        self.check_created_and_paid(account, way, wallet)

    @cell(TRANSIT, 'create')
    def test_ride_is_taken_once(self, account):
        order = self.new_order(account)
        account.create_payment(order)
        self.pay(account, order)
        self.assert_fails(Minipay.Error.ALREADY_PAID, account.create_payment, order)
        sent = [one for one in self.shop.requests(account.get_name(), 'create')
                if one['out_trade_no'] == order.props.out_trade_no]
        self.assertEqual(len(sent), 1)

    @cell(TRANSIT, 'receive')
    def test_payment_is_notified(self, account):
        self.check_payment_notified(account)

    @cell(TRANSIT, 'create', 'query')
    def test_query_tells_open_and_paid(self, account):
        self.check_query(account)

    @cell(TRANSIT, 'user-state', mode='v2')
    def test_rider_of_v2_is_asked_for(self, account):
        def state():
            return self.call(account, 'user-state', contract_id=scenes.CONTRACT, openid=OPENID)['user_state']
        self.check_rider(state, 'user', account=account.get_name())

    @cell(TRANSIT, 'user-state', mode='v3')
    def test_rider_of_v3_is_asked_for(self, account):
        def state():
            return self.call(account, 'user-state', contract_id=scenes.CONTRACT)['user_service_state']
        self.check_rider(state, 'transit-v3')

    @cell(TRANSIT, 'arrears-users')
    def test_rider_who_owes_is_listed(self, account):
        def debts():
            told = self.call(account, 'arrears-users', limit=100)
            return sum(one['fee'] for value in told.values() if isinstance(value, list) for one in value)
        before = debts()
        order = self.new_order(account)
        account.create_payment(order)
        self.shop.control('pay', account=account.get_name(), out_trade_no=order.props.out_trade_no, result='FAIL')
        self.assertEqual(debts() - before, 1990)

    @cell(TRANSIT, 'jump-data')
    def test_jump_data_names_its_page(self, account):
        self.assertIn('path_type=3&', self.call(account, 'jump-data', path_type=3)['query_string'])

    def check_rider(self, state, command, **more):
        self.assertEqual(state(), 'NORMAL')
        self.shop.control(command, contract_id=scenes.CONTRACT, state='BLOCKED', **more)
        self.addCleanup(self.shop.control, command, contract_id=scenes.CONTRACT, state='NORMAL', **more)
        self.assertEqual(state(), 'BLOCKED')


class Refunds(OperationTest):
    @cell(TRANSIT, 'refund', 'query-refund')
    def test_refund_reaches_the_rider_once(self, account):
        self.check_refund(account)

    @cell(TRANSIT, 'refund', 'receive')
    def test_refund_is_notified(self, account):
        self.check_refund_notified(account, is_signed=False)

    @cell(TRANSIT, 'refund', 'list-refunds')
    def test_refunds_of_a_ride_are_listed(self, account):
        order = self.paid(account)
        first, second = (self.refund(account, order, amount) for amount in (300, 200))
        told = self.call(account, 'list-refunds', out_trade_no=order.props.out_trade_no)
        self.assertEqual((told['out_refund_no_0'], told['out_refund_no_1'], told['refund_fee_1']),
                         (first, second, '200'))


class Bills(OperationTest):
    @cell(TRANSIT, 'download-bill')
    def test_bill_tells_the_rides(self, account):
        order = self.paid(account)
        row = self.bill_row(account, Minipay.BillKind.TRADE, order.props.out_trade_no)
        self.assertEqual(row['订单金额'], '19.90')


if __name__ == '__main__':
    unittest.main()
