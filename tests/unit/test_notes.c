/*
 * test_notes.c - which ticket, PSK identity or session id a session gave out and which it used.
 */
#include "analyzer/verdict/notes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissectors/tls/handshake.h"

enum { NO = ANSWER_NO, YES = ANSWER_YES };

/* A message's body, and what has been written of it. */
struct body {
	uint8_t data[512];
	size_t len;
};

static void
put(struct body *b, const void *data, size_t len)
{
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void
put_u16(struct body *b, size_t v)
{
	put(b, (uint8_t[]){(uint8_t)(v >> 8), (uint8_t)v}, 2);
}

/* Extensions as text, each "\0\43\0\n..." (type, length, data): sizeof counts its NULs. */
struct hello {
	uint8_t type;
	const char *session_id;
	const char *extensions;
	size_t extensions_len;
};

#define EXTENSIONS(text) .extensions = (text), .extensions_len = sizeof(text) - 1
#define V13              "\0\x2b\0\2\3\4"
/* identities "abc", "defg"; binders of one byte each, which nobody checks */
#define OFFER  "\0\x29\0\x19\0\x13\0\3abc\0\0\0\0\0\4defg\0\0\0\0\0\2\1x"
#define TICKET "\0\x23\0\4tick"

static struct body
hello_body(const struct hello *h)
{
	bool client = h->type == TLS_HS_client_hello;
	size_t id_len = h->session_id != NULL ? strlen(h->session_id) : 0;
	struct body b = {.data = {3, 3}, .len = 34};

	put(&b, (uint8_t[]){(uint8_t)id_len}, 1);
	if (id_len > 0)
		put(&b, h->session_id, id_len);
	if (client)
		put(&b, (uint8_t[]){0, 2, 0xC0, 0x2F, 1, 0}, 6);
	else
		put(&b, (uint8_t[]){0x13, 1, 0}, 3);
	put_u16(&b, h->extensions_len);
	if (h->extensions_len > 0)
		put(&b, h->extensions, h->extensions_len);
	return b;
}

static void
say(struct tls_session *s, enum tls_side side, uint8_t type, const struct body *b)
{
	struct step step = {.kind = STEP_MESSAGE,
			    .sender = side,
			    .type = type,
			    .length = (uint32_t)b->len,
			    .mark = {.frame = s->last_frame + 1}};

	session_message(s, &step, bytes_of(b->data, b->len));
}

static uint64_t
digest(struct tls_run *run, const char *text)
{
	return text == NULL ? 0 : hasher_digest64(run->hasher, bytes_of(text, strlen(text)));
}

static const struct {
	const char *name;
	struct hello client, server;
	const char *ticket; /* of a NewSessionTicket of TLS 1.2 */
	int resumed;
	const char *handle, *used;
	uint32_t identity_length;
	int finished; /* did the server? */
} cases[] = {
    {"nothing", {.session_id = "mine"}, {0}, NULL, NO, NULL, NULL, 0, ANSWER_UNKNOWN},
    {"a session id", {0}, {.session_id = "yours"}, NULL, NO, "yours", NULL, 0, ANSWER_UNKNOWN},
    {"a session id of a handshake that ended",
     {0},
     {.session_id = "yours"},
     NULL,
     NO,
     "yours",
     NULL,
     0,
     YES},
    {"a session id that never became valid",
     {0},
     {.session_id = "yours"},
     NULL,
     NO,
     NULL,
     NULL,
     0,
     NO},
    {"a ticket beats the session id",
     {0},
     {.session_id = "yours"},
     "ticket",
     NO,
     "ticket",
     NULL,
     0,
     ANSWER_UNKNOWN},
    {"resumed by session id",
     {.session_id = "id"},
     {.session_id = "id"},
     NULL,
     YES,
     NULL,
     "id",
     0,
     ANSWER_UNKNOWN},
    {"resumed by ticket, a new one given",
     {.session_id = "made up", EXTENSIONS(TICKET)},
     {.session_id = "made up"},
     "next",
     YES,
     "next",
     "tick",
     0,
     ANSWER_UNKNOWN},
    {"refused ticket",
     {EXTENSIONS(TICKET)},
     {.session_id = "new"},
     NULL,
     NO,
     "new",
     NULL,
     0,
     ANSWER_UNKNOWN},
    {"first identity",
     {EXTENSIONS(OFFER)},
     {.session_id = "echo", EXTENSIONS(V13 "\0\x29\0\2\0\0")},
     NULL,
     YES,
     NULL,
     "abc",
     3,
     ANSWER_UNKNOWN},
    {"second identity",
     {EXTENSIONS(OFFER)},
     {.session_id = "echo", EXTENSIONS(V13 "\0\x29\0\2\0\1")},
     NULL,
     YES,
     NULL,
     "defg",
     4,
     ANSWER_UNKNOWN},
    {"an identity nobody offered",
     {EXTENSIONS(OFFER)},
     {EXTENSIONS(V13 "\0\x29\0\2\xff\xff")},
     NULL,
     YES,
     NULL,
     NULL,
     0,
     ANSWER_UNKNOWN},
    {"1.3 echoes the session id",
     {EXTENSIONS(OFFER)},
     {.session_id = "echo", EXTENSIONS(V13)},
     NULL,
     NO,
     NULL,
     NULL,
     0,
     ANSWER_UNKNOWN},
};

static void
say_ticket(struct tls_session *s, const char *ticket)
{
	struct body b = {.data = {0, 0, 0, 9}, .len = 4};

	if (ticket == NULL)
		return;
	put_u16(&b, strlen(ticket));
	put(&b, ticket, strlen(ticket));
	say(s, TLS_SERVER, TLS_HS_new_session_ticket, &b);
}

static void
check(size_t i, struct tls_run *run, const struct flow *flow)
{
	struct tls_session *s = session_create(run, flow, FLOW_DIR_A);
	struct hello client = cases[i].client, server = cases[i].server;
	struct facts facts = {.resumed = {.value = cases[i].resumed},
			      .server_finished = {.value = cases[i].finished}};
	struct outcome_notes n = {0};
	struct mutual_auth m;

	assert_non_null(s);
	client.type = TLS_HS_client_hello;
	server.type = TLS_HS_server_hello;
	struct body c = hello_body(&client), h = hello_body(&server);
	say(s, TLS_CLIENT, client.type, &c);
	say(s, TLS_SERVER, server.type, &h);
	say_ticket(s, cases[i].ticket);
	assert_true(mutual_auth_run(&m, s));
	notes_of(&n, &m, &facts);
	if (n.handle != digest(run, cases[i].handle) || n.used != digest(run, cases[i].used) ||
	    n.identity_length != cases[i].identity_length)
		fail_msg("%s: handle %llx, used %llx, length %u", cases[i].name,
			 (unsigned long long)n.handle, (unsigned long long)n.used,
			 n.identity_length);
	session_destroy(s);
}

static void
test_cases(void **state)
{
	struct flow *flow = calloc(1, sizeof(*flow));
	struct tls_run run;

	(void)state;
	assert_non_null(flow);
	assert_true(tls_run_init(&run));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(i, &run, flow);
	tls_run_finish(&run);
	free(flow);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
