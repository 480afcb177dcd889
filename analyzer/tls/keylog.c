/*
 * keylog.c - see keylog.h.
 */
#include "analyzer/tls/keylog.h"

static const struct {
	const char *text;
	uint8_t id_len;
	bool use;
} labels[] = {
#define KEYLOG(label, text, id_len, use) [KEYLOG_##label] = {text, id_len, use},
#include "analyzer/tls/keylog_labels.def"
};

static struct bytes
take_line(struct bytes *text)
{
	const uint8_t *end = text->len > 0 ? memchr(text->data, '\n', text->len) : NULL;
	struct bytes line =
	    bytes_take(text, end != NULL ? (size_t)(end - text->data) + 1 : text->len);

	while (line.len > 0 && (line.data[line.len - 1] == '\n' ||
				line.data[line.len - 1] == '\r' || line.data[line.len - 1] == ' '))
		line.len--;
	return line;
}

static struct bytes
take_word(struct bytes *line)
{
	size_t n = 0;

	while (n < line->len && line->data[n] != ' ')
		n++;
	struct bytes word = bytes_take(line, n);
	if (line->len > 0)
		bytes_take(line, 1);
	return word;
}

static bool
same(struct bytes word, const char *text)
{
	return bytes_equal(word, bytes_of(text, strlen(text)));
}

static int
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes written; 0 when the word is no hex or does not fit. */
static uint8_t
read_hex(struct bytes word, uint8_t *out, size_t size)
{
	if (word.len % 2 != 0 || word.len / 2 > size)
		return 0;
	for (size_t i = 0; i < word.len; i += 2) {
		int high = digit(word.data[i]), low = digit(word.data[i + 1]);
		if (high < 0 || low < 0)
			return 0;
		out[i / 2] = (uint8_t)(high << 4 | low);
	}
	return (uint8_t)(word.len / 2);
}

static bool
is_hex(struct bytes word)
{
	for (size_t i = 0; i < word.len; i++)
		if (digit(word.data[i]) < 0)
			return false;
	return word.len > 0;
}

static enum keylog_label
find_label(struct bytes word)
{
	for (unsigned i = 0; i < KEYLOG_LABELS; i++)
		if (same(word, labels[i].text))
			return (enum keylog_label)i;
	return KEYLOG_LABELS;
}

/* Labels that came after this table was made, and those of later traffic secrets, look alike. */
static enum keylog_line
unknown_label(struct bytes label, struct bytes line)
{
	struct bytes id = take_word(&line), value = take_word(&line);
	bool capital = label.len > 0 && label.data[0] >= 'A' && label.data[0] <= 'Z';

	return capital && is_hex(id) && is_hex(value) && line.len == 0 ? KEYLOG_NOTHING
								       : KEYLOG_JUNK;
}

/* "RSA Session-ID:<hex> Master-Key:<hex>" */
static bool
read_session_id(struct bytes line, struct keylog_entry *out)
{
	struct bytes id = take_word(&line), key = take_word(&line);

	if (id.len < strlen("Session-ID:") || key.len < strlen("Master-Key:") || line.len > 0)
		return false;
	struct bytes id_name = bytes_take(&id, strlen("Session-ID:"));
	struct bytes key_name = bytes_take(&key, strlen("Master-Key:"));
	out->label = KEYLOG_RSA_MASTER;
	out->id_len = read_hex(id, out->id, sizeof(out->id));
	out->value_len = read_hex(key, out->value, sizeof(out->value));
	return same(id_name, "Session-ID:") && same(key_name, "Master-Key:") && out->id_len > 0 &&
	       out->value_len > 0;
}

static bool
read_pair(struct bytes line, struct keylog_entry *out)
{
	struct bytes id = take_word(&line), value = take_word(&line);

	out->id_len = read_hex(id, out->id, sizeof(out->id));
	out->value_len = read_hex(value, out->value, sizeof(out->value));
	return out->id_len == labels[out->label].id_len && out->value_len > 0 && line.len == 0;
}

enum keylog_line
keylog_next(struct bytes *text, struct keylog_entry *out)
{
	if (text->len == 0)
		return KEYLOG_END;
	struct bytes line = take_line(text);
	if (line.len == 0 || line.data[0] == '#')
		return KEYLOG_NOTHING;
	struct bytes label = take_word(&line);
	*out = (struct keylog_entry){.label = find_label(label)};
	if (out->label == KEYLOG_LABELS)
		return unknown_label(label, line);
	if (!labels[out->label].use)
		return KEYLOG_NOTHING;
	if (out->label == KEYLOG_RSA_PREMASTER && line.len > 0 && line.data[0] == 'S')
		return read_session_id(line, out) ? KEYLOG_ENTRY : KEYLOG_JUNK;
	return read_pair(line, out) ? KEYLOG_ENTRY : KEYLOG_JUNK;
}
