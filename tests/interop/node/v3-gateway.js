// SPDX-License-Identifier: LGPL-2.1-or-later
// WeChat Pay V3 played with somebody else's code: what is signed, verified, sealed and opened here, the package does.
'use strict';

const {execFileSync} = require('node:child_process');
const {X509Certificate, generateKeyPairSync} = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const {Aes: {AesGcm}, Formatter, Rsa} = require('wechatpay-axios-plugin');

const {PAYER, Server, makeFolder} = require('./support');

const JSAPI = '/v3/pay/transactions/jsapi';
const BY_NUMBER = '/v3/pay/transactions/out-trade-no/';
const BY_ID = '/v3/pay/transactions/id/';
const CERTIFICATES = '/v3/certificates';
const MEMBERS = ['mchid', 'nonce_str', 'serial_no', 'signature', 'timestamp'];
const MAX_SKEW_S = 300;

function makeKeys() {
    const {privateKey, publicKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
    return {
        privateKey,
        publicKey,
        privatePem: privateKey.export({type: 'pkcs8', format: 'pem'}),
        publicPem: publicKey.export({type: 'spki', format: 'pem'}),
    };
}

// A platform certificate for these keys, which then go by its serial number.
function addCertificate(keys) {
    const folder = makeFolder();
    const file = path.join(folder, 'key.pem');
    try {
        fs.writeFileSync(file, keys.privatePem, {mode: 0o600});
        const certificatePem = execFileSync('openssl',
            ['req', '-new', '-x509', '-key', file, '-subj', '/CN=platform', '-days', '2'], {encoding: 'utf8'});
        return {...keys, certificatePem, id: new X509Certificate(certificatePem).serialNumber};
    } finally {
        fs.rmSync(folder, {recursive: true});
    }
}

function parseAuthorization(header) {
    const [, scheme, list] = header?.match(/^(\S+) (.*)$/) ?? [];
    if (scheme !== 'WECHATPAY2-SHA256-RSA2048')
        return null;
    const members = Object.fromEntries([...list.matchAll(/(\w+)="([^"]*)"(?:,|$)/g)].map(match => match.slice(1)));
    return JSON.stringify(Object.keys(members).sort()) === JSON.stringify(MEMBERS) ? members : null;
}

function makePrepayId(outTradeNo) {
    return `wx21090000000000${outTradeNo}`;
}

class V3Gateway {
    // merchant: mchid, appid, serial, publicKey, apiV3Key; signer: id, privateKey, certificatePem or nothing
    static async start(merchant, signer) {
        const self = new V3Gateway();
        self.merchant = merchant;
        self.signer = signer;
        self.certificates = [signer];
        self.requests = [];
        self.downloads = [];
        self.spoil = null;
        self._orders = new Map();
        self._server = await Server.start(request => self._handle(request));
        self.endpoint = self._server.endpoint;
        return self;
    }

    close() {
        return this._server.close();
    }

    sign(body, {signer = this.signer, timestamp = Formatter.timestamp()} = {}) {
        const nonce = Formatter.nonce();
        return {
            'Content-Type': 'application/json',
            'Wechatpay-Timestamp': String(timestamp),
            'Wechatpay-Nonce': nonce,
            'Wechatpay-Signature': Rsa.sign(Formatter.response(timestamp, nonce, body), signer.privateKey),
            'Wechatpay-Serial': signer.id,
        };
    }

    // The buyer pays. Gives the number of the transaction.
    pay(outTradeNo) {
        const order = this._orders.get(outTradeNo);
        order.transaction_id = `42000000${outTradeNo.slice(-20)}`;
        return order.transaction_id;
    }

    // A notification, as the headers and the body of a POST.
    makeNotification(outTradeNo, {apiV3Key = this.merchant.apiV3Key, lie = {}, ...signing} = {}) {
        const nonce = Formatter.nonce(12);
        const transaction = {...this._tell(this._orders.get(outTradeNo)), ...lie};
        const body = JSON.stringify({
            id: `EV-${outTradeNo}`,
            create_time: '2026-11-21T09:00:00+08:00',
            resource_type: 'encrypt-resource',
            event_type: 'TRANSACTION.SUCCESS',
            summary: '支付成功',
            resource: {
                original_type: 'transaction',
                algorithm: 'AEAD_AES_256_GCM',
                ciphertext: AesGcm.encrypt(JSON.stringify(transaction), apiV3Key, nonce, 'transaction'),
                associated_data: 'transaction',
                nonce,
            },
        });
        return {headers: this.sign(body, signing), body};
    }

    // Whether the answer to a notification says that it was taken.
    isYes({status}) {
        return status === 200 || status === 204;
    }

    _handle(request) {
        const refusal = this._findFault(request);
        // minipay asks for certificates whenever it sees fit: that must not get in the way of what a test asks for
        const isDownload = request.url === CERTIFICATES;
        (isDownload ? this.downloads : this.requests).push({...request, refusal});
        if (refusal)
            return this._refuse(401, 'SIGN_ERROR', refusal);

        const told = this._route(request);
        if (told.status)
            return told;
        const body = JSON.stringify(told);
        const answer = {status: 200, headers: this.sign(body), body};
        if (isDownload)
            return answer;
        const spoil = this.spoil;
        this.spoil = null;
        return spoil ? spoil(answer) : answer;
    }

    _refuse(status, code, message) {
        return {status, headers: {'Content-Type': 'application/json'}, body: JSON.stringify({code, message})};
    }

    // What is wrong with the headers of the request, or null.
    _findFault({method, url, headers, body}) {
        const authorization = parseAuthorization(headers.authorization);
        if (authorization === null)
            return 'Authorization has another form';
        const {mchid, nonce_str: nonce, timestamp, serial_no: serial, signature} = authorization;
        if (mchid !== this.merchant.mchid || serial !== this.merchant.serial)
            return 'another merchant or key';
        if (!/^\d+$/.test(timestamp) || Math.abs(Formatter.timestamp() - timestamp) > MAX_SKEW_S)
            return 'signed at another time';
        if (!/^[0-9A-Za-z]{1,32}$/.test(nonce))
            return 'nonce_str has another form';
        if (!Rsa.verify(Formatter.request(method, url, timestamp, nonce, body), signature, this.merchant.publicKey))
            return 'the signature is wrong';
        if (headers['wechatpay-serial'] !== this.signer.id)
            return 'asks for an answer signed with another key';
        if (!headers['user-agent'] || headers.accept !== 'application/json')
            return 'User-Agent or Accept is missing';
        return null;
    }

    _route({method, url, body}) {
        const {pathname, searchParams} = new URL(url, this.endpoint);
        if (method === 'POST' && pathname === JSAPI)
            return this._create(JSON.parse(body));
        if (method !== 'GET')
            return this._refuse(405, 'INVALID_REQUEST', 'another method');
        if (pathname === CERTIFICATES)
            return {data: this.certificates.map(certificate => this._seal(certificate))};
        if (searchParams.get('mchid') !== this.merchant.mchid)
            return this._refuse(400, 'PARAM_ERROR', 'mchid is missing or another one');

        const number = decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1));
        const order = pathname.startsWith(BY_NUMBER) ? this._orders.get(number)
            : pathname.startsWith(BY_ID) ? [...this._orders.values()].find(o => o.transaction_id === number) : null;
        return order ? this._tell(order) : this._refuse(404, 'ORDER_NOT_EXIST', 'no such order');
    }

    _create(order) {
        this._orders.set(order.out_trade_no, order);
        return {prepay_id: makePrepayId(order.out_trade_no)};
    }

    _tell({mchid, appid, out_trade_no: outTradeNo, attach, amount: {total, currency}, transaction_id: id}) {
        const state = id ? {trade_state: 'SUCCESS', trade_state_desc: '支付成功'}
            : {trade_state: 'NOTPAY', trade_state_desc: '订单未支付'};
        const paid = id && {
            transaction_id: id,
            trade_type: 'JSAPI',
            bank_type: 'OTHERS',
            success_time: '2026-11-21T09:00:00+08:00',
            payer: {openid: PAYER},
        };
        return {
            mchid,
            appid,
            out_trade_no: outTradeNo,
            attach,
            ...state,
            ...paid,
            amount: {total, currency, payer_total: total, payer_currency: currency},
        };
    }

    _seal({id, certificatePem}) {
        const nonce = Formatter.nonce(12);
        return {
            serial_no: id,
            effective_time: '2026-11-21T00:00:00+08:00',
            expire_time: '2031-11-21T00:00:00+08:00',
            encrypt_certificate: {
                algorithm: 'AEAD_AES_256_GCM',
                nonce,
                associated_data: 'certificate',
                ciphertext: AesGcm.encrypt(certificatePem, this.merchant.apiV3Key, nonce, 'certificate'),
            },
        };
    }
}

module.exports = {V3Gateway, addCertificate, makeKeys, makePrepayId};
