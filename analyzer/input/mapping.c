/*
 * mapping.c - see mapping.h. The whole file has addresses, but only STEP bytes or a little more of
 * it are in memory at a time: pages are fetched a step ahead, and given back behind the reader.
 */
#include "analyzer/input/mapping.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include "analyzer/input/bus_guard.h"
#include "analyzer/input/lease.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif

enum {
	STEP = 2 << 20, /* what one entry of a page table can map at once */
	FILE_MIN = 1 << 20,
};

struct mapping {
	int fd;
	uint8_t *data;
	size_t size;
	size_t gone, ready; /* in memory: data[gone, ready) */
	struct bus_guard *guard;
};

/* Where nobody writes behind the back of our kernel. statfs(2), linux/magic.h. */
static bool
local(int fd)
{
	static const struct {
		const char *name;
		unsigned long magic;
	} rows[] = {
	    {"ext4", 0xef53},      {"xfs", 0x58465342},  {"btrfs", 0x9123683e},
	    {"tmpfs", 0x01021994}, {"f2fs", 0xf2f52010},
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if ((unsigned long)fs.f_type == rows[i].magic)
			return true;
	return false;
}

/* An error where looking would be a signal. */
static bool
fetch(struct mapping *m)
{
	size_t n = m->size - m->ready < STEP ? m->size - m->ready : STEP;
	int rc;

	if (n == 0)
		return false;
	do
		rc = madvise(m->data + m->ready, n, MADV_POPULATE_READ);
	while (rc != 0 && errno == EINTR);
	if (rc == 0)
		m->ready += n;
	return rc == 0;
}

static void
give_up(struct mapping *m, size_t start)
{
	size_t to = start - start % STEP;

	if (to <= m->gone)
		return;
	bus_guard_shrink(m->guard, m->data + to);
	munmap(m->data + m->gone, to - m->gone);
	m->gone = to;
}

static bool
map(struct mapping *m)
{
	void *data = mmap(NULL, m->size, PROT_READ, MAP_SHARED, m->fd, 0);

	if (data == MAP_FAILED)
		return false;
	m->data = data;
	m->guard = bus_guard_add(data, m->size);
	return m->guard != NULL && fetch(m);
}

struct mapping *
mapping_create(int fd, uint64_t size)
{
	if (size < FILE_MIN || size > PTRDIFF_MAX || !local(fd) || !lease_take(fd))
		return NULL;
	struct mapping *m = calloc(1, sizeof *m);
	if (m == NULL) {
		lease_give_back(fd);
		return NULL;
	}
	m->fd = fd;
	m->size = (size_t)size;
	if (map(m))
		return m;
	mapping_destroy(m);
	return NULL;
}

bool
mapping_destroy(struct mapping *m)
{
	if (m == NULL)
		return true;
	bool sound = lease_give_back(m->fd) && !(m->guard != NULL && mapping_broken(m));
	bus_guard_remove(m->guard);
	if (m->data != NULL)
		munmap(m->data + m->gone, m->size - m->gone);
	free(m);
	return sound;
}

const uint8_t *
mapping_data(const struct mapping *m)
{
	return m->data;
}

size_t
mapping_more(struct mapping *m, size_t start, size_t end)
{
	give_up(m, start);
	if (!lease_undisturbed(m->fd) || (end == m->ready && !fetch(m)))
		return 0;
	return m->ready - end;
}

bool
mapping_broken(const struct mapping *m)
{
	return bus_guard_hit(m->guard);
}
