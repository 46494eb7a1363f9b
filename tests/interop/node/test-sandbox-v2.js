// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody else's client buys from the sandbox's WeChat Pay V2: its code signs, verifies, writes and reads XML.
'use strict';

const assert = require('node:assert/strict');
const {after, before, test} = require('node:test');

const {Formatter, Hash, Transformer} = require('wechatpay-axios-plugin');

const {NotifyAddress, PAYER, Sandbox, YES} = require('./support');
const v2 = require('./v2-merchant');

const {ACCOUNTS, assertSigned, create, makeOrder, query} = v2;
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

function openShop(account, changes) {
    return v2.openShop(sandbox, address, account, changes);
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
        const shop = openShop(account, {key: 'k'.repeat(32)});
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
