# SPDX-License-Identifier: LGPL-2.1-or-later
"""A merchant that uses minipay, for tests in other languages.

    merchant.py CONFIG

Reads one JSON object a line from standard input and answers each with one line; ends with standard input. Meanwhile a
listener on a port of its own takes notifications, and keeps what was judged of them until it is asked.
"""

import json
import sys
import threading

import gi

gi.require_version('Minipay', '1.0')
from gi.repository import GLib, Minipay  # noqa: E402

METHODS = {'mini-program': Minipay.Method.MINI_PROGRAM, 'jsapi': Minipay.Method.JSAPI}
RUNTIMES = {'mini-program': Minipay.Runtime.WX, 'jsapi': Minipay.Runtime.JSBRIDGE}


def tell_error(error):
    if not error.matches(Minipay.Error.quark(), error.code):
        raise error
    return {'error': {'code': Minipay.Error(error.code).value_nick, 'message': error.message}}


def tell_payment(payment):
    total = payment.props.total
    return {
        'out_trade_no': payment.props.out_trade_no,
        'transaction_id': payment.props.transaction_id,
        'state': payment.props.state.value_nick,
        'total': total and [total.get_minor(), total.get_currency()],
        'payer': payment.props.payer,
        'attach': payment.props.attach,
        'authenticated': payment.props.authenticated,
    }


def tell_receipt(receipt):
    notification = receipt.get_notification()
    if notification is None:
        return {'error': {'code': receipt.get_failure_code().value_nick, 'message': receipt.get_failure_message()}}
    return {
        'account': notification.get_account(),
        'payment': tell_payment(notification.get_payment()),
        'unmatched': notification.get_unmatched(),
        'duplicate': notification.get_duplicate(),
    }


class Merchant:
    def __init__(self, config):
        self._client = Minipay.Client.new_from_file(config)
        self._receipts = []
        self._listener = Minipay.Listener.new(self._client)
        self._listener.connect('received', lambda _, receipt: self._receipts.append(tell_receipt(receipt)))
        self._listener.listen(0)

    def create(self, asked):
        order = dict(asked['order'])
        method = order.pop('method')
        checkout = self._client.get_account(asked['account']).create_payment(Minipay.Order(**{
            **order,
            'total': Minipay.Money(*order['total']),
            'method': METHODS[method],
            'wallet': Minipay.Wallet.WECHAT,
        }))
        return {'params': dict(checkout.dup_params(RUNTIMES[method]))}

    def query(self, asked):
        ref = Minipay.PaymentRef.new(asked['out_trade_no'])
        return {'payment': tell_payment(self._client.get_account(asked['account']).query_payment(ref))}

    def answer(self, asked):
        if asked['do'] == 'create':
            return self.create(asked)
        if asked['do'] == 'query':
            return self.query(asked)
        if asked['do'] == 'notify-url':
            return {'url': self._listener.dup_url(asked['account'])}
        if asked['do'] == 'receipts':
            taken, self._receipts = self._receipts, []
            return {'receipts': taken}
        raise ValueError(asked['do'])

    def serve(self, loop):
        print(json.dumps({'ready': True}), flush=True)
        try:
            for line in sys.stdin:
                try:
                    told = self.answer(json.loads(line))
                except GLib.Error as error:
                    told = tell_error(error)
                print(json.dumps(told), flush=True)
        finally:
            loop.quit()


def main(config):
    loop = GLib.MainLoop()
    merchant = Merchant(config)
    # the listener lives in this thread's loop: what blocks goes to another
    thread = threading.Thread(target=merchant.serve, args=[loop])
    thread.start()
    loop.run()
    thread.join()


if __name__ == '__main__':
    main(*sys.argv[1:])
