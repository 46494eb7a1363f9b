# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every operation and method of weidoufu against the sandbox."""

import unittest

from common import OperationTest
from shop import Minipay, cell, method, new_number

WEIDOUFU = 'weidoufu'


class Payments(OperationTest):
    @method(WEIDOUFU, 'mini-program/wechat', 'mini-program/alipay', 'jsapi/wechat', 'jsapi/alipay', 'jsapi/unionpay',
            'native/wechat', 'native/alipay', 'native/unionpay', 'h5/wechat', 'h5/alipay', 'app/wechat', 'app/alipay')
    def test_scene_is_created_and_paid(self, account, way, wallet):
        self.check_created_and_paid(account, way, wallet)

    @method(WEIDOUFU, 'code/wechat', 'code/alipay')
    def test_code_that_pays_at_once(self, account, way, wallet):
        self.check_code_pays_at_once(account, wallet)

    @cell(WEIDOUFU, 'create', 'query')
    def test_query_tells_open_and_paid(self, account):
        self.check_query(account, unknown=Minipay.Error.REFUSED)

    @cell(WEIDOUFU, 'receive')
    def test_payment_is_notified(self, account):
        self.check_payment_notified(account)

    @cell(WEIDOUFU, 'account-query')
    def test_account_is_asked_for(self, account):
        self.call(account, 'account-query', receiver_code='BK123456')
        self.assertEqual(self.shop.requests('weidoufu', 'account-query')[-1]['number'], 'BK123456')


class Refunds(OperationTest):
    @cell(WEIDOUFU, 'refund')
    def test_refund_reaches_the_buyer_once(self, account):
        order = self.paid(account)
        number = self.refund(account, order, 300)
        self.assertEqual(self.books(account, order)['refunded'], 300)
        # it has no number on the wire: the second request would be a second refund
        self.assert_fails(Minipay.Error.CONFLICT, self.refund_again, account, order, number)
        self.assertEqual(self.books(account, order)['refunded'], 300)

    @cell(WEIDOUFU, 'refund')
    def test_unpaid_order_is_not_refunded(self, account):
        order = self.new_order(account)
        account.create_payment(order)
        self.assert_fails(Minipay.Error.REFUSED, self.refund_again, account, order, new_number('R'))
        self.assertEqual(self.books(account, order)['refunded'], 0)


if __name__ == '__main__':
    unittest.main()
