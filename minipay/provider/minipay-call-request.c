/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "provider/minipay-call-request-private.h"

struct _MinipayCallRequest {
  GObject parent_instance;

  char *name;
  GVariant *params; /* never null */
};

G_DEFINE_FINAL_TYPE (MinipayCallRequest, minipay_call_request, G_TYPE_OBJECT)

static void
minipay_call_request_finalize (GObject *object)
{
  MinipayCallRequest *self = MINIPAY_CALL_REQUEST (object);

  g_free (self->name);
  g_variant_unref (self->params);
  G_OBJECT_CLASS (minipay_call_request_parent_class)->finalize (object);
}

static void
minipay_call_request_class_init (MinipayCallRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = minipay_call_request_finalize;
}

static void
minipay_call_request_init (MinipayCallRequest *self)
{
}

MinipayCallRequest *
minipay_call_request_new (const char *name, GVariant *params)
{
  MinipayCallRequest *self = g_object_new (MINIPAY_TYPE_CALL_REQUEST, NULL);

  self->name = g_strdup (name);
  self->params = g_variant_ref_sink (params != NULL ? params : g_variant_new ("a{sv}", NULL));
  return self;
}

const char *
minipay_call_request_get_name (MinipayCallRequest *self)
{
  return self->name;
}

GVariant *
minipay_call_request_get_params (MinipayCallRequest *self)
{
  return self->params;
}
