/*
 * tls_walk.h - reads everything a TLS dissector can read from a message, lists and extensions
 * included. Shared by the fuzz targets and the unit tests: aborts when a view is outside of the
 * input or a failure is incomplete, and says whether the message parsed.
 */
#ifndef TESTS_FUZZ_TLS_WALK_H
#define TESTS_FUZZ_TLS_WALK_H

#include "dissectors/tls/certificate.h"
#include "dissectors/tls/certificate_request.h"
#include "dissectors/tls/certificate_status.h"
#include "dissectors/tls/certificate_verify.h"
#include "dissectors/tls/client_hello.h"
#include "dissectors/tls/compressed_certificate.h"
#include "dissectors/tls/ext_alpn.h"
#include "dissectors/tls/ext_key_share.h"
#include "dissectors/tls/ext_oid_filters.h"
#include "dissectors/tls/ext_pre_shared_key.h"
#include "dissectors/tls/handshake.h"
#include "dissectors/tls/key_exchange.h"
#include "dissectors/tls/new_session_ticket.h"
#include "dissectors/tls/server_hello.h"
#include "dissectors/tls/small_messages.h"

#include <stdlib.h>

#define WALK_CHECK(condition)     \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

static inline void
walk_view(const struct cursor *in, struct bytes view)
{
	if (view.len == 0)
		return;
	WALK_CHECK(view.data >= in->data && view.len <= in->len);
	WALK_CHECK((size_t)(view.data - in->data) <= in->len - view.len);
}

/* A failure says which field and where, inside the input. */
static inline bool
walk_end(const struct cursor *in)
{
	WALK_CHECK(in->pos <= in->len);
	if (cursor_ok(in))
		return true;
	WALK_CHECK(in->field != NULL);
	WALK_CHECK(in->fail_at >= in->at && in->fail_at <= in->at + in->len);
	return false;
}

static inline void
walk_u8_list(const struct cursor *in, struct bytes view)
{
	struct cursor list = cursor_child(in, view);
	uint8_t item;

	walk_view(in, view);
	while (tls_u8_next(&list, "item", &item))
		continue;
}

static inline void
walk_u16_list(const struct cursor *in, struct bytes view)
{
	struct cursor list = cursor_child(in, view);
	uint16_t item;

	walk_view(in, view);
	while (tls_u16_next(&list, "item", &item))
		continue;
}

static inline void
walk_vec_list(const struct cursor *in, struct bytes view, unsigned prefix)
{
	struct cursor list = cursor_child(in, view);
	struct bytes item;

	walk_view(in, view);
	while (tls_vec_next(&list, prefix, "item", &item))
		walk_view(in, item);
}

/* The iterators of extensions that have their own. */
static inline void
walk_extension_lists(const struct tls_extension *ext)
{
	struct cursor in = cursor_init(ext->data, 0);
	struct tls_ext_key_share shares;
	struct tls_ext_pre_shared_key psk;
	struct tls_ext_oid_filters filters;
	struct tls_key_share share;
	struct tls_psk_identity identity;
	struct tls_oid_filter filter;

	if (ext->type == TLS_EXT_key_share && tls_ext_key_share_parse(&in, TLS_IN_CH, &shares)) {
		struct cursor list = cursor_child(&in, shares.client_shares);
		while (tls_key_share_next(&list, &share))
			walk_view(&in, share.key_exchange);
	}
	if (ext->type == TLS_EXT_pre_shared_key &&
	    tls_ext_pre_shared_key_parse(&in, TLS_IN_CH, &psk)) {
		struct cursor list = cursor_child(&in, psk.identities);
		while (tls_psk_identity_next(&list, &identity))
			walk_view(&in, identity.identity);
		walk_vec_list(&in, psk.binders, 1);
	}
	if (ext->type == TLS_EXT_oid_filters &&
	    tls_ext_oid_filters_parse(&in, TLS_IN_CR, &filters)) {
		struct cursor list = cursor_child(&in, filters.filters);
		while (tls_oid_filter_next(&list, &filter))
			walk_view(&in, filter.values);
	}
}

/* True when the list and every extension in it is well-formed. */
static inline bool
walk_extensions(const struct cursor *in, struct bytes view, enum tls_place place)
{
	struct cursor list = cursor_child(in, view);
	struct tls_extension ext;
	bool ok = true;

	walk_view(in, view);
	while (tls_extension_next(&list, &ext)) {
		struct cursor data = cursor_child(&list, ext.data);
		walk_view(in, ext.data);
		ok &= tls_extension_check(&data, ext.type, place);
		walk_extension_lists(&ext);
	}
	return cursor_ok(&list) && ok;
}

static inline bool
walk_client_hello(struct cursor *in)
{
	struct tls_client_hello m;
	bool ok = tls_client_hello_parse(in, &m);

	walk_view(in, m.random);
	walk_view(in, m.session_id);
	walk_u16_list(in, m.cipher_suites);
	walk_u8_list(in, m.compression_methods);
	WALK_CHECK(!ok || (m.random.len == 32 && m.cipher_suites.len >= 2));
	return walk_extensions(in, m.extensions, TLS_IN_CH) && walk_end(in) && ok;
}

static inline bool
walk_server_hello(struct cursor *in)
{
	struct tls_server_hello m;
	bool ok = tls_server_hello_parse(in, &m);

	walk_view(in, m.random);
	walk_view(in, m.session_id);
	walk_view(in, m.key_exchange);
	enum tls_place place = m.hello_retry_request ? TLS_IN_HRR : TLS_IN_SH;
	return walk_extensions(in, m.extensions, place) && walk_end(in) && ok;
}

static inline bool
walk_certificate(struct cursor *in, enum tls_version v, enum tls_certificate_type type)
{
	struct tls_certificate m;
	struct tls_certificate_entry entry;
	bool ok = tls_certificate_parse(in, v, &m);
	struct cursor list = cursor_child(in, m.list);

	walk_view(in, m.request_context);
	while (tls_certificate_next(&list, v, type, &entry)) {
		WALK_CHECK(entry.data.len > 0);
		walk_view(in, entry.data);
		ok &= walk_extensions(&list, entry.extensions, TLS_IN_CT);
	}
	return cursor_ok(&list) && walk_end(in) && ok;
}

static inline bool
walk_certificate_request(struct cursor *in, enum tls_version v)
{
	struct tls_certificate_request m;
	bool ok = tls_certificate_request_parse(in, v, &m);

	walk_view(in, m.request_context);
	walk_u8_list(in, m.certificate_types);
	walk_u16_list(in, m.signature_algorithms);
	walk_u16_list(in, m.signature_algorithms_cert);
	walk_vec_list(in, m.authorities, 2);
	walk_view(in, m.oid_filters);
	return walk_extensions(in, m.extensions, TLS_IN_CR) && walk_end(in) && ok;
}

static inline bool
walk_certificate_status(struct cursor *in)
{
	struct tls_certificate_status m;
	bool ok = tls_certificate_status_parse(in, &m);

	walk_vec_list(in, m.response, 3);
	return walk_end(in) && ok;
}

static inline bool
walk_certificate_verify(struct cursor *in, enum tls_version v)
{
	struct tls_certificate_verify m;
	bool ok = tls_certificate_verify_parse(in, v, &m);

	walk_view(in, m.signature);
	return walk_end(in) && ok;
}

static inline bool
walk_compressed_certificate(struct cursor *in)
{
	struct tls_compressed_certificate m;
	bool ok = tls_compressed_certificate_parse(in, &m);

	walk_view(in, m.compressed);
	return walk_end(in) && ok;
}

static inline bool
walk_new_session_ticket(struct cursor *in, enum tls_version v)
{
	struct tls_new_session_ticket m;
	bool ok = tls_new_session_ticket_parse(in, v, &m);

	walk_view(in, m.nonce);
	walk_view(in, m.ticket);
	return walk_extensions(in, m.extensions, TLS_IN_NST) && walk_end(in) && ok;
}

static inline bool
walk_server_key_exchange(struct cursor *in, enum tls_version v, const struct tls_cipher *c)
{
	struct tls_server_key_exchange m;

	tls_server_key_exchange_parse(in, v, c, &m);
	walk_view(in, m.psk_hint);
	walk_view(in, m.dh_p);
	walk_view(in, m.dh_g);
	walk_view(in, m.public_key);
	walk_view(in, m.signature);
	walk_end(in);
	return m.complete;
}

static inline bool
walk_client_key_exchange(struct cursor *in, enum tls_version v, const struct tls_cipher *c)
{
	struct tls_client_key_exchange m;

	tls_client_key_exchange_parse(in, v, c, &m);
	walk_view(in, m.psk_identity);
	walk_view(in, m.exchange_keys);
	walk_end(in);
	return m.complete;
}

static inline bool
walk_small(struct cursor *in, uint8_t type, enum tls_version v)
{
	struct tls_encrypted_extensions ee;
	struct tls_finished finished;
	struct tls_key_update update;
	bool ok;

	switch (type) {
	case TLS_HS_encrypted_extensions:
		ok = tls_encrypted_extensions_parse(in, &ee);
		return walk_extensions(in, ee.extensions, TLS_IN_EE) && walk_end(in) && ok;
	case TLS_HS_finished:
		ok = tls_finished_parse(in, v, &finished);
		walk_view(in, finished.verify_data);
		return walk_end(in) && ok;
	case TLS_HS_key_update:
		ok = tls_key_update_parse(in, &update);
		return walk_end(in) && ok;
	default:
		return cursor_end(in, "empty");
	}
}

/* One message by its type; c is for the key exchanges. */
static inline bool
walk_message(struct cursor *in, uint8_t type, enum tls_version v, const struct tls_cipher *c)
{
	switch (type) {
	case TLS_HS_client_hello:
		return walk_client_hello(in);
	case TLS_HS_server_hello:
		return walk_server_hello(in);
	case TLS_HS_certificate:
		return walk_certificate(in, v, TLS_CERTIFICATE_X509);
	case TLS_HS_certificate_request:
		return walk_certificate_request(in, v);
	case TLS_HS_certificate_status:
		return walk_certificate_status(in);
	case TLS_HS_certificate_verify:
		return walk_certificate_verify(in, v);
	case TLS_HS_compressed_certificate:
		return walk_compressed_certificate(in);
	case TLS_HS_new_session_ticket:
		return walk_new_session_ticket(in, v);
	case TLS_HS_server_key_exchange:
		return walk_server_key_exchange(in, v, c);
	case TLS_HS_client_key_exchange:
		return walk_client_key_exchange(in, v, c);
	default:
		return walk_small(in, type, v);
	}
}

#endif
