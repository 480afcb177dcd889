/*
 * ladder_rows.c - one row per step: name, length, and how much of it was read. See ladder_rows.h.
 */
#include "analyzer/verdict/ladder_rows.h"

#include "dissectors/tls/alert.h"
#include "dissectors/tls/handshake.h"

static const char *
made_name(struct tls_session *s, const char *what, uint8_t code, struct outcome_message *to)
{
	to->constants = 0;
	return arena_format(&s->arena, "%s %u", what, code);
}

static const char *
message_name(struct tls_session *s, const struct step *p, struct outcome_message *to)
{
	const struct server_hello_detail *d = p->detail;
	const char *name = tls_handshake_name(p->type);

	if (p->type == TLS_HS_server_hello && d != NULL && d->hello_retry_request)
		return "HelloRetryRequest";
	return name != NULL ? name : made_name(s, "handshake message", p->type, to);
}

static void
name_alert(struct tls_session *s, const struct step *p, struct outcome_message *to)
{
	const char *name = tls_alert_name(p->code);

	to->alert_level = p->level;
	to->alert_code = p->code;
	to->name = name != NULL ? name : made_name(s, "alert", p->code, to);
}

static bool
is_finished(const struct mutual_auth *m, size_t i)
{
	const struct attempt *a = &m->attempts[m->attempt_of[i]];

	return m->steps[i] == a->client_finished || m->steps[i] == a->server_finished;
}

/* How each kind of step is shown. Encrypted records are named by their place, so inferred; records
 * of TLS 1.3 may hold anything, so nothing is known of them. */
static void
name_step(struct tls_session *s, const struct mutual_auth *m, size_t i, struct outcome_message *to)
{
	const struct step *p = m->steps[i];

	if (p->decrypted)
		to->evidence = EVIDENCE_DECRYPTED;
	switch (p->kind) {
	case STEP_MESSAGE:
		to->name = message_name(s, p, to);
		to->length += TLS_HANDSHAKE_HEADER_LEN;
		break;
	case STEP_ALERT:
		to->kind = MESSAGE_ALERT;
		name_alert(s, p, to);
		break;
	case STEP_CCS:
	case STEP_SEALED_CCS:
		to->kind = MESSAGE_CCS;
		to->name = "ChangeCipherSpec";
		break;
	case STEP_SEALED_HANDSHAKE:
		to->name = is_finished(m, i) ? "Finished" : "encrypted handshake message";
		to->evidence = EVIDENCE_INFERRED;
		break;
	case STEP_OPAQUE_HANDSHAKE:
		to->name = "handshake record";
		to->evidence = EVIDENCE_NONE;
		break;
	case STEP_SEALED_ALERT:
		to->kind = MESSAGE_ALERT;
		to->name = "encrypted alert";
		to->evidence = EVIDENCE_INFERRED;
		break;
	case STEP_APPLICATION:
		to->kind = MESSAGE_APPLICATION;
		to->name = "Application data";
		if (!p->decrypted && tls_version_is_13(s->version)) {
			to->name = "encrypted record";
			to->evidence = EVIDENCE_NONE;
		}
		break;
	case STEP_HEARTBEAT:
		to->kind = MESSAGE_APPLICATION;
		to->name = "Heartbeat";
		break;
	case STEP_FOREIGN:
		to->kind = MESSAGE_APPLICATION;
		to->name = "bytes that are not TLS";
		break;
	case STEP_GAP:
		to->kind = MESSAGE_TCP;
		to->name = "bytes missing";
		to->evidence = EVIDENCE_NONE;
		break;
	case STEP_FIN:
		to->kind = MESSAGE_TCP;
		to->name = "FIN";
		break;
	case STEP_RST:
		to->kind = MESSAGE_TCP;
		to->name = "RST";
		break;
	}
}

bool
ladder_rows(struct tls_session *s, const struct mutual_auth *m, struct outcome *out)
{
	struct outcome_message *rows = arena_room(&s->arena, (m->n_steps + 1) * sizeof(*rows));

	if (rows == NULL)
		return false;
	for (size_t i = 0; i < m->n_steps; i++) {
		const struct step *p = m->steps[i];
		rows[i] = (struct outcome_message){.attempt_no = m->attempt_of[i] + 1u,
						   .frame = p->mark.frame,
						   .time_ns = p->mark.time_ns,
						   .sender = p->sender,
						   .kind = MESSAGE_HANDSHAKE,
						   .length = p->length,
						   .evidence = EVIDENCE_OBSERVED,
						   .alert_level = -1,
						   .alert_code = -1,
						   .repeat = p->repeat,
						   .constants = OUTCOME_CONSTANT_NAME};
		name_step(s, m, i, &rows[i]);
	}
	out->messages = rows;
	out->n_messages = m->n_steps;
	return true;
}
