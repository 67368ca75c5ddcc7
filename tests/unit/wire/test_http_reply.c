/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replies of HTTP, by the byte.
 */
#include "wire/http_reply.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct buf out;

static void
setup(void)
{
	buf_init(&out);
}

static void
teardown(void)
{
	buf_release(&out);
}

static void
expect(const char *text)
{
	ck_assert(!out.failed);
	ck_assert_msg(str_equal(buf_str(&out), str_of_cstr(text)), "%.*s",
	    STR_FMT(buf_str(&out)));
}

/* The example of RFC 9110, 5.6.7. */
START_TEST(heads)
{
	http_put_status(&out, 404, 784111777);
	http_put_field(&out, "Content-Type", STR("text/plain"));
	http_put_length(&out, 18446744073709551615u);
	http_end_head(&out);
	expect("HTTP/1.1 404 Not Found\r\n"
	       "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
	       "Server: Stele\r\n"
	       "Content-Type: text/plain\r\n"
	       "Content-Length: 18446744073709551615\r\n"
	       "\r\n");
}
END_TEST

START_TEST(a_clock_may_be_wrong)
{
	http_put_status(&out, 200, 0);
	expect("HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
	       "Server: Stele\r\n");
	buf_reset(&out);
	http_put_status(&out, 200, INT64_MAX);
	expect("HTTP/1.1 200 OK\r\nServer: Stele\r\n");
}
END_TEST

START_TEST(chunks)
{
	size_t begin = http_begin_chunk(&out);

	for (int i = 0; i < 300; i++)
		buf_put_u8(&out, 'x');
	http_end_chunk(&out, begin);
	ck_assert_uint_eq(out.len, 10 + 300 + 2);
	ck_assert_int_eq(memcmp(out.data, "0000012c\r\nx", 11), 0);
	ck_assert_int_eq(memcmp(out.data + 309, "x\r\n", 3), 0);
}
END_TEST

START_TEST(an_empty_chunk_is_not_the_last)
{
	http_put_chunked(&out);
	http_end_head(&out);
	http_end_chunk(&out, http_begin_chunk(&out));
	http_put_last_chunk(&out);
	expect("Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}
END_TEST

START_TEST(results)
{
	struct str two[] = { STR("PONG"), STR("a\"b") };

	http_put_result(&out, 200, STR("OK"), two, 2);
	expect("{\"count\":2,\"status\":200,\"message\":\"OK\","
	       "\"results\":[\"PONG\",\"a\\\"b\"]}\n");
	buf_reset(&out);
	http_put_error(&out, 400, STR("line\n1"), 0);
	expect("{\"count\":0,\"status\":400,\"message\":\"line\\n1\","
	       "\"results\":[]}\n");
	buf_reset(&out);
	http_put_error(&out, 403, STR("no"), 12);
	expect("{\"count\":0,\"status\":403,\"message\":\"no\","
	       "\"results\":[],\"position\":12}\n");
}
END_TEST

START_TEST(every_status_has_words)
{
	http_put_continue(&out);
	expect("HTTP/1.1 100 Continue\r\n\r\n");
	ck_assert_str_eq(http_reason(503), "Service Unavailable");
	ck_assert_str_eq(http_reason(599), "Error");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("http_reply");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, heads);
	tcase_add_test(tc, a_clock_may_be_wrong);
	tcase_add_test(tc, chunks);
	tcase_add_test(tc, an_empty_chunk_is_not_the_last);
	tcase_add_test(tc, results);
	tcase_add_test(tc, every_status_has_words);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
