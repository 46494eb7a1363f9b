# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each provider's orders, payments, refunds and shares are made of, as its manifest wants them."""

import datetime
import json

from shop import Minipay, OPENID, mode_of, new_number, params

# A payment code pays at once, or only when /sandbox/pay brings the password, by its last digit.
CODE_AT_ONCE, CODE_WAITS = '134987654321012340', '134987654321012346'

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
    'wechat-v2': dict(payer=OPENID, attach='table/7', client_ip='127.0.0.1'),
    'wechat-v3': dict(payer=OPENID, attach='table/7'),
    'wechat-global': dict(payer=OPENID, attach='table/7'),
    'showdoc-aggregator': dict(payer=OPENID),
    'transit': dict(),
}

# What a method wants besides, and None for what it does not take.
METHODS = {
    ('wechat-v2', 'native'): dict(payer=None, extras={'product_id': 'tea-1'}),
    ('wechat-v2', 'app'): dict(payer=None),
    ('wechat-v2', 'h5'): dict(payer=None, extras={'scene_info': json.dumps(
        {'h5_info': {'type': 'Wap', 'wap_url': 'https://tea.example', 'wap_name': 'tea'}})}),
    ('wechat-v2', 'code'): dict(payer=None, notify_url=None, extras={'auth_code': CODE_AT_ONCE}),
}

CURRENCY = {'wechat-global': 'HKD'}




def make_order(shop, account, method=None, wallet=None, **fields):
    """A new order of 19.90 that the account's gateway would take."""
    name, provider = account.get_name(), account.get_provider()
    if method is None:
        method, wallet = first_way(shop, name)
    extras = {}
    values = dict(
        out_trade_no=new_number(), total=money(1990, CURRENCY.get(provider, 'CNY')), subject='green tea',
        notify_url=shop.notify_url(name))
    for more in (COMMON[provider], METHODS.get((provider, method), {}), fields):
        extras.update(more.get('extras', {}))
        values.update(more)
    if wallet == 'alipay' and values.get('payer'):
        values['payer'] = '2088102146225135'
    if provider in PREPARE:
        PREPARE[provider](shop, account, values, extras, wallet)
    values['extras'] = params(extras) if extras else None
    return Minipay.Order(method=enum(Minipay.Method, method), wallet=enum(Minipay.Wallet, wallet or 'any'),
                         **{key: value for key, value in values.items() if value is not None})


def first_way(shop, name):
    from shop import methods_of
    group = shop.config['account ' + name]
    return methods_of(group['provider'], mode_of(group))[0].split('/')


PREPARE = {}
