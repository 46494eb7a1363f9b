/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-worker-private.h"

#include <stdlib.h>
#include <unistd.h>

#include "signing/minipay-signing-private.h"

/* A store that never answers must not hold up the end of the program for ever. */
#define DRAIN_LIMIT_S 5

typedef struct {
  void (*func) (gpointer data);
  gpointer data;
} WorkerJob;

static GThreadPool *worker_pool;
static GMutex worker_mutex; /* guards what follows */
static GCond worker_idle;
static guint n_running;
static gboolean is_draining;
static pid_t worker_pid; /* of the process that has the pool's threads */

static void
worker_run (gpointer data, gpointer unused)
{
  WorkerJob job = *(WorkerJob *) data;
  gboolean may_run;

  g_free (data);
  g_mutex_lock (&worker_mutex);
  may_run = !is_draining;
  n_running += may_run;
  g_mutex_unlock (&worker_mutex);
  if (!may_run)
    return;

  job.func (job.data);

  g_mutex_lock (&worker_mutex);
  if (--n_running == 0)
    g_cond_broadcast (&worker_idle);
  g_mutex_unlock (&worker_mutex);
}

/* OpenSSL's own exit handler frees what a running signature uses. This one was registered after it, so it
 * runs before it: what is running ends, what comes later never starts. */
static void
worker_drain (void)
{
  const gint64 until_us = g_get_monotonic_time () + DRAIN_LIMIT_S * G_USEC_PER_SEC;

  /* a forked child has the counter, not the threads */
  if (worker_pid != getpid ())
    return;
  g_mutex_lock (&worker_mutex);
  is_draining = TRUE;
  while (n_running > 0 && g_cond_wait_until (&worker_idle, &worker_mutex, until_us))
    ;
  g_mutex_unlock (&worker_mutex);
}

static gpointer
worker_start (gpointer unused)
{
  minipay_signing_init ();
  worker_pid = getpid ();
  worker_pool = g_thread_pool_new (worker_run, NULL, (int) g_get_num_processors (), TRUE, NULL);
  atexit (worker_drain);
  return NULL;
}

/* A forked child has the pool's locks but not its threads: its one job, which will be told so by the transport,
 * gets a thread of its own. */
static gpointer
worker_run_forked (gpointer data)
{
  WorkerJob *job = data;

  job->func (job->data);
  g_free (job);
  return NULL;
}

void
minipay_worker_push (void (*func) (gpointer data), gpointer data)
{
  static GOnce once = G_ONCE_INIT;
  WorkerJob *job = g_new (WorkerJob, 1);

  g_once (&once, worker_start, NULL);
  job->func = func;
  job->data = data;
  if (worker_pid != getpid ())
    g_thread_unref (g_thread_new ("minipay-forked", worker_run_forked, job));
  else
    g_thread_pool_push (worker_pool, job, NULL);
}
