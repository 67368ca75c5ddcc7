/* SPDX-License-Identifier: Apache-2.0 */
/*
 * func_regex.c -- operators and functions of regular expressions.
 *
 * Patterns are compiled by the cache of the execution; where nothing is executed,
 * as when a constant is folded, by one of the call.
 */
#include "common/utf8.h"
#include "exec/func_private.h"
#include "exec/regex_cache.h"
#include "exec/regex_list.h"
#include "types/text.h"

#define TEXT_SIZE_MAX ((size_t)1 << 30) /* as PostgreSQL's */

/* The pattern of the row at hand. */
struct matcher {
	struct function_call *call;
	struct regex_cache *cache;
	struct regex *regex;
	bool is_global; /* 'g' is among the flags */
};

static int
prepare(struct matcher *m, struct str pattern, struct str flags,
    bool may_be_global, struct regex_options options)
{
	int rc = regex_read_flags(m->call->function->name, flags, may_be_global,
	    &options, &m->is_global, m->call->err);

	return rc != 0 ? rc
		       : regex_cache_get(m->cache, pattern, &options, &m->regex,
			     m->call->err);
}

/* Argument n, if the function has so many. */
static struct str
text_arg(const struct function_call *call, uint32_t n, uint32_t row)
{
	return n < call->arg_count ? ARG(call, n, str, row) : STR("");
}

static int64_t
int_arg(const struct function_call *call, uint32_t n, uint32_t row,
    int64_t otherwise)
{
	return n < call->arg_count ? ARG(call, n, i64, row) : otherwise;
}

typedef int (*matcher_fn)(struct matcher *m, uint32_t row);

static int
each_text(struct function_call *call, matcher_fn run)
{
	struct regex_cache own = { .use_count = 0 };
	struct matcher m = { .call = call,
		.cache = call->regexes != NULL ? call->regexes : &own };
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++)
		rc = run(&m, sel_row(call->sel, i));
	regex_cache_release(&own);
	return rc;
}

static void
set_null(struct function_call *call, uint32_t row)
{
	vec_need_nulls(call->result, call->row_count, call->arena)[row] = 1;
}

/* ---- whether it matches ---- */

static int
match_row(struct matcher *m, uint32_t row, bool any_case, bool negate)
{
	struct function_call *call = m->call;
	struct regex_options options = { .any_case = any_case };
	int rc = prepare(m, ARG(call, 1, str, row), text_arg(call, 2, row),
	    false, options);

	if (rc == 0)
		rc = regex_search(m->regex, ARG(call, 0, str, row), 0,
		    call->cancel, call->err);
	if (rc < 0)
		return rc;
	call->result->boolean[row] = (rc == 1) != negate;
	return 0;
}

static int
match_one(struct matcher *m, uint32_t row)
{
	return match_row(m, row, false, false);
}

static int
mismatch_one(struct matcher *m, uint32_t row)
{
	return match_row(m, row, false, true);
}

static int
match_one_any_case(struct matcher *m, uint32_t row)
{
	return match_row(m, row, true, false);
}

static int
mismatch_one_any_case(struct matcher *m, uint32_t row)
{
	return match_row(m, row, true, true);
}

static int
regex_match(struct function_call *call)
{
	return each_text(call, match_one);
}

static int
regex_mismatch(struct function_call *call)
{
	return each_text(call, mismatch_one);
}

static int
regex_match_any_case(struct function_call *call)
{
	return each_text(call, match_one_any_case);
}

static int
regex_mismatch_any_case(struct function_call *call)
{
	return each_text(call, mismatch_one_any_case);
}

/* ---- substring ---- */

static void
set_group(struct matcher *m, uint32_t row, struct str text, uint32_t group)
{
	struct regex_span span = regex_group(m->regex, group);

	if (span.start == SIZE_MAX)
		set_null(m->call, row);
	else
		m->call->result->str[row] =
		    str_of(text.data + span.start, span.end - span.start);
}

/* The first group, or all if there is none. */
static int
substring_of(struct matcher *m, uint32_t row, struct str pattern,
    struct regex_options options)
{
	struct str text = ARG(m->call, 0, str, row);
	int rc = prepare(m, pattern, STR(""), false, options);

	if (rc == 0)
		rc = regex_find(m->regex, text, 0, m->call->cancel,
		    m->call->err);
	if (rc < 0)
		return rc;
	if (rc == 0)
		set_null(m->call, row);
	else
		set_group(m, row, text, m->regex->group_count > 0);
	return 0;
}

static int
substring_row(struct matcher *m, uint32_t row)
{
	struct regex_options options = { 0 };

	return substring_of(m, row, ARG(m->call, 1, str, row), options);
}

static int
regex_substring(struct function_call *call)
{
	return each_text(call, substring_row);
}

static int
similar_pattern(struct function_call *call, struct str pattern,
    struct str escape, struct str *out)
{
	struct buf text;
	int rc;

	buf_init_charged(&text, call->arena->budget);
	rc = regex_of_similar(pattern, escape, &text, call->err);
	if (rc == 0 && text.failed)
		rc = error_no_memory(call->err);
	if (rc == 0)
		*out = arena_str(call->arena, buf_str(&text));
	buf_release(&text);
	return rc;
}

/* SUBSTRING(x SIMILAR p ESCAPE e) */
static int
similar_substring_row(struct matcher *m, uint32_t row)
{
	struct regex_options options = { .is_similar = true };
	struct str pattern;
	int rc;

	rc = similar_pattern(m->call, ARG(m->call, 1, str, row),
	    ARG(m->call, 2, str, row), &pattern);
	return rc != 0 ? rc : substring_of(m, row, pattern, options);
}

static int
similar_substring(struct function_call *call)
{
	return each_text(call, similar_substring_row);
}

static int
similar_to_escape(struct function_call *call)
{
	int rc = 0;

	for (uint32_t i = 0; call_has_row(call, i) && rc == 0; i++) {
		uint32_t row = sel_row(call->sel, i);

		rc = similar_pattern(call, ARG(call, 0, str, row),
		    call->arg_count > 1 ? ARG(call, 1, str, row) : STR("\\"),
		    &call->result->str[row]);
	}
	return rc;
}

/* ---- all matches of a text ---- */

/* The arguments that several functions share. */
struct search {
	struct str text;
	size_t at; /* where to look next */
};

static int
bad_argument(struct function_call *call, const char *name, int64_t value)
{
	return error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
	    "invalid value for parameter \"%s\": %lld", name, (long long)value);
}

/* From a character on; past the end nothing is found. */
static int
search_begin(struct search *search, struct function_call *call, uint32_t row,
    int64_t start)
{
	search->text = ARG(call, 0, str, row);
	if (start < 1)
		return bad_argument(call, "start", start);
	search->at = utf8_offset(search->text, (size_t)start - 1);
	if (start > 1 && search->at == search->text.len &&
	    utf8_length(search->text) < (size_t)start - 1)
		search->at++;
	return 0;
}

/* Returns 1 with the match in the regex, 0 at the end, or an error. */
static int
search_next(struct search *search, struct matcher *m)
{
	int rc;

	if (search->at > search->text.len)
		return 0;
	rc = regex_find(m->regex, search->text, search->at, m->call->cancel,
	    m->call->err);
	if (rc != 1)
		return rc;
	search->at = regex_after(search->text, regex_group(m->regex, 0));
	return cancel_is_set(m->call->cancel) ? 0 : 1;
}

static int
count_row(struct matcher *m, uint32_t row)
{
	struct function_call *call = m->call;
	struct regex_options options = { 0 };
	struct search search;
	int64_t count = 0;
	int rc;

	rc = search_begin(&search, call, row, int_arg(call, 2, row, 1));
	if (rc == 0)
		rc = prepare(m, ARG(call, 1, str, row), text_arg(call, 3, row),
		    false, options);
	while (rc == 0 && (rc = search_next(&search, m)) == 1) {
		rc = 0;
		count++;
	}
	call->result->i64[row] = count;
	return rc;
}

static int
regexp_count(struct function_call *call)
{
	return each_text(call, count_row);
}

/* The n-th match, of which `group` is wanted: 1 if it is there. */
static int
find_nth(struct matcher *m, uint32_t row, struct search *search, int64_t n,
    struct str flags)
{
	struct function_call *call = m->call;
	struct regex_options options = { 0 };
	int rc;

	rc = prepare(m, ARG(call, 1, str, row), flags, false, options);
	if (rc != 0)
		return rc;
	do
		rc = search_next(search, m);
	while (rc == 1 && --n > 0);
	return rc;
}

static int
instr_row(struct matcher *m, uint32_t row)
{
	struct function_call *call = m->call;
	int64_t n = int_arg(call, 3, row, 1);
	int64_t end_option = int_arg(call, 4, row, 0);
	int64_t group = int_arg(call, 6, row, 0);
	struct regex_span span;
	struct search search;
	int rc;

	rc = search_begin(&search, call, row, int_arg(call, 2, row, 1));
	if (rc == 0 && n < 1)
		rc = bad_argument(call, "n", n);
	if (rc == 0 && end_option != 0 && end_option != 1)
		rc = bad_argument(call, "endoption", end_option);
	if (rc == 0 && group < 0)
		rc = bad_argument(call, "subexpr", group);
	if (rc == 0)
		rc = find_nth(m, row, &search, n, text_arg(call, 5, row));
	if (rc < 0)
		return rc;
	call->result->i64[row] = 0;
	if (rc == 0)
		return 0;
	span = regex_group(m->regex, (uint32_t)group);
	if (span.start != SIZE_MAX)
		call->result->i64[row] = 1 +
		    (int64_t)utf8_length(str_of(search.text.data,
			end_option == 1 ? span.end : span.start));
	return 0;
}

static int
regexp_instr(struct function_call *call)
{
	return each_text(call, instr_row);
}

static int
substr_row(struct matcher *m, uint32_t row)
{
	struct function_call *call = m->call;
	int64_t n = int_arg(call, 3, row, 1);
	int64_t group = int_arg(call, 5, row, 0);
	struct search search;
	int rc;

	rc = search_begin(&search, call, row, int_arg(call, 2, row, 1));
	if (rc == 0 && n < 1)
		rc = bad_argument(call, "n", n);
	if (rc == 0 && group < 0)
		rc = bad_argument(call, "subexpr", group);
	if (rc == 0)
		rc = find_nth(m, row, &search, n, text_arg(call, 4, row));
	if (rc < 0)
		return rc;
	if (rc == 0)
		set_null(call, row);
	else
		set_group(m, row, search.text, (uint32_t)group);
	return 0;
}

static int
regexp_substr(struct function_call *call)
{
	return each_text(call, substr_row);
}

/* ---- replace ---- */

/* \1 to \9 and \& stand for what was matched, \\ for a backslash. */
static void
put_replacement(const struct matcher *m, struct str text, struct str by,
    struct buf *out)
{
	for (size_t i = 0; i < by.len; i++) {
		char next = i + 1 < by.len ? by.data[i + 1] : '\0';
		struct regex_span span = { SIZE_MAX, SIZE_MAX };

		if (by.data[i] != '\\' ||
		    (next != '\\' && next != '&' &&
			!(next >= '1' && next <= '9'))) {
			buf_put(out, by.data + i, 1);
			continue;
		}
		i++;
		if (next == '\\')
			buf_put_cstr(out, "\\");
		else
			span = regex_group(m->regex,
			    next == '&' ? 0 : (uint32_t)(next - '0'));
		if (span.start != SIZE_MAX)
			buf_put(out, text.data + span.start,
			    span.end - span.start);
	}
}

/* The n-th match, or all if n is 0. */
static int
replace_matches(struct matcher *m, struct search *search, struct str by,
    int64_t n, struct buf *out)
{
	struct str text = search->text;
	size_t done = 0;
	int64_t number = 0;
	int rc;

	while ((rc = search_next(search, m)) == 1) {
		struct regex_span span = regex_group(m->regex, 0);

		if (n > 0 && ++number < n)
			continue;
		buf_put(out, text.data + done, span.start - done);
		put_replacement(m, text, by, out);
		done = span.end;
		if (n > 0 || out->len >= TEXT_SIZE_MAX)
			break;
	}
	if (rc < 0)
		return rc;
	buf_put(out, text.data + done, text.len - done);
	if (out->len >= TEXT_SIZE_MAX)
		return error_set(m->call->err, STELE_E_LIMIT,
		    "requested length too large");
	if (out->failed)
		return error_no_memory(m->call->err);
	return 0;
}

static int
replace_row(struct matcher *m, uint32_t row)
{
	struct function_call *call = m->call;
	bool has_flags = call->function->id == FN_REGEXP_REPLACE_FLAGS;
	struct str flags = text_arg(call, has_flags ? 3 : 5, row);
	int64_t start = has_flags ? 1 : int_arg(call, 3, row, 1);
	int64_t n = int_arg(call, 4, row, 1);
	struct regex_options options = { 0 };
	struct search search;
	struct buf out;
	int rc;

	if (has_flags && flags.len > 0 && flags.data[0] >= '0' &&
	    flags.data[0] <= '9') {
		(void)error_set(call->err, STELE_E_INVALID_PARAMETER_VALUE,
		    "invalid regular expression option: \"%c\"", flags.data[0]);
		return error_hint(call->err,
		    "If you meant to use regexp_replace() with a start"
		    " parameter, cast the fourth argument to integer"
		    " explicitly.");
	}
	rc = search_begin(&search, call, row, start);
	if (rc == 0 && n < 0)
		rc = bad_argument(call, "n", n);
	if (rc == 0)
		rc = prepare(m, ARG(call, 1, str, row), flags, true, options);
	if (rc != 0)
		return rc;
	if (has_flags && m->is_global)
		n = 0;
	buf_init_charged(&out, m->call->arena->budget);
	rc = replace_matches(m, &search, ARG(call, 2, str, row), n, &out);
	if (rc == 0)
		call->result->str[row] = arena_str(call->arena, buf_str(&out));
	buf_release(&out);
	return rc;
}

static int
regexp_replace(struct function_call *call)
{
	return each_text(call, replace_row);
}

static const struct func_row rows[] = {
	{ FN_BPCHARICREGEXEQ, { regex_match_any_case, false } },
	{ FN_BPCHARICREGEXNE, { regex_mismatch_any_case, false } },
	{ FN_BPCHARREGEXEQ, { regex_match, false } },
	{ FN_BPCHARREGEXNE, { regex_mismatch, false } },
	{ FN_NAMEICREGEXEQ, { regex_match_any_case, false } },
	{ FN_NAMEICREGEXNE, { regex_mismatch_any_case, false } },
	{ FN_NAMEREGEXEQ, { regex_match, false } },
	{ FN_NAMEREGEXNE, { regex_mismatch, false } },
	{ FN_REGEXP_COUNT, { regexp_count, false } },
	{ FN_REGEXP_COUNT_FLAGS, { regexp_count, false } },
	{ FN_REGEXP_COUNT_START, { regexp_count, false } },
	{ FN_REGEXP_INSTR, { regexp_instr, false } },
	{ FN_REGEXP_INSTR_END, { regexp_instr, false } },
	{ FN_REGEXP_INSTR_FLAGS, { regexp_instr, false } },
	{ FN_REGEXP_INSTR_GROUP, { regexp_instr, false } },
	{ FN_REGEXP_INSTR_N, { regexp_instr, false } },
	{ FN_REGEXP_INSTR_START, { regexp_instr, false } },
	{ FN_REGEXP_LIKE, { regex_match, false } },
	{ FN_REGEXP_LIKE_FLAGS, { regex_match, false } },
	{ FN_REGEXP_REPLACE, { regexp_replace, false } },
	{ FN_REGEXP_REPLACE_FLAGS, { regexp_replace, false } },
	{ FN_REGEXP_REPLACE_N, { regexp_replace, false } },
	{ FN_REGEXP_REPLACE_N_FLAGS, { regexp_replace, false } },
	{ FN_REGEXP_REPLACE_START, { regexp_replace, false } },
	{ FN_REGEXP_SUBSTR, { regexp_substr, false } },
	{ FN_REGEXP_SUBSTR_FLAGS, { regexp_substr, false } },
	{ FN_REGEXP_SUBSTR_GROUP, { regexp_substr, false } },
	{ FN_REGEXP_SUBSTR_N, { regexp_substr, false } },
	{ FN_REGEXP_SUBSTR_START, { regexp_substr, false } },
	{ FN_SIMILAR_TO_ESCAPE, { similar_to_escape, false } },
	{ FN_SIMILAR_TO_ESCAPE_TEXT, { similar_to_escape, false } },
	{ FN_SUBSTRING_TEXT_TEXT, { regex_substring, false } },
	{ FN_SUBSTRING_TEXT_TEXT_TEXT, { similar_substring, false } },
	{ FN_TEXTICREGEXEQ, { regex_match_any_case, false } },
	{ FN_TEXTICREGEXNE, { regex_mismatch_any_case, false } },
	{ FN_TEXTREGEXEQ, { regex_match, false } },
	{ FN_TEXTREGEXNE, { regex_mismatch, false } },
};

const struct func_family func_regex = { rows, ARRAY_LEN(rows) };
