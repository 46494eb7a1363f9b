# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the example of what comes after a payment, given as a command line, on orders paid in a sandbox.

What it prints is compared with what the sandbox knows: the two share no code.
"""

import re
import subprocess
import sys
import time

import gi

gi.require_version('Minipay', '1.0')
from gi.repository import Minipay  # noqa: E402

from sandbox_process import Sandbox  # noqa: E402

ACCOUNT = 'wechat-v2-hmac'
BILLED = re.compile(r'^bill of (\d{4}-\d\d-\d\d): ([1-9]\d*) bytes$', re.MULTILINE)


def check(is_so, what, ran):
    if not is_so:
        sys.exit(f'{what}\nstatus {ran.returncode}\n--- stdout\n{ran.stdout}\n--- stderr\n{ran.stderr}')


def run(command, *args):
    return subprocess.run([*command, *args], capture_output=True, text=True, timeout=60)


def order(sandbox, is_paid):
    number = f'T{time.time_ns()}'
    account = Minipay.Client.new_from_file(sandbox.config).get_account(ACCOUNT)
    account.create_payment(Minipay.Order(
        out_trade_no=number, total=Minipay.Money(1990, 'CNY'), subject='green tea', client_ip='127.0.0.1',
        method=Minipay.Method.MINI_PROGRAM, payer='oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
        notify_url=f'http://127.0.0.1:9/notify/{ACCOUNT}'))
    if is_paid:
        sandbox.post('/sandbox/pay', account=ACCOUNT, out_trade_no=number)
    return number


def check_done(sandbox, number, ran):
    check(ran.returncode == 0, 'the example failed', ran)
    known = sandbox.get(f'/sandbox/orders/{number}?account={ACCOUNT}')
    check(f'paid: 19.90 CNY, transaction {known["transaction_id"]}\n' in ran.stdout, 'not what was paid', ran)
    check(f'refund {number}R1 of 5.00 CNY: pending\n' in ran.stdout, 'not what was given back', ran)
    refunds = {call['out_refund_no'] for call in sandbox.get('/sandbox/requests')['requests']
               if call['operation'] == 'refund' and call['out_trade_no'] == number}
    check(refunds == {f'{number}R1'}, f'refunds {refunds}', ran)
    check(BILLED.search(ran.stdout) is not None, 'no bill', ran)
    # the payment and, in another row, its refund
    check(len(re.findall(rf'^line \d+: \w+, order {number} of 19\.90 CNY$', ran.stdout, re.MULTILINE)) >= 1,
          'the order is not in the bill', ran)


def main(command):
    with Sandbox() as sandbox:
        number = order(sandbox, True)
        check_done(sandbox, number, run(command, sandbox.config, ACCOUNT, number))
        ran = run(command, sandbox.config, ACCOUNT, number)
        check(ran.returncode == 1 and ran.stdout == '' and 'the order is refunded' in ran.stderr,
              'it did not see that a part was given back before', ran)
        print('ok a part given back')

        number = order(sandbox, True)
        sandbox.fault('wechat-v2', 'refund', 'cut', times=20)
        ran = run(command, sandbox.config, ACCOUNT, number)
        check('asking about the refund: ' in ran.stderr, 'the lost answer was not told', ran)
        check_done(sandbox, number, ran)
        print('ok a part given back without an answer')

        ran = run(command, sandbox.config, ACCOUNT, order(sandbox, False))
        check(ran.returncode == 1 and ran.stdout == '' and 'the order is pending' in ran.stderr,
              'an unpaid order was not left alone', ran)
        print('ok an unpaid order')


if __name__ == '__main__':
    main(sys.argv[1:])
