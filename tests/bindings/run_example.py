# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs one first-payment example, given as a command line, against a sandbox whose buyer pays by himself.

What the example prints is compared with what the sandbox knows: the two share no code.
"""

import configparser
import json
import re
import subprocess
import sys

from sandbox_process import ACCOUNTS, Sandbox

# wx.requestPayment: weixin.qq.com, mini-program API "wx.requestPayment"
WX_PARAMS = {'timeStamp', 'nonceStr', 'package', 'signType', 'paySign'}
PAID = re.compile(r'^paid: 19\.90 CNY, order ([0-9A-Za-z]{18,32}), transaction (\S+)$', re.MULTILINE)
UNSIGNED = 'deliver the goods on its signed notification'


def check(is_so, what, ran):
    if not is_so:
        sys.exit(f'{what}\nstatus {ran.returncode}\n--- stdout\n{ran.stdout}\n--- stderr\n{ran.stderr}')


def run(command, *args):
    return subprocess.run([*command, *args], capture_output=True, text=True, timeout=60)


def check_paid(sandbox, account, ran):
    check(ran.returncode == 0, f'{account}: the example failed', ran)
    paid = PAID.findall(ran.stdout)
    check(len(paid) == 1, f'{account}: not exactly one payment was told', ran)
    out_trade_no, transaction_id = paid[0]
    orders = [o for o in sandbox.get('/sandbox/orders')['orders'] if o['account'] == account]
    check(len(orders) == 1, f'{account}: one purchase made {len(orders)} orders', ran)
    told = {'out_trade_no': out_trade_no, 'total': 1990, 'currency': 'CNY', 'state': 'paid'}
    if account != 'weidoufu':  # which has a number of its own beside the wallet's
        told['transaction_id'] = transaction_id
    known = {name: orders[0][name] for name in told}
    check(told == known, f'{account}: told {told}, the sandbox knows {known}', ran)
    check((UNSIGNED in ran.stdout) == (account == 'weidoufu'), f'{account}: wrong word about the signature', ran)


def check_checkout(sandbox, account, ran):
    lines = re.findall(r"^for the buyer's page: (.*)$", ran.stdout, re.MULTILINE)
    check(len(lines) == 1, f'{account}: no parameters for the page', ran)
    params = json.loads(lines[0])
    check(WX_PARAMS <= set(params), f'{account}: parameters are missing', ran)
    if account.startswith('wechat-v3'):
        config = configparser.ConfigParser(interpolation=None)
        config.read(sandbox.config)
        signed = {**params, 'appId': config[f'account {account}']['appid']}
        check(sandbox.post('/sandbox/check-paysign', **signed)['valid'], f'{account}: paySign is wrong', ran)


def main(command):
    with Sandbox('--pay-after', '200') as sandbox:
        for account in ACCOUNTS:
            ran = run(command, sandbox.config, account)
            check_paid(sandbox, account, ran)
            check_checkout(sandbox, account, ran)
            print(f'ok {account}')

        ran = run(command, sandbox.config, 'nobody')
        check(ran.returncode == 1 and ran.stdout == '' and 'nobody' in ran.stderr,
              'an unknown account was not refused', ran)
        print('ok unknown account')

    # the gateway obeys, but its answer never arrives whole
    for account, gateway in (('weidoufu', 'weidoufu'), ('wechat-v3-public-key', 'wechat-v3')):
        with Sandbox('--pay-after', '200') as sandbox:
            sandbox.fault(gateway, 'create', 'cut', times=20)
            ran = run(command, sandbox.config, account)
            check('asking about the order: ' in ran.stderr, f'{account}: the lost answer was not told', ran)
            check_paid(sandbox, account, ran)
            print(f'ok {account} without an answer')


if __name__ == '__main__':
    main(sys.argv[1:])
