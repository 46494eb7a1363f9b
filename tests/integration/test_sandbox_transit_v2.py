# SPDX-License-Identifier: LGPL-2.1-or-later
"""minipay-sandbox's transit interface B: deductions that are taken first and paid later, and who may ride."""

import hashlib
import json
import unittest

from v2_client import SUCCESS, V2Test, from_xml

PAY, QUERY, USER = "/transit/pay/payapply", "/transit/queryorder", "/transit/pay/querystate"
ACCOUNT = "transit-v2"


class TransitTest(V2Test):
    def ride(self, **more):
        scene = {"start_time": "20261121080000", "line_name": "M364路", "plate_number": "粤B88888",
                 "qrcode_hash": hashlib.sha256(b"code").hexdigest()}
        return dict({"body": "公交代扣", "out_trade_no": self.new_number(), "total_fee": 180, "attach": "bus/7",
                     "spbill_create_ip": "10.1.2.3", "notify_url": self.merchant.url("/transit"), "trade_type": "PAP",
                     "contract_id": "Wx15463511252015071056489715", "trade_scene": "BUS",
                     "scene_info": self.scene(**scene)}, **more)

    @staticmethod
    def scene(**members):
        return json.dumps({"scene_info": members}, ensure_ascii=False)

    def deduct(self, **more):
        ride = self.ride(**more)
        self.accepted(PAY, ride, ACCOUNT)
        return ride

    def query(self, ride):
        return self.accepted(QUERY, {"out_trade_no": ride["out_trade_no"]}, ACCOUNT)


class Deductions(TransitTest):
    def test_taken_is_not_paid(self):
        ride = self.ride()
        answer = self.accepted(PAY, ride, ACCOUNT)
        self.assertEqual(set(answer), {"return_code", "return_msg", "result_code", "appid", "mch_id", "nonce_str",
                                       "sign"})
        waiting = self.query(ride)
        self.assertEqual(waiting["trade_state"], "ACCEPT")
        self.assertNotIn("total_fee", waiting)
        self.pay(ride["out_trade_no"], account=ACCOUNT)
        paid = self.query(ride)
        self.assertEqual((paid["trade_state"], paid["trade_type"], paid["total_fee"], paid["contract_id"],
                          paid["attach"]), ("SUCCESS", "PAP", "180", ride["contract_id"], "bus/7"))
        event = from_xml(self.merchant.wait(1)[0][1])
        self.assertEqual((event["out_trade_no"], event["contract_id"], event["sign_type"]),
                         (ride["out_trade_no"], ride["contract_id"], "HMAC-SHA256"))

    def test_failure_is_learned_by_query_alone(self):
        ride = self.deduct()
        self.pay(ride["out_trade_no"], account=ACCOUNT, result="FAIL", reason="余额不足")
        answer = self.query(ride)
        self.assertEqual((answer["trade_state"], answer["trade_state_desc"]), ("PAYERROR", "余额不足"))
        self.assertEqual(self.merchant.pushes, [])

    def test_same_number_same_ride(self):
        ride = self.deduct()
        self.accepted(PAY, ride, ACCOUNT)
        self.refused("OUT_TRADE_NO_USED", PAY, dict(ride, total_fee=181), ACCOUNT)
        self.pay(ride["out_trade_no"], account=ACCOUNT)
        self.refused("ORDERPAID", PAY, ride, ACCOUNT)

    def test_members_of_a_ride(self):
        metro = {"start_time": "20261121080000", "end_time": "20261121083000", "start_station": "西单",
                 "end_station": "东单"}
        self.deduct(trade_scene="METRO", scene_info=self.scene(**metro))
        for scene, name in (("{}", "scene_info"), (self.scene(), "start_time"),
                            (self.scene(start_time=1), "start_time"),
                            (self.scene(start_time="2" * 33), "start_time"), (self.scene(**metro), "end_time")):
            self.assertIn(name, self.refused("PARAM_ERROR", PAY, self.ride(scene_info=scene), ACCOUNT)["err_code_des"])
        for name in ("body", "out_trade_no", "total_fee", "spbill_create_ip", "notify_url", "trade_type",
                     "trade_scene", "scene_info"):
            self.refused("LACK_PARAMS", PAY, self.ride(**{name: None}), ACCOUNT)
        for name, value in (("trade_type", "JSAPI"), ("trade_scene", "TAXI"), ("scene_info", "["),
                            ("total_fee", "0"), ("spbill_create_ip", "10.1"), ("qrcode", "x")):
            self.refused("INVALID_REQUEST", PAY, self.ride(**{name: value}), ACCOUNT)

    def test_one_digest_and_one_merchant(self):
        self.assertEqual(self.secure(PAY, self.ride(), ACCOUNT, digest="md5"),
                         {"return_code": "FAIL", "return_msg": "签名错误"})
        self.refused("NOAUTH", PAY, self.ride())
        self.refused("NOAUTH", "/pay/orderquery", {"out_trade_no": self.new_number()}, ACCOUNT)
        self.refused("ORDERNOTEXIST", QUERY, {"out_trade_no": self.new_number()}, ACCOUNT)

    def test_refunds_are_v2s(self):
        ride = self.deduct()
        self.pay(ride["out_trade_no"], account=ACCOUNT)
        refund = {"out_trade_no": ride["out_trade_no"], "out_refund_no": "R1", "total_fee": 180, "refund_fee": 180}
        self.assertEqual(self.accepted("/secapi/pay/refund", refund, ACCOUNT)["refund_fee"], "180")
        self.refused("CERT_ERROR", "/secapi/pay/refund", refund, ACCOUNT, certificate="wechat-v2-md5")
        self.assertEqual(self.accepted("/pay/refundquery", {"out_refund_no": "R1"}, ACCOUNT)["refund_status_0"],
                         "PROCESSING")
        self.assertEqual(self.query(ride)["trade_state"], "REFUND")

    def test_faults_are_armed_by_the_name_of_the_interface(self):
        ride = self.deduct()
        self.program.fault("transit-v2", "query", "no-signature")
        self.assertNotIn("sign", self.secure(QUERY, {"out_trade_no": ride["out_trade_no"]}, ACCOUNT))
        self.program.fault("transit-v2", "notify", "wrong-amount")
        self.merchant.answer = (200, SUCCESS)
        self.pay(ride["out_trade_no"], account=ACCOUNT)
        self.assertEqual(from_xml(self.merchant.wait(1)[0][1])["total_fee"], "181")


class Users(TransitTest):
    def state(self, contract):
        return self.accepted(USER, {"contract_id": contract, "openid": "o1"}, ACCOUNT)

    def set(self, **more):
        return self.program.control("user", dict({"account": ACCOUNT, "contract_id": "C1", "state": "BLOCKED"}, **more))

    def test_who_may_ride(self):
        self.assertEqual((self.state("C7")["user_state"], self.state("C7")["contract_state"]), ("NORMAL", "0"))
        for state in ("BLOCKED", "OVERDUE"):
            self.assertEqual(self.set(contract_id="C8", state=state).status, 200)
            self.assertEqual(self.state("C8")["user_state"], state)
            self.refused("USER_NOT_ALLOWED", PAY, self.ride(contract_id="C8"), ACCOUNT)
        self.set(contract_id="C8", state="NORMAL")
        self.deduct(contract_id="C8")

    def test_members_and_commands(self):
        self.refused("LACK_PARAMS", USER, {"openid": "o1"}, ACCOUNT)
        self.refused("LACK_PARAMS", USER, {"contract_id": "C1"}, ACCOUNT)
        self.assertEqual([self.set(**more).status for more in ({"state": "HAPPY"}, {"state": None},
                                                               {"contract_id": ""}, {"account": "transit"})],
                         [400, 400, 400, 404])


if __name__ == "__main__":
    unittest.main()
