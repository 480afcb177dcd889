/*
 * mapped_file.h - a file for the tests of what is mapped, in a folder of its own; and whether files
 * can be mapped here at all.
 */
#ifndef TESTS_UNIT_MAPPED_FILE_H
#define TESTS_UNIT_MAPPED_FILE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyzer/input/mapping.h"

#define MAPPED_FILE "mapped"

enum { MAPPED_FILE_SKIP = 77 };

static char mapped_folder[] = "/tmp/mapped-XXXXXX";

static inline uint8_t
mapped_byte(size_t at)
{
	return (uint8_t)((at * 2654435761u) >> 13);
}

static inline bool
mapped_file_write(size_t size)
{
	FILE *f = fopen(MAPPED_FILE, "wb");
	uint8_t part[1 << 12];
	for (size_t at = 0; f != NULL && at < size; at += sizeof part) {
		for (size_t i = 0; i < sizeof part; i++)
			part[i] = mapped_byte(at + i);
		fwrite(part, 1, size - at < sizeof part ? size - at : sizeof part, f);
	}
	return f != NULL && fclose(f) == 0;
}

static inline void
mapped_file_end(void)
{
	unlink(MAPPED_FILE);
	if (chdir("/") == 0)
		rmdir(mapped_folder);
}

/* Makes it and goes to its folder. False, with a note: the file system has no leases. */
static inline bool
mapped_file_begin(size_t size)
{
	if (mkdtemp(mapped_folder) == NULL || chdir(mapped_folder) != 0)
		abort();
	if (!mapped_file_write(size))
		abort();
	int fd = open(MAPPED_FILE, O_RDONLY);
	struct mapping *m = mapping_create(fd, size);
	bool can = m != NULL;
	mapping_destroy(m);
	close(fd);
	if (!can) {
		printf("1..0 # skipped: no file can be mapped in /tmp\n");
		mapped_file_end();
	}
	return can;
}

#endif
