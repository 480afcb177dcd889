/*
 * relate.h - pass 2: what rests on more than one session, computed from the rows of pass 1.
 * Between store.c, which runs it where captures end, and relations.def, whose rows say what.
 *
 * Nothing but rows of pass 1 is read, and ties are broken by time, content hash and frame, never by
 * an id: the same captures give the same result in any order, and running it again changes nothing.
 * What it changes is undone first (tables `revised`, `revised_fact`, `revised_finding`,
 * `relation`).
 */
#ifndef DB_RELATE_H
#define DB_RELATE_H

#include "analyzer/outcome.h"
#include "db/database.h"

/* Two sessions that must be there for a row to find anything; bits. */
enum relate_met {
	RELATE_MET_SERVER =
	    1 << 0, /* a server with a corroborable session and an unsolicited one */
	RELATE_MET_HANDLE = 1 << 1, /* a ticket or session id of TLS 1.2 given out and used */
	RELATE_MET_LENGTH = 1 << 2, /* a client with a ticket and a resumed session of TLS 1.3 */
	RELATE_MET_CLIENT = 1 << 3, /* a client that failed, and that presented a certificate */
	RELATE_MET_RANDOM = 1 << 4, /* a client random seen twice, and not RELATE_TAPS_MAX times */
	RELATE_MET_EMPTY = 1 << 5,  /* a client that left, and that answered with no certificate */
	RELATE_MET_REFUSED =
	    1 << 6,                 /* a client refused by two servers, a server that refused two */
	RELATE_MET_ASKED = 1 << 7,  /* a server, or name, that asked, and that did not */
	RELATE_MET_ISSUER = 1 << 8, /* a server with two certificates under one name */
	RELATE_MET_TICKET = 1 << 9, /* a ticket of TLS 1.3, read and used */
	RELATE_MET_ALL = (1 << 10) - 1
};

/* Seen at more points than anybody captures at it is no handshake captured twice, but a random that
 * is none. */
#define RELATE_TAPS_MAX 16

/* Run again what concerns this capture, inside the caller's transaction. met: what may be found,
 * RELATE_MET_ALL when nobody knows. Of a capture with an incident only the rows whose scope is the
 * capture; the incident is noted as due. False: fault. */
bool relate_capture(struct database *d, int64_t capture_id, unsigned met);
/* Everything for the incidents that are due, each in a transaction of its own. An incident as a
 * whole is not related after each of its captures: that would take time quadratic in them. */
bool relate_incidents(struct database *d);
/* The incident of a capture that goes is due, inside the caller's transaction. */
bool relate_capture_goes(struct database *d, int64_t capture_id);

#endif
