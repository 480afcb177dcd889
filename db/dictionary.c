/*
 * dictionary.c - the statements behind the cache of ids (dictionary_cache.c). See dictionary.h.
 * Used by store_session.c.
 */
#include "db/dictionary_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGESTS_MAX = 1 << 14 /* rows of one table that get one, each time the store is open */ };

enum {
	ALL_COLUMNS = 0,
	BY_DIGEST = -1, /* of all: an index over long contents would hold each of them again */
};

/* Columns of each table beside id; identifying: which tell rows apart, so many or one of the above.
 */
static const struct {
	const char *name;
	int identifying;
	const char *columns[DICTIONARY_COLUMNS_MAX];
} tables[DICTIONARY_COUNT] = {
    [DICTIONARY_NAME] = {"name", ALL_COLUMNS, {"text"}},
    [DICTIONARY_SENTENCE] = {"sentence", BY_DIGEST, {"text"}},
    [DICTIONARY_PROFILE] = {"profile",
			    ALL_COLUMNS,
			    {"transport", "carrier", "app_label", "tls_version", "cipher_suite",
			     "alpn", "ja4", "ech", "client_stack", "server_stack", "vlan",
			     "interface"}},
    [DICTIONARY_ANSWER] = {"answer",
			   ALL_COLUMNS,
			   {"attempt", "resumed", "client_cert_requested", "client_cert", "proof",
			    "client_finished", "server_finished", "outcome", "ended_by", "alert",
			    "alert_code", "alert_from", "capture_state", "evidence", "confidence"}},
    [DICTIONARY_CONCLUSION] = {"conclusion", ALL_COLUMNS, {"verdict", "sub_reason", "modifiers"}},
    [DICTIONARY_STEP] = {"step",
			 ALL_COLUMNS,
			 {"sender", "kind", "name", "evidence", "level", "code"}},
    [DICTIONARY_CLAIM] = {"claim",
			  BY_DIGEST,
			  {"fact", "evidence", "confidence", "basis", "names_ms", "value"}},
    [DICTIONARY_CHAIN] = {"chain", ALL_COLUMNS, {"role", "certificates"}},
    [DICTIONARY_REQUEST] = {"request", 1, {"digest"}},
    [DICTIONARY_LADDER] = {"ladder", BY_DIGEST, {"digits", "items"}},
    [DICTIONARY_FACT_LIST] = {"fact_list", BY_DIGEST, {"digits", "items"}},
    [DICTIONARY_DIAGNOSIS] = {"diagnosis",
			      BY_DIGEST,
			      {"cause", "certainty", "severity", "explanation_id", "server_fix_id",
			       "client_fix_id", "explains"}},
    [DICTIONARY_FINDING_LIST] = {"finding_list", BY_DIGEST, {"items"}},
    [DICTIONARY_CERTIFICATE] = {"certificate",
				1,
				{"sha256",   "format",    "version",    "subject",
				 "issuer",   "serial",    "not_before", "not_after",
				 "san",      "key_usage", "eku",        "is_ca",
				 "path_len", "aki",       "ski",        "ocsp_urls",
				 "crl_urls", "key_type",  "key_bits",   "signature_algorithm",
				 "error",    "error_at",  "der"}},
};

struct dictionary *
dictionary_create(void)
{
	struct dictionary *c = calloc(1, sizeof(*c));

	if (c != NULL)
		dictionary_forget(c);
	return c;
}

void
dictionary_destroy(struct dictionary *c)
{
	if (c != NULL)
		dictionary_close(c);
	free(c);
}

void
dictionary_close(struct dictionary *c)
{
	for (int i = 0; i < DICTIONARY_COUNT; i++) {
		sqlite3_finalize(c->tables[i].find);
		sqlite3_finalize(c->tables[i].insert);
		c->tables[i] = (struct dictionary_statements){0};
	}
	dictionary_forget(c);
}

/* Of a row's contents, whatever their ids are called in this database or that. */
static int64_t
digest(const struct dictionary_value *values, int count)
{
	struct dictionary_key k;

	dictionary_key_begin(&k, DICTIONARY_COUNT, (uint64_t)count);
	for (int i = 0; i < count && i < DICTIONARY_PARTS_MAX; i++)
		if (values[i].type == DICTIONARY_INTEGER)
			dictionary_key_bytes(&k, &values[i].number, sizeof(values[i].number));
		else if (values[i].type == DICTIONARY_NULL)
			dictionary_key_text(&k, NULL);
		else
			dictionary_key_bytes(&k, values[i].data, values[i].len);
	return (int64_t)dictionary_key_hash(&k);
}

static void
bind(sqlite3_stmt *stmt, const struct dictionary_value *values, int count)
{
	for (int i = 0; i < count; i++) {
		const struct dictionary_value *v = &values[i];

		if (v->type == DICTIONARY_INTEGER)
			sqlite3_bind_int64(stmt, i + 1, v->number);
		else if (v->type == DICTIONARY_TEXT)
			sqlite3_bind_text64(stmt, i + 1, v->data, v->len, SQLITE_STATIC,
					    SQLITE_UTF8);
		else if (v->type == DICTIONARY_BLOB)
			sqlite3_bind_blob64(stmt, i + 1, v->data, v->len, SQLITE_STATIC);
		else
			sqlite3_bind_null(stmt, i + 1);
	}
}

/* *id: 0 when there is no such row. */
static bool
find(struct dictionary *c, sqlite3_stmt *stmt, int64_t *id)
{
	int rc = sqlite3_step(stmt);
	bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || database_sqlite_fault(c->db);

	*id = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	sqlite3_reset(stmt);
	return ok;
}

/* The digest, unless so many were made already that nothing seems to come again. */
static bool
bind_digest(struct dictionary_statements *s, const struct dictionary_value *values)
{
	if (s->made == DIGESTS_MAX) {
		sqlite3_bind_null(s->insert, s->columns + 1);
		return false;
	}
	int64_t v = digest(values, s->columns);
	sqlite3_bind_int64(s->find, s->columns + 1, v);
	sqlite3_bind_int64(s->insert, s->columns + 1, v);
	return true;
}

bool
dictionary_resolve(struct dictionary *c, const struct dictionary_key *k,
		   const struct dictionary_value *values, int64_t *id, bool *made)
{
	enum dictionary_table table = (enum dictionary_table)(k->head & 0xff);
	struct dictionary_statements *s = &c->tables[table];

	*made = false;
	*id = 0;
	if (tables[table].identifying != BY_DIGEST || bind_digest(s, values)) {
		bind(s->find, values, s->identifying);
		if (!find(c, s->find, id))
			return false;
	}
	if (*id == 0) {
		bind(s->insert, values, s->columns);
		if (!database_run(c->db, s->insert))
			return false;
		*id = sqlite3_last_insert_rowid(c->db->db);
		*made = true;
		s->made += s->made < DIGESTS_MAX;
	}
	dictionary_remember(c, k, *id);
	return true;
}

/* "SELECT id FROM t WHERE a IS ?1 AND ..." and "INSERT INTO t (a, ...) VALUES (?1, ...)"; the
 * digest is the parameter behind the others. */
static bool
prepare(struct dictionary *c, enum dictionary_table table)
{
	struct dictionary_statements *s = &c->tables[table];
	char where[1024] = "", names[512] = "", marks[256] = "", sql[2048];
	size_t w = 0, n = 0, m = 0;

	s->columns = 0;
	s->identifying = tables[table].identifying;
	for (int i = 0; i < DICTIONARY_COLUMNS_MAX && tables[table].columns[i] != NULL; i++) {
		const char *column = tables[table].columns[i], *comma = i > 0 ? ", " : "";

		if (s->identifying <= 0 || i < s->identifying)
			w += (size_t)snprintf(where + w, sizeof(where) - w, "%s%s IS ?%d",
					      i > 0 ? " AND " : "", column, i + 1);
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", comma, column);
		m += (size_t)snprintf(marks + m, sizeof(marks) - m, "%s?%d", comma, i + 1);
		s->columns++;
	}
	if (s->identifying <= 0)
		s->identifying = s->columns;
	if (tables[table].identifying == BY_DIGEST) {
		snprintf(where + w, sizeof(where) - w, " AND digest = ?%d", s->columns + 1);
		snprintf(names + n, sizeof(names) - n, ", digest");
		snprintf(marks + m, sizeof(marks) - m, ", ?%d", s->columns + 1);
	}
	snprintf(sql, sizeof(sql), "SELECT id FROM %s WHERE %s", tables[table].name, where);
	if (!database_prepare(c->db, sql, &s->find))
		return false;
	snprintf(sql, sizeof(sql), "INSERT INTO %s (%s) VALUES (%s)", tables[table].name, names,
		 marks);
	return database_prepare(c->db, sql, &s->insert);
}

static void
on_digest(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct dictionary_value v[DICTIONARY_PARTS_MAX];

	for (int i = 0; i < count && i < DICTIONARY_PARTS_MAX; i++)
		if (sqlite3_value_type(values[i]) == SQLITE_INTEGER)
			v[i] = dictionary_number(sqlite3_value_int64(values[i]));
		else
			v[i] = dictionary_text((const char *)sqlite3_value_text(values[i]));
	sqlite3_result_int64(context, digest(v, count));
}

bool
dictionary_open(struct dictionary *c, struct database *d)
{
	c->db = d;
	if (sqlite3_create_function(d->db, "content_digest", -1, SQLITE_UTF8, NULL, on_digest, NULL,
				    NULL) != SQLITE_OK)
		return database_sqlite_fault(d);
	for (int i = 0; i < DICTIONARY_COUNT; i++)
		if (!prepare(c, (enum dictionary_table)i))
			return false;
	return true;
}

struct dictionary_value
dictionary_text(const char *s)
{
	return (struct dictionary_value){s != NULL ? DICTIONARY_TEXT : DICTIONARY_NULL, 0, s,
					 s != NULL ? strlen(s) : 0};
}

struct dictionary_value
dictionary_blob(const void *data, size_t len)
{
	return (struct dictionary_value){data != NULL ? DICTIONARY_BLOB : DICTIONARY_NULL, 0, data,
					 len};
}
