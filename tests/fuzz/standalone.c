/*
 * standalone.c - runs a fuzz target without libFuzzer: files given, then mutations of them.
 * For compilers other than clang; knows -runs=N and -seed=N, ignores other options of libFuzzer.
 * The same arguments give the same inputs.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 4096, SEEDS_MAX = 256 };

struct input {
	uint8_t data[INPUT_MAX];
	size_t len;
};

struct corpus {
	struct input *seed;
	size_t count;
};

/* xorshift64*: reproducible everywhere. */
static uint32_t
draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (uint32_t)(*state * 0x2545f4914f6cdd1dULL >> 32);
}

static void
corpus_add(struct corpus *c, const char *path)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL || c->count == SEEDS_MAX) {
		fprintf(stderr, "%s: not read\n", path);
	} else {
		struct input *in = &c->seed[c->count++];
		in->len = fread(in->data, 1, INPUT_MAX, f);
	}
	if (f != NULL)
		fclose(f);
}

static void
mutate(struct input *in, uint64_t *state)
{
	static const uint8_t edge[] = {0, 1, 0x7f, 0x80, 0xff, 2, 3, 22};

	for (unsigned n = 1 + draw(state) % 8; n > 0; n--) {
		uint32_t what = draw(state) % 4;
		if (what == 0 || in->len == 0)
			in->len = draw(state) % (in->len < 512 ? in->len + 64 : INPUT_MAX);
		else if (what == 1)
			in->data[draw(state) % in->len] ^= (uint8_t)(1u << draw(state) % 8);
		else if (what == 2)
			in->data[draw(state) % in->len] = edge[draw(state) % sizeof(edge)];
		else
			in->data[draw(state) % in->len] = (uint8_t)draw(state);
	}
}

/* An exact-size heap copy, so that the address sanitizer sees one byte too far. */
static void
run(const struct input *in)
{
	uint8_t *copy = malloc(in->len > 0 ? in->len : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, in->data, in->len);
	LLVMFuzzerTestOneInput(copy, in->len);
	free(copy);
}

int
main(int argc, char **argv)
{
	struct corpus c = {.seed = calloc(SEEDS_MAX, sizeof(struct input))};
	struct input *work = calloc(1, sizeof(*work));
	unsigned long runs = 20000;
	uint64_t state = 1;

	if (c.seed == NULL || work == NULL)
		return 1;
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "-runs=", 6) == 0)
			runs = strtoul(argv[i] + 6, NULL, 10);
		else if (strncmp(argv[i], "-seed=", 6) == 0)
			state = strtoull(argv[i] + 6, NULL, 10) | 1;
		else if (argv[i][0] != '-')
			corpus_add(&c, argv[i]);
	}
	for (size_t i = 0; i < c.count; i++)
		run(&c.seed[i]);
	for (unsigned long i = 0; i < runs; i++) {
		if (i % 16 == 0 && c.count > 0)
			*work = c.seed[draw(&state) % c.count];
		mutate(work, &state);
		run(work);
	}
	free(work);
	free(c.seed);
	return 0;
}
