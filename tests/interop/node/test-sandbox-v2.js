// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody else's client buys from the sandbox's WeChat Pay V2: its code signs, verifies, writes and reads XML.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const {after, before, test} = require('node:test');

const {Decorator, Formatter, Hash, Transformer} = require('wechatpay-axios-plugin');

const {NotifyAddress, PAYER, Sandbox, makeNumber} = require('./support');

const ACCOUNTS = {'wechat-v2-md5': Hash.ALGO_MD5, 'wechat-v2-hmac': Hash.ALGO_HMAC_SHA256};
const SIGN_LENGTH = {[Hash.ALGO_MD5]: 32, [Hash.ALGO_HMAC_SHA256]: 64};
// The documented success, byte for byte, which the sandbox insists on; the package writes it without CDATA.
const YES = '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';
const TEST = {timeout: 20000};

let sandbox;
let address;

before(async () => {
    sandbox = await Sandbox.start();
    address = await NotifyAddress.start(() => ({
        status: 200,
        headers: {'Content-Type': 'text/xml'},
        body: YES,
    }));
});

after(async () => {
    await address.close();
    await sandbox.close();
});

function openShop(account, key = null) {
    const settings = sandbox.account(account);
    const secret = key ?? fs.readFileSync(settings['api-key']);
    assert.equal(secret.length, 32);
    const signType = ACCOUNTS[account];
    assert.equal(settings['sign-type'], signType);
    return {
        account,
        mchid: settings.mchid,
        appid: settings.appid,
        signType,
        key: Hash.keyObjectFrom(secret),
        client: Decorator.xmlBased({
            baseURL: `${sandbox.endpoint}/`, proxy: false, mchid: settings.mchid, secret}),
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
        notify_url: address.url(shop.account),
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

function assertPaid(shop, order, told) {
    const {transaction_id: id, trade_type: type, total_fee: total, openid, ...rest} = told;
    assert.match(id, /^\w{1,32}$/);
    assert.deepEqual([type, total, openid], ['JSAPI', '1990', PAYER]);
    assert.deepEqual([rest.appid, rest.mch_id, rest.out_trade_no, rest.attach],
        [shop.appid, shop.mchid, order.out_trade_no, order.attach]);
    assert.match(rest.time_end, /^\d{14}$/);
}

for (const [account, signType] of Object.entries(ACCOUNTS)) {
    test(`/interop/sandbox-v2/${account}/a-payment-from-order-to-query`, TEST, async () => {
        const shop = openShop(account);
        const {order, prepayId} = await create(shop);
        assert.match(prepayId, /^wx\w+$/);
        const number = {out_trade_no: order.out_trade_no};
        assert.equal((await query(shop, number)).trade_state, 'NOTPAY');

        const told = await sandbox.pay(account, order.out_trade_no);
        assert.deepEqual([told.paid, told.notified, told.status], [true, true, 200]);
        const notification = address.takeOnly();
        assert.equal(notification.method, 'POST');
        assert.equal(notification.url, `/notify/${account}`);
        assert.match(notification.headers['content-type'], /^text\/xml\b/);
        const paid = Transformer.toObject(notification.body);
        assertSigned(shop, paid);
        assert.deepEqual([paid.return_code, paid.result_code], ['SUCCESS', 'SUCCESS']);
        assertPaid(shop, order, paid);

        for (const which of [number, {transaction_id: paid.transaction_id}]) {
            const queried = await query(shop, which);
            assert.equal(queried.trade_state, 'SUCCESS');
            assert.equal(queried.transaction_id, paid.transaction_id);
            assertPaid(shop, order, queried);
        }
    });

    test(`/interop/sandbox-v2/${account}/sign-type-may-be-sent`, TEST, async () => {
        await create(openShop(account), {sign_type: signType});
    });

    test(`/interop/sandbox-v2/${account}/a-paysign-of-the-package-is-valid`, TEST, async () => {
        const shop = openShop(account);
        const {prepayId} = await create(shop);
        const params = {
            appId: shop.appid,
            timeStamp: String(Formatter.timestamp()),
            nonceStr: Formatter.nonce(),
            package: `prepay_id=${prepayId}`,
            signType,
        };
        params.paySign = Hash.sign(signType, params, shop.key);
        assert.equal((await sandbox.post('/sandbox/check-paysign', params)).valid, true);
        const altered = {...params, package: `${params.package}0`};
        assert.equal((await sandbox.post('/sandbox/check-paysign', altered)).valid, false);
    });

    for (const kind of ['bad-signature', 'no-signature']) {
        test(`/interop/sandbox-v2/${account}/the-package-refuses-an-answer-with-${kind}`, TEST, async () => {
            const shop = openShop(account);
            await sandbox.fault('wechat-v2', 'create', kind);
            await assert.rejects(create(shop), {code: 'EV2_RES_SIGNATURE_NOT_EQUAL'});
        });
    }

    test(`/interop/sandbox-v2/${account}/the-package-refuses-a-notification-with-bad-signature`, TEST, async () => {
        const shop = openShop(account);
        const {order} = await create(shop);
        await sandbox.fault('wechat-v2', 'notify', 'bad-signature');
        await sandbox.pay(account, order.out_trade_no);
        const {sign, ...fields} = Transformer.toObject(address.takeOnly().body);
        assert.equal(Hash.equals(Hash.sign(signType, fields, shop.key), sign), false);
        await sandbox.pay(account, order.out_trade_no);
        assertSigned(shop, Transformer.toObject(address.takeOnly().body));
    });

    test(`/interop/sandbox-v2/${account}/the-sandbox-refuses-what-was-signed-with-another-key`, TEST, async () => {
        const shop = openShop(account, 'k'.repeat(32));
        await assert.rejects(create(shop), error => error.response.data.return_code === 'FAIL');
    });

    test(`/interop/sandbox-v2/${account}/the-sandbox-refuses-a-request-altered-after-signing`, TEST, async () => {
        const shop = openShop(account);
        const order = makeOrder(shop);
        // between the package's signer and its writer
        shop.client.defaults.transformRequest.splice(1, 0, data => ({...data, total_fee: '1'}));
        await assert.rejects(shop.client.post('pay/unifiedorder', order),
            error => error.response.data.return_code === 'FAIL');
    });
}
