/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a browser's requests are taken from.
 */
#include "server/http/http_guard.h"

#include <check.h>
#include <stdlib.h>

#include "common/error.h"
#include "wire/http_request.h"

static struct error err;

static struct http_request
request_for(const char *host, uint16_t port, const char *origin,
    const char *site)
{
	struct http_request request = { .host = str_of_cstr(host),
		.port = port };

	if (origin != NULL)
		request.fields[request.field_count++] =
		    (struct http_field){ HTTP_FIELD_ORIGIN,
			    str_of_cstr(origin) };
	if (site != NULL)
		request.fields[request.field_count++] =
		    (struct http_field){ HTTP_FIELD_SEC_FETCH_SITE,
			    str_of_cstr(site) };
	return request;
}

static const struct {
	const char *what;
	const char *host;
	uint16_t port;
	bool is_tls;
	const char *origin;
	const char *site;
	bool is_allowed;
} origin_case[] = {
	{ "no browser", "a", 8085, false, NULL, NULL, true },
	{ "a page of ours", "a", 8085, false, "http://a:8085", "same-origin",
	    true },
	{ "letters have no case", "A", 8085, false, "http://a:8085", NULL,
	    true },
	{ "over TLS", "a", 8085, true, "https://a:8085", NULL, true },
	{ "the usual port", "a", 0, false, "http://a", NULL, true },
	{ "the usual port, told", "a", 443, true, "https://a", NULL, true },
	{ "typed in", "a", 8085, false, NULL, "none", true },
	{ "IPv6", "::1", 8085, false, "http://[::1]:8085", NULL, true },
	{ "another host", "a", 8085, false, "http://b:8085", NULL, false },
	{ "a longer host", "a", 8085, false, "http://ab:8085", NULL, false },
	{ "another port", "a", 8085, false, "http://a:8086", NULL, false },
	{ "another scheme", "a", 8085, false, "https://a:8085", NULL, false },
	{ "no TLS", "a", 8085, true, "http://a:8085", NULL, false },
	{ "a file", "a", 8085, false, "null", NULL, false },
	{ "nothing", "a", 8085, false, "", NULL, false },
	{ "a path", "a", 8085, false, "http://a:8085/", NULL, false },
	{ "another site", "a", 8085, false, NULL, "cross-site", false },
	{ "a neighbour", "a", 8085, false, NULL, "same-site", false },
};

START_TEST(origins)
{
	struct http_request request = request_for(origin_case[_i].host,
	    origin_case[_i].port, origin_case[_i].origin, origin_case[_i].site);
	int rc = http_guard_origin(&request, origin_case[_i].is_tls, "", &err);

	ck_assert_msg(rc ==
		(origin_case[_i].is_allowed ? 0
					    : STELE_E_INSUFFICIENT_PRIVILEGE),
	    "%s", origin_case[_i].what);
}
END_TEST

/* Of pages elsewhere, as http_allowed_origins has them. */
static const struct {
	const char *origin;
	const char *allowed;
	bool is_allowed;
} listed_case[] = {
	{ "https://b:8443", "https://b:8443", true },
	{ "https://b:8443", "https://a, https://b:8443,", true },
	{ "https://B:8443", "https://b:8443", true },
	{ "https://b", "https://b:8443", false },
	{ "http://b:8443", "https://b:8443", false },
	{ "https://b:844", "https://b:8443", false },
	{ "", ",", false },
	{ "null", "https://b", false },
};

START_TEST(listed_origins)
{
	struct http_request request =
	    request_for("a", 8085, listed_case[_i].origin, "cross-site");

	ck_assert_msg((http_guard_origin(&request, false,
			   listed_case[_i].allowed, &err) == 0) ==
		listed_case[_i].is_allowed,
	    "%s in %s", listed_case[_i].origin, listed_case[_i].allowed);
}
END_TEST

static const struct {
	const char *host;
	bool is_allowed;
} host_case[] = {
	{ "", true },
	{ "127.0.0.1", true },
	{ "10.1.2.3", true },
	{ "::1", true },
	{ "localhost", true },
	{ "LocalHost", true },
	{ "localhost.example", false },
	{ "rebound.example", false },
	{ "127.0.0.1.example", false },
	{ "127.1", false },
	{ "a", false },
	{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc",
	    false },
};

START_TEST(hosts)
{
	struct http_request request =
	    request_for(host_case[_i].host, 0, NULL, NULL);

	ck_assert_msg((http_guard_host(&request, true, "", &err) == 0) ==
		host_case[_i].is_allowed,
	    "%s", host_case[_i].host);
	/* Who proves who he is may call us anything, unless names are listed. */
	ck_assert_int_eq(http_guard_host(&request, false, "", &err), 0);
	ck_assert_msg((http_guard_host(&request, false, "b", &err) == 0) ==
		host_case[_i].is_allowed,
	    "%s, listed", host_case[_i].host);
	for (int is_trusted = 0; is_trusted < 2; is_trusted++)
		ck_assert_msg((http_guard_host(&request, is_trusted != 0,
				   "b, Rebound.Example ,c", &err) == 0) ==
			(host_case[_i].is_allowed ||
			    str_equal(request.host, STR("rebound.example"))),
		    "%s, listed with others", host_case[_i].host);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_guard");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, origins, 0, ARRAY_LEN(origin_case));
	tcase_add_loop_test(tc, listed_origins, 0, ARRAY_LEN(listed_case));
	tcase_add_loop_test(tc, hosts, 0, ARRAY_LEN(host_case));
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
