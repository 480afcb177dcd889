/*
 * relate.h - pass 2: what rests on more than one session, computed from what pass 1 stored.
 * Between store.c, which runs it where captures end, and relations.def, whose rows say what.
 *
 * Nothing but what pass 1 said is used, and ties are broken by time, content hash and frame, never
 * by an id: the same captures give the same result in any order, and running it again changes
 * nothing. What it changed before is undone first (tables `revised`, `revised_fact`,
 * `revised_finding`, `relation`).
 */
#ifndef DB_RELATE_H
#define DB_RELATE_H

#include "db/database.h"
#include "db/dictionary.h"
#include "db/relate_sessions.h"

/* Seen at more points than anybody captures at it is no handshake captured twice, but a random that
 * is none. */
#define RELATE_TAPS_MAX 16

/* Run what concerns this capture, inside the caller's transaction. stored: its sessions, just
 * stored; NULL: they are read from the database, and what was said of them is undone. Of a capture
 * with an incident only the rows whose scope is the capture; the incident is noted as due. False:
 * fault. */
bool relate_capture(struct database *d, struct dictionary *c, int64_t capture_id,
		    const struct relate_sessions *stored);
/* Everything for the incidents that are due, each in a transaction of its own. An incident as a
 * whole is not related after each of its captures: that would take time quadratic in them. */
bool relate_incidents(struct database *d, struct dictionary *c);
/* The incident of a capture that goes is due, inside the caller's transaction. */
bool relate_capture_goes(struct database *d, int64_t capture_id);

#endif
