# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox's V2 profit sharing: receivers, shares, what is left, finishing, and money that comes back."""

import json
import unittest

from v2_client import V2Test

SHARE, MULTI, FINISH = ("/secapi/pay/" + name for name in
                        ("profitsharing", "multiprofitsharing", "profitsharingfinish"))
QUERY, ADD, REMOVE, AMOUNT, RETURN_QUERY = ("/pay/profitsharing" + name for name in
                                            ("query", "addreceiver", "removereceiver", "orderamountquery",
                                             "returnquery"))
RETURN = "/secapi/pay/profitsharingreturn"
SHOP, RIDER = "1900000109", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"


class SharingTest(V2Test):
    def setUp(self):
        super().setUp()
        self.add("MERCHANT_ID", SHOP, name="示例商户全称")
        self.add("PERSONAL_OPENID", RIDER)

    def add(self, kind, number, path=ADD, **more):
        receiver = dict({"type": kind, "account": number, "relation_type": "STORE"}, **more)
        return self.accepted(path, {"receiver": json.dumps(receiver, ensure_ascii=False)})

    def order(self, total=1000):
        return self.paid_order(total=total, profit_sharing="Y")["transaction_id"]

    def share(self, order, *amounts, number=None, **more):
        people = (("MERCHANT_ID", SHOP), ("PERSONAL_OPENID", RIDER))
        receivers = [dict({"type": kind, "account": account, "amount": amount, "description": "分到商户"}, **more)
                     for (kind, account), amount in zip(people, amounts)]
        return {"transaction_id": order, "out_order_no": number or "S" + self.new_number(),
                "receivers": json.dumps(receivers, ensure_ascii=False)}

    def left(self, order):
        answer = self.accepted(AMOUNT, {"transaction_id": order, "appid": None})
        self.assertNotIn("appid", answer)
        return int(answer["unsplit_amount"])

    def query(self, share):
        answer = self.accepted(QUERY, {"transaction_id": share["transaction_id"],
                                       "out_order_no": share["out_order_no"], "appid": None})
        return answer["status"], json.loads(answer["receivers"])


class Shares(SharingTest):
    def test_single_share_unfreezes_the_rest(self):
        order = self.order()
        share = self.share(order, 100, 50)
        first = self.accepted(SHARE, share)
        self.assertEqual((first["transaction_id"], first["out_order_no"], first["status"]),
                         (order, share["out_order_no"], "PROCESSING"))
        self.assertEqual(self.accepted(SHARE, share)["order_id"], first["order_id"])
        status, receivers = self.query(share)
        self.assertEqual(status, "FINISHED")
        self.assertEqual([(r["type"], r["account"], r["amount"], r["result"]) for r in receivers],
                         [("MERCHANT_ID", SHOP, 100, "SUCCESS"), ("PERSONAL_OPENID", RIDER, 50, "SUCCESS")])
        self.assertEqual(self.left(order), 0)
        self.refused("ORDER_FINISHED", SHARE, self.share(order, 1))

    def test_several_shares_and_the_end(self):
        order = self.order()
        first = self.share(order, 100)
        self.accepted(MULTI, first)
        self.accepted(MULTI, self.share(order, 50, 50))
        self.assertEqual(self.left(order), 800)
        end = {"transaction_id": order, "out_order_no": first["out_order_no"], "description": "分账已完成"}
        self.accepted(FINISH, end)  # a used number looks like success and unfreezes nothing
        self.assertEqual(self.left(order), 800)
        self.accepted(FINISH, dict(end, out_order_no="F" + self.new_number()))
        self.assertEqual(self.left(order), 0)
        self.refused("ORDER_FINISHED", MULTI, self.share(order, 1))

    def test_what_is_not_shared(self):
        order = self.order()
        self.refused("NOT_SHARE_ORDER", SHARE, self.share(self.paid_order()["transaction_id"], 1))
        self.refused("INVALID_TRANSACTIONID", SHARE, self.share("4200" + "0" * 24, 1))
        self.refused("NOTENOUGH", SHARE, self.share(order, 1001))
        self.refused("RULE_LIMIT", SHARE, self.share(order, 301))
        self.refused("RECEIVER_INVALID", SHARE, self.share(order, 1, account="1900000110"))
        share = self.share(order, 10)
        self.accepted(MULTI, share)
        self.refused("INVALID_REQUEST", MULTI, self.share(order, 11, number=share["out_order_no"]))
        for more in ({"amount": 0}, {"amount": 1.5}, {"amount": "1"}, {"type": "FRIEND"}, {"description": "字" * 81},
                     {"description": None}):
            self.refused("PARAM_ERROR", MULTI, self.share(order, 1, **more))
        for text in ("[]", "{}", "1", "[1]", "x"):
            self.refused("PARAM_ERROR", MULTI, dict(self.share(order, 1), receivers=text))
        self.refused("ORDERNOTEXIST", QUERY, {"transaction_id": order, "out_order_no": "S0", "appid": None})

    def test_only_the_stronger_digest_counts_whatever_the_account_signs_with(self):
        order = self.paid_order("wechat-v2-md5", profit_sharing="Y")["transaction_id"]
        share = {"transaction_id": order, "appid": None}
        self.assertEqual(self.secure(AMOUNT, share, "wechat-v2-md5")["return_code"], "FAIL")
        self.assertEqual(self.accepted(AMOUNT, share, "wechat-v2-md5", digest="hmac")["unsplit_amount"], "1000")

    def test_certificates_where_money_moves(self):
        order = self.order()
        for path, fields in ((SHARE, self.share(order, 1)), (MULTI, self.share(order, 1)),
                             (FINISH, {"transaction_id": order, "out_order_no": "F1", "description": "x"}),
                             (RETURN, {"out_order_no": "S1", "out_return_no": "B1", "return_account": SHOP,
                                       "return_account_type": "MERCHANT_ID", "return_amount": 1, "description": "x"})):
            self.assertIn("证书", self.secure(path, fields, certificate=None)["return_msg"])
        self.assertEqual(self.left(order), 1000)

    def test_receiver_that_gets_nothing_says_why(self):
        order = self.order()
        share = self.share(order, 100, description="ACCOUNT_ABNORMAL")
        self.accepted(MULTI, share)
        receiver = self.query(share)[1][0]
        self.assertEqual((receiver["result"], receiver["fail_reason"]), ("CLOSED", "ACCOUNT_ABNORMAL"))
        self.assertEqual(self.left(order), 1000)

    def test_lies_and_slowness(self):
        share = self.share(self.order(), 100)
        self.accepted(MULTI, share)
        self.program.fault("wechat-v2", "profit-sharing-query", "processing")
        status, receivers = self.query(share)
        self.assertEqual((status, receivers[0]["result"]), ("PROCESSING", "PENDING"))
        self.program.fault("wechat-v2", "profit-sharing-query", "wrong-amount")
        self.assertEqual(self.query(share)[1][0]["amount"], 101)
        self.program.fault("wechat-v2", "profit-sharing-multi", "wrong-order")
        self.assertNotEqual(self.accepted(MULTI, share)["out_order_no"], share["out_order_no"])
        self.program.fault("wechat-v2", "profit-sharing-amount", "bad-signature")
        with self.assertRaises(AssertionError):
            self.left(share["transaction_id"])


class Receivers(SharingTest):
    def test_adding_twice_is_adding_once(self):
        for _ in range(2):
            answer = self.add("MERCHANT_ID", "1900000111", name="x")
            self.assertEqual(json.loads(answer["receiver"])["account"], "1900000111")
        self.add("MERCHANT_ID", "1900000111", REMOVE)
        self.refused("RECEIVER_INVALID", REMOVE, {"receiver": json.dumps({"type": "MERCHANT_ID",
                                                                          "account": "1900000111"})})
        self.refused("RECEIVER_INVALID", SHARE, self.share(self.order(), 1, account="1900000111"))

    def test_members(self):
        for receiver in ({"account": "1"}, {"type": "MERCHANT_ID", "relation_type": "STORE", "name": "x"},
                         {"type": "MERCHANT_ID", "account": "1", "relation_type": "STORE"},
                         {"type": "PERSONAL_OPENID", "account": "o1"},
                         {"type": "X", "account": "1", "relation_type": "STORE"}):
            self.refused("PARAM_ERROR", ADD, {"receiver": json.dumps(receiver)})
        self.refused("INVALID_REQUEST", ADD, {"receiver": "[]"})
        self.refused("LACK_PARAMS", ADD, {})


class Returns(SharingTest):
    def give_back(self, share, amount, **more):
        return dict({"out_order_no": share["out_order_no"], "out_return_no": "B" + self.new_number(),
                     "return_account_type": "MERCHANT_ID", "return_account": SHOP, "return_amount": amount,
                     "description": "用户退款"}, **more)

    def shared(self):
        share = self.share(self.order(), 100, 50)
        return share, self.accepted(SHARE, share)["order_id"]

    def test_money_comes_back_once(self):
        share, order_id = self.shared()
        back = self.give_back(share, 60)
        first = self.accepted(RETURN, back)
        self.assertEqual((first["result"], first["return_amount"], first["out_return_no"], first["order_id"]),
                         ("SUCCESS", "60", back["out_return_no"], order_id))
        self.assertEqual(self.accepted(RETURN, back)["return_no"], first["return_no"])
        self.refused("INVALID_REQUEST", RETURN, dict(back, return_amount=61))
        self.refused("NOTENOUGH", RETURN, self.give_back(share, 41))
        self.accepted(RETURN, self.give_back(share, 40, out_order_no=None, order_id=order_id))
        which = {"out_order_no": share["out_order_no"], "out_return_no": back["out_return_no"]}
        self.assertEqual(self.accepted(RETURN_QUERY, which)["return_no"], first["return_no"])
        self.refused("ORDERNOTEXIST", RETURN_QUERY, dict(which, out_return_no="B0"))

    def test_who_does_not_give_back(self):
        share = self.shared()[0]
        self.refused("RECEIVER_INVALID", RETURN, self.give_back(share, 1, return_account=RIDER))
        self.refused("INVALID_REQUEST", RETURN, self.give_back(share, 1, return_account_type="PERSONAL_OPENID"))
        self.refused("ORDERNOTEXIST", RETURN, self.give_back({"out_order_no": "S0"}, 1))
        self.refused("LACK_PARAMS", RETURN, self.give_back(share, 1, out_order_no=None))

    def test_results_that_are_no_success(self):
        share = self.shared()[0]
        self.program.fault("wechat-v2", "profit-sharing-return", "processing")
        back = self.give_back(share, 1)
        self.assertEqual(self.accepted(RETURN, back)["result"], "PROCESSING")
        which = {"out_order_no": share["out_order_no"], "out_return_no": back["out_return_no"]}
        self.assertEqual(self.accepted(RETURN_QUERY, which)["result"], "SUCCESS")
        failed = self.accepted(RETURN, self.give_back(share, 99, description="PAYER_ACCOUNT_ABNORMAL"))
        self.assertEqual((failed["result"], failed["fail_reason"]), ("FAILED", "PAYER_ACCOUNT_ABNORMAL"))
        self.accepted(RETURN, self.give_back(share, 99))


if __name__ == "__main__":
    unittest.main()
