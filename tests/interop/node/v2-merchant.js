// SPDX-License-Identifier: LGPL-2.1-or-later
// A merchant of the sandbox's WeChat Pay V2: somebody else's code signs and verifies, writes and reads the XML.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const https = require('node:https');

const {Decorator, Hash} = require('wechatpay-axios-plugin');

const {PAYER, makeNumber} = require('./support');

const ACCOUNTS = {'wechat-v2-md5': Hash.ALGO_MD5, 'wechat-v2-hmac': Hash.ALGO_HMAC_SHA256};
const SIGN_LENGTH = {[Hash.ALGO_MD5]: 32, [Hash.ALGO_HMAC_SHA256]: 64};
// calls that move money show the client certificate
const SECURE = {security: true};

// The client certificate, as node's tls takes it: one PEM file with certificate and key, or PKCS#12.
function readCertificate(settings) {
    const file = fs.readFileSync(settings['client-certificate']);
    const passphrase = settings['client-certificate-passphrase'];
    return passphrase ? {pfx: file, passphrase} : {cert: file, key: file};
}

function openShop(sandbox, address, account, {key = null, certificateOf = account} = {}) {
    const settings = sandbox.account(account);
    const secret = key ?? fs.readFileSync(settings['api-key']);
    assert.equal(secret.length, 32);
    const signType = ACCOUNTS[account];
    assert.equal(settings['sign-type'], signType);
    const ca = sandbox.authority;
    return {
        account,
        address,
        mchid: settings.mchid,
        appid: settings.appid,
        signType,
        key: Hash.keyObjectFrom(secret),
        client: Decorator.xmlBased({
            baseURL: `${settings.endpoint}/`,
            proxy: false,
            mchid: settings.mchid,
            secret,
            httpsAgent: new https.Agent({ca}),
            merchant: {...readCertificate(sandbox.account(certificateOf)), ca},
        }),
    };
}

function makeFields(shop, fields) {
    return {
        appid: shop.appid,
        mch_id: shop.mchid,
        // MD5 is what no sign_type means
        ...shop.signType !== Hash.ALGO_MD5 && {sign_type: shop.signType},
        ...fields,
    };
}

function makeOrder(shop, changes = {}) {
    return makeFields(shop, {
        body: '绿茶 <"green" & \'black\'>',
        attach: '茶 <b> & "c"',
        out_trade_no: makeNumber(),
        total_fee: '1990',
        spbill_create_ip: '203.0.113.7',
        notify_url: shop.address.url(shop.account),
        trade_type: 'JSAPI',
        openid: PAYER,
        ...changes,
    });
}

function assertSigned(shop, data) {
    assert.equal(data.sign.length, SIGN_LENGTH[shop.signType]);
    assert.ok(Hash.equals(Hash.sign(shop.signType, data, shop.key), data.sign));
}

async function create(shop, changes = {}) {
    const order = makeOrder(shop, changes);
    const {data} = await shop.client.post('pay/unifiedorder', order);
    assertSigned(shop, data);
    assert.deepEqual([data.appid, data.mch_id, data.trade_type], [shop.appid, shop.mchid, 'JSAPI']);
    return {order, prepayId: data.prepay_id};
}

async function query(shop, number) {
    const {data} = await shop.client.post('pay/orderquery', makeFields(shop, number));
    assertSigned(shop, data);
    return data;
}

module.exports = {ACCOUNTS, SECURE, assertSigned, create, makeFields, makeOrder, openShop, query};
