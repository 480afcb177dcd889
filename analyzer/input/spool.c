/*
 * spool.c - bytes held in memory because they must be sought in. See spool.h.
 */
#include "analyzer/input/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool
write_all(int fd, const uint8_t *data, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, data, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		data += put;
		n -= (size_t)put;
	}
	return true;
}

bool
spool_fill(struct spool *s, const struct archive_bytes *from, uint64_t limit, char *why,
	   size_t why_size)
{
	uint8_t chunk[16 << 10];
	ssize_t got;
	s->fd = memfd_create("mtlscope", MFD_CLOEXEC);
	snprintf(why, why_size, "no memory to hold it: %s", strerror(errno));
	if (s->fd < 0)
		return false;
	while ((got = from->read(from->ctx, chunk, sizeof chunk)) > 0) {
		s->size += (uint64_t)got;
		if (s->size > limit) {
			snprintf(why, why_size,
				 "a 7z archive of more than %" PRIu64
				 " MB inside another archive; unpack it first",
				 limit / 1000000);
			return false;
		}
		if (!write_all(s->fd, chunk, (size_t)got)) {
			snprintf(why, why_size, "no memory to hold it: %s", strerror(errno));
			return false;
		}
	}
	if (got < 0)
		snprintf(why, why_size, "%s", from->trouble(from->ctx));
	return got == 0;
}

static ssize_t
read_at(void *ctx, void *to, size_t n, uint64_t at)
{
	const struct spool *s = ctx;
	return pread(s->fd, to, n, (off_t)at);
}

static const char *
trouble(void *ctx)
{
	(void)ctx;
	return "read error";
}

struct archive_bytes
spool_bytes(struct spool *s)
{
	return (struct archive_bytes){
	    .read_at = read_at, .size = s->size, .trouble = trouble, .ctx = s};
}

void
spool_finish(struct spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}
