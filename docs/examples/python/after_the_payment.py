#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""After a payment: ask what was paid, give a part back, and find both in the bill of the day.

    python3 after_the_payment.py shop.conf ACCOUNT OUT_TRADE_NO [DAY]
"""

import asyncio
import datetime
import os
import sys
import tempfile

import gi

gi.require_version('Minipay', '1.0')
from gi.repository import GLib, Minipay  # noqa: E402

CHINA = datetime.timezone(datetime.timedelta(hours=8))  # where the gateway's day begins
MAYBE_REFUNDED = (Minipay.Error.OUTCOME_UNKNOWN, Minipay.Error.CONFLICT)


async def give_back(account, payment, amount):
    request = Minipay.RefundRequest(
        # One number for ever: keep it with your order before you use it, and a repeat gives back nothing more.
        out_refund_no=f'{payment.props.out_trade_no}R1'[-32:],
        out_trade_no=payment.props.out_trade_no,
        amount=amount,
        total=payment.props.total,  # many gateways want to hear again what was ordered
        reason='one cup was cold',
    )
    try:
        return await account.refund_async(request)
    except GLib.Error as error:
        if not any(error.matches(Minipay.Error.quark(), code) for code in MAYBE_REFUNDED):
            raise
        # The money may be on its way. A new number could give it back twice: ask about this one.
        print('asking about the refund:', error.message, file=sys.stderr)
        return await account.query_refund_async(Minipay.RefundRef.new(request.props.out_refund_no))


async def print_bill(account, day, out_trade_no):
    with tempfile.TemporaryDirectory() as folder:  # readable for nobody else, as the bill's folder must be
        request = Minipay.BillRequest(kind=Minipay.BillKind.TRADE, date=day, path=os.path.join(folder, 'bill.csv'))
        bill = await account.download_bill_async(request)
        print(f'bill of {day}: {bill.props.size} bytes')
        for row in Minipay.BillReader.new(bill.props.path):  # one row at a time, however large it is
            if not row.is_summary() and row['商户订单号'] == out_trade_no:
                paid = row.dup_money('订单金额', 'CNY')
                print(f'line {row.get_line()}: {row["交易状态"]}, order {out_trade_no} of {paid}')


async def main(config, name, out_trade_no, day=None):
    account = Minipay.Client.new_from_file(config).get_account(name)
    payment = await account.query_payment_async(Minipay.PaymentRef.new(out_trade_no))
    if payment.props.state != Minipay.PaymentState.PAID:
        sys.exit(f'nothing to give back: the order is {payment.props.state.value_nick}')
    print(f'paid: {payment.props.total or "as ordered"}, transaction {payment.props.transaction_id}')

    refund = await give_back(account, payment, Minipay.Money(500, 'CNY'))
    # pending is what a good answer says: the money arrives later, and a notification or another query tells of it
    print(f'refund {refund.props.out_refund_no} of {refund.props.amount}: {refund.props.state.value_nick}')

    # A live gateway has yesterday's bill in the morning.
    await print_bill(account, day or datetime.datetime.now(CHINA).date().isoformat(), out_trade_no)


if __name__ == '__main__':
    if len(sys.argv) < 4:
        sys.exit(f'usage: {sys.argv[0]} CONFIG ACCOUNT OUT_TRADE_NO [DAY]')
    try:
        asyncio.run(main(*sys.argv[1:5]))
    except GLib.Error as error:
        sys.exit(f'not done: {error.message}')
