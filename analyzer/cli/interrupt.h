/*
 * interrupt.h - SIGINT and SIGTERM while captures are read: the one in hand is given up, whole ones
 * stay. A second signal ends the program at once; SQLite then rolls back at the next opening.
 * Used by batch.c.
 */
#ifndef ANALYZER_CLI_INTERRUPT_H
#define ANALYZER_CLI_INTERRUPT_H

#include <stdbool.h>

void interrupt_catch(void);
bool interrupt_seen(void);

#endif
