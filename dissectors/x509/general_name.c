/*
 * general_name.c - GeneralName and the lists made of it: subjectAltName, authorityInfoAccess,
 * cRLDistributionPoints, extKeyUsage as iterators.
 * See certificate.h. RFC 5280 sections 4.2.1.6, 4.2.1.12, 4.2.1.13, 4.2.2.1.
 */
#include "dissectors/x509/certificate.h"
#include "dissectors/x509/dn.h"

/* Which kinds are constructed: those whose contents are a structure. */
static const bool constructed[X509_NAME_KIND_COUNT] = {
    [X509_NAME_OTHER] = true,
    [X509_NAME_X400] = true,
    [X509_NAME_DIRECTORY] = true,
    [X509_NAME_EDI] = true,
};

/* OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY } */
static void
other_name(struct cursor *in, struct bytes contents, struct x509_general_name *out)
{
	struct cursor body = cursor_child(in, contents);

	out->type = der_oid(&body, "type-id");
	out->value = der_value(&body, DER_CONTEXT | DER_CONSTRUCTED | 0, "value");
	cursor_end(&body, "otherName");
	cursor_adopt(in, &body);
}

/* The tag is explicit, because Name is a CHOICE: the contents are a whole Name. */
static void
directory_name(struct cursor *in, struct bytes contents)
{
	struct cursor body = cursor_child(in, contents);

	x509_dn_view(&body, "directoryName");
	cursor_end(&body, "directoryName");
	cursor_adopt(in, &body);
}

bool
x509_general_name_next(struct cursor *in, struct x509_general_name *out)
{
	size_t from = in->pos;
	struct der d;
	unsigned number;

	*out = (struct x509_general_name){0};
	if (!cursor_more(in) || !der_next(in, &d, "GeneralName"))
		return false;
	number = d.tag & DER_NUMBER_MAX;
	if (number >= X509_NAME_KIND_COUNT ||
	    d.tag != ((unsigned)DER_CONTEXT | (constructed[number] ? DER_CONSTRUCTED : 0) | number))
		return cursor_fail_at(in, from, "GeneralName");
	out->kind = (enum x509_name_kind)number;
	out->value = d.value;
	if (out->kind == X509_NAME_OTHER)
		other_name(in, d.value, out);
	else if (out->kind == X509_NAME_DIRECTORY)
		directory_name(in, d.value);
	return cursor_ok(in);
}

bool
x509_purpose_next(struct cursor *in, struct bytes *oid)
{
	*oid = cursor_more(in) ? der_oid(in, "KeyPurposeId") : (struct bytes){0};
	return oid->len > 0;
}

/* AccessDescription ::= SEQUENCE { accessMethod, accessLocation GeneralName } */
bool
x509_access_next(struct cursor *in, struct bytes *method, struct bytes *uri)
{
	struct x509_general_name location;

	while (cursor_more(in)) {
		struct cursor body = der_enter(in, DER_SEQUENCE, "AccessDescription");

		*method = der_oid(&body, "accessMethod");
		if (!x509_general_name_next(&body, &location))
			cursor_fail(&body, "accessLocation");
		cursor_end(&body, "AccessDescription");
		cursor_adopt(in, &body);
		*uri = location.value;
		if (cursor_ok(in) && location.kind == X509_NAME_URI)
			return true;
	}
	*method = *uri = (struct bytes){0};
	return false;
}

/* DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] } */
static struct bytes
full_name(struct cursor *point)
{
	struct cursor choice =
	    der_enter(point, DER_CONTEXT | DER_CONSTRUCTED | 0, "distributionPoint");
	struct bytes names = {0};

	if (der_peek(&choice) == (DER_CONTEXT | DER_CONSTRUCTED | 0))
		names = der_value(&choice, DER_CONTEXT | DER_CONSTRUCTED | 0, "fullName");
	else
		der_value(&choice, DER_CONTEXT | DER_CONSTRUCTED | 1, "nameRelativeToCRLIssuer");
	cursor_end(&choice, "distributionPoint");
	cursor_adopt(point, &choice);
	return names;
}

/* DistributionPoint ::= SEQUENCE { distributionPoint [0], reasons [1], cRLIssuer [2] }, all
 * optional: the names of its fullName, which may be none. */
static struct cursor
point_names(struct cursor *points)
{
	struct cursor body = der_enter(points, DER_SEQUENCE, "DistributionPoint");
	struct bytes names = {0};

	if (der_peek(&body) == (DER_CONTEXT | DER_CONSTRUCTED | 0))
		names = full_name(&body);
	if (der_peek(&body) == (DER_CONTEXT | 1))
		der_value(&body, DER_CONTEXT | 1, "reasons");
	if (der_peek(&body) == (DER_CONTEXT | DER_CONSTRUCTED | 2))
		der_value(&body, DER_CONTEXT | DER_CONSTRUCTED | 2, "cRLIssuer");
	cursor_end(&body, "DistributionPoint");
	cursor_adopt(points, &body);
	return cursor_child(points, names);
}

bool
x509_crl_url_next(struct cursor *points, struct cursor *names, struct bytes *uri)
{
	struct x509_general_name name;

	while (cursor_more(names) || cursor_more(points)) {
		if (!cursor_more(names))
			*names = point_names(points);
		if (x509_general_name_next(names, &name) && name.kind == X509_NAME_URI) {
			*uri = name.value;
			return true;
		}
		cursor_adopt(points, names);
	}
	*uri = (struct bytes){0};
	return false;
}
