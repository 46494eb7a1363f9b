// SPDX-License-Identifier: LGPL-2.1-or-later
// minipay buys from a WeChat Pay V3 that somebody else's code plays: requests, answers, notifications, keys.
'use strict';

const assert = require('node:assert/strict');
const {randomBytes} = require('node:crypto');
const {after, before, test} = require('node:test');
const {setTimeout} = require('node:timers/promises');

const {Formatter, Rsa} = require('wechatpay-axios-plugin');

const {PAYER, makeNumber, post} = require('./support');
const {addCertificate, makeKeys, makePrepayId} = require('./v3-gateway');
const {APPID, MCHID, MODES, merchantKeys, openShop} = require('./v3-shop');

const TEST = {timeout: 20000};

const strangerKeys = makeKeys();
const shops = {};

before(async () => {
    for (const mode of MODES)
        shops[mode] = await openShop(mode);
});

after(async () => {
    for (const shop of Object.values(shops))
        await shop.close();
});

for (const mode of MODES) {
    test(`/interop/client-v3/${mode}/a-payment-from-order-to-query`, TEST, async () => {
        const shop = shops[mode];
        const {order} = await shop.create();
        const outTradeNo = order.out_trade_no;
        assert.deepEqual(JSON.parse(shop.gateway.requests.at(-1).body), {
            appid: APPID,
            mchid: MCHID,
            description: order.subject,
            out_trade_no: outTradeNo,
            attach: order.attach,
            notify_url: shop.notifyUrl,
            amount: {total: 1990, currency: 'CNY'},
            payer: {openid: PAYER},
            scene_info: {payer_client_ip: '203.0.113.7'},
        });
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
        const notification = shop.gateway.makeNotification(outTradeNo);
        const receipt = {account: 'shop', payment: paid, unmatched: false};
        assert.deepEqual(await shop.assertAccepted(notification), {...receipt, duplicate: false});
        assert.deepEqual(await shop.assertAccepted(notification), {...receipt, duplicate: true});
        assert.deepEqual((await shop.merchant.query(outTradeNo)).payment, paid);
    });

    for (const method of ['mini-program', 'jsapi']) {
        test(`/interop/client-v3/${mode}/${method}-paysign-verifies`, TEST, async () => {
            const {order, params} = await shops[mode].create({method});
            assert.deepEqual(Object.keys(params).sort(), [...method === 'jsapi' ? ['appId'] : [],
                'nonceStr', 'package', 'paySign', 'signType', 'timeStamp']);
            assert.equal(params.appId ?? APPID, APPID);
            assert.equal(params.signType, 'RSA');
            assert.equal(params.package, `prepay_id=${makePrepayId(order.out_trade_no)}`);
            const lines = [APPID, params.timeStamp, params.nonceStr, params.package];
            const verify = (...signed) =>
                Rsa.verify(Formatter.joinedByLineFeed(...signed), params.paySign, merchantKeys.publicKey);
            assert.ok(verify(...lines));
            assert.equal(verify('wx0000000000000009', ...lines.slice(1)), false);
        });
    }

    test(`/interop/client-v3/${mode}/a-number-that-urls-escape`, TEST, async () => {
        const shop = shops[mode];
        const {order} = await shop.create({out_trade_no: 'Tea_2026-11|21*0001'});
        assert.equal((await shop.merchant.query(order.out_trade_no)).payment.state, 'pending');
    });

    test(`/interop/client-v3/${mode}/the-gateway-refuses-an-altered-request`, TEST, async () => {
        const shop = shops[mode];
        const {order} = await shop.create();
        await shop.merchant.query(order.out_trade_no);
        const [created, queried] = shop.gateway.requests.slice(-2);
        const send = async ({method, url, headers: {authorization, accept, 'wechatpay-serial': serial}, body}) =>
            (await post(shop.gateway.endpoint + url, {
                method,
                headers: {authorization, accept, 'wechatpay-serial': serial, 'content-type': 'application/json'},
                ...method === 'POST' && {body},
            })).status;

        assert.equal(await send(created), 200);
        assert.equal(await send({...created, body: created.body.replace('1990', '1')}), 401);
        assert.equal(await send({...created, body: `${created.body} `}), 401);
        assert.equal(await send(queried), 200);
        assert.equal(await send({...queried, url: `${queried.url}&mchid=1900000009`}), 401);
        assert.equal(await send({...queried, url: queried.url.replace(order.out_trade_no, makeNumber())}), 401);
    });

    const spoilt = {
        altered: answer => ({...answer, body: answer.body.replace(/\d"/, digit => digit === '1"' ? '2"' : '1"')}),
        'without-signature': answer => ({...answer, headers: {'Content-Type': 'application/json'}}),
        'of-a-stranger': (answer, gateway) => ({...answer,
            headers: gateway.sign(answer.body, {signer: {...strangerKeys, id: gateway.signer.id}})}),
        'of-an-unknown-key': (answer, gateway) => ({...answer,
            headers: gateway.sign(answer.body, {signer: {...strangerKeys, id: '0123456789ABCDEF'}})}),
        'signed-long-ago': (answer, gateway) => ({...answer,
            headers: gateway.sign(answer.body, {timestamp: Formatter.timestamp() - 600})}),
    };
    for (const [name, spoil] of Object.entries(spoilt)) {
        test(`/interop/client-v3/${mode}/minipay-refuses-an-answer-${name}`, TEST, async () => {
            const shop = shops[mode];
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

    test(`/interop/client-v3/${mode}/minipay-refuses-a-state-altered-after-signing`, TEST, async () => {
        const shop = shops[mode];
        const {order} = await shop.create();
        shop.gateway.spoil = answer => ({...answer, body: answer.body.replace('NOTPAY', 'SUCCESS')});
        const {payment, error} = await shop.merchant.query(order.out_trade_no);
        assert.equal(payment, undefined);
        assert.equal(error.code, 'signature-invalid', error.message);
    });

    test(`/interop/client-v3/${mode}/minipay-refuses-spoilt-notifications`, TEST, async () => {
        const shop = shops[mode];
        const {order} = await shop.create();
        const outTradeNo = order.out_trade_no;
        shop.gateway.pay(outTradeNo);
        const make = how => shop.gateway.makeNotification(outTradeNo, how);
        const good = make();

        await shop.assertRefused('signature-invalid', {...good, body: good.body.replace('成功', '完成')});
        await shop.assertRefused('signature-invalid', {...good, body: `${good.body}\n`});
        await shop.assertRefused('signature-invalid', {...good, headers: {'Content-Type': 'application/json'}});
        await shop.assertRefused('signature-invalid', make({signer: {...strangerKeys, id: shop.gateway.signer.id}}));
        await shop.assertRefused('stale', make({timestamp: Formatter.timestamp() - 600}));
        await shop.assertRefused('protocol', make({apiV3Key: randomBytes(16).toString('hex')}));
        await shop.assertRefused('mismatch', make({lie: {amount: {total: 1, currency: 'CNY'}}}));
        await shop.assertRefused('mismatch', make({lie: {mchid: '1900000009'}}));
        await shop.assertRefused('mismatch', make({lie: {appid: 'wx0000000000000009'}}));

        assert.equal((await shop.assertAccepted(good)).duplicate, false);
    });
}

test('/interop/client-v3/a-new-certificate-is-fetched-when-a-notification-names-it', TEST, async () => {
    const shop = await openShop('certificate');
    try {
        const {order} = await shop.create();
        shop.gateway.pay(order.out_trade_no);
        const next = addCertificate(makeKeys());
        shop.gateway.certificates.push(next);
        const notification = shop.gateway.makeNotification(order.out_trade_no, {signer: next});
        await shop.assertRefused('signature-invalid', notification);

        // the gateway repeats itself until it is understood
        let receipt;
        do {
            await setTimeout(20);
            await post(shop.notifyUrl, notification);
            receipt = await shop.merchant.takeReceipt();
        } while (receipt.error);
        assert.equal(receipt.payment.out_trade_no, order.out_trade_no);
        assert.ok(shop.gateway.downloads.some(({refusal}) => refusal === null));
    } finally {
        await shop.close();
    }
});
