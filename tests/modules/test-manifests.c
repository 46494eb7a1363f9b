/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/stat.h>

#include "zoo.h"

#define MAX_MANIFEST_BYTES 65536

typedef struct {
  const char *name; /* of the case */
  const char *find; /* this line of a sound manifest */
  const char *replace;
  const char *says; /* in the message */
} ManifestCase;

#define MODE(lines) "Currencies=CNY;\nModes=live;\n[Mode live]\n" lines

static const ManifestCase manifest_cases[] = {
  { "no-main-group", "[Minipay Provider]", "[Another Provider]", "[Minipay Provider] is missing" },
  { "no-id", "Id=zoo\n", "", "Id is missing" },
  { "empty-id", "Id=zoo\n", "Id=\n", "Id is missing" },
  { "no-abi", "Abi=1\n", "", "Abi is missing" },
  { "no-loader", "Loader=native\n", "", "Loader is missing" },
  { "no-module", "Module=libzoo-good.so\n", "", "Module is missing" },
  { "no-type", "Type=ZooGood\n", "", "Type is missing" },
  { "no-operations", "Operations=create;query;receive;\n", "", "Operations is missing" },
  { "no-methods", "Methods=mini-program/wechat;\n", "", "Methods is missing" },
  { "no-hosts", "Hosts=gateway.zoo.example;\n", "", "Hosts is missing" },
  { "empty-hosts", "gateway.zoo.example;", "", "Hosts is missing" },
  { "no-currencies", "Currencies=CNY;\n", "", "Currencies is missing" },

  { "unknown-group", "[Limit out_trade_no]", "[Limits out_trade_no]", "[Limits out_trade_no]" },
  { "unknown-key", "Abi=1\n", "Abi=1\nTrust=all\n", "Trust" },
  { "unknown-field-key", "Default=green\n", "Default=green\nSecret=true\n", "Secret" },
  { "unknown-field-type", "Type=string\n", "Type=colour\n", "\"colour\"" },
  { "unknown-boolean", "Required=true\n", "Required=yes\n", "\"yes\"" },
  { "negative-length", "Required=true\n", "Required=true\nMaxLength=-1\n", "\"-1\"" },
  { "huge-length",
    "Required=true\n",
    "Required=true\nMaxLength=18446744073709551616\n",
    "\"18446744073709551616\"" },
  { "characters-backwards", "Required=true\n", "Required=true\nCharacters=z-a\n", "\"z-a\"" },
  { "unknown-operation", "create;query;receive;", "create;steal;", "\"steal\"" },
  { "unknown-method", "mini-program/wechat;", "mind-reading/wechat;", "\"mind-reading\"" },
  { "method-without-wallet", "mini-program/wechat;", "mini-program;", "\"mini-program\"" },
  { "mode-not-listed",
    "[Limit out_trade_no]\n",
    "[Mode sealed]\nHosts=gateway.zoo.example;\n[Limit out_trade_no]\n",
    "sealed" },
  { "no-key-file", "[Minipay Provider]", "Minipay Provider", "zoo.provider" },

  { "other-abi", "Abi=1\n", "Abi=2\n", "Abi is 2" },
  { "abi-with-junk", "Abi=1\n", "Abi=1.0\n", "Abi is 1.0" },
  { "other-loader", "Loader=native\n", "Loader=perl\n", "\"perl\"" },
  { "id-of-other-folder", "Id=zoo\n", "Id=zoo2\n", "\"zoo2\"" },
  { "id-in-capitals", "Id=zoo\n", "Id=Zoo\n", "\"Zoo\"" },
  { "id-with-slash", "Id=zoo\n", "Id=../zoo\n", "\"../zoo\"" },
  { "module-with-slash", "libzoo-good.so", "sub/libzoo-good.so", "\"sub/libzoo-good.so\"" },
  { "module-above", "libzoo-good.so", "../libzoo-good.so", "\"../libzoo-good.so\"" },
  { "module-absolute", "libzoo-good.so", "/usr/lib/libc.so.6", "\"/usr/lib/libc.so.6\"" },
  { "module-dots", "libzoo-good.so", "..", "\"..\"" },
  { "errors-with-slash", "Abi=1\n", "Abi=1\nErrors=../zoo.errors;\n", "Errors is \"../zoo.errors\"" },
  { "errors-hidden", "Abi=1\n", "Abi=1\nErrors=.errors;\n", "Errors is \".errors\"" },
  { "errors-empty-name", "Abi=1\n", "Abi=1\nErrors=;zoo.errors;\n", "Errors is \"\"" },
  { "errors-in-a-mode", "Currencies=CNY;\n", MODE ("Errors=zoo.errors;\n"), "[Mode live] Errors is no key" },
  { "line-break-in-value", "Id=zoo\n", "Id=zoo\\nforged line\n", "Id is" },

  { "host-with-scheme", "gateway.zoo.example", "https://gateway.zoo.example", "Hosts names" },
  { "host-with-port", "gateway.zoo.example", "gateway.zoo.example:443", "Hosts names" },
  { "host-with-path", "gateway.zoo.example", "gateway.zoo.example/x", "Hosts names" },
  { "host-with-user", "gateway.zoo.example", "user@gateway.zoo.example", "Hosts names" },
  { "host-with-wildcard", "gateway.zoo.example", "*.zoo.example", "Hosts names" },
  { "host-in-capitals", "gateway.zoo.example", "Gateway.zoo.example", "Hosts names" },
  { "host-without-domain", "gateway.zoo.example", "localhost", "Hosts names" },
  { "host-with-empty-label", "gateway.zoo.example", "gateway..example", "Hosts names" },
  { "host-ipv4", "gateway.zoo.example", "192.0.2.1", "Hosts names" },
  { "host-ipv4-short", "gateway.zoo.example", "127.1", "Hosts names" },
  { "host-ipv4-hexadecimal", "gateway.zoo.example", "0x7f.1", "Hosts names" },
  { "host-ipv6", "gateway.zoo.example", "[2001:db8::1]", "Hosts names" },
  { "host-bad-in-mode",
    "Currencies=CNY;\n",
    "Currencies=CNY;\nModes=live;\n[Mode live]\nHosts=10.0.0.1;\n",
    "[Mode live] Hosts names \"10.0.0.1\"" },
  { "no-hosts-but-addresses-of-orders",
    "Hosts=gateway.zoo.example;\nCurrencies=CNY;\n",
    "Currencies=CNY;\n[Extra url]\nType=s\nFormat=address\n",
    "Hosts is missing" },
  { "second-host-bad", "gateway.zoo.example;", "gateway.zoo.example;10.0.0.1;", "\"10.0.0.1\"" },
};

#define FIELD(lines)  "[Field key]\n" lines "[Field colour]\nType=string\n"
#define CHOICES(list) "[Field encoding]\nType=choice\n" list
#define EXTRA(lines)  "[Extra code]\n" lines "[Limit out_trade_no]\n"

/* What fields, modes, extras and texts may say. Each is told by the file, the group and the key. */
static const ManifestCase rule_cases[] = {
  { "one-of-unknown-fields",
    "Abi=1\n",
    "Abi=1\nRequiredOneOf=colour;taste;\n",
    "[Minipay Provider] RequiredOneOf names \"taste\", which is no field" },
  { "mode-one-of-unknown-field",
    "Currencies=CNY;\n",
    MODE ("RequiredOneOf=taste;\n"),
    "RequiredOneOf names \"taste\", which is no field" },
  { "mode-excludes-unknown-field",
    "Currencies=CNY;\n",
    MODE ("Excluded=colour;taste;\n"),
    "Excluded names \"taste\", which is no field" },
  { "mode-requires-unknown-field",
    "Currencies=CNY;\n",
    MODE ("Required=taste;\n"),
    "Required names \"taste\", which is no field" },
  { "excluded-outside-a-mode", "Abi=1\n", "Abi=1\nExcluded=colour;\n", "[Minipay Provider] Excluded is no key" },
  { "encoding-unknown",
    "[Field colour]\nType=string\n",
    FIELD ("Type=secret\nEncoding=taste\n"),
    "Encoding names \"taste\", which is no field of type choice" },
  { "encoding-no-choice",
    "[Field colour]\nType=string\n",
    FIELD ("Type=secret\nEncoding=colour\n"),
    "Encoding names \"colour\", which is no field of type choice" },
  { "previous-of-nothing",
    "[Field colour]\nType=string\n",
    FIELD ("Type=string\n[Field previous-taste]\nType=secret\n[Field previous-key-until]\nType=string\n"),
    "[Field previous-taste] comes before no field of type secret" },
  { "previous-of-a-text",
    "[Field colour]\nType=string\n",
    FIELD ("Type=string\n[Field previous-key]\nType=secret\n[Field previous-key-until]\nType=string\n"),
    "[Field previous-key] comes before no field of type secret" },
  { "previous-without-end",
    "[Field colour]\nType=string\n",
    FIELD ("Type=secret\n[Field previous-key]\nType=secret\n"),
    "[Field previous-key] has no end: there is no field previous-key-until" },
  { "key-id-unknown",
    "[Field colour]\nType=string\n",
    FIELD ("Type=public-key\nKeyId=taste\n"),
    "KeyId names \"taste\", which is no field" },
  { "choice-without-choices",
    "[Field colour]\nType=string\n",
    CHOICES ("[Field colour]\nType=string\n"),
    "[Field encoding] Choices is missing" },
  { "choice-of-nothing",
    "[Field colour]\nType=string\n",
    CHOICES ("Choices=\n[Field colour]\nType=string\n"),
    "[Field encoding] Choices is missing" },
  { "format-unknown",
    "Required=true\n",
    "Required=true\nFormat=date\n",
    "[Limit out_trade_no] Format is \"date\", which is no format of a text" },
  { "format-in-capitals", "Type=string\n", "Type=string\nFormat=Base64\n", "[Field colour] Format is \"Base64\"" },
  { "format-unknown-in-extra",
    "[Limit out_trade_no]\n",
    EXTRA ("Type=s\nFormat=url\n"),
    "[Extra code] Format is \"url\"" },
  { "extra-required-unknown",
    "[Limit out_trade_no]\n",
    EXTRA ("Type=s\nRequired=1\n"),
    "[Extra code] Required is \"1\", allowed are true and false" },
  { "extra-volatile-unknown",
    "[Limit out_trade_no]\n",
    EXTRA ("Type=s\nVolatile=sometimes\n"),
    "[Extra code] Volatile is \"sometimes\", allowed are true and false" },
  { "extra-type-missing", "[Limit out_trade_no]\n", EXTRA ("Volatile=true\n"), "[Extra code] Type is missing" },
  { "extra-type-unknown", "[Limit out_trade_no]\n", EXTRA ("Type=text\n"), "[Extra code] Type is \"text\"" },
  { "extra-key-of-fields",
    "[Limit out_trade_no]\n",
    EXTRA ("Type=s\nEncoding=colour\n"),
    "[Extra code] Encoding is no key of this group" },
  { "limit-key-of-extras",
    "Required=true\n",
    "Required=true\nVolatile=true\n",
    "[Limit out_trade_no] Volatile is no key of this group" },
  { "echoes-unknown-fact",
    "[Limit out_trade_no]\n",
    "[Operation query]\nEchoes=out_trade_no;taste;\n[Limit out_trade_no]\n",
    "[Operation query] Echoes names \"taste\", allowed are out_trade_no, transaction_id, total" },
  { "operation-misspelt",
    "[Limit out_trade_no]\n",
    "[Operation refnud]\nRepeat=false\n[Limit out_trade_no]\n",
    "[Operation refnud] describes what minipay does not know and no Operations has" },
  { "operation-call",
    "Currencies=CNY;\n",
    MODE ("Operations=create;call;\n[Operation call]\n"),
    "Operations names \"call\", which stands for those with other names" },
  { "number-no-text",
    "Currencies=CNY;\n",
    MODE ("Operations=share;\n[Operation share]\nNumber=no\n[Extra no]\nType=x\nOperations=share;\n"),
    "[Operation share] Number names \"no\", which is no text" },
  { "repeat-unknown",
    "[Limit out_trade_no]\n",
    "[Operation create]\nRepeat=maybe\n[Limit out_trade_no]\n",
    "[Operation create] Repeat is \"maybe\", allowed are true and false" },
  { "limit-of-no-member",
    "[Limit out_trade_no]\n",
    "[Limit taste]\nMaxLength=8\n[Limit out_trade_no]\n",
    "[Limit taste] is about no member of an order" },
  { "limit-in-another-spelling",
    "[Limit out_trade_no]\n",
    "[Limit notify-url]\nMaxLength=8\n[Limit out_trade_no]\n",
    "[Limit notify-url] is about no member of an order" },
  { "key-id-of-a-secret",
    "[Field colour]\nType=string\n",
    FIELD ("Type=secret\nKeyId=colour\n"),
    "[Field key] KeyId is a matter of public keys alone" },
  { "key-id-of-a-certificate",
    "[Field colour]\nType=string\n",
    FIELD ("Type=certificate\nKeyId=colour\n"),
    "[Field key] KeyId is a matter of public keys alone" },
  { "default-outside-choices",
    "[Field colour]\nType=string\n",
    CHOICES ("Choices=text;base64;\nDefault=hex\n[Field colour]\nType=string\n"),
    "[Field encoding] Default is \"hex\", which is none of Choices" },
  { "field-endpoint",
    "[Field colour]\n",
    "[Field endpoint]\nType=string\n[Field colour]\n",
    "[Field endpoint] is a setting of every account" },
  { "field-mode",
    "[Field colour]\n",
    "[Field mode]\nType=string\n[Field colour]\n",
    "[Field mode] is a setting of every account" },
  { "field-provider",
    "[Field colour]\n",
    "[Field provider]\nType=string\n[Field colour]\n",
    "[Field provider] is a setting of every account" },
  { "lengths-crossed",
    "Required=true\n",
    "Required=true\nMinLength=9\nMaxLength=8\n",
    "[Limit out_trade_no] MinLength is more than MaxLength" },
  { "lengths-crossed-in-field",
    "Type=string\n",
    "Type=string\nMinLength=2\nMaxLength=1\n",
    "[Field colour] MinLength is more than MaxLength" },
  { "lengths-crossed-in-extra",
    "[Limit out_trade_no]\n",
    EXTRA ("Type=s\nMinLength=2\nMaxLength=1\n"),
    "[Extra code] MinLength is more than MaxLength" },
  { "field-key-of-modes",
    "Type=string\n",
    "Type=string\nExcluded=colour;\n",
    "[Field colour] Excluded is no key of this group" },
};

static char *
replace_once (const char *text, const char *find, const char *replace)
{
  const char *at = strstr (text, find);

  g_assert_nonnull (at);
  return g_strdup_printf ("%.*s%s%s", (int) (at - text), text, replace, at + strlen (find));
}

/* The registry does not take @id, says why in one sentence, and the caller who asks for it learns the same. */
static void
assert_not_taken (MinipayRegistry *registry, const char *id, const char *path, const char *says)
{
  g_autoptr (GPtrArray) list = minipay_registry_list (registry);
  g_auto (GStrv) problems = minipay_registry_dup_problems (registry);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) load_error = NULL;

  g_assert_cmpuint (g_strv_length (problems), ==, 1);
  zoo_assert_message (problems[0], path);
  zoo_assert_message (problems[0], says);
  g_assert_cmpuint (list->len, ==, 0);

  g_assert_null (minipay_registry_lookup (registry, id, &error));
  zoo_assert_error (error, MINIPAY_ERROR_PLUGIN, path);
  /* never load what should have been refused: a type's name can be taken only once */
  if (error != NULL) {
    g_assert_true (minipay_registry_load (registry, id, &load_error) == G_TYPE_INVALID);
    g_assert_error (load_error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN);
  }
  g_assert_false (zoo_good_ran ());
}

static void
test_manifest_refused (gconstpointer data)
{
  const ManifestCase *c = data;
  g_autofree char *sound = zoo_manifest ("zoo", "ZooGood", "zoo-good");
  g_autofree char *broken = replace_once (sound, c->find, c->replace);
  char *root = zoo_new_root ();
  g_autofree char *folder = zoo_stage (root, "zoo", broken, "zoo-good");
  g_autofree char *path = g_build_filename (folder, "zoo.provider", NULL);
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (root);

  assert_not_taken (registry, "zoo", path, c->says);
  zoo_remove_root (root);
}

/* The value of one step of a path: a dictionary's, or that of the list's member of this name. */
static GVariant *
described_get (GVariant *within, const char *name)
{
  GVariantIter iter;
  GVariant *member;

  if (g_variant_is_of_type (within, G_VARIANT_TYPE_DICTIONARY))
    return g_variant_lookup_value (within, name, NULL);
  g_variant_iter_init (&iter, within);
  while ((member = g_variant_iter_next_value (&iter)) != NULL) {
    const char *found = NULL;

    g_variant_lookup (member, "name", "&s", &found);
    if (g_strcmp0 (found, name) == 0)
      return member;
    g_variant_unref (member);
  }
  return NULL;
}

static void
assert_described (GVariant *described, const char *path, const char *value)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  GVariant *at = g_variant_ref (described);
  g_autofree char *text = NULL;

  for (char **p = names; *p != NULL && at != NULL; p++) {
    GVariant *next = described_get (at, *p);

    g_variant_unref (at);
    at = next;
  }
  text = at != NULL ? g_variant_print (at, FALSE) : NULL;
  g_clear_pointer (&at, g_variant_unref);
  if (g_strcmp0 (text, value) != 0)
    g_test_fail_printf ("%s is %s, not %s", path, text, value);
}

/* Every key at its place, hosts named by the account alone; and what a program is told of it. */
static void
test_rules_taken (void)
{
  g_autofree char *sound = zoo_manifest ("zoo", "ZooGood", "zoo-good");
  g_autofree char *manifest = replace_once (sound,
                                            "Hosts=gateway.zoo.example;\n",
                                            "Modes=live;\nRequiredOneOf=colour;hosts;\n"
                                            "[Mode live]\nExcluded=token;\nRequiredOneOf=url;colour;\n"
                                            "[Field hosts]\nType=hosts\n[Field url]\nType=address\n"
                                            "[Field token]\nType=token\n[Field way]\nType=choice\n"
                                            "Choices=text;base64;\n[Field key]\nType=secret\nEncoding=way\n"
                                            "Lengths=16;32;\n[Extra code]\nType=s\nVolatile=true\n"
                                            "Required=true\nFormat=base64\n[Limit subject]\nMinLength=8\n"
                                            "MaxLength=8\n[Limit attach]\nMinLength=8\n[Operation create]\n"
                                            "Repeat=false\nEchoes=sub_mchid;\n[Minipay Provider]\n");
  char *root = zoo_new_root ();
  g_autofree char *folder = zoo_stage (root, "zoo", manifest, "zoo-good");
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (root);
  g_autoptr (GError) error = NULL;
  MinipayProviderInfo *info = minipay_registry_lookup (registry, "zoo", &error);
  g_autoptr (GVariant) described = NULL;

  g_assert_no_error (error);
  if (info == NULL)
    return;
  described = g_variant_ref_sink (minipay_provider_info_to_variant (info));
  assert_described (described, "fields.token.type", "'token'");
  assert_described (described, "fields.token.secret", "true");
  assert_described (described, "fields.hosts.type", "'hosts'");
  assert_described (described, "fields.url.type", "'address'");
  assert_described (described, "fields.way.choices", "['text', 'base64']");
  assert_described (described, "extras.code.volatile", "true");
  assert_described (described, "extras.code.required", "true");
  assert_described (described, "extras.code.format", "'base64'");
  assert_described (described, "mode_rules.live.excluded", "['token']");
  assert_described (described, "mode_rules.live.required_one_of", "['url', 'colour']");
  zoo_remove_root (root);
}

#define GOOD_ERRORS "[BUSY]\nCode=rate-limited\nMeaning=too many\nRemedy=later\n"

/* Files of errors are read with the manifest, and as distrustfully. */
static void
test_errors_read (void)
{
  static const struct {
    const char *text; /* NULL: there is no file */
    int mode;
    const char *says; /* NULL: all is well */
  } cases[] = {
    { GOOD_ERRORS, 0644, NULL },
    { "", 0644, NULL },
    { NULL, 0, "cannot find" },
    { GOOD_ERRORS, 0666, "others may write it" },
    { "[BUSY]\nCode=busy\nMeaning=m\nRemedy=r\n", 0644, "[BUSY] Code is \"busy\"" },
    { "[BUSY]\nCode=refused\nMeaning=m\nRemedy=r\n[refund/]\n", 0644, "[refund/]" },
    { "Code=refused\n", 0644, "zoo.errors" },
    { "\xff", 0644, "is not UTF-8 text" },
  };
  g_autofree char *sound = zoo_manifest ("zoo", "ZooGood", "zoo-good");
  g_autofree char *manifest = replace_once (sound, "Abi=1\n", "Abi=1\nErrors=zoo.errors;\n");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    char *root = zoo_new_root ();
    g_autofree char *folder = zoo_stage (root, "zoo", manifest, "zoo-good");
    g_autofree char *path = g_build_filename (folder, "zoo.errors", NULL);
    g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (root);
    g_autoptr (GError) error = NULL;

    if (cases[i].text != NULL)
      zoo_write (path, cases[i].text, -1, cases[i].mode);
    if (cases[i].says != NULL) {
      assert_not_taken (registry, "zoo", path, cases[i].says);
    } else {
      minipay_registry_lookup (registry, "zoo", &error);
      g_assert_no_error (error);
    }
    zoo_remove_root (root);
  }
}

/* Who asks for one provider is told of its own faults, and of no other's. */
static void
test_errors_read_alone (void)
{
  g_autofree char *sound = zoo_manifest ("zoo", "ZooGood", "zoo-good");
  g_autofree char *manifest = replace_once (sound, "Abi=1\n", "Abi=1\nErrors=zoo.errors;\n");
  char *root = zoo_new_root ();
  g_autofree char *bad = zoo_stage (root, "zoo", manifest, "zoo-good");
  g_autofree char *good = zoo_stage_sound (root, "aviary", "ZooGood", "zoo-good");
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (root);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (minipay_registry_lookup (registry, "aviary", NULL));
  for (guint i = 0; i < 2; i++) {
    g_assert_null (minipay_registry_lookup (registry, "zoo", &error));
    zoo_assert_error (error, MINIPAY_ERROR_PLUGIN, "zoo.provider: Errors: cannot find");
    g_clear_error (&error);
  }
  g_assert_nonnull (minipay_registry_lookup (registry, "aviary", NULL));
  zoo_remove_root (root);
}

/* What a manifest may hold besides text: nothing. */
static void
test_manifest_bytes_refused (gconstpointer data)
{
  const char *spelling = data;
  g_autofree char *sound = zoo_manifest ("zoo", "ZooGood", "zoo-good");
  char *root = zoo_new_root ();
  g_autofree char *folder = zoo_stage (root, "zoo", sound, "zoo-good");
  g_autofree char *path = g_build_filename (folder, "zoo.provider", NULL);
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (root);
  gsize length = strlen (sound);

  /* the bytes stand where @spelling names them: after the first letter of the value of that key */
  strstr (sound, spelling)[strlen (spelling) + 1] = g_str_has_suffix (spelling, "=") ? '\0' : '\xff';
  zoo_write (path, sound, (gssize) length, 0644);
  assert_not_taken (registry, "zoo", path, "zoo.provider");
  zoo_remove_root (root);
}

static void
test_manifest_sizes (void)
{
  g_autofree char *sound = zoo_manifest ("zoo", "ZooGood", "zoo-good");
  const gsize sizes[] = { MAX_MANIFEST_BYTES, MAX_MANIFEST_BYTES + 1, 70 * 1024 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    char *root = zoo_new_root ();
    g_autofree char *folder = zoo_stage (root, "zoo", sound, "zoo-good");
    g_autofree char *path = g_build_filename (folder, "zoo.provider", NULL);
    g_autofree char *text = g_malloc (sizes[i]);
    g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (root);

    memset (text, '#', sizes[i]);
    memcpy (text, sound, strlen (sound));
    zoo_write (path, text, (gssize) sizes[i], 0644);
    if (sizes[i] <= MAX_MANIFEST_BYTES) {
      g_autoptr (GError) error = NULL;

      minipay_registry_lookup (registry, "zoo", &error);
      g_assert_no_error (error);
    } else {
      assert_not_taken (registry, "zoo", path, "65536");
    }
    zoo_remove_root (root);
  }
}

static void
test_id_lengths (void)
{
  const char *const longest = "a-provider-with-a-name-of-32-let";
  const char *const longer = "a-provider-with-a-name-of-33-lett";
  char *root = zoo_new_root ();
  g_autofree char *good = zoo_stage_sound (root, longest, "ZooGood", "zoo-good");
  g_autofree char *bad = zoo_stage_sound (root, longer, "ZooGood", "zoo-good");
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (root);
  g_auto (GStrv) problems = minipay_registry_dup_problems (registry);
  g_autoptr (GError) error = NULL;

  minipay_registry_lookup (registry, longest, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (problems), ==, 1);
  zoo_assert_message (problems[0], longer);
  zoo_remove_root (root);
}

/* Two folders of the path have a provider of the same name: the first counts, the second is named. */
static void
test_duplicate_id (void)
{
  char *first = zoo_new_root ();
  char *second = zoo_new_root ();
  g_autofree char *first_folder = zoo_stage_sound (first, "zoo", "ZooGood", "zoo-good");
  g_autofree char *second_folder = zoo_stage_sound (second, "zoo", "ZooOther", "zoo-good");
  g_autofree char *path = g_strjoin (":", first, second, NULL);
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (path);
  g_autoptr (GPtrArray) list = minipay_registry_list (registry);
  g_auto (GStrv) problems = minipay_registry_dup_problems (registry);

  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpuint (g_strv_length (problems), ==, 1);
  zoo_assert_message (problems[0], first_folder);
  zoo_assert_message (problems[0], second_folder);
  zoo_remove_root (first);
  zoo_remove_root (second);
}

/* Ids are text in every binding; a folder's name need not be. */
static void
test_folder_not_text (void)
{
  g_autofree char *manifest = zoo_manifest ("zoo", "ZooGood", "zoo-good");
  char *root = zoo_new_root ();
  g_autofree char *folder = zoo_stage (root, "zoo\xff", manifest, NULL);
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (root);
  g_autoptr (GPtrArray) list = minipay_registry_list (registry);
  g_auto (GStrv) problems = minipay_registry_dup_problems (registry);

  g_assert_cmpuint (list->len, ==, 0);
  g_assert_cmpuint (g_strv_length (problems), ==, 1);
  zoo_assert_message (problems[0], root);
  zoo_remove_root (root);
}

/* Listing and describing run none of a provider's code, and one bad manifest hides no good one. */
static void
test_listing_runs_nothing (void)
{
  g_autofree char *manifest = zoo_manifest ("zoo", "ZooGood", "zoo-good");
  g_autofree char *broken = replace_once (manifest, "Abi=1", "Abi=7");
  char *root = zoo_new_root ();
  g_autofree char *good = zoo_stage (root, "zoo", manifest, "zoo-good");
  g_autofree char *bad = zoo_stage (root, "another", broken, "zoo-good");
  g_autofree char *empty = g_build_filename (root, "folder-without-manifest", NULL);
  g_autofree char *path = g_strjoin (":", "/nonexistent", root, "", NULL);
  g_autoptr (MinipayRegistry) registry = minipay_registry_new_for_path (path);
  g_autoptr (GPtrArray) list = minipay_registry_list (registry);
  g_auto (GStrv) problems = minipay_registry_dup_problems (registry);
  g_autoptr (GVariant) described = NULL;

  g_assert_cmpint (mkdir (empty, 0755), ==, 0);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpuint (g_strv_length (problems), ==, 1);
  described = g_variant_ref_sink (minipay_provider_info_to_variant (g_ptr_array_index (list, 0)));
  g_assert_true (g_variant_is_of_type (described, G_VARIANT_TYPE_VARDICT));
  g_assert_false (zoo_good_ran ());
  zoo_remove_root (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_set_nonfatal_assertions ();
  for (guint i = 0; i < G_N_ELEMENTS (manifest_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/manifest/%s/refused", manifest_cases[i].name);

    g_test_add_data_func (path, &manifest_cases[i], test_manifest_refused);
  }
  for (guint i = 0; i < G_N_ELEMENTS (rule_cases); i++) {
    g_autofree char *path = g_strdup_printf ("/manifest-rule/%s/refused", rule_cases[i].name);

    g_test_add_data_func (path, &rule_cases[i], test_manifest_refused);
  }
  g_test_add_func ("/manifest-rule/all-keys/taken-and-described", test_rules_taken);
  g_test_add_func ("/manifest/errors/read-with-it", test_errors_read);
  g_test_add_func ("/manifest/errors/own-faults-alone", test_errors_read_alone);
  g_test_add_data_func ("/manifest/nul-in-id/refused", "Id=", test_manifest_bytes_refused);
  g_test_add_data_func ("/manifest/nul-in-default/refused", "Default=", test_manifest_bytes_refused);
  g_test_add_data_func ("/manifest/nul-in-module/refused", "Module=", test_manifest_bytes_refused);
  g_test_add_data_func ("/manifest/not-utf8-in-name/refused", "Name=Z", test_manifest_bytes_refused);
  g_test_add_data_func ("/manifest/not-utf8-in-type/refused", "Type=Zoo", test_manifest_bytes_refused);
  g_test_add_data_func ("/manifest/not-utf8-in-default/refused", "Default=g", test_manifest_bytes_refused);
  g_test_add_data_func ("/manifest/not-utf8-in-group/refused", "[Field c", test_manifest_bytes_refused);
  g_test_add_func ("/manifest/sizes/limit-exact", test_manifest_sizes);
  g_test_add_func ("/manifest/id-lengths/limit-exact", test_id_lengths);
  g_test_add_func ("/manifest/duplicate-id/first-counts", test_duplicate_id);
  g_test_add_func ("/manifest/folder-not-text/refused", test_folder_not_text);
  g_test_add_func ("/manifest/listing/runs-nothing", test_listing_runs_nothing);
  return g_test_run ();
}
