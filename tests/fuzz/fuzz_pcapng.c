/*
 * fuzz_pcapng.c - any bytes as a pcapng file, whole and in small pieces, packets one by one and
 * several at once: all ways give the same.
 */
#include <stdlib.h>

#include "analyzer/input/capture_pcapng.h"
#include "analyzer/input/pcapng_block.h"
#include "tests/unit/capture_build.h"

enum { BATCH = 8 };

struct sums {
	uint64_t frames, secrets, bytes, problems;
};

static void
add(struct sums *sums, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		sums->bytes = sums->bytes * 31 + b.data[i];
}

static void
add_packet(struct sums *sums, const struct packet *p)
{
	if (p->frame <= sums->frames)
		abort();
	sums->frames = p->frame;
	sums->bytes = sums->bytes * 31 + (uint64_t)p->time_ns + p->file_at + p->interface;
	add(sums, p->data);
}

static size_t
take_batch(struct capture_pcapng *c, size_t max, struct sums *sums)
{
	struct packet packets[BATCH];
	size_t n = max > 0 ? capture_pcapng_batch(c, packets, max) : 0;
	for (size_t i = 0; i < n; i++)
		add_packet(sums, &packets[i]);
	return n;
}

/* max 0: one by one. */
static struct sums
read_all(const uint8_t *data, size_t size, size_t step, size_t max)
{
	struct memory m = {.data = data, .len = size, .step = step};
	struct problem problem = {.count = 0};
	struct reader *r = reader_create(memory_read, &m);
	struct capture_pcapng *c = capture_pcapng_create(r, &problem);
	struct packet p;
	struct secret secret;
	struct sums sums = {.frames = 0};
	for (enum source_event e = SOURCE_PACKET; e < SOURCE_END;) {
		if (take_batch(c, max, &sums) > 0)
			continue;
		e = capture_pcapng_next(c, &p, &secret);
		if (e == SOURCE_PACKET) {
			add_packet(&sums, &p);
		} else if (e == SOURCE_SECRET) {
			sums.secrets++;
			add(&sums, secret.text);
		}
	}
	sums.problems = problem.count;
	if (reader_at(r) != size)
		abort();
	capture_pcapng_destroy(c);
	reader_destroy(r);
	return sums;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sums a = read_all(data, size, SIZE_MAX, 0),
		    b = read_all(data, size, SIZE_MAX, BATCH);
	if (memcmp(&a, &b, sizeof a) != 0)
		abort();
	if (size < 4096) {
		b = read_all(data, size, 5, BATCH);
		if (memcmp(&a, &b, sizeof a) != 0)
			abort();
	}
	if (size >= 17)
		pcapng_time_ns((uint64_t)data[0] << 56 | data[1] | (uint64_t)data[2] << 30, data[3],
			       (int64_t)((uint64_t)data[4] << 56 | data[5]));
	return 0;
}
