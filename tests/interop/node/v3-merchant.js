// SPDX-License-Identifier: LGPL-2.1-or-later
// A merchant of the sandbox's WeChat Pay V3: somebody else's code signs and verifies, seals and opens.
'use strict';

const assert = require('node:assert/strict');
const {X509Certificate} = require('node:crypto');
const fs = require('node:fs');

const {Aes: {AesGcm}, Formatter, Rsa, Wechatpay} = require('wechatpay-axios-plugin');

const {PAYER, makeNumber} = require('./support');

const ACCOUNTS = ['wechat-v3-public-key', 'wechat-v3-certificate'];

// How the gateway's key is called in messages, and the file it is in.
function platformKey(settings) {
    const file = settings['public-key'] ?? settings['platform-certificate'];
    const id = settings['public-key-id'] ?? new X509Certificate(fs.readFileSync(file)).serialNumber;
    return {id, key: Rsa.from(`file://${file}`, Rsa.KEY_TYPE_PUBLIC)};
}

function openShop(sandbox, address, account, changes = {}) {
    const settings = sandbox.account(account);
    const {id, key} = platformKey(settings);
    const privateKey = Rsa.from(`file://${settings['private-key']}`);
    const secret = fs.readFileSync(settings['api-v3-key'], 'utf8');
    const wxpay = new Wechatpay({
        baseURL: `${sandbox.endpoint}/`,
        proxy: false,
        mchid: settings.mchid,
        serial: settings['merchant-serial'],
        privateKey,
        certs: {[id]: key},
        ...changes,
    });
    return {
        account,
        address,
        mchid: settings.mchid,
        appid: settings.appid,
        platformId: id,
        platformKey: key,
        privateKey,
        secret,
        wxpay,
    };
}

function makeOrder(shop, changes = {}) {
    return {
        mchid: shop.mchid,
        appid: shop.appid,
        description: '绿茶 "green tea"',
        out_trade_no: makeNumber(),
        notify_url: shop.address.url(shop.account),
        attach: 'a&b=<c>/茶',
        amount: {total: 1990, currency: 'CNY'},
        payer: {openid: PAYER},
        ...changes,
    };
}

async function create(shop, changes = {}) {
    const order = makeOrder(shop, changes);
    const {data} = await shop.wxpay.v3.pay.transactions.jsapi.post(order);
    return {order, prepayId: data.prepay_id};
}

async function query(shop, outTradeNo) {
    const {data} = await shop.wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get(
        {params: {mchid: shop.mchid}, out_trade_no: outTradeNo});
    return data;
}

// Whether the package's code takes the notification for one of the platform's.
function isAuthentic(shop, {headers, body}) {
    assert.equal(headers['wechatpay-serial'], shop.platformId);
    return Rsa.verify(Formatter.response(headers['wechatpay-timestamp'], headers['wechatpay-nonce'], body),
        headers['wechatpay-signature'], shop.platformKey);
}

function open(shop, {body}) {
    const {resource} = JSON.parse(body);
    return JSON.parse(AesGcm.decrypt(resource.ciphertext, shop.secret, resource.nonce, resource.associated_data));
}

module.exports = {ACCOUNTS, create, isAuthentic, makeOrder, open, openShop, query};
