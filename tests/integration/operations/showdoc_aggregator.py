# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every operation and method of the showdoc aggregator against the sandbox."""

import unittest

from common import OperationTest
from shop import cell, method

AGGREGATOR = 'showdoc-aggregator'


class Payments(OperationTest):
    @method(AGGREGATOR, 'mini-program/wechat', 'mini-program/alipay', 'h5/any')
    def test_scene_is_created_and_paid(self, account, way, wallet):
        self.check_created_and_paid(account, way, wallet)

    @cell(AGGREGATOR, 'create', 'receive')
    def test_payment_is_notified(self, account):
        self.check_payment_notified(account)

    @cell(AGGREGATOR, 'create', 'query')
    def test_query_tells_open_and_paid(self, account):
        self.check_query(account)

    @cell(AGGREGATOR, 'close')
    def test_closed_order_is_closed(self, account):
        self.check_close(account)


class Refunds(OperationTest):
    @cell(AGGREGATOR, 'refund', 'query-refund')
    def test_refund_reaches_the_buyer_once(self, account):
        self.check_refund(account)


if __name__ == '__main__':
    unittest.main()
