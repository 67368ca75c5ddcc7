/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.c -- the door of PCRE2.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "exec/regex.h"

#include <pcre2.h>
#include <stdlib.h>

#include "common/cancel.h"
#include "common/error.h"

#define PATTERN_MAX ((size_t)64 << 10)
#define STEPS_MAX   2000000 /* a tenth of a second */
#define HEAP_MAX_KB 32768
#define DEPTH_MAX   1000000

/* Texts searched until it is worth machine code; of how many bytes one is. */
#define SEARCHES_FOR_MACHINE_CODE  64
#define TEXT_SIZE_FOR_MACHINE_CODE ((size_t)4096)

#define WORKSPACE_MIN ((size_t)1000) /* of ints */
#define WORKSPACE_MAX ((size_t)512000)

static int
compile_error(int code, struct error *err)
{
	PCRE2_UCHAR text[256];

	if (code == PCRE2_ERROR_NOMEMORY || code == 121 /* heap */)
		return error_no_memory(err);
	if (code == 125 /* lookbehind is not of fixed length */)
		return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "lookbehind of a variable length in a regular expression is"
		    " not supported");
	(void)pcre2_get_error_message(code, text, sizeof(text));
	return error_set(err, STELE_E_INVALID_REGEX,
	    "invalid regular expression: %s", (const char *)text);
}

/* Callout 1 must see all ways: no quantifier may keep what it has taken. */
static uint32_t
flags_of(const struct regex_options *options, bool is_plain)
{
	uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK |
	    PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;

	if (!is_plain)
		flags |= PCRE2_NO_AUTO_POSSESS;
	if (options->any_case)
		flags |= PCRE2_CASELESS;
	if (!options->newline_stops)
		flags |= PCRE2_DOTALL;
	return flags;
}

static pcre2_code *
compile_code(const struct buf *pattern, const struct regex_options *options,
    bool is_plain, int *code)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *compiled;
	PCRE2_SIZE offset;

	*code = PCRE2_ERROR_NOMEMORY;
	if (context == NULL)
		return NULL;
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	compiled = pcre2_compile((PCRE2_SPTR)(pattern->len == 0
					 ? (const uint8_t *)""
					 : pattern->data),
	    pattern->len, flags_of(options, is_plain), code, &offset, context);
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
		return error_no_memory(err);
	(void)pcre2_set_match_limit(limits, STEPS_MAX);
	(void)pcre2_set_heap_limit(limits, HEAP_MAX_KB);
	(void)pcre2_set_depth_limit(limits, DEPTH_MAX);
	return 0;
}

int
regex_compile(struct str pattern, const struct regex_options *options,
    struct regex *out, struct error *err)
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
	rc = regex_translate(pattern, &its, &out->traits, &text, err);
	if (rc == 0 && text.failed)
		rc = error_no_memory(err);
	if (rc == 0) {
		out->code =
		    compile_code(&text, &its, out->traits.is_plain, &code);
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

/* ---- matching ---- */

/* Which ends of a match are accepted, at callout 1. */
struct goal {
	enum {
		GOAL_ANY,
		GOAL_END,  /* at `end` */
		GOAL_BEST, /* none, but `end` becomes the best of all */
	} kind;
	bool is_shortest;
	size_t end; /* SIZE_MAX: not known */
	const atomic_bool *cancel;
};

static int
at_callout(pcre2_callout_block *block, void *arg)
{
	struct goal *goal = arg;
	size_t end = block->current_position;

	if (block->callout_number == 0)
		return cancel_is_set(goal->cancel) ? PCRE2_ERROR_CALLOUT : 0;
	switch (goal->kind) {
	case GOAL_ANY:
		break;
	case GOAL_END:
		return end != goal->end;
	case GOAL_BEST:
		if (goal->end == SIZE_MAX ||
		    (goal->is_shortest ? end < goal->end : end > goal->end))
			goal->end = end;
		return 1;
	}
	return 0;
}

static PCRE2_SPTR
subject_of(struct str text)
{
	return (PCRE2_SPTR)(text.len == 0 ? "" : text.data);
}

/* What PCRE2 returns: above 0 for a match. */
static int
backtrack(struct regex *regex, struct str text, size_t start, uint32_t flags,
    struct goal *goal)
{
	int found;

	if (text.len >= TEXT_SIZE_FOR_MACHINE_CODE &&
	    regex->search_count < SEARCHES_FOR_MACHINE_CODE)
		regex->search_count = SEARCHES_FOR_MACHINE_CODE - 1;
	if (++regex->search_count == SEARCHES_FOR_MACHINE_CODE)
		(void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
	(void)pcre2_set_callout(regex->limits, at_callout, goal);
	found = pcre2_match(regex->code, subject_of(text), text.len, start,
	    PCRE2_NO_UTF_CHECK | flags, regex->match, regex->limits);
	/* the stack of machine code is small: go on without it */
	if (found == PCRE2_ERROR_JIT_STACKLIMIT)
		found = pcre2_match(regex->code, subject_of(text), text.len,
		    start, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT | flags,
		    regex->match, regex->limits);
	return found;
}

/* 1, 0 or an error of ours. */
static int
answer_of(int found, const atomic_bool *cancel, struct error *err)
{
	if (found >= 0)
		return 1;
	if (found == PCRE2_ERROR_NOMATCH)
		return 0;
	if (found == PCRE2_ERROR_CALLOUT)
		return cancel_check(cancel, err);
	if (found == PCRE2_ERROR_NOMEMORY)
		return error_no_memory(err);
	error_set(err, STELE_E_TOO_COMPLEX,
	    "regular expression is too complex for this text");
	return error_hint(err,
	    "The match was given up after a bounded number of steps. Nested"
	    " quantifiers, as in (a+)+, are a usual cause.");
}

int
regex_search(struct regex *regex, struct str text, size_t start,
    const atomic_bool *cancel, struct error *err)
{
	struct goal goal = { .kind = GOAL_ANY, .cancel = cancel };

	return answer_of(backtrack(regex, text, start, 0, &goal), cancel, err);
}

static size_t
end_of_match(const struct regex *regex)
{
	return pcre2_get_ovector_pointer(regex->match)[1];
}

/* The best end by the matcher that follows all ways; what PCRE2 returns. */
static int
follow_all(struct regex *regex, struct str text, size_t start,
    struct goal *goal, size_t *end)
{
	uint32_t flags = PCRE2_NO_UTF_CHECK | PCRE2_ANCHORED |
	    (regex->traits.is_shortest ? PCRE2_DFA_SHORTEST : 0);
	int few[WORKSPACE_MIN];
	int *workspace = few;
	size_t size = WORKSPACE_MIN;
	int found;

	goal->kind = GOAL_ANY;
	for (;;) {
		found = pcre2_dfa_match(regex->code, subject_of(text), text.len,
		    start, flags, regex->match, regex->limits, workspace, size);
		if (workspace != few)
			free(workspace);
		if (found != PCRE2_ERROR_DFA_WSSIZE || size >= WORKSPACE_MAX)
			break;
		size *= 8;
		workspace = malloc(size * sizeof(*workspace));
		if (workspace == NULL)
			return PCRE2_ERROR_NOMEMORY;
	}
	if (found >= 0)
		*end = end_of_match(regex);
	return found;
}

/* The same by trying all ways one after the other, as many as the limit lets. */
static int
try_all(struct regex *regex, struct str text, size_t start, struct goal *goal,
    size_t *end)
{
	int found;

	goal->kind = GOAL_BEST;
	goal->is_shortest = regex->traits.is_shortest;
	goal->end = SIZE_MAX;
	found = backtrack(regex, text, start, PCRE2_ANCHORED, goal);
	if (goal->end != SIZE_MAX)
		*end = goal->end;
	return found == PCRE2_ERROR_CALLOUT ? found : 0;
}

int
regex_find(struct regex *regex, struct str text, size_t start,
    const atomic_bool *cancel, struct error *err)
{
	struct goal goal = { .kind = GOAL_ANY, .cancel = cancel };
	int found = backtrack(regex, text, start, 0, &goal);
	size_t first_end, end;

	if (found < 0 || regex->traits.is_plain)
		return answer_of(found, cancel, err);
	start = pcre2_get_ovector_pointer(regex->match)[0];
	first_end = end = end_of_match(regex);
	found = PCRE2_ERROR_DFA_UITEM;
	if (!regex->traits.has_backrefs)
		found = follow_all(regex, text, start, &goal, &end);
	if (found < 0 && found != PCRE2_ERROR_CALLOUT)
		found = try_all(regex, text, start, &goal, &end);
	if (found >= 0) { /* the groups of the match that ends there */
		goal.kind = end == first_end ? GOAL_ANY : GOAL_END;
		goal.end = end;
		found = backtrack(regex, text, start, 0, &goal);
	}
	return answer_of(found, cancel, err);
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
