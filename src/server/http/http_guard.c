/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_guard.c -- see http_guard.h.
 */
#include "server/http/http_guard.h"

#include <arpa/inet.h>

#include "common/error.h"
#include "wire/http_request.h"
#include "wire/http_target.h"

#define PORT_HTTP  80
#define PORT_HTTPS 443

static uint16_t
port_or(uint16_t port, bool is_tls)
{
	if (port != 0)
		return port;
	return is_tls ? PORT_HTTPS : PORT_HTTP;
}

/* Whether `word` is one of the words between commas. */
static bool
is_listed(const char *list, struct str word)
{
	while (*list != '\0') {
		size_t len = strcspn(list, ", ");

		if (len > 0 && str_equal_nocase(str_of(list, len), word))
			return true;
		list += len;
		list += strspn(list, ", ");
	}
	return false;
}

/* "http://host:port", and nothing behind it. */
static bool
is_own(const struct http_request *request, bool is_tls, struct str origin)
{
	struct str scheme = is_tls ? STR("https://") : STR("http://");
	struct error ignored;
	struct str host;
	uint16_t port;

	if (!str_starts_with(origin, scheme))
		return false;
	if (http_authority_parse(str_of(origin.data + scheme.len,
				     origin.len - scheme.len),
		&host, &port, &ignored) != 0)
		return false;
	return str_equal_nocase(host, request->host) &&
	    port_or(port, is_tls) == port_or(request->port, is_tls);
}

int
http_guard_origin(const struct http_request *request, bool is_tls,
    const char *allowed, struct error *err)
{
	struct str origin, site;

	if (http_request_field(request, HTTP_FIELD_ORIGIN, &origin)) {
		if (is_listed(allowed, origin))
			return 0;
		if (!is_own(request, is_tls, origin))
			return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
			    "a page of another origin may not send requests");
	}
	if (http_request_field(request, HTTP_FIELD_SEC_FETCH_SITE, &site) &&
	    !str_equal(site, STR("same-origin")) &&
	    !str_equal(site, STR("none")))
		return error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
		    "a page of another site may not send requests");
	return 0;
}

/* A number of IPv4 or IPv6. */
static bool
is_address(struct str host)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	if (host.len == 0 || host.len >= sizeof(text))
		return false;
	memcpy(text, host.data, host.len);
	text[host.len] = '\0';
	return inet_pton(AF_INET, text, &address) == 1 ||
	    inet_pton(AF_INET6, text, &address) == 1;
}

int
http_guard_host(const struct http_request *request, bool is_trusted,
    const char *allowed, struct error *err)
{
	/* Browsers send it; who sends none is none. */
	if (request->host.len == 0 || is_address(request->host) ||
	    str_equal_nocase(request->host, STR("localhost")) ||
	    is_listed(allowed, request->host))
		return 0;
	if (!is_trusted && *allowed == '\0')
		return 0;
	(void)error_set(err, STELE_E_INSUFFICIENT_PRIVILEGE,
	    "host \"%.*s\" is not this server's", STR_FMT(request->host));
	return error_hint(err,
	    "Call the server by its address, as localhost, or by a name in "
	    "http_allowed_hosts.");
}
