// SPDX-License-Identifier: LGPL-2.1-or-later
// A merchant that uses minipay, with one account at a gateway that a test plays.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const {PAYER, Program, makeFolder, makeNumber, post} = require('./support');

const ACCOUNT = 'shop';

// minipay's own client, in a process of its own; see merchant.py.
class Merchant {
    static async start(settings, files, transport = {}) {
        const self = new Merchant();
        self._folder = makeFolder();
        for (const [name, text] of Object.entries(files))
            fs.writeFileSync(path.join(self._folder, name), text, {mode: 0o600});
        const config = path.join(self._folder, 'minipay.conf');
        const write = group => Object.entries(group).map(pair => pair.join('=').replaceAll('FOLDER', self._folder));
        const lines = ['[transport]', ...write(transport), `[account ${ACCOUNT}]`, ...write(settings), ''];
        fs.writeFileSync(config, lines.join('\n'), {mode: 0o600});
        self._program = new Program(process.env.MINIPAY_PYTHON, [path.join(__dirname, 'merchant.py'), config]);
        assert.deepEqual(await self._program.read(), {ready: true});
        return self;
    }

    async close() {
        await this._program.close();
        fs.rmSync(this._folder, {recursive: true});
    }

    async _ask(members) {
        this._program.write({account: ACCOUNT, ...members});
        return this._program.read();
    }

    // {params} for the buyer's page, or {error}.
    create(order) {
        return this._ask({do: 'create', order});
    }

    // {payment} or {error}
    query(outTradeNo) {
        return this._ask({do: 'query', out_trade_no: outTradeNo});
    }

    // {payment} or {error}
    closePayment(outTradeNo) {
        return this._ask({do: 'close', out_trade_no: outTradeNo});
    }

    // {refund} or {error}
    refund(refund) {
        return this._ask({do: 'refund', refund});
    }

    // {refund} or {error}
    queryRefund(outRefundNo) {
        return this._ask({do: 'query-refund', out_refund_no: outRefundNo});
    }

    // The bytes of a day's bill, or {error}; an error leaves no file.
    async bill(date) {
        const file = path.join(this._folder, 'bill.csv');
        const told = await this._ask({do: 'bill', date, path: file});
        if (told.error) {
            assert.deepEqual(fs.readdirSync(this._folder).filter(name => name.startsWith('bill')), []);
            return told;
        }
        const text = fs.readFileSync(file);
        assert.deepEqual([told.path, told.size, fs.statSync(file).mode & 0o777], [file, text.length, 0o600]);
        fs.unlinkSync(file);
        return {text, authenticated: told.authenticated};
    }

    async notifyUrl() {
        return (await this._ask({do: 'notify-url'})).url;
    }

    // What became of the one notification since the last call.
    async takeReceipt() {
        const {receipts} = await this._ask({do: 'receipts'});
        assert.equal(receipts.length, 1, `${receipts.length} receipts`);
        return receipts[0];
    }
}

class Shop {
    // transport: settings for every account; FOLDER stands for where the files are
    static async open(gateway, settings, files, transport) {
        const self = new Shop();
        self.gateway = gateway;
        try {
            self.merchant = await Merchant.start(settings, files, transport);
            self.notifyUrl = await self.merchant.notifyUrl();
        } catch (error) {
            await gateway.close(); // or this process would never end
            throw error;
        }
        return self;
    }

    async close() {
        await this.merchant.close();
        await this.gateway.close();
    }

    makeOrder(changes = {}) {
        return {
            out_trade_no: makeNumber(),
            total: [1990, 'CNY'],
            subject: '绿茶 <"green" & \'black\'>',
            method: 'mini-program',
            payer: PAYER,
            notify_url: this.notifyUrl,
            attach: '茶 <b> & "c"',
            client_ip: '203.0.113.7',
            ...changes,
        };
    }

    // An order that the gateway knows, and the parameters for the buyer's page.
    async create(changes = {}) {
        const order = this.makeOrder(changes);
        const {params, error} = await this.merchant.create(order);
        assert.equal(error, undefined, error?.message);
        return {order, params};
    }

    // A paid order.
    async createPaid() {
        const {order} = await this.create();
        this.gateway.pay(order.out_trade_no);
        const {payment, error} = await this.merchant.query(order.out_trade_no);
        assert.equal(payment?.state, 'paid', error?.message);
        return order;
    }

    makeRefund(order, changes = {}) {
        return {
            out_refund_no: makeNumber(),
            out_trade_no: order.out_trade_no,
            amount: [90, 'CNY'],
            reason: '茶 <b> & "c"',
            notify_url: this.notifyUrl,
            ...changes,
        };
    }

    // A refund that the gateway has accepted.
    async refund(order, changes) {
        const wish = this.makeRefund(order, changes);
        const {refund, error} = await this.merchant.refund(wish);
        assert.equal(error, undefined, error?.message);
        return {wish, refund};
    }

    async assertRefused(code, notification) {
        const answer = await post(this.notifyUrl, notification);
        assert.equal(this.gateway.isYes(answer), false, `answered with ${answer.status} ${answer.body}`);
        const {error} = await this.merchant.takeReceipt();
        assert.equal(error?.code, code, error?.message);
    }

    async assertAccepted(notification) {
        const answer = await post(this.notifyUrl, notification);
        const receipt = await this.merchant.takeReceipt();
        assert.equal(receipt.error, undefined, receipt.error?.message);
        assert.equal(this.gateway.isYes(answer), true, `answered with ${answer.status} ${answer.body}`);
        return receipt;
    }
}

module.exports = {ACCOUNT, Shop};
