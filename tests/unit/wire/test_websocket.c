/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket frames, after the Autobahn test suite: lengths, fragments, control
 * frames between them, closing, UTF-8, and what a client must not send.  Every
 * case is taken whole, byte by byte, and cut in two at every place.
 */
#include "wire/websocket.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/error.h"

#define FRAGMENTS_MAX 5
#define MESSAGE_MAX   70000
#define UNMASKED      0x100 /* with the first byte of a frame */

static struct buf sent, seen, out;

static void
setup(void)
{
	buf_init(&sent);
	buf_init(&seen);
	buf_init(&out);
}

static void
teardown(void)
{
	buf_release(&sent);
	buf_release(&seen);
	buf_release(&out);
}

#define TEXT(literal) (literal), sizeof(literal) - 1
#define LAST \
	{ \
		0, NULL, 0, 0 \
	}

struct frame {
	unsigned first; /* byte of the frame */
	const char *data;
	size_t len;
	size_t repeat; /* the data so often; 0 is once */
};

static const struct {
	const char *what;
	struct frame frames[8];
	/* messages in [], what is answered in (): opcode and data */
	const char *seen;
	bool is_over;
} frame_case[] = {
	/* clang-format off */
	{ "text", { { 0x81, TEXT("PING"), 0 }, LAST }, "[PING]", false },
	{ "empty text", { { 0x81, TEXT(""), 0 }, LAST }, "[]", false },
	{ "two texts", { { 0x81, TEXT("a"), 0 }, { 0x81, TEXT("b"), 0 }, LAST }, "[a][b]", false },
	{ "125 bytes", { { 0x81, TEXT("x"), 125 }, LAST }, "[x*125]", false },
	{ "126 bytes", { { 0x81, TEXT("x"), 126 }, LAST }, "[x*126]", false },
	{ "65535 bytes", { { 0x81, TEXT("x"), 65535 }, { 0x81, TEXT("next"), 0 }, LAST }, "[x*65535][next]", false },
	{ "65536 bytes", { { 0x81, TEXT("x"), 65536 }, { 0x81, TEXT("next"), 0 }, LAST }, "[x*65536][next]", false },
	{ "as many as may be", { { 0x81, TEXT("x"), MESSAGE_MAX }, LAST }, "[x*70000]", false },
	{ "one more", { { 0x81, TEXT("x"), MESSAGE_MAX + 1 }, LAST }, "(8:1009)", true },
	{ "one more, in fragments", { { 0x01, TEXT("x"), MESSAGE_MAX }, { 0x80, TEXT("x"), 0 }, LAST }, "(8:1009)", true },
	{ "binary", { { 0x82, TEXT("a\xff"), 0 }, LAST }, "[a\xff]", false },
	{ "fragments", { { 0x01, TEXT("a"), 0 }, { 0x00, TEXT("b"), 0 }, { 0x80, TEXT("c"), 0 }, LAST }, "[abc]", false },
	{ "empty fragments", { { 0x01, TEXT(""), 0 }, { 0x00, TEXT(""), 0 }, { 0x80, TEXT(""), 0 }, LAST }, "[]", false },
	{ "half a message", { { 0x01, TEXT("a"), 0 }, { 0x00, TEXT("b"), 0 }, LAST }, "", false },
	{ "ping", { { 0x89, TEXT("hello"), 0 }, LAST }, "(10:hello)", false },
	{ "empty ping", { { 0x89, TEXT(""), 0 }, LAST }, "(10:)", false },
	{ "longest ping", { { 0x89, TEXT("p"), 125 }, LAST }, "(10:p*125)", false },
	{ "longer ping", { { 0x89, TEXT("p"), 126 }, LAST }, "(8:1002)", true },
	{ "ping in fragments", { { 0x09, TEXT("p"), 0 }, LAST }, "(8:1002)", true },
	{ "ping amid a message", { { 0x01, TEXT("a"), 0 }, { 0x89, TEXT("p"), 0 }, { 0x80, TEXT("b"), 0 }, LAST }, "(10:p)[ab]", false },
	{ "pings", { { 0x89, TEXT("1"), 0 }, { 0x89, TEXT("2"), 0 }, { 0x81, TEXT("a"), 0 }, { 0x89, TEXT("3"), 0 }, LAST }, "(10:1)(10:2)[a](10:3)", false },
	{ "pong that nobody asked for", { { 0x8a, TEXT("x"), 0 }, { 0x81, TEXT("a"), 0 }, LAST }, "[a]", false },
	{ "close", { { 0x88, TEXT("\x03\xe8"), 0 }, { 0x81, TEXT("late"), 0 }, LAST }, "(8:1000)", true },
	{ "close without a code", { { 0x88, TEXT(""), 0 }, LAST }, "(8:)", true },
	{ "close with a reason", { { 0x88, TEXT("\x03\xe9" "bye"), 0 }, LAST }, "(8:1001bye)", true },
	{ "close of one byte", { { 0x88, TEXT("\x03"), 0 }, LAST }, "(8:1002)", true },
	{ "close with bad text", { { 0x88, TEXT("\x03\xe8\xff"), 0 }, LAST }, "(8:1007)", true },
	{ "close 999", { { 0x88, TEXT("\x03\xe7"), 0 }, LAST }, "(8:1002)", true },
	{ "close 1004", { { 0x88, TEXT("\x03\xec"), 0 }, LAST }, "(8:1002)", true },
	{ "close 1005", { { 0x88, TEXT("\x03\xed"), 0 }, LAST }, "(8:1002)", true },
	{ "close 1006", { { 0x88, TEXT("\x03\xee"), 0 }, LAST }, "(8:1002)", true },
	{ "close 1015", { { 0x88, TEXT("\x03\xf7"), 0 }, LAST }, "(8:1002)", true },
	{ "close 1016", { { 0x88, TEXT("\x03\xf8"), 0 }, LAST }, "(8:1002)", true },
	{ "close 2999", { { 0x88, TEXT("\x0b\xb7"), 0 }, LAST }, "(8:1002)", true },
	{ "close 3000", { { 0x88, TEXT("\x0b\xb8"), 0 }, LAST }, "(8:3000)", true },
	{ "close 4999", { { 0x88, TEXT("\x13\x87"), 0 }, LAST }, "(8:4999)", true },
	{ "close 5000", { { 0x88, TEXT("\x13\x88"), 0 }, LAST }, "(8:1002)", true },
	{ "close amid a message", { { 0x01, TEXT("a"), 0 }, { 0x88, TEXT("\x03\xe8"), 0 }, LAST }, "(8:1000)", true },
	{ "text not masked", { { UNMASKED | 0x81, TEXT("PING"), 0 }, LAST }, "(8:1002)", true },
	{ "ping not masked", { { UNMASKED | 0x89, TEXT("p"), 0 }, LAST }, "(8:1002)", true },
	{ "reserved bit 1", { { 0xc1, TEXT("a"), 0 }, LAST }, "(8:1002)", true },
	{ "reserved bit 2", { { 0xa1, TEXT("a"), 0 }, LAST }, "(8:1002)", true },
	{ "reserved bit 3", { { 0x91, TEXT("a"), 0 }, LAST }, "(8:1002)", true },
	{ "reserved bit of a fragment", { { 0x01, TEXT("a"), 0 }, { 0xc0, TEXT("b"), 0 }, LAST }, "(8:1002)", true },
	{ "opcode 3", { { 0x83, TEXT("a"), 0 }, LAST }, "(8:1002)", true },
	{ "opcode 7", { { 0x87, TEXT("a"), 0 }, LAST }, "(8:1002)", true },
	{ "opcode 11", { { 0x8b, TEXT("a"), 0 }, LAST }, "(8:1002)", true },
	{ "opcode 15", { { 0x8f, TEXT(""), 0 }, LAST }, "(8:1002)", true },
	{ "continuation of nothing", { { 0x80, TEXT("a"), 0 }, LAST }, "(8:1002)", true },
	{ "continuation behind a message", { { 0x81, TEXT("a"), 0 }, { 0x00, TEXT("b"), 0 }, LAST }, "[a](8:1002)", true },
	{ "text amid a message", { { 0x01, TEXT("a"), 0 }, { 0x81, TEXT("b"), 0 }, LAST }, "(8:1002)", true },
	{ "utf-8", { { 0x81, TEXT("\xce\xba\xe1\xbd\xb9\xf0\x9f\x98\x80"), 0 }, LAST }, "[\xce\xba\xe1\xbd\xb9\xf0\x9f\x98\x80]", false },
	{ "utf-8 in fragments", { { 0x01, TEXT("\xf0\x9f"), 0 }, { 0x00, TEXT("\x98"), 0 }, { 0x80, TEXT("\x80"), 0 }, LAST }, "[\xf0\x9f\x98\x80]", false },
	{ "half a character", { { 0x81, TEXT("\xf0\x9f"), 0 }, LAST }, "(8:1007)", true },
	{ "surrogate", { { 0x81, TEXT("\xed\xa0\x80"), 0 }, LAST }, "(8:1007)", true },
	{ "overlong", { { 0x81, TEXT("\xc0\xaf"), 0 }, LAST }, "(8:1007)", true },
	{ "above U+10FFFF", { { 0x81, TEXT("\xf4\x90\x80\x80"), 0 }, LAST }, "(8:1007)", true },
	{ "bad byte in the last fragment", { { 0x01, TEXT("a"), 0 }, { 0x80, TEXT("\xff"), 0 }, LAST }, "(8:1007)", true },
	{ "a NUL is a character", { { 0x81, TEXT("\xc3\xa9"), 0 }, { 0x81, "\0", 1, 0 }, { 0x81, "\0\xff", 2, 0 }, LAST }, "[\xc3\xa9][0](8:1007)", true },
	/* clang-format on */
};

static void
put_client_frame(const struct frame *frame)
{
	static const uint8_t mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
	bool is_masked = (frame->first & UNMASKED) == 0;
	uint8_t mask_bit = is_masked ? 0x80 : 0;
	size_t repeat = frame->repeat == 0 ? 1 : frame->repeat;
	size_t len = frame->len * repeat;

	buf_put_u8(&sent, (uint8_t)frame->first);
	if (len < 126) {
		buf_put_u8(&sent, (uint8_t)(mask_bit | len));
	} else if (len < 65536) {
		buf_put_u8(&sent, mask_bit | 126);
		buf_put_u16_be(&sent, (uint16_t)len);
	} else {
		buf_put_u8(&sent, mask_bit | 127);
		buf_put_u64_be(&sent, len);
	}
	if (is_masked)
		buf_put(&sent, mask, 4);
	for (size_t i = 0; i < len; i++)
		buf_put_u8(&sent,
		    (uint8_t)(frame->data[i % frame->len] ^
			(is_masked ? mask[i % 4] : 0)));
}

/* Long ones are one character many times. */
static void
show(const uint8_t *data, size_t len)
{
	if (len >= 100)
		buf_printf(&seen, "%c*%zu", data[0], len);
	else if (len == 1 && data[0] == 0)
		buf_put_u8(&seen, '0');
	else
		buf_put(&seen, data, len);
}

/* Frames of ours: not masked, short, and whole. */
static void
show_answers(void)
{
	size_t at = 0;

	while (at < out.len) {
		uint8_t opcode = out.data[at] & 0xf;
		size_t len = out.data[at + 1];

		ck_assert_uint_eq(out.data[at] & 0xf0, 0x80);
		ck_assert_uint_le(len, 125);
		at += 2;
		ck_assert_uint_le(at + len, out.len);
		buf_printf(&seen, "(%u:", opcode);
		if (opcode == 8 && len >= 2) {
			buf_printf(&seen, "%u",
			    out.data[at] << 8 | out.data[at + 1]);
			show(out.data + at + 2, len - 2);
		} else {
			show(out.data + at, len);
		}
		buf_put_u8(&seen, ')');
		at += len;
	}
	buf_reset(&out);
}

/* What comes of sent[from..to), which waits until it is used. */
static bool
take(struct websocket *ws, size_t *from, size_t to)
{
	for (;;) {
		size_t used, len = to - *from;
		char *copy = malloc(len + 1);
		struct str message;
		enum websocket_event event;

		if (len > 0)
			memcpy(copy, sent.data + *from, len);
		event = websocket_next(ws, str_of(copy, len), &used, &out,
		    &message);
		free(copy);
		ck_assert_uint_le(used, len);
		*from += used;
		show_answers();
		if (event == WEBSOCKET_MORE)
			ck_assert_uint_eq(*from, to);
		if (event != WEBSOCKET_MESSAGE)
			return event == WEBSOCKET_END;
		buf_put_u8(&seen, '[');
		show((const uint8_t *)message.data, message.len);
		buf_put_u8(&seen, ']');
	}
}

static void
check_cut(int i, const size_t *cuts, size_t cut_count)
{
	struct websocket ws;
	size_t from = 0;
	bool is_over = false;

	buf_reset(&seen);
	websocket_init(&ws, MESSAGE_MAX, FRAGMENTS_MAX, NULL);
	for (size_t c = 0; c <= cut_count && !is_over; c++)
		is_over = take(&ws, &from, c == cut_count ? sent.len : cuts[c]);
	ck_assert_msg(str_equal(buf_str(&seen),
			  str_of_cstr(frame_case[i].seen)),
	    "%s: %.*s, not %s", frame_case[i].what, STR_FMT(buf_str(&seen)),
	    frame_case[i].seen);
	ck_assert_int_eq(is_over, frame_case[i].is_over);
	if (!is_over)
		ck_assert_uint_eq(from, sent.len);
	websocket_release(&ws);
}

static void
put_case(int i)
{
	for (const struct frame *f = frame_case[i].frames; f->data != NULL; f++)
		put_client_frame(f);
}

START_TEST(whole)
{
	put_case(_i);
	check_cut(_i, NULL, 0);
}
END_TEST

START_TEST(cut_in_two)
{
	put_case(_i);
	/* Of long ones at both ends: that is where there is something. */
	for (size_t cut = 0; cut <= sent.len; cut++)
		if (cut < 300 || sent.len - cut < 300)
			check_cut(_i, &cut, 1);
}
END_TEST

START_TEST(byte_by_byte)
{
	size_t *cuts;

	put_case(_i);
	cuts = malloc((sent.len + 1) * sizeof(*cuts));
	for (size_t i = 0; i < sent.len; i++)
		cuts[i] = i;
	check_cut(_i, cuts, sent.len);
	free(cuts);
}
END_TEST

/* Headers that no frame of put_client_frame() has. */
static const struct {
	const char *what;
	const char *bytes;
	size_t len;
} header_case[] = {
	{ "two bytes for what one holds", TEXT("\x81\xfe\0\x05mask12345") },
	{ "eight bytes for what two hold",
	    TEXT("\x81\xff\0\0\0\0\0\0\xff\xffmask12345") },
	{ "the highest bit", TEXT("\x81\xff\x80\0\0\0\0\0\0\0mask12345") },
};

START_TEST(refuses_a_header)
{
	struct websocket ws;
	size_t from = 0;

	buf_put(&sent, header_case[_i].bytes, header_case[_i].len);
	websocket_init(&ws, MESSAGE_MAX, FRAGMENTS_MAX, NULL);
	ck_assert(take(&ws, &from, sent.len));
	ck_assert(str_equal(buf_str(&seen), STR("(8:1002)")));
	websocket_release(&ws);
}
END_TEST

/* A length of eight exabytes is refused before anything is allocated. */
START_TEST(believes_no_length)
{
	static const char bytes[] = "\x81\xff\x7f\0\0\0\0\0\0\0maskx";
	struct websocket ws;
	size_t from = 0;

	buf_put(&sent, bytes, sizeof(bytes) - 1);
	websocket_init(&ws, MESSAGE_MAX, FRAGMENTS_MAX, NULL);
	ck_assert(take(&ws, &from, sent.len));
	ck_assert(str_equal(buf_str(&seen), STR("(8:1009)")));
	ck_assert_uint_eq(ws.message.capacity, 0);
	websocket_release(&ws);
}
END_TEST

/* Of each message; pings between them do not count. */
START_TEST(fragments_are_counted)
{
	struct frame first = { 0x01, TEXT("a"), 0 };
	struct frame more = { 0x00, TEXT("b"), 0 };
	struct frame last = { 0x80, TEXT("c"), 0 };
	struct frame ping = { 0x89, TEXT(""), 0 };
	struct websocket ws;
	size_t from = 0;

	for (int count = FRAGMENTS_MAX - 1; count <= FRAGMENTS_MAX + 1;
	     count++) {
		put_client_frame(&first);
		for (int i = 2; i < count; i++)
			put_client_frame(&more);
		put_client_frame(&ping);
		put_client_frame(&last);
	}
	websocket_init(&ws, MESSAGE_MAX, FRAGMENTS_MAX, NULL);
	ck_assert(take(&ws, &from, sent.len));
	ck_assert_msg(str_equal(buf_str(&seen),
			  STR("(10:)[abbc](10:)[abbbc](10:)(8:1009)")),
	    "%.*s", STR_FMT(buf_str(&seen)));
	websocket_release(&ws);
}
END_TEST

START_TEST(idle_holds_nothing)
{
	struct frame frame = { 0x81, TEXT("PING"), 0 };
	struct websocket ws;
	size_t from = 0;

	put_client_frame(&frame);
	websocket_init(&ws, MESSAGE_MAX, FRAGMENTS_MAX, NULL);
	ck_assert(!take(&ws, &from, sent.len));
	ck_assert_ptr_null(ws.frames);
	ck_assert_ptr_null(ws.message.data);
	websocket_release(&ws);
}
END_TEST

static const struct {
	bool is_first, is_last;
	uint64_t len;
	const char *hex;
} out_case[] = {
	{ true, true, 0, "8100" },
	{ true, false, 125, "017d" },
	{ false, false, 126, "007e007e" },
	{ false, true, 65535, "807effff" },
	{ false, true, 65536, "807f0000000000010000" },
};

START_TEST(puts_headers)
{
	char hex[2 * WEBSOCKET_HEADER_MAX + 1];

	websocket_put_header(&out, out_case[_i].is_first, out_case[_i].is_last,
	    out_case[_i].len);
	ck_assert_uint_le(out.len, WEBSOCKET_HEADER_MAX);
	for (size_t i = 0; i < out.len; i++)
		snprintf(hex + 2 * i, 3, "%02x", out.data[i]);
	ck_assert_str_eq(hex, out_case[_i].hex);
}
END_TEST

START_TEST(puts_closes)
{
	char reason[200];

	websocket_put_close(&out, WEBSOCKET_GOING_AWAY, STR("bye"));
	/* 123 bytes of it, less half a character. */
	memset(reason, 'r', sizeof(reason));
	memcpy(reason + 122, "\xc3\xa9", 2);
	websocket_put_close(&out, WEBSOCKET_POLICY, str_of(reason, 200));
	show_answers();
	ck_assert(str_equal(buf_str(&seen), STR("(8:1001bye)(8:1008r*122)")));
}
END_TEST

static const struct {
	const char *key;
	const char *accept; /* NULL: refused */
} key_case[] = {
	/* RFC 6455, 1.3. */
	{ "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" },
	{ "", NULL }, { "dGhlIHNhbXBsZSBub25jZ", NULL },
	{ "dGhlIHNhbXBsZSBub25jZQ=", NULL },
	{ "dGhlIHNhbXBsZSBub25jZR==", NULL },
	{ "dGhlIHNhbXBsZSBub25j!Q==", NULL },
	{ "dGhlIHNhbXBsZSBub25jZSEh", NULL }, /* 18 bytes */
};

START_TEST(accepts_keys)
{
	char accept[WEBSOCKET_ACCEPT_SIZE];
	struct error err;
	int rc = websocket_accept(str_of_cstr(key_case[_i].key), accept, &err);

	if (key_case[_i].accept == NULL) {
		ck_assert_int_eq(rc, STELE_E_PROTOCOL_VIOLATION);
		return;
	}
	ck_assert_int_eq(rc, 0);
	ck_assert(str_equal(str_of(accept, sizeof(accept)),
	    str_of_cstr(key_case[_i].accept)));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("websocket");
	TCase *tcase = tcase_create("websocket");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, whole, 0, ARRAY_LEN(frame_case));
	tcase_add_loop_test(tcase, cut_in_two, 0, ARRAY_LEN(frame_case));
	tcase_add_loop_test(tcase, byte_by_byte, 0, ARRAY_LEN(frame_case));
	tcase_add_loop_test(tcase, refuses_a_header, 0, ARRAY_LEN(header_case));
	tcase_add_test(tcase, believes_no_length);
	tcase_add_test(tcase, fragments_are_counted);
	tcase_add_test(tcase, idle_holds_nothing);
	tcase_add_loop_test(tcase, puts_headers, 0, ARRAY_LEN(out_case));
	tcase_add_test(tcase, puts_closes);
	tcase_add_loop_test(tcase, accepts_keys, 0, ARRAY_LEN(key_case));
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
