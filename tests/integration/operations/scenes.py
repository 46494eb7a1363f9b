# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each provider's orders, payments, refunds and shares are made of, as its manifest wants them."""

import datetime
import json

from shop import Minipay, OPENID, manifests, methods_of, mode_of, new_number, params

# A payment code pays at once, or only when /sandbox/pay brings the password, by its last digit.
CODE_AT_ONCE, CODE_WAITS = '134987654321012340', '134987654321012346'

BUYER_IP = '203.0.113.7'

SHOP_ACCOUNT = '1900000109'  # who gets a share


def money(minor, currency='CNY'):
    return Minipay.Money(minor, currency)


def today(form='%Y-%m-%d'):
    """The gateways' day, which is China's."""
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).strftime(form)


def enum(cls, nick):
    return getattr(cls, nick.upper().replace('-', '_'))


# What an order of every provider has besides number, amount, subject, method and wallet.
COMMON = {
    'weidoufu': dict(payer=OPENID, attach='table/7'),
    'wechat-v2': dict(payer=OPENID, attach='table/7', client_ip=BUYER_IP),
    'wechat-v3': dict(payer=OPENID, attach='table/7'),
    'wechat-global': dict(payer=OPENID, attach='table/7'),
    'showdoc-aggregator': dict(),
    'transit': dict(subject='公交代扣'),
}

# What a method wants besides, and None for what it does not take.
METHODS = {
    ('wechat-v2', 'native'): dict(payer=None, extras={'product_id': 'tea-1'}),
    ('wechat-v2', 'app'): dict(payer=None),
    ('wechat-v2', 'h5'): dict(payer=None, extras={'scene_info': json.dumps(
        {'h5_info': {'type': 'Wap', 'wap_url': 'https://tea.example', 'wap_name': 'tea'}})}),
    ('wechat-v2', 'code'): dict(payer=None, notify_url=None, extras={'auth_code': CODE_AT_ONCE}),
}

for provider in ('wechat-v3', 'wechat-global'):
    METHODS[provider, 'native'] = METHODS[provider, 'app'] = dict(payer=None)
    METHODS[provider, 'h5'] = dict(payer=None, client_ip=BUYER_IP)
METHODS['wechat-v3', 'h5']['extras'] = {'h5_type': 'Wap'}
METHODS['wechat-global', 'code'] = dict(payer=None, notify_url=None, client_ip=BUYER_IP,
                                        extras={'auth_code': CODE_AT_ONCE})
for way in ('native', 'h5', 'app', 'code'):
    METHODS['weidoufu', way] = dict(payer=None)
METHODS['weidoufu', 'h5'] = METHODS['weidoufu', 'app'] = dict(payer=None, extras={'appid': 'wxd678efh567hg6787'})
METHODS['weidoufu', 'code'] = dict(payer=None, notify_url=None, extras={'auth_code': CODE_AT_ONCE})

CONTRACT = 'Wx15463511252015071056489715'  # a rider's, with the transit gateways

ALIPAY_CODE = '2812345678901230'

CURRENCY = {'wechat-global': 'HKD'}


def jump(shop, account, values, extras, wallet):
    """The aggregator's order call comes first, and brings the address of ours."""
    values['payer'] = '2088102146225135' if wallet == 'alipay' else OPENID
    told = shop.control('jump', account=account.get_name(), out_trade_no=values['out_trade_no'],
                        total=values['total'].get_minor(), wallet=wallet, notify_url=values.pop('notify_url'))
    extras.setdefault('url', told['url'])
    extras['pay_info'] = told['pay_info']


def ride(shop, account, values, extras, wallet):
    """Where the result of a ride is told was registered long before."""
    shop.control('transit', account=account.get_name(), notify_url=values.pop('notify_url'))
    extras.update(qrcode='VGhpcyByaWRlIGNvZGUgaXMgbm9ib2R5J3M=', original_total='25.00 CNY',
                  start_time='20261121080000', line_name='19', trade_scene='BUS')


def new_refund(account, order, number, minor, **fields):
    """A refund with all that the account's gateway takes."""
    provider = account.get_provider()
    currency = order.props.total.get_currency()
    values = dict(fields)
    if 'reason' in manifests()[provider]['limits']:
        values['reason'] = 'cold tea'
    return Minipay.RefundRequest(out_refund_no=number, out_trade_no=order.props.out_trade_no,
                                 amount=Minipay.Money(minor, currency), total=order.props.total, **values)


def ride_v2(shop, account, values, extras, wallet):
    ride_v3(shop, account, values, extras, wallet)
    values.update(payer=OPENID, client_ip=BUYER_IP)


def ride_v3(shop, account, values, extras, wallet):
    values['attach'] = 'bus/7'
    extras.update(contract_id=CONTRACT, trade_scene='BUS', start_time='20261121080000', line_name='M364路',
                  plate_number='粤B88888')


PREPARE = {('showdoc-aggregator', None): jump, ('showdoc-aggregator', 'plain'): jump,
           ('transit', None): ride, ('transit', 'industry'): ride, ('transit', 'v2'): ride_v2,
           ('transit', 'v3'): ride_v3}


def make_order(shop, account, method=None, wallet=None, **fields):
    """A new order of 19.90 that the account's gateway would take."""
    name, provider = account.get_name(), account.get_provider()
    mode = mode_of(shop.config['account ' + name])
    if method is None:
        method, wallet = methods_of(provider, mode)[0].split('/')
    extras = {}
    values = dict(
        out_trade_no=new_number(), total=money(1990, CURRENCY.get(provider, 'CNY')), subject='green tea',
        notify_url=shop.notify_url(name))
    for more in (COMMON[provider], METHODS.get((provider, method), {}), fields):
        extras.update(more.get('extras', {}))
        values.update(more)
    if wallet == 'alipay' and values.get('payer'):
        values['payer'] = '2088102146225135'
    if wallet == 'alipay' and 'auth_code' in extras:
        extras['auth_code'] = ALIPAY_CODE
    if (provider, mode) in PREPARE:
        PREPARE[provider, mode](shop, account, values, extras, wallet)
    values['extras'] = params(extras) if extras else None
    return Minipay.Order(method=enum(Minipay.Method, method), wallet=enum(Minipay.Wallet, wallet or 'any'),
                         **{key: value for key, value in values.items() if value is not None})
