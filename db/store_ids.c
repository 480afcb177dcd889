/*
 * store_ids.c - ids of what a session's rows refer to, found or made through the dictionary.
 * Called by store_session.c. Each function builds a cheap key first and words only on a miss.
 */
#include "db/store_ids.h"

/* Values of several enums in one number of a key, six bits each. */
static uint64_t
pack(const unsigned *parts, size_t count)
{
	uint64_t v = 0;

	for (size_t i = 0; i < count; i++)
		v = v << 6 | (parts[i] & 63);
	return v;
}

bool
store_ids_name(struct store *s, const char *text, int64_t *id)
{
	struct dictionary_key k;
	bool made;

	*id = 0;
	if (text == NULL)
		return true;
	dictionary_key_begin(&k, DICTIONARY_NAME, 0);
	dictionary_key_text(&k, text);
	*id = dictionary_cached(s->dictionary, &k);
	if (*id != 0)
		return true;
	struct dictionary_value v = dictionary_text(text);
	return dictionary_resolve(s->dictionary, &k, &v, id, &made);
}

bool
store_ids_sentence(struct dictionary *c, const char *text, size_t len, int64_t *id)
{
	struct dictionary_key k;
	bool made;

	dictionary_key_begin(&k, DICTIONARY_SENTENCE, 0);
	dictionary_key_bytes(&k, text, len);
	*id = dictionary_cached(c, &k);
	if (*id != 0)
		return true;
	struct dictionary_value v = {DICTIONARY_TEXT, 0, text, len};
	return dictionary_resolve(c, &k, &v, id, &made);
}

bool
store_ids_constant(struct store *s, const char *text, int64_t *id)
{
	struct dictionary_key k;
	bool made;

	dictionary_key_begin(&k, DICTIONARY_SENTENCE, store_ids_text(s, text, true));
	*id = dictionary_cached(s->dictionary, &k);
	if (*id != 0)
		return true;
	struct dictionary_value v = dictionary_text(text);
	return dictionary_resolve(s->dictionary, &k, &v, id, &made);
}

static bool
has_constant_names(const struct outcome *o)
{
	return (o->constants & OUTCOME_CONSTANT_NAME) != 0;
}

bool
store_ids_profile(struct store *s, const struct outcome *o, int64_t *id)
{
	const char *texts[] = {o->carrier, o->app_label, o->alpn, o->ja4, o->interface};
	bool constant = has_constant_names(o);
	const uint64_t names[] = {store_ids_text(s, o->tls_version, constant),
				  store_ids_text(s, o->cipher_suite, constant),
				  store_ids_text(s, o->client_stack, constant),
				  store_ids_text(s, o->server_stack, constant)};
	struct dictionary_key k;
	bool made;

	dictionary_key_begin(&k, DICTIONARY_PROFILE,
			     (uint64_t)o->vlan << 16 | (unsigned)o->transport << 8 |
				 (unsigned)o->ech);
	dictionary_key_bytes(&k, names, sizeof(names));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		dictionary_key_text(&k, texts[i]);
	*id = dictionary_cached(s->dictionary, &k);
	if (*id != 0)
		return true;
	struct dictionary_value v[] = {
	    dictionary_text(transport_name(o->transport)),
	    dictionary_text(o->carrier),
	    dictionary_text(o->app_label),
	    dictionary_text(o->tls_version),
	    dictionary_text(o->cipher_suite),
	    dictionary_text(o->alpn),
	    dictionary_text(o->ja4),
	    dictionary_text(ech_name(o->ech)),
	    dictionary_text(o->client_stack),
	    dictionary_text(o->server_stack),
	    dictionary_number_or_null((int64_t)o->vlan - 1, -1),
	    dictionary_text(o->interface),
	};
	return dictionary_resolve(s->dictionary, &k, v, id, &made);
}

static bool
resolve_answer(struct store *s, const struct dictionary_key *k, const struct outcome_attempt *a,
	       int64_t *id)
{
	bool alert = a->alert_code >= 0, made;
	char state[128];
	struct dictionary_value v[] = {
	    dictionary_text(attempt_kind_name(a->kind)),
	    dictionary_text(answer_name(a->resumed)),
	    dictionary_text(answer_name(a->client_cert_requested)),
	    dictionary_text(client_cert_name(a->client_cert)),
	    dictionary_text(proof_name(a->proof)),
	    dictionary_text(answer_name(a->client_finished)),
	    dictionary_text(answer_name(a->server_finished)),
	    dictionary_text(reaction_name(a->outcome)),
	    dictionary_text(ended_by_name(a->ended_by)),
	    dictionary_text(alert ? a->alert : NULL),
	    dictionary_number_or_null(alert ? a->alert_code : -1, -1),
	    dictionary_text(alert ? tls_side_name(a->alert_from) : NULL),
	    dictionary_text(capture_state_text(a->capture_state, state, sizeof(state))),
	    dictionary_text(evidence_name(a->evidence)),
	    dictionary_text(confidence_name(a->confidence)),
	};
	return dictionary_resolve(s->dictionary, k, v, id, &made);
}

bool
store_ids_answer(struct store *s, const struct outcome *o, const struct outcome_attempt *a,
		 int64_t *id)
{
	const unsigned parts[] = {
	    a->kind,    a->resumed,         a->client_cert_requested, a->client_cert,
	    a->proof,   a->client_finished, a->server_finished,       a->outcome,
	    a->ended_by};
	const unsigned rest[] = {a->evidence, a->confidence,
				 a->alert_code >= 0 ? a->alert_from : 2};
	const uint64_t more[] = {
	    pack(rest, 3) << 40 | (uint64_t)(a->capture_state & 0xff) << 32 |
		(uint32_t)(a->alert_code < 0 ? -1 : a->alert_code),
	    store_ids_text(s, a->alert_code >= 0 ? a->alert : NULL, has_constant_names(o))};
	struct dictionary_key k;

	dictionary_key_begin(&k, DICTIONARY_ANSWER, pack(parts, sizeof(parts) / sizeof(parts[0])));
	dictionary_key_bytes(&k, more, sizeof(more));
	*id = dictionary_cached(s->dictionary, &k);
	return *id != 0 || resolve_answer(s, &k, a, id);
}

bool
store_ids_conclusion(struct store *s, const struct outcome *o, int64_t *id)
{
	const uint64_t reason = store_ids_text(s, o->sub_reason, has_constant_names(o));
	char modifiers[320];
	struct dictionary_key k;
	bool made;

	dictionary_key_begin(&k, DICTIONARY_CONCLUSION,
			     (uint64_t)o->modifiers << 32 | (unsigned)o->verdict);
	dictionary_key_bytes(&k, &reason, sizeof(reason));
	*id = dictionary_cached(s->dictionary, &k);
	if (*id != 0)
		return true;
	modifiers_text(o->modifiers, modifiers, sizeof(modifiers));
	struct dictionary_value v[] = {
	    dictionary_text(verdict_name(o->verdict)),
	    dictionary_text(o->sub_reason),
	    dictionary_text(modifiers[0] != '\0' ? modifiers : NULL),
	};
	return dictionary_resolve(s->dictionary, &k, v, id, &made);
}

bool
store_ids_step(struct store *s, const struct outcome_message *m, int64_t *id)
{
	const unsigned parts[] = {m->sender, m->kind, m->evidence};
	struct dictionary_key k;
	bool made;

	dictionary_key_begin(&k, DICTIONARY_STEP,
			     pack(parts, 3) << 32 | (uint64_t)(uint16_t)m->alert_level << 16 |
				 (uint16_t)m->alert_code);
	dictionary_key_text(&k, m->name);
	*id = dictionary_cached(s->dictionary, &k);
	if (*id != 0)
		return true;
	struct dictionary_value v[] = {
	    dictionary_text(tls_side_name(m->sender)),
	    dictionary_text(message_kind_name(m->kind)),
	    dictionary_text(m->name),
	    dictionary_text(evidence_name(m->evidence)),
	    dictionary_number_or_null(m->alert_level, -1),
	    dictionary_number_or_null(m->alert_code, -1),
	};
	return dictionary_resolve(s->dictionary, &k, v, id, &made);
}

bool
store_ids_claim(struct dictionary *c, const struct outcome_fact *f, bool ms, int64_t *id)
{
	struct dictionary_key k;
	bool made;

	dictionary_key_begin(&k, DICTIONARY_CLAIM,
			     (uint64_t)ms << 16 | (uint64_t)f->evidence << 8 |
				 (unsigned)f->confidence);
	dictionary_key_text(&k, f->fact);
	dictionary_key_text(&k, f->basis);
	dictionary_key_text(&k, f->value);
	*id = dictionary_cached(c, &k);
	if (*id != 0)
		return true;
	struct dictionary_value v[] = {
	    dictionary_text(f->fact),
	    dictionary_text(evidence_name(f->evidence)),
	    dictionary_text(confidence_name(f->confidence)),
	    dictionary_text(f->basis),
	    dictionary_number(ms),
	    dictionary_text(f->value),
	};
	return dictionary_resolve(c, &k, v, id, &made);
}

bool
store_ids_diagnosis(struct store *s, const struct outcome_finding *f, const int64_t sentences[3],
		    int64_t *id)
{
	struct dictionary_key k;
	bool made;

	dictionary_key_begin(&k, DICTIONARY_DIAGNOSIS, f->explains);
	dictionary_key_text(&k, f->cause);
	dictionary_key_text(&k, f->certainty);
	dictionary_key_text(&k, f->severity);
	dictionary_key_bytes(&k, sentences, 3 * sizeof(sentences[0]));
	*id = dictionary_cached(s->dictionary, &k);
	if (*id != 0)
		return true;
	struct dictionary_value v[] = {
	    dictionary_text(f->cause),
	    dictionary_text(f->certainty),
	    dictionary_text(f->severity),
	    dictionary_number_or_null(sentences[0], 0),
	    dictionary_number_or_null(sentences[1], 0),
	    dictionary_number_or_null(sentences[2], 0),
	    dictionary_number(f->explains),
	};
	return dictionary_resolve(s->dictionary, &k, v, id, &made);
}

/* seconds, or INT64_MIN */
static struct dictionary_value
seconds(int64_t t)
{
	return dictionary_number_or_null(t, INT64_MIN);
}

static bool
resolve_certificate(struct store *s, const struct dictionary_key *k,
		    const struct outcome_certificate *c, int64_t *id)
{
	bool made;
	struct dictionary_value v[] = {
	    dictionary_blob(c->sha256, sizeof(c->sha256)),
	    dictionary_text(c->format),
	    dictionary_number_or_null(c->version, 0),
	    dictionary_text(c->subject),
	    dictionary_text(c->issuer),
	    dictionary_text(c->serial),
	    seconds(c->not_before),
	    seconds(c->not_after),
	    dictionary_text(c->san),
	    dictionary_text(c->key_usage),
	    dictionary_text(c->eku),
	    dictionary_number_or_null(c->is_ca, -1),
	    dictionary_number_or_null(c->path_len, -1),
	    dictionary_text(c->aki),
	    dictionary_text(c->ski),
	    dictionary_text(c->ocsp_urls),
	    dictionary_text(c->crl_urls),
	    dictionary_text(c->key_type),
	    dictionary_number_or_null(c->key_bits, 0),
	    dictionary_text(c->signature_algorithm),
	    dictionary_text(c->error),
	    dictionary_number_or_null(c->error_at, -1),
	    dictionary_blob(c->der, c->der_len),
	};
	return dictionary_resolve(s->dictionary, k, v, id, &made);
}

bool
store_ids_certificate(struct store *s, struct outcome_certificate *c, int64_t *id)
{
	struct dictionary_key k;

	*id = c->store_id;
	if (c->store_generation == s->generation)
		return true;
	dictionary_key_begin(&k, DICTIONARY_CERTIFICATE, 0);
	dictionary_key_bytes(&k, c->sha256, sizeof(c->sha256));
	*id = dictionary_cached(s->dictionary, &k);
	if (*id == 0 && !resolve_certificate(s, &k, c, id))
		return false;
	c->store_id = *id;
	c->store_generation = s->generation;
	return true;
}

bool
store_ids_chain(struct store *s, enum tls_side role, const char *certificates, size_t len,
		int64_t *id)
{
	struct dictionary_key k;
	bool made;

	dictionary_key_begin(&k, DICTIONARY_CHAIN, role);
	dictionary_key_bytes(&k, certificates, len);
	*id = dictionary_cached(s->dictionary, &k);
	if (*id != 0)
		return true;
	struct dictionary_value v[] = {
	    dictionary_text(tls_side_name(role)),
	    {DICTIONARY_TEXT, 0, certificates, len},
	};
	return dictionary_resolve(s->dictionary, &k, v, id, &made);
}

static bool
store_items(struct store *s, const struct outcome_request *r, int64_t id)
{
	sqlite3_stmt *stmt = s->statements[STORE_REQUEST_ITEM_INSERT];

	for (size_t i = 0; i < r->count; i++) {
		sqlite3_bind_int64(stmt, 1, id);
		sqlite3_bind_int64(stmt, 2, (int64_t)i);
		sqlite3_bind_text(stmt, 3, r->items[i].kind, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 4, r->items[i].value, -1, SQLITE_STATIC);
		if (!database_run(&s->d, stmt))
			return false;
	}
	return true;
}

bool
store_ids_request(struct store *s, const struct outcome_request *r, int64_t *id)
{
	struct dictionary_key k;
	bool made;

	dictionary_key_begin(&k, DICTIONARY_REQUEST, 0);
	dictionary_key_bytes(&k, r->digest, sizeof(r->digest));
	*id = dictionary_cached(s->dictionary, &k);
	if (*id != 0)
		return true;
	struct dictionary_value v = dictionary_blob(r->digest, sizeof(r->digest));
	return dictionary_resolve(s->dictionary, &k, &v, id, &made) &&
	       (!made || store_items(s, r, *id));
}
