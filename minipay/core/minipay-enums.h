/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/minipay-macros.h"

G_BEGIN_DECLS

/**
 * MinipayError:
 * @MINIPAY_ERROR_INVALID: the caller's own arguments break a documented rule; mend them
 * @MINIPAY_ERROR_CONFIG: the account's configuration is incomplete or wrong
 * @MINIPAY_ERROR_NOT_SUPPORTED: this provider has no such operation, method or wallet
 * @MINIPAY_ERROR_NOT_FOUND: the gateway, or the configuration, knows no such thing
 * @MINIPAY_ERROR_AUTH: the gateway refuses this merchant or its signature
 * @MINIPAY_ERROR_REFUSED: the gateway refused for a business reason
 * @MINIPAY_ERROR_CONFLICT: the number is already used for something else, or closed: query it
 * @MINIPAY_ERROR_ALREADY_PAID: the order is said to be paid already: query it, and never order it anew
 * @MINIPAY_ERROR_RATE_LIMITED: too many requests; repeat later with the same number
 * @MINIPAY_ERROR_NOT_SENT: nothing left this machine; safe to repeat
 * @MINIPAY_ERROR_OUTCOME_UNKNOWN: the request may have been obeyed: query, never repeat with a new number
 * @MINIPAY_ERROR_SIGNATURE_INVALID: a signature is missing, wrong, or made with an unknown key
 * @MINIPAY_ERROR_STALE: a signed message is too old or too new
 * @MINIPAY_ERROR_PROTOCOL: a message breaks its protocol
 * @MINIPAY_ERROR_MISMATCH: an authentic message speaks about another order, amount or merchant
 * @MINIPAY_ERROR_LIMIT: a message is larger, deeper or slower than allowed
 * @MINIPAY_ERROR_PLUGIN: a provider plugin cannot be loaded or broke a promise
 * @MINIPAY_ERROR_STORE: the journal failed
 * @MINIPAY_ERROR_INTERNAL: a fault of minipay itself
 *
 * What went wrong, told as what the caller can do next.
 *
 * The one foreign code an operation can end with is %G_IO_ERROR_CANCELLED, and only before the first byte was
 * sent.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_ERROR_INVALID,
  MINIPAY_ERROR_CONFIG,
  MINIPAY_ERROR_NOT_SUPPORTED,
  MINIPAY_ERROR_NOT_FOUND,
  MINIPAY_ERROR_AUTH,
  MINIPAY_ERROR_REFUSED,
  MINIPAY_ERROR_CONFLICT,
  MINIPAY_ERROR_ALREADY_PAID,
  MINIPAY_ERROR_RATE_LIMITED,
  MINIPAY_ERROR_NOT_SENT,
  MINIPAY_ERROR_OUTCOME_UNKNOWN,
  MINIPAY_ERROR_SIGNATURE_INVALID,
  MINIPAY_ERROR_STALE,
  MINIPAY_ERROR_PROTOCOL,
  MINIPAY_ERROR_MISMATCH,
  MINIPAY_ERROR_LIMIT,
  MINIPAY_ERROR_PLUGIN,
  MINIPAY_ERROR_STORE,
  MINIPAY_ERROR_INTERNAL,
} MinipayError;

/**
 * MinipayOperation:
 * @MINIPAY_OPERATION_CREATE: create a payment
 * @MINIPAY_OPERATION_QUERY: ask what became of a payment
 * @MINIPAY_OPERATION_CLOSE: close an order, so that nobody can pay it any more
 * @MINIPAY_OPERATION_REVERSE: take back a code payment, paid or not
 * @MINIPAY_OPERATION_REFUND: give money back
 * @MINIPAY_OPERATION_QUERY_REFUND: ask what became of a refund
 * @MINIPAY_OPERATION_DOWNLOAD_BILL: fetch the bill of a day
 * @MINIPAY_OPERATION_CALL: one of the named operations that only some providers have
 * @MINIPAY_OPERATION_RECEIVE: judge an incoming notification
 * @MINIPAY_OPERATION_REFRESH_KEYS: fetch the keys that the gateway signs with; minipay does it by itself
 *
 * What an exchange with a gateway is about. Its nick is the name used in manifests.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_OPERATION_CREATE,
  MINIPAY_OPERATION_QUERY,
  MINIPAY_OPERATION_CLOSE,
  MINIPAY_OPERATION_REVERSE,
  MINIPAY_OPERATION_REFUND,
  MINIPAY_OPERATION_QUERY_REFUND,
  MINIPAY_OPERATION_DOWNLOAD_BILL,
  MINIPAY_OPERATION_CALL,
  MINIPAY_OPERATION_RECEIVE,
  MINIPAY_OPERATION_REFRESH_KEYS,
} MinipayOperation;

/**
 * MinipayMethod:
 * @MINIPAY_METHOD_MINI_PROGRAM: inside a mini-program
 * @MINIPAY_METHOD_JSAPI: inside the wallet's browser (official account, life account)
 * @MINIPAY_METHOD_NATIVE: the buyer scans a QR code
 * @MINIPAY_METHOD_APP: from the merchant's own application
 * @MINIPAY_METHOD_H5: from a page in the phone's browser
 * @MINIPAY_METHOD_CODE: the merchant scans the buyer's code
 * @MINIPAY_METHOD_TRANSIT: deduction for a ride
 *
 * Where the buyer meets the cashier.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_METHOD_MINI_PROGRAM,
  MINIPAY_METHOD_JSAPI,
  MINIPAY_METHOD_NATIVE,
  MINIPAY_METHOD_APP,
  MINIPAY_METHOD_H5,
  MINIPAY_METHOD_CODE,
  MINIPAY_METHOD_TRANSIT,
} MinipayMethod;

/**
 * MinipayWallet:
 * @MINIPAY_WALLET_ANY: the only one the provider has for the method
 * @MINIPAY_WALLET_WECHAT: WeChat Pay
 * @MINIPAY_WALLET_ALIPAY: Alipay
 * @MINIPAY_WALLET_UNIONPAY: UnionPay QuickPass
 *
 * Which purse the buyer pays from.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_WALLET_ANY,
  MINIPAY_WALLET_WECHAT,
  MINIPAY_WALLET_ALIPAY,
  MINIPAY_WALLET_UNIONPAY,
} MinipayWallet;

/**
 * MinipayPaymentState:
 * @MINIPAY_PAYMENT_STATE_UNKNOWN: nobody has told yet, or the gateway used a word minipay does not know
 * @MINIPAY_PAYMENT_STATE_PENDING: the order exists and waits for the buyer
 * @MINIPAY_PAYMENT_STATE_PAID: the money has moved
 * @MINIPAY_PAYMENT_STATE_REFUNDED: paid, and at least partly given back since
 * @MINIPAY_PAYMENT_STATE_CLOSED: closed without payment; nothing can be paid any more
 * @MINIPAY_PAYMENT_STATE_FAILED: the attempt failed
 *
 * What became of an order.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_PAYMENT_STATE_UNKNOWN,
  MINIPAY_PAYMENT_STATE_PENDING,
  MINIPAY_PAYMENT_STATE_PAID,
  MINIPAY_PAYMENT_STATE_REFUNDED,
  MINIPAY_PAYMENT_STATE_CLOSED,
  MINIPAY_PAYMENT_STATE_FAILED,
} MinipayPaymentState;

/**
 * MinipayRefundState:
 * @MINIPAY_REFUND_STATE_UNKNOWN: nobody has told yet, or the gateway used a word minipay does not know
 * @MINIPAY_REFUND_STATE_PENDING: the gateway has it, and the money is on its way
 * @MINIPAY_REFUND_STATE_REFUNDED: the money went back
 * @MINIPAY_REFUND_STATE_CLOSED: nothing went back and nothing will; a new refund needs a new number
 * @MINIPAY_REFUND_STATE_ABNORMAL: the buyer's card does not take it: somebody has to find another way
 *
 * What became of a refund.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_REFUND_STATE_UNKNOWN,
  MINIPAY_REFUND_STATE_PENDING,
  MINIPAY_REFUND_STATE_REFUNDED,
  MINIPAY_REFUND_STATE_CLOSED,
  MINIPAY_REFUND_STATE_ABNORMAL,
} MinipayRefundState;

/**
 * MinipayBillKind:
 * @MINIPAY_BILL_KIND_TRADE: what buyers paid and got back
 * @MINIPAY_BILL_KIND_FUND_FLOW: what came to the merchant's account and left it
 * @MINIPAY_BILL_KIND_PROFIT_SHARING: what was shared
 *
 * Which bill of a day.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_BILL_KIND_TRADE,
  MINIPAY_BILL_KIND_FUND_FLOW,
  MINIPAY_BILL_KIND_PROFIT_SHARING,
} MinipayBillKind;

/**
 * MinipayResolveFlags:
 * @MINIPAY_RESOLVE_FLAGS_NONE: only ask
 * @MINIPAY_RESOLVE_FLAGS_CLOSE: close an order that stays open, and ask once more
 * @MINIPAY_RESOLVE_FLAGS_REVERSE: reverse a code payment that stays open
 *
 * What to do with an order that nobody pays.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_RESOLVE_FLAGS_NONE = 0,
  MINIPAY_RESOLVE_FLAGS_CLOSE = 1 << 0,
  MINIPAY_RESOLVE_FLAGS_REVERSE = 1 << 1,
} MinipayResolveFlags;

/**
 * MinipayCheckoutKind:
 * @MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT: parameters for `wx.requestPayment` and its relatives
 * @MINIPAY_CHECKOUT_KIND_MY_TRADE_PAY: parameters for `my.tradePay`
 * @MINIPAY_CHECKOUT_KIND_QR_CODE: an address to be shown as a QR code
 * @MINIPAY_CHECKOUT_KIND_REDIRECT: a page to open
 * @MINIPAY_CHECKOUT_KIND_APP: parameters for the wallet's application SDK
 * @MINIPAY_CHECKOUT_KIND_PENDING: nothing to open; the buyer is being asked
 * @MINIPAY_CHECKOUT_KIND_DONE: already decided, see the payment
 *
 * What opens the cashier.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_CHECKOUT_KIND_WX_REQUEST_PAYMENT,
  MINIPAY_CHECKOUT_KIND_MY_TRADE_PAY,
  MINIPAY_CHECKOUT_KIND_QR_CODE,
  MINIPAY_CHECKOUT_KIND_REDIRECT,
  MINIPAY_CHECKOUT_KIND_APP,
  MINIPAY_CHECKOUT_KIND_PENDING,
  MINIPAY_CHECKOUT_KIND_DONE,
} MinipayCheckoutKind;

/**
 * MinipayRuntime:
 * @MINIPAY_RUNTIME_WX: `wx.requestPayment` of a WeChat mini-program
 * @MINIPAY_RUNTIME_UNI_APP: `uni.requestPayment` of uni-app
 * @MINIPAY_RUNTIME_JSBRIDGE: `WeixinJSBridge.invoke ('getBrandWCPayRequest')`
 * @MINIPAY_RUNTIME_JSSDK: `wx.chooseWXPay` of the JS-SDK
 * @MINIPAY_RUNTIME_APP: the wallet's SDK for applications
 * @MINIPAY_RUNTIME_ALIPAY: `my.tradePay` of an Alipay mini-program
 *
 * Whose parameter names a map of checkout parameters uses.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_RUNTIME_WX,
  MINIPAY_RUNTIME_UNI_APP,
  MINIPAY_RUNTIME_JSBRIDGE,
  MINIPAY_RUNTIME_JSSDK,
  MINIPAY_RUNTIME_APP,
  MINIPAY_RUNTIME_ALIPAY,
} MinipayRuntime;

/**
 * MinipayNotificationKind:
 * @MINIPAY_NOTIFICATION_KIND_PAYMENT: about a payment
 * @MINIPAY_NOTIFICATION_KIND_REFUND: about a refund
 * @MINIPAY_NOTIFICATION_KIND_REPORT: about something that only some providers have
 *
 * What a verified notification speaks about.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_NOTIFICATION_KIND_PAYMENT,
  MINIPAY_NOTIFICATION_KIND_REFUND,
  MINIPAY_NOTIFICATION_KIND_REPORT,
} MinipayNotificationKind;

/**
 * MinipayIntentKind:
 * @MINIPAY_INTENT_KIND_PAYMENT: an order; its number is the out_trade_no
 * @MINIPAY_INTENT_KIND_REFUND: a refund; its number is the out_refund_no
 * @MINIPAY_INTENT_KIND_CALL: a named operation that moves money; its number is `NAME/` and the merchant's number
 *
 * What a line of the journal is about. Numbers of different kinds have nothing to do with each other.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_INTENT_KIND_PAYMENT,
  MINIPAY_INTENT_KIND_REFUND,
  MINIPAY_INTENT_KIND_CALL,
} MinipayIntentKind;

/**
 * MinipayIntentState:
 * @MINIPAY_INTENT_STATE_SENDING: written down; the request is about to leave or on its way
 * @MINIPAY_INTENT_STATE_UNKNOWN: the request may have been obeyed; query
 * @MINIPAY_INTENT_STATE_PENDING: the gateway has it
 * @MINIPAY_INTENT_STATE_PAID: paid
 * @MINIPAY_INTENT_STATE_REFUNDED: of an order: paid, and at least partly given back; of a refund: given back
 * @MINIPAY_INTENT_STATE_CLOSED: closed, and no money moved
 * @MINIPAY_INTENT_STATE_FAILED: refused or never sent; the number may be used again
 *
 * What the journal believes.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_INTENT_STATE_SENDING,
  MINIPAY_INTENT_STATE_UNKNOWN,
  MINIPAY_INTENT_STATE_PENDING,
  MINIPAY_INTENT_STATE_PAID,
  MINIPAY_INTENT_STATE_REFUNDED,
  MINIPAY_INTENT_STATE_CLOSED,
  MINIPAY_INTENT_STATE_FAILED,
} MinipayIntentState;

/**
 * MinipayScheme:
 * @MINIPAY_SCHEME_MD5: MD5 of the text followed by the key; 32 upper-case hexadecimal digits
 * @MINIPAY_SCHEME_MD5_PLACED: MD5 of the text with the key in the place of its one NUL; likewise
 * @MINIPAY_SCHEME_HMAC_SHA256: HMAC-SHA256, under the key, of the text followed by the key; 64 upper-case
 *   hexadecimal digits
 * @MINIPAY_SCHEME_HMAC_SHA256_HEX_MD5: MD5 of the lower-case hexadecimal HMAC-SHA256 of the text; 32
 * upper-case hexadecimal digits
 * @MINIPAY_SCHEME_HMAC_SHA256_RAW_MD5: MD5 of the 32 bytes of the HMAC-SHA256 of the text; 32 upper-case
 *   hexadecimal digits
 * @MINIPAY_SCHEME_RSA_SHA256: RSA PKCS#1 v1.5 with SHA-256; base64 without line breaks
 * @MINIPAY_SCHEME_SM2_SM3: SM2 with SM3, user id 1234567812345678, DER; base64 without line breaks
 *
 * How a text is signed. Which one is used comes from the account and its provider, never from a message.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_SCHEME_MD5,
  MINIPAY_SCHEME_MD5_PLACED,
  MINIPAY_SCHEME_HMAC_SHA256,
  MINIPAY_SCHEME_HMAC_SHA256_HEX_MD5,
  MINIPAY_SCHEME_HMAC_SHA256_RAW_MD5,
  MINIPAY_SCHEME_RSA_SHA256,
  MINIPAY_SCHEME_SM2_SM3,
} MinipayScheme;

/**
 * MinipayCipher:
 * @MINIPAY_CIPHER_AES_256_GCM: AES-256-GCM, 12-byte nonce, the 16-byte tag at the end of the ciphertext
 * @MINIPAY_CIPHER_SM4_GCM: SM4-GCM, likewise; the key is the first half of the SM3 digest of the account's
 * key
 * @MINIPAY_CIPHER_AES_256_CBC: AES-256-CBC with PKCS#7 padding, 16-byte initialisation vector
 * @MINIPAY_CIPHER_AES_256_ECB: AES-256-ECB with PKCS#7 padding
 * @MINIPAY_CIPHER_RSA_OAEP: RSA-OAEP with SHA-1 and MGF1-SHA-1
 * @MINIPAY_CIPHER_RSA_PKCS1: RSA PKCS#1 v1.5 encryption
 * @MINIPAY_CIPHER_RSA_RECOVER: opening, with a public key, of blocks that were sealed with the private one
 * @MINIPAY_CIPHER_SM2: SM2 encryption, ASN.1 C1C3C2
 * @MINIPAY_CIPHER_AES_256_ECB_MD5: AES-256-ECB with PKCS#7 padding, under the 32 lower-case hexadecimal digits of
 *   the key's MD5
 * @MINIPAY_CIPHER_RSA_PKCS1_BLOCKS: RSA PKCS#1 v1.5 encryption of as much as fits at a time, the blocks joined
 *
 * How a text is sealed.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_CIPHER_AES_256_GCM,
  MINIPAY_CIPHER_SM4_GCM,
  MINIPAY_CIPHER_AES_256_CBC,
  MINIPAY_CIPHER_AES_256_ECB,
  MINIPAY_CIPHER_RSA_OAEP,
  MINIPAY_CIPHER_RSA_PKCS1,
  MINIPAY_CIPHER_RSA_RECOVER,
  MINIPAY_CIPHER_SM2,
  MINIPAY_CIPHER_AES_256_ECB_MD5,
  MINIPAY_CIPHER_RSA_PKCS1_BLOCKS,
} MinipayCipher;

/**
 * MinipaySendFlags:
 * @MINIPAY_SEND_FLAGS_NONE: never repeated by minipay
 * @MINIPAY_SEND_FLAGS_SAFE: only reads; may be repeated at will
 * @MINIPAY_SEND_FLAGS_IDEMPOTENT: the gateway takes a repetition with the same number for the same thing
 * @MINIPAY_SEND_FLAGS_IDENTITY: the connection shows the account's client certificate
 * @MINIPAY_SEND_FLAGS_BILL: the body of the answer is the bill, and goes to its file
 *
 * The money rule of one request, and how it travels.
 *
 * Since: 0.1
 */
typedef enum {
  MINIPAY_SEND_FLAGS_NONE = 0,
  MINIPAY_SEND_FLAGS_SAFE = 1 << 0,
  MINIPAY_SEND_FLAGS_IDEMPOTENT = 1 << 1,
  MINIPAY_SEND_FLAGS_IDENTITY = 1 << 2,
  MINIPAY_SEND_FLAGS_BILL = 1 << 3,
} MinipaySendFlags;

G_END_DECLS
