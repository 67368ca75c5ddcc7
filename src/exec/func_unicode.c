/* SPDX-License-Identifier: Apache-2.0 */
/*
 * normalize(), IS NORMALIZED, unistr().
 */
#include "common/utf8.h"
#include "exec/func_private.h"
#include "exec/unicode.h"

static int
read_form(struct function_call *call, uint32_t row, enum unicode_form *out)
{
	static const char *const names[] = { "NFC", "NFD", "NFKC", "NFKD" };
	struct str name =
	    call->arg_count > 1 ? ARG(call, 1, str, row) : STR("NFC");

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_equal_nocase(name, str_of_cstr(names[i]))) {
			*out = (enum unicode_form)i;
			return 0;
		}
	}
	return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "invalid normalization form: %.*s", STR_FMT(name));
}

/* The normal form, in the call's arena. */
static int
normal_form(struct function_call *call, uint32_t row, struct str *out)
{
	enum unicode_form form = UNICODE_NFC;
	int rc = read_form(call, row, &form);

	if (rc == 0 &&
	    !unicode_normalize(ARG(call, 0, str, row), form, call->cancel,
		call->arena, out))
		rc = error_no_memory(call->err);
	return rc;
}

static int
normalize(struct function_call *call)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		rc = normal_form(call, row, &call->result->str[row]);
	}
	return rc;
}

static int
is_normalized(struct function_call *call)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);
		struct str form = STR("");

		rc = normal_form(call, row, &form);
		call->result->boolean[row] =
		    str_equal(form, ARG(call, 0, str, row));
	}
	return rc;
}

/* ---- unistr() ---- */

static int
bad_escape(struct function_call *call)
{
	(void)error_set(call->err, STELE_E_SYNTAX, "invalid Unicode escape");
	return error_hint(call->err,
	    "Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or"
	    " \\UXXXXXXXX.");
}

/* So many hex digits at `at`. */
static bool
read_hex(struct str text, size_t at, uint32_t count, uint32_t *out)
{
	*out = 0;
	if (text.len - at < count)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		char c = text.data[at + i];
		uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
		    : c >= 'a' && c <= 'f'            ? (uint32_t)(c - 'a' + 10)
		    : c >= 'A' && c <= 'F'            ? (uint32_t)(c - 'A' + 10)
						      : 16;

		if (digit == 16)
			return false;
		*out = *out << 4 | digit;
	}
	return true;
}

/* After the backslash: past the escape. */
static int
read_escape(struct function_call *call, struct str text, size_t *at,
    uint32_t *out)
{
	static const struct {
		char letter;
		uint32_t digits;
	} forms[] = { { '+', 6 }, { 'u', 4 }, { 'U', 8 } };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		if (*at < text.len && text.data[*at] == forms[i].letter &&
		    read_hex(text, *at + 1, forms[i].digits, out)) {
			*at += 1 + forms[i].digits;
			return 0;
		}
	}
	if (!read_hex(text, *at, 4, out))
		return bad_escape(call);
	*at += 4;
	return 0;
}

/* A pair of surrogates is one character. */
static int
join_surrogates(struct function_call *call, uint32_t *high, uint32_t c,
    bool *is_whole, uint32_t *out)
{
	bool is_low = c >= 0xdc00 && c <= 0xdfff;

	*is_whole = false;
	if ((*high != 0) != is_low)
		return error_set(call->err, STELE_E_SYNTAX,
		    "invalid Unicode surrogate pair");
	if (c >= 0xd800 && c <= 0xdbff) {
		*high = c;
		return 0;
	}
	*out = is_low ? 0x10000 + ((*high - 0xd800) << 10) + (c - 0xdc00) : c;
	*high = 0;
	*is_whole = true;
	if (*out == 0 || *out > 0x10ffff)
		return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "invalid Unicode code point: %04X", *out);
	return 0;
}

static int
unistr_row(struct function_call *call, uint32_t row, struct buf *out)
{
	struct str text = ARG(call, 0, str, row);
	uint32_t high = 0, c = 0, whole = 0;
	size_t at = 0;
	int rc = 0;

	while (call_has_byte(call, at, text.len) && rc == 0) {
		bool is_whole = true;
		char bytes[4];

		if (text.data[at++] != '\\' ||
		    (at < text.len && text.data[at] == '\\')) {
			at += text.data[at - 1] == '\\';
			if (high != 0)
				break;
			buf_put(out, &text.data[at - 1], 1);
			continue;
		}
		rc = read_escape(call, text, &at, &c);
		if (rc == 0)
			rc = join_surrogates(call, &high, c, &is_whole, &whole);
		if (rc == 0 && is_whole)
			buf_put(out, bytes, utf8_encode(whole, bytes));
	}
	if (rc == 0)
		rc = cancel_check(call->cancel, call->err);
	if (rc == 0 && high != 0)
		rc = error_set(call->err, STELE_E_SYNTAX,
		    "invalid Unicode surrogate pair");
	if (rc == 0)
		rc = put_text(call, row, out);
	buf_reset(out);
	return rc;
}

static int
unistr(struct function_call *call)
{
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, call->arena->budget);
	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = unistr_row(call, sel_row(call->sel, i), &text);
	buf_release(&text);
	return rc;
}

static const struct func_row rows[] = {
	{ FN_IS_NORMALIZED, { is_normalized, false } },
	{ FN_IS_NORMALIZED_FORM, { is_normalized, false } },
	{ FN_NORMALIZE, { normalize, false } },
	{ FN_NORMALIZE_FORM, { normalize, false } },
	{ FN_UNISTR, { unistr, false } },
};

const struct func_family func_unicode = { rows, ARRAY_LEN(rows) };
