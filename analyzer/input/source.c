/*
 * source.c - open a capture, find out its format, and hand out what its reader finds.
 * The door of analyzer/input; capture_pcap.c and capture_pcapng.c stand behind it.
 */
#include "analyzer/input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/input/capture_pcap.h"
#include "analyzer/input/capture_pcapng.h"
#include "analyzer/input/format.h"
#include "analyzer/input/pcapng_block.h"
#include "analyzer/input/problem.h"
#include "analyzer/input/source_set.h"

struct source {
	struct source_set *set; /* NULL: one file. Of a set nothing else is used */
	struct reader *reader;
	struct problem problem;
	struct capture_pcap *pcap;     /* one of the two */
	struct capture_pcapng *pcapng; /* is NULL */
	uint64_t packets;
	int64_t first_ns, last_ns;
	enum source_event over; /* SOURCE_END or SOURCE_FAULT, once it was returned */
};

static struct source *
refuse(struct source *s, struct source_why *why, enum source_refusal kind, const char *text)
{
	why->kind = kind;
	if (text != why->text)
		snprintf(why->text, sizeof why->text, "%s", text);
	source_close(s);
	return NULL;
}

static struct source *
open_pcap(struct source *s, struct source_why *why)
{
	s->pcap = capture_pcap_create(s->reader, &s->problem, why->text, sizeof why->text);
	if (s->pcap == NULL)
		return refuse(s, why, SOURCE_DAMAGED, why->text);
	return s;
}

static struct source *
open_pcapng(struct source *s, struct bytes start, struct source_why *why)
{
	struct pcapng_head head;
	/* Four line ends may begin a text too; only a byte-order magic makes it a capture. */
	if (!pcapng_head_parse(start, false, &head)) {
		format_refusal(FORMAT_UNKNOWN, NULL, start, why->text, sizeof why->text);
		return refuse(s, why, SOURCE_NO_CAPTURE, why->text);
	}
	s->pcapng = capture_pcapng_create(s->reader, &s->problem);
	if (s->pcapng == NULL)
		return refuse(s, why, SOURCE_NO_MEMORY, "out of memory");
	return s;
}

struct source *
source_open_reader(struct reader *r, struct source_why *why)
{
	const char *name;
	struct source *s = calloc(1, sizeof *s);
	*why = (struct source_why){.kind = SOURCE_OPENED};
	if (s == NULL) {
		reader_destroy(r);
		return refuse(NULL, why, SOURCE_NO_MEMORY, "out of memory");
	}
	s->reader = r;
	s->over = SOURCE_PACKET;
	struct bytes start = reader_peek(r, FORMAT_PEEK);
	if (start.len == 0 && reader_error(r) != 0)
		return refuse(s, why, SOURCE_UNREADABLE, strerror(reader_error(r)));
	if (start.len == 0)
		return refuse(s, why, SOURCE_EMPTY, "empty file");
	enum format_kind kind = format_of(start, &name);
	reader_in_place(r);
	if (kind == FORMAT_PCAP)
		return open_pcap(s, why);
	if (kind == FORMAT_PCAPNG)
		return open_pcapng(s, start, why);
	format_refusal(kind, name, start, why->text, sizeof why->text);
	return refuse(s, why, kind == FORMAT_UNKNOWN ? SOURCE_NO_CAPTURE : SOURCE_UNSUPPORTED,
		      why->text);
}

/* errno in the words of the contract. */
static const char *
open_error(int error)
{
	switch (error) {
	case ENOENT:
		return "no such file";
	case EACCES:
		return "no permission to read it";
	}
	return strerror(error);
}

struct reader *
source_reader(const char *path, struct source_why *why)
{
	bool std_in = strcmp(path, "-") == 0;
	int fd = std_in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	*why = (struct source_why){.kind = SOURCE_OPENED};
	if (fd < 0) {
		refuse(NULL, why, SOURCE_UNREADABLE, open_error(errno));
		return NULL;
	}
	struct reader *r = reader_create_fd(fd, !std_in);
	if (r == NULL) {
		if (!std_in)
			close(fd);
		refuse(NULL, why, SOURCE_NO_MEMORY, "out of memory");
	}
	return r;
}

struct source *
source_open(const char *path, struct source_why *why)
{
	struct reader *r = source_reader(path, why);
	return r != NULL ? source_open_reader(r, why) : NULL;
}

struct source *
source_open_set(const char *const *paths, size_t count, struct source_why *why)
{
	struct source *s = calloc(1, sizeof *s);
	*why = (struct source_why){.kind = SOURCE_OPENED};
	if (s == NULL)
		return refuse(NULL, why, SOURCE_NO_MEMORY, "out of memory");
	s->set = source_set_create(paths, count, why);
	return s->set != NULL ? s : refuse(s, why, why->kind, why->text);
}

void
source_close(struct source *s)
{
	if (s == NULL)
		return;
	source_set_destroy(s->set);
	capture_pcap_destroy(s->pcap);
	capture_pcapng_destroy(s->pcapng);
	reader_destroy(s->reader);
	free(s);
}

void
source_tap(struct source *s, reader_tap_fn fn, void *ctx)
{
	if (s->set != NULL)
		source_set_tap(s->set, fn, ctx);
	else
		reader_tap(s->reader, fn, ctx);
}

static void
count_packet(struct source *s, const struct packet *p)
{
	s->packets++;
	if (p->time_ns == 0)
		return;
	if (s->first_ns == 0 || p->time_ns < s->first_ns)
		s->first_ns = p->time_ns;
	if (s->last_ns == 0 || p->time_ns > s->last_ns)
		s->last_ns = p->time_ns;
}

/* What stands behind the last packet belongs to the file's identity too. */
static enum source_event
finish(struct source *s, enum source_event event)
{
	if (event == SOURCE_END && !reader_drain(s->reader)) {
		problem_add(&s->problem, "read error at byte %" PRIu64 ": %s",
			    reader_size(s->reader), strerror(reader_error(s->reader)));
		event = SOURCE_FAULT;
	}
	const char *cut = reader_cut(s->reader);
	if (event == SOURCE_END && cut != NULL)
		problem_cause(&s->problem, cut);
	s->over = event;
	return event;
}

enum source_event
source_next(struct source *s, struct packet *packet, struct secret *secret)
{
	if (s->set != NULL)
		return source_set_next(s->set, packet, secret);
	if (s->over != SOURCE_PACKET)
		return s->over;
	if (source_batch(s, packet, 1) == 1)
		return SOURCE_PACKET;
	enum source_event event = s->pcap != NULL ? capture_pcap_next(s->pcap, packet)
						  : capture_pcapng_next(s->pcapng, packet, secret);
	if (event == SOURCE_PACKET)
		count_packet(s, packet);
	else if (event != SOURCE_SECRET)
		return finish(s, event);
	return event;
}

size_t
source_batch(struct source *s, struct packet *out, size_t max)
{
	if (s->set != NULL)
		return source_set_batch(s->set, out, max);
	if (s->over != SOURCE_PACKET)
		return 0;
	size_t n = s->pcap != NULL ? capture_pcap_batch(s->pcap, out, max)
				   : capture_pcapng_batch(s->pcapng, out, max);
	for (size_t i = 0; i < n; i++)
		count_packet(s, &out[i]);
	return n;
}

bool
source_secrets_first(struct source *s, source_secret_fn fn, void *ctx)
{
	if (s->set != NULL)
		return source_set_secrets_first(s->set, fn, ctx);
	return s->pcapng != NULL && capture_pcapng_secrets(s->pcapng, fn, ctx);
}

const char *
source_problem(struct source *s)
{
	return s->set != NULL ? source_set_problem(s->set) : problem_line(&s->problem);
}

bool
source_interface(const struct source *s, uint32_t index, struct source_interface *out)
{
	if (s->set != NULL)
		return source_set_interface(s->set, index, out);
	if (s->pcapng != NULL)
		return capture_pcapng_interface(s->pcapng, index, out);
	*out = (struct source_interface){
	    .link_type = capture_pcap_link_type(s->pcap),
	    .snaplen = capture_pcap_snaplen(s->pcap),
	};
	return index == 0;
}

/* Names of the distinct link types in order; "..." where there is no room for more. */
static void
list_link_types(const struct source *s, uint32_t interfaces, char *text, size_t size)
{
	enum { DISTINCT_MAX = 32 };
	uint32_t seen[DISTINCT_MAX];
	size_t count = 0, len = 0;
	struct source_interface interface;
	for (uint32_t i = 0; i < interfaces && source_interface(s, i, &interface); i++) {
		char buf[24];
		size_t k = 0;
		while (k < count && seen[k] != interface.link_type)
			k++;
		if (k < count)
			continue;
		const char *name = capture_link_type_name(interface.link_type, buf);
		if (count == DISTINCT_MAX || len + strlen(name) + sizeof ",..." > size) {
			snprintf(text + len, size - len, ",...");
			return;
		}
		seen[count++] = interface.link_type;
		len += (size_t)snprintf(text + len, size - len, "%s%s", len > 0 ? "," : "", name);
	}
}

void
source_info(const struct source *s, struct source_info *out)
{
	if (s->set != NULL) {
		source_set_info(s->set, out);
		return;
	}
	*out = (struct source_info){
	    .format = s->pcap != NULL ? "pcap" : "pcapng",
	    .packets = s->packets,
	    .first_ns = s->first_ns,
	    .last_ns = s->last_ns,
	    .complete = s->over == SOURCE_END,
	    .identity = reader_identity(s->reader),
	    .file = reader_stat(s->reader),
	    .interfaces = 1,
	};
	if (s->pcapng != NULL) {
		out->interfaces = capture_pcapng_interfaces(s->pcapng);
		out->late_secrets = capture_pcapng_late_secrets(s->pcapng);
	}
	list_link_types(s, out->interfaces, out->link_types, sizeof out->link_types);
}

void
source_progress(const struct source *s, uint64_t *done, uint64_t *total)
{
	if (s->set != NULL) {
		source_set_progress(s->set, done, total);
		return;
	}
	*done = reader_size(s->reader);
	*total = reader_size_hint(s->reader);
}

size_t
source_parts(const struct source *s, const struct source_part **parts)
{
	return s->set != NULL ? source_set_parts(s->set, parts) : 0;
}
