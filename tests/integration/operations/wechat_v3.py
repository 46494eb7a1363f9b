# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every operation and method of WeChat Pay V3 against the sandbox."""

import unittest

from common import OperationTest
from scenes import SHOP_ACCOUNT
from shop import Minipay, cell, method, new_number

V3 = 'wechat-v3'


class Payments(OperationTest):
    @method(V3, 'mini-program/wechat', 'jsapi/wechat', 'app/wechat', 'h5/wechat', 'native/wechat')
    def test_scene_is_created_and_paid(self, account, way, wallet):
        self.check_created_and_paid(account, way, wallet)

    @cell(V3, 'create', 'query')
    def test_query_tells_open_and_paid(self, account):
        self.check_query(account)

    @cell(V3, 'query')
    def test_query_by_the_gateway_s_number(self, account):
        order = self.paid(account)
        payment = account.query_payment(Minipay.PaymentRef.new_for_transaction(
            self.books(account, order)['transaction_id']))
        self.assertEqual((payment.get_out_trade_no(), payment.get_state()),
                         (order.props.out_trade_no, Minipay.PaymentState.PAID))

    @cell(V3, 'close')
    def test_closed_order_is_closed(self, account):
        self.check_close(account)

    @cell(V3, 'receive')
    def test_payment_is_notified(self, account):
        self.check_payment_notified(account)

    @cell(V3, 'refresh-keys')
    def test_new_certificate_is_fetched(self, account):
        self.check_keys_refreshed(account)


class Refunds(OperationTest):
    @cell(V3, 'refund', 'query-refund')
    def test_refund_reaches_the_buyer_once(self, account):
        self.check_refund(account)

    @cell(V3, 'refund', 'receive')
    def test_refund_is_notified(self, account):
        self.check_refund_notified(account)

    @cell(V3, 'abnormal-refund')
    def test_abnormal_refund_goes_to_the_merchant_s_card(self, account):
        order = self.paid(account)
        number = self.refund(account, order, 300)
        ref = Minipay.RefundRef.new(number)
        self.shop.control('refund', account=account.get_name(), out_refund_no=number, result='abnormal')
        abnormal = account.query_refund(ref)
        self.assertEqual(abnormal.get_state(), Minipay.RefundState.ABNORMAL)
        told = self.call(account, 'abnormal-refund', refund_id=abnormal.get_refund_id(), out_refund_no=number,
                         type='MERCHANT_BANK_CARD')
        self.assertEqual((told['out_refund_no'], told['status']), (number, 'PROCESSING'))
        self.assertEqual(account.query_refund(ref).get_state(), Minipay.RefundState.PENDING)


class Bills(OperationTest):
    @cell(V3, 'download-bill')
    def test_bill_tells_the_payments(self, account):
        order = self.paid(account)
        row = self.bill_row(account, Minipay.BillKind.TRADE, order.props.out_trade_no)
        self.assertEqual((row['订单金额'], row['微信订单号']), ('19.90', self.books(account, order)['transaction_id']))

    @cell(V3, 'download-bill')
    def test_fund_flow(self, account):
        order = self.paid(account)
        row = self.bill_row(account, Minipay.BillKind.FUND_FLOW, self.books(account, order)['transaction_id'])
        self.assertIn('19.90', row.values())


class Sharing(OperationTest):
    def frozen(self, account):
        """A paid order that may be shared, and the gateway's number of it."""
        order = self.paid(account, extras={'profit_sharing': True})
        told = self.call(account, 'profit-sharing-add-receiver', type='MERCHANT_ID', account=SHOP_ACCOUNT,
                         name='张三的店', relation_type='STORE')
        self.assertEqual(told['account'], SHOP_ACCOUNT)
        return order, self.books(account, order)['transaction_id']

    def share(self, account, transaction_id, amount):
        number = new_number('S')
        told = self.call(account, 'profit-sharing', transaction_id=transaction_id, out_order_no=number,
                         unfreeze_unsplit=False, receivers=[{
                             'type': 'MERCHANT_ID', 'account': SHOP_ACCOUNT, 'amount': amount,
                             'description': 'commission'}])
        self.assertEqual((told['out_order_no'], told['state']), (number, 'PROCESSING'))
        return number

    def left(self, account, transaction_id):
        return self.call(account, 'profit-sharing-amount', transaction_id=transaction_id)['unsplit_amount']

    @cell(V3, 'profit-sharing', 'profit-sharing-query', 'profit-sharing-finish', 'profit-sharing-amount',
          'profit-sharing-add-receiver')
    def test_shares_until_the_end(self, account):
        order, transaction_id = self.frozen(account)
        number = self.share(account, transaction_id, 100)
        told = self.call(account, 'profit-sharing-query', transaction_id=transaction_id, out_order_no=number)
        self.assertEqual(told['state'], 'FINISHED')
        self.share(account, transaction_id, 50)
        self.assertEqual((self.books(account, order)['shared'], self.left(account, transaction_id)), (150, 1840))
        self.call(account, 'profit-sharing-finish', transaction_id=transaction_id, out_order_no=new_number('F'),
                  description='done')
        self.assertEqual(self.left(account, transaction_id), 0)

    @cell(V3, 'profit-sharing-return', 'profit-sharing-return-query')
    def test_share_comes_back(self, account):
        _, transaction_id = self.frozen(account)
        number, back = self.share(account, transaction_id, 100), new_number('B')
        told = self.call(account, 'profit-sharing-return', out_order_no=number, out_return_no=back,
                         return_mchid=SHOP_ACCOUNT, amount=60, description='too much')
        self.assertEqual((told['out_return_no'], told['amount']), (back, 60))
        told = self.call(account, 'profit-sharing-return-query', out_order_no=number, out_return_no=back)
        self.assertEqual((told['result'], told['amount']), ('SUCCESS', 60))

    @cell(V3, 'profit-sharing', 'profit-sharing-remove-receiver', 'profit-sharing-query')
    def test_removed_receiver_gets_nothing(self, account):
        order, transaction_id = self.frozen(account)
        self.call(account, 'profit-sharing-remove-receiver', type='MERCHANT_ID', account=SHOP_ACCOUNT)
        number = self.share(account, transaction_id, 100)
        told = self.call(account, 'profit-sharing-query', transaction_id=transaction_id, out_order_no=number)
        self.assertEqual(told['receivers'][0]['fail_reason'], 'NO_RELATION')
        self.assertEqual(self.books(account, order)['shared'], 0)


if __name__ == '__main__':
    unittest.main()
