/*
 * decrypt.c - see decrypt.h.
 */
#include "analyzer/tls/decrypt.h"

#include <stdlib.h>

#include "analyzer/tls/decrypt_12.h"
#include "analyzer/tls/decrypt_13.h"
#include "analyzer/tls/finished.h"
#include "analyzer/tls/master.h"
#include "dissectors/tls/handshake.h"

enum mode {
	MODE_WAITING, /* for the ServerHello, or for a secret */
	MODE_13,
	MODE_12,
	MODE_OVER, /* nothing can be opened */
};

struct decrypt {
	struct tls_session *s;
	enum mode mode;
	uint64_t news; /* of the run, when it was last asked for a secret */
	struct decrypt_13 *v13;
	struct decrypt_12 *v12;
	struct decrypt_12_keys keys; /* of the latest handshake, TLS 1.2 and older */
	unsigned handshakes[2];      /* ChangeCipherSpecs so far */
	unsigned application[2];     /* application records opened */
	bool checked[2];             /* Finished of the first handshake was seen */
	struct held *first, *last;
	size_t held[2];
};

struct decrypt *
decrypt_create(struct tls_session *s)
{
	const struct client_hello_detail *ch = s->client_hello;
	struct decrypt *d;

	if (ch == NULL || !tls_run_decrypts(s->run))
		return NULL;
	if (!s->run->secrets_may_come && s->run->n_rsa_keys == 0 &&
	    !tls_run_knows(s->run, ch->random) && !tls_run_has_rsa(s->run))
		return NULL;
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->s = s;
	return d;
}

void
decrypt_destroy(struct decrypt *d)
{
	if (d == NULL)
		return;
	for (struct held *h; (h = d->first) != NULL;) {
		d->first = h->next;
		decrypt_release(d, h);
	}
	decrypt_13_destroy(d->v13);
	decrypt_12_destroy(d->v12);
	crypto_wipe(d, sizeof(*d));
	free(d);
}

/* --- holding records back ------------------------------------------------------------------------
 */

bool
decrypt_waiting(const struct decrypt *d)
{
	return d->mode == MODE_WAITING;
}

static size_t
held_size(const struct tls_record_header *h, bool whole)
{
	return sizeof(struct held) + (whole ? h->length : 0);
}

void
decrypt_release(struct decrypt *d, struct held *h)
{
	d->s->run->held_bytes -= held_size(&h->header, h->whole);
	free(h);
}

void
decrypt_hold(struct decrypt *d, const struct step *raw, const struct tls_record_header *h,
	     const struct bytes *body)
{
	size_t size = held_size(h, body != NULL);
	struct tls_run *run = d->s->run;
	struct held *to = NULL;

	if (raw != NULL && !d->s->keys_too_late &&
	    d->held[raw->sender] + size <= DECRYPT_HELD_MAX &&
	    run->held_bytes + size <= DECRYPT_HELD_ALL_MAX)
		to = malloc(size);
	if (to == NULL) {
		/* From here on a later secret opens only what came before. */
		d->s->keys_too_late = true;
		return;
	}
	*to = (struct held){.raw = raw, .header = *h, .whole = body != NULL};
	if (body != NULL && body->len > 0)
		memcpy(to->body, body->data, body->len);
	run->held_bytes += size;
	d->held[raw->sender] += size;
	*(d->first == NULL ? &d->first : &d->last->next) = to;
	d->last = to;
}

struct held *
decrypt_take_held(struct decrypt *d)
{
	struct held *h = d->first;

	d->first = d->last = NULL;
	return h;
}

/* --- starting -----------------------------------------------------------------------------------
 */

static bool
start_13(struct decrypt *d)
{
	d->v13 = decrypt_13_create(d->s);
	if (d->v13 != NULL)
		d->mode = MODE_13;
	else if (tls_run_knows(d->s->run, d->s->client_hello->random)) {
		d->mode = MODE_OVER;
		d->s->keys = SESSION_KEYS_UNUSABLE;
	}
	return d->mode != MODE_WAITING;
}

/* RSA needs the ClientKeyExchange: its secret is asked for when ChangeCipherSpec comes. */
static bool
start_12(struct decrypt *d)
{
	const struct server_hello_detail *sh = d->s->server_hello;
	bool usable = tls_cipher_find(sh->cipher_suite) != NULL && !sh->compressed &&
		      (sh->version == TLS_1_0 || sh->version == TLS_1_1 || sh->version == TLS_1_2);

	if (!master_possible(d->s))
		return false;
	d->v12 = usable ? decrypt_12_create(d->s->run->crypto) : NULL;
	d->mode = d->v12 != NULL ? MODE_12 : MODE_OVER;
	if (!usable)
		d->s->keys = SESSION_KEYS_UNUSABLE;
	return true;
}

bool
decrypt_start(struct decrypt *d)
{
	const struct tls_session *s = d->s;

	if (d->mode != MODE_WAITING || s->server_hello == NULL)
		return false;
	if (d->news == s->run->secrets_news + 1)
		return false;
	d->news = s->run->secrets_news + 1;
	if (tls_version_is_13(s->version) ? start_13(d) : start_12(d))
		return true;
	if (!s->run->secrets_may_come)
		d->mode = MODE_OVER;
	return d->mode != MODE_WAITING;
}

bool
decrypt_start_late(struct decrypt *d)
{
	bool started = decrypt_start(d);

	if (d->mode == MODE_WAITING) {
		d->mode = MODE_OVER;
		d->s->keys_too_late = false; /* no secret came at all */
	}
	return started;
}

/* --- records ------------------------------------------------------------------------------------
 */

static void
note_opened(struct decrypt *d, const struct step *raw, const struct opened *o)
{
	d->s->opened++;
	if (o->type == TLS_CONTENT_application_data)
		d->application[raw->sender]++;
}

bool
decrypt_open(struct decrypt *d, const struct step *raw, const struct tls_record_header *h,
	     const struct bytes *body, struct opened *out)
{
	uint8_t *buffer = tls_run_buffer(d->s->run);
	bool ok = false;

	if (d->mode == MODE_OVER || d->mode == MODE_WAITING || buffer == NULL)
		return false;
	if (body == NULL) {
		if (d->mode == MODE_13)
			decrypt_13_missed(d->v13, raw->sender,
					  h->type == TLS_CONTENT_application_data);
		else
			decrypt_12_missed(d->v12, raw->sender, 1);
		return false;
	}
	ok = d->mode == MODE_13 ? decrypt_13_open(d->v13, raw->sender, h, *body, buffer, out)
				: decrypt_12_open(d->v12, raw->sender, h, *body, buffer, out);
	if (ok)
		note_opened(d, raw, out);
	else
		d->s->not_opened++;
	return ok;
}

void
decrypt_lost(struct decrypt *d, enum tls_side side)
{
	if (d->mode == MODE_13)
		decrypt_13_missed(d->v13, side, SIZE_MAX);
	if (d->mode == MODE_12)
		decrypt_12_missed(d->v12, side, SIZE_MAX);
}

void
decrypt_change(struct decrypt *d, enum tls_side side)
{
	if (d->mode != MODE_12)
		return;
	d->handshakes[side]++;
	if (!master_find(d->s, &d->keys) || !decrypt_12_change(d->v12, side, &d->keys))
		decrypt_12_give_up(d->v12, side);
}

/* --- messages -----------------------------------------------------------------------------------
 */

static struct bytes
finished_secret(const struct decrypt *d, enum tls_side side)
{
	if (d->mode == MODE_12)
		return bytes_of(d->keys.master, sizeof(d->keys.master));
	return tls_run_secret(
	    d->s->run, side == TLS_CLIENT ? KEYLOG_CLIENT_HANDSHAKE : KEYLOG_SERVER_HANDSHAKE,
	    bytes_of(d->s->client_hello->random, HELLO_RANDOM_LEN));
}

static void
check_finished(struct decrypt *d, const struct step *step)
{
	const struct tls_cipher *c = tls_cipher_find(d->s->last_server_hello->cipher_suite);
	unsigned n = d->mode == MODE_12 ? d->handshakes[step->sender] : 1;

	if ((d->mode == MODE_13 && d->checked[step->sender]) || n == 0 || c == NULL)
		return;
	d->checked[step->sender] = true;
	switch (finished_check(d->s, step, n - 1, c, finished_secret(d, step->sender))) {
	case FINISHED_UNCHECKED:
		break;
	case FINISHED_RIGHT:
		d->s->finished_right[step->sender] = step;
		break;
	case FINISHED_WRONG:
		d->s->finished_wrong[step->sender] = step;
		break;
	}
}

void
decrypt_message(struct decrypt *d, const struct step *step)
{
	if (step == NULL || step->damaged)
		return;
	if (step->type == TLS_HS_key_update && d->mode == MODE_13)
		decrypt_13_update(d->v13, step->sender);
	if (step->type == TLS_HS_finished && d->s->last_server_hello != NULL)
		check_finished(d, step);
}

static enum framing_opening
opening_13(const struct decrypt *d, enum tls_side side)
{
	if (!decrypt_13_hopeful(d->v13, side))
		return FRAMING_OPEN_NOTHING;
	/* A server may ask again at any time. */
	if (!decrypt_13_application(d->v13, side) || d->application[side] < DECRYPT_TEXT_RECORDS ||
	    d->s->client_hello->post_handshake_auth)
		return FRAMING_OPEN_ALL;
	return FRAMING_OPEN_SMALL;
}

static enum framing_opening
opening_12(const struct decrypt *d, enum tls_side side)
{
	if (d->handshakes[side] > 0 && !decrypt_12_hopeful(d->v12, side))
		return FRAMING_OPEN_NOTHING;
	if (d->handshakes[side] == 0 || d->application[side] < DECRYPT_TEXT_RECORDS ||
	    decrypt_12_chained(d->v12, side))
		return FRAMING_OPEN_ALL;
	return FRAMING_OPEN_SMALL;
}

enum framing_opening
decrypt_opening(const struct decrypt *d, enum tls_side side)
{
	switch (d->mode) {
	case MODE_WAITING:
		return d->s->keys_too_late ? FRAMING_OPEN_NOTHING : FRAMING_OPEN_ALL;
	case MODE_13:
		return opening_13(d, side);
	case MODE_12:
		return opening_12(d, side);
	case MODE_OVER:
		break;
	}
	return FRAMING_OPEN_NOTHING;
}
