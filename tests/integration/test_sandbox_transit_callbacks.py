# SPDX-License-Identifier: LGPL-2.1-or-later
"""The sandbox's transit beyond deductions: the platform's other messages, and the calls about riders."""

import base64
import json
import os
import unittest

from test_sandbox_transit import RIDE, TransitTest as DeductionTest, encrypt

ARREARS = "/intp/transitarrears"
JUMP = "/intp/transportcode/getbusinessview"
CARD = "3104000000000001"


class TransitTest(DeductionTest):
    def sealed(self, value):
        iv = os.urandom(16)
        plain = value if isinstance(value, bytes) else json.dumps(value).encode()
        return {"encrypted_data": base64.b64encode(encrypt(plain, self.text("transit-aes-key"), iv)).decode(),
                "iv": base64.b64encode(iv).decode()}

    def answer_with(self, **more):
        def answer(body):
            return 200, json.dumps(dict({"errcode": 0, "nonce_str": json.loads(body)["nonce_str"]}, **more)).encode()
        self.merchant.answer = answer

    def callback(self, kind, status=200, **more):
        answer = self.program.control("transit-callback", dict({"account": "transit", "kind": kind}, **more))
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()

    def told(self):
        return self.opened(json.loads(self.merchant.wait(1)[-1][1]))

    def target(self, path):
        return "%s?access_token=%s" % (path, self.text("transit-access-token"))

    def failed(self, code=RIDE, fee=180):
        deduction = self.accepted(qrcode=code, total_fee=fee, original_fee=fee)
        self.pay(deduction["out_order_no"], account="transit", result="FAIL")
        self.merchant.pushes = []
        return deduction["out_order_no"]

    def debtors(self, start="", limit=10000):
        answer = self.call({"start_openid": start, "limit": limit}, target=self.target(ARREARS))
        self.assertEqual((answer["errcode"], answer["errmsg"]), (0, "ok"))
        return answer["list"]


class Callbacks(TransitTest):
    def test_create_code_asks_for_the_data_of_a_code(self):
        data = base64.b64encode(b"fields 1 to 15").decode()
        self.answer_with(**self.sealed({"base64_svr_data": data}))
        for member in ("idcard_id", "card_id"):
            self.merchant.pushes = []
            answer = self.callback("create-code", openid="oRider", card=CARD, card_member=member)
            self.assertEqual((answer["notified"], answer["issue"], answer["opened"]),
                             (True, None, {"base64_svr_data": data}))
            told = self.told()
            self.assertEqual((set(told), told["openid"], told[member]),
                             ({"openid", member, "user_public_key"}, "oRider", CARD))
            self.assertRegex(told["user_public_key"], "^04[0-9A-F]{128}$")

    def test_answer_that_seals_nothing_or_another_thing_is_no_code(self):
        good = self.sealed({"base64_svr_data": "QUJD"})
        for more in ({}, {"encrypted_data": good["encrypted_data"]}, dict(good, iv="AAAA"),
                     dict(good, encrypted_data=good["encrypted_data"][:-4]),
                     self.sealed({"base64_svr_data": "no base64"}),
                     self.sealed({"cardid": CARD}), self.sealed([]), self.sealed(b"text")):
            self.answer_with(**more)
            answer = self.callback("create-code")
            self.assertEqual((answer["notified"], answer["opened"]), (False, None), more)
            self.assertIn("open", answer["issue"])

    def test_registration_is_answered_with_the_card(self):
        for member in ("cardid", "card_id"):
            self.merchant.pushes = []
            self.answer_with(**self.sealed({member: CARD}))
            answer = self.callback("registration-contract", openid="oRider")
            self.assertEqual((answer["notified"], answer["opened"]), (True, {member: CARD}))
            self.assertEqual(self.told(), {"openid": "oRider"})

    def test_cancellation_names_the_rider(self):
        self.assertTrue(self.callback("cancellation", openid="oRider", card=CARD)["notified"])
        self.assertEqual(self.told(), {"openid": "oRider", "cardid": CARD})

    def test_contract_status_is_0_or_1(self):
        for status, good in ((0, True), (1, True), (2, False), ("0", False), (None, False)):
            self.answer_with(**({} if status is None else {"status": status}))
            self.assertEqual(self.callback("contract-status", openid="oRider")["notified"], good, status)
        self.merchant.pushes = []
        self.callback("contract-status", card=CARD)
        self.assertEqual(self.told(), {"cardid": CARD})

    def test_refusal_is_none_of_an_answer(self):
        good = self.sealed({"cardid": CARD})
        for answer in ((500, b"{}"), (200, b"{}"), (200, b"no json")):
            self.merchant.answer = answer
            self.assertFalse(self.callback("registration-contract")["notified"])
        self.answer_with(nonce_str="another", **good)
        self.assertFalse(self.callback("registration-contract")["notified"])
        self.answer_with(errcode=1, **good)
        self.assertFalse(self.callback("registration-contract")["notified"])

    def test_kind_may_have_an_address_of_its_own(self):
        registered = {"account": "transit", "kind": "cancellation", "notify_url": self.merchant.url("/cancel")}
        self.assertEqual(self.program.control("transit", registered).status, 200)
        self.assertTrue(self.callback("cancellation")["notified"])
        self.assertTrue(self.program.logged("/cancel"))
        self.program.control("transit", dict(registered, notify_url=self.merchant.url("/transit")))

    def test_commands_that_say_nothing(self):
        self.callback("birthday", status=400)
        self.callback("cancellation", status=404, account="weidoufu")
        self.callback("create-code", status=400, card_member="card")
        for orders in (None, [], ["nobody"], [7], "text"):
            self.callback("payment-in-arrears", status=400, orders=orders)
        for more in ({"kind": "birthday"}, {"operation": "create"}, {"operation": "create", "path": "/elsewhere"},
                     {"operation": "refund", "path": "/intp/x"}):
            command = dict({"account": "transit", "notify_url": self.merchant.url("/transit")}, **more)
            self.assertEqual(self.program.control("transit", command).status, 400, more)

    def test_bad_frames(self):
        for kind in ("bad-signature", "no-signature", "bad-padding"):
            self.merchant.pushes = []
            self.program.fault("transit", "notify", kind)
            self.callback("cancellation")
            frame = json.loads(self.merchant.wait(1)[0][1])
            with self.assertRaises((AssertionError, KeyError, ValueError)):
                self.opened(frame)


class Arrears(TransitTest):
    def test_debts_are_listed_by_rider_and_paid_together(self):
        before = len(self.debtors())
        code = base64.b64encode(os.urandom(24)).decode()
        numbers = [self.failed(code, 150), self.failed(code, 250)]
        other = self.failed(base64.b64encode(os.urandom(24)).decode(), 100)
        listed = self.debtors()
        self.assertEqual(len(listed), before + 2)
        mine = next(one for one in listed if one["fee"] == 400)
        self.assertEqual(set(mine), {"openid", "fee", "create_time", "out_user_id"})
        self.assertRegex(mine["create_time"], "^[0-9]{14}$")
        answer = self.callback("payment-in-arrears", orders=numbers)
        self.assertTrue(answer["notified"])
        told = self.told()
        self.assertEqual(set(told), {"out_user_id", "openid", "bank_type", "total_fee", "transaction_id", "time_end",
                                     "repay_no", "order_no", "order"})
        self.assertEqual((told["openid"], told["out_user_id"], told["total_fee"]),
                         (mine["openid"], mine["out_user_id"], 400))
        self.assertEqual([one["out_order_no"] for one in told["order"]], numbers)
        self.assertEqual([one["attach"] for one in told["order"]], numbers)
        self.assertEqual([one["order_no"] for one in told["order"]], told["order_no"])
        self.assertEqual({one["base64_qrcode"] for one in told["order"]}, {code})
        self.assertEqual(len(self.debtors()), before + 1)
        self.callback("payment-in-arrears", status=400, orders=numbers)
        self.callback("payment-in-arrears", status=400, orders=[other, numbers[0]])

    def test_debts_of_two_riders_are_not_paid_together(self):
        pair = [self.failed(base64.b64encode(os.urandom(24)).decode()) for _ in range(2)]
        self.callback("payment-in-arrears", status=400, orders=pair)

    def test_paid_ride_is_no_debt(self):
        deduction = self.accepted()
        self.pay(deduction["out_order_no"], account="transit")
        self.callback("payment-in-arrears", status=400, orders=[deduction["out_order_no"]])

    def test_list_goes_on_behind_the_last_rider(self):
        for _ in range(3):
            self.failed(base64.b64encode(os.urandom(24)).decode())
        every = [one["openid"] for one in self.debtors()]
        self.assertEqual(every, sorted(every))
        paged, start = [], ""
        while True:
            page = self.debtors(start, 2)
            paged += [one["openid"] for one in page]
            if not page:
                break
            start = paged[-1]
        self.assertEqual(paged, every)

    def test_question_is_checked(self):
        for question in ({}, {"start_openid": ""}, {"limit": 1}, {"start_openid": "", "limit": 0},
                         {"start_openid": "", "limit": 10001}, {"start_openid": "", "limit": "1"},
                         {"start_openid": None, "limit": 1}, {"start_openid": "", "limit": 1, "more": 1}):
            self.assert_refused(self.call(question, target=self.target(ARREARS)), 40097)
        self.assert_refused(self.call({"start_openid": "", "limit": 1}, target=ARREARS), 40001)

    def test_lying_list(self):
        self.failed(base64.b64encode(os.urandom(24)).decode(), 100)
        good = [one["fee"] for one in self.debtors()]
        self.program.fault("transit", "arrears-users", "wrong-amount")
        self.assertEqual([one["fee"] for one in self.debtors()], [fee + 1 for fee in good])


class Jump(TransitTest):
    def test_jump_data_is_what_the_client_passes_on(self):
        for path_type in (0, 6):
            answer = self.call({"path_type": path_type}, target=self.target(JUMP))
            self.assertEqual(set(answer), {"errcode", "errmsg", "business_type", "query_string", "expire_at"})
            self.assertEqual(answer["errcode"], 0)
            self.assertIn("path_type=%d&" % path_type, answer["query_string"])
        for question in ({}, {"path_type": 7}, {"path_type": -1}, {"path_type": "1"}, {"path_type": 1, "more": 1}):
            self.assert_refused(self.call(question, target=self.target(JUMP)), 40097)
        self.assert_refused(self.call({"path_type": 1}, target=JUMP + "?access_token=old"), 40001)

    def test_question_may_come_in_a_frame(self):
        frame = self.frame({"path_type": 3})
        answer = self.call(frame, target=JUMP)
        self.assertEqual((answer["errcode"], answer["nonce_str"]), (0, frame["nonce_str"]))

    def test_call_moves_where_the_platform_says(self):
        moved = {"account": "transit", "operation": "jump-data", "path": "/intp/elsewhere"}
        self.assertEqual(self.program.control("transit", moved).status, 200)
        self.assertEqual(self.call({"path_type": 1}, target=self.target("/intp/elsewhere"))["errcode"], 0)
        self.assertEqual(self.send({"path_type": 1}, target=self.target(JUMP)).status, 404)
        self.program.control("transit", dict(moved, path=JUMP))

    def test_system_error(self):
        self.program.fault("transit", "jump-data", "system-error")
        self.assert_refused(self.call({"path_type": 1}, target=self.target(JUMP)), -1)


if __name__ == "__main__":
    unittest.main()
