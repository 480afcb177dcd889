/*
 * interrupt.c - see interrupt.h. The flags are the program's only mutable globals: a handler can
 * reach nothing else.
 */
#include "analyzer/cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t seen, status;

static void
on_signal(int number)
{
	(void)number;
	seen = 1;
}

static void
on_status(int number)
{
	(void)number;
	status = 1;
}

void
interrupt_catch(void)
{
	struct sigaction action = {.sa_handler = on_signal,
				   .sa_flags = (int)SA_RESETHAND | SA_RESTART};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = on_status;
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a fault like any other */
}

bool
interrupt_status(void)
{
	bool wanted = status != 0;

	status = 0;
	return wanted;
}

bool
interrupt_seen(void)
{
	return seen != 0;
}
