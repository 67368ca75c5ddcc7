/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types that only PostgreSQL's catalogue has columns of: transaction numbers,
 * places of rows and of the log, access rights, parsed expressions.
 *
 * What has 64 bits without a sign is kept with its highest bit flipped, so that
 * the order is that of int64_t.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "types/object_names.h"
#include "types/type_private.h"

#define FLIP INT64_MIN

static uint64_t
bits_of(const void *value)
{
	return (uint64_t)(*(const int64_t *)value ^ FLIP);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* ---- numbers of transactions and commands ---- */

/*
 * As strtoul() reads them, whatever follows: decimal, 0x... and 0...; negative
 * ones wrap, what is too large is the largest.  PostgreSQL checks no more.
 */
static uint64_t
read_unsigned(struct str text)
{
	uint64_t base = 10, value = 0;
	bool is_negative = false;
	size_t at = 0;

	text = type_trim(text);
	if (text.len > 1 && (text.data[0] == '-' || text.data[0] == '+'))
		is_negative = text.data[at++] == '-';
	if (text.len > at + 2 && text.data[at] == '0' &&
	    (text.data[at + 1] | 0x20) == 'x' &&
	    hex_value(text.data[at + 2]) >= 0) {
		base = 16;
		at += 2;
	} else if (text.len > at + 1 && text.data[at] == '0') {
		base = 8;
		at++;
	}
	for (; at < text.len; at++) {
		int digit = hex_value(text.data[at]);

		if (digit < 0 || (uint64_t)digit >= base)
			break;
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)digit, &value))
			return UINT64_MAX;
	}
	return is_negative ? 0 - value : value;
}

static int
xid_in(const struct type_input *in, struct datum *out)
{
	out->i64 = (int64_t)(read_unsigned(in->text) & UINT32_MAX);
	return 0;
}

static int
xid_receive(const struct type_input *in, struct datum *out)
{
	return type_ops_oid.in_binary(in, out);
}

static void
xid_out(const struct type *type, const struct type_settings *settings,
    const void *value, struct buf *out)
{
	type_ops_oid.out_text(type, settings, value, out);
}

static void
xid_send(const struct type *type, const struct type_settings *settings,
    const void *value, struct buf *out)
{
	type_ops_oid.out_binary(type, settings, value, out);
}

static int
xid8_in(const struct type_input *in, struct datum *out)
{
	out->i64 = (int64_t)read_unsigned(in->text) ^ FLIP;
	return 0;
}

static int
u64_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);

	out->i64 = (int64_t)reader_u64_be(&r) ^ FLIP;
	return type_check_binary_length(in, &r);
}

static void
xid8_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_printf(out, "%" PRIu64, bits_of(value));
}

static void
u64_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_u64_be(out, bits_of(value));
}

/* ---- pg_lsn ---- */

/* One to eight hexadecimal digits from *at. */
static bool
read_half(struct str text, size_t *at, uint64_t *out)
{
	size_t first = *at;

	*out = 0;
	while (
	    *at < text.len && *at - first < 8 && hex_value(text.data[*at]) >= 0)
		*out = *out << 4 | (uint64_t)hex_value(text.data[(*at)++]);
	return *at > first;
}

static int
lsn_in(const struct type_input *in, struct datum *out)
{
	uint64_t high, low;
	size_t at = 0;

	if (!read_half(in->text, &at, &high) || at == in->text.len ||
	    in->text.data[at++] != '/' || !read_half(in->text, &at, &low) ||
	    at != in->text.len)
		return type_invalid_input(in);
	out->i64 = (int64_t)(high << 32 | low) ^ FLIP;
	return 0;
}

static void
lsn_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	uint64_t bits = bits_of(value);

	buf_printf(out, "%" PRIX32 "/%" PRIX32, (uint32_t)(bits >> 32),
	    (uint32_t)bits);
}

/* ---- tid: a block of 32 bits, a row of 16 ---- */

static bool
read_decimal(struct str text, size_t *at, uint64_t max, uint64_t *out)
{
	size_t first = *at;

	*out = 0;
	while (*at < text.len && isdigit((unsigned char)text.data[*at])) {
		*out = *out * 10 + (uint64_t)(text.data[(*at)++] - '0');
		if (*out > max)
			return false;
	}
	return *at > first;
}

static bool
read_char(struct str text, size_t *at, char c)
{
	if (*at == text.len || text.data[*at] != c)
		return false;
	(*at)++;
	return true;
}

static int
tid_in(const struct type_input *in, struct datum *out)
{
	uint64_t block, row;
	bool is_negative;
	size_t at = 0;

	if (!read_char(in->text, &at, '('))
		return type_invalid_input(in);
	is_negative = read_char(in->text, &at, '-'); /* wraps */
	if (!read_decimal(in->text, &at, UINT32_MAX, &block) ||
	    !read_char(in->text, &at, ',') ||
	    !read_decimal(in->text, &at, UINT16_MAX, &row) ||
	    !read_char(in->text, &at, ')'))
		return type_invalid_input(in);
	if (is_negative)
		block = (uint32_t)(0 - block);
	out->i64 = (int64_t)(block << 16 | row);
	return 0;
}

static int
tid_receive(const struct type_input *in, struct datum *out)
{
	struct reader r = reader_over(in->text.data, in->text.len);

	out->i64 = (int64_t)reader_uint_be(&r, 6);
	return type_check_binary_length(in, &r);
}

static void
tid_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	uint64_t bits = (uint64_t) * (const int64_t *)value;

	buf_printf(out, "(%" PRIu32 ",%u)", (uint32_t)(bits >> 16),
	    (unsigned)(bits & UINT16_MAX));
}

static void
tid_send(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_uint_be(out, (uint64_t) * (const int64_t *)value, 6);
}

/* ---- aclitem: its own text, privileges in their order ---- */

#define PRIVILEGES "arwdDxtXUCTcsA"

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (c & 0x80) != 0;
}

/* The end of a name at `at`, in quotes or not. */
static size_t
name_end(struct str text, size_t at)
{
	bool in_quotes = false;

	for (; at < text.len; at++) {
		if (text.data[at] == '"')
			in_quotes = !in_quotes;
		else if (!in_quotes && !is_name_char(text.data[at]))
			break;
	}
	return at;
}

/* 42704 if there is no such role; an empty name is everybody. */
static int
check_role(const struct type_input *in, struct str name)
{
	const struct object_names *names =
	    in->settings == NULL ? NULL : in->settings->names;
	uint32_t ignored;

	if (name.len == 0 || names == NULL)
		return 0;
	return names->find(names, TYPE_REGROLE, name, &ignored, in->err);
}

/* Letters of privileges, each maybe with a star: it may be granted on. */
static int
read_privileges(const struct type_input *in, size_t *at, uint32_t *rights,
    uint32_t *options)
{
	*rights = *options = 0;
	for (; *at < in->text.len && in->text.data[*at] != '/'; (*at)++) {
		const char *found = in->text.data[*at] == '\0'
		    ? NULL
		    : strchr(PRIVILEGES, in->text.data[*at]);

		if (found == NULL)
			return error_set(in->err,
			    STELE_E_INVALID_TEXT_REPRESENTATION,
			    "invalid mode character: must be one of \"%s\"",
			    PRIVILEGES);
		*rights |= 1u << (found - PRIVILEGES);
		if (*at + 1 < in->text.len && in->text.data[*at + 1] == '*') {
			*options |= 1u << (found - PRIVILEGES);
			(*at)++;
		}
	}
	return 0;
}

static int
acl_in(const struct type_input *in, struct datum *out)
{
	const struct str text = in->text;
	size_t end = name_end(text, 0), at = end + 1, grantor;
	char letters[2 * sizeof(PRIVILEGES)];
	uint32_t rights, options;
	size_t count = 0;
	int rc;

	if (end == text.len || text.data[end] != '=')
		return error_set(in->err, STELE_E_INVALID_TEXT_REPRESENTATION,
		    "missing \"=\" sign");
	rc = read_privileges(in, &at, &rights, &options);
	if (rc != 0)
		return rc;
	grantor = at + 1;
	if (at == text.len || grantor == text.len ||
	    name_end(text, grantor) != text.len)
		return error_set(in->err, STELE_E_INVALID_TEXT_REPRESENTATION,
		    "a name must follow the \"/\" sign");
	rc = check_role(in, str_of(text.data, end));
	if (rc == 0)
		rc = check_role(in,
		    str_of(text.data + grantor, text.len - grantor));
	for (size_t i = 0; PRIVILEGES[i] != '\0'; i++) {
		if ((rights >> i & 1) != 0)
			letters[count++] = PRIVILEGES[i];
		if ((options >> i & 1) != 0)
			letters[count++] = '*';
	}
	out->str = arena_printf(in->arena, "%.*s=%.*s%.*s", (int)end, text.data,
	    (int)count, letters, (int)(text.len - at), text.data + at);
	return rc;
}

static int
acl_receive(const struct type_input *in, struct datum *out UNUSED)
{
	return error_set(in->err, STELE_E_UNDEFINED_FUNCTION,
	    "no binary input function available for type aclitem");
}

/* ---- pg_node_tree: made by the server alone ---- */

static int
node_in(const struct type_input *in, struct datum *out UNUSED)
{
	return error_set(in->err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "cannot accept a value of type %s", type_info(in->type->oid)->name);
}

static void
string_out(const struct type *type UNUSED,
    const struct type_settings *settings UNUSED, const void *value,
    struct buf *out)
{
	buf_put_str(out, *(const struct str *)value);
}

const struct type_ops type_ops_aclitem = { acl_in, acl_receive, string_out,
	string_out };
const struct type_ops type_ops_lsn = { lsn_in, u64_receive, lsn_out, u64_send };
const struct type_ops type_ops_node = { node_in, node_in, string_out,
	string_out };
const struct type_ops type_ops_tid = { tid_in, tid_receive, tid_out, tid_send };
const struct type_ops type_ops_xid = { xid_in, xid_receive, xid_out, xid_send };
const struct type_ops type_ops_xid8 = { xid8_in, u64_receive, xid8_out,
	u64_send };
