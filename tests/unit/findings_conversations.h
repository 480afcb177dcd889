/*
 * findings_conversations.h - table: conversations and the cause each must show, or must not.
 */
#ifndef TESTS_UNIT_FINDINGS_CONVERSATIONS_H
#define TESTS_UNIT_FINDINGS_CONVERSATIONS_H

#include "analyzer/verdict/findings.h"
#include "tests/unit/findings_listen.h"

/* clang-format off */
/* shows: has the cause, with this certainty; first: as the first finding. without: has it not, or as
 * less than that (a warning for a failure). */
static const struct {
	enum cause cause;
	bool first;
	const char *certainty, *shows, *without;
} conversations[] = {
#define ROW(cause, first, certainty, shows, without)            \
	{                                                       \
		CAUSE_##cause, first, certainty, shows, without \
	}
    ROW(not_requested, true, "proven", "CH s:SH s:cert s:ske s:done cke ccs fin " DONE,
	ASK "@good" REST DONE),
    ROW(no_client_cert_configured, true, "likely", ASK EMPTY "s:alert40 s:FIN",
	ASK "@good" REST "s:alert45 s:FIN"),
    ROW(no_client_cert_configured, true, "likely", ASK0 EMPTY "s:alert40 s:FIN", ASK EMPTY DONE),
    ROW(issuer_not_in_ca_list, false, "possible", ASK EMPTY "s:alert40 s:FIN",
	ASK0 EMPTY "s:alert40 s:FIN"),
    ROW(key_type_not_in_request, true, "proven",
	"CH s:SH s:cert s:ske s:@CRrsa s:done @good" REST "s:alert40 s:FIN",
	ASK "@good" REST "s:alert40 s:FIN"),
    ROW(key_type_not_in_request, false, "possible",
	"CH s:SH s:cert s:ske s:@CRrsa s:done " EMPTY "s:alert40 s:FIN",
	ASK EMPTY "s:alert40 s:FIN"),
    ROW(client_cert_expired, true, "proven", ASK "@expired" REST "s:alert45 s:FIN",
	ASK "@good" REST "s:alert48 s:FIN"),
    ROW(client_cert_expired, true, "proven", ASK "@expired" REST "s:FIN", ASK "@expired" REST DONE),
    ROW(client_cert_expired, true, "likely", ASK "@good" REST "s:alert45 s:FIN",
	ASK "@notyet" REST "s:alert45 s:FIN"),
    ROW(client_cert_not_yet_valid, true, "proven", ASK "@notyet" REST "s:alert42 s:FIN",
	ASK "@good" REST "s:alert42 s:FIN"),
    ROW(client_cert_not_yet_valid, true, "proven", ASK "@skewed" REST "s:alert45 s:FIN",
	ASK "@expired" REST "s:alert45 s:FIN"),
    ROW(client_cert_unknown_ca, true, "likely", ASK "@stranger" REST "s:alert48 s:FIN",
	ASK "@stranger" REST DONE),
    ROW(client_cert_unknown_ca, true, "likely", ASK0 "@good" REST "s:alert48 s:FIN",
	ASK "@good" REST "s:alert48 s:FIN"),
    ROW(missing_intermediate, false, "possible", ASK "@stranger" REST "s:alert48 s:FIN",
	ASK "@good" REST "s:alert48 s:FIN"),
    ROW(client_cert_self_signed, true, "proven", ASK "@selfsigned" REST "s:alert48 s:FIN",
	ASK "@selfsigned" REST DONE),
    ROW(client_cert_wrong_eku, true, "proven", ASK "@server" REST "s:alert43 s:FIN",
	ASK "@server" REST DONE),
    ROW(client_cert_wrong_eku, true, "proven", ASK "@nosign" REST "s:alert43 s:FIN",
	ASK "@good" REST "s:alert45 s:FIN"),
    ROW(client_cert_revoked, true, "likely", ASK "@good" REST "s:alert44 s:FIN",
	ASK "@good" REST "s:alert45 s:FIN"),
    ROW(crl_missing_or_expired, true, "possible", ASK "@good" REST "s:alert48 s:FIN",
	ASK "@stranger" REST "s:alert48 s:FIN"),
    ROW(advertised_list_differs_from_trusted, false, "possible", ASK "@good" REST "s:alert48 s:FIN",
	ASK0 "@good" REST "s:alert48 s:FIN"),
    ROW(ocsp_unreachable, true, "likely", ASK "@good" REST "s:alert113 s:FIN",
	ASK "@good" REST "s:alert45 s:FIN"),
    ROW(ocsp_unreachable, true, "likely", ASK "@ocsp" REST "lookup s:alert46 s:FIN",
	"lookup " ASK "@ocsp" REST "s:alert46 s:FIN"),
    ROW(ocsp_unreachable, true, "likely", ASK "@ocsp" REST "lookup s:FIN",
	ASK "@good" REST "lookup s:FIN"),
    ROW(path_mtu_black_hole, true, "likely", ASK "swallowed s:FIN", ASK "@good" REST "s:FIN"),
    ROW(ocsp_unreachable, true, "possible", ASK "@ocsp" REST "wait s:alert46 s:FIN",
	ASK "@ocsp" REST "s:alert46 s:FIN"),
    ROW(weak_key_or_digest, true, "proven", ASK "@weak" REST "s:alert42 s:FIN",
	ASK "@weak" REST DONE),
    ROW(weak_key_or_digest, true, "proven", ASK "@sha1" REST "s:alert42 s:FIN",
	ASK "@good" REST "s:alert42 s:FIN"),
    ROW(chain_too_deep, false, "possible", ASK "@deep+@int1+@int2" REST "s:alert48 s:FIN",
	ASK "@good" REST "s:alert48 s:FIN"),
    ROW(proof_invalid, true, "likely", ASK "@good" REST "s:alert51 s:FIN",
	ASK "@good" REST "s:alert42 s:FIN"),
    ROW(identity_not_authorised, true, "likely", ASK "@good" REST "s:alert49 s:FIN",
	ASK "@expired" REST "s:alert49 s:FIN"),
    ROW(refused_above_tls, true, "possible", ASK "@good" REST "s:ccs s:fin s:bye s:FIN",
	ASK "@good" REST DONE),
    ROW(sni_missing_or_wrong, true, "proven", "CH s:alert112 s:FIN", "CH s:alert40 s:FIN"),
    ROW(resumed_session, true, "proven", "CH s:SHres s:ccs s:fin ccs fin app s:app bye FIN",
	ASK "@good" REST DONE),
    ROW(ca_list_too_long, false, "proven",
	"CH s:SH s:cert s:ske s:@CRbig s:done " EMPTY "s:alert40 s:FIN",
	ASK EMPTY "s:alert40 s:FIN"),
    ROW(ca_list_too_long, true, "likely", "CH s:SH s:cert s:ske s:@CRbig s:done FIN", ASK "FIN"),
    ROW(no_common_version_or_cipher, true, "proven", "CH s:alert70 s:FIN", "CH s:alert112 s:FIN"),
    ROW(no_common_version_or_cipher, true, "likely", "CH s:alert40 s:FIN",
	ASK EMPTY "s:alert40 s:FIN"),
    ROW(server_cert_rejected, true, "proven", ASK "alert48 FIN", ASK "@good" REST DONE),
    ROW(server_cert_rejected, true, "likely", ASK13 "data19 FIN", ASK13 "data25 data53 s:data250 s:data250"),
    ROW(server_cert_rejected, true, "likely", FLIGHT "data19 FIN", FLIGHT "FIN"),
    ROW(server_cert_rejected, true, "likely", NOT_ASKED13 "data19 FIN", NOT_ASKED13 "FIN"),
    ROW(server_cert_rejected, false, "possible", ASK "FIN", ASK "@good" REST DONE),
    ROW(not_tls_on_this_port, true, "proven", "CH s:text s:FIN", "CH s:alert40 s:FIN"),
    ROW(alpn_missing, true, "proven", "CH s:alert120 s:FIN", "CH s:alert40 s:FIN"),
    ROW(capture_incomplete, true, "proven", ASK "lost:cert cke cv ccs fin " DONE,
	ASK "@good" REST DONE),
    ROW(refused_without_alert, true, "possible", ASK "@good" REST "s:FIN FIN",
	ASK "@good" REST "s:alert45 s:FIN"),
    ROW(user_did_not_answer, true, "possible", ASK "wait FIN", ASK "@good" REST DONE),
    ROW(user_did_not_answer, true, "possible", ASK "FIN", ASK "alert48 FIN"),
    ROW(renegotiation_refused, true, "likely", NOT_ASKED DONE12 "app s:fin bye s:bye s:FIN",
	NOT_ASKED DONE12 "app s:app bye s:bye s:FIN"),
    ROW(renegotiation_refused, true, "likely", NOT_ASKED DONE12 "app s:fin bye FIN",
	NOT_ASKED DONE12 "app s:fin fin s:fin bye FIN"),
    ROW(server_timed_out, true, "proven", ASK "wait s:FIN", ASK "FIN"),
    ROW(optional_not_presented, true, "proven", ASK EMPTY DONE, ASK EMPTY "s:alert40 s:FIN"),
    ROW(wrong_cert_of_several, false, "possible", ASK "@stranger" REST "s:alert48 s:FIN",
	ASK "@good" REST "s:alert48 s:FIN"),
    ROW(sslv3_no_certificate, true, "proven", ASK "warn41 cke ccs fin s:alert40 s:FIN",
	ASK EMPTY "s:alert40 s:FIN"),
    ROW(sslv3_no_certificate, true, "proven", ASK "warn41 cke ccs fin s:alert40 s:FIN",
	ASK13 "alert48 FIN"),
#undef ROW
};
/* clang-format on */

#endif
