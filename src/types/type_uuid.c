/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uuid: 32 hexadecimal digits, a hyphen after any four, braces around all.
 */
#include "types/type_private.h"

static int
digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int
uuid_in(const struct type_input *in, struct datum *out)
{
	struct str text = in->text;
	size_t at = 0;

	if (text.len >= 2 && text.data[0] == '{' &&
	    text.data[text.len - 1] == '}')
		text = str_of(text.data + 1, text.len - 2);
	for (size_t i = 0; i < sizeof(out->uuid.bytes); i++) {
		int high, low;

		if (text.len - at < 2)
			return type_invalid_input(in);
		high = digit_value(text.data[at]);
		low = digit_value(text.data[at + 1]);
		if (high < 0 || low < 0)
			return type_invalid_input(in);
		out->uuid.bytes[i] = (uint8_t)(high << 4 | low);
		at += 2;
		if (i % 2 == 1 && i < 15 && at < text.len &&
		    text.data[at] == '-')
			at++;
	}
	return at == text.len ? 0 : type_invalid_input(in);
}

static int
uuid_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);
	const uint8_t *bytes = reader_take(&r, sizeof(out->uuid.bytes));

	if (bytes != NULL)
		memcpy(out->uuid.bytes, bytes, sizeof(out->uuid.bytes));
	return type_check_binary_length(in, &r);
}

static void
uuid_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	static const char digits[] = "0123456789abcdef";
	const struct uuid *uuid = value;
	uint8_t *text = buf_take(out, 36);

	if (text == NULL)
		return;
	for (size_t i = 0; i < sizeof(uuid->bytes); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*text++ = '-';
		*text++ = (uint8_t)digits[uuid->bytes[i] >> 4];
		*text++ = (uint8_t)digits[uuid->bytes[i] & 0xf];
	}
}

static void
uuid_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	const struct uuid *uuid = value;

	buf_put(out, uuid->bytes, sizeof(uuid->bytes));
}

const struct type_ops type_ops_uuid = { uuid_in, uuid_receive, uuid_out,
	uuid_send };
