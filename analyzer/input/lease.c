/*
 * lease.c - see lease.h.
 */
#include "analyzer/input/lease.h"

#include <fcntl.h>
#include <signal.h>

bool
lease_take(int fd)
{
	/* The kernel tells a holder by SIGIO, which ends a process that does not expect it. We ask,
	 * so it may as well be a signal that is ignored unless somebody wants it. */
	return fcntl(fd, F_SETSIG, SIGURG) == 0 && fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
}

bool
lease_undisturbed(int fd)
{
	return fcntl(fd, F_GETLEASE) == F_RDLCK;
}

bool
lease_give_back(int fd)
{
	return fcntl(fd, F_SETLEASE, F_UNLCK) == 0;
}
