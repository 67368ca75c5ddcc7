/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quote_ident() and its like, format(), and what counts nulls.
 */
#include <inttypes.h>

#include "common/cancel.h"
#include "common/quote.h"
#include "common/utf8.h"
#include "exec/func_private.h"
#include "exec/unicode.h"

#define TEXT_SIZE_MAX ((size_t)1 << 30) /* as PostgreSQL's */

/* Keep what a buffer holds as the result of a row. */
static int
keep(struct function_call *call, uint32_t row, struct buf *text)
{
	int rc = 0;

	if (text->failed)
		rc = error_no_memory(call->err);
	else if (text->len >= TEXT_SIZE_MAX)
		rc = error_set(call->err, STELE_E_LIMIT,
		    "requested length too large");
	else
		call->result->str[row] = arena_str(call->arena, buf_str(text));
	buf_reset(text);
	return rc;
}

/* An argument of any type in its text form; nothing if it is null. */
static void
put_value(const struct function_call *call, uint32_t arg, uint32_t row,
    struct buf *out)
{
	if (!vec_is_null(&call->args[arg], row))
		type_out_text(&call->arg_types[arg], call->settings,
		    &call->args[arg], row, out);
}

/* ---- quoting ---- */

enum quoting { QUOTE_NONE, QUOTE_NAME, QUOTE_LITERAL };

static void
put_quoted(const struct function_call *call, uint32_t arg, uint32_t row,
    enum quoting quoting, struct buf *out)
{
	struct buf value;

	buf_init_charged(&value, call->arena->budget);
	put_value(call, arg, row, &value);
	out->failed |= value.failed;
	if (quoting == QUOTE_NONE)
		buf_put_str(out, buf_str(&value));
	else if (quoting == QUOTE_NAME)
		quote_put_name(out, buf_str(&value));
	else if (vec_is_null(&call->args[arg], row))
		buf_put_cstr(out, "NULL");
	else
		quote_put_literal(out, buf_str(&value));
	buf_release(&value);
}

/* As a cast to text has it: true, where output has t. */
static bool
put_quoted_bool(const struct function_call *call, uint32_t row, struct buf *out)
{
	if (call->args[0].phys != PHYS_BOOL || vec_is_null(&call->args[0], row))
		return false;
	buf_put_cstr(out, ARG(call, 0, boolean, row) ? "'true'" : "'false'");
	return true;
}

static int
each_quoted(struct function_call *call, enum quoting quoting)
{
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, call->arena->budget);
	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		if (!put_quoted_bool(call, row, &text))
			put_quoted(call, 0, row, quoting, &text);
		rc = keep(call, row, &text);
	}
	buf_release(&text);
	return rc;
}

static int
quote_ident(struct function_call *call)
{
	return each_quoted(call, QUOTE_NAME);
}

/* quote_nullable(), too, which sees nulls. */
static int
quote_literal(struct function_call *call)
{
	return each_quoted(call, QUOTE_LITERAL);
}

/* ---- format() ---- */

struct formatter {
	struct function_call *call;
	uint32_t row;
	struct str format;
	size_t at;
	uint32_t next_arg; /* the one that a specifier without a number takes */
	struct buf *out;
};

/* %[position$][-][width]type; a width may be an argument, too. */
struct specifier {
	uint32_t arg; /* 0: the next */
	bool is_left;
	bool has_width;
	uint32_t width_arg; /* UINT32_MAX: none; 0: the next */
	int64_t width;
};

static int
format_error(const struct formatter *f, const char *what)
{
	return error_set(f->call->err, STELE_E_INVALID_PARAMETER_VALUE, "%s",
	    what);
}

static char
peek(const struct formatter *f)
{
	return f->at < f->format.len ? f->format.data[f->at] : '\0';
}

static int
unterminated(const struct formatter *f)
{
	(void)format_error(f, "unterminated format() type specifier");
	return error_hint(f->call->err, "For a single \"%%\" use \"%%%%\".");
}

/* Digits, if there are some. */
static int
read_number(struct formatter *f, bool *has, int64_t *out)
{
	*has = false;
	*out = 0;
	while (peek(f) >= '0' && peek(f) <= '9') {
		*has = true;
		*out = *out * 10 + (peek(f) - '0');
		if (*out > INT32_MAX)
			return error_set(f->call->err,
			    STELE_E_NUMERIC_OUT_OF_RANGE,
			    "number is out of range");
		f->at++;
	}
	return 0;
}

static int
check_position(const struct formatter *f, int64_t position)
{
	if (position == 0)
		return format_error(f,
		    "format specifies argument 0, but arguments are numbered"
		    " from 1");
	return 0;
}

/* After the '*': an argument's number and a '$', or nothing. */
static int
read_width_arg(struct formatter *f, struct specifier *out)
{
	int64_t number;
	bool has;
	int rc;

	f->at++;
	rc = read_number(f, &has, &number);
	if (rc != 0)
		return rc;
	out->width_arg = (uint32_t)number;
	if (!has)
		return 0;
	if (peek(f) != '$')
		return format_error(f,
		    "width argument position must be ended by \"$\"");
	f->at++;
	return check_position(f, number);
}

static int
read_specifier(struct formatter *f, struct specifier *out)
{
	int64_t number;
	bool has;
	int rc;

	*out = (struct specifier){ .width_arg = UINT32_MAX };
	rc = read_number(f, &has, &number);
	if (rc != 0)
		return rc;
	if (has && peek(f) != '$') {
		out->has_width = true;
		out->width = number;
		return 0;
	}
	if (has) {
		f->at++;
		rc = check_position(f, number);
		out->arg = (uint32_t)number;
	}
	for (; peek(f) == '-' && rc == 0; f->at++)
		out->is_left = true;
	if (rc == 0 && peek(f) == '*')
		return read_width_arg(f, out);
	if (rc == 0)
		rc = read_number(f, &has, &out->width);
	out->has_width = has;
	return rc;
}

/* Which argument: the numbered one, or the next. */
static int
take_arg(struct formatter *f, uint32_t number, uint32_t *out)
{
	*out = number > 0 ? number : f->next_arg;
	f->next_arg = *out + 1;
	if (*out >= f->call->arg_count)
		return format_error(f, "too few arguments for format()");
	return 0;
}

static int
take_width(struct formatter *f, struct specifier *s)
{
	const struct function_call *call = f->call;
	struct buf text;
	uint32_t arg;
	int rc;

	if (s->width_arg == UINT32_MAX)
		return 0;
	rc = take_arg(f, s->width_arg, &arg);
	if (rc != 0 || vec_is_null(&call->args[arg], f->row))
		return rc;
	s->has_width = true;
	if (call->arg_types[arg].oid == TYPE_INT4) {
		s->width = ARG(call, arg, i64, f->row);
	} else {
		struct datum value;
		struct type int4 = type_of(TYPE_INT4);

		buf_init_charged(&text, f->call->arena->budget);
		put_value(call, arg, f->row, &text);
		rc = type_in_text(&int4, call->settings, buf_str(&text),
		    call->arena, &value, call->err);
		s->width = rc == 0 ? value.i64 : 0;
		buf_release(&text);
	}
	if (rc == 0 && s->width == INT32_MIN)
		return error_set(call->err, STELE_E_NUMERIC_OUT_OF_RANGE,
		    "number is out of range");
	if (rc == 0 && s->width < 0) {
		s->is_left = true;
		s->width = -s->width;
	}
	return rc;
}

static void
put_blanks(struct formatter *f, size_t count)
{
	static const char blanks[] = "                                "
				     "                                ";

	while (count > 0 && !f->out->failed && f->out->len < TEXT_SIZE_MAX &&
	    !cancel_is_set(f->call->cancel)) {
		size_t step =
		    count < sizeof(blanks) - 1 ? count : sizeof(blanks) - 1;

		buf_put(f->out, blanks, step);
		count -= step;
	}
}

static void
put_padded(struct formatter *f, const struct specifier *s, struct str text)
{
	size_t length = utf8_length(text);
	size_t width = s->has_width ? (size_t)s->width : 0;
	size_t blanks = width > length ? width - length : 0;

	if (!s->is_left)
		put_blanks(f, blanks);
	buf_put_str(f->out, text);
	if (s->is_left)
		put_blanks(f, blanks);
}

static int
put_argument(struct formatter *f, struct specifier *s, char type)
{
	enum quoting quoting = type == 's' ? QUOTE_NONE
	    : type == 'I'                  ? QUOTE_NAME
					   : QUOTE_LITERAL;
	struct buf text;
	uint32_t arg;
	int rc;

	rc = take_width(f, s);
	if (rc == 0)
		rc = take_arg(f, s->arg, &arg);
	if (rc != 0)
		return rc;
	if (type == 'I' && vec_is_null(&f->call->args[arg], f->row))
		return error_set(f->call->err, STELE_E_NULL_NOT_ALLOWED,
		    "null values cannot be formatted as an SQL identifier");
	buf_init_charged(&text, f->call->arena->budget);
	put_quoted(f->call, arg, f->row, quoting, &text);
	f->out->failed |= text.failed;
	put_padded(f, s, buf_str(&text));
	buf_release(&text);
	return 0;
}

/* After the '%'. */
static int
put_specifier(struct formatter *f)
{
	struct specifier specifier;
	char type;
	int rc;

	if (f->at == f->format.len)
		return unterminated(f);
	if (peek(f) == '%') {
		buf_put_cstr(f->out, "%");
		f->at++;
		return 0;
	}
	rc = read_specifier(f, &specifier);
	if (rc != 0)
		return rc;
	if (f->at == f->format.len)
		return unterminated(f);
	type = peek(f);
	if (type != 's' && type != 'I' && type != 'L') {
		size_t end = f->at;

		(void)unicode_next(f->format, &end);
		(void)error_set(f->call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "unrecognized format() type specifier \"%.*s\"",
		    (int)(end - f->at), f->format.data + f->at);
		return error_hint(f->call->err,
		    "For a single \"%%\" use \"%%%%\".");
	}
	f->at++;
	return put_argument(f, &specifier, type);
}

static int
format_row(struct function_call *call, uint32_t row, struct buf *out)
{
	struct formatter f = { .call = call,
		.row = row,
		.next_arg = 1,
		.out = out };
	int rc = 0;

	if (vec_is_null(&call->args[0], row)) {
		vec_need_nulls(call->result, call->row_count,
		    call->arena)[row] = 1;
		return 0;
	}
	f.format = ARG(call, 0, str, row);
	while (call_has_byte(call, f.at, f.format.len) && rc == 0) {
		char c = f.format.data[f.at++];

		if (c == '%')
			rc = put_specifier(&f);
		else
			buf_put(out, &c, 1);
	}
	return rc != 0 ? rc : keep(call, row, out);
}

static int
format(struct function_call *call)
{
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, call->arena->budget);
	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = format_row(call, sel_row(call->sel, i), &text);
	buf_release(&text);
	return rc;
}

/* ---- nulls ---- */

static int
count_nulls(struct function_call *call)
{
	bool wanted = call->function->id == FN_NUM_NULLS;

	for (uint32_t i = 0; call_has_row(call, i); i++) {
		uint32_t row = sel_row(call->sel, i);
		int64_t count = 0;

		for (uint32_t arg = 0; arg < call->arg_count; arg++)
			count += vec_is_null(&call->args[arg], row) == wanted;
		call->result->i64[row] = count;
	}
	return 0;
}

static const struct func_row rows[] = {
	{ FN_FORMAT, { format, false } },
	{ FN_FORMAT_ANY, { format, false } },
	{ FN_NUM_NONNULLS, { count_nulls, false } },
	{ FN_NUM_NULLS, { count_nulls, false } },
	{ FN_QUOTE_IDENT, { quote_ident, false } },
	{ FN_QUOTE_LITERAL, { quote_literal, false } },
	{ FN_QUOTE_LITERAL_ANY, { quote_literal, false } },
	{ FN_QUOTE_NULLABLE, { quote_literal, false } },
	{ FN_QUOTE_NULLABLE_ANY, { quote_literal, false } },
};

const struct func_family func_quote = { rows, ARRAY_LEN(rows) };
