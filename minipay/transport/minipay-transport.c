/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "minipay-transport-private.h"

#include <libsoup/soup.h>
#include <unistd.h>

#include "core/minipay-error-private.h"
#include "minipay-transport-job-private.h"
#include "minipay-transport-request-private.h"

#define READ_TIMEOUT_S 15
#define IDLE_TIMEOUT_S 30
#define SKEW_TO_WARN_S 60

/* What the I/O thread works with. It outlives the transport when the last reference is dropped on that very
 * thread. */
typedef struct {
  GMainContext *context;
  GThread *thread;
  GTlsDatabase *database; /* nullable */
  GArray *sessions;       /* of TransportSession; made, used and freed on the I/O thread */
  GError *error;          /* nullable: why nothing can be sent */
  char *ca_file;          /* nullable */
  guint max_in_flight;
  int is_quitting; /* atomic */
} TransportIo;

typedef struct {
  GTlsCertificate *identity; /* owned, nullable */
  SoupSession *session;      /* owned */
} TransportSession;

typedef struct {
  MinipayCircuit circuit; /* I/O thread */
  gint64 skew_s;          /* under the lock */
  gboolean has_skew;      /* under the lock */
  gboolean is_allowed;
} TransportHost;

struct _MinipayTransport {
  GObject parent_instance;

  guint max_in_flight;
  char *ca_file; /* nullable */

  GMutex lock;
  TransportIo *io;             /* owned; NULL before the first send; set under the lock */
  int pid;                     /* atomic: the process that has the I/O thread; 0 before the first send */
  GHashTable *hosts;           /* base URL -> TransportHost; entries are added under the lock and stay */
  gboolean has_warned_of_skew; /* under the lock */

  GQueue waiting; /* of MinipayTransportRun, owned; I/O thread */
  guint n_admitted;
  gboolean is_admitting;
};

typedef struct {
  MinipayTransport *transport;
  GSourceOnceFunc func;
  gpointer user_data;
  guint delay_ms;
} TransportTimer;

G_DEFINE_FINAL_TYPE (MinipayTransport, minipay_transport, G_TYPE_OBJECT)

static void
transport_io_clear (gpointer data)
{
  TransportIo *io = data;

  g_main_context_unref (io->context);
  g_clear_error (&io->error);
  g_free (io->ca_file);
}

static GTlsDatabase *
transport_io_load_authorities (const char *ca_file, GError **error)
{
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *quoted = minipay_error_quote (ca_file, -1);
  GList *certificates;

  if (!g_path_is_absolute (ca_file)) {
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "file of trusted authorities \"%s\" is not named by an absolute path",
                 quoted);
    return NULL;
  }

  /* The database takes a file without any certificate and then trusts nobody, which reads as a fault of the
   * gateway. */
  certificates = g_tls_certificate_list_new_from_file (ca_file, &local_error);
  if (certificates != NULL)
    database = g_tls_file_database_new (ca_file, &local_error);
  g_list_free_full (certificates, g_object_unref);
  if (database == NULL)
    g_set_error (error,
                 MINIPAY_ERROR,
                 MINIPAY_ERROR_CONFIG,
                 "cannot read trusted authorities from \"%s\": %s",
                 quoted,
                 local_error != NULL ? local_error->message : "no certificate in it");
  return g_steal_pointer (&database);
}

static SoupSession *
transport_io_make_session (TransportIo *io)
{
  /* Without an explicit NULL the resolver takes the desktop's and the environment's proxy and starts D-Bus
   * threads. */
  SoupSession *session = g_object_new (SOUP_TYPE_SESSION,
                                       "max-conns",
                                       io->max_in_flight,
                                       "max-conns-per-host",
                                       io->max_in_flight,
                                       "timeout",
                                       READ_TIMEOUT_S,
                                       "idle-timeout",
                                       IDLE_TIMEOUT_S,
                                       "proxy-resolver",
                                       NULL,
                                       NULL);

  if (io->database != NULL)
    soup_session_set_tls_database (session, io->database);
  /* The decoder inflates without bound, the authenticator repeats requests by itself. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  return session;
}

static gboolean
transport_is_same_identity (GTlsCertificate *one, GTlsCertificate *other)
{
  return one == other || (one != NULL && other != NULL && g_tls_certificate_is_same (one, other));
}

static SoupSession *
transport_io_get_session (TransportIo *io, GTlsCertificate *identity)
{
  TransportSession made;

  for (guint i = 0; i < io->sessions->len; i++) {
    const TransportSession *known = &g_array_index (io->sessions, TransportSession, i);

    if (transport_is_same_identity (known->identity, identity))
      return known->session;
  }

  made.identity = identity != NULL ? g_object_ref (identity) : NULL;
  made.session = transport_io_make_session (io);
  g_array_append_val (io->sessions, made);
  return made.session;
}

static void
transport_session_clear (gpointer data)
{
  TransportSession *session = data;

  soup_session_abort (session->session);
  g_object_unref (session->session);
  g_clear_object (&session->identity);
}

static gpointer
transport_io_main (gpointer data)
{
  TransportIo *io = data;

  g_main_context_push_thread_default (io->context);
  if (io->ca_file != NULL)
    io->database = transport_io_load_authorities (io->ca_file, &io->error);
  io->sessions = g_array_new (FALSE, FALSE, sizeof (TransportSession));
  g_array_set_clear_func (io->sessions, transport_session_clear);
  while (!g_atomic_int_get (&io->is_quitting))
    g_main_context_iteration (io->context, TRUE);

  g_array_unref (io->sessions);
  g_clear_object (&io->database);
  /* What the sessions' end has set off belongs to this context and ends here. */
  for (guint i = 0; i < 1000 && g_main_context_iteration (io->context, FALSE); i++)
    ;
  g_main_context_pop_thread_default (io->context);
  g_atomic_rc_box_release_full (io, transport_io_clear);
  return NULL;
}

static void
minipay_transport_finalize (GObject *object)
{
  MinipayTransport *self = MINIPAY_TRANSPORT (object);

  /* A forked child has a copy of the thread's things but not the thread: whatever it did to them would be
   * wrong. */
  if (self->io != NULL && self->pid == getpid ()) {
    GThread *thread = self->io->thread;

    g_atomic_int_set (&self->io->is_quitting, TRUE);
    g_main_context_wakeup (self->io->context);
    if (thread == g_thread_self ())
      g_thread_unref (thread);
    else
      g_thread_join (thread);
    g_atomic_rc_box_release_full (self->io, transport_io_clear);
  }
  g_queue_clear (&self->waiting);
  g_hash_table_unref (self->hosts);
  g_free (self->ca_file);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (minipay_transport_parent_class)->finalize (object);
}

static void
minipay_transport_class_init (MinipayTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_transport_finalize;
}

static void
minipay_transport_init (MinipayTransport *self)
{
  g_mutex_init (&self->lock);
  g_queue_init (&self->waiting);
  self->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

MinipayTransport *
minipay_transport_new (guint max_in_flight, const char *ca_file)
{
  MinipayTransport *self = g_object_new (MINIPAY_TYPE_TRANSPORT, NULL);

  self->max_in_flight = MAX (max_in_flight, 1);
  self->ca_file = g_strdup (ca_file);
  return self;
}

/* Needs no lock: in a forked child a thread that no longer exists may hold it for ever. */
static gboolean
transport_is_forked (MinipayTransport *self)
{
  int pid = g_atomic_int_get (&self->pid);

  return pid != 0 && pid != getpid ();
}

static TransportIo *
transport_ensure_io (MinipayTransport *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  TransportIo *io;

  if (self->io != NULL)
    return self->io;

  io = g_atomic_rc_box_new0 (TransportIo);
  io->context = g_main_context_new ();
  io->ca_file = g_strdup (self->ca_file);
  io->max_in_flight = self->max_in_flight;
  io->thread = g_thread_new ("minipay-io", transport_io_main, g_atomic_rc_box_acquire (io));
  self->io = io;
  g_atomic_int_set (&self->pid, getpid ());
  return io;
}

static gboolean
on_start (gpointer user_data)
{
  minipay_transport_run_start (user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
on_forked_send (gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_set_error (&error,
               MINIPAY_ERROR,
               MINIPAY_ERROR_CONFIG,
               "the process forked after its first payment call, make the client in process %d itself",
               (int) getpid ());
  minipay_transport_run_refuse (user_data, error);
  minipay_transport_run_unref (user_data);
  return NULL;
}

void
minipay_transport_send (MinipayTransport *self,
                        const MinipayTransportJob *job,
                        GCancellable *cancellable,
                        MinipayTransportCallback callback,
                        gpointer user_data)
{
  g_autoptr (GSource) source = NULL;
  MinipayTransportRun *run;

  g_return_if_fail (MINIPAY_IS_TRANSPORT (self));
  g_return_if_fail (job != NULL && MINIPAY_IS_HTTP_REQUEST (job->request) && callback != NULL);

  run = minipay_transport_run_new (self, job, cancellable, callback, user_data);
  if (transport_is_forked (self)) {
    /* The I/O thread stayed with the parent, and the callback may not run while the caller is still in here.
     */
    g_thread_unref (g_thread_new ("minipay-forked", on_forked_send, run));
    return;
  }

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_start, run, (GDestroyNotify) minipay_transport_run_unref);
  g_source_attach (source, transport_ensure_io (self)->context);
}

static void
transport_timer_free (gpointer data)
{
  TransportTimer *timer = data;

  g_object_unref (timer->transport);
  g_free (timer);
}

static gboolean
on_timer (gpointer user_data)
{
  TransportTimer *timer = user_data;

  timer->func (timer->user_data);
  return G_SOURCE_REMOVE;
}

static gpointer
on_forked_timer (gpointer user_data)
{
  TransportTimer *timer = user_data;

  g_usleep (timer->delay_ms * 1000ul);
  timer->func (timer->user_data);
  transport_timer_free (timer);
  return NULL;
}

void
minipay_transport_call_later (MinipayTransport *self, guint delay_ms, GSourceOnceFunc func, gpointer user_data)
{
  g_autoptr (GSource) source = NULL;
  TransportTimer *timer;

  g_return_if_fail (MINIPAY_IS_TRANSPORT (self));
  g_return_if_fail (func != NULL);

  timer = g_new0 (TransportTimer, 1);
  timer->transport = g_object_ref (self);
  timer->func = func;
  timer->user_data = user_data;
  timer->delay_ms = delay_ms;
  if (transport_is_forked (self)) {
    g_thread_unref (g_thread_new ("minipay-forked", on_forked_timer, timer));
    return;
  }

  source = g_timeout_source_new (delay_ms);
  g_source_set_callback (source, on_timer, timer, transport_timer_free);
  g_source_attach (source, transport_ensure_io (self)->context);
}

gboolean
minipay_transport_get_clock_skew (MinipayTransport *self, const char *base_url, gint64 *skew_s)
{
  g_autoptr (GMutexLocker) locker = NULL;
  TransportHost *host;

  g_return_val_if_fail (MINIPAY_IS_TRANSPORT (self) && base_url != NULL && skew_s != NULL, FALSE);

  if (transport_is_forked (self))
    return FALSE;
  locker = g_mutex_locker_new (&self->lock);
  host = g_hash_table_lookup (self->hosts, base_url);
  if (host == NULL || !host->has_skew)
    return FALSE;
  *skew_s = host->skew_s;
  return TRUE;
}

/* Call with the lock held. */
static TransportHost *
transport_get_host (MinipayTransport *self, const char *base_url)
{
  TransportHost *host = g_hash_table_lookup (self->hosts, base_url);

  if (host == NULL) {
    host = g_new0 (TransportHost, 1);
    minipay_circuit_init (&host->circuit);
    g_hash_table_insert (self->hosts, g_strdup (base_url), host);
  }
  return host;
}

gboolean
minipay_transport_allows (MinipayTransport *self, const char *base_url, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  TransportHost *host = transport_get_host (self, base_url);

  host->is_allowed = host->is_allowed || minipay_transport_check_base_url (base_url, error);
  return host->is_allowed;
}

/* FALSE: there is nothing to warn of, or no longer. */
static gboolean
transport_note_clock_skew (MinipayTransport *self, const char *base_url, gint64 skew_s)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  TransportHost *host = transport_get_host (self, base_url);

  host->skew_s = skew_s;
  host->has_skew = TRUE;
  if (ABS (skew_s) <= SKEW_TO_WARN_S || self->has_warned_of_skew)
    return FALSE;
  self->has_warned_of_skew = TRUE;
  return TRUE;
}

void
minipay_transport_set_clock_skew (MinipayTransport *self, const char *base_url, gint64 skew_s)
{
  if (transport_note_clock_skew (self, base_url, skew_s))
    g_warning ("this machine's clock is %" G_GINT64_FORMAT " s %s that of %s: signatures fail from some minutes on",
               ABS (skew_s),
               skew_s > 0 ? "behind" : "ahead of",
               base_url);
}

MinipayCircuit *
minipay_transport_get_circuit (MinipayTransport *self, const char *base_url)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return &transport_get_host (self, base_url)->circuit;
}

GMainContext *
minipay_transport_get_context (MinipayTransport *self)
{
  return self->io->context;
}

SoupSession *
minipay_transport_get_session (MinipayTransport *self, GTlsCertificate *identity, GError **error)
{
  if (self->io->error == NULL)
    return transport_io_get_session (self->io, identity);
  g_propagate_error (error, g_error_copy (self->io->error));
  return NULL;
}

static void
transport_admit (MinipayTransport *self)
{
  /* A job may end while it is being admitted, which leads back here: the loop below goes on then, the stack
   * stays flat. */
  if (self->is_admitting)
    return;

  /* Such a job may also hold the last reference. */
  g_object_ref (self);
  self->is_admitting = TRUE;
  /* libsoup walks its whole queue at every step: it gets no more messages than it may have connections. */
  while (self->n_admitted < self->max_in_flight && !g_queue_is_empty (&self->waiting)) {
    MinipayTransportRun *run = g_queue_pop_head (&self->waiting);

    self->n_admitted++;
    minipay_transport_run_admit (run);
    minipay_transport_run_unref (run);
  }
  self->is_admitting = FALSE;
  g_object_unref (self);
}

void
minipay_transport_enter (MinipayTransport *self, MinipayTransportRun *run)
{
  g_queue_push_tail (&self->waiting, minipay_transport_run_ref (run));
  transport_admit (self);
}

void
minipay_transport_leave (MinipayTransport *self, MinipayTransportRun *run, gboolean is_admitted)
{
  if (!is_admitted) {
    if (g_queue_remove (&self->waiting, run))
      minipay_transport_run_unref (run);
    return;
  }
  self->n_admitted--;
  transport_admit (self);
}
