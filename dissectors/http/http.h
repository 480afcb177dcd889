/*
 * http.h - the start of an HTTP/1 message: request line and Host, or status line.
 * RFC 9112 sections 3 and 4, RFC 9110 section 7.2. Of a message that is cut, what stands there.
 */
#ifndef DISSECTORS_HTTP_HTTP_H
#define DISSECTORS_HTTP_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "dissectors/wire/cursor.h"

/* Views borrow from the input. */
struct http_request {
	struct bytes method, target;
	struct bytes host; /* without port; empty when the field is absent or cut off */
};

/* False: it does not begin with a request line. */
bool http_request_parse(struct cursor *in, struct http_request *out);
/* The status code, 100 to 599; 0: it does not begin with a status line. */
unsigned http_status_parse(struct cursor *in);

#endif
