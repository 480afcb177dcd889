/*
 * fuzz_pcapng.c - any bytes as a pcapng file, whole and in small pieces: both ways give the same.
 */
#include <stdlib.h>

#include "analyzer/input/capture_pcapng.h"
#include "analyzer/input/pcapng_block.h"
#include "tests/unit/capture_build.h"

struct sums {
	uint64_t frames, secrets, bytes;
};

static struct sums
read_all(const uint8_t *data, size_t size, size_t step)
{
	struct memory m = {.data = data, .len = size, .step = step};
	struct problem problem = {.count = 0};
	struct reader *r = reader_create(memory_read, &m);
	struct capture_pcapng *c = capture_pcapng_create(r, &problem);
	struct packet p;
	struct secret secret;
	struct sums sums = {.frames = 0};
	for (enum source_event e; (e = capture_pcapng_next(c, &p, &secret)) < SOURCE_END;) {
		struct bytes b = e == SOURCE_PACKET ? p.data : secret.text;
		if (e == SOURCE_PACKET && p.frame <= sums.frames)
			abort();
		if (e == SOURCE_PACKET)
			sums.frames = p.frame;
		else
			sums.secrets++;
		for (size_t i = 0; i < b.len; i++)
			sums.bytes = sums.bytes * 31 + b.data[i];
	}
	if (reader_at(r) != size)
		abort();
	capture_pcapng_destroy(c);
	reader_destroy(r);
	return sums;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sums a = read_all(data, size, SIZE_MAX);
	if (size < 4096) {
		struct sums b = read_all(data, size, 5);
		if (memcmp(&a, &b, sizeof a) != 0)
			abort();
	}
	if (size >= 17)
		pcapng_time_ns((uint64_t)data[0] << 56 | data[1] | (uint64_t)data[2] << 30, data[3],
			       (int64_t)((uint64_t)data[4] << 56 | data[5]));
	return 0;
}
