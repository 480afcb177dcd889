/*
 * fuzz_opening.c - any bytes as a file that may be packed: plain, compressed, archives in archives.
 * The last byte says whether it can be sought in. Everything that comes out must be consistent and
 * bounded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyzer/input/opening.h"

enum { MEMBERS_MAX = 200, CAPTURE_MAX = 1 << 20, INPUT_MAX = 4 << 20 };

/* The bytes in a file without a name or in a pipe; -1 when that can't be had, or won't fit. */
static int
descriptor(const uint8_t *data, size_t size)
{
	int ends[2];
	if (data[size - 1] % 2 == 0) {
		int fd = memfd_create("fuzz", MFD_CLOEXEC);
		if (fd >= 0 && write(fd, data, size) != (ssize_t)size)
			abort();
		return fd;
	}
	if (size > 60000 || pipe(ends) != 0)
		return -1;
	if (write(ends[1], data, size) != (ssize_t)size)
		abort();
	close(ends[1]);
	return ends[0];
}

static void
read_capture(const struct opening_item *item)
{
	struct packet packet;
	struct secret secret;
	struct source_info info;
	uint64_t sum = 0;
	for (enum source_event e; (e = source_next(item->source, &packet, &secret)) < SOURCE_END;)
		for (size_t i = 0; e == SOURCE_PACKET && i < packet.data.len; i++)
			sum = sum * 31 + packet.data.data[i];
	source_info(item->source, &info);
	if (!info.complete || (item->member && info.identity.size > CAPTURE_MAX))
		abort();
	source_problem(item->source);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const words[] = {"secret"};
	struct opening_limits limits = opening_limits_default;
	struct opening_settings settings = {.keys = {words, 1}, .limits = &limits};
	struct opening_item item;
	char path[32];
	int fd = size > 0 ? descriptor(data, size) : -1;
	if (fd < 0)
		return 0;
	limits.capture_bytes = CAPTURE_MAX;
	limits.input_bytes = INPUT_MAX;
	limits.members = MEMBERS_MAX;
	limits.spool_bytes = CAPTURE_MAX;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct opening *o = opening_create(path, &settings);
	for (size_t items = 0; o != NULL && opening_next(o, &item); items++) {
		if (items > 2 * MEMBERS_MAX + 2 || strncmp(item.path, path, strlen(path)) != 0)
			abort();
		if ((item.source == NULL) != (item.why.kind != SOURCE_OPENED))
			abort();
		/* Some are left unread. */
		if (item.source != NULL && data[items % size] % 8 != 7)
			read_capture(&item);
	}
	opening_destroy(o);
	close(fd);
	return 0;
}
