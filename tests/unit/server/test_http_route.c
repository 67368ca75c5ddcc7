/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The paths of the HTTP door, and that its description has them all.
 */
#include "server/http/http_route.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/json.h"
#include "server/http/http_openapi.h"

static struct error err;
static struct arena arena;

static void
setup(void)
{
	arena_init(&arena, NULL);
}

static void
teardown(void)
{
	arena_release(&arena);
}

static const struct {
	enum http_request_method method;
	const char *path;
	int status;
	const char *route; /* or the methods that are allowed */
	const char *parameter;
} path_case[] = {
	{ HTTP_METHOD_POST, "/command", 0, "/command", "" },
	{ HTTP_METHOD_GET, "/command", 405, "POST", "" },
	{ HTTP_METHOD_HEAD, "/command", 405, "POST", "" },
	{ HTTP_METHOD_OTHER, "/command", 405, "POST", "" },
	{ HTTP_METHOD_GET, "/healthz", 0, "/healthz", "" },
	{ HTTP_METHOD_HEAD, "/healthz", 0, "/healthz", "" },
	{ HTTP_METHOD_POST, "/healthz", 405, "GET, HEAD", "" },
	{ HTTP_METHOD_GET, "/v1/contexts/a/events", 0,
	    "/v1/contexts/{id}/events", "a" },
	{ HTTP_METHOD_GET, "/v1/contexts/a%2Fb%20c/events", 0,
	    "/v1/contexts/{id}/events", "a/b c" },
	{ HTTP_METHOD_GET, "/v1/contexts//events", 0,
	    "/v1/contexts/{id}/events", "" },
	{ HTTP_METHOD_HEAD, "/v1/contexts/a/events", 405, "GET", "" },
	{ HTTP_METHOD_GET, "/v1/contexts/%ff/events", 400, NULL, "" },
	{ HTTP_METHOD_GET, "/v1/contexts/a/b/events", 404, NULL, "" },
	{ HTTP_METHOD_GET, "/v1/contexts/a/events/", 404, NULL, "" },
	{ HTTP_METHOD_GET, "/v1/contexts/a", 404, NULL, "" },
	{ HTTP_METHOD_POST, "/command/", 404, NULL, "" },
	{ HTTP_METHOD_POST, "/Command", 404, NULL, "" },
	{ HTTP_METHOD_POST, "/%63ommand", 404, NULL, "" },
	{ HTTP_METHOD_POST, "/v1/cancel", 0, "/v1/cancel", "" },
	{ HTTP_METHOD_GET, "/v1/cancel", 405, "POST", "" },
	{ HTTP_METHOD_GET, "/v1/session", 0, "/v1/session", "" },
	{ HTTP_METHOD_DELETE, "/v1/token", 0, "/v1/token", "" },
	{ HTTP_METHOD_POST, "/v1/token", 0, "/v1/token", "" },
	{ HTTP_METHOD_GET, "/v1/token", 405, "DELETE, POST", "" },
	{ HTTP_METHOD_DELETE, "/v1/session", 405, "GET", "" },
	{ HTTP_METHOD_GET, "/ws", 0, "/ws", "" },
	{ HTTP_METHOD_HEAD, "/ws", 405, "GET", "" },
	{ HTTP_METHOD_GET, "/ws/", 404, NULL, "" },
	{ HTTP_METHOD_GET, "/", 0, "/", "" },
	{ HTTP_METHOD_HEAD, "/", 0, "/", "" },
	{ HTTP_METHOD_POST, "/", 405, "GET, HEAD", "" },
	{ HTTP_METHOD_GET, "//", 404, NULL, "" },
	{ HTTP_METHOD_GET, "/../", 404, NULL, "" },
	{ HTTP_METHOD_OTHER, "*", 404, NULL, "" },
};

START_TEST(paths)
{
	const struct http_request request = {
		.method = path_case[_i].method,
		.path = str_of_cstr(path_case[_i].path),
	};
	const struct http_route *route;
	struct str parameter;
	struct buf allow;
	int status =
	    http_route_find(&request, &arena, &route, &parameter, &err);

	ck_assert_msg(status == path_case[_i].status, "%s: %d",
	    path_case[_i].path, status);
	buf_init(&allow);
	if (status == 0) {
		ck_assert_str_eq(route->path, path_case[_i].route);
		ck_assert(
		    str_equal(parameter, str_of_cstr(path_case[_i].parameter)));
	} else if (status == 405) {
		http_route_allow(&request, &allow);
		ck_assert(str_equal(buf_str(&allow),
		    str_of_cstr(path_case[_i].route)));
	}
	buf_release(&allow);
}
END_TEST

/* GET runs nothing that its sender has written (promise S5). */
START_TEST(get_runs_no_text)
{
	const struct http_route *route;

	for (uint32_t i = 0; (route = http_route_at(i)) != NULL; i++)
		if (route->method != HTTP_METHOD_POST)
			ck_assert_msg(route->action != HTTP_RUN_TEXT &&
				route->action != HTTP_RUN_JSON &&
				route->action != HTTP_APPEND,
			    "%s", route->path);
}
END_TEST

static const char *
method_name(enum http_request_method method)
{
	return method == HTTP_METHOD_POST  ? "post"
	    : method == HTTP_METHOD_DELETE ? "delete"
					   : "get";
}

/* A method of a path, in the description: is there such a route? */
static bool
has_route(struct str path, struct str method)
{
	const struct http_route *route;

	for (uint32_t i = 0; (route = http_route_at(i)) != NULL; i++)
		if (str_equal(str_of_cstr(route->path), path) &&
		    str_equal(method, str_of_cstr(method_name(route->method))))
			return true;
	return false;
}

START_TEST(the_description_has_all_routes)
{
	struct json_reader r;
	enum json_token token;
	struct buf text;
	uint32_t route_count = 0, found = 0;

	while (http_route_at(route_count) != NULL)
		route_count++;
	buf_init(&text);
	http_openapi_put(&text);
	ck_assert_int_eq(json_validate(buf_str(&text), "json", 100, &err), 0);
	json_reader_init(&r, buf_str(&text), 100);
	(void)json_next(&r);
	while ((token = json_next(&r)) == JSON_KEY &&
	    !str_equal(r.text, STR("paths")))
		ck_assert(json_skip(&r, json_next(&r)));
	ck_assert_int_eq(json_next(&r), JSON_OBJECT_BEGIN);
	while (json_next(&r) == JSON_KEY) {
		struct str path = r.text;

		ck_assert_int_eq(json_next(&r), JSON_OBJECT_BEGIN);
		while (json_next(&r) == JSON_KEY) {
			ck_assert_msg(has_route(path, r.text), "%.*s",
			    STR_FMT(path));
			found++;
			ck_assert(json_skip(&r, json_next(&r)));
		}
	}
	ck_assert_uint_eq(found, route_count);
	buf_release(&text);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_route");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, paths, 0, ARRAY_LEN(path_case));
	tcase_add_test(tc, get_runs_no_text);
	tcase_add_test(tc, the_description_has_all_routes);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
