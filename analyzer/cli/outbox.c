/*
 * outbox.c - see outbox.h.
 */
#include "analyzer/cli/outbox.h"

#include "analyzer/cli/memory.h"
#include "analyzer/outcome_pack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 1 << 20 };

struct outbox {
	struct outcome_packer *packer;
	size_t limit;
	char *folder;
	int fd; /* -1: all is in memory */
	uint64_t in_file;
	struct outcome_without_tls *ports; /* few: see TLS_PORTS_MAX */
	size_t n_ports, ports_room;
	char error[OUTBOX_ERROR_MAX];
};

struct outbox *
outbox_create(const char *folder, size_t limit)
{
	struct outbox *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->fd = -1;
	b->limit = limit;
	b->folder = strdup(folder);
	b->packer = outcome_packer_create();
	if (b->folder != NULL && b->packer != NULL)
		return b;
	outbox_destroy(b);
	return NULL;
}

void
outbox_destroy(struct outbox *b)
{
	if (b == NULL)
		return;
	if (b->fd >= 0)
		close(b->fd);
	outcome_packer_destroy(b->packer);
	free(b->ports);
	free(b->folder);
	free(b);
}

static bool
fail(struct outbox *b, const char *what, const char *why)
{
	snprintf(b->error, sizeof(b->error), "%s: %s: %s", b->folder, what, why);
	return false;
}

static bool
no_memory(struct outbox *b)
{
	snprintf(b->error, sizeof(b->error), "out of memory");
	return false;
}

/* --- filling ------------------------------------------------------------------------------------
 */

/* Not every file system can make one without a name. */
static int
open_nameless(const char *folder)
{
	char path[PATH_MAX];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || snprintf(path, sizeof(path), "%s/.mtlscope-XXXXXX", folder) >= PATH_MAX)
		return fd;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static bool
spill(struct outbox *b)
{
	size_t len;
	const uint8_t *at = outcome_packer_bytes(b->packer, &len);

	if (b->fd < 0 && (b->fd = open_nameless(b->folder)) < 0)
		return fail(b, "no temporary file", strerror(errno));
	while (len > 0) {
		ssize_t n = write(b->fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(b, "temporary file", n < 0 ? strerror(errno) : "disk full");
		at += n;
		len -= (size_t)n;
		b->in_file += (uint64_t)n;
	}
	outcome_packer_drain(b->packer);
	return true;
}

static bool
emit(void *ctx, const struct outcome *o)
{
	struct outbox *b = ctx;
	size_t len;

	if (!outcome_pack(b->packer, o))
		return no_memory(b);
	outcome_packer_bytes(b->packer, &len);
	return len < b->limit || spill(b);
}

static bool
keep_port(void *ctx, const struct outcome_without_tls *w)
{
	struct outbox *b = ctx;

	b->ports = memory_grow(b->ports, b->n_ports, &b->ports_room, sizeof(*b->ports));
	b->ports[b->n_ports++] = *w;
	return true;
}

struct outcome_sink
outbox_sink(struct outbox *b)
{
	return (struct outcome_sink){.ctx = b, .emit = emit, .without_tls = keep_port};
}

void
outbox_seal(struct outbox *b)
{
	outcome_packer_seal(b->packer);
}

size_t
outbox_memory(const struct outbox *b)
{
	return outcome_packer_memory(b->packer) + b->ports_room * sizeof(*b->ports);
}

const char *
outbox_error(const struct outbox *b)
{
	return b->error;
}

/* --- emptying -----------------------------------------------------------------------------------
 */

struct replay {
	struct outbox *box;
	struct outcome_unpacker *unpacker;
	const struct outcome_sink *to;
	bool refused;
	uint8_t *data; /* records from the file; the last may go on in the next piece */
	size_t len, room;
};

/* Whole records of data[0, len) are emitted; *done: up to where. *wanted: what the next one needs.
 */
static bool
emit_records(struct replay *r, uint8_t *data, size_t len, size_t *done, size_t *wanted)
{
	const struct outcome *o;

	for (*done = 0; *done < len; *done += *wanted) {
		switch (outcome_unpack(r->unpacker, data + *done, len - *done, wanted, &o)) {
		case OUTCOME_UNPACKED:
			if (!r->to->emit(r->to->ctx, o)) {
				r->refused = true;
				return false;
			}
			break;
		case OUTCOME_UNPACK_ON:
			break;
		case OUTCOME_UNPACK_MORE:
			return true;
		case OUTCOME_UNPACK_BROKEN:
			return fail(r->box, "temporary file", "damaged");
		case OUTCOME_UNPACK_NO_MEMORY:
			return no_memory(r->box);
		}
	}
	return true;
}

static bool
make_room(struct replay *r, size_t wanted)
{
	size_t room = wanted > CHUNK ? wanted : CHUNK;

	if (room <= r->room)
		return true;
	uint8_t *bigger = realloc(r->data, room);
	if (bigger == NULL)
		return no_memory(r->box);
	r->data = bigger;
	r->room = room;
	return true;
}

static bool
replay_file(struct replay *r)
{
	struct outbox *b = r->box;
	size_t done, wanted = 0;

	for (uint64_t at = 0; at < b->in_file;) {
		if (wanted > b->in_file)
			return fail(b, "temporary file", "damaged");
		if (!make_room(r, wanted))
			return false;
		ssize_t n = pread(b->fd, r->data + r->len, r->room - r->len, (off_t)at);
		if (n <= 0)
			return fail(b, "temporary file", n < 0 ? strerror(errno) : "cut short");
		at += (uint64_t)n;
		r->len += (size_t)n;
		if (!emit_records(r, r->data, r->len, &done, &wanted))
			return false;
		memmove(r->data, r->data + done, r->len - done);
		r->len -= done;
	}
	return r->len == 0 || fail(b, "temporary file", "cut short");
}

bool
outbox_replay(struct outbox *b, const struct outcome_sink *to, bool *refused)
{
	struct replay r = {.box = b, .unpacker = outcome_unpacker_create(), .to = to};
	size_t len, done = 0, wanted;
	uint8_t *data = outcome_packer_bytes(b->packer, &len);

	bool good = r.unpacker != NULL ? replay_file(&r) : no_memory(b);
	good = good && emit_records(&r, data, len, &done, &wanted) && done == len;
	for (size_t i = 0; good && i < b->n_ports; i++) {
		good = to->without_tls(to->ctx, &b->ports[i]);
		r.refused = !good;
	}
	*refused = r.refused;
	outcome_unpacker_destroy(r.unpacker);
	free(r.data);
	return good;
}
