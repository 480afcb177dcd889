/*
 * fuzz_pcap.c - any bytes as a classic capture: the first byte chooses the magic, the rest follows.
 */
#include <stdlib.h>

#include "analyzer/input/source.h"
#include "tests/unit/capture_build.h"

static void
read_all(struct source *s, size_t size)
{
	struct packet p;
	struct secret secret;
	struct source_info info;
	uint64_t frames = 0, at = 0, sum = 0;
	for (enum source_event e; (e = source_next(s, &p, &secret)) < SOURCE_END;) {
		if (e == SOURCE_SECRET)
			continue;
		if (p.frame <= frames || p.file_at <= at || p.file_at >= size)
			abort();
		frames = p.frame;
		at = p.file_at;
		for (size_t i = 0; i < p.data.len; i++)
			sum = sum * 31 + p.data.data[i];
	}
	source_info(s, &info);
	if (!info.complete || info.identity.size != size || info.packets > frames)
		abort();
	source_problem(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t magics[][4] = {
	    {0xd4, 0xc3, 0xb2, 0xa1}, {0xa1, 0xb2, 0xc3, 0xd4}, {0x4d, 0x3c, 0xb2, 0xa1},
	    {0xa1, 0xb2, 0x3c, 0x4d}, {0x34, 0xcd, 0xb2, 0xa1}, {0xa1, 0xb2, 0xcd, 0x34},
	};
	struct source_why why;
	if (size < 4)
		return 0;
	uint8_t *file = malloc(size);
	if (file == NULL)
		return 0;
	memcpy(file, data, size);
	if (file[0] < 0x34) /* a file that has its magic keeps it */
		memcpy(file, magics[file[0] % 6], 4);
	struct memory m = {.data = file, .len = size, .step = data[3] + 1u};
	struct source *s = source_open_reader(reader_create(memory_read, &m), &why);
	if (s != NULL)
		read_all(s, size);
	source_close(s);
	free(file);
	return 0;
}
