# SPDX-License-Identifier: LGPL-2.1-or-later
"""Bills, statements and settlements of the sandbox's V3 and Global."""

import base64
import csv
import gzip
import hashlib
import http.client
import io
import time
import unittest
import urllib.parse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from v3_client import CERTIFICATE, Customer, DIRECT, INSTITUTION, PROVIDER, PUBLIC_KEY

DAY = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))


def rows_of(text):
    """Rows by heading, and the summary: a bill ends with two lines of its own."""
    lines = list(csv.reader(io.StringIO(text)))
    heading, rows, summary = lines[0], lines[1:-2], lines[-2:]
    plain = [[value.removeprefix("`") for value in row] for row in rows + [summary[1]]]
    assert all(value.startswith("`") for row in rows + [summary[1]] for value in row)
    return [dict(zip(heading, row)) for row in plain[:-1]], dict(zip(summary[0], plain[-1]))


class BillTest(Customer):
    def offer(self, kind="tradebill", account=PUBLIC_KEY, **more):
        query = dict({"bill_date": DAY}, **more)
        return self.send("GET", "/v3/bill/%s?%s" % (kind, urllib.parse.urlencode(query)), account=account)

    def fetch(self, offer, account=PUBLIC_KEY):
        url = urllib.parse.urlsplit(offer["download_url"])
        self.assertEqual(url.port, self.program.port)
        return self.send("GET", url.path + "?" + url.query, account=account)

    def bill(self, kind="tradebill", account=PUBLIC_KEY, **more):
        offer = self.signed(self.offer(kind, account, **more))
        answer = self.fetch(offer, account)
        self.assertEqual((answer.status, answer.headers["Wechatpay-Signature"]), (200, None))
        text = gzip.decompress(answer.body) if more.get("tar_type") else answer.body
        self.assertEqual((offer["hash_type"], offer["hash_value"]), ("SHA1", hashlib.sha1(text).hexdigest()))
        return rows_of(text.decode())

    def refund(self, order, amount, account=PUBLIC_KEY):
        wish = {"out_trade_no": order["out_trade_no"], "out_refund_no": self.new_number(),
                "amount": {"refund": amount, "total": order["amount"]["total"],
                           "currency": order["amount"]["currency"]}}
        path = "/v3/refund/domestic/refunds"
        if self.is_abroad(account):
            wish.update(self.parties(account))
            path = "/v3/global/refunds"
        elif account == PROVIDER:
            wish["sub_mchid"] = self.parties(account)["sub_mchid"]
        self.signed(self.send("POST", path, wish, account))
        return wish


class Bills(BillTest):
    def test_rows_tell_payments_and_refunds_in_yuan(self):
        for account in (PUBLIC_KEY, PROVIDER):
            order, told = self.paid(account, total=123405, attach="a,b")
            self.placed(account)
            wish = self.refund(order, 5, account)
            rows, summary = self.bill(account=account)
            mine = [row for row in rows if row["商户订单号"] == order["out_trade_no"]]
            self.assertEqual([(r["交易状态"], r["订单金额"], r["申请退款金额"]) for r in mine],
                             [("SUCCESS", "1234.05", "0.00"), ("REFUND", "0.00", "0.05")])
            self.assertEqual((mine[0]["微信订单号"], mine[0]["商户数据包"], mine[0]["货币种类"]),
                             (told["transaction_id"], "a b", "CNY"))
            self.assertEqual((mine[1]["商户退款单号"], mine[1]["退款状态"]), (wish["out_refund_no"], "PROCESSING"))
            self.assertEqual(int(summary["总交易单数"]), len(rows))

    def test_kinds_of_a_bill_and_gzip(self):
        order, _ = self.paid(total=1990)
        self.refund(order, 90)
        every, _ = self.bill(tar_type="GZIP")
        success, _ = self.bill(bill_type="SUCCESS")
        refunds, summary = self.bill(bill_type="REFUND")
        self.assertEqual(len(every), len(success) + len(refunds))
        self.assertNotIn("商户退款单号", success[0])
        self.assertEqual({row["交易状态"] for row in refunds}, {"REFUND"})
        self.assertEqual(summary["订单总金额"], "0.00")
        flow, summary = self.bill("fundflowbill", account_type="BASIC")
        mine = [row for row in flow if row["业务凭证号"] == order["out_trade_no"]]
        self.assertEqual([(r["收支类型"], r["收支金额(元)"]) for r in mine], [("收入", "19.90")])
        self.assertEqual(int(summary["资金流水总笔数"]), len(flow))
        self.refused(self.offer("fundflowbill", account_type="FEES"), 400, "NO_STATEMENT_EXIST")

    def test_what_is_refused(self):
        for more, field in (({"bill_date": "20260101"}, "bill_date"), ({"bill_date": "2999-01-01"}, "bill_date"),
                            ({"bill_date": "2019-01-01"}, "bill_date"), ({"bill_date": "2026-02-30"}, "bill_date"),
                            ({"bill_type": "SOME"}, "bill_type"), ({"tar_type": "ZIP"}, "tar_type"),
                            ({"sub_mchid": "1"}, "sub_mchid")):
            self.refused(self.offer(**more), 400, "PARAM_ERROR", field)
        yesterday = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 16 * 3600))
        self.refused(self.offer(bill_date=yesterday), 400, "NO_STATEMENT_EXIST")

    def test_only_the_merchant_himself_fetches_his_file(self):
        self.paid()
        offer = self.signed(self.offer())
        self.refused(self.fetch(offer, CERTIFICATE), 403, "NO_AUTH")
        path = urllib.parse.urlsplit(offer["download_url"])
        self.assertEqual(self.program.request("GET", path.path + "?" + path.query).status, 401)
        self.assertEqual(self.fetch(offer).body, self.fetch(offer).body)

    def test_faults(self):
        self.paid()
        self.program.fault("wechat-v3", "download-bill", "bill-creating")
        self.refused(self.offer(), 400, "STATEMENT_CREATING")
        self.program.fault("wechat-v3", "download-bill", "no-bill")
        self.refused(self.offer(), 400, "NO_STATEMENT_EXIST")
        self.program.fault("wechat-v3", "download-bill", "wrong-digest")
        offer = self.signed(self.offer())
        self.assertNotEqual(hashlib.sha1(self.fetch(offer).body).hexdigest(), offer["hash_value"])
        self.program.fault("wechat-v3", "download", "disguised-error")
        self.assertEqual(self.fetch(offer).json()["code"], "SYSTEM_ERROR")
        self.program.fault("wechat-v3", "download", "cut")
        with self.assertRaises(http.client.IncompleteRead):
            self.fetch(offer)

    def test_made_up_bill_is_as_long_as_wished(self):
        self.assertEqual(self.program.control("bill", {"account": PUBLIC_KEY, "rows": 20000}).status, 200)
        rows, summary = self.bill(tar_type="GZIP")
        self.assertEqual((len(rows), summary["总交易单数"], summary["订单总金额"]), (20000, "20000", "20000.00"))
        self.assertEqual(len({row["商户订单号"] for row in rows}), 20000)
        for wrong in ({"account": PUBLIC_KEY, "rows": 0}, {"account": PUBLIC_KEY}, {"account": "x", "rows": 1}):
            self.assertIn(self.program.control("bill", wrong).status, (400, 404))
        self.program.control("bill", {"account": PUBLIC_KEY, "rows": 20000})
        offer = self.signed(self.offer())
        self.program.fault("wechat-v3", "download", "cut")
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.fetch(offer)


class Statements(BillTest):
    def statement(self, account=DIRECT, day=DAY, **headers):
        target = "/v3/global/statements?date=%s&%s" % (day.replace("-", ""), self.query_names(account))
        return self.send("GET", target, account=account, **headers)

    def is_true(self, answer):
        headers = answer.headers
        text = '%s\n%s\n{"sha1":"%s"}\n' % (headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"],
                                            headers["Wechatpay-Statement-Sha1"])
        try:
            self.keys[headers["Wechatpay-Serial"]].verify(base64.b64decode(headers["Wechatpay-Signature"]),
                                                          text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    def test_digest_of_a_statement_is_signed(self):
        for account in (DIRECT, INSTITUTION):
            order, _ = self.paid(account, total=5005)
            self.refund(order, 5, account)
            for headers in ({}, {"Accept_Encoding": "gzip"}):
                answer = self.statement(account, **headers)
                text = gzip.decompress(answer.body) if headers else answer.body
                self.assertEqual(answer.headers["Wechatpay-Statement-Sha1"], hashlib.sha1(text).hexdigest())
                self.assertTrue(self.is_true(answer))
            rows, _ = rows_of(text.decode())
            mine = [row for row in rows if row["商户订单号"] == order["out_trade_no"]]
            self.assertEqual([(r["订单金额"], r["退款金额"], r["货币种类"]) for r in mine],
                             [("50.05", "0.00", "HKD"), ("0.00", "0.05", "HKD")])

    def test_refusals_and_faults(self):
        self.paid(DIRECT)
        self.refused(self.statement(day="2019-01-01"), 400, "PARAM_ERROR", "date")
        self.refused(self.statement(day="2026-1-1"), 400, "PARAM_ERROR", "date")
        yesterday = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 16 * 3600))
        self.refused(self.statement(day=yesterday), 400, "NO_STATEMENT_EXIST")
        self.program.fault("wechat-global", "download-bill", "wrong-digest")
        answer = self.statement()
        self.assertNotEqual(answer.headers["Wechatpay-Statement-Sha1"], hashlib.sha1(answer.body).hexdigest())
        self.program.fault("wechat-global", "download-bill", "disguised-error")
        self.assertEqual(self.statement().json()["code"], "SYSTEM_ERROR")
        self.program.fault("wechat-global", "download-bill", "bad-signature")
        self.assertFalse(self.is_true(self.statement()))


class Settlements(BillTest):
    def settlements(self, account=DIRECT, **more):
        return self.send("GET", "/v3/global/settle/settlements?" + urllib.parse.urlencode(more), account=account)

    def test_sums_are_those_of_the_books(self):
        before = self.signed(self.settlements(settle_state="UNSETTLE"))["data"]
        paid = before[0]["amount"]["pay"] if before else 0
        order, _ = self.paid(DIRECT, total=1000)
        self.refund(order, 300, DIRECT)
        for state, member in (("UNSETTLE", "unsettle"), ("SETTLED", "settled")):
            found = self.signed(self.settlements(settle_state=state, limit=5, offset=0))
            amount = found["data"][0]["amount"]
            self.assertEqual((found["total_count"], found["limit"], amount["pay"] - paid), (1, 5, 1000))
            self.assertEqual(amount[member], amount["pay"] - amount["refund"])
        self.assertEqual(self.signed(self.settlements(settle_state="SETTLED", settle_end_date="20200101"))["data"], [])

    def test_refusals(self):
        for more, field in (({}, "settle_state"), ({"settle_state": "UNSETTLED"}, "settle_state"),
                            ({"settle_state": "SETTLED", "limit": 101}, "limit"),
                            ({"settle_state": "SETTLED", "sub_mchid": "1"}, "sub_mchid")):
            self.refused(self.settlements(**more), 400, "PARAM_ERROR", field)
        answer = self.settlements(INSTITUTION, settle_state="SETTLED",
                                  sub_mchid=self.parties(INSTITUTION)["sub_mchid"])
        self.signed(answer)


if __name__ == "__main__":
    unittest.main()
