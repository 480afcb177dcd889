/*
 * bench_input.c - CPU time of reading a capture: a bare pcap_next_ex loop against source_next.
 * By hand: bench_input FILE [ROUNDS]. The aim is a ratio of 1.0 although every byte is hashed.
 */
#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "analyzer/input/source.h"

static double
cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned long
bare(const char *path)
{
	char error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *h;
	const u_char *data;
	unsigned long n = 0;
	pcap_t *p = pcap_open_offline(path, error);
	if (p == NULL) {
		fprintf(stderr, "%s\n", error);
		exit(1);
	}
	while (pcap_next_ex(p, &h, &data) == 1)
		n++;
	pcap_close(p);
	return n;
}

static void
count_secret(void *ctx, const struct secret *secret)
{
	(void)secret;
	++*(unsigned long *)ctx;
}

static unsigned long
ours(const char *path, bool walk)
{
	struct source_why why;
	struct packet packet;
	struct secret secret;
	unsigned long n = 0, secrets = 0;
	struct source *s = source_open(path, &why);
	if (s == NULL) {
		fprintf(stderr, "%s\n", why.text);
		exit(1);
	}
	if (walk)
		source_secrets_first(s, count_secret, &secrets);
	for (enum source_event e; (e = source_next(s, &packet, &secret)) < SOURCE_END;)
		n += e == SOURCE_PACKET;
	source_close(s);
	return n;
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: bench_input FILE [ROUNDS]\n");
		return 1;
	}
	int rounds = argc > 2 ? atoi(argv[2]) : 3;
	for (int i = 0; i < rounds; i++) {
		double t0 = cpu();
		unsigned long a = bare(argv[1]);
		double t1 = cpu();
		unsigned long b = ours(argv[1], false);
		double t2 = cpu();
		ours(argv[1], true);
		double t3 = cpu();
		printf("bare %lu packets %.3f s   source %lu packets %.3f s   ratio %.2f   with "
		       "secrets "
		       "walk %.3f s\n",
		       a, t1 - t0, b, t2 - t1, (t2 - t1) / (t1 - t0), t3 - t2);
	}
	return 0;
}
