/*
 * address.h - addresses as the database writes them.
 * Between store_rows.c, relate_*.c and the columns client_ip and server_ip.
 */
#ifndef DB_ADDRESS_H
#define DB_ADDRESS_H

#include "analyzer/outcome.h"

enum { ADDRESS_TEXT_MAX = 46 }; /* INET6_ADDRSTRLEN */

/* buf, or NULL when the address is not known. */
const char *address_text(const struct outcome_endpoint *e, char buf[ADDRESS_TEXT_MAX]);
/* An endpoint of this address, or one that is not known; no port. text may be NULL. */
struct outcome_endpoint address_parse(const char *text);

#endif
