/*
 * bus_guard.c - see bus_guard.h. The ranges are global because a signal handler can reach nothing
 * else. Only async-signal-safe calls in it: mmap and sigaction are plain system calls.
 */
#include "analyzer/input/bus_guard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { RANGES_MAX = 256 }; /* a reader has one, a thread one reader or two */

struct bus_guard {
	atomic_bool taken;
	_Atomic uintptr_t start, end; /* end 0: no range */
	atomic_bool hit;
};

static struct bus_guard ranges[RANGES_MAX];
static struct sigaction before;
static uintptr_t page_size;

/* A fault happens in the thread that looks at the range, so that its row does not change now. */
static struct bus_guard *
range_of(uintptr_t at)
{
	for (size_t i = 0; i < RANGES_MAX; i++)
		if (at >= atomic_load(&ranges[i].start) && at < atomic_load(&ranges[i].end))
			return &ranges[i];
	return NULL;
}

static bool
put_zeros(uintptr_t at)
{
	void *page = (void *)(at - at % page_size);
	return mmap(page, page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	       page;
}

static void
on_bus_error(int number, siginfo_t *info, void *context)
{
	int error = errno;
	bool fault = info->si_code > 0; /* not sent by somebody */
	uintptr_t at = (uintptr_t)info->si_addr;
	struct bus_guard *g = fault ? range_of(at) : NULL;

	(void)context;
	if (g != NULL && put_zeros(at)) {
		atomic_store(&g->hit, true);
		errno = error;
		return;
	}
	/* Not ours: the instruction faults again, and then it is as if we had not been here. */
	sigaction(number, &before, NULL);
	if (!fault)
		raise(number);
	errno = error;
}

/* Each time, as somebody else may have set a handler since. */
static bool
catch_bus_errors(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct sigaction now, ours = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};

	pthread_mutex_lock(&lock);
	bool caught = sigaction(SIGBUS, NULL, &now) == 0;
	if (caught && now.sa_sigaction != on_bus_error) {
		page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
		before = now;
		sigemptyset(&ours.sa_mask);
		caught = sigaction(SIGBUS, &ours, NULL) == 0;
	}
	pthread_mutex_unlock(&lock);
	return caught;
}

struct bus_guard *
bus_guard_add(const void *start, size_t len)
{
	if (!catch_bus_errors())
		return NULL;
	for (size_t i = 0; i < RANGES_MAX; i++) {
		struct bus_guard *g = &ranges[i];
		if (atomic_exchange(&g->taken, true))
			continue;
		atomic_store(&g->hit, false);
		atomic_store(&g->start, (uintptr_t)start);
		atomic_store(&g->end, (uintptr_t)start + len);
		return g;
	}
	return NULL;
}

void
bus_guard_shrink(struct bus_guard *g, const void *start)
{
	atomic_store(&g->start, (uintptr_t)start);
}

bool
bus_guard_hit(const struct bus_guard *g)
{
	return atomic_load(&g->hit);
}

void
bus_guard_remove(struct bus_guard *g)
{
	if (g == NULL)
		return;
	atomic_store(&g->end, 0);
	atomic_store(&g->taken, false);
}
