/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-transport-log-private.h"

#include <string.h>

#include "core/minipay-error-private.h"

#define LEVEL_PRIORITY_INFO  "6"
#define LEVEL_PRIORITY_DEBUG "7"

static const char *const outcome_names[] = {
  [MINIPAY_TRANSPORT_NOT_SENT] = "not-sent",
  [MINIPAY_TRANSPORT_ANSWERED] = "answered",
  [MINIPAY_TRANSPORT_UNKNOWN] = "unknown",
};

/* One word of a line of words: spaces and quotes go too, or a value could pass for the next field. */
static char *
log_word (const char *text, gssize length)
{
  char *word;

  if (text == NULL || *text == '\0')
    return g_strdup ("-");
  word = minipay_error_quote (text, length);
  return g_strdelimit (word, " =\"'", '_');
}

static const char *
log_host (const char *base_url)
{
  const char *host = base_url != NULL ? strstr (base_url, "://") : NULL;

  return host != NULL ? host + strlen ("://") : base_url;
}

static void
log_write (const MinipayTransportLogLine *line)
{
  /* What was answered is told in detail only when asked for; what was not, always. */
  gboolean is_answered = line->outcome == MINIPAY_TRANSPORT_ANSWERED;
  g_autofree char *account = log_word (line->account, -1);
  g_autofree char *operation = log_word (line->operation, -1);
  g_autofree char *method = log_word (line->method, -1);
  g_autofree char *host = log_word (log_host (line->base_url), -1);
  g_autofree char *path = log_word (line->target, strcspn (line->target, "?"));
  g_autofree char *request_id = log_word (line->request_id, -1);
  g_autofree char *status = g_strdup_printf ("%u", line->status);
  g_autofree char *ms = g_strdup_printf ("%" G_GINT64_FORMAT, line->elapsed_us / 1000);
  g_autofree char *message = g_strdup_printf ("account=%s operation=%s method=%s host=%s path=%s status=%s "
                                              "outcome=%s ms=%s request-id=%s",
                                              account,
                                              operation,
                                              method,
                                              host,
                                              path,
                                              status,
                                              outcome_names[line->outcome],
                                              ms,
                                              request_id);
  const GLogField fields[] = {
    { "PRIORITY", is_answered ? LEVEL_PRIORITY_DEBUG : LEVEL_PRIORITY_INFO, -1 },
    { "GLIB_DOMAIN", G_LOG_DOMAIN, -1 },
    { "MESSAGE", message, -1 },
    { "MINIPAY_ACCOUNT", account, -1 },
    { "MINIPAY_OPERATION", operation, -1 },
    { "MINIPAY_METHOD", method, -1 },
    { "MINIPAY_HOST", host, -1 },
    { "MINIPAY_PATH", path, -1 },
    { "MINIPAY_STATUS", status, -1 },
    { "MINIPAY_OUTCOME", outcome_names[line->outcome], -1 },
    { "MINIPAY_MS", ms, -1 },
    { "MINIPAY_REQUEST_ID", request_id, -1 },
  };

  g_log_structured_array (is_answered ? G_LOG_LEVEL_DEBUG : G_LOG_LEVEL_INFO, fields, G_N_ELEMENTS (fields));
}

void
minipay_transport_log (const MinipayTransportLogLine *line)
{
  /* one line for every payment: it is not built when nobody asked for debug messages */
  if (line->outcome != MINIPAY_TRANSPORT_ANSWERED ||
      !g_log_writer_default_would_drop (G_LOG_LEVEL_DEBUG, G_LOG_DOMAIN))
    log_write (line);
}
