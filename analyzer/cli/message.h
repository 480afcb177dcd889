/*
 * message.h - what the program says about itself, on stderr: errors and warnings, one line each.
 * "mtlscope: OBJECT: what is wrong. How to do it right". Used by every command.
 */
#ifndef ANALYZER_CLI_MESSAGE_H
#define ANALYZER_CLI_MESSAGE_H

#include "analyzer/cli/term.h"

#include <stddef.h>

/* object: the file, option or command it is about; NULL for none. On a terminal the line breaks at
 * spaces; elsewhere it is one physical line. */
void message_error(struct term *err, const char *object, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void message_warning(struct term *err, const char *object, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void message_note(struct term *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The candidate a person most likely meant by `typed`, or NULL when none is near. */
const char *message_nearest(const char *typed, const char *const *candidates, size_t count);

#endif
