/*
 * interrupt.c - SIGINT and SIGTERM while captures are read.
 * Used by batch.c. The flag is the program's only mutable global: a handler can reach nothing else.
 */
#include "analyzer/cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t seen;

static void
on_signal(int number)
{
	(void)number;
	seen = 1;
}

void
interrupt_catch(void)
{
	struct sigaction action = {.sa_handler = on_signal,
				   .sa_flags = (int)SA_RESETHAND | SA_RESTART};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool
interrupt_seen(void)
{
	return seen != 0;
}
