/*
 * interrupt.h - signals while captures are read. SIGINT and SIGTERM: those in hand are finished, no
 * other is begun; a second one ends the program at once, and SQLite rolls back at the next opening.
 * SIGUSR1 asks for a line of status. Used by batch.c.
 */
#ifndef ANALYZER_CLI_INTERRUPT_H
#define ANALYZER_CLI_INTERRUPT_H

#include <stdbool.h>

void interrupt_catch(void);
bool interrupt_seen(void);
/* A status line was asked for since the last call. One thread only. */
bool interrupt_status(void);

#endif
