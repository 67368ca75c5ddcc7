/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolve.c -- which candidate a call means.
 *
 * The rules are those of PostgreSQL's manual, chapter "Type Conversion":
 * exact match, most exact matches, preferred types, categories for unknown
 * arguments, and at last the known arguments' type for the unknown ones.
 */
#include "plan/bind.h"

#define CATEGORY_NONE   '\0'
#define CATEGORY_STRING 'S'

uint32_t
candidate_arg(const struct candidate *candidate, uint32_t i)
{
	if (i < candidate->arg_count)
		return candidate->args[i];
	return candidate->args[candidate->arg_count - 1];
}

static bool
is_enum(uint32_t oid)
{
	return oid >= FIRST_USER_OID;
}

static bool
takes_count(const struct candidate *candidate, uint32_t count)
{
	return candidate->is_variadic ? count >= candidate->arg_count
				      : count == candidate->arg_count;
}

/* Whether all arguments can become the parameters' types by themselves. */
static bool
is_applicable(const struct candidate *candidate, const uint32_t *arg_oids,
    uint32_t arg_count)
{
	uint32_t enum_oid = 0;

	for (uint32_t i = 0; i < arg_count; i++) {
		uint32_t to = candidate_arg(candidate, i);

		if (to == TYPE_ANYENUM && arg_oids[i] != TYPE_UNKNOWN) {
			if (!is_enum(arg_oids[i]) ||
			    (enum_oid != 0 && enum_oid != arg_oids[i]))
				return false;
			enum_oid = arg_oids[i];
		} else if (!can_coerce(arg_oids[i], to, CAST_IMPLICIT)) {
			return false;
		}
	}
	return true;
}

static bool
is_exact(const struct candidate *candidate, const uint32_t *arg_oids,
    uint32_t arg_count)
{
	for (uint32_t i = 0; i < arg_count; i++) {
		if (candidate_arg(candidate, i) != arg_oids[i])
			return false;
	}
	return true;
}

static const struct candidate *
find_exact(const struct candidate *candidates, uint32_t count,
    const uint32_t *arg_oids, uint32_t arg_count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (takes_count(&candidates[i], arg_count) &&
		    is_exact(&candidates[i], arg_oids, arg_count))
			return &candidates[i];
	}
	return NULL;
}

/* An operator with one unknown operand: first try the other's type for it. */
static const struct candidate *
find_exact_operator(const struct candidate *candidates, uint32_t count,
    const uint32_t *arg_oids)
{
	uint32_t same[2] = { arg_oids[0], arg_oids[1] };

	if (same[0] == TYPE_UNKNOWN)
		same[0] = same[1];
	else if (same[1] == TYPE_UNKNOWN)
		same[1] = same[0];
	return find_exact(candidates, count, same, 2);
}

/* ---- the rounds of elimination ---- */

struct round {
	const struct candidate **items;
	uint32_t count;
	const uint32_t *arg_oids;
	uint32_t arg_count;
};

static uint32_t
count_matches(const struct round *round, const struct candidate *candidate,
    bool with_preferred)
{
	uint32_t matches = 0;

	for (uint32_t i = 0; i < round->arg_count; i++) {
		uint32_t from = round->arg_oids[i];
		uint32_t to = candidate_arg(candidate, i);

		if (from == TYPE_UNKNOWN)
			continue;
		if (from == to ||
		    (with_preferred && type_is_preferred(to) &&
			type_category(to) == type_category(from)))
			matches++;
	}
	return matches;
}

/* Keep those with the most matches. */
static void
keep_best(struct round *round, bool with_preferred)
{
	uint32_t best = 0;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < round->count; i++) {
		uint32_t matches =
		    count_matches(round, round->items[i], with_preferred);

		if (matches < best)
			continue;
		if (matches > best) {
			best = matches;
			kept = 0;
		}
		round->items[kept++] = round->items[i];
	}
	round->count = kept;
}

/*
 * The category that an unknown argument should have: strings win, else all
 * must agree; CATEGORY_NONE if they do not.
 */
static char
unknown_category(const struct round *round, uint32_t arg, bool *has_preferred)
{
	char category = CATEGORY_NONE;
	bool is_conflict = false;

	*has_preferred = false;
	for (uint32_t i = 0; i < round->count; i++) {
		uint32_t oid = candidate_arg(round->items[i], arg);
		char its = type_category(oid);

		if (category == CATEGORY_NONE ||
		    (its == CATEGORY_STRING && category != its)) {
			category = its;
			*has_preferred = type_is_preferred(oid);
		} else if (category == its) {
			*has_preferred |= type_is_preferred(oid);
		} else {
			is_conflict = true;
		}
	}
	if (is_conflict && category != CATEGORY_STRING)
		return CATEGORY_NONE;
	return category;
}

/* Assign categories to unknown arguments; keep who takes them, if anybody. */
static void
keep_by_category(struct round *round)
{
	char category[CALL_ARGS_MAX];
	bool has_preferred[CALL_ARGS_MAX];
	uint32_t kept = 0;

	for (uint32_t a = 0; a < round->arg_count; a++) {
		if (round->arg_oids[a] != TYPE_UNKNOWN)
			continue;
		category[a] = unknown_category(round, a, &has_preferred[a]);
		if (category[a] == CATEGORY_NONE)
			return;
	}
	for (uint32_t i = 0; i < round->count; i++) {
		bool keep = true;

		for (uint32_t a = 0; a < round->arg_count && keep; a++) {
			uint32_t oid = candidate_arg(round->items[i], a);

			if (round->arg_oids[a] == TYPE_UNKNOWN)
				keep = type_category(oid) == category[a] &&
				    (!has_preferred[a] ||
					type_is_preferred(oid));
		}
		if (keep) {
			const struct candidate *item = round->items[i];

			round->items[i] = round->items[kept];
			round->items[kept++] = item;
		}
	}
	if (kept > 0)
		round->count = kept;
}

/* All known arguments have one type: try it for the unknown ones. */
static const struct candidate *
find_by_known_type(const struct round *round)
{
	uint32_t oids[CALL_ARGS_MAX];
	uint32_t known = TYPE_UNKNOWN;
	const struct candidate *found = NULL;

	for (uint32_t a = 0; a < round->arg_count; a++) {
		if (round->arg_oids[a] == TYPE_UNKNOWN)
			continue;
		if (known != TYPE_UNKNOWN && known != round->arg_oids[a])
			return NULL;
		known = round->arg_oids[a];
	}
	if (known == TYPE_UNKNOWN)
		return NULL;
	for (uint32_t a = 0; a < round->arg_count; a++)
		oids[a] = known;
	for (uint32_t i = 0; i < round->count; i++) {
		if (!is_applicable(round->items[i], oids, round->arg_count))
			continue;
		if (found != NULL)
			return NULL;
		found = round->items[i];
	}
	return found;
}

static bool
has_unknown(const struct round *round)
{
	for (uint32_t a = 0; a < round->arg_count; a++) {
		if (round->arg_oids[a] == TYPE_UNKNOWN)
			return true;
	}
	return false;
}

static enum resolve_result
eliminate(struct round *round, const struct candidate **out)
{
	if (round->count == 0)
		return RESOLVE_NONE;
	if (round->count > 1)
		keep_best(round, false);
	if (round->count > 1)
		keep_best(round, true);
	if (round->count > 1 && has_unknown(round)) {
		keep_by_category(round);
		if (round->count > 1) {
			*out = find_by_known_type(round);
			return *out == NULL ? RESOLVE_AMBIGUOUS : RESOLVE_FOUND;
		}
	}
	*out = round->items[0];
	return round->count == 1 ? RESOLVE_FOUND : RESOLVE_AMBIGUOUS;
}

#define CANDIDATES_MAX 256

enum resolve_result
resolve_candidate(const struct candidate *candidates, uint32_t count,
    enum function_kind kind, const uint32_t *arg_oids, uint32_t arg_count,
    const struct candidate **out)
{
	const struct candidate *items[CANDIDATES_MAX];
	struct round round = { .items = items,
		.arg_oids = arg_oids,
		.arg_count = arg_count };

	*out = find_exact(candidates, count, arg_oids, arg_count);
	if (*out == NULL && kind == FUNCTION_OPERATOR && arg_count == 2)
		*out = find_exact_operator(candidates, count, arg_oids);
	if (*out != NULL)
		return RESOLVE_FOUND;
	for (uint32_t i = 0; i < count && round.count < CANDIDATES_MAX; i++) {
		if (takes_count(&candidates[i], arg_count) &&
		    is_applicable(&candidates[i], arg_oids, arg_count))
			items[round.count++] = &candidates[i];
	}
	return eliminate(&round, out);
}
