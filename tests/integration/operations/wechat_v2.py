# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every operation and method of WeChat Pay V2 against the sandbox."""

import unittest

from common import OperationTest
from scenes import CODE_WAITS, SHOP_ACCOUNT
from shop import Minipay, cell, method, new_number

V2 = 'wechat-v2'


class Payments(OperationTest):
    @method(V2, 'mini-program/wechat', 'jsapi/wechat', 'native/wechat', 'app/wechat', 'h5/wechat')
    def test_scene_is_created_and_paid(self, account, way, wallet):
        self.check_created_and_paid(account, way, wallet)

    @method(V2, 'code/wechat')
    def test_code_that_pays_at_once(self, account, way, wallet):
        self.check_code_pays_at_once(account)

    @cell(V2, 'create', 'query')
    def test_query_tells_open_and_paid(self, account):
        self.check_query(account)

    @cell(V2, 'close')
    def test_closed_order_is_closed(self, account):
        self.check_close(account)

    @cell(V2, 'reverse')
    def test_reversed_payment_is_undone(self, account):
        self.check_reverse(account)

    @cell(V2, 'create')
    def test_code_that_nobody_confirms_is_reversed(self, account):
        order = self.new_order(account, 'code', 'wechat', extras={'auth_code': CODE_WAITS})
        self.assert_fails(Minipay.Error.REFUSED, account.create_payment, order)
        self.assertIn(self.books(account, order)['state'], ('reversed', 'closed'))

    @cell(V2, 'receive')
    def test_payment_is_notified(self, account):
        self.check_payment_notified(account)


class Refunds(OperationTest):
    @cell(V2, 'refund', 'query-refund')
    def test_refund_reaches_the_buyer_once(self, account):
        self.check_refund(account)

    @cell(V2, 'refund', 'receive')
    def test_refund_is_notified(self, account):
        # nobody signs it: it is believed once a query has said the same
        self.check_refund_notified(account, is_signed=False)

    @cell(V2, 'refund', 'list-refunds')
    def test_refunds_of_an_order_are_listed(self, account):
        order = self.paid(account)
        first, second = (self.refund(account, order, amount) for amount in (300, 200))
        told = self.call(account, 'list-refunds', out_trade_no=order.props.out_trade_no)
        self.assertEqual((told['out_refund_no_0'], told['out_refund_no_1'], told['refund_fee_1']),
                         (first, second, '200'))


class Bills(OperationTest):
    @cell(V2, 'download-bill')
    def test_bill_tells_the_payments(self, account):
        order = self.paid(account)
        row = self.bill_row(account, Minipay.BillKind.TRADE, order.props.out_trade_no)
        self.assertEqual((row['订单金额'], row['微信订单号']), ('19.90', self.books(account, order)['transaction_id']))

    @cell(V2, 'download-bill')
    def test_fund_flow(self, account):
        order = self.paid(account)
        row = self.bill_row(account, Minipay.BillKind.FUND_FLOW, self.books(account, order)['transaction_id'])
        self.assertEqual(row['收支金额(元)'], '19.90')


class Sharing(OperationTest):
    def frozen(self, account):
        """The gateway's number of a paid order that may be shared."""
        order = self.paid(account, extras={'profit_sharing': 'Y'})
        told = self.call(account, 'profit-sharing-add-receiver', receiver={
            'type': 'MERCHANT_ID', 'account': SHOP_ACCOUNT, 'name': '张三的店', 'relation_type': 'STORE'})
        self.assertIn(SHOP_ACCOUNT, str(told))
        return order, self.books(account, order)['transaction_id']

    def share(self, account, transaction_id, amount, operation='profit-sharing-multi'):
        number = new_number('S')
        told = self.call(account, operation, transaction_id=transaction_id, out_order_no=number, receivers=[
            {'type': 'MERCHANT_ID', 'account': SHOP_ACCOUNT, 'amount': amount, 'description': 'commission'}])
        self.assertEqual(told['out_order_no'], number)
        return number

    def left(self, account, transaction_id):
        return int(self.call(account, 'profit-sharing-amount', transaction_id=transaction_id)['unsplit_amount'])

    @cell(V2, 'profit-sharing', 'profit-sharing-add-receiver', 'profit-sharing-amount')
    def test_single_share_frees_the_rest(self, account):
        order, transaction_id = self.frozen(account)
        self.share(account, transaction_id, 100, 'profit-sharing')
        self.assertEqual((self.books(account, order)['shared'], self.left(account, transaction_id)), (100, 0))

    @cell(V2, 'profit-sharing-multi', 'profit-sharing-query', 'profit-sharing-finish', 'profit-sharing-amount')
    def test_shares_until_the_end(self, account):
        order, transaction_id = self.frozen(account)
        number = self.share(account, transaction_id, 100)
        told = self.call(account, 'profit-sharing-query', transaction_id=transaction_id, out_order_no=number)
        self.assertEqual(told['status'], 'FINISHED')
        self.share(account, transaction_id, 50)
        self.assertEqual((self.books(account, order)['shared'], self.left(account, transaction_id)), (150, 1840))
        self.call(account, 'profit-sharing-finish', transaction_id=transaction_id, out_order_no=new_number('F'),
                  description='done')
        self.assertEqual(self.left(account, transaction_id), 0)

    @cell(V2, 'profit-sharing-return', 'profit-sharing-return-query')
    def test_share_comes_back(self, account):
        _, transaction_id = self.frozen(account)
        number, back = self.share(account, transaction_id, 100), new_number('B')
        told = self.call(account, 'profit-sharing-return', out_order_no=number, out_return_no=back,
                         return_account_type='MERCHANT_ID', return_account=SHOP_ACCOUNT, return_amount=60,
                         description='too much')
        self.assertEqual(int(told['return_amount']), 60)
        told = self.call(account, 'profit-sharing-return-query', out_order_no=number, out_return_no=back)
        self.assertEqual((told['result'], int(told['return_amount'])), ('SUCCESS', 60))

    @cell(V2, 'profit-sharing-add-receiver', 'profit-sharing-remove-receiver')
    def test_removed_receiver_gets_nothing(self, account):
        order, transaction_id = self.frozen(account)
        self.call(account, 'profit-sharing-remove-receiver',
                  receiver={'type': 'MERCHANT_ID', 'account': SHOP_ACCOUNT})
        self.assert_fails(Minipay.Error.REFUSED, self.share, account, transaction_id, 100)
        self.assertEqual(self.books(account, order)['shared'], 0)


if __name__ == '__main__':
    unittest.main()
