/*
 * pcap_loop.c - reads a capture with libpcap and does nothing with it: the floor run.py measures
 * against.
 */
#include <pcap.h>
#include <stdint.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE] = "usage: pcap_loop CAPTURE";
	pcap_t *in = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
	struct pcap_pkthdr *header;
	const u_char *data;
	uint64_t packets = 0, bytes = 0;

	if (in == NULL) {
		fprintf(stderr, "pcap_loop: %s\n", error);
		return 1;
	}
	while (pcap_next_ex(in, &header, &data) == 1) {
		packets++;
		bytes += header->caplen;
	}
	pcap_close(in);
	printf("%llu packets, %llu bytes\n", (unsigned long long)packets,
	       (unsigned long long)bytes);
	return 0;
}
