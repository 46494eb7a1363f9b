#!/usr/bin/gjs -m
// SPDX-License-Identifier: LGPL-2.1-or-later
// A first payment: create an order, hand its parameters to the buyer's page, ask until it is paid.
//
//   gjs -m first-payment.js shop.conf [ACCOUNT]

import GLib from 'gi://GLib';
import Minipay from 'gi://Minipay?version=1.0';
import System from 'system';

const ASK_EVERY_MS = 500;
const GIVE_UP_AFTER_MS = 20000;
const MAYBE_CREATED = [Minipay.Error.OUTCOME_UNKNOWN, Minipay.Error.CONFLICT];

// 18 to 32 letters and digits suit every gateway. Keep the number with your own order before you use it.
function makeOutTradeNo() {
    const time = GLib.DateTime.new_now_utc().format('%Y%m%d%H%M%S');
    return `T${time}${String(GLib.random_int_range(0, 1e9)).padStart(9, '0')}`;
}

function makeOrder(account) {
    return new Minipay.Order({
        out_trade_no: makeOutTradeNo(),
        total: new Minipay.Money(1990, 'CNY'), // in fen; a fraction is refused
        subject: 'green tea',
        method: Minipay.Method.MINI_PROGRAM,
        wallet: Minipay.Wallet.WECHAT,
        payer: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', // the buyer's openid
        notify_url: `http://127.0.0.1:8080/notify/${account}`, // a live account needs a public https address
    });
}

async function waitUntilPaid(account, order) {
    const ref = Minipay.PaymentRef.new(order.out_trade_no);
    const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
    while (Date.now() < giveUpAt) {
        try {
            const payment = await account.query_payment_async(ref);
            if (payment.state === Minipay.PaymentState.PAID)
                return payment;
            if ([Minipay.PaymentState.CLOSED, Minipay.PaymentState.FAILED].includes(payment.state))
                return null;
        } catch (error) {
            printerr(`no answer: ${error.message}`); // which says nothing about the money: ask again
        }
        await new Promise(resolve => setTimeout(resolve, ASK_EVERY_MS));
    }
    return null;
}

async function main(config, name = 'weidoufu') {
    const client = Minipay.Client.new_from_file(config);
    const account = client.get_account(name);
    const order = makeOrder(name);

    try {
        const checkout = await account.create_payment_async(order);
        print(`for the buyer's page: ${checkout.to_json()}`);
    } catch (error) {
        if (!(error instanceof Minipay.Error) || !MAYBE_CREATED.includes(error.code))
            throw error;
        // The gateway may have the order. A new number could make the buyer pay twice: ask about this one.
        printerr(`asking about the order: ${error.message}`);
    }

    const payment = await waitUntilPaid(account, order);
    if (payment === null)
        throw new Error(`order ${order.out_trade_no} is not paid`);
    // not every gateway repeats the amount; what it says was compared with the order already
    print(`paid: ${order.total}, order ${order.out_trade_no}, transaction ${payment.transaction_id}`);
    if (!payment.authenticated)
        print('this gateway does not sign its answers: deliver the goods on its signed notification');
}

if (System.programArgs.length < 1) {
    printerr('usage: first-payment.js CONFIG [ACCOUNT]');
    System.exit(2);
}
try {
    await main(...System.programArgs);
} catch (error) {
    printerr(error.message);
    System.exit(1);
}
