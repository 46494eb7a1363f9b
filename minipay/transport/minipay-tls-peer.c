/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-tls-peer-private.h"

#include <string.h>

#define SHORTEST_RSA_BITS 2048

#define DER_INTEGER    0x02
#define DER_BIT_STRING 0x03
#define DER_OID        0x06
#define DER_SEQUENCE   0x30
#define DER_VERSION    0xa0

typedef struct {
  const guint8 *bytes;
  gsize n;
} Der;

/* Takes the next element, which must have @tag; @content: nullable. */
static gboolean
der_take (Der *from, guint8 tag, Der *content)
{
  gsize length;
  gsize head = 2;

  if (from->n < head || from->bytes[0] != tag)
    return FALSE;
  length = from->bytes[1];
  if (length >= 0x80) {
    gsize n_digits = length - 0x80;

    if (n_digits > 3 || from->n < head + n_digits)
      return FALSE;
    length = 0;
    for (gsize i = 0; i < n_digits; i++)
      length = length << 8 | from->bytes[head + i];
    head += n_digits;
  }
  if (from->n - head < length)
    return FALSE;
  if (content != NULL)
    *content = (Der){ from->bytes + head, length };
  from->bytes += head + length;
  from->n -= head + length;
  return TRUE;
}

/* RFC 5280: version, serial number, algorithm, issuer, validity and subject stand before the key. */
static gboolean
der_find_key (Der certificate, Der *algorithm, Der *key)
{
  Der whole, body, info;

  if (!der_take (&certificate, DER_SEQUENCE, &whole) || !der_take (&whole, DER_SEQUENCE, &body))
    return FALSE;
  der_take (&body, DER_VERSION, NULL);
  if (!der_take (&body, DER_INTEGER, NULL))
    return FALSE;
  for (guint i = 0; i < 4; i++)
    if (!der_take (&body, DER_SEQUENCE, NULL))
      return FALSE;
  return der_take (&body, DER_SEQUENCE, &info) && der_take (&info, DER_SEQUENCE, algorithm) &&
         der_take (&info, DER_BIT_STRING, key);
}

static gboolean
der_is_strong (Der certificate)
{
  /* 1.2.840.113549.1.1, RFC 8017: all kinds of RSA keys */
  static const guint8 rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01 };
  Der algorithm, key, oid, numbers, modulus;

  if (!der_find_key (certificate, &algorithm, &key) || !der_take (&algorithm, DER_OID, &oid))
    return FALSE;
  /* other kinds have no short keys that GnuTLS would take */
  if (oid.n < sizeof rsa || memcmp (oid.bytes, rsa, sizeof rsa) != 0)
    return TRUE;

  if (key.n == 0)
    return FALSE;
  key = (Der){ key.bytes + 1, key.n - 1 }; /* the number of unused bits */
  if (!der_take (&key, DER_SEQUENCE, &numbers) || !der_take (&numbers, DER_INTEGER, &modulus))
    return FALSE;
  while (modulus.n > 0 && modulus.bytes[0] == 0)
    modulus = (Der){ modulus.bytes + 1, modulus.n - 1 };
  return modulus.n > SHORTEST_RSA_BITS / 8 || (modulus.n == SHORTEST_RSA_BITS / 8 && modulus.bytes[0] >= 0x80);
}

gboolean
minipay_tls_peer_is_strong (GTlsConnection *connection)
{
  GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (connection);
  g_autoptr (GByteArray) bytes = NULL;

  switch (g_tls_connection_get_protocol_version (connection)) {
  case G_TLS_PROTOCOL_VERSION_TLS_1_2:
  case G_TLS_PROTOCOL_VERSION_TLS_1_3:
    break;
  default:
    return FALSE;
  }
  if (certificate == NULL)
    return FALSE;
  g_object_get (certificate, "certificate", &bytes, NULL);
  return bytes != NULL && der_is_strong ((Der){ bytes->data, bytes->len });
}
