/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A certificate authority that lives for one test run, in a directory of its own. */
typedef struct _TestAuthority TestAuthority;

TestAuthority *test_authority_new (void);
void test_authority_free (TestAuthority *self);

/* Absolute path of its own certificate as PEM. */
const char *test_authority_get_file (TestAuthority *self);

/* A server's certificate with key. @alt_name: `IP:127.0.0.1`, `DNS:pay.example`; @days: of validity counted
 * from yesterday, negative for one that has ended. */
GTlsCertificate *test_authority_issue (TestAuthority *self, const char *alt_name, int days);

/* What may be wrong with a certificate; zero means as it should be. */
typedef struct {
  const char *alt_name;
  int first_day;     /* of validity; 0: yesterday */
  int last_day;      /* 0: in 30 days */
  guint rsa_bits;    /* 0: an EC key on P-256 */
  gboolean is_sha1;  /* signed so */
  const char *usage; /* extended key usage; NULL: any */
} TestCertificatePlan;

GTlsCertificate *test_authority_issue_as (TestAuthority *self, const TestCertificatePlan *plan);

/* Signed by nobody but itself. */
GTlsCertificate *test_authority_make_self_signed (const char *alt_name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestAuthority, test_authority_free)

G_END_DECLS
