// SPDX-License-Identifier: LGPL-2.1-or-later
// A merchant that uses minipay, with an account at a WeChat Pay V3 that somebody else's code plays.
'use strict';

const {randomBytes} = require('node:crypto');

const {Shop} = require('./shop');
const {V3Gateway, addCertificate, makeKeys} = require('./v3-gateway');

const MCHID = '1900000001';
const APPID = 'wx0000000000000001';
const PUBLIC_KEY_ID = 'PUB_KEY_ID_0000000000000000000000000000000001';
const API_V3_KEY = randomBytes(16).toString('hex');
const MODES = ['public-key', 'certificate'];

const merchantKeys = makeKeys();

async function openShop(mode) {
    const signer = mode === 'certificate' ? addCertificate(makeKeys()) : {...makeKeys(), id: PUBLIC_KEY_ID};
    const gateway = await V3Gateway.start({
        mchid: MCHID,
        appid: APPID,
        serial: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
        publicKey: merchantKeys.publicKey,
        apiV3Key: API_V3_KEY,
    }, signer);
    return Shop.open(gateway, {
        provider: 'wechat-v3',
        mode,
        endpoint: gateway.endpoint,
        mchid: MCHID,
        appid: APPID,
        'merchant-serial': gateway.merchant.serial,
        'private-key': 'file:merchant-key.pem',
        'api-v3-key': 'file:api-v3-key',
        ...mode === 'certificate' ? {'platform-certificate': 'file:platform.pem'}
            : {'public-key-id': PUBLIC_KEY_ID, 'public-key': 'file:platform.pem'},
    }, {
        'merchant-key.pem': merchantKeys.privatePem,
        'api-v3-key': API_V3_KEY,
        'platform.pem': signer.certificatePem ?? signer.publicPem,
    });
}

module.exports = {APPID, MCHID, MODES, merchantKeys, openShop};
