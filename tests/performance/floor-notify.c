/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The two primitives of a V3 notification and nothing else: its signature verified, its resource opened. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "floor-crypto.h"
#include "measure.h"
#include "notification-set.h"

#define CIPHERTEXT_MAX 4096

static gboolean
judge (Notification *notification, FloorCrypto *crypto, FloorOpener *opener)
{
  guchar sealed[CIPHERTEXT_MAX];
  char plaintext[CIPHERTEXT_MAX];
  const char *text = notification->ciphertext;
  gsize length = notification->ciphertext_length;
  int sealed_length = 0;

  if (!floor_crypto_verify (crypto,
                            notification->timestamp,
                            notification->nonce,
                            notification->body->str,
                            notification->body->len,
                            notification->signature))
    return FALSE;
  if (length / 4 * 3 > sizeof sealed)
    return FALSE;
  /* EVP_DecodeBlock counts the padding as bytes */
  sealed_length = EVP_DecodeBlock (sealed, (const guchar *) text, (int) length);
  sealed_length -= (text[length - 1] == '=') + (text[length - 2] == '=');
  if (sealed_length <= FLOOR_TAG_BYTES)
    return FALSE;
  return floor_opener_open (opener,
                            notification->seal_nonce,
                            NOTIFICATION_ASSOCIATED_DATA,
                            (const char *) sealed,
                            (gsize) sealed_length,
                            plaintext) > 0;
}

static void
judge_all (GPtrArray *set, guint first, guint end, FloorCrypto *crypto, FloorOpener *opener)
{
  for (guint i = first; i < end; i++) {
    if (!judge (g_ptr_array_index (set, i), crypto, opener))
      measure_fail ("notification %u was not accepted", i);
  }
}

int
main (int argc, char **argv)
{
  guint n = argc == 4 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 0;
  guint warm_up = argc == 4 ? (guint) g_ascii_strtoull (argv[3], NULL, 10) : 0;
  g_autofree char *key_path = NULL;
  g_autofree char *key = NULL;
  g_autoptr (EVP_PKEY) public_key = NULL;
  g_autoptr (FloorCrypto) crypto = NULL;
  g_autoptr (FloorOpener) opener = NULL;
  g_autoptr (GPtrArray) set = NULL;
  MeasureMark from = { 0 };
  MeasureMark to = { 0 };

  if (n == 0)
    measure_fail ("usage: floor-notify KEYS-FOLDER COUNT WARM-UP");
  set = notification_set_new (argv[1], warm_up + n);
  key_path = g_build_filename (argv[1], "api-v3-key", NULL);
  if (!g_file_get_contents (key_path, &key, NULL, NULL))
    measure_fail ("cannot read %s", key_path);
  public_key = floor_load_public_key (argv[1], "wechatpay-public-key.pem");
  crypto = floor_crypto_new (NULL, public_key);
  opener = floor_opener_new (key);

  judge_all (set, 0, warm_up, crypto, opener);
  from = measure_mark ();
  judge_all (set, warm_up, warm_up + n, crypto, opener);
  to = measure_mark ();
  measure_report (n, from, to, NULL);
  return EXIT_SUCCESS;
}
