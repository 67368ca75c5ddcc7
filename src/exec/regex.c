/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.c -- the door of PCRE2.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "exec/regex.h"

#include <pcre2.h>

#include "common/error.h"

#define PATTERN_MAX ((size_t)64 << 10)
#define STEPS_MAX   2000000 /* a tenth of a second */
#define HEAP_MAX_KB 32768
#define DEPTH_MAX   1000000

static int
compile_error(int code, struct error *err)
{
	PCRE2_UCHAR text[256];

	if (code == PCRE2_ERROR_NOMEMORY || code == 121 /* heap */)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	if (code == 125 /* lookbehind is not of fixed length */)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "lookbehind of a variable length in a regular expression is"
		    " not supported");
	(void)pcre2_get_error_message(code, text, sizeof(text));
	return error_set(err, STELE_E_INVALID_REGEX,
	    "invalid regular expression: %s", (const char *)text);
}

static uint32_t
flags_of(const struct regex_options *options)
{
	uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK |
	    PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;

	if (options->any_case)
		flags |= PCRE2_CASELESS;
	if (!options->newline_stops)
		flags |= PCRE2_DOTALL;
	return flags;
}

static pcre2_code *
compile_code(const struct buf *pattern, const struct regex_options *options,
    int *code)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *compiled;
	PCRE2_SIZE offset;

	*code = PCRE2_ERROR_NOMEMORY;
	if (context == NULL)
		return NULL;
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	compiled =
	    pcre2_compile((PCRE2_SPTR)(pattern->len == 0 ? (const uint8_t *)""
							 : pattern->data),
		pattern->len, flags_of(options), code, &offset, context);
	pcre2_compile_context_free(context);
	return compiled;
}

static int
make_match(struct regex *regex, struct error *err)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);

	regex->limits = limits;
	regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
	if (limits == NULL || regex->match == NULL)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	(void)pcre2_set_match_limit(limits, STEPS_MAX);
	(void)pcre2_set_heap_limit(limits, HEAP_MAX_KB);
	(void)pcre2_set_depth_limit(limits, DEPTH_MAX);
	return 0;
}

int
regex_compile(struct str pattern, const struct regex_options *options,
    bool is_hot, struct regex *out, struct error *err)
{
	struct regex_options its = *options;
	struct buf text;
	int code = 0;
	int rc;

	*out = (struct regex){ 0 };
	if (pattern.len > PATTERN_MAX)
		return error_set(err, STELE_E_INVALID_REGEX,
		    "invalid regular expression: regular expression is too"
		    " complex");
	buf_init(&text);
	rc = regex_translate(pattern, &its, &text, err);
	if (rc == 0 && text.failed)
		rc = error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	if (rc == 0) {
		out->code = compile_code(&text, &its, &code);
		if (out->code == NULL)
			rc = compile_error(code, err);
	}
	buf_release(&text);
	if (rc == 0)
		rc = make_match(out, err);
	if (rc != 0) {
		regex_release(out);
		return rc;
	}
	if (is_hot) /* without machine code it matches, too */
		(void)pcre2_jit_compile(out->code, PCRE2_JIT_COMPLETE);
	(void)pcre2_pattern_info(out->code, PCRE2_INFO_CAPTURECOUNT,
	    &out->group_count);
	return 0;
}

void
regex_release(struct regex *regex)
{
	pcre2_match_data_free(regex->match);
	pcre2_match_context_free(regex->limits);
	pcre2_code_free(regex->code);
	*regex = (struct regex){ 0 };
}

int
regex_search(const struct regex *regex, struct str text, size_t start,
    struct error *err)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.len == 0 ? "" : text.data);
	int found = pcre2_match(regex->code, subject, text.len, start,
	    PCRE2_NO_UTF_CHECK, regex->match, regex->limits);

	/* the stack of machine code is small: go on without it */
	if (found == PCRE2_ERROR_JIT_STACKLIMIT)
		found = pcre2_match(regex->code, subject, text.len, start,
		    PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, regex->match,
		    regex->limits);
	if (found == PCRE2_ERROR_NOMATCH)
		return 0;
	if (found >= 0)
		return 1;
	if (found == PCRE2_ERROR_NOMEMORY)
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	error_set(err, STELE_E_TOO_COMPLEX,
	    "regular expression is too complex for this text");
	return error_hint(err,
	    "The match was given up after a bounded number of steps. Nested"
	    " quantifiers, as in (a+)+, are a usual cause.");
}

struct regex_span
regex_group(const struct regex *regex, uint32_t group)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(regex->match);
	struct regex_span none = { SIZE_MAX, SIZE_MAX };

	if (group > regex->group_count ||
	    offsets[2 * (size_t)group] == PCRE2_UNSET)
		return none;
	return (struct regex_span){ offsets[2 * (size_t)group],
		offsets[2 * (size_t)group + 1] };
}
