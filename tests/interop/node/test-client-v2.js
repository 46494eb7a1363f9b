// SPDX-License-Identifier: LGPL-2.1-or-later
// minipay buys from a WeChat Pay V2 that somebody else's code plays: requests, answers, notifications.
'use strict';

const assert = require('node:assert/strict');
const {randomBytes} = require('node:crypto');
const {after, before, test} = require('node:test');

const {Hash, Transformer} = require('wechatpay-axios-plugin');

const {Shop} = require('./shop');
const {PAYER, YES, makeNumber, post} = require('./support');
const {V2Gateway, makePrepayId} = require('./v2-gateway');

const MCHID = '1900000001';
const APPID = 'wx0000000000000001';
const SIGN_TYPES = [Hash.ALGO_MD5, Hash.ALGO_HMAC_SHA256];
const TEST = {timeout: 20000};

const shops = {};

function makeKey() {
    return randomBytes(16).toString('hex');
}

async function openShop(signType) {
    const apiKey = makeKey();
    const gateway = await V2Gateway.start({mchid: MCHID, appid: APPID, apiKey, signType});
    return Shop.open(gateway, {
        provider: 'wechat-v2',
        endpoint: gateway.endpoint,
        mchid: MCHID,
        appid: APPID,
        'api-key': 'file:api-key',
        'sign-type': signType,
    }, {'api-key': apiKey});
}

before(async () => {
    for (const signType of SIGN_TYPES)
        shops[signType] = await openShop(signType);
});

after(async () => {
    for (const shop of Object.values(shops))
        await shop.close();
});

for (const signType of SIGN_TYPES) {
    const name = signType.toLowerCase();
    const other = SIGN_TYPES.find(type => type !== signType);

    test(`/interop/client-v2/${name}/a-payment-from-order-to-query`, TEST, async () => {
        const shop = shops[signType];
        const {order} = await shop.create();
        const outTradeNo = order.out_trade_no;
        const {fields} = shop.gateway.requests.at(-1);
        const wanted = {
            appid: APPID,
            mch_id: MCHID,
            body: order.subject,
            attach: order.attach,
            out_trade_no: outTradeNo,
            total_fee: '1990',
            spbill_create_ip: '203.0.113.7',
            notify_url: shop.notifyUrl,
            trade_type: 'JSAPI',
            openid: PAYER,
        };
        assert.deepEqual(Object.fromEntries(Object.keys(wanted).map(field => [field, fields[field]])), wanted);
        assert.equal((await shop.merchant.query(outTradeNo)).payment.state, 'pending');

        const paid = {
            out_trade_no: outTradeNo,
            transaction_id: shop.gateway.pay(outTradeNo),
            state: 'paid',
            total: [1990, 'CNY'],
            payer: PAYER,
            attach: order.attach,
            authenticated: true,
        };
        const notification = shop.gateway.makeNotification(shop.gateway.makeFields(outTradeNo));
        const receipt = {account: 'shop', payment: paid, unmatched: false};
        assert.deepEqual(await shop.assertAccepted(notification), {...receipt, duplicate: false});
        assert.deepEqual(await shop.assertAccepted(notification), {...receipt, duplicate: true});
        assert.deepEqual((await shop.merchant.query(outTradeNo)).payment, paid);
    });

    test(`/interop/client-v2/${name}/the-acknowledgement-is-the-documented-one`, TEST, async () => {
        const shop = shops[signType];
        const {order} = await shop.create();
        shop.gateway.pay(order.out_trade_no);
        const notification = shop.gateway.makeNotification(shop.gateway.makeFields(order.out_trade_no));
        const {status, headers, body} = await post(shop.notifyUrl, notification);
        assert.equal((await shop.merchant.takeReceipt()).error, undefined);
        assert.equal(status, 200);
        assert.match(headers.get('content-type'), /^text\/xml\b/);
        assert.equal(body, YES);
        assert.deepEqual(Transformer.toObject(body), {return_code: 'SUCCESS', return_msg: 'OK'});
    });

    for (const method of ['mini-program', 'jsapi']) {
        test(`/interop/client-v2/${name}/${method}-paysign-verifies`, TEST, async () => {
            const {order, params} = await shops[signType].create({method});
            assert.deepEqual(Object.keys(params).sort(), [...method === 'jsapi' ? ['appId'] : [],
                'nonceStr', 'package', 'paySign', 'signType', 'timeStamp']);
            assert.equal(params.appId ?? APPID, APPID);
            assert.equal(params.signType, signType);
            assert.equal(params.package, `prepay_id=${makePrepayId(order.out_trade_no)}`);

            const {paySign, ...signed} = {...params, appId: APPID};
            const key = Hash.keyObjectFrom(shops[signType].gateway.merchant.apiKey);
            assert.ok(Hash.equals(Hash.sign(signType, signed, key), paySign));
            const altered = {...signed, appId: 'wx0000000000000009'};
            assert.equal(Hash.equals(Hash.sign(signType, altered, key), paySign), false);
        });
    }

    test(`/interop/client-v2/${name}/the-gateway-refuses-an-altered-request`, TEST, async () => {
        const shop = shops[signType];
        const {order} = await shop.create();
        await shop.merchant.query(order.out_trade_no);
        const [created, queried] = shop.gateway.requests.slice(-2);
        const send = async ({url}, body) => Transformer.toObject((await post(shop.gateway.endpoint + url, {
            headers: {'Content-Type': 'text/xml'},
            body,
        })).body).return_code;
        const {fields} = created;

        assert.equal(await send(created, created.body), 'SUCCESS');
        assert.equal(await send(created, created.body.replace('1990', '1')), 'FAIL');
        for (const change of [{openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6x'}, {goods_tag: 'x'}])
            assert.equal(await send(created, Transformer.toXml({...fields, ...change})), 'FAIL');
        assert.equal(await send(queried, queried.body), 'SUCCESS');
        assert.equal(await send(queried, queried.body.replace(order.out_trade_no, makeNumber())), 'FAIL');
    });

    const spoilt = {
        altered: answer => ({...answer, prepay_id: `${answer.prepay_id}0`}),
        'without-signature': ({sign: _, ...answer}) => answer,
        'of-a-stranger': (answer, gateway) => gateway.sign(answer, {apiKey: makeKey()}),
        'of-the-other-digest': (answer, gateway) => gateway.sign(answer, {signType: other}),
        'with-a-member-more': answer => ({...answer, code_url: 'weixin://wxpay/bizpayurl?pr=x'}),
    };
    for (const [how, spoil] of Object.entries(spoilt)) {
        test(`/interop/client-v2/${name}/minipay-refuses-an-answer-${how}`, TEST, async () => {
            const shop = shops[signType];
            const order = shop.makeOrder();
            shop.gateway.spoil = answer => spoil(answer, shop.gateway);
            const {params, error} = await shop.merchant.create(order);
            assert.equal(params, undefined);
            assert.equal(error.code, 'outcome-unknown', error.message);
            assert.equal(shop.gateway.spoil, null);
            // the order is there all the same, and the next answer is taken
            assert.equal((await shop.merchant.query(order.out_trade_no)).payment.state, 'pending');
        });
    }

    test(`/interop/client-v2/${name}/minipay-refuses-a-state-altered-after-signing`, TEST, async () => {
        const shop = shops[signType];
        const {order} = await shop.create();
        shop.gateway.spoil = answer => ({...answer, trade_state: 'SUCCESS', transaction_id: '4200000000000000000001'});
        const {payment, error} = await shop.merchant.query(order.out_trade_no);
        assert.equal(payment, undefined);
        assert.equal(error.code, 'signature-invalid', error.message);
    });

    test(`/interop/client-v2/${name}/minipay-refuses-spoilt-notifications`, TEST, async () => {
        const shop = shops[signType];
        const {gateway} = shop;
        const {order} = await shop.create();
        const outTradeNo = order.out_trade_no;
        gateway.pay(outTradeNo);
        const fields = gateway.makeFields(outTradeNo);
        const {sign, ...unsigned} = fields;
        const refuse = (code, message) => shop.assertRefused(code, gateway.makeNotification(message));

        await refuse('signature-invalid', {...fields, total_fee: '1'});
        await refuse('signature-invalid', {...fields, out_trade_no: makeNumber()});
        await refuse('signature-invalid', {...fields, coupon_fee: '1'});
        await refuse('signature-invalid', {...fields, sign: sign.toLowerCase()});
        await refuse('signature-invalid', unsigned);
        await refuse('signature-invalid', gateway.makeFields(outTradeNo, {apiKey: makeKey()}));
        await refuse('signature-invalid', gateway.makeFields(outTradeNo, {signType: other}));
        await refuse('mismatch', gateway.makeFields(outTradeNo, {lie: {total_fee: '1'}}));
        await refuse('mismatch', gateway.makeFields(outTradeNo, {lie: {mch_id: '1900000009'}}));
        await refuse('mismatch', gateway.makeFields(outTradeNo, {lie: {appid: 'wx0000000000000009'}}));

        assert.equal((await shop.assertAccepted(gateway.makeNotification(fields))).duplicate, false);
    });
}
