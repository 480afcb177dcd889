/*
 * app_label.c - the nDPI adapter. See app_label.h.
 * Facts about the library (4.2 to 4.x): one module per thread; it wants IP packets, so the stream's
 * first bytes go in behind synthetic headers. Compiled as gnu17, which its headers need.
 */
#include "analyzer/tls/app_label.h"

#include <ndpi_api.h>
#include <ndpi_main.h>
#include <ndpi_typedefs.h>

#include <stdlib.h>

/* Up to 4.10; later versions changed these calls. */
#define NDPI_VERSION (NDPI_MAJOR * 100 + NDPI_MINOR)
#if NDPI_VERSION < 402 || NDPI_VERSION > 410
#error "this adapter is tested with nDPI 4.2 to 4.10"
#endif

enum {
	LABELS_MAX = 4096, /* remembered labels; then all are forgotten */
	SLOTS = LABELS_MAX * 2,
	LABEL_SIZE = 48,
	FIRST_BYTES_MAX = 1400, /* of each side, as a first packet would carry */
	IP_HEADER_LEN = 20,
	TCP_HEADER_LEN = 20,
};

struct label {
	uint64_t key; /* keyed hash of what decides the label; 0 empty */
	char text[LABEL_SIZE];
};

struct app_label {
	struct hash_key key;
	struct ndpi_detection_module_struct *module;
	struct ndpi_flow_struct *flow;
	struct label slot[SLOTS];
	uint16_t used[LABELS_MAX]; /* the slots that are taken */
	size_t count;
};

struct app_label *
app_label_create(const struct tls_run *run)
{
	struct app_label *l = calloc(1, sizeof(*l));
	NDPI_PROTOCOL_BITMASK all;

	if (l == NULL)
		return NULL;
	l->key = run->key;
	l->module = ndpi_init_detection_module(ndpi_no_prefs);
	l->flow = ndpi_flow_malloc(sizeof(struct ndpi_flow_struct));
	if (l->module == NULL || l->flow == NULL) {
		app_label_destroy(l);
		return NULL;
	}
	memset(l->flow, 0, sizeof(*l->flow));
	NDPI_BITMASK_SET_ALL(all);
	ndpi_set_protocol_detection_bitmask2(l->module, &all);
	ndpi_finalize_initialization(l->module);
	return l;
}

void
app_label_destroy(struct app_label *l)
{
	if (l == NULL)
		return;
	if (l->flow != NULL)
		ndpi_flow_free(l->flow);
	if (l->module != NULL)
		ndpi_exit_detection_module(l->module);
	free(l);
}

static void
forget(struct app_label *l)
{
	for (; l->count > 0; l->count--)
		l->slot[l->used[l->count - 1]] = (struct label){.key = 0};
}

/* nDPI keeps a small cache of its own, of servers it has told by their certificates. */
void
app_label_next_capture(struct app_label *l)
{
	forget(l);
}

void
app_label_feed(struct app_label *l, struct tls_session *s, enum tls_side side, struct bytes first)
{
	struct bytes *keep = &s->first_bytes[side];
	size_t n = first.len < FIRST_BYTES_MAX ? first.len : FIRST_BYTES_MAX;

	(void)l;
	keep->data = arena_copy(&s->arena, first.data, n);
	keep->len = keep->data != NULL ? n : 0;
}

/* --- asking nDPI
 * ------------------------------------------------------------------------------------ */

static void
put16(uint8_t *at, uint16_t v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

/* IPv4 and TCP headers that fit the payload. nDPI takes the direction from the addresses; IPv6
 * addresses are folded, since only ranges of IPv4 addresses have labels of their own. */
static size_t
make_packet(uint8_t *to, const struct tls_session *s, enum tls_side side)
{
	const struct endpoint *src = &s->flow->from[side == TLS_CLIENT ? s->client : !s->client];
	const struct endpoint *dst = &s->flow->from[side == TLS_CLIENT ? !s->client : s->client];
	struct bytes payload = s->first_bytes[side];
	size_t total = IP_HEADER_LEN + TCP_HEADER_LEN + payload.len;
	uint8_t *tcp = to + IP_HEADER_LEN;

	memset(to, 0, IP_HEADER_LEN + TCP_HEADER_LEN);
	to[0] = 0x45;
	put16(to + 2, (uint16_t)total);
	to[8] = 64;
	to[9] = 6;
	memcpy(to + 12, src->addr, 4);
	memcpy(to + 16, dst->addr, 4);
	put16(tcp, src->port);
	put16(tcp + 2, dst->port);
	tcp[7] = 1;
	tcp[11] = 1;
	tcp[12] = TCP_HEADER_LEN / 4 << 4;
	tcp[13] = 0x18; /* PSH, ACK */
	memcpy(to + IP_HEADER_LEN + TCP_HEADER_LEN, payload.data, payload.len);
	return total;
}

static ndpi_protocol
detect(struct app_label *l, const struct tls_session *s)
{
	static const enum tls_side order[] = {TLS_CLIENT, TLS_SERVER};
	uint8_t packet[IP_HEADER_LEN + TCP_HEADER_LEN + FIRST_BYTES_MAX];
	ndpi_protocol found = {0};
	uint8_t guessed;

	for (size_t i = 0; i < 2; i++) {
		if (s->first_bytes[order[i]].len == 0)
			continue;
		size_t len = make_packet(packet, s, order[i]);
		found =
		    ndpi_detection_process_packet(l->module, l->flow, packet, (unsigned short)len,
						  (uint64_t)(s->first_ns / 1000000));
	}
	if (found.app_protocol == NDPI_PROTOCOL_UNKNOWN)
		found = ndpi_detection_giveup(l->module, l->flow, 1, &guessed);
	ndpi_free_flow_data(l->flow);
	memset(l->flow, 0, sizeof(*l->flow)); /* ready for the next; its pointers dangle */
	return found;
}

/* --- remembering
 * -------------------------------------------------------------------------------------- */

static uint64_t
key_of(const struct app_label *l, const struct tls_session *s)
{
	const struct endpoint *server = &s->flow->from[!s->client];
	const struct client_hello_detail *ch = s->client_hello;
	const char *sni = ch != NULL && ch->sni != NULL ? ch->sni : "";
	const char *alpn = ch != NULL && ch->alpn != NULL ? ch->alpn : "";
	char text[600] = {0};
	size_t n = sizeof(server->addr) + sizeof(server->port);

	memcpy(text, server->addr, sizeof(server->addr));
	memcpy(text + sizeof(server->addr), &server->port, sizeof(server->port));
	n += (size_t)snprintf(text + n, sizeof(text) - n, "%.255s/%.255s", sni, alpn);
	uint64_t key = hash_bytes(&l->key, text, n < sizeof(text) ? n : sizeof(text));
	return key != 0 ? key : 1;
}

static struct label *
slot_of(struct app_label *l, uint64_t key)
{
	size_t i = key % SLOTS;

	while (l->slot[i].key != 0 && l->slot[i].key != key)
		i = (i + 1) % SLOTS;
	return &l->slot[i];
}

const char *
app_label_find(struct app_label *l, struct tls_session *s)
{
	uint64_t key = key_of(l, s);
	struct label *at = slot_of(l, key);

	if (at->key == 0) {
		if (l->count == LABELS_MAX) {
			forget(l);
			at = slot_of(l, key);
		}
		ndpi_protocol found = detect(l, s);
		at->key = key;
		l->used[l->count++] = (uint16_t)(at - l->slot);
		if (found.app_protocol != NDPI_PROTOCOL_UNKNOWN ||
		    found.master_protocol != NDPI_PROTOCOL_UNKNOWN)
			ndpi_protocol2name(l->module, found, at->text, sizeof(at->text));
	}
	return at->text[0] != '\0' ? at->text : NULL;
}
