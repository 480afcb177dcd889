/*
 * filter_words.h - look at the words of a BPF expression, for what libpcap does not tell.
 * Beside capture_pcap.c, which compiles the expression. pcap-filter(7).
 */
#ifndef ANALYZER_INPUT_FILTER_WORDS_H
#define ANALYZER_INPUT_FILTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The first word that is no keyword, number or address, and stands where no name is expected; false
 * when there is none. Cut at size. */
bool filter_words_unknown(const char *expression, char *word, size_t size);
/* Does it ask for addresses, ports or protocols above the link layer? BPF finds those in the
 * outermost headers only. */
bool filter_words_outermost(const char *expression);

#endif
