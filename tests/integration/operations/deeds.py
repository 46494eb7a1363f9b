# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every operation made ready to be done once: what it needs exists, and what it changes can be looked up."""

import os
import threading
import time

from gi.repository import Gio, GLib

import scenes
from shop import Minipay, OPENID, mode_of, new_number, params


class Deed:
    """run() does it. An acting one changes something, which truth() tells from the sandbox's own books: before, and
    after it was done once. kind and number say where the journal has it; wire is what numbers it in the sandbox's
    list of requests; refuse() is the same operation as the gateway itself refuses it."""

    def __init__(self, run, *, acts=False, before=None, after=None, truth=None, kind=None, number=None, wire=None,
                 wire_number=None, refuse=None, ref=None):
        self.run, self.acts, self.before, self.after, self.truth = run, acts, before, after, truth
        self.kind, self.number, self.wire, self.refuse, self.ref = kind, number, wire, refuse, ref
        self.wire_number = wire_number or (number and number.split('/')[-1])


class Workshop:
    """Makes the deeds of one account; run() is given the account that shall do it, which may be another client's."""

    def __init__(self, shop, name):
        self.shop, self.name = shop, name
        self.account = shop.client.get_account(name)
        self.provider = self.account.get_provider()
        self.mode = mode_of(shop.config['account ' + name])

    def make(self, operation):
        """Of an operation that nobody wrote down here: None."""
        build = CALLS.get((self.provider, self.mode, operation)) or CALLS.get((self.provider, operation)) or \
            COMMON.get(operation)
        return build(self) if build else None

    # steps

    def order(self, *way, **fields):
        return scenes.make_order(self.shop, self.account, *way, **fields)

    def created(self, *way, **fields):
        order = self.order(*way, **fields)
        self.account.create_payment(order)
        return order

    def paid(self, *way, **fields):
        order = self.created(*way, **fields)
        self.shop.control('pay', account=self.name, out_trade_no=order.props.out_trade_no)
        return order

    def books(self, order):
        return self.shop.books(self.name, order.props.out_trade_no)

    def state(self, order):
        try:
            return self.books(order)['state']
        except AssertionError:
            return None

    def call(self, operation, /, **values):
        return self.account.call(operation, params(values)).get_values().unpack()

    def asking(self, operation, /, **values):
        return Deed(lambda account: account.call(operation, params(values)))

    def acting(self, operation, number, truth, before, after, /, **values):
        return Deed(lambda account: account.call(operation, params(values)), acts=True, truth=truth, before=before,
                    after=after, kind=Minipay.IntentKind.CALL, number='%s/%s' % (operation, number), wire='number')


UNNUMBERED = {('weidoufu', 'refund')}


def ref(order):
    return Minipay.PaymentRef.new(order.props.out_trade_no)


def create(work):
    order = work.order()
    return Deed(lambda account: account.create_payment(order), acts=True, truth=lambda: work.state(order),
                before=None, after='open', kind=Minipay.IntentKind.PAYMENT, number=order.props.out_trade_no,
                wire='out_trade_no', ref=ref(order))


def aggregator_create(work):
    order = work.order(extras={'url': None})  # the configuration's instead
    return Deed(lambda account: account.create_payment(order), acts=True, truth=lambda: work.state(order),
                before='open', after='open', kind=Minipay.IntentKind.PAYMENT, number=order.props.out_trade_no,
                wire='out_trade_no')


def query(work):
    order = work.paid()
    return Deed(lambda account: account.query_payment(ref(order)),
                refuse=lambda account: account.query_payment(Minipay.PaymentRef.new(new_number())))


def close(work):
    order = work.created()
    return Deed(lambda account: account.close_payment(ref(order)), acts=True, truth=lambda: work.state(order),
                before='open', after='closed', wire='out_trade_no',
                refuse=lambda account: account.close_payment(Minipay.PaymentRef.new(new_number())))


def waiting_code(work):
    """An order by payment code that the buyer has yet to confirm: whoever asked for it gave up waiting."""
    order = work.order('code', 'wechat', extras={'auth_code': scenes.CODE_WAITS})
    patient = work.shop.new_client([work.name], {'code-interval-ms': '10000', 'code-patience-ms': '20000'})
    cancellable = Gio.Cancellable()

    def ask():
        try:
            patient.get_account(work.name).create_payment(order, cancellable)
        except GLib.Error:
            pass  # that it is not known what became of it
    asking = threading.Thread(target=ask)
    asking.start()
    while asking.is_alive() and work.state(order) is None:
        time.sleep(0.01)
    time.sleep(0.05)  # for the answer
    cancellable.cancel()
    asking.join()
    return order


def reverse(work):
    order = waiting_code(work)
    return Deed(lambda account: account.reverse_payment(ref(order)), acts=True, truth=lambda: work.state(order),
                before='waiting', after='reversed', wire='out_trade_no',
                refuse=lambda account: account.reverse_payment(Minipay.PaymentRef.new(new_number())))


def refund(work):
    order, unpaid, number = work.paid(), work.created(), new_number('R')
    # a gateway that numbers no refunds is told the order alone
    is_numbered = (work.provider, 'refund') not in UNNUMBERED
    return Deed(lambda account: account.refund(scenes.new_refund(account, order, number, 300)), acts=True,
                truth=lambda: work.books(order)['refunded'], before=0, after=300,
                kind=Minipay.IntentKind.REFUND, number=number, wire='out_refund_no' if is_numbered else 'out_trade_no',
                wire_number=number if is_numbered else order.props.out_trade_no,
                refuse=lambda account: account.refund(scenes.new_refund(account, unpaid, new_number('R'), 300)))


def query_refund(work):
    order, number = work.paid(), new_number('R')
    work.account.refund(scenes.new_refund(work.account, order, number, 300))
    return Deed(lambda account: account.query_refund(Minipay.RefundRef.new(number)),
                refuse=lambda account: account.query_refund(Minipay.RefundRef.new(new_number('R'))))


def download_bill(work):
    path = work.shop.path(new_number('B') + '.csv')

    def run(account):
        request = Minipay.BillRequest.new(Minipay.BillKind.TRADE, scenes.today(), path)
        try:
            return account.download_bill(request)
        finally:
            # whatever went wrong leaves nothing that looks like a bill
            run.left = os.path.exists(path)
    return Deed(run)


COMMON = {
    'create': create, 'query': query, 'close': close, 'reverse': reverse, 'refund': refund,
    'query-refund': query_refund, 'download-bill': download_bill,
}


# WeChat Pay V2's shares


RECEIVER = {'type': 'MERCHANT_ID', 'account': scenes.SHOP_ACCOUNT}


def v2_frozen(work):
    order = work.paid(extras={'profit_sharing': 'Y'})
    work.call('profit-sharing-add-receiver', receiver=dict(RECEIVER, name='张三的店', relation_type='STORE'))
    return order, work.books(order)['transaction_id']


def v2_parts(amount):
    return [dict(RECEIVER, amount=amount, description='commission')]


def v2_shared(work):
    order, transaction_id = v2_frozen(work)
    number = new_number('S')
    work.call('profit-sharing-multi', transaction_id=transaction_id, out_order_no=number, receivers=v2_parts(100))
    return order, transaction_id, number


def v2_share(operation):
    def build(work):
        order, transaction_id = v2_frozen(work)
        number = new_number('S')
        return work.acting(operation, number, lambda: work.books(order)['shared'], 0, 100,
                           transaction_id=transaction_id, out_order_no=number, receivers=v2_parts(100))
    return build


def v2_finish(work):
    _, transaction_id = v2_frozen(work)
    number = new_number('F')
    return work.acting(
        'profit-sharing-finish', number,
        lambda: int(work.call('profit-sharing-amount', transaction_id=transaction_id)['unsplit_amount']), 1990, 0,
        transaction_id=transaction_id, out_order_no=number, description='done')


def v2_return(work):
    _, _, number = v2_shared(work)
    back = new_number('B')

    def truth():
        try:
            told = work.call('profit-sharing-return-query', out_order_no=number, out_return_no=back)
        except Exception:  # no such return
            return 0
        return int(told['return_amount'])
    return work.acting('profit-sharing-return', back, truth, 0, 60, out_order_no=number, out_return_no=back,
                       return_account_type='MERCHANT_ID', return_account=scenes.SHOP_ACCOUNT, return_amount=60,
                       description='too much')


def v2_return_query(work):
    _, _, number = v2_shared(work)
    back = new_number('B')
    work.call('profit-sharing-return', out_order_no=number, out_return_no=back, return_account_type='MERCHANT_ID',
              return_account=scenes.SHOP_ACCOUNT, return_amount=60, description='too much')
    return work.asking('profit-sharing-return-query', out_order_no=number, out_return_no=back)


def v2_add_receiver(work):
    receiver = dict(RECEIVER, name='张三的店', relation_type='STORE')
    return Deed(lambda account: account.call('profit-sharing-add-receiver', params({'receiver': receiver})), acts=True)


def v2_remove_receiver(work):
    receiver = dict(RECEIVER, account=new_number('')[-10:])
    work.call('profit-sharing-add-receiver', receiver=dict(receiver, name='张三的店', relation_type='STORE'))
    return Deed(lambda account: account.call('profit-sharing-remove-receiver', params({'receiver': receiver})),
                acts=True)


def v2_share_query(work):
    _, transaction_id, number = v2_shared(work)
    return work.asking('profit-sharing-query', transaction_id=transaction_id, out_order_no=number)


def v2_list_refunds(work):
    order = work.paid()
    work.account.refund(scenes.new_refund(work.account, order, new_number('R'), 300))
    return work.asking('list-refunds', out_trade_no=order.props.out_trade_no)


# WeChat Pay V3's shares and abnormal refunds


def v3_frozen(work):
    order = work.paid(extras={'profit_sharing': True})
    work.call('profit-sharing-add-receiver', **RECEIVER, name='张三的店', relation_type='STORE')
    return order, work.books(order)['transaction_id']


def v3_share_of(transaction_id, number):
    return dict(transaction_id=transaction_id, out_order_no=number, unfreeze_unsplit=False, receivers=v2_parts(100))


def v3_shared(work):
    order, transaction_id = v3_frozen(work)
    number = new_number('S')
    work.call('profit-sharing', **v3_share_of(transaction_id, number))
    return order, transaction_id, number


def v3_share(work):
    order, transaction_id = v3_frozen(work)
    number = new_number('S')
    return work.acting('profit-sharing', number, lambda: work.books(order)['shared'], 0, 100,
                       **v3_share_of(transaction_id, number))


def v3_finish(work):
    _, transaction_id = v3_frozen(work)
    number = new_number('F')
    return work.acting(
        'profit-sharing-finish', number,
        lambda: work.call('profit-sharing-amount', transaction_id=transaction_id)['unsplit_amount'], 1990, 0,
        transaction_id=transaction_id, out_order_no=number, description='done')


def v3_return_of(number, back):
    return dict(out_order_no=number, out_return_no=back, return_mchid=scenes.SHOP_ACCOUNT, amount=60,
                description='too much')


def v3_return(work):
    _, _, number = v3_shared(work)
    back = new_number('B')

    def truth():
        try:
            return work.call('profit-sharing-return-query', out_order_no=number, out_return_no=back)['amount']
        except GLib.Error:  # no such return
            return 0
    return work.acting('profit-sharing-return', back, truth, 0, 60, **v3_return_of(number, back))


def v3_return_query(work):
    _, _, number = v3_shared(work)
    back = new_number('B')
    work.call('profit-sharing-return', **v3_return_of(number, back))
    return work.asking('profit-sharing-return-query', out_order_no=number, out_return_no=back)


def v3_share_query(work):
    _, transaction_id, number = v3_shared(work)
    return work.asking('profit-sharing-query', transaction_id=transaction_id, out_order_no=number)


def v3_add_receiver(work):
    values = dict(RECEIVER, name='张三的店', relation_type='STORE')
    return Deed(lambda account: account.call('profit-sharing-add-receiver', params(values)), acts=True)


def v3_remove_receiver(work):
    receiver = dict(RECEIVER, account=new_number('')[-10:])
    work.call('profit-sharing-add-receiver', **receiver, name='张三的店', relation_type='STORE')
    return Deed(lambda account: account.call('profit-sharing-remove-receiver', params(receiver)), acts=True)


def v3_abnormal_refund(work):
    order, number = work.paid(), new_number('R')
    made = work.account.refund(scenes.new_refund(work.account, order, number, 300))
    work.shop.control('refund', account=work.name, out_refund_no=number, result='abnormal')
    query = Minipay.RefundRef.new(number)
    deed = work.acting(
        'abnormal-refund', number, lambda: work.account.query_refund(query).get_state(),
        Minipay.RefundState.ABNORMAL, Minipay.RefundState.PENDING,
        refund_id=made.get_refund_id(), out_refund_no=number, type='MERCHANT_BANK_CARD')
    deed.wire = 'out_refund_no'
    return deed


V2, V3 = 'wechat-v2', 'wechat-v3'

CALLS = {
    (V3, 'abnormal-refund'): v3_abnormal_refund,
    (V3, 'profit-sharing'): v3_share,
    (V3, 'profit-sharing-finish'): v3_finish,
    (V3, 'profit-sharing-query'): v3_share_query,
    (V3, 'profit-sharing-amount'): lambda work: work.asking(
        'profit-sharing-amount', transaction_id=v3_frozen(work)[1]),
    (V3, 'profit-sharing-add-receiver'): v3_add_receiver,
    (V3, 'profit-sharing-remove-receiver'): v3_remove_receiver,
    (V3, 'profit-sharing-return'): v3_return,
    (V3, 'profit-sharing-return-query'): v3_return_query,
    ('wechat-global', 'list-refunds'): v2_list_refunds,
    ('wechat-global', 'settlements'): lambda work: work.asking('settlements', settle_state='SETTLED'),
    ('transit', 'list-refunds'): v2_list_refunds,
    ('transit', 'arrears-users'): lambda work: work.asking('arrears-users', limit=100),
    ('transit', 'jump-data'): lambda work: work.asking('jump-data', path_type=3),
    ('transit', 'v2', 'user-state'): lambda work: work.asking(
        'user-state', contract_id=scenes.CONTRACT, openid=OPENID),
    ('transit', 'v3', 'user-state'): lambda work: work.asking('user-state', contract_id=scenes.CONTRACT),
    ('weidoufu', 'account-query'): lambda work: work.asking('account-query', receiver_code='BK123456'),
    ('showdoc-aggregator', 'plain', 'create'): aggregator_create,
    (V2, 'list-refunds'): v2_list_refunds,
    (V2, 'profit-sharing'): v2_share('profit-sharing'),
    (V2, 'profit-sharing-multi'): v2_share('profit-sharing-multi'),
    (V2, 'profit-sharing-finish'): v2_finish,
    (V2, 'profit-sharing-query'): v2_share_query,
    (V2, 'profit-sharing-amount'): lambda work: work.asking(
        'profit-sharing-amount', transaction_id=v2_frozen(work)[1]),
    (V2, 'profit-sharing-add-receiver'): v2_add_receiver,
    (V2, 'profit-sharing-remove-receiver'): v2_remove_receiver,
    (V2, 'profit-sharing-return'): v2_return,
    (V2, 'profit-sharing-return-query'): v2_return_query,
}
