/*
 * chain.c - see chain.h.
 * The path is verified once without CRLs and, when there are some, once with: a CRL that is missing
 * must not hide what else is wrong, as it does in servers.
 */
#include "analyzer/crypto/chain_trust.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

/* --- verifying -------------------------------------------------------------------------------- */

/* OpenSSL's errors by what they mean here; all others are CHAIN_OTHER. */
static const struct {
	int error;
	unsigned found;
} meanings[] = {
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, CHAIN_UNTRUSTED},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, CHAIN_UNTRUSTED},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, CHAIN_UNTRUSTED},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, CHAIN_UNTRUSTED},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, CHAIN_UNTRUSTED},
    {X509_V_ERR_CERT_UNTRUSTED, CHAIN_UNTRUSTED},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, CHAIN_UNTRUSTED},
    {X509_V_ERR_CERT_HAS_EXPIRED, CHAIN_EXPIRED},
    {X509_V_ERR_CERT_NOT_YET_VALID, CHAIN_NOT_YET_VALID},
    {X509_V_ERR_INVALID_PURPOSE, CHAIN_WRONG_PURPOSE},
    {X509_V_ERR_INVALID_CA, CHAIN_INVALID_CA},
    {X509_V_ERR_PATH_LENGTH_EXCEEDED, CHAIN_INVALID_CA},
    {X509_V_ERR_KEYUSAGE_NO_CERTSIGN, CHAIN_INVALID_CA},
    {X509_V_ERR_UNABLE_TO_GET_CRL, CHAIN_CRL_MISSING},
    {X509_V_ERR_CRL_SIGNATURE_FAILURE, CHAIN_CRL_MISSING},
    {X509_V_ERR_CRL_HAS_EXPIRED, CHAIN_CRL_EXPIRED},
    {X509_V_ERR_CRL_NOT_YET_VALID, CHAIN_CRL_EXPIRED},
    {X509_V_ERR_CERT_REVOKED, CHAIN_REVOKED},
};

/* Of the second run only these count. */
enum { CRL_ERRORS = CHAIN_CRL_MISSING | CHAIN_CRL_EXPIRED | CHAIN_REVOKED };

struct walk {
	struct chain_result *result;
	bool crls; /* the second run */
	int64_t now;
};

static int64_t
seconds(const ASN1_TIME *time)
{
	static const char epoch[] = "19700101000000Z";
	ASN1_TIME *zero = ASN1_TIME_new();
	int64_t at = INT64_MIN;
	int days, rest;

	if (zero != NULL && time != NULL && ASN1_TIME_set_string(zero, epoch) == 1 &&
	    ASN1_TIME_diff(&days, &rest, zero, time) == 1)
		at = (int64_t)days * 86400 + rest;
	ASN1_TIME_free(zero);
	return at;
}

/* A revocation counts from its date on: what was revoked later was good when the packet came by. */
static bool
revoked_by(struct walk *w, X509_STORE_CTX *ctx)
{
	X509_CRL *crl = X509_STORE_CTX_get0_current_crl(ctx);
	X509 *x = X509_STORE_CTX_get_current_cert(ctx);
	X509_REVOKED *entry = NULL;

	if (crl == NULL || x == NULL || X509_CRL_get0_by_cert(crl, &entry, x) != 1)
		return true;
	int64_t at = seconds(X509_REVOKED_get0_revocationDate(entry));
	if (at != INT64_MIN && at > w->now)
		return false;
	w->result->revoked_at = at;
	return true;
}

static void
note(struct walk *w, X509_STORE_CTX *ctx, int error)
{
	unsigned found = CHAIN_OTHER;

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].error == error)
			found = meanings[i].found;
	if (w->crls != ((found & CRL_ERRORS) != 0))
		return;
	if (found == CHAIN_REVOKED && !revoked_by(w, ctx))
		return;
	if (w->crls && X509_STORE_CTX_get0_current_crl(ctx) != NULL)
		w->result->crl_until =
		    seconds(X509_CRL_get0_nextUpdate(X509_STORE_CTX_get0_current_crl(ctx)));
	w->result->found |= found;
	if (w->result->text == NULL)
		w->result->text = X509_verify_cert_error_string(error);
}

/* Every error is noted and passed over, so that the next one shows, too. */
static int
on_certificate(int ok, X509_STORE_CTX *ctx)
{
	if (!ok)
		note(X509_STORE_CTX_get_app_data(ctx), ctx, X509_STORE_CTX_get_error(ctx));
	return 1;
}

static bool
was_sent(STACK_OF(X509) * sent, const X509 *x)
{
	for (int i = 0; i < sk_X509_num(sent); i++)
		if (X509_cmp(sk_X509_value(sent, i), x) == 0)
			return true;
	return false;
}

/* An issuer between leaf and root that came out of --ca. */
static void
find_unsent(X509_STORE_CTX *ctx, STACK_OF(X509) * sent, struct chain_result *out)
{
	STACK_OF(X509) *built = X509_STORE_CTX_get0_chain(ctx);

	for (int i = 1; built != NULL && i < sk_X509_num(built) - 1; i++) {
		X509 *x = sk_X509_value(built, i);
		if (was_sent(sent, x))
			continue;
		BIO *text = BIO_new(BIO_s_mem());
		out->found |= CHAIN_INTERMEDIATE;
		if (text != NULL &&
		    X509_NAME_print_ex(text, X509_get_subject_name(x), 0, XN_FLAG_RFC2253) >= 0) {
			int n = BIO_read(text, out->intermediate, CHAIN_NAME_MAX - 1);
			out->intermediate[n > 0 ? n : 0] = '\0';
		}
		BIO_free(text);
		return;
	}
}

static void
verify(const struct chain_trust *t, STACK_OF(X509) * sent, struct walk *w)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	if (ctx != NULL && X509_STORE_CTX_init(ctx, t->store, sk_X509_value(sent, 0), sent) == 1) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
		X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_CLIENT);
		X509_VERIFY_PARAM_set_time(param, (time_t)w->now);
		if (w->crls) {
			X509_STORE_CTX_set0_crls(ctx, t->crls);
			X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK);
		}
		X509_STORE_CTX_set_app_data(ctx, w);
		X509_STORE_CTX_set_verify_cb(ctx, on_certificate);
		X509_verify_cert(ctx);
		if (!w->crls && (w->result->found & CHAIN_UNTRUSTED) == 0)
			find_unsent(ctx, sent, w->result);
	}
	X509_STORE_CTX_free(ctx);
}

/* The chain as OpenSSL has it, up to its first malformed certificate. */
static STACK_OF(X509) * parse(const struct bytes *chain, size_t count)
{
	STACK_OF(X509) *sent = sk_X509_new_null();

	for (size_t i = 0; sent != NULL && i < count && i < CHAIN_SENT_MAX; i++) {
		const unsigned char *at = chain[i].data;
		X509 *x = chain[i].len <= INT_MAX ? d2i_X509(NULL, &at, (long)chain[i].len) : NULL;
		if (x == NULL || sk_X509_push(sent, x) <= 0) {
			X509_free(x);
			break;
		}
	}
	return sent;
}

void
chain_verify(const struct chain_trust *t, const struct bytes *chain, size_t count, int64_t now,
	     struct chain_result *out)
{
	*out = (struct chain_result){.revoked_at = INT64_MIN, .crl_until = INT64_MIN};
	if (t == NULL || t->count == 0)
		return;
	STACK_OF(X509) *sent = parse(chain, count);
	if (sent != NULL && sk_X509_num(sent) > 0) {
		struct walk w = {.result = out, .now = now};
		out->checked = true;
		out->ca_given = t->cas > 0;
		out->crl_given = sk_X509_CRL_num(t->crls) > 0;
		verify(t, sent, &w);
		w.crls = true;
		if (out->crl_given)
			verify(t, sent, &w);
		if (out->crl_given && (out->found & CRL_ERRORS) == 0)
			out->found |= CHAIN_CRL_CURRENT;
	}
	sk_X509_pop_free(sent, X509_free);
	ERR_clear_error();
}
