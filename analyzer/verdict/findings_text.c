/*
 * findings_text.c - the {words} of causes.def and cause_rules.def. See findings.h.
 * A word that has nothing to say gives what fits the sentence without it.
 */
#include "analyzer/verdict/findings_words.h"

#include <stdio.h>

#include "analyzer/verdict/explain.h"

enum { STATUS_LINE_MAX = 60 };

/* --- words of the request --------------------------------------------------------------------- */

static void
put_request_frame(struct arena_writer *to, const struct finding_case *c)
{
	to->mark = to->len;
	arena_write_number(to, c->request_step->mark.frame);
}

static void
put_request(struct arena_writer *to, const struct finding_case *c)
{
	arena_write_text(to, "the request");
	if (c->request_step == NULL)
		return;
	arena_write_text(to, " in frame ");
	put_request_frame(to, c);
}

/* "12 CAs": what is counted, in the plural when it is not one. */
static void
put_count(struct arena_writer *to, unsigned n, const char *what)
{
	arena_write_number(to, n);
	arena_write_text(to, what);
	if (n != 1)
		arena_write_text(to, "s");
}

static void
put_ca_count(struct arena_writer *to, const struct finding_case *c)
{
	if (c->request != NULL)
		put_count(to, c->request->ca_names, " CA name");
	else
		arena_write_text(to, "CA names");
}

static void
put_not_among(struct arena_writer *to, const struct finding_case *c)
{
	if (c->request == NULL || c->request->ca_names == 1) {
		arena_write_text(to, "not the CA that ");
	} else {
		arena_write_text(to, "not among the ");
		arena_write_number(to, c->request->ca_names);
		arena_write_text(to, " CAs that ");
	}
	put_request(to, c);
	arena_write_text(to, " names");
}

/* Whose certificates the server wants. */
static void
put_wanted(struct arena_writer *to, const struct finding_case *c)
{
	if (c->request == NULL || c->request->ca_names == 0) {
		arena_write_text(to, "a CA that the server trusts");
		return;
	}
	arena_write_text(to, c->request->ca_names == 1 ? "the " : "one of the ");
	put_count(to, c->request->ca_names, " CA");
	arena_write_text(to, " named in frame ");
	put_request_frame(to, c);
}

static void
put_list_size(struct arena_writer *to, const struct finding_case *c)
{
	arena_write_number(to, c->request != NULL ? c->request->ca_bytes / 1024 : 0);
	arena_write_text(to, " KiB");
}

static const char *
word_allowed(const struct finding_case *c)
{
	static const struct {
		const char *key, *words;
	} rows[] = {{"RSA", "RSA"}, {"EC ", "ECDSA"}, {"Ed25519", "Ed25519"}, {"Ed448", "Ed448"}};
	char list[64] = "";
	size_t used = 0;

	if (c->request == NULL)
		return "key types that are not visible here";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (checks_key_asked_for(c->request, rows[i].key))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 used > 0 ? ", " : "", rows[i].words);
	return used > 0 ? arena_text(&c->session->arena, list, used) : "no common key type";
}

/* --- words of the rest ------------------------------------------------------------------------ */

static const char *
word_alert(const struct finding_case *c)
{
	const struct step *alert = c->facts->alert;

	return explain_alert(&c->session->arena, alert != NULL ? alert : c->facts->end_step);
}

static const char *
word_sni(const struct finding_case *c)
{
	const struct client_hello_detail *ch = c->session->client_hello;

	return ch != NULL && ch->sni != NULL ? ch->sni : "no name";
}

static const char *
word_client_stack(const struct finding_case *c)
{
	return words_or(stack_name(c->client_stack), "unknown");
}

/* What an HTTP server says to a ClientHello; other servers' words are not for us to keep. */
static const char *
word_status_line(const struct finding_case *c)
{
	static const char start[] = "HTTP/1.";
	const char *text = c->session->foreign_text;
	size_t len = c->session->foreign_text_len, n = 0;

	if (text == NULL || len < sizeof(start) || memcmp(text, start, sizeof(start) - 1) != 0)
		return "";
	while (n < len && n < STATUS_LINE_MAX && text[n] >= ' ' && text[n] <= '~')
		n++;
	return arena_format(&c->session->arena, " (\"%.*s\")", (int)n, text);
}

static const char *
word_type(const struct finding_case *c)
{
	const struct server_hello_detail *sh = c->session->server_hello;

	return sh != NULL && sh->client_certificate_type != 0 ? "raw public key" : "X.509";
}

static void
put_waited(struct arena_writer *to, const struct finding_case *c)
{
	words_put_span(to, c->waited / 1000000000);
}

static void
put_stalled(struct arena_writer *to, const struct finding_case *c)
{
	words_put_span(to, c->stalled / 1000000000);
}

static void
put_depth(struct arena_writer *to, const struct finding_case *c)
{
	arena_write_number(to, c->checks.intermediates + 1);
}

static const char *
word_intermediate(const struct finding_case *c)
{
	return words_or(c->trust.intermediate, "an intermediate");
}

static void
put_not_listed(struct arena_writer *to, const struct finding_case *c)
{
	if (!condition_in(&c->holds, IF_UNLISTED))
		return;
	arena_write_text(to, ", and is ");
	put_not_among(to, c);
}

static void
put_revoked_at(struct arena_writer *to, const struct finding_case *c)
{
	if (c->trust.revoked_at == INT64_MIN)
		return;
	arena_write_text(to, ", revoked ");
	words_put_time(to, c->trust.revoked_at);
}

/* What --crl has for this issuer, when that may be what the server has. */
static void
put_crl_state(struct arena_writer *to, const struct finding_case *c)
{
	if ((c->trust.found & CHAIN_CRL_EXPIRED) != 0 && c->trust.crl_until != INT64_MIN) {
		arena_write_text(to, "; the one of --crl ended ");
		words_put_time(to, c->trust.crl_until);
	} else if ((c->trust.found & CHAIN_CRL_MISSING) != 0) {
		arena_write_text(to, "; --crl has none of this issuer, either");
	}
}

static const char *
word_ocsp(const struct finding_case *c)
{
	return network_fetch_words(c->session, &c->network.ocsp);
}

static const char *
word_crl(const struct finding_case *c)
{
	return network_fetch_words(c->session, &c->network.crl);
}

static const char *
word_hole(const struct finding_case *c)
{
	return network_hole_words(c->session, &c->network);
}

/* What is visibly wrong with the server's certificate. */
static void
put_server_problem(struct arena_writer *to, const struct finding_case *c)
{
	struct checks checks;

	if (c->server_chain == NULL || c->server_chain->count == 0)
		return;
	const struct outcome_certificate *leaf = c->server_chain->certificates[0];
	checks_chain(c->server_chain->certificates, c->server_chain->count, NULL,
		     c->session->first_ns / 1000000000, &checks);
	if ((checks.found & CHECK_EXPIRED) != 0) {
		arena_write_text(to, ", which had expired on ");
		words_put_time(to, leaf->not_after);
	} else if ((checks.found & CHECK_NOT_YET_VALID) != 0) {
		arena_write_text(to, ", which is valid only from ");
		words_put_time(to, leaf->not_before);
		arena_write_text(to, " on");
	} else if ((checks.found & CHECK_SELF_SIGNED) != 0) {
		arena_write_text(to, ", which is self-signed");
	} else if ((checks.found & CHECK_NO_SERVER_AUTH) != 0) {
		arena_write_text(to, ", which is not for servers");
	} else {
		arena_write_text(to, ", issued by ");
		arena_write_text(to, words_or(leaf->issuer, "?"));
	}
}

/* --- templates -------------------------------------------------------------------------------- */

static const struct word words[] = {
    WORD_TEXT(alert),        WORD_TEXT(allowed),  WORD_PUT(ca_count),     WORD_TEXT(client_stack),
    WORD_TEXT(crl),          WORD_PUT(crl_state), WORD_PUT(depth),        WORD_TEXT(hole),
    WORD_TEXT(intermediate), WORD_PUT(list_size), WORD_PUT(not_among),    WORD_PUT(not_listed),
    WORD_TEXT(ocsp),         WORD_PUT(request),   WORD_PUT(revoked_at),   WORD_PUT(server_problem),
    WORD_TEXT(sni),          WORD_PUT(stalled),   WORD_TEXT(status_line), WORD_TEXT(type),
    WORD_PUT(waited),        WORD_PUT(wanted),
};

static void
put_word(struct arena_writer *to, const struct finding_case *c, const char *name, size_t len)
{
	if (!words_put(to, c, words, sizeof(words) / sizeof(words[0]), name, len))
		words_put_certificate(to, c, name, len);
}

/* The {words} of the first len bytes; the rest is as it is. */
static void
write_words(struct arena_writer *to, const struct finding_case *c, const char *template, size_t len)
{
	const char *p = template, *end = template + len, *open;
	size_t start = to->len;

	while ((open = memchr(p, '{', (size_t)(end - p))) != NULL) {
		const char *close = memchr(open, '}', (size_t)(end - open));
		if (close == NULL)
			break;
		arena_write(to, p, (size_t)(open - p));
		put_word(to, c, open + 1, (size_t)(close - open) - 1);
		/* A sentence that begins with a word of its own begins with a capital. */
		if (open == template && to->len >= start + 4 &&
		    memcmp(to->text + start, "the ", 4) == 0)
			to->text[start] = 'T';
		p = close + 1;
	}
	arena_write_text(to, p);
}

void
findings_write(struct arena_writer *to, const struct finding_case *c, const char *template)
{
	write_words(to, c, template, strlen(template));
}

uint16_t
findings_named_at(const struct arena_writer *to)
{
	return to->mark <= UINT16_MAX ? (uint16_t)to->mark : 0;
}

static const char *
text_of(const struct finding_case *c, const char *template, size_t len, uint16_t *named_at)
{
	struct arena_writer to;

	*named_at = 0;
	if (memchr(template, '{', len) == NULL)
		return template;
	arena_write_begin(&to, &c->session->arena);
	write_words(&to, c, template, len);
	*named_at = findings_named_at(&to);
	return arena_written(&to);
}

const char *
findings_text(const struct finding_case *c, const char *template, uint16_t *named_at)
{
	return text_of(c, template, strlen(template), named_at);
}

const char *
findings_fix(const struct finding_case *c, const struct cause_fix *fix, uint16_t *named_at)
{
	return text_of(c, fix->text, fix->words_len, named_at);
}
