/*
 * ring.c - a bounded queue between two threads. See ring.h.
 */
#include "analyzer/input/ring.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct ring {
	pthread_mutex_t mutex;
	pthread_cond_t changed; /* at most one thread waits: full and empty exclude each other */
	size_t first, count;
	bool stopped;
	struct ring_slot slots[RING_SLOTS];
};

struct ring *
ring_create(void)
{
	pthread_condattr_t attr;
	struct ring *r = calloc(1, sizeof *r);
	if (r == NULL)
		return NULL;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&r->mutex, NULL);
	pthread_cond_init(&r->changed, &attr);
	pthread_condattr_destroy(&attr);
	return r;
}

void
ring_destroy(struct ring *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < RING_SLOTS; i++)
		free(r->slots[i].path);
	pthread_cond_destroy(&r->changed);
	pthread_mutex_destroy(&r->mutex);
	free(r);
}

struct ring_slot *
ring_free(struct ring *r)
{
	struct ring_slot *slot = NULL;
	pthread_mutex_lock(&r->mutex);
	while (r->count == RING_SLOTS && !r->stopped)
		pthread_cond_wait(&r->changed, &r->mutex);
	if (!r->stopped)
		slot = &r->slots[(r->first + r->count) % RING_SLOTS];
	pthread_mutex_unlock(&r->mutex);
	return slot;
}

void
ring_put(struct ring *r)
{
	pthread_mutex_lock(&r->mutex);
	r->count++;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->mutex);
}

struct ring_slot *
ring_front(struct ring *r, unsigned ms)
{
	struct ring_slot *slot = NULL;
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&r->mutex);
	while (r->count == 0 && pthread_cond_timedwait(&r->changed, &r->mutex, &until) == 0)
		;
	if (r->count > 0)
		slot = &r->slots[r->first];
	pthread_mutex_unlock(&r->mutex);
	return slot;
}

void
ring_take(struct ring *r)
{
	pthread_mutex_lock(&r->mutex);
	free(r->slots[r->first].path);
	r->slots[r->first].path = NULL;
	r->first = (r->first + 1) % RING_SLOTS;
	r->count--;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->mutex);
}

void
ring_stop(struct ring *r)
{
	pthread_mutex_lock(&r->mutex);
	r->stopped = true;
	pthread_cond_signal(&r->changed);
	pthread_mutex_unlock(&r->mutex);
}

bool
ring_stopped(struct ring *r)
{
	pthread_mutex_lock(&r->mutex);
	bool stopped = r->stopped;
	pthread_mutex_unlock(&r->mutex);
	return stopped;
}
