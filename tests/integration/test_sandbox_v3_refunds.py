# SPDX-License-Identifier: LGPL-2.1-or-later
"""Refunds of the sandbox's V3 and Global: the rules of money, every state, their notifications."""

import unittest

from v3_client import CERTIFICATE, Customer, DIRECT, INSTITUTION, PROVIDER, PUBLIC_KEY

HOME = (PUBLIC_KEY, CERTIFICATE, PROVIDER)
EVERY = HOME + (DIRECT, INSTITUTION)


class RefundTest(Customer):
    def refunds(self, account):
        return "/v3/global/refunds" if self.is_abroad(account) else "/v3/refund/domestic/refunds"

    def wish(self, order, account=PUBLIC_KEY, amount=300, **more):
        wish = {"out_trade_no": order["out_trade_no"], "out_refund_no": self.new_number(), "reason": "damaged",
                "notify_url": self.merchant.url("/refund"),
                "amount": {"refund": amount, "total": order["amount"]["total"],
                           "currency": order["amount"]["currency"]}}
        if self.is_abroad(account):
            wish.update(self.parties(account))
        elif account == PROVIDER:
            wish["sub_mchid"] = self.parties(account)["sub_mchid"]
        wish.update(more)
        return {name: value for name, value in wish.items() if value is not None}

    def ask(self, wish, account=PUBLIC_KEY):
        return self.send("POST", self.refunds(account), wish, account)

    def refunded(self, account=PUBLIC_KEY, order=None, **more):
        order = order or self.paid(account)[0]
        wish = self.wish(order, account, **more)
        return order, wish, self.signed(self.ask(wish, account))

    def target(self, number, account=PUBLIC_KEY):
        if self.is_abroad(account):
            return "/v3/global/refunds/out-refund-no/%s?%s" % (number, self.query_names(account))
        query = "?sub_mchid=" + self.parties(account)["sub_mchid"] if account == PROVIDER else ""
        return "%s/%s%s" % (self.refunds(account), number, query)

    def find(self, wish, account=PUBLIC_KEY):
        return self.signed(self.send("GET", self.target(wish["out_refund_no"], account), account=account))

    def end(self, wish, result, account=PUBLIC_KEY):
        answer = self.program.control("refund", {"account": account, "out_refund_no": wish["out_refund_no"],
                                                 "result": result})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()


class Refunds(RefundTest):
    def test_refund_is_accepted_processed_and_told(self):
        for account in EVERY:
            with self.subTest(account):
                self.merchant.pushes = []
                order, wish, answer = self.refunded(account)
                abroad = self.is_abroad(account)
                if abroad:
                    self.assertEqual(set(answer), {"id", "out_refund_no", "create_time", "amount"})
                else:
                    self.assertEqual((answer["status"], answer["out_trade_no"]), ("PROCESSING", order["out_trade_no"]))
                self.assertEqual((answer["amount"]["refund"], answer["out_refund_no"]), (300, wish["out_refund_no"]))
                self.assertEqual(self.find(wish, account)["status"], "PROCESSING")
                self.assertEqual(self.query(order, account)["trade_state"], "REFUND")
                self.assertTrue(self.end(wish, "success", account)["notified"])
                found = self.find(wish, account)
                self.assertEqual((found["status"], found["amount"]["total"]), ("SUCCESS", 1000))
                self.assertIn("success_time", found)
                event, plain = self.opened(self.merchant.wait(1)[0])
                self.assertEqual((event["event_type"], event["resource"]["original_type"]),
                                 ("REFUND.SUCCESS", "refund"))
                self.assertEqual((plain["refund_status"], plain["refund_id"], plain["out_refund_no"],
                                  plain["transaction_id"], plain["amount"]["refund"]),
                                 ("SUCCESS", found["id" if abroad else "refund_id"], wish["out_refund_no"],
                                  found["transaction_id"], 300))
                self.assertEqual({n: plain.get(n) for n in self.names(account)}, self.names(account))

    def test_same_number_is_the_same_refund(self):
        for account in EVERY:
            order, wish, first = self.refunded(account)
            again = self.signed(self.ask(dict(reversed(wish.items())), account))
            self.assertEqual(again, first)
            self.assertEqual(self.find(wish, account)["amount"]["refund"], 300)
            other = dict(wish, amount=dict(wish["amount"], refund=301))
            self.refused(self.ask(other, account), 400, "INVALID_REQUEST")
            more = self.wish(order, account, amount=700)
            self.signed(self.ask(more, account))

    def test_never_more_than_was_paid(self):
        order, _, _ = self.refunded(amount=999)
        self.refused(self.ask(self.wish(order, amount=2)), 400, "INVALID_REQUEST")
        rest = self.wish(order, amount=1)
        self.signed(self.ask(rest))
        self.end(rest, "closed")
        self.assertEqual(self.find(rest)["status"], "CLOSED")
        self.signed(self.ask(self.wish(order, amount=1)))

    def test_fifty_refunds_of_one_order_and_no_more(self):
        order, _ = self.paid()
        for _ in range(50):
            self.signed(self.ask(self.wish(order, amount=1)))
        self.refused(self.ask(self.wish(order, amount=1)), 400, "INVALID_REQUEST")

    def test_what_is_not_refunded(self):
        for account in (PUBLIC_KEY, DIRECT):
            code = "ORDER_NOT_EXIST" if self.is_abroad(account) else "RESOURCE_NOT_EXISTS"
            unpaid, _ = self.placed(account)
            self.refused(self.ask(self.wish(unpaid, account), account), 400, "INVALID_REQUEST")
            self.refused(self.ask(self.wish(self.order(account), account), account), 404, code)
            order, _ = self.paid(account)
            wrong = self.wish(order, account)
            self.refused(self.ask(dict(wrong, amount=dict(wrong["amount"], total=999)), account), 400,
                         "REFUND_FEE_MISMATCH")
            self.program.fault("wechat-global" if self.is_abroad(account) else "wechat-v3", "refund", "not-enough")
            self.refused(self.ask(wrong, account), 403, "NOT_ENOUGH")
            self.refused(self.send("GET", self.target(wrong["out_refund_no"], account), account=account), 404,
                         "RESOURCE_NOT_EXISTS")

    def test_rules_of_the_members(self):
        order, told = self.paid()
        for more, field in (({"out_refund_no": "a" * 65}, "/out_refund_no"),
                            ({"out_refund_no": "a b"}, "/out_refund_no"),
                            ({"reason": "x" * 81}, "/reason"), ({"notify_url": "http://192.0.2.1/"}, "/notify_url"),
                            ({"transaction_id": told["transaction_id"]}, "/out_trade_no"),
                            ({"out_trade_no": None}, "/out_trade_no"), ({"funds_account": "MINE"}, "/funds_account"),
                            ({"amount": {"refund": 0, "total": 1000, "currency": "CNY"}}, "/amount/refund"),
                            ({"amount": {"refund": 1, "total": 1000}}, "/amount/currency"),
                            ({"mchid": "1900000001"}, "/mchid")):
            wish = {name: value for name, value in dict(self.wish(order), **more).items() if value is not None}
            self.refused(self.ask(wish), 400, "PARAM_ERROR", field)
        by_id = self.wish(order, out_trade_no=None, transaction_id=told["transaction_id"])
        self.assertEqual(self.signed(self.ask(by_id))["out_trade_no"], order["out_trade_no"])

    def test_closed_and_abnormal_are_told_as_such(self):
        for account in EVERY:
            for result, event_type in (("closed", "REFUND.CLOSED"), ("abnormal", "REFUND.ABNORMAL")):
                self.merchant.pushes = []
                _, wish, _ = self.refunded(account)
                self.end(wish, result, account)
                event, plain = self.opened(self.merchant.wait(1)[0])
                self.assertEqual(event["event_type"], event_type)
                self.assertNotIn("success_time", plain)
                status = "REFUNDCLOSE" if self.is_abroad(account) and result == "closed" else result.upper()
                self.assertEqual((plain["refund_status"], self.find(wish, account)["status"]), (status, status))

    def test_end_of_a_refund_stays_what_it_is(self):
        _, wish, _ = self.refunded()
        self.end(wish, "success")
        self.end(wish, "success")
        first, second = self.merchant.wait(2)
        self.assertEqual(first[1], second[1])
        for result, status in (("closed", 409), ("eaten", 400)):
            answer = self.program.control("refund", {"out_refund_no": wish["out_refund_no"], "result": result})
            self.assertEqual(answer.status, status)
        self.assertEqual(self.program.control("refund", {"out_refund_no": "X", "result": "success"}).status, 404)

    def test_refund_without_an_address_tells_nobody(self):
        order, _ = self.paid()
        wish = self.wish(order, notify_url=None)
        self.signed(self.ask(wish))
        self.assertFalse(self.end(wish, "success")["notified"])
        self.assertEqual(self.merchant.pushes, [])

    def test_lies_are_signed_well(self):
        for kind, look in (("wrong-refund", lambda v: v["out_refund_no"]), ("wrong-order", lambda v: v["out_trade_no"]),
                           ("wrong-amount", lambda v: v["amount"]["refund"]),
                           ("wrong-currency", lambda v: v["amount"]["currency"])):
            _, wish, true = self.refunded()
            self.program.fault("wechat-v3", "query-refund", kind)
            self.assertNotEqual(look(self.find(wish)), look(true), kind)
            self.assertEqual(look(self.find(wish)), look(true), kind)

    def test_record_counts_numbers_of_an_intent(self):
        order, wish, _ = self.refunded()
        self.ask(wish)
        numbers = [r["out_refund_no"] for r in self.requests() if r["operation"] == "refund"]
        self.assertEqual(numbers, [wish["out_refund_no"]] * 2)


class AbnormalRefunds(RefundTest):
    def apply(self, wish, refund_id, account=PUBLIC_KEY, serial=None, **more):
        body = {"out_refund_no": wish["out_refund_no"], "type": "USER_BANK_CARD", "bank_type": "ICBC_DEBIT",
                "bank_account": self.seal("6222020000000000000"), "real_name": self.seal("张三")}
        if account == PROVIDER:
            body["sub_mchid"] = self.parties(account)["sub_mchid"]
        body.update(more)
        body = {name: value for name, value in body.items() if value is not None}
        headers = {} if serial == "" else {"Wechatpay_Serial": serial or self.public_key_id}
        return self.send("POST", "/v3/refund/domestic/refunds/%s/apply-abnormal-refund" % refund_id, body, account,
                         **headers)

    def abnormal(self, account=PUBLIC_KEY):
        _, wish, answer = self.refunded(account)
        self.end(wish, "abnormal", account)
        return wish, answer["refund_id"]

    def test_refund_goes_to_another_card(self):
        for account in (PUBLIC_KEY, PROVIDER):
            wish, refund_id = self.abnormal(account)
            self.assertEqual(self.signed(self.apply(wish, refund_id, account))["status"], "PROCESSING")
            self.end(wish, "success", account)
            self.assertEqual(self.find(wish, account)["user_received_account"], "用户银行卡")

    def test_merchant_s_card_needs_no_name(self):
        wish, refund_id = self.abnormal()
        answer = self.apply(wish, refund_id, type="MERCHANT_BANK_CARD", bank_type=None, bank_account=None,
                            real_name=None)
        self.assertEqual(self.signed(answer)["status"], "PROCESSING")

    def test_sealed_members_must_open_with_the_named_key(self):
        wish, refund_id = self.abnormal()
        for more in ({"real_name": "张三"}, {"real_name": self.seal("张三", self.certificate_serial)}, {"serial": ""}):
            answer = self.apply(wish, refund_id, **more)
            self.assertEqual((answer.status, answer.json()["code"]), (400, "PARAM_ERROR"), more)
        self.refused(self.apply(wish, refund_id, bank_account=self.seal("6" * 65)), 400, "PARAM_ERROR", "/bank_account")
        self.refused(self.apply(wish, refund_id, serial=self.certificate_serial), 400, "INVALID_REQUEST",
                     "Wechatpay-Serial")
        self.refused(self.apply(wish, refund_id, real_name=None), 400, "PARAM_ERROR", "/real_name")
        self.assertEqual(self.find(wish)["status"], "ABNORMAL")

    def test_only_what_is_abnormal(self):
        _, wish, answer = self.refunded()
        self.refused(self.apply(wish, answer["refund_id"]), 400, "INVALID_REQUEST")
        self.refused(self.apply(wish, "50300000"), 404, "RESOURCE_NOT_EXISTS")
        wish, refund_id = self.abnormal()
        self.refused(self.apply(dict(wish, out_refund_no="another"), refund_id), 404, "RESOURCE_NOT_EXISTS")


class AllRefundsOfAnOrder(RefundTest):
    def list(self, order, account, **more):
        query = dict(self.names(account), out_trade_no=order["out_trade_no"], **more)
        return self.send("GET", "/v3/global/refunds?" + "&".join("%s=%s" % pair for pair in query.items()),
                         account=account)

    def test_pages_tell_every_refund_once_in_order(self):
        for account in (DIRECT, INSTITUTION):
            order, told = self.paid(account)
            wishes = [self.refunded(account, order, amount=100 + i)[1] for i in range(3)]
            page = self.signed(self.list(order, account, offset=0, count=2))
            self.assertEqual((page["id"], page["total_num"], page["current_total_num"], page["amount"]["refund"]),
                             (told["id"], 3, 2, 303))
            rest = self.signed(self.list(order, account, offset=2, count=2))
            self.assertEqual([r["out_refund_no"] for r in page["data"] + rest["data"]],
                             [w["out_refund_no"] for w in wishes])
            by_id = self.signed(self.send("GET", "/v3/global/refunds/id/%s?%s" % (
                page["data"][0]["id"], self.query_names(account)), account=account))
            self.assertEqual(by_id["out_refund_no"], wishes[0]["out_refund_no"])

    def test_refusals(self):
        order, _ = self.paid(DIRECT)
        self.refused(self.list(order, DIRECT, count=21), 400, "PARAM_ERROR", "count")
        self.refused(self.list(self.order(DIRECT), DIRECT), 404, "ORDER_NOT_EXIST")
        self.refused(self.send("GET", "/v3/global/refunds?" + self.query_names(DIRECT), account=DIRECT), 400,
                     "PARAM_ERROR", "out_trade_no")
        empty = self.signed(self.list(order, DIRECT, offset=5))
        self.assertEqual((empty["data"], empty["total_num"], empty["current_total_num"]), ([], 0, 0))


if __name__ == "__main__":
    unittest.main()
