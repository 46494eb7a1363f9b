# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox's V2 bills: columns, amounts in yuan, compression, and errors that are told by their first byte."""

import gzip
import time
import unittest

from v2_client import V2Test, from_xml

BILL, FLOW, REFUND = "/pay/downloadbill", "/pay/downloadfundflow", "/secapi/pay/refund"
COLUMNS = ("交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
           "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
           "申请退款金额,费率备注").split(",")
SUMMARY = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额".split(",")


class BillTest(V2Test):
    def setUp(self):
        super().setUp()
        self.today = time.strftime("%Y%m%d", time.gmtime(time.time() + 8 * 3600))

    def download(self, path=BILL, account="wechat-v2-hmac", digest=None, certificate="own", **more):
        fields = dict({"bill_date": self.today}, **more)
        return self.fetch(path, fields, account, account if certificate == "own" else certificate, digest)

    def message(self, path=BILL, **more):
        answer = self.download(path, **more)
        self.assertEqual((answer.status, answer.body[:1]), (200, b"<"))
        return from_xml(answer.body)

    def rows(self, body, headings):
        lines = [line.rstrip("\r") for line in body.decode("utf-8").rstrip("\r\n").split("\n")]
        self.assertEqual(lines[0].split(","), headings)
        return [dict(zip(headings, (value.lstrip("`") for value in line.split(",")))) for line in lines[1:-2]], lines


class TradeBills(BillTest):
    def test_bill_tells_every_payment_and_refund_in_yuan(self):
        order = self.paid_order(total=1234)
        number = "R" + self.new_number()
        self.accepted(REFUND, {"transaction_id": order["transaction_id"], "out_refund_no": number, "total_fee": 1234,
                               "refund_fee": 5})
        rows, lines = self.rows(self.download().body, COLUMNS)
        paid = [row for row in rows if row["商户订单号"] == order["out_trade_no"]]
        self.assertEqual([(row["交易状态"], row["订单金额"], row["退款金额"]) for row in paid],
                         [("SUCCESS", "12.34", "0.00"), ("REFUND", "0.00", "0.05")])
        self.assertEqual((paid[0]["微信订单号"], paid[0]["商品名称"], paid[1]["商户退款单号"]),
                         (order["transaction_id"], "tea", number))
        self.assertEqual(lines[-2].split(","), SUMMARY)
        self.assertEqual(int(lines[-1].split(",")[0].lstrip("`")), len(rows))

    def test_kinds_and_compression(self):
        self.paid_order()
        plain = self.download(bill_type="ALL").body
        packed = self.download(bill_type="ALL", tar_type="GZIP").body
        self.assertEqual((packed[:2], gzip.decompress(packed)), (b"\x1f\x8b", plain))
        self.assertNotIn("商户退款单号".encode(), self.download(bill_type="SUCCESS").body)

    def test_made_up_bill_has_as_many_rows_as_wanted(self):
        self.assertEqual(self.program.control("bill", {"account": "wechat-v2-hmac", "rows": 1000}).status, 200)
        rows = self.rows(self.download().body, COLUMNS)[0]
        self.assertEqual((len(rows), len({row["商户订单号"] for row in rows})), (1000, 1000))

    def test_errors_are_documents_without_a_signature(self):
        self.paid_order()
        for more, message in (({"bill_date": "20200101"}, "No Bill Exist"), ({"bill_date": "2020-01-01"},
                                                                           "data format error"),
                              ({"bill_date": "20200231"}, "data format error"), ({"bill_type": "MINE"},
                                                                                  "invalid bill_type"),
                              ({"bill_type": "RECHARGE_REFUND"}, "No Bill Exist"), ({"bill_date": None},
                                                                                    "missing parameter"),
                              ({"tar_type": "ZIP"}, "data format error")):
            answer = self.message(**more)
            self.assertEqual((answer["return_code"], answer["return_msg"]), ("FAIL", message), more)
            self.assertNotIn("sign", answer)
        for kind, message in (("bill-creating", "Bill Creating"), ("no-bill", "No Bill Exist"),
                              ("system-error", "SYSTEMERROR"), ("disguised-error", "CompressGZip Error")):
            self.program.fault("wechat-v2", "download-bill", kind)
            self.assertEqual(self.message()["return_msg"], message)
        self.assertEqual(self.message(digest="md5")["return_msg"], "SIGN ERROR")

    def test_bill_can_be_cut(self):
        self.paid_order()
        self.program.fault("wechat-v2", "download-bill", "cut")
        with self.assertRaises(Exception) as caught:
            self.download()
        self.assertEqual(type(caught.exception).__name__, "IncompleteRead")


class FundFlow(BillTest):
    def test_flow_needs_the_certificate_and_the_stronger_digest(self):
        self.paid_order("wechat-v2-md5", total=700)
        flow = {"account_type": "Basic", "account": "wechat-v2-md5"}
        body = self.download(FLOW, digest="hmac", **flow).body
        headings = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
        rows = self.rows(body, headings.split(","))[0]
        self.assertEqual((rows[-1]["收支类型"], rows[-1]["收支金额(元)"]), ("收入", "7.00"))
        self.assertEqual(self.message(FLOW, **flow)["return_code"], "FAIL")
        self.assertIn("证书", self.message(FLOW, digest="hmac", certificate=None, **flow)["return_msg"])

    def test_errors_have_a_code(self):
        self.paid_order()
        for more, code in (({"account_type": "Fees"}, "NO_BILL_EXIST"), ({"account_type": "MINE"}, "PARAM_ERROR"),
                           ({"account_type": "Basic", "bill_date": "20200101"}, "NO_BILL_EXIST"),
                           ({"account_type": "Basic", "bill_date": "today"}, "PARAM_ERROR")):
            self.assertEqual(self.message(FLOW, **more)["err_code"], code)
        self.program.fault("wechat-v2", "download-bill", "bill-creating")
        self.assertEqual(self.message(FLOW, account_type="Basic")["err_code"], "BILL_CREATING")


if __name__ == "__main__":
    unittest.main()
