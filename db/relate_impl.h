/*
 * relate_impl.h - what the files of pass 2 share; nobody else includes it.
 * relate.c runs the rows of relations.def. They find hits: relate_pairs.c those of two sessions,
 * relate_twins.c, relate_origin.c, relate_judged.c and relate_served.c those that take more.
 * relate_apply.c writes down what follows, with relate_findings.c and relate_words.c.
 */
#ifndef DB_RELATE_IMPL_H
#define DB_RELATE_IMPL_H

#include "db/relate.h"
#include "db/text.h"

/* --- traits ------------------------------------------------------------------------------------
 */

enum relate_trait {
#define TRAIT_OF_ANSWER(trait, condition)     TRAIT_##trait,
#define TRAIT_OF_CONCLUSION(trait, condition) TRAIT_##trait,
#define TRAIT_OF_SESSION(trait, condition)    TRAIT_##trait,
#define TRAIT_OF_PASS(trait)                  TRAIT_##trait,
#include "db/relate_traits.def"
#undef TRAIT_OF_ANSWER
#undef TRAIT_OF_CONCLUSION
#undef TRAIT_OF_SESSION
#undef TRAIT_OF_PASS
	TRAIT_COUNT
};
#define TRAIT(name) (UINT64_C(1) << TRAIT_##name)

struct relate_traits {
	uint64_t all, any, none; /* any: 0 for no such condition */
};

static inline bool
relate_fits(uint64_t traits, const struct relate_traits *t)
{
	return (traits & t->all) == t->all && (t->any == 0 || (traits & t->any) != 0) &&
	       (traits & t->none) == 0;
}

/* --- rows --------------------------------------------------------------------------------------
 */

struct relate_run;
struct relate_row;
/* Adds hits; false: fault. */
typedef bool relate_find(struct relate_run *run, const struct relate_row *r);
/* Does the pair stay? */
typedef bool relate_only(struct relate_run *run, uint32_t session, uint32_t other, bool *stays);

enum relate_scope { RELATE_CAPTURE, RELATE_INCIDENT };
/* Which giver, of those in a taker's window; WHENEVER: the first of all, no window. */
enum relate_pick { RELATE_FIRST, RELATE_LAST, RELATE_WHENEVER };
enum relate_window { RELATE_EVER, RELATE_BEFORE, RELATE_WEEK_BEFORE, RELATE_SOON_AFTER };
/* What a key is made of; bits. */
enum relate_part {
	RELATE_CAPTURE_IT_IS_IN = 1 << 0,
	RELATE_CLIENT = 1 << 1,
	RELATE_HOST = 1 << 2, /* the server's address */
	RELATE_PORT = 1 << 3, /* and its port */
	RELATE_NAME = 1 << 4,
	RELATE_NAMED = 1 << 5,  /* a name, and not none */
	RELATE_HANDLE = 1 << 6, /* used by the taker, given by the giver */
	RELATE_LENGTH = 1 << 7, /* of the ticket, likewise */
};

/* A row of relations.def, where the fields are explained. NULL, false and 0: not so. */
struct relate_row {
	const char *name;
	enum relate_scope scope;
	relate_find *find; /* NULL: pairs */
	enum relate_pick pick;
	enum relate_window window;
	unsigned by[2];
	struct relate_traits taker, giver;
	relate_only *only;
	uint64_t marks;
	const char *relation;
	bool mutual;
	unsigned modifier; /* enum modifier */
	const char *raises;
	const char *fact, *basis;
	enum evidence evidence;
	enum confidence confidence;
	const char *cause, *severity, *certainty, *sentence, *shown_by;
	bool explains;
	uint64_t tells;
};

enum relate_row_number {
#define RELATION(row, ...) RELATE_ROW_##row,
#include "db/relations.def"
#undef RELATION
	RELATE_ROWS
};
extern const struct relate_row relate_rows[RELATE_ROWS];
/* The client got in, and stayed. */
extern const struct relate_traits relate_succeeded;

relate_find relate_find_pairs, relate_find_origin, relate_find_guessed_origin,
    relate_find_distant_origin, relate_find_twins, relate_find_surely_turned_away,
    relate_find_turned_away, relate_find_rejected_since, relate_find_refused_everywhere,
    relate_find_surely_shut, relate_find_shut, relate_find_other_issuer;
relate_only relate_not_without_before, relate_is_another_certificate;

/* --- a run of them -----------------------------------------------------------------------------
 */

#define RELATE_NOBODY UINT32_MAX

/* What a row found about a session. */
struct relate_hit {
	uint32_t session, other; /* RELATE_NOBODY: no other */
	int64_t began;           /* the other one, and its place */
	uint64_t place;
	int64_t until, since;                /* the server accepted, has refused */
	uint32_t clients, some;              /* how many, and how many of those */
	uint32_t served_by, served_by_other; /* certificates */
	uint16_t row;
	bool mirrored; /* the relation only: it is the other one's hit */
};

/* Sessions by answer and conclusion. */
struct relate_kinds {
	struct relate_map keys;
	struct relate_kind {
		uint64_t traits;
		int alert_code; /* -1: none */
	} * all;
	size_t room;
};

/* Hashes of keys of all sessions, two each (relate_pairs.c). */
struct relate_hashes {
	unsigned by[2];
	uint32_t *all; /* NULL: nobody asked yet */
};

struct relate_run {
	struct database *d;
	struct dictionary *dictionary;
	const struct relate_sessions *sessions;
	uint64_t *traits;    /* of each session */
	uint64_t of_anybody; /* traits that one or another has */
	struct relate_kinds kinds;
	struct relate_hashes hashes;
	uint32_t *listed[2]; /* room for all sessions (relate_pairs.c); NULL: nobody asked yet */
	struct relate_hit *hits;
	size_t n_hits, hits_room;
	size_t first_hit[RELATE_ROWS + 1];    /* of each row that has run, and behind the last */
	struct relate_judged *judged;         /* NULL: nobody asked yet */
	struct relate_origins *origins;       /* likewise */
	struct relate_owned *owned;           /* likewise */
	struct text text;                     /* of a sentence */
	struct relate_candidates *candidates; /* findings of a session (relate_findings.c) */
};

static inline const struct relate_session *
relate_session(const struct relate_run *run, uint32_t i)
{
	return relate_sessions_at(run->sessions, i);
}

static inline const struct relate_ends *
relate_ends(const struct relate_run *run, uint32_t i)
{
	return relate_sessions_ends_at(run->sessions, i);
}

static inline int64_t
relate_first_frame(const struct relate_session *s)
{
	return (int64_t)(s->place & ((UINT64_C(1) << RELATE_FRAME_BITS) - 1));
}

static inline bool
relate_no_memory(struct relate_run *run)
{
	return database_fault(run->d, "out of memory");
}

/* Of a row that is running. other: RELATE_NOBODY for none. NULL: fault. The same pair twice in a
 * row is one. */
struct relate_hit *relate_hit(struct relate_run *run, const struct relate_row *r, uint32_t session,
			      uint32_t other);
/* Which of the two began first, or stands first of those that began together. */
bool relate_is_before(const struct relate_run *run, uint32_t a, uint32_t b);
/* What tells servers apart, under one name or under none; false: it is not known. */
bool relate_server_key(const struct relate_run *run, uint32_t session, struct relate_key *k);

/* Fills run->traits from what pass 1 said. */
bool relate_traits_fill(struct relate_run *run);
void relate_traits_finish(struct relate_run *run);
/* -1: none */
int relate_alert_code(const struct relate_run *run, const struct relate_session *s);
void relate_judged_finish(struct relate_run *run);
void relate_origins_finish(struct relate_run *run);
void relate_owned_finish(struct relate_run *run);

/* The sessions of a capture or an incident, from the database. */
bool relate_load_capture(struct database *d, int64_t id, struct relate_sessions *l);
bool relate_load_incident(struct database *d, int64_t id, struct relate_sessions *l);

/* A statement with ?1 and ?2 bound, for the caller to step and reset; NULL: fault. */
sqlite3_stmt *relate_ask(struct database *d, const char *sql, int64_t one, int64_t two);
/* It gives a row; *none: or not. */
bool relate_next(struct database *d, sqlite3_stmt *stmt, bool *none);
/* It gives none. */
bool relate_do(struct database *d, const char *sql, int64_t one, int64_t two);

/* What the hit's row says of it, into run->text; template: its sentence, or a fix. */
bool relate_words(struct relate_run *run, const struct relate_hit *h, const char *template);

/* What all hits say goes to the database. */
bool relate_apply(struct relate_run *run);
/* The findings of the session that these hits are about, in the order of rows, of one row the
 * earliest first. *told: the sentence that explains its verdict, or 0. */
bool relate_findings(struct relate_run *run, const struct relate_hit *hits, size_t count,
		     int64_t *told);
void relate_findings_finish(struct relate_run *run);

#endif
