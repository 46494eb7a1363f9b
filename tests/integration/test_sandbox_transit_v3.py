# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sandbox's transit over V3: deductions of rides, what becomes of them, and the rider's state."""

import json
import secrets
import unittest

from gateway_client import GatewayTest

ORDERS = "/v3/qrcode/transactions"
BUS = {"start_time": "2026-11-21T08:00:00+08:00", "line_name": "M364路", "plate_number": "粤B12345"}
METRO = {"start_time": "2026-11-21T08:00:00+08:00", "end_time": "2026-11-21T08:30:00+08:00", "start_station": "科学馆",
         "end_station": "世界之窗"}


class RideTest(GatewayTest):
    def account(self, scheme):
        return self.config["account transit-v3" if scheme == "public-key" else "account wechat-v3-" + scheme]

    def setUp(self):
        super().setUp()
        self.contract = "2020" + secrets.token_hex(12)

    def ride(self, **more):
        ride = {"appid": self.account("public-key")["appid"], "description": "公交代扣", "out_trade_no": self.new_number(),
                "trade_scene": "BUS", "contract_id": self.contract, "notify_url": self.merchant.url(),
                "attach": "bus/7",
                "amount": {"total": 200, "currency": "CNY"}, "bus_info": BUS}
        ride.update(more)
        return {name: value for name, value in ride.items() if value is not None}

    def metro(self, **more):
        return self.ride(trade_scene="METRO", bus_info=None, metro_info=dict(METRO, **more))

    def deduct(self, ride, **more):
        return self.v3("POST", ORDERS, json.dumps(ride, ensure_ascii=False).encode(), **more)

    def accepted(self, ride=None):
        ride = ride or self.ride()
        answer = self.deduct(ride)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertTrue(self.is_signed(answer.headers, answer.body))
        return ride, answer.json()

    def find(self, number):
        answer = self.v3("GET", ORDERS + "/out-trade-no/" + number)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertTrue(self.is_signed(answer.headers, answer.body))
        return answer.json()

    def rider(self, contract=None, query=None):
        query = query if query is not None else "?appid=" + self.account("public-key")["appid"]
        return self.v3("GET", "/v3/qrcode/user-services/contract-id/" + (contract or self.contract) + query)

    def command(self, status=200, **more):
        self.assertEqual(self.program.control("transit-v3", more).status, status)

    def assert_refused(self, answer, status, code, field=None):
        self.assertEqual((answer.status, answer.json()["code"]), (status, code), answer.body)
        self.assertNotIn("Wechatpay-Signature", answer.headers)
        if field is not None:
            self.assertEqual(answer.json()["detail"]["field"], field)


class Deductions(RideTest):
    def test_account_is_one_of_the_plugin_s_mode(self):
        account = self.account("public-key")
        self.assertEqual((account["provider"], account["mode"]), ("transit", "v3"))

    def test_ride_is_accepted_and_found(self):
        for ride in (self.ride(), self.metro(), self.metro(end_time=METRO["start_time"]), self.ride(attach=None)):
            _, answer = self.accepted(ride)
            self.assertEqual((answer["trade_state"], answer["out_trade_no"], answer["amount"]),
                             ("ACCEPTED", ride["out_trade_no"], {"total": 200, "currency": "CNY"}))
            self.assertEqual((answer["sp_mchid"], answer["appid"]),
                             (self.account("public-key")["mchid"], ride["appid"]))
            trip = "bus_info" if ride["trade_scene"] == "BUS" else "metro_info"
            self.assertEqual(answer[trip], ride[trip])
            self.assertEqual(answer.get("attach"), ride.get("attach"))
            for name in ("transaction_id", "success_time", "user_repay_state"):
                self.assertNotIn(name, answer)
            self.assertEqual(self.find(ride["out_trade_no"]), answer)

    def test_member_rules(self):
        bus = {name: value for name, value in BUS.items() if name != "line_name"}
        for more, field in (({"appid": None}, "/appid"), ({"description": ""}, "/description"),
                            ({"description": "字" * 128}, "/description"), ({"out_trade_no": "12345"}, "/out_trade_no"),
                            ({"out_trade_no": "1" * 33}, "/out_trade_no"),
                            ({"out_trade_no": "123456%"}, "/out_trade_no"),
                            ({"trade_scene": "FERRY"}, "/trade_scene"), ({"contract_id": None}, "/contract_id"),
                            ({"notify_url": None}, "/notify_url"),
                            ({"notify_url": "https://shop.example/n"}, "/notify_url"),
                            ({"notify_url": self.merchant.url() + "?a=1"}, "/notify_url"),
                            ({"amount": None}, "/amount"),
                            ({"amount": {}}, "/amount/total"), ({"amount": {"total": 0}}, "/amount/total"),
                            ({"amount": {"total": "200"}}, "/amount/total"),
                            ({"amount": {"total": 200, "currency": "USD"}}, "/amount/currency"),
                            ({"bus_info": None}, "/bus_info"), ({"bus_info": bus}, "/bus_info/line_name"),
                            ({"bus_info": dict(BUS, start_time="20261121080000")}, "/bus_info/start_time"),
                            ({"bus_info": dict(BUS, start_time="2026-11-21T08:00:00Z")}, "/bus_info/start_time"),
                            ({"metro_info": METRO}, "/metro_info"), ({"mchid": "1900000030"}, "/mchid"),
                            ({"bus_info": dict(BUS, end_time=METRO["end_time"])}, "/bus_info/end_time"),
                            ({"attach": "a" * 129}, "/attach"), ({"sub_mchid": "1"}, "/sub_mchid")):
            self.assert_refused(self.deduct(self.ride(**more)), 400, "PARAM_ERROR", field)
        self.assert_refused(self.deduct(self.metro(end_time="2026-11-21T07:59:59+08:00")), 400, "PARAM_ERROR",
                            "/metro_info/end_time")
        self.assert_refused(self.deduct(self.ride(appid="wx0000000000000001")), 400, "APPID_MCHID_NOT_MATCH")
        self.assert_refused(self.v3("POST", ORDERS, b"[]"), 400, "PARAM_ERROR")

    def test_signature_is_verified(self):
        body = json.dumps(self.ride()).encode()
        stale = self.authorization("public-key", "POST", ORDERS, body, timestamp="1700000000")
        other = self.authorization("certificate", "POST", ORDERS, body)
        for authorization in (stale, other, self.authorization("public-key", "POST", ORDERS, body + b" ")):
            self.assert_refused(self.v3("POST", ORDERS, body, authorization=authorization), 401, "SIGN_ERROR")

    def test_number_is_one_ride(self):
        ride, first = self.accepted()
        self.assertEqual(self.accepted(ride)[1], first)
        self.assert_refused(self.deduct(dict(ride, amount={"total": 201})), 403, "OUT_TRADE_NO_USED")
        self.assert_refused(self.v3("GET", ORDERS + "/out-trade-no/nobody"), 404, "ORDER_NOT_EXIST")
        self.assert_refused(self.v3("GET", ORDERS + "/out-trade-no/%s?sub_mchid=1" % ride["out_trade_no"]), 400,
                            "PARAM_ERROR")
        self.assertEqual(self.v3("GET", ORDERS).status, 405)
        self.assertEqual(self.v3("GET", "/v3/qrcode/other").status, 404)


class Results(RideTest):
    def event(self):
        headers, body = self.merchant.wait(1)[-1]
        self.assertTrue(self.is_signed(headers, body))
        event = json.loads(body)
        self.assertEqual((event["resource_type"], event["resource"]["original_type"]),
                         ("encrypt-resource", "transaction"))
        return event["event_type"], json.loads(self.open(event["resource"]))

    def test_success_is_told_and_found(self):
        ride, _ = self.accepted(self.metro())
        self.assertTrue(self.pay(ride["out_trade_no"], account="transit-v3")["notified"])
        kind, told = self.event()
        self.assertEqual((kind, told["trade_state"], told["amount"]["total"]), ("TRANSACTION.SUCCESS", "SUCCESS", 200))
        self.assertRegex(told["transaction_id"], "^4200[0-9]{24}$")
        self.assertRegex(told["success_time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$")
        self.assertEqual(self.find(ride["out_trade_no"]), told)

    def test_failure_is_a_debt_until_it_is_paid(self):
        ride, _ = self.accepted()
        number = ride["out_trade_no"]
        self.assertEqual(self.rider().json(), {"user_service_state": "NORMAL"})
        self.assertTrue(self.pay(number, account="transit-v3", result="FAIL", reason="余额不足")["notified"])
        kind, told = self.event()
        self.assertEqual((kind, told["trade_state"], told["user_repay_state"]),
                         ("TRANSACTION.FAIL", "PAY_FAIL", "NOT_REPAY"))
        self.assertNotIn("transaction_id", told)
        self.assertEqual(self.rider().json()["user_service_state"], "BLOCKED")
        self.command(out_trade_no=number)
        self.assertTrue(self.pay(number, account="transit-v3", result="FAIL")["notified"])
        self.assertEqual(len(self.merchant.pushes), 2)
        kind, told = self.event()
        self.assertEqual((kind, told["trade_state"], told["user_repay_state"]),
                         ("TRANSACTION.PAY_BACK", "PAY_FAIL", "REPAID"))
        self.assertRegex(told["repay_transaction_id"], "^4200[0-9]{24}$")
        self.assertIn("repay_time", told)
        self.assertEqual(self.find(number), told)
        self.assertEqual(self.rider().json(), {"user_service_state": "NORMAL"})
        self.command(status=409, out_trade_no=number)

    def test_rider_is_asked_for_by_contract(self):
        self.command(contract_id=self.contract, state="BLOCKED", block_reason="risk")
        self.assertEqual(self.rider().json(), {"user_service_state": "BLOCKED", "block_reason": "risk"})
        self.assertEqual(self.rider("another").json(), {"user_service_state": "NORMAL"})
        self.command(contract_id=self.contract, state="NONE")
        self.assert_refused(self.rider(), 404, "RESOURCE_NOT_EXISTS")
        self.command(contract_id=self.contract, state="NORMAL")
        answer = self.rider()
        self.assertEqual(answer.json(), {"user_service_state": "NORMAL"})
        self.assertTrue(self.is_signed(answer.headers, answer.body))
        for query in ("", "?appid=other", "?appid=%s&more=1" % self.account("public-key")["appid"]):
            self.assert_refused(self.rider(query=query), 400, "PARAM_ERROR", "appid")
        self.command(status=400, contract_id=self.contract, state="ILL")

    def test_lies_and_bad_signatures(self):
        ride, answer = self.accepted()
        for kind, changed in (("wrong-order", {"out_trade_no"}), ("wrong-amount", {"amount"}),
                              ("wrong-mchid", {"sp_mchid"}),
                              ("wrong-currency", {"amount"}), ("wrong-appid", {"appid"})):
            self.program.fault("transit-v3", "query", kind)
            value = self.find(ride["out_trade_no"])
            self.assertEqual({name for name in answer if answer[name] != value[name]}, changed)
        for kind in ("no-signature", "bad-signature", "stale", "unknown-serial", "signtest"):
            self.program.fault("transit-v3", "user-state", kind)
            answer = self.rider()
            self.assertEqual(answer.json(), {"user_service_state": "NORMAL"})
            if kind == "no-signature":
                self.assertNotIn("Wechatpay-Signature", answer.headers)
            elif kind == "signtest":
                self.assertTrue(answer.headers["Wechatpay-Signature"].startswith("WECHATPAY/SIGNTEST/"))
            else:
                self.assertFalse(self.is_signed(answer.headers, answer.body), kind)

    def test_accepted_ride_survives_a_lost_answer(self):
        ride = self.ride()
        self.program.fault("transit-v3", "create", "http-502")
        self.assertEqual(self.deduct(ride).status, 502)
        self.assertEqual(self.find(ride["out_trade_no"])["trade_state"], "ACCEPTED")


if __name__ == "__main__":
    unittest.main()
