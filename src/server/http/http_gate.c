/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/http_gate.h"

#include "server/http/http_guard.h"
#include "server/native/admit.h"
#include "server/session_private.h"

int
http_gate(struct session *session, const struct http_request *request,
    struct error *err)
{
	const struct config *config = session->settings.server;
	struct native_admission ignored;

	if (http_guard_origin(request, conn_is_tls(session->conn),
		config->http_allowed_origins, err) != 0)
		return 403;
	return http_guard_host(request, native_is_trusted(session, &ignored),
		   config->http_allowed_hosts, err) == 0
	    ? 0
	    : 421;
}
