/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>
#include <string.h>

#include "core/minipay-secret-private.h"
#include "signing/minipay-key-private.h"

/* What the tests of the signing service share: reading tests/fixtures/, and how often to repeat. */

static inline JsonObject *
fixtures_load (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "fixtures", name, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

/* A key's text, or its bytes when it is kept as base64. */
static inline MinipaySecret *
fixtures_get_material (JsonObject *root, const char *name)
{
  JsonObject *entry = json_object_get_object_member (json_object_get_object_member (root, "keys"), name);

  g_assert_nonnull (entry);
  if (json_object_has_member (entry, "base64")) {
    gsize length;
    g_autofree guint8 *bytes = g_base64_decode (json_object_get_string_member (entry, "base64"), &length);

    return minipay_secret_new (bytes, length);
  }
  return minipay_secret_new_from_text (json_object_get_string_member (entry, "value"));
}

static inline MinipayKey *
fixtures_load_private (JsonObject *root, const char *name)
{
  g_autoptr (MinipaySecret) material = fixtures_get_material (root, name);
  g_autoptr (GError) error = NULL;
  MinipayKey *key = minipay_key_load_private (material, NULL, name, &error);

  g_assert_no_error (error);
  return key;
}

static inline MinipayKey *
fixtures_load_certificate (JsonObject *root, const char *name)
{
  g_autoptr (MinipaySecret) material = fixtures_get_material (root, name);
  g_autoptr (GPtrArray) keys = NULL;
  g_autoptr (GError) error = NULL;

  keys = minipay_key_load_certificates (material, name, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (keys->len, ==, 1);
  return minipay_key_ref (keys->pdata[0]);
}

/* The key that checks signatures of the party called @name: a certificate, a public key, or a private key's
 * half. */
static inline MinipayKey *
fixtures_load_verifier (JsonObject *root, const char *name)
{
  g_autofree char *half = g_strconcat (name, "-public", NULL);
  JsonObject *keys = json_object_get_object_member (root, "keys");
  const char *found = json_object_has_member (keys, half) ? half : name;
  const char *text = json_object_get_string_member (json_object_get_object_member (keys, found), "value");
  g_autoptr (MinipaySecret) material = NULL;
  g_autoptr (GError) error = NULL;
  MinipayKey *key;

  if (strstr (text, "BEGIN CERTIFICATE") != NULL)
    return fixtures_load_certificate (root, found);
  material = minipay_secret_new_from_text (text);
  key = minipay_key_load_public (material, found, &error);
  g_assert_no_error (error);
  return key;
}

static inline MinipayKey *
fixtures_new_secret (const char *text)
{
  g_autoptr (MinipaySecret) secret = minipay_secret_new_from_text (text);
  g_autoptr (GError) error = NULL;
  MinipayKey *key = minipay_key_new_secret (secret, 0, "test key", &error);

  g_assert_no_error (error);
  return key;
}

static inline guint
fixtures_get_repeat (void)
{
  const char *text = g_getenv ("MINIPAY_TEST_REPEAT");
  guint64 repeat = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 1;

  return (guint) CLAMP (repeat, 1, 100000);
}
