/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <string.h>

#include "core/minipay-error.h"
#include "provider/minipay-error-table-private.h"

#define SOUND                                                                                                          \
  "[BUSY]\nCode=rate-limited\nMeaning=too many\nMeaning[zh]=太多\nRemedy=come back later\nRemedy[zh]=稍后再来\n" \
  "[NOMONEY]\nCode=refused\nMeaning=the buyer is poor\nRemedy=let the buyer pay another way\n"                         \
  "[refund/NOMONEY]\nCode=conflict\nMeaning=the shop is poor\nRemedy=top up\n"                                         \
  "[No Bill Exist]\nCode=not-found\nMeaning=there is no bill\nRemedy=expect none\n"                                    \
  "[close/GONE]\nCode=not-found\nMeaning=gone\nRemedy=nothing is left to do\n"

static GHashTable *
table_new (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GHashTable) table = minipay_error_table_new ();

  if (!minipay_error_table_read (table, "/plugins/tea/tea.errors", bytes, error))
    return NULL;
  return g_steal_pointer (&table);
}

static GHashTable *
table_new_sound (void)
{
  g_autoptr (GError) error = NULL;
  GHashTable *table = table_new (SOUND, &error);

  g_assert_no_error (error);
  return table;
}

static void
assert_entry (GHashTable *table, const char *operation, const char *word, int code, const char *remedy)
{
  const MinipayErrorEntry *entry = minipay_error_table_lookup (table, operation, word);

  g_assert_nonnull (entry);
  g_assert_cmpint (entry->code, ==, code);
  g_assert_cmpstr (entry->remedy, ==, remedy);
}

static void
test_operation_first (void)
{
  g_autoptr (GHashTable) table = table_new_sound ();

  assert_entry (table, "create", "NOMONEY", MINIPAY_ERROR_REFUSED, "let the buyer pay another way");
  assert_entry (table, "refund", "NOMONEY", MINIPAY_ERROR_CONFLICT, "top up");
  assert_entry (table, "query-refund", "NOMONEY", MINIPAY_ERROR_REFUSED, "let the buyer pay another way");
  assert_entry (table, "refund", "BUSY", MINIPAY_ERROR_RATE_LIMITED, "come back later");
  assert_entry (table, "close", "GONE", MINIPAY_ERROR_NOT_FOUND, "nothing is left to do");
  assert_entry (table, "download-bill", "No Bill Exist", MINIPAY_ERROR_NOT_FOUND, "expect none");
}

static void
test_unknown_words (void)
{
  static const char *const words[] = {
    "",           "busy",    "BUSY ",          "BUS",     "GONE", "refund/NOMONEY", "BUSY/", "/BUSY",
    "close/GONE", "refund/", "No Bill Exists", "BUSY\nX", "\xff", "[BUSY]",
  };
  g_autoptr (GHashTable) table = table_new_sound ();

  g_assert_null (minipay_error_table_lookup (table, "create", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_null (minipay_error_table_lookup (table, "create", words[i]));
}

/* A provider's own file stands behind the shared one. */
static void
test_later_wins (void)
{
  static const char later[] = "[BUSY]\nCode=outcome-unknown\nMeaning=in trouble\nRemedy=query\n";
  g_autoptr (GHashTable) table = table_new_sound ();
  g_autoptr (GBytes) bytes = g_bytes_new_static (later, strlen (later));
  g_autoptr (GError) error = NULL;

  g_assert_true (minipay_error_table_read (table, "/plugins/tea/later.errors", bytes, &error));
  g_assert_no_error (error);
  assert_entry (table, "create", "BUSY", MINIPAY_ERROR_OUTCOME_UNKNOWN, "query");
  assert_entry (table, "create", "NOMONEY", MINIPAY_ERROR_REFUSED, "let the buyer pay another way");
}

static void
test_language (void)
{
  static const struct {
    const char *language;
    const char *remedy;
    const char *meaning;
  } cases[] = {
    { "zh_CN", "稍后再来", "太多" },
    { "zh_CN.UTF-8", "稍后再来", "太多" },
    { "zh", "稍后再来", "太多" },
    { "de:zh_TW", "稍后再来", "太多" },
    { "en", "come back later", "too many" },
    { "de_DE", "come back later", "too many" },
    { "C", "come back later", "too many" },
  };
  g_autofree char *before = g_strdup (g_getenv ("LANGUAGE"));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GHashTable) table = NULL;

    g_setenv ("LANGUAGE", cases[i].language, TRUE);
    table = table_new_sound ();
    assert_entry (table, "create", "BUSY", MINIPAY_ERROR_RATE_LIMITED, cases[i].remedy);
    g_assert_cmpstr (minipay_error_table_lookup (table, "create", "BUSY")->meaning, ==, cases[i].meaning);
    /* what nobody translated is told all the same */
    assert_entry (table, "create", "NOMONEY", MINIPAY_ERROR_REFUSED, "let the buyer pay another way");
  }
  if (before != NULL)
    g_setenv ("LANGUAGE", before, TRUE);
  else
    g_unsetenv ("LANGUAGE");
}

#define ENTRY(group, code, rest) "[" group "]\nCode=" code "\n" rest
#define WORDS                    "Meaning=m\nRemedy=r\n"

static void
test_refused (void)
{
  static const struct {
    const char *text;
    const char *says;
  } cases[] = {
    { "[BUSY]\n" WORDS, "[BUSY] Code is missing" },
    { ENTRY ("BUSY", "", WORDS), "[BUSY] Code is missing" },
    { ENTRY ("BUSY", "busy", WORDS), "[BUSY] Code is \"busy\", which no gateway can mean" },
    { ENTRY ("BUSY", "REFUSED", WORDS), "[BUSY] Code is \"REFUSED\"" },
    { ENTRY ("BUSY", "5", WORDS), "[BUSY] Code is \"5\"" },
    /* what only minipay itself can know */
    { ENTRY ("BUSY", "not-sent", WORDS), "[BUSY] Code is \"not-sent\"" },
    { ENTRY ("BUSY", "signature-invalid", WORDS), "[BUSY] Code is \"signature-invalid\"" },
    { ENTRY ("BUSY", "stale", WORDS), "[BUSY] Code is \"stale\"" },
    { ENTRY ("BUSY", "mismatch", WORDS), "[BUSY] Code is \"mismatch\"" },
    { ENTRY ("BUSY", "internal", WORDS), "[BUSY] Code is \"internal\"" },
    { ENTRY ("BUSY", "plugin", WORDS), "[BUSY] Code is \"plugin\"" },
    { ENTRY ("BUSY", "refused", "Remedy=r\n"), "[BUSY] Meaning is missing" },
    { ENTRY ("BUSY", "refused", "Meaning=\nRemedy=r\n"), "[BUSY] Meaning is missing" },
    { ENTRY ("BUSY", "refused", "Meaning=m\n"), "[BUSY] Remedy is missing" },
    { ENTRY ("BUSY", "refused", "Meaning=m\nRemedy[en]=r\n"), "[BUSY] Remedy is missing" },
    { ENTRY ("BUSY", "refused", "Meaning=m\nRemedy=r\nRemedy[en]=\n"), "[BUSY] Remedy is not of 1 to 240 bytes" },
    { ENTRY ("BUSY", "refused", WORDS "Hint=h\n"), "[BUSY] Hint is no key of this group" },
    { ENTRY ("BUSY", "refused", WORDS "Remedies[zh]=r\n"), "[BUSY] Remedies[zh] is no key of this group" },
    { ENTRY ("BUSY", "refused", "Meaning=m\nRemedy=r\\nforged line\n"), "[BUSY] Remedy has a control character" },
    { ENTRY ("BUSY", "refused", "Meaning=m\\tm\nRemedy=r\n"), "[BUSY] Meaning has a control character" },
    { ENTRY ("Refund/BUSY", "refused", WORDS), "[Refund/BUSY] is neither CODE nor OPERATION/CODE" },
    { ENTRY ("/BUSY", "refused", WORDS), "[/BUSY] is neither CODE nor OPERATION/CODE" },
    { ENTRY ("refund/", "refused", WORDS), "[refund/] is neither CODE nor OPERATION/CODE" },
    { ENTRY ("refund/BUSY/X", "refused", WORDS), "[refund/BUSY/X] is neither CODE nor OPERATION/CODE" },
    { ENTRY ("query refund/BUSY", "refused", WORDS), "is neither CODE nor OPERATION/CODE" },
    { ENTRY ("an-operation-of-more-than-32-letters/BUSY", "refused", WORDS), "is neither CODE nor OPERATION/CODE" },
    { "Code=refused\n", "group" },
    { "no key file\n", "tea.errors: " },
    { "[BUSY]\nCode=refused\nMeaning=\xff\nRemedy=r\n", "is not UTF-8 text" },
    /* the good group before it saves nothing */
    { SOUND "[LAST]\nCode=refused\nMeaning=m\n", "[LAST] Remedy is missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GHashTable) table = table_new (cases[i].text, &error);

    g_assert_null (table);
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN);
    g_assert_true (g_str_has_prefix (error->message, "/plugins/tea/tea.errors"));
    if (strstr (error->message, cases[i].says) == NULL)
      g_test_fail_printf ("\"%s\" does not say \"%s\"", error->message, cases[i].says);
  }
}

/* Text of the greatest length, and one byte more. */
static void
test_lengths (void)
{
  for (gsize length = 240; length <= 241; length++) {
    g_autofree char *words = g_strnfill (length, 'r');
    g_autofree char *text = g_strdup_printf ("[BUSY]\nCode=refused\nMeaning=m\nRemedy=%s\n", words);
    g_autoptr (GError) error = NULL;
    g_autoptr (GHashTable) table = table_new (text, &error);

    if (length == 240)
      assert_entry (table, "create", "BUSY", MINIPAY_ERROR_REFUSED, words);
    else
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error-table/lookup/operation-first", test_operation_first);
  g_test_add_func ("/error-table/lookup/unknown-words", test_unknown_words);
  g_test_add_func ("/error-table/two-files/later-wins", test_later_wins);
  g_test_add_func ("/error-table/language/chosen", test_language);
  g_test_add_func ("/error-table/broken/refused", test_refused);
  g_test_add_func ("/error-table/lengths/limit-exact", test_lengths);
  return g_test_run ();
}
