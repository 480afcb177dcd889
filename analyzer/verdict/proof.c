/*
 * proof.c - see proof.h.
 */
#include "analyzer/verdict/proof.h"

#include "analyzer/crypto/kdf.h"
#include "analyzer/crypto/sign_cache.h"
#include "dissectors/tls/certificate_verify.h"
#include "dissectors/tls/handshake.h"

enum { CONTEXT_SPACES = 64 };

static const char context_13[] = "TLS 1.3, client CertificateVerify"; /* its NUL is part of it */

/* Which handshake of the session the attempt is: so many hellos of the client came before. */
static unsigned
handshake_number(const struct mutual_auth *m, const struct attempt *a)
{
	unsigned n = 0;

	if (tls_version_is_13(m->session->version))
		return 0;
	for (const struct step *p = m->session->trace.side[TLS_CLIENT].first;
	     p != NULL && p != a->seen[EVENT_CLIENT_HELLO]; p = p->next)
		n += p->kind == STEP_MESSAGE && p->type == TLS_HS_client_hello;
	return n;
}

static bool
supported(enum tls_version v)
{
	return v == TLS_1_0 || v == TLS_1_1 || v == TLS_1_2 || v == TLS_1_3;
}

/* What TLS 1.3 signs: 64 spaces, the context, a zero, the hash of the transcript. */
static size_t
message_13(struct crypto *c, enum tls_hash h, struct bytes transcript,
	   uint8_t out[CONTEXT_SPACES + sizeof(context_13) + KDF_HASH_MAX])
{
	size_t n = 0;

	memset(out, ' ', CONTEXT_SPACES);
	memcpy(out + CONTEXT_SPACES, context_13, sizeof(context_13));
	if (!kdf_hash(c, h, transcript, out + CONTEXT_SPACES + sizeof(context_13), &n))
		return 0;
	return CONTEXT_SPACES + sizeof(context_13) + n;
}

static enum sign_result
check(const struct tls_session *s, const struct chain_detail *chain, struct bytes transcript,
      const struct tls_certificate_verify *v, enum tls_hash h)
{
	const struct outcome_certificate *leaf = chain->certificates[0];
	uint8_t signed_13[CONTEXT_SPACES + sizeof(context_13) + KDF_HASH_MAX];
	struct bytes message = transcript;

	if (tls_version_is_13(s->version))
		message = bytes_of(signed_13, message_13(s->run->crypto, h, transcript, signed_13));
	if (message.len == 0)
		return SIGN_UNSUPPORTED;
	const struct sign_by by = {bytes_of(leaf->der, leaf->der_len), leaf->sha256,
				   chain->raw_public_key};
	return sign_cache_verify(s->run->signatures, &by,
				 v->has_algorithm ? v->algorithm : SIGN_SCHEME_LEGACY, message,
				 v->signature);
}

/* Bytes of which two copies differed may not be those that the server received. */
static bool
doubtful(const struct tls_session *s)
{
	return s->flow->dir[FLOW_DIR_A].overlap_differs || s->flow->dir[FLOW_DIR_B].overlap_differs;
}

enum proof
proof_check(const struct mutual_auth *m, const struct attempt *a)
{
	const struct step *verify = a->seen[EVENT_CERT_VERIFY], *cert = a->seen[EVENT_CLIENT_CERT];
	struct tls_session *s = m->session;
	const struct server_hello_detail *sh =
	    a->kind == ATTEMPT_RENEGOTIATION ? s->last_server_hello : s->server_hello;
	const struct tls_cipher *cipher = sh != NULL ? tls_cipher_find(sh->cipher_suite) : NULL;
	const struct chain_detail *chain = cert != NULL ? cert->detail : NULL;
	struct tls_certificate_verify v;

	if (verify == NULL || verify->kept_at == 0 || s->transcript.over || chain == NULL ||
	    chain->count == 0 || cipher == NULL || !supported(s->version) || doubtful(s))
		return PROOF_SEEN;
	struct transcript_end end = {
	    .handshake = handshake_number(m, a), .until = verify, .hash = cipher->prf};
	struct bytes transcript = transcript_build(s, &end);
	struct cursor c = cursor_init(
	    bytes_of(s->transcript.data + verify->kept_at - 1 + TLS_HANDSHAKE_HEADER_LEN,
		     verify->length),
	    0);
	if (transcript.len == 0 || !tls_certificate_verify_parse(&c, s->version, &v))
		return PROOF_SEEN;
	switch (check(s, chain, transcript, &v, cipher->prf)) {
	case SIGN_VALID:
		return PROOF_VALID;
	case SIGN_INVALID:
		return PROOF_INVALID;
	case SIGN_UNSUPPORTED:
		break;
	}
	return PROOF_SEEN;
}
