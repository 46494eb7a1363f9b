/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-enum-types.h"
#include "provider/minipay-address-private.h"
#include "provider/minipay-manifest-reader-private.h"

static const char *const field_types[] = {
  [MINIPAY_FIELD_STRING] = "string",
  [MINIPAY_FIELD_BOOLEAN] = "boolean",
  [MINIPAY_FIELD_INTEGER] = "integer",
  [MINIPAY_FIELD_CHOICE] = "choice",
  [MINIPAY_FIELD_SECRET] = "secret",
  [MINIPAY_FIELD_PRIVATE_KEY] = "private-key",
  [MINIPAY_FIELD_PUBLIC_KEY] = "public-key",
  [MINIPAY_FIELD_CERTIFICATE] = "certificate",
  [MINIPAY_FIELD_TOKEN] = "token",
  [MINIPAY_FIELD_HOSTS] = "hosts",
  [MINIPAY_FIELD_IDENTITY] = "identity",
  [MINIPAY_FIELD_ADDRESS] = "address",
  NULL,
};

const char *
minipay_field_type_to_string (MinipayFieldType type)
{
  return field_types[type];
}

static void
field_free (gpointer data)
{
  MinipayField *field = data;

  g_free (field->name);
  g_free (field->default_value);
  g_free (field->key_id);
  g_free (field->encoding);
  g_strfreev (field->lengths);
  minipay_text_rule_clear (&field->rule);
  g_free (field);
}

/* Keys that mean something for other types alone would promise what nobody checks. */
static void
manifest_check_field (MinipayManifestReader *reader, MinipayField *field)
{
  static const char *const ours[] = { "provider", "mode", "endpoint", NULL };
  guint64 length;

  if (field->type == MINIPAY_FIELD_CHOICE && field->rule.choices == NULL)
    minipay_manifest_reader_fail (reader, "Choices", "is missing");
  if (field->type != MINIPAY_FIELD_SECRET && field->encoding != NULL)
    minipay_manifest_reader_fail (reader, "Encoding", "is a matter of secrets alone");
  if (field->type != MINIPAY_FIELD_SECRET && field->lengths != NULL)
    minipay_manifest_reader_fail (reader, "Lengths", "is a matter of secrets alone");
  for (char **p = field->lengths; p != NULL && *p != NULL; p++)
    if (!g_ascii_string_to_unsigned (*p, 10, 1, 65536, &length, NULL))
      minipay_manifest_reader_fail (reader, "Lengths", "names \"%s\", allowed are 1 to 65536", *p);
  if (field->type != MINIPAY_FIELD_PUBLIC_KEY && field->key_id != NULL)
    minipay_manifest_reader_fail (reader, "KeyId", "is a matter of public keys alone");
  if (field->rule.choices != NULL && field->default_value != NULL &&
      !g_strv_contains ((const char *const *) field->rule.choices, field->default_value))
    minipay_manifest_reader_fail (reader, "Default", "is \"%s\", which is none of Choices", field->default_value);
  if (g_strv_contains (ours, field->name))
    minipay_manifest_reader_fail (reader, NULL, "is a setting of every account");
  if (field->rule.format == MINIPAY_FORMAT_ADDRESS)
    minipay_manifest_reader_fail (reader, "Format", "is address, which is a type of fields");
  if (field->type == MINIPAY_FIELD_ADDRESS)
    field->rule.format = MINIPAY_FORMAT_ADDRESS;
}

static gpointer
manifest_read_field (MinipayManifestReader *reader, const char *name)
{
  MinipayField *field = g_new0 (MinipayField, 1);
  g_autofree char *type = minipay_manifest_reader_get_string (reader, "Type", TRUE);
  guint i = 0;

  field->name = g_strdup (name);
  while (field_types[i] != NULL && g_strcmp0 (field_types[i], type) != 0)
    i++;
  if (field_types[i] != NULL)
    field->type = (MinipayFieldType) i;
  else if (type != NULL)
    minipay_manifest_reader_fail (reader, "Type", "is \"%s\", which is no type of field", type);
  field->is_required = minipay_manifest_reader_get_boolean (reader, "Required", FALSE);
  field->is_inferred = minipay_manifest_reader_get_boolean (reader, "Inferred", FALSE);
  field->default_value = minipay_manifest_reader_get_string (reader, "Default", FALSE);
  field->key_id = minipay_manifest_reader_get_string (reader, "KeyId", FALSE);
  field->encoding = minipay_manifest_reader_get_string (reader, "Encoding", FALSE);
  field->lengths = minipay_manifest_reader_get_list (reader, "Lengths", FALSE);
  minipay_manifest_reader_get_rule (reader, &field->rule);
  manifest_check_field (reader, field);
  return field;
}

static void
manifest_check_enum_nick (MinipayManifestReader *reader, const char *key, GType type, const char *nick)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  if (g_enum_get_value_by_nick (klass, nick) == NULL)
    minipay_manifest_reader_fail (reader, key, "names \"%s\", which minipay does not know", nick);
}

static void
method_rule_clear (MinipayMethodRule *rule)
{
  g_strfreev (rule->modes);
  g_strfreev (rule->methods);
  g_strfreev (rule->required_by);
}

static void
manifest_read_method_rule (MinipayManifestReader *reader, MinipayMethodRule *rule)
{
  rule->is_required = minipay_manifest_reader_get_boolean (reader, "Required", FALSE);
  rule->modes = minipay_manifest_reader_get_list (reader, "Modes", FALSE);
  rule->methods = minipay_manifest_reader_get_list (reader, "Methods", FALSE);
  rule->required_by = minipay_manifest_reader_get_list (reader, "RequiredBy", FALSE);
  for (char **p = rule->methods; p != NULL && *p != NULL; p++)
    manifest_check_enum_nick (reader, "Methods", MINIPAY_TYPE_METHOD, *p);
}

static void
limit_free (gpointer data)
{
  MinipayLimit *limit = data;

  g_free (limit->name);
  g_strfreev (limit->schemes);
  method_rule_clear (&limit->presence);
  minipay_text_rule_clear (&limit->rule);
  g_free (limit);
}

static gpointer
manifest_read_limit (MinipayManifestReader *reader, const char *name)
{
  static const char *const members[] = {
    "out_trade_no", "total",  "subject",       "payer",  "notify_url",        "attach",       "expires_at",
    "client_ip",    "splits", "out_refund_no", "reason", "refund_notify_url", "refund_total", NULL
  };
  MinipayLimit *limit = g_new0 (MinipayLimit, 1);

  limit->name = g_strdup (name);
  manifest_read_method_rule (reader, &limit->presence);
  limit->minimum = minipay_manifest_reader_get_integer (reader, "Minimum", G_MAXINT64, 1);
  limit->maximum = minipay_manifest_reader_get_integer (reader, "Maximum", G_MAXINT64, G_MAXINT64);
  limit->schemes = minipay_manifest_reader_get_list (reader, "Schemes", FALSE);
  limit->allows_query = minipay_manifest_reader_get_boolean (reader, "Query", TRUE);
  limit->min_seconds_ahead = (guint) minipay_manifest_reader_get_integer (reader, "MinSecondsAhead", G_MAXINT32, 0);
  minipay_manifest_reader_get_rule (reader, &limit->rule);
  if (!g_strv_contains (members, name))
    minipay_manifest_reader_fail (reader, NULL, "is about no member of an order or a refund");
  if (limit->rule.format == MINIPAY_FORMAT_ADDRESS)
    minipay_manifest_reader_fail (reader, "Format", "is address, allowed for extras alone");
  return limit;
}

static void
extra_free (gpointer data)
{
  MinipayExtra *extra = data;

  g_free (extra->name);
  g_free (extra->type);
  g_strfreev (extra->operations);
  method_rule_clear (&extra->presence);
  minipay_text_rule_clear (&extra->rule);
  g_free (extra);
}

static gpointer
manifest_read_extra (MinipayManifestReader *reader, const char *name)
{
  MinipayExtra *extra = g_new0 (MinipayExtra, 1);

  extra->name = g_strdup (name);
  extra->type = minipay_manifest_reader_get_string (reader, "Type", TRUE);
  extra->operations = minipay_manifest_reader_get_list (reader, "Operations", FALSE);
  manifest_read_method_rule (reader, &extra->presence);
  extra->is_volatile = minipay_manifest_reader_get_boolean (reader, "Volatile", FALSE);
  minipay_manifest_reader_get_rule (reader, &extra->rule);
  if (extra->type != NULL && !g_variant_type_string_is_valid (extra->type))
    minipay_manifest_reader_fail (reader, "Type", "is \"%s\", which is no GVariant type", extra->type);
  if (g_strcmp0 (extra->type, "s") != 0 && minipay_text_rule_is_set (&extra->rule))
    minipay_manifest_reader_fail (reader, "Type", "is no text, and has rules for texts");
  return extra;
}

void
minipay_mode_rules_clear (MinipayModeRules *mode)
{
  g_free (mode->name);
  g_strfreev (mode->operations);
  g_strfreev (mode->methods);
  g_strfreev (mode->hosts);
  g_strfreev (mode->required);
  g_strfreev (mode->required_one_of);
  g_strfreev (mode->excluded);
}

static void
mode_rules_free (gpointer data)
{
  minipay_mode_rules_clear (data);
  g_free (data);
}

void
minipay_mode_rules_read (MinipayManifestReader *reader, MinipayModeRules *mode, gboolean is_base)
{
  mode->operations = minipay_manifest_reader_get_list (reader, "Operations", is_base);
  mode->methods = minipay_manifest_reader_get_list (reader, "Methods", is_base);
  mode->hosts = minipay_manifest_reader_get_list (reader, "Hosts", FALSE);
  mode->required = minipay_manifest_reader_get_list (reader, "Required", FALSE);
  mode->required_one_of = minipay_manifest_reader_get_list (reader, "RequiredOneOf", FALSE);
  mode->excluded = minipay_manifest_reader_get_list (reader, "Excluded", FALSE);
  for (char **p = mode->hosts; p != NULL && *p != NULL; p++)
    if (!minipay_host_is_plain (*p))
      minipay_manifest_reader_fail (reader, "Hosts", "names \"%s\", which is no plain host name", *p);
  for (char **p = mode->methods; p != NULL && *p != NULL; p++) {
    g_auto (GStrv) parts = g_strsplit (*p, "/", 3);

    if (g_strv_length (parts) != 2) {
      minipay_manifest_reader_fail (reader, "Methods", "names \"%s\", allowed is METHOD/WALLET", *p);
      continue;
    }
    manifest_check_enum_nick (reader, "Methods", MINIPAY_TYPE_METHOD, parts[0]);
    manifest_check_enum_nick (reader, "Methods", MINIPAY_TYPE_WALLET, parts[1]);
  }
}

static gpointer
manifest_read_mode (MinipayManifestReader *reader, const char *name)
{
  MinipayModeRules *mode = g_new0 (MinipayModeRules, 1);

  mode->name = g_strdup (name);
  minipay_mode_rules_read (reader, mode, FALSE);
  return mode;
}

static void
operation_rules_free (gpointer data)
{
  MinipayOperationRules *rules = data;

  g_free (rules->name);
  g_strfreev (rules->echoes);
  g_strfreev (rules->required);
  g_free (rules->number);
  g_free (rules);
}

static gpointer
manifest_read_operation (MinipayManifestReader *reader, const char *name)
{
  static const char *const facts[] = { "out_trade_no", "transaction_id", "total",     "mchid",  "appid",
                                       "sub_mchid",    "out_refund_no",  "refund_id", "amount", NULL };
  MinipayOperationRules *rules = g_new0 (MinipayOperationRules, 1);
  const gboolean is_named = !minipay_operation_is_known (name);

  rules->name = g_strdup (name);
  rules->echoes = minipay_manifest_reader_get_list (reader, "Echoes", FALSE);
  rules->required = minipay_manifest_reader_get_list (reader, "Required", FALSE);
  rules->number = minipay_manifest_reader_get_string (reader, "Number", FALSE);
  rules->is_single = !minipay_manifest_reader_get_boolean (reader, "Repeat", TRUE);
  for (char **p = rules->echoes; !is_named && p != NULL && *p != NULL; p++)
    if (!g_strv_contains (facts, *p))
      minipay_manifest_reader_fail (reader,
                                    "Echoes",
                                    "names \"%s\", allowed are out_trade_no, transaction_id, total, mchid, appid, "
                                    "sub_mchid, out_refund_no, refund_id and amount",
                                    *p);
  if (!is_named && rules->number != NULL)
    minipay_manifest_reader_fail (reader, "Number", "is a matter of named operations alone");
  if (is_named && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (name))
    minipay_manifest_reader_fail (reader, NULL, "has a name of other characters than a-z, 0-9 and -");
  return rules;
}

#define RULE_KEYS " MinLength MaxLength Length Unit Characters Choices Format "

/* The groups a manifest may have besides the main one, and the keys each of them may have. */
static const struct {
  const char *prefix;
  gsize list_offset;
  gpointer (*read) (MinipayManifestReader *reader, const char *name);
  GDestroyNotify free_func;
  const char *keys; /* one word each */
} group_kinds[] = {
  { "Field ",
    G_STRUCT_OFFSET (MinipayManifest, fields),
    manifest_read_field,
    field_free,
    " Type Required Inferred Default KeyId Encoding Lengths" RULE_KEYS },
  { "Limit ",
    G_STRUCT_OFFSET (MinipayManifest, limits),
    manifest_read_limit,
    limit_free,
    " Required Modes Methods RequiredBy Minimum Maximum Schemes Query MinSecondsAhead" RULE_KEYS },
  { "Extra ",
    G_STRUCT_OFFSET (MinipayManifest, extras),
    manifest_read_extra,
    extra_free,
    " Type Required Modes Methods RequiredBy Volatile Operations" RULE_KEYS },
  { "Mode ",
    G_STRUCT_OFFSET (MinipayManifest, mode_rules),
    manifest_read_mode,
    mode_rules_free,
    " Operations Methods Hosts Required RequiredOneOf Excluded " },
  { "Operation ",
    G_STRUCT_OFFSET (MinipayManifest, operations),
    manifest_read_operation,
    operation_rules_free,
    " Echoes Repeat Required Number " },
};

void
minipay_manifest_read_group (MinipayManifest *self, MinipayManifestReader *reader)
{
  for (guint i = 0; i < G_N_ELEMENTS (group_kinds); i++) {
    GPtrArray *list = G_STRUCT_MEMBER (GPtrArray *, self, group_kinds[i].list_offset);

    if (!g_str_has_prefix (reader->group, group_kinds[i].prefix))
      continue;
    minipay_manifest_reader_check_keys (reader, group_kinds[i].keys);
    g_ptr_array_add (list, group_kinds[i].read (reader, reader->group + strlen (group_kinds[i].prefix)));
    return;
  }
  minipay_manifest_reader_fail (reader, NULL, "is no group of a manifest");
}

void
minipay_manifest_init_groups (MinipayManifest *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (group_kinds); i++)
    G_STRUCT_MEMBER (GPtrArray *, self, group_kinds[i].list_offset) =
        g_ptr_array_new_with_free_func (group_kinds[i].free_func);
}

void
minipay_manifest_clear_groups (MinipayManifest *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (group_kinds); i++)
    g_ptr_array_unref (G_STRUCT_MEMBER (GPtrArray *, self, group_kinds[i].list_offset));
}
