/*
 * opened.c - see opened.h.
 */
#include "analyzer/tls/opened.h"

#include "analyzer/tls/tls_stream.h"
#include "dissectors/tls/alert.h"
#include "dissectors/tls/record.h"

struct fragment
opened_fragment(const struct step *raw, struct bytes data)
{
	return (struct fragment){.sender = raw->sender,
				 .decrypted = true,
				 .resynced = raw->resynced,
				 .mark = &raw->mark,
				 .at = raw->at,
				 .end = raw->end,
				 .in = data};
}

static void
read_messages(struct tls_stream *s, struct assembler *a, const struct step *raw,
	      const struct opened *o)
{
	struct fragment f = opened_fragment(raw, o->data);

	if (a->desync && !assembler_fills(o->data)) {
		tls_stream_step(s, raw);
		return;
	}
	if (a->desync)
		assembler_reset(a);
	assembler_feed(a, s, &f);
}

static void
read_alert(struct tls_stream *s, const struct step *raw, const struct opened *o)
{
	struct cursor c = cursor_init(o->data, raw->at);
	struct step step = *raw;
	struct tls_alert alert;

	if (tls_alert_parse(&c, &alert)) {
		step.kind = STEP_ALERT;
		step.decrypted = true;
		step.level = alert.level;
		step.code = alert.description;
	}
	tls_stream_step(s, &step);
}

void
opened_read(struct tls_stream *s, struct assembler *a, const struct step *raw,
	    const struct opened *o)
{
	struct step step = *raw;

	step.decrypted = true;
	switch (o->type) {
	case TLS_CONTENT_handshake:
		read_messages(s, a, raw, o);
		return;
	case TLS_CONTENT_alert:
		read_alert(s, raw, o);
		return;
	case TLS_CONTENT_change_cipher_spec:
		step.kind = STEP_CCS;
		tls_stream_step(s, &step);
		return;
	case TLS_CONTENT_application_data:
		step.kind = STEP_APPLICATION;
		tls_stream_step(s, &step);
		tls_stream_text(s, &step, o->data);
		return;
	case TLS_CONTENT_heartbeat:
		step.kind = STEP_HEARTBEAT;
		tls_stream_step(s, &step);
		return;
	default:
		tls_stream_step(s, raw);
		return;
	}
}
