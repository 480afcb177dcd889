/*
 * filter_words.c - words of a BPF expression.
 * libpcap says "syntax error" without saying where, and says nothing of what an expression can't
 * see; capture_pcap.c asks here. pcap-filter(7).
 */
#include "analyzer/input/filter_words.h"

#include <ctype.h>
#include <string.h>

/* Keywords of pcap-filter(7) that users meet; those after which a name may stand, and those that
 * look behind the link header, are marked. */
enum { PLAIN, NAME = 1, INNER = 2 };

static const struct {
	const char *word;
	unsigned marks;
} keywords[] = {
    {"dst", NAME | INNER},
    {"src", NAME | INNER},
    {"host", NAME | INNER},
    {"net", NAME | INNER},
    {"mask", PLAIN},
    {"port", NAME | INNER},
    {"portrange", NAME | INNER},
    {"proto", NAME | INNER},
    {"protochain", NAME | INNER},
    {"gateway", NAME | INNER},
    {"ip", INNER},
    {"ip6", INNER},
    {"tcp", INNER},
    {"udp", INNER},
    {"sctp", INNER},
    {"icmp", INNER},
    {"icmp6", INNER},
    {"igmp", INNER},
    {"arp", PLAIN},
    {"rarp", PLAIN},
    {"ether", NAME},
    {"wlan", NAME},
    {"link", NAME},
    {"fddi", NAME},
    {"tr", NAME},
    {"type", NAME},
    {"subtype", NAME},
    {"dir", NAME},
    {"addr1", NAME},
    {"addr2", NAME},
    {"addr3", NAME},
    {"addr4", NAME},
    {"ra", NAME},
    {"ta", NAME},
    {"less", PLAIN},
    {"greater", PLAIN},
    {"len", PLAIN},
    {"byte", PLAIN},
    {"broadcast", PLAIN},
    {"multicast", PLAIN},
    {"inbound", PLAIN},
    {"outbound", PLAIN},
    {"ifname", NAME},
    {"on", NAME},
    {"ifindex", PLAIN},
    {"vlan", PLAIN},
    {"mpls", PLAIN},
    {"pppoed", PLAIN},
    {"pppoes", PLAIN},
    {"geneve", PLAIN},
    {"ah", INNER},
    {"esp", INNER},
    {"stp", PLAIN},
    {"llc", PLAIN},
    {"and", PLAIN},
    {"or", PLAIN},
    {"not", PLAIN},
};

static unsigned
find(const char *word, size_t len, bool *known)
{
	for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
		const char *k = keywords[i].word;
		if (strlen(k) == len && memcmp(k, word, len) == 0) {
			*known = true;
			return keywords[i].marks;
		}
	}
	*known = false;
	return 0;
}

/* Words hold letters, digits and what addresses and names need. */
static bool
in_word(char c)
{
	return isalnum((unsigned char)c) || strchr("._-:/\\", c) != NULL;
}

/* The next word from *at on; its length, 0 at the end. */
static size_t
next_word(const char **at)
{
	const char *p = *at;
	while (*p != '\0' && !in_word(*p))
		p++;
	*at = p;
	while (*p != '\0' && in_word(*p))
		p++;
	return (size_t)(p - *at);
}

static bool
is_name(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalpha((unsigned char)word[i]))
			return false;
	return true;
}

bool
filter_words_unknown(const char *expression, char *word, size_t size)
{
	unsigned before = 0;
	size_t len;
	for (const char *p = expression; (len = next_word(&p)) > 0; p += len) {
		bool known;
		unsigned marks = find(p, len, &known);
		if (!known && is_name(p, len) && !(before & NAME)) {
			size_t n = len < size ? len : size - 1;
			memcpy(word, p, n);
			word[n] = '\0';
			return true;
		}
		before = marks;
	}
	return false;
}

bool
filter_words_outermost(const char *expression)
{
	bool inner = false, link = false;
	size_t len;
	for (const char *p = expression; (len = next_word(&p)) > 0; p += len) {
		bool known;
		unsigned marks = find(p, len, &known);
		/* "ether host", "wlan src": the words after these are about link addresses */
		if ((marks & INNER) && !link)
			inner = true;
		if (!known && memchr(p, '.', len) != NULL)
			inner = true;
		link = (marks == NAME) || (link && (marks & INNER));
	}
	return inner;
}
