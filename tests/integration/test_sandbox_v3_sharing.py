# SPDX-License-Identifier: LGPL-2.1-or-later
"""Profit sharing in the sandbox's V3: receivers, shares, what is left, unfreezing, returns, the bill."""

import time
import unittest

from v3_client import Customer, PROVIDER, PUBLIC_KEY

BASE = "/v3/profitsharing/"
SHOP = "1900000109"


class Sharing(Customer):
    def post(self, path, by=PUBLIC_KEY, **body):
        if by == PROVIDER:
            body["sub_mchid"] = self.parties(by)["sub_mchid"]
        return self.send("POST", BASE + path, {n: v for n, v in body.items() if v is not None}, by,
                         Wechatpay_Serial=self.public_key_id)

    def get(self, path, account=PUBLIC_KEY):
        return self.send("GET", BASE + path, account=account)

    def appid(self, account=PUBLIC_KEY):
        return self.account(account)["appid"]

    def add(self, receiver=SHOP, by=PUBLIC_KEY, **more):
        body = dict({"appid": self.appid(by), "type": "MERCHANT_ID", "account": receiver,
                     "name": self.seal("张三的店"), "relation_type": "STORE"}, **more)
        return self.post("receivers/add", by, **body)

    def frozen(self, account=PUBLIC_KEY):
        """The gateway's number of a paid order that may be shared."""
        _, told = self.paid(account, settle_info={"profit_sharing": True})
        return told["transaction_id"]

    def part(self, amount, receiver=SHOP, **more):
        return dict({"type": "MERCHANT_ID", "account": receiver, "amount": amount, "description": "commission"}, **more)

    def share(self, transaction_id, parts, account=PUBLIC_KEY, **more):
        body = dict({"appid": self.appid(account), "transaction_id": transaction_id,
                     "out_order_no": self.new_number(), "receivers": parts, "unfreeze_unsplit": False}, **more)
        return body, self.post("orders", account, **body)

    def left(self, transaction_id, account=PUBLIC_KEY):
        return self.signed(self.get("transactions/%s/amounts" % transaction_id, account))["unsplit_amount"]

    def test_share_reaches_its_receivers(self):
        for account in (PUBLIC_KEY, PROVIDER):
            transaction_id = self.frozen(account)
            told = self.signed(self.add(by=account))
            self.assertEqual((told["account"], told["relation_type"]), (SHOP, "STORE"))
            body, answer = self.share(transaction_id, [self.part(200), self.part(50, "1900000110")], account)
            first = self.signed(answer)
            self.assertEqual((first["state"], first["out_order_no"]), ("PROCESSING", body["out_order_no"]))
            self.assertEqual([r["result"] for r in first["receivers"]], ["PENDING", "PENDING"])
            target = "orders/%s?transaction_id=%s" % (body["out_order_no"], transaction_id)
            done = self.signed(self.get(target, account))
            self.assertEqual((done["state"], done["order_id"]), ("FINISHED", first["order_id"]))
            # nobody has added the second one
            self.assertEqual([(r["result"], r.get("fail_reason")) for r in done["receivers"]],
                             [("SUCCESS", None), ("CLOSED", "NO_RELATION")])
            self.assertEqual(self.left(transaction_id, account), 800)

    def test_same_number_is_the_same_share(self):
        transaction_id = self.frozen()
        self.add()
        body, answer = self.share(transaction_id, [self.part(100, name=self.seal("张三的店"))])
        again = dict(body, receivers=[self.part(100, name=self.seal("张三的店"))])
        self.assertEqual(self.signed(self.post("orders", **again))["order_id"], self.signed(answer)["order_id"])
        self.refused(self.post("orders", **dict(again, receivers=[self.part(101)])), 400, "INVALID_REQUEST")
        self.assertEqual(self.left(transaction_id), 900)

    def test_limits_of_a_share(self):
        self.add()
        transaction_id = self.frozen()
        self.refused(self.share(transaction_id, [self.part(301)])[1], 403, "RULE_LIMIT")
        self.refused(self.share(transaction_id, [self.part(1001)])[1], 403, "NOT_ENOUGH")
        self.signed(self.share(transaction_id, [self.part(299)])[1])
        self.refused(self.share(transaction_id, [self.part(2)])[1], 403, "RULE_LIMIT")
        _, plain = self.paid()
        self.refused(self.share(plain["transaction_id"], [self.part(1)])[1], 400, "INVALID_REQUEST")
        self.refused(self.share("4200", [self.part(1)])[1], 404, "RESOURCE_NOT_EXISTS")
        self.program.fault("wechat-v3", "profit-sharing", "not-enough")
        self.refused(self.share(transaction_id, [self.part(1)])[1], 403, "NOT_ENOUGH")

    def test_rules_of_the_members(self):
        transaction_id = self.frozen()
        for more, field in (({"receivers": []}, "/receivers"), ({"receivers": [self.part(1)] * 51}, "/receivers"),
                            ({"receivers": [self.part(0)]}, "/receivers/amount"),
                            ({"receivers": [self.part(1, type="FRIEND")]}, "/receivers/type"),
                            ({"receivers": [self.part(1, name="plain")]}, "/receivers/name"),
                            ({"unfreeze_unsplit": None}, "/unfreeze_unsplit"),
                            ({"out_order_no": "a b"}, "/out_order_no")):
            self.refused(self.share(transaction_id, [self.part(1)], **more)[1], 400, "PARAM_ERROR", field)
        for more, field in (({"name": None}, "/name"), ({"relation_type": "CUSTOM"}, "/custom_relation"),
                            ({"custom_relation": "代理商"}, "/custom_relation"),
                            ({"relation_type": "AUNT"}, "/relation_type")):
            self.refused(self.add(**more), 400, "PARAM_ERROR", field)
        self.refused(self.add(appid="wx0000000000000002"), 400, "APPID_MCHID_NOT_MATCH")
        self.signed(self.add("oUpF8uMuAJO", type="PERSONAL_OPENID", name=None, relation_type="CUSTOM",
                             custom_relation="代理商"))

    def test_removed_receiver_gets_nothing(self):
        self.add("1900000120")
        removed = self.post("receivers/delete", appid=self.appid(), type="MERCHANT_ID", account="1900000120")
        self.assertEqual(self.signed(removed)["account"], "1900000120")
        transaction_id = self.frozen()
        body, _ = self.share(transaction_id, [self.part(10, "1900000120")])
        done = self.signed(self.get("orders/%s?transaction_id=%s" % (body["out_order_no"], transaction_id)))
        self.assertEqual(done["receivers"][0]["fail_reason"], "NO_RELATION")

    def test_rest_is_set_free_by_a_new_number_alone(self):
        self.add()
        transaction_id = self.frozen()
        body, _ = self.share(transaction_id, [self.part(100)])
        unfreeze = {"transaction_id": transaction_id, "out_order_no": body["out_order_no"], "description": "done"}
        self.signed(self.post("orders/unfreeze", **unfreeze))
        self.assertEqual(self.left(transaction_id), 900)
        fresh = dict(unfreeze, out_order_no=self.new_number())
        self.assertEqual(self.signed(self.post("orders/unfreeze", **fresh))["receivers"], [])
        self.assertEqual(self.left(transaction_id), 0)
        self.refused(self.share(transaction_id, [self.part(1)])[1], 403, "NOT_ENOUGH")
        other = self.frozen()
        self.signed(self.share(other, [self.part(100)], unfreeze_unsplit=True)[1])
        self.assertEqual(self.left(other), 0)

    def test_receiver_gives_back_what_he_got_and_no_more(self):
        self.add()
        transaction_id = self.frozen()
        body, answer = self.share(transaction_id, [self.part(100)])
        wish = {"out_order_no": body["out_order_no"], "out_return_no": self.new_number(), "return_mchid": SHOP,
                "amount": 60, "description": "too much"}
        first = self.signed(self.post("return-orders", **wish))
        self.assertEqual((first["result"], first["amount"]), ("PROCESSING", 60))
        self.assertEqual(self.signed(self.post("return-orders", **wish)), first)
        self.refused(self.post("return-orders", **dict(wish, amount=61)), 400, "INVALID_REQUEST")
        again = dict(wish, out_return_no=self.new_number())
        self.refused(self.post("return-orders", **dict(again, amount=41)), 403, "NOT_ENOUGH")
        self.refused(self.post("return-orders", **dict(again, return_mchid="1900000110", amount=1)), 403, "NOT_ENOUGH")
        by_id = dict(again, out_order_no=None, order_id=self.signed(answer)["order_id"], amount=40)
        self.signed(self.post("return-orders", **by_id))
        target = "return-orders/%s?out_order_no=%s" % (wish["out_return_no"], body["out_order_no"])
        self.assertEqual(self.signed(self.get(target))["result"], "SUCCESS")
        self.refused(self.get("return-orders/X?out_order_no=" + body["out_order_no"]), 404, "RESOURCE_NOT_EXISTS")
        self.refused(self.get("return-orders/" + wish["out_return_no"]), 400, "PARAM_ERROR", "out_order_no")
        self.refused(self.post("return-orders", **dict(again, order_id="1")), 400, "PARAM_ERROR", "/out_order_no")

    def test_bill_has_a_row_for_each_receiver(self):
        self.add()
        transaction_id = self.frozen()
        body, _ = self.share(transaction_id, [self.part(105), self.part(1)])
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
        offer = self.signed(self.get("bills?bill_date=" + day))
        text = self.send("GET", offer["download_url"][len(self.program.ready["endpoint"]):]).body.decode()
        rows = [line for line in text.splitlines() if "`" + body["out_order_no"] in line]
        self.assertEqual([row.split(",")[6] for row in rows], ["`1.05", "`0.01"])

    def test_record_names_the_merchant_s_numbers(self):
        transaction_id = self.frozen()
        body, _ = self.share(transaction_id, [self.part(1)])
        record = self.requests()[-1]
        self.assertEqual((record["operation"], record["number"], record["status"]),
                         ("profit-sharing", body["out_order_no"], 200))
        self.assertIsNotNone(record["out_trade_no"])


if __name__ == "__main__":
    unittest.main()
