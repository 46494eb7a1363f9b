# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every operation and method of the showdoc aggregator against the sandbox."""

import unittest

from common import OperationTest
from shop import cell, method

AGGREGATOR = 'showdoc-aggregator'


class Payments(OperationTest):
    @method(AGGREGATOR, 'mini-program/wechat', 'mini-program/alipay')
    def test_scene_is_created_and_paid(self, account, way, wallet):
        self.check_created_and_paid(account, way, wallet)

    @cell(AGGREGATOR, 'create', 'receive')
    def test_payment_is_notified(self, account):
        self.check_payment_notified(account)


if __name__ == '__main__':
    unittest.main()
