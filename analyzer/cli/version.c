/*
 * version.c - the program's version, from the build. For --version and for the store, which reads a
 * capture again when the program that read it was another one.
 */
#include "analyzer/cli/command.h"

const char command_version[] = MTLSCOPE_VERSION;
