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


def tell_refund(refund):
    amount, total = refund.props.amount, refund.props.total
    return {
        'out_refund_no': refund.props.out_refund_no,
        'refund_id': refund.props.refund_id,
        'out_trade_no': refund.props.out_trade_no,
        'transaction_id': refund.props.transaction_id,
        'state': refund.props.state.value_nick,
        'amount': amount and [amount.get_minor(), amount.get_currency()],
        'total': total and [total.get_minor(), total.get_currency()],
        'authenticated': refund.props.authenticated,
    }


def tell_receipt(receipt):
    notification = receipt.get_notification()
    if notification is None:
        return {'error': {'code': receipt.get_failure_code().value_nick, 'message': receipt.get_failure_message()}}
    payment, refund = notification.get_payment(), notification.get_refund()
    return {
        'account': notification.get_account(),
        **({'payment': tell_payment(payment)} if payment else {'refund': tell_refund(refund)}),
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

    def close(self, asked):
        ref = Minipay.PaymentRef.new(asked['out_trade_no'])
        return {'payment': tell_payment(self._client.get_account(asked['account']).close_payment(ref))}

    def refund(self, asked):
        wish = dict(asked['refund'])
        request = Minipay.RefundRequest(**{**wish, 'amount': Minipay.Money(*wish['amount'])})
        return {'refund': tell_refund(self._client.get_account(asked['account']).refund(request))}

    def query_refund(self, asked):
        ref = Minipay.RefundRef.new(asked['out_refund_no'])
        return {'refund': tell_refund(self._client.get_account(asked['account']).query_refund(ref))}

    def bill(self, asked):
        request = Minipay.BillRequest.new(Minipay.BillKind.TRADE, asked['date'], asked['path'])
        bill = self._client.get_account(asked['account']).download_bill(request)
        return {'path': bill.props.path, 'size': bill.props.size, 'authenticated': bill.props.authenticated}

    def notify_url(self, asked):
        return {'url': self._listener.dup_url(asked['account'])}

    def receipts(self, _):
        taken, self._receipts = self._receipts, []
        return {'receipts': taken}

    def answer(self, asked):
        return self.ANSWERS[asked['do']](self, asked)

    ANSWERS = {
        'create': create,
        'query': query,
        'close': close,
        'refund': refund,
        'query-refund': query_refund,
        'bill': bill,
        'notify-url': notify_url,
        'receipts': receipts,
    }

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
