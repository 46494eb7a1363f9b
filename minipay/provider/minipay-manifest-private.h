/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include "core/minipay-error.h"

G_BEGIN_DECLS

#define MINIPAY_MANIFEST_MAX_BYTES 65536

/* Fields whose names say what they are: the secret that another one was before, and when it ends. */
#define MINIPAY_PREVIOUS_PREFIX "previous-"
#define MINIPAY_PREVIOUS_UNTIL  "previous-key-until"

typedef enum {
  MINIPAY_FIELD_STRING,
  MINIPAY_FIELD_BOOLEAN,
  MINIPAY_FIELD_INTEGER,
  MINIPAY_FIELD_CHOICE,
  MINIPAY_FIELD_SECRET,
  MINIPAY_FIELD_PRIVATE_KEY,
  MINIPAY_FIELD_PUBLIC_KEY,
  MINIPAY_FIELD_CERTIFICATE,
  MINIPAY_FIELD_IDENTITY, /* a client certificate and its key */
  MINIPAY_FIELD_TOKEN,    /* a secret that the gateway must be told, read anew for every request */
  MINIPAY_FIELD_HOSTS,    /* the hosts that the account may send to */
  MINIPAY_FIELD_ADDRESS,  /* where one call of the account goes to */
} MinipayFieldType;

/* Forms that a class of characters cannot say. */
typedef enum {
  MINIPAY_FORMAT_ANY,
  MINIPAY_FORMAT_ADDRESS,   /* at a host that the account may send to */
  MINIPAY_FORMAT_BASE64,    /* strict */
  MINIPAY_FORMAT_TIME,      /* yyyyMMddHHmmss */
  MINIPAY_FORMAT_DECIMAL,   /* -12.5 */
  MINIPAY_FORMAT_MONEY,     /* 2.00 CNY */
  MINIPAY_FORMAT_PARAMETER, /* does not read as several parameters: nowhere `&name=` */
} MinipayFormat;

/* What a text may look like; a length of 0 sets no bound. */
typedef struct {
  guint min_length;
  guint max_length;
  gboolean counts_characters; /* else bytes of UTF-8 */
  char *characters;           /* the class as written, or NULL for any */
  guint32 allowed[4];         /* the class as a map of ASCII */
  char **choices;             /* or NULL for any */
  MinipayFormat format;
} MinipayTextRule;

/* One setting of an account. */
typedef struct {
  char *name;
  MinipayFieldType type;
  gboolean is_required;
  gboolean is_inferred; /* rests on reasoning, not on the gateway's word */
  char *default_value;
  char *key_id;   /* public keys: the field that holds their id; without it they are used by their own name */
  char *encoding; /* secrets: the choice field that says whether they are `text` or `base64` */
  char **lengths; /* secrets: the numbers of bytes allowed, NULL where the rule says all */
  MinipayTextRule rule;
} MinipayField;

/* Which methods of payment have a member, and which need it. */
typedef struct {
  gboolean is_required; /* by all that have it */
  char **modes;         /* those that have it, NULL for all */
  char **methods;       /* likewise */
  char **required_by;   /* methods and modes that need it, where not all do */
} MinipayMethodRule;

/* The bounds of one member of an order or a refund. */
typedef struct {
  char *name;
  MinipayMethodRule presence;
  MinipayTextRule rule;
  gint64 minimum; /* minor units */
  gint64 maximum;
  char **schemes; /* addresses: which may be used, NULL when it is none */
  gboolean allows_query;
  guint min_seconds_ahead;
} MinipayLimit;

/* One member of the extras of an order, a reference or a request, or one parameter of a named operation. */
typedef struct {
  char *name;
  char *type;        /* a GVariant type string */
  char **operations; /* whose extras it belongs to; NULL for create alone */
  MinipayMethodRule presence;
  gboolean is_volatile; /* another value under the same number is still the same order */
  MinipayTextRule rule;
} MinipayExtra;

/* What a mode says otherwise than the provider as a whole; NULL members say nothing. */
typedef struct {
  char *name;
  char **operations;
  char **methods;
  char **hosts;
  char **required;
  char **required_one_of;
  char **excluded; /* fields that have no place in this mode */
} MinipayModeRules;

/* One `[Operation NAME]`: what an answer must say. A name that is none of MinipayOperation's is an operation that
 * only this provider has. */
typedef struct {
  char *name;
  char **echoes;      /* of a named operation: the parameters that an answer must repeat */
  gboolean is_single; /* one request under one number, whatever becomes of it */
  char **required;    /* extras, or parameters, that must be there */
  char *number;       /* of a named operation that moves money: the parameter that numbers it, or NULL */
} MinipayOperationRules;

typedef struct {
  char *path;   /* of the manifest, for messages */
  char *folder; /* where the module lies */
  char *id;
  char *display_name;
  char *loader;
  char *module;
  char *type_name;
  MinipayModeRules base;
  char **currencies;
  char **modes;
  char **error_files;     /* beside the manifest, or NULL */
  GHashTable *errors;     /* what the gateway's words mean; NULL as long as nobody read it */
  GPtrArray *mode_rules;  /* of MinipayModeRules */
  GPtrArray *operations;  /* of MinipayOperationRules */
  GPtrArray *fields;      /* of MinipayField */
  GPtrArray *limits;      /* of MinipayLimit */
  GPtrArray *extras;      /* of MinipayExtra */
  char **volatile_extras; /* the names of those that are no part of what an order is */
} MinipayManifest;

/* Reads @text, which was found at @path; @name is the folder's name, which must be the id. Every failure is
 * PLUGIN and names the file, the group and the key. */
MinipayManifest *minipay_manifest_parse (const char *path, const char *name, GBytes *text, GError **error);
void minipay_manifest_free (MinipayManifest *self);

const MinipayField *minipay_manifest_get_field (const MinipayManifest *self, const char *name);
const MinipayLimit *minipay_manifest_get_limit (const MinipayManifest *self, const char *name);
/* The extra of that name, when @operation has it. */
const MinipayExtra *
minipay_manifest_get_extra (const MinipayManifest *self, const char *name, const char *operation);
gboolean minipay_extra_belongs_to (const MinipayExtra *extra, const char *operation);
/* TRUE for the nick of an operation that applications ask for by a function of its own, or that the core does. */
gboolean minipay_operation_is_known (const char *name);
const MinipayOperationRules *minipay_manifest_get_operation (const MinipayManifest *self, const char *name);
/* The mode's own list, or the provider's where the mode has none; @mode may be NULL. */
const MinipayModeRules *minipay_manifest_get_mode (const MinipayManifest *self, const char *mode);
const char *const *minipay_manifest_get_operations (const MinipayManifest *self, const char *mode);
const char *const *minipay_manifest_get_methods (const MinipayManifest *self, const char *mode);
const char *const *minipay_manifest_get_hosts (const MinipayManifest *self, const char *mode);

const char *minipay_field_type_to_string (MinipayFieldType type);
const char *minipay_format_to_string (MinipayFormat format);

/* @method may be NULL: not about an order. */
gboolean minipay_methods_have (const MinipayMethodRule *rule, const char *mode, const char *method);
gboolean minipay_methods_need (const MinipayMethodRule *rule, const char *mode, const char *method);

void minipay_text_rule_clear (MinipayTextRule *rule);
gboolean minipay_text_rule_is_set (const MinipayTextRule *rule);
/* Checks @text by @rule but for ADDRESS; the message names @what, what was read (unless @is_secret) and what is
 * allowed. */
gboolean minipay_text_rule_check (
    const MinipayTextRule *rule, const char *what, const char *text, MinipayError code, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MinipayManifest, minipay_manifest_free)

G_END_DECLS
