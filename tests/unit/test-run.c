/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <gio/gio.h>

#include "core/minipay-checkout.h"
#include "core/minipay-payment.h"

#include "run-house.h"
#include "test-authority.h"

static const char ok[] = RUN_ANSWER ("200 OK", "2", "OK");
static const char pending[] = RUN_ANSWER ("200 OK", "7", "PENDING");
static const char next[] = RUN_ANSWER ("200 OK", "4", "NEXT");
static const char html[] = RUN_ANSWER ("200 OK", "19", "<html>login</html>\n");
static const char unsigned_answer[] = RUN_ANSWER ("200 OK", "8", "UNSIGNED");
static const char mismatch[] = RUN_ANSWER ("200 OK", "8", "MISMATCH");
static const char refused[] = RUN_ANSWER ("403 Forbidden", "7", "REFUSED");
static const char conflict[] = RUN_ANSWER ("400 Bad Request", "8", "CONFLICT");
static const char missing[] = RUN_ANSWER ("404 Not Found", "7", "MISSING");
static const char limited[] = RUN_ANSWER ("429 Too Many Requests", "7", "LIMITED");
static const char error_500[] = RUN_ANSWER ("500 Internal Server Error", "7", "REFUSED");
static const char error_502[] = RUN_ANSWER ("502 Bad Gateway", "7", "REFUSED");
static const char error_503[] = RUN_ANSWER ("503 Service Unavailable", "7", "REFUSED");
static const char error_504[] = RUN_ANSWER ("504 Gateway Timeout", "4", "HTML");

/* --- The table of outcomes, cell by cell --- */

#define DONE -1 /* a result */

typedef struct {
  const char *name;
  const char *answers[4]; /* the last is repeated */
  gboolean closes;        /* after every answer */
  guint deadline_ms;      /* 0: 10 s */
  MinipaySendFlags flags;
  int create;       /* MinipayError or DONE */
  int query;        /* likewise */
  guint n_requests; /* as a matter of fact, nothing may be repeated more often */
} Cell;

#define NONE       MINIPAY_SEND_FLAGS_NONE
#define IDEMPOTENT MINIPAY_SEND_FLAGS_IDEMPOTENT
#define SAFE       MINIPAY_SEND_FLAGS_SAFE
#define ERROR(x)   MINIPAY_ERROR_##x

static const char cut[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nO";
static const char cut_chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n";
static const char cut_head[] = "HTTP/1.1 200 OK\r\nContent-Le";

static const Cell cells[] = {
  { "done", { ok }, FALSE, 0, NONE, DONE, DONE, 1 },
  { "reset/none", { "" }, TRUE, 0, NONE, ERROR (OUTCOME_UNKNOWN), ERROR (NOT_SENT), 1 },
  { "reset/idempotent", { "" }, TRUE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (NOT_SENT), 3 },
  { "reset/safe", { "" }, TRUE, 0, SAFE, ERROR (OUTCOME_UNKNOWN), ERROR (NOT_SENT), 3 },
  { "cut/none", { cut }, TRUE, 0, NONE, ERROR (OUTCOME_UNKNOWN), ERROR (NOT_SENT), 1 },
  { "cut/chunked", { cut_chunked }, TRUE, 0, NONE, ERROR (OUTCOME_UNKNOWN), ERROR (NOT_SENT), 1 },
  { "cut/head", { cut_head }, TRUE, 0, NONE, ERROR (OUTCOME_UNKNOWN), ERROR (NOT_SENT), 1 },
  { "cut/idempotent", { cut }, TRUE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (NOT_SENT), 3 },
  { "timeout/none", { NULL }, FALSE, 500, NONE, ERROR (OUTCOME_UNKNOWN), ERROR (NOT_SENT), 1 },
  { "timeout/idempotent", { NULL }, FALSE, 500, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (NOT_SENT), 1 },
  { "500/none", { error_500 }, FALSE, 0, NONE, ERROR (OUTCOME_UNKNOWN), ERROR (REFUSED), 1 },
  { "502/none", { error_502 }, FALSE, 0, NONE, ERROR (OUTCOME_UNKNOWN), ERROR (REFUSED), 1 },
  { "502/idempotent", { error_502 }, FALSE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (REFUSED), 3 },
  { "503/safe", { error_503 }, FALSE, 0, SAFE, ERROR (OUTCOME_UNKNOWN), ERROR (REFUSED), 3 },
  { "504/idempotent", { error_504 }, FALSE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (PROTOCOL), 3 },
  { "html", { html }, FALSE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (PROTOCOL), 1 },
  { "unsigned", { unsigned_answer }, FALSE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (SIGNATURE_INVALID), 1 },
  { "mismatch", { mismatch }, FALSE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (MISMATCH), 1 },
  { "429/none", { limited }, FALSE, 0, NONE, ERROR (RATE_LIMITED), ERROR (RATE_LIMITED), 1 },
  { "429/idempotent", { limited }, FALSE, 0, IDEMPOTENT, ERROR (RATE_LIMITED), ERROR (RATE_LIMITED), 3 },
  { "refused", { refused }, FALSE, 0, IDEMPOTENT, ERROR (REFUSED), ERROR (REFUSED), 1 },
  { "conflict", { conflict }, FALSE, 0, IDEMPOTENT, ERROR (CONFLICT), ERROR (CONFLICT), 1 },
  { "not-found", { missing }, FALSE, 0, IDEMPOTENT, ERROR (NOT_FOUND), ERROR (NOT_FOUND), 1 },
  /* what comes after a try that may have been obeyed */
  { "503-then-done", { error_503, ok }, FALSE, 0, IDEMPOTENT, DONE, DONE, 2 },
  { "429-twice-then-done", { limited, limited, ok }, FALSE, 0, IDEMPOTENT, DONE, DONE, 3 },
  { "cut-then-done", { cut, ok }, TRUE, 0, IDEMPOTENT, DONE, DONE, 2 },
  { "503-then-refused", { error_503, refused }, FALSE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (REFUSED), 2 },
  { "cut-then-refused", { cut, refused }, TRUE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (REFUSED), 2 },
  { "cut-then-429", { cut, limited }, TRUE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (RATE_LIMITED), 3 },
  { "429-then-refused", { limited, refused }, FALSE, 0, IDEMPOTENT, ERROR (REFUSED), ERROR (REFUSED), 2 },
  { "cut-then-conflict", { cut, conflict }, TRUE, 0, IDEMPOTENT, ERROR (OUTCOME_UNKNOWN), ERROR (CONFLICT), 2 },
  /* not final yet: asked again where that may be */
  { "pending/none", { pending, ok }, FALSE, 0, NONE, ERROR (OUTCOME_UNKNOWN), ERROR (RATE_LIMITED), 1 },
  { "pending/safe", { pending, ok }, FALSE, 0, SAFE, DONE, DONE, 2 },
  { "pending/idempotent", { pending, ok }, FALSE, 0, IDEMPOTENT, DONE, DONE, 2 },
  { "pending-without-end", { pending }, FALSE, 0, SAFE, ERROR (OUTCOME_UNKNOWN), ERROR (RATE_LIMITED), 3 },
};

static void
assert_outcome (GObject *result, const GError *error, MinipayOperation operation, int expected)
{
  GType wanted = operation == MINIPAY_OPERATION_CREATE ? MINIPAY_TYPE_CHECKOUT : MINIPAY_TYPE_PAYMENT;

  if (expected == DONE) {
    g_assert_no_error (error);
    g_assert_true (G_TYPE_CHECK_INSTANCE_TYPE (result, wanted));
    return;
  }
  g_assert_null (result);
  g_assert_error (error, MINIPAY_ERROR, expected);
}

static void
run_cell (const Cell *cell, MinipayOperation operation)
{
  g_autoptr (House) house = house_new (cell->flags);
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) result = NULL;
  int expected = operation == MINIPAY_OPERATION_CREATE ? cell->create : cell->query;

  for (guint i = 0; i == 0 || cell->answers[i] != NULL; i++)
    raw_server_push (house->server,
                     &(RawAnswer){ .bytes = cell->answers[i], .length = -1, .closes = cell->closes });
  if (cell->deadline_ms != 0)
    house->deadline_ms = cell->deadline_ms;

  result = house_run (house, operation, NULL, &error);
  assert_outcome (result, error, operation, expected);
  g_assert_cmpuint (raw_server_get_requests (house->server), ==, cell->n_requests);
  house_assert_same_number (house);
  g_assert_cmpint (house->n_prepares, ==, 1);
  g_assert_cmpint (house->n_concludes, ==, 1);
  g_assert_cmpint (house->failure_code, ==, expected);
}

static void
test_create_cell (gconstpointer data)
{
  run_cell (data, MINIPAY_OPERATION_CREATE);
}

static void
test_query_cell (gconstpointer data)
{
  run_cell (data, MINIPAY_OPERATION_QUERY);
}

static void
test_not_connected (void)
{
  static const MinipaySendFlags flags[] = { NONE, IDEMPOTENT, SAFE };
  g_autofree char *endpoint = g_strdup_printf ("http://127.0.0.1:%u", raw_server_find_closed_port ());

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    for (MinipayOperation o = MINIPAY_OPERATION_CREATE; o <= MINIPAY_OPERATION_QUERY; o++) {
      g_autoptr (House) house = house_new_at (endpoint, flags[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (house_run (house, o, NULL, &error));
      g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SENT);
      g_assert_cmpint (house->failure_code, ==, MINIPAY_ERROR_NOT_SENT);
    }
}

static void
test_tls_refused (void)
{
  for (MinipayOperation o = MINIPAY_OPERATION_CREATE; o <= MINIPAY_OPERATION_QUERY; o++) {
    g_autoptr (GTlsCertificate) certificate = test_authority_make_self_signed ("IP:127.0.0.1");
    g_autoptr (RawServer) server = raw_server_new (certificate);
    g_autoptr (House) house = house_new_at (raw_server_get_base_url (server), IDEMPOTENT);
    g_autoptr (GError) error = NULL;

    raw_server_push_text (server, ok);
    g_assert_null (house_run (house, o, NULL, &error));
    g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_NOT_SENT);
    g_assert_cmpuint (raw_server_get_requests (server), ==, 0);
    g_assert_cmpuint (raw_server_get_bytes_read (server), ==, 0);
  }
}

static void
test_unknown_then_not_connected (void)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GError) error = NULL;

  g_test_summary ("That the second try never left says nothing about the first.");
  raw_server_push (house->server, &(RawAnswer){ .bytes = "", .length = 0, .closes = TRUE });
  run_provider_break_after (house->provider, 1);
  g_assert_null (house_run (house, MINIPAY_OPERATION_CREATE, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  g_assert_cmpuint (raw_server_get_requests (house->server), ==, 1);
}

static void
test_two_steps (void)
{
  g_autoptr (House) house = house_new (NONE);
  g_autoptr (GError) error = NULL;
  guint n_creates = 0;

  g_test_summary ("A later step that only reads gives no leave to repeat an earlier one that did not.");
  raw_server_push_text (house->server, next);
  raw_server_push_text (house->server, error_503);
  run_provider_set_next_flags (house->provider, SAFE);
  g_assert_null (house_run (house, MINIPAY_OPERATION_CREATE, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_OUTCOME_UNKNOWN);
  for (guint i = 0; i < raw_server_get_requests (house->server); i++) {
    g_autofree char *request = raw_server_dup_request (house->server, i);

    n_creates += g_str_has_prefix (request, "POST /first ");
  }
  g_assert_cmpuint (n_creates, ==, 1);
}

static void
test_two_steps_done (void)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) result = NULL;

  raw_server_push_text (house->server, next);
  raw_server_push_text (house->server, ok);
  run_provider_set_next_flags (house->provider, IDEMPOTENT);
  result = house_run (house, MINIPAY_OPERATION_CREATE, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (MINIPAY_IS_CHECKOUT (result));
  g_assert_cmpuint (raw_server_get_requests (house->server), ==, 2);
}

static void
test_endless_steps (void)
{
  g_autoptr (House) house = house_new (IDEMPOTENT);
  g_autoptr (GError) error = NULL;

  raw_server_push_text (house->server, next);
  g_assert_null (house_run (house, MINIPAY_OPERATION_QUERY, NULL, &error));
  g_assert_error (error, MINIPAY_ERROR, MINIPAY_ERROR_PLUGIN);
  g_assert_cmpuint (raw_server_get_requests (house->server), <=, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cells); i++) {
    g_autofree char *create = g_strconcat ("/run/create/", cells[i].name, NULL);
    g_autofree char *query = g_strconcat ("/run/query/", cells[i].name, NULL);

    g_test_add_data_func (create, &cells[i], test_create_cell);
    g_test_add_data_func (query, &cells[i], test_query_cell);
  }
  g_test_add_func ("/run/outcome/not-connected-not-sent", test_not_connected);
  g_test_add_func ("/run/outcome/tls-refused-not-sent", test_tls_refused);
  g_test_add_func ("/run/outcome/unknown-then-not-sent-stays-unknown", test_unknown_then_not_connected);
  g_test_add_func ("/run/steps/later-step-never-repeats-first", test_two_steps);
  g_test_add_func ("/run/steps/two-done", test_two_steps_done);
  g_test_add_func ("/run/steps/without-end-stopped", test_endless_steps);

  return g_test_run ();
}
