/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "sandbox-transit-order.h"

#include <gio/gio.h>
#include <string.h>

#include "sandbox-crypto.h"
#include "sandbox-json.h"

#define MAX_LATITUDE  90
#define MAX_LONGITUDE 180

typedef enum { TEXT, BASE64, FEN, ADDRESS, LATITUDE, LONGITUDE, TIME } Shape;

/* Section A.2 of the transit reference. */
static const struct {
  const char *name;
  Shape shape;
  gboolean is_required;
} member_rules[] = {
  { "qrcode", BASE64, TRUE },
  { "total_fee", FEN, TRUE },
  { "original_fee", FEN, TRUE },
  { "machine_ip", ADDRESS, FALSE },
  { "machine_latitude", LATITUDE, FALSE },
  { "machine_longitude", LONGITUDE, FALSE },
  { "body", TEXT, TRUE },
  { "start_time", TIME, TRUE },
  { "end_time", TIME, FALSE },
  { "line_name", TEXT, TRUE },
  { "trade_scene", TEXT, TRUE },
  { "start_qrcode", BASE64, FALSE },
  { "out_order_no", TEXT, FALSE },
  { "attach", TEXT, FALSE },
};

static gboolean
is_base64 (const char *text)
{
  g_autoptr (GBytes) bytes = sandbox_base64_read (text);

  return bytes != NULL;
}

static gboolean
is_time (const char *text)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *iso = NULL;

  if (strlen (text) != 14 || strspn (text, "0123456789") != 14)
    return FALSE;
  iso = g_strdup_printf ("%.8sT%.6s", text, text + 8);
  time = g_date_time_new_from_iso8601 (iso, utc);
  return time != NULL;
}

/* Read from the number's text: whole degrees up to @max, and nothing behind them at the limit itself. */
static gboolean
is_degree (JsonNode *node, guint64 max)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  g_autofree char *text = NULL;
  const char *digits = NULL;
  gsize length = 0;
  g_autofree char *whole = NULL;
  guint64 degrees = 0;

  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return FALSE;
  text = json_to_string (node, FALSE);
  digits = *text == '-' ? text + 1 : text;
  if (strstr (digits, "e-") != NULL)
    return TRUE; /* written so when it is next to nothing */
  length = strspn (digits, "0123456789");
  whole = g_strndup (digits, length);
  if (strchr (digits, 'e') != NULL || !g_ascii_string_to_unsigned (whole, 10, 0, max, &degrees, NULL))
    return FALSE;
  return degrees < max || strspn (digits + length, ".0") == strlen (digits + length);
}

/* What is wrong with the member's value, or NULL. */
static const char *
check_value (Shape shape, JsonNode *node)
{
  gboolean is_text = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
  const char *text = is_text ? json_node_get_string (node) : NULL;
  gint64 number = 0;

  switch (shape) {
  case FEN:
    return sandbox_json_integer (node, &number) && number >= 0 ? NULL : "is not a whole number of fen, 0 or more";
  case LATITUDE:
    return is_degree (node, MAX_LATITUDE) ? NULL : "is not a number in -90..90";
  case LONGITUDE:
    return is_degree (node, MAX_LONGITUDE) ? NULL : "is not a number in -180..180";
  case BASE64:
    return is_text && is_base64 (text) ? NULL : "is not a string of base64";
  case ADDRESS:
    return is_text && g_hostname_is_ip_address (text) ? NULL : "is not an IP address";
  case TIME:
    return is_text && is_time (text) ? NULL : "is not a time written yyyyMMddHHmmss";
  case TEXT:
  default:
    return is_text && *text != '\0' ? NULL : "is not a string with something in it";
  }
}

static gboolean
is_known (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (member_rules); i++) {
    if (g_str_equal (member_rules[i].name, name))
      return TRUE;
  }
  return FALSE;
}

static char *
check_members (JsonObject *object)
{
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (member_rules); i++) {
    const char *issue = NULL;

    node = json_object_get_member (object, member_rules[i].name);
    if (node == NULL && member_rules[i].is_required)
      return g_strdup_printf ("%s is missing", member_rules[i].name);
    issue = node != NULL ? check_value (member_rules[i].shape, node) : NULL;
    if (issue != NULL)
      return g_strdup_printf ("%s %s", member_rules[i].name, issue);
  }

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node)) {
    if (!is_known (name))
      return g_strdup_printf ("%s is no member of this call", name);
  }
  return NULL;
}

/* What is wrong with a deduction, member by member and between them, or NULL. */
char *
sandbox_transit_check (JsonNode *root)
{
  JsonObject *object = NULL;
  const char *body = NULL;
  const char *scene = NULL;
  const char *end_time = NULL;
  gint64 total = 0;
  gint64 original = 0;
  char *issue = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (root))
    return g_strdup ("the body is not an object");
  object = json_node_get_object (root);
  issue = check_members (object);
  if (issue != NULL)
    return issue;

  body = sandbox_json_text (object, "body");
  scene = sandbox_json_text (object, "trade_scene");
  end_time = sandbox_json_text (object, "end_time");
  if (!g_str_equal (scene, "BUS") && !g_str_equal (scene, "METRO"))
    return g_strdup ("trade_scene is neither METRO nor BUS");
  if (!g_str_equal (body, g_str_equal (scene, "BUS") ? "公交代扣" : "地铁代扣"))
    return g_strdup_printf ("body is not the text that goes with trade_scene %s", scene);
  if (!sandbox_json_integer (json_object_get_member (object, "total_fee"), &total) ||
      !sandbox_json_integer (json_object_get_member (object, "original_fee"), &original) || original < total)
    return g_strdup ("original_fee is below total_fee");
  /* both have fourteen digits, so their order is that of the times */
  if (end_time != NULL && strcmp (end_time, sandbox_json_text (object, "start_time")) < 0)
    return g_strdup ("end_time is before start_time");
  return NULL;
}
