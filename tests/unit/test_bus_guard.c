/*
 * test_bus_guard.c - pages of a file that is cut short: zeros and a mark inside a guarded range,
 * the end of the process outside. Under valgrind it needs --px-default=allregs-at-mem-access, as
 * the handler returns to the instruction that faulted.
 */
#include "analyzer/input/bus_guard.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGES = 4 };

/* A file of PAGES pages full of 'x'. */
struct mapped {
	FILE *file;
	size_t page;
	const volatile uint8_t *data;
};

static bool
map_file(struct mapped *m)
{
	m->page = (size_t)sysconf(_SC_PAGESIZE);
	m->file = tmpfile();
	for (size_t i = 0; m->file != NULL && i < PAGES * m->page; i++)
		fputc('x', m->file);
	if (m->file == NULL || fflush(m->file) != 0)
		return false;
	m->data = mmap(NULL, PAGES * m->page, PROT_READ, MAP_SHARED, fileno(m->file), 0);
	return (const void *)m->data != MAP_FAILED;
}

static void
unmap_file(struct mapped *m)
{
	munmap((void *)m->data, PAGES * m->page);
	fclose(m->file);
}

static bool
cut(struct mapped *m, size_t pages)
{
	return ftruncate(fileno(m->file), (off_t)(pages * m->page)) == 0;
}

static struct bus_guard *
guard(const struct mapped *m)
{
	return bus_guard_add((const void *)m->data, PAGES * m->page);
}

static void
test_cut_file(void **state)
{
	(void)state;
	struct mapped m, other;
	assert_true(map_file(&m) && map_file(&other));
	struct bus_guard *g = guard(&m), *h = guard(&other);
	assert_non_null(g);
	assert_int_equal(m.data[3 * m.page], 'x');
	assert_true(cut(&m, 1));
	assert_int_equal(m.data[m.page - 1], 'x');
	assert_false(bus_guard_hit(g));
	assert_int_equal(m.data[2 * m.page + 7], 0);
	assert_true(bus_guard_hit(g));
	assert_int_equal(m.data[m.page], 0);
	assert_int_equal(m.data[m.page - 1], 'x');
	assert_false(bus_guard_hit(h));
	bus_guard_remove(g);
	bus_guard_remove(h);
	unmap_file(&m);
	unmap_file(&other);
}

/* --- what is not ours ends the process as before ------------------------------------------------
 */

static void
look_outside(struct mapped *m)
{
	guard(m); /* of another range; the handler is there */
	struct mapped other;
	if (map_file(&other) && cut(&other, 0))
		(void)other.data[0];
}

static void
look_before(struct mapped *m)
{
	bus_guard_shrink(guard(m), (const void *)(m->data + 2 * m->page));
	if (cut(m, 0))
		(void)m->data[m->page];
}

static void
look_afterwards(struct mapped *m)
{
	bus_guard_remove(guard(m));
	if (cut(m, 0))
		(void)m->data[0];
}

static void
be_sent(struct mapped *m)
{
	guard(m);
	raise(SIGBUS);
}

/* The signal that ends a process which does this; 0: it survived. */
static int
ends_by(void (*act)(struct mapped *))
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		struct mapped m;
		setrlimit(RLIMIT_CORE, &(struct rlimit){0});
		signal(SIGBUS, SIG_DFL); /* not cmocka's, nor a sanitizer's */
		if (map_file(&m))
			act(&m);
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
test_others(void **state)
{
	(void)state;
	assert_int_equal(ends_by(look_outside), SIGBUS);
	assert_int_equal(ends_by(look_before), SIGBUS);
	assert_int_equal(ends_by(look_afterwards), SIGBUS);
	assert_int_equal(ends_by(be_sent), SIGBUS);
}

/* Behind the new beginning the range is guarded as before. */
static void
test_shrink(void **state)
{
	(void)state;
	struct mapped m;
	assert_true(map_file(&m));
	struct bus_guard *g = guard(&m);
	bus_guard_shrink(g, (const void *)(m.data + 2 * m.page));
	assert_true(cut(&m, 1));
	assert_int_equal(m.data[2 * m.page], 0);
	assert_true(bus_guard_hit(g));
	bus_guard_remove(g);
	unmap_file(&m);
}

/* --- several threads ----------------------------------------------------------------------------
 */

static void *
hit_and_miss(void *result)
{
	bool *good = result;
	*good = true;
	for (int round = 0; round < 50 && *good; round++) {
		struct mapped m;
		struct bus_guard *g = NULL;
		bool hit = round % 2 == 0;
		*good = map_file(&m) && (g = guard(&m)) != NULL && cut(&m, hit ? 1 : PAGES) &&
			m.data[3 * m.page] == (hit ? 0 : 'x') && bus_guard_hit(g) == hit;
		bus_guard_remove(g);
		unmap_file(&m);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	(void)state;
	enum { THREADS = 6 };
	pthread_t threads[THREADS];
	bool good[THREADS];
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hit_and_miss, &good[i]), 0);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_true(good[i]);
	}
}

/* There is an end to the places, and they come back. */
static void
test_places(void **state)
{
	(void)state;
	static struct bus_guard *all[100000];
	static const char range[1];
	size_t n = 0;
	while (n < 100000 && (all[n] = bus_guard_add(range, sizeof range)) != NULL)
		n++;
	assert_in_range(n, 64, 99999);
	for (size_t i = 0; i < n; i++)
		bus_guard_remove(all[i]);
	assert_non_null(all[0] = bus_guard_add(range, sizeof range));
	bus_guard_remove(all[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cut_file), cmocka_unit_test(test_others),
	    cmocka_unit_test(test_shrink),   cmocka_unit_test(test_threads),
	    cmocka_unit_test(test_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
