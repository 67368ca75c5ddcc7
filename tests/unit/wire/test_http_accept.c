/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients accept, by the rules and examples of RFC 9110, 12.5.1.
 */
#include "wire/http_accept.h"

#include <check.h>
#include <stdlib.h>

#include "wire/http_request.h"

static const struct {
	const char *accept; /* NULL: there is no field */
	const char *type;
	uint32_t quality;
} accept_case[] = {
	{ NULL, "text/csv", 1000 },
	{ "", "text/csv", 0 },
	{ "text/csv", "text/csv", 1000 },
	{ "Text/CSV", "text/csv", 1000 },
	{ "text/csv", "text/plain", 0 },
	{ "text/*", "text/plain", 1000 },
	{ "*/*", "text/plain", 1000 },
	{ "tex/*", "text/plain", 0 },
	{ "text/plain; q=0.5, text/html, text/x-dvi; q=0.8, text/x-c",
	    "text/plain", 500 },
	{ "text/plain; q=0.5, text/html, text/x-dvi; q=0.8, text/x-c",
	    "text/x-dvi", 800 },
	/* The most specific range counts, wherever it stands. */
	{ "text/*;q=0.3, text/plain;q=0.7, */*;q=0.5", "text/plain", 700 },
	{ "text/*;q=0.3, text/plain;q=0.7, */*;q=0.5", "text/html", 300 },
	{ "text/*;q=0.3, text/plain;q=0.7, */*;q=0.5", "image/jpeg", 500 },
	{ "*/*, text/csv;q=0", "text/csv", 0 },
	{ "text/csv;header=present;q=0.25", "text/csv", 250 },
	{ "text/csv ; Q=0.125", "text/csv", 125 },
	{ "text/csv;q=1.000", "text/csv", 1000 },
	/* What cannot be read is passed over. */
	{ "text/csv;q=2", "text/csv", 0 },
	{ "text/csv;q=1.5", "text/csv", 0 },
	{ "text/csv;q=0.1234", "text/csv", 0 },
	{ "text/csv;q=", "text/csv", 0 },
	{ "text/csv;q=x, */*;q=0.1", "text/csv", 100 },
	{ ",,;,=,", "text/csv", 0 },
};

START_TEST(qualities)
{
	struct http_request request = { .field_count = 0 };

	if (accept_case[_i].accept != NULL)
		request.fields[request.field_count++] = (struct http_field){
			.name = HTTP_FIELD_ACCEPT,
			.value = str_of_cstr(accept_case[_i].accept),
		};
	ck_assert_msg(http_accept_rank(&request,
			  str_of_cstr(accept_case[_i].type)) /
		    HTTP_ACCEPT_EXACT ==
		accept_case[_i].quality,
	    "%s", accept_case[_i].accept);
}
END_TEST

static uint32_t
rank_of(const char *first, const char *second, const char *type)
{
	struct http_request request = { .field_count = 2 };

	request.fields[0].name = HTTP_FIELD_ACCEPT;
	request.fields[0].value = str_of_cstr(first);
	request.fields[1].name = HTTP_FIELD_ACCEPT;
	request.fields[1].value = str_of_cstr(second);
	return http_accept_rank(&request, str_of_cstr(type));
}

/* Several fields are one list. */
START_TEST(several_fields)
{
	ck_assert_uint_eq(rank_of("text/csv;q=0.2", "text/plain;q=0.4",
			      "text/csv") /
		HTTP_ACCEPT_EXACT,
	    200);
	ck_assert_uint_eq(rank_of("text/csv;q=0.2", "text/plain;q=0.4",
			      "text/plain") /
		HTTP_ACCEPT_EXACT,
	    400);
}
END_TEST

START_TEST(what_is_named_is_wanted_more)
{
	uint32_t named = rank_of("text/csv", "*/*", "text/csv; header=present");
	uint32_t ranged = rank_of("text/*", "*/*", "text/csv");
	uint32_t other = rank_of("text/csv", "*/*", "text/plain");

	ck_assert_uint_gt(named, ranged);
	ck_assert_uint_gt(ranged, other);
	ck_assert_uint_gt(other, 0);
}
END_TEST

static const struct {
	const char *accept; /* NULL: there is no field */
	bool has_gzip;
} coding_case[] = {
	{ NULL, false },
	{ "", false },
	{ "gzip", true },
	{ "GZip", true },
	{ "deflate, gzip;q=1.0, *;q=0.5", true },
	{ "gzip;q=0", false },
	{ "gzip;q=0.000, *", false },
	{ "*;q=0, gzip;q=0.001", true },
	{ "*", true },
	{ "*;q=0", false },
	{ "identity, br", false },
	{ "gzipped", false },
	{ "gzip;q=2", false },
};

START_TEST(codings)
{
	struct http_request request = { .field_count = 0 };

	if (coding_case[_i].accept != NULL)
		request.fields[request.field_count++] = (struct http_field){
			.name = HTTP_FIELD_ACCEPT_ENCODING,
			.value = str_of_cstr(coding_case[_i].accept),
		};
	ck_assert_msg(http_accepts_coding(&request, STR("gzip")) ==
		coding_case[_i].has_gzip,
	    "%s", coding_case[_i].accept);
}
END_TEST

static const struct {
	const char *tags; /* NULL: there is no field */
	bool has_tag;
} tag_case[] = {
	{ NULL, false },
	{ "", false },
	{ "W/\"a1\"", true },
	{ "\"a1\"", true },
	{ "\"b\", W/\"a1\"", true },
	{ "*", true },
	{ "a1", false },
	{ "\"A1\"", false },
	{ "w/\"a1\"", false },
	{ "\"a1", false },
};

START_TEST(tags)
{
	struct http_request request = { .field_count = 0 };

	if (tag_case[_i].tags != NULL)
		request.fields[request.field_count++] = (struct http_field){
			.name = HTTP_FIELD_IF_NONE_MATCH,
			.value = str_of_cstr(tag_case[_i].tags),
		};
	ck_assert_msg(http_has_tag(&request, STR("W/\"a1\"")) ==
		tag_case[_i].has_tag,
	    "%s", tag_case[_i].tags);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_accept");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, qualities, 0, ARRAY_LEN(accept_case));
	tcase_add_loop_test(tc, codings, 0, ARRAY_LEN(coding_case));
	tcase_add_loop_test(tc, tags, 0, ARRAY_LEN(tag_case));
	tcase_add_test(tc, several_fields);
	tcase_add_test(tc, what_is_named_is_wanted_more);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
