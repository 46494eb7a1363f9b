#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A first payment: create an order, hand its parameters to the buyer's page, ask until it is paid.

    python3 first_payment.py shop.conf [ACCOUNT]
"""

import asyncio
import random
import sys
import time

import gi

gi.require_version('Minipay', '1.0')
from gi.repository import GLib, Minipay  # noqa: E402

ASK_EVERY_S = 0.5
GIVE_UP_AFTER_S = 20
MAYBE_CREATED = (Minipay.Error.OUTCOME_UNKNOWN, Minipay.Error.CONFLICT)


def make_out_trade_no():
    # 18 to 32 letters and digits suit every gateway. Keep the number with your own order before you use it.
    return time.strftime('T%Y%m%d%H%M%S', time.gmtime()) + f'{random.randrange(10**9):09}'


def make_order(account):
    return Minipay.Order(
        out_trade_no=make_out_trade_no(),
        total=Minipay.Money(1990, 'CNY'),  # in fen; a float is refused
        subject='green tea',
        method=Minipay.Method.MINI_PROGRAM,
        wallet=Minipay.Wallet.WECHAT,
        payer='oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',  # the buyer's openid
        notify_url=f'http://127.0.0.1:8080/notify/{account}',  # a live account needs a public https address
    )


async def wait_until_paid(account, order):
    ref = Minipay.PaymentRef.new(order.props.out_trade_no)
    give_up_at = time.monotonic() + GIVE_UP_AFTER_S
    while time.monotonic() < give_up_at:
        try:
            payment = await account.query_payment_async(ref)
        except GLib.Error as error:
            print('no answer:', error.message, file=sys.stderr)  # which says nothing about the money: ask again
        else:
            state = payment.props.state
            if state == Minipay.PaymentState.PAID:
                return payment
            if state in (Minipay.PaymentState.CLOSED, Minipay.PaymentState.FAILED):
                sys.exit('not paid, and never will be')
        await asyncio.sleep(ASK_EVERY_S)
    sys.exit('not paid yet')


async def main(config, name='weidoufu'):
    client = Minipay.Client.new_from_file(config)
    account = client.get_account(name)
    order = make_order(name)

    try:
        checkout = await account.create_payment_async(order)
        print("for the buyer's page:", checkout.to_json())
    except GLib.Error as error:
        if not any(error.matches(Minipay.Error.quark(), code) for code in MAYBE_CREATED):
            raise
        # The gateway may have the order. A new number could make the buyer pay twice: ask about this one.
        print('asking about the order:', error.message, file=sys.stderr)

    payment = await wait_until_paid(account, order)
    # not every gateway repeats the amount; what it says was compared with the order already
    print(f'paid: {order.props.total}, order {order.props.out_trade_no}, transaction {payment.props.transaction_id}')
    if not payment.props.authenticated:
        print('this gateway does not sign its answers: deliver the goods on its signed notification')


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(f'usage: {sys.argv[0]} CONFIG [ACCOUNT]')
    try:
        asyncio.run(main(*sys.argv[1:3]))
    except GLib.Error as error:
        sys.exit(f'no order: {error.message}')
