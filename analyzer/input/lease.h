/*
 * lease.h - a promise of the kernel about an open file: nobody writes to it or cuts it short.
 * Below mapping.c. fcntl(2), "Leases".
 *
 * Whoever opens the file for writing, or truncates it, waits until the lease is given back; the
 * holder has to ask often whether somebody waits. Where waiting takes too long (the kernel's
 * lease-break-time, 45 s) the promise is broken.
 */
#ifndef ANALYZER_INPUT_LEASE_H
#define ANALYZER_INPUT_LEASE_H

#include <stdbool.h>

/* fd must be open for reading only. False: somebody writes to the file, it belongs to somebody
 * else, or its file system has no leases. */
bool lease_take(int fd);
/* False: somebody waits, or waited too long. */
bool lease_undisturbed(int fd);
/* False: the promise was broken before. */
bool lease_give_back(int fd);

#endif
