/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A first payment: create an order, hand its parameters to the buyer's page, ask until it is paid.
 *
 *   valac --pkg minipay-1.0 first-payment.vala
 *   ./first-payment shop.conf [ACCOUNT]
 */

const uint ASK_EVERY_MS = 500;
const int GIVE_UP_AFTER_S = 20;

/* 18 to 32 letters and digits suit every gateway. Keep the number with your own order before you use it. */
string make_out_trade_no () {
    var time = new DateTime.now_utc ().format ("%Y%m%d%H%M%S");
    return "T%s%09d".printf (time, Random.int_range (0, 1000000000));
}

Minipay.Order make_order (string account) {
    return (Minipay.Order) Object.new (
        typeof (Minipay.Order),
        "out-trade-no", make_out_trade_no (),
        "total", new Minipay.Money (1990, "CNY"), // in fen; never a float
        "subject", "green tea",
        "method", Minipay.Method.MINI_PROGRAM,
        "wallet", Minipay.Wallet.WECHAT,
        "payer", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", // the buyer's openid
        "notify-url", "http://127.0.0.1:8080/notify/" + account // a live account needs a public https address
    );
}

async void wait_a_moment () {
    Timeout.add (ASK_EVERY_MS, wait_a_moment.callback);
    yield;
}

/* What became of the order; null while nobody can tell. */
async Minipay.Payment? ask (Minipay.Account account, Minipay.Order order) {
    try {
        return yield account.query_payment_async (new Minipay.PaymentRef (order.out_trade_no));
    } catch (Error e) {
        printerr ("no answer: %s\n", e.message); // which says nothing about the money: ask again
        return null;
    }
}

async bool buy (string config, string name) throws Error {
    var client = new Minipay.Client.from_file (config);
    var account = client.get_account (name);
    var order = make_order (name);
    var give_up_at = get_monotonic_time () + GIVE_UP_AFTER_S * TimeSpan.SECOND;

    try {
        var checkout = yield account.create_payment_async (order);
        print ("for the buyer's page: %s\n", checkout.to_json ());
    } catch (Error e) {
        if (!(e is Minipay.Error.OUTCOME_UNKNOWN) && !(e is Minipay.Error.CONFLICT))
            throw e;
        // The gateway may have the order. A new number could make the buyer pay twice: ask about this one.
        printerr ("asking about the order: %s\n", e.message);
    }

    while (get_monotonic_time () < give_up_at) {
        var payment = yield ask (account, order);
        var state = payment != null ? payment.state : Minipay.PaymentState.UNKNOWN;

        if (state == PAID) {
            // not every gateway repeats the amount; what it says was compared with the order already
            print ("paid: %s, order %s, transaction %s\n",
                   order.total.to_string (), order.out_trade_no, payment.transaction_id);
            if (!payment.authenticated)
                print ("this gateway does not sign its answers: deliver the goods on its signed notification\n");
            return true;
        }
        if (state == CLOSED || state == FAILED) {
            printerr ("not paid, and never will be\n");
            return false;
        }
        yield wait_a_moment ();
    }
    printerr ("not paid yet\n");
    return false;
}

async int main (string[] args) {
    if (args.length < 2) {
        printerr ("usage: %s CONFIG [ACCOUNT]\n", args[0]);
        return 2;
    }
    try {
        var is_paid = yield buy (args[1], args.length > 2 ? args[2] : "weidoufu");
        return is_paid ? 0 : 1;
    } catch (Error e) {
        printerr ("no order: %s\n", e.message);
        return 1;
    }
}
