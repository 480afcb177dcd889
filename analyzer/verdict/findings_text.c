/*
 * findings_text.c - the {words} of causes.def and cause_rules.def. See findings.h.
 * A word that has nothing to say gives what fits the sentence without it.
 */
#include "analyzer/verdict/findings_words.h"

#include <assert.h>
#include <stdio.h>

#include "analyzer/verdict/explain.h"

enum {
	PIECES_MAX = 32, /* of a sentence: words, and what stands between them */
	STATUS_LINE_MAX = 60,
};

/* --- words of the request --------------------------------------------------------------------- */

static const char *
word_request(const struct finding_case *c)
{
	if (c->request_step == NULL)
		return "the request";
	return arena_format(&c->session->arena, "the request in frame %llu",
			    (unsigned long long)c->request_step->mark.frame);
}

static const char *
word_ca_count(const struct finding_case *c)
{
	if (c->request == NULL)
		return "CA names";
	return arena_format(&c->session->arena, "%u CA name%s", c->request->ca_names,
			    c->request->ca_names == 1 ? "" : "s");
}

static const char *
word_not_among(const struct finding_case *c)
{
	if (c->request == NULL || c->request->ca_names == 1)
		return arena_format(&c->session->arena, "not the CA that %s names",
				    word_request(c));
	return arena_format(&c->session->arena, "not among the %u CAs that %s names",
			    c->request->ca_names, word_request(c));
}

/* Whose certificates the server wants. */
static const char *
word_wanted(const struct finding_case *c)
{
	if (c->request == NULL || c->request->ca_names == 0)
		return "a CA that the server trusts";
	return arena_format(&c->session->arena, "%s %u CA%s named in frame %llu",
			    c->request->ca_names == 1 ? "the" : "one of the", c->request->ca_names,
			    c->request->ca_names == 1 ? "" : "s",
			    (unsigned long long)c->request_step->mark.frame);
}

static const char *
word_list_size(const struct finding_case *c)
{
	return arena_format(&c->session->arena, "%zu KiB",
			    c->request != NULL ? c->request->ca_bytes / 1024 : 0);
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

static const char *
word_waited(const struct finding_case *c)
{
	return words_span(&c->session->arena, c->waited / 1000000000);
}

static const char *
word_stalled(const struct finding_case *c)
{
	return words_span(&c->session->arena, c->stalled / 1000000000);
}

static const char *
word_depth(const struct finding_case *c)
{
	return arena_format(&c->session->arena, "%zu", c->checks.intermediates + 1);
}

static const char *
word_intermediate(const struct finding_case *c)
{
	return words_or(c->trust.intermediate, "an intermediate");
}

static const char *
word_not_listed(const struct finding_case *c)
{
	if (!c->holds[IF_UNLISTED])
		return "";
	return arena_format(&c->session->arena, ", and is %s", word_not_among(c));
}

static const char *
word_revoked_at(const struct finding_case *c)
{
	if (c->trust.revoked_at == INT64_MIN)
		return "";
	return arena_format(&c->session->arena, ", revoked %s",
			    words_time(&c->session->arena, c->trust.revoked_at));
}

/* What --crl has for this issuer, when that may be what the server has. */
static const char *
word_crl_state(const struct finding_case *c)
{
	if ((c->trust.found & CHAIN_CRL_EXPIRED) != 0 && c->trust.crl_until != INT64_MIN)
		return arena_format(&c->session->arena, "; the one of --crl ended %s",
				    words_time(&c->session->arena, c->trust.crl_until));
	if ((c->trust.found & CHAIN_CRL_MISSING) != 0)
		return "; --crl has none of this issuer, either";
	return "";
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
static const char *
word_server_problem(const struct finding_case *c)
{
	struct checks checks;

	if (c->server_chain == NULL || c->server_chain->count == 0)
		return "";
	const struct outcome_certificate *leaf = c->server_chain->certificates[0];
	checks_chain(c->server_chain->certificates, c->server_chain->count, NULL,
		     c->session->first_ns / 1000000000, &checks);
	if ((checks.found & CHECK_EXPIRED) != 0)
		return arena_format(&c->session->arena, ", which had expired on %s",
				    words_time(&c->session->arena, leaf->not_after));
	if ((checks.found & CHECK_NOT_YET_VALID) != 0)
		return arena_format(&c->session->arena, ", which is valid only from %s on",
				    words_time(&c->session->arena, leaf->not_before));
	if ((checks.found & CHECK_SELF_SIGNED) != 0)
		return ", which is self-signed";
	if ((checks.found & CHECK_NO_SERVER_AUTH) != 0)
		return ", which is not for servers";
	return arena_format(&c->session->arena, ", issued by %s", words_or(leaf->issuer, "?"));
}

/* --- templates -------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *(*text)(const struct finding_case *c);
} words[] = {
    {"alert", word_alert},
    {"allowed", word_allowed},
    {"ca_count", word_ca_count},
    {"client_stack", word_client_stack},
    {"crl", word_crl},
    {"crl_state", word_crl_state},
    {"depth", word_depth},
    {"hole", word_hole},
    {"intermediate", word_intermediate},
    {"list_size", word_list_size},
    {"not_among", word_not_among},
    {"not_listed", word_not_listed},
    {"ocsp", word_ocsp},
    {"request", word_request},
    {"revoked_at", word_revoked_at},
    {"server_problem", word_server_problem},
    {"sni", word_sni},
    {"stalled", word_stalled},
    {"status_line", word_status_line},
    {"type", word_type},
    {"waited", word_waited},
    {"wanted", word_wanted},
};

static const char *
word(const struct finding_case *c, const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i].name) == len && memcmp(words[i].name, name, len) == 0)
			return words[i].text(c);
	return words_of_certificate(c, name, len);
}

/* A sentence that begins with a word of its own begins with a capital. */
static const char *
capital(const struct finding_case *c, const char *text)
{
	if (strncmp(text, "the ", 4) != 0)
		return text;
	return arena_format(&c->session->arena, "The %s", text + 4);
}

const char *
findings_text(const struct finding_case *c, const char *template)
{
	struct arena_piece pieces[PIECES_MAX];
	size_t n = 0;

	if (strchr(template, '{') == NULL)
		return template;
	for (const char *p = template; *p != '\0';) {
		size_t plain = strcspn(p, "{");
		const char *close = strchr(p + plain, '}');
		assert(n + 2 <= PIECES_MAX); /* our own tables */
		if (close == NULL)
			plain = strlen(p);
		pieces[n++] = (struct arena_piece){p, plain};
		if (close == NULL)
			break;
		const char *filled = word(c, p + plain + 1, (size_t)(close - p) - plain - 1);
		if (filled != NULL && p == template && plain == 0)
			filled = capital(c, filled);
		if (filled != NULL)
			pieces[n++] = (struct arena_piece){filled, strlen(filled)};
		p = close + 1;
	}
	return arena_join(&c->session->arena, pieces, n);
}
