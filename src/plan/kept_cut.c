/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept_cut.c -- where the plan of a kept query is cut.
 */
#include "plan/column_set.h"
#include "plan/kept.h"
#include "plan/rel_walk.h"
#include "plan/rewrite.h"

/* From the top of a plan down to its scan, each the only input of the last. */
struct path {
	struct rel ***slots;
	uint32_t count;
};

/* ---- what cannot be kept ---- */

static int
refuse(const char *what, int location, struct error *err)
{
	(void)error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s in a kept query is not supported", what);
	return error_hint(err,
	    "What can be kept is made of events, and is the same for everybody"
	    " and at any time.");
}

/* What is not made of events, in a plan or below it; or NULL. */
static const char *
foreign_words(const struct rel *rel)
{
	const char *words = NULL;

	switch ((int)rel->kind) {
	case REL_SYSTEM:
		return "a relation of the server";
	case REL_TEMP:
		return "a temporary table";
	case REL_FUNCTION:
		return "a function in FROM";
	default:
		break;
	}
	for (uint32_t i = 0; i < rel_input_count(rel) && words == NULL; i++)
		words = foreign_words(rel_child(rel, i));
	return words;
}

static bool
is_passed(const struct rel *rel)
{
	switch ((int)rel->kind) {
	case REL_FILTER:
	case REL_PROJECT:
	case REL_AGG:
	case REL_SORT:
	case REL_UNIQUE:
	case REL_LIMIT:
	case REL_WINDOW:
	case REL_PROJECT_SET:
	case REL_UNPIVOT:
		return true;
	default:
		return false;
	}
}

/* What may give another value when it is computed later. */
static const char *
changing_words(const struct expr *expr)
{
	switch ((int)expr->kind) {
	case EXPR_SUBQUERY:
		return foreign_words(expr->subquery->rel);
	case EXPR_PARAM:
		return "a parameter";
	case EXPR_FACT:
		return "what depends on the session";
	case EXPR_CALL:
		break;
	default:
		return NULL;
	}
	switch ((int)expr->function->id) {
	case FN_NOW:
	case FN_STATEMENT_TIMESTAMP:
	case FN_TRANSACTION_TIMESTAMP:
	case FN_AGE_TIMESTAMP:
	case FN_AGE_TIMESTAMPTZ:
		return "the current time";
	default:
		return expr->function->volatility >= FUNCTION_MOMENTARY
		    ? expr->function->name
		    : NULL;
	}
}

struct changing {
	const char *words;
	int location;
};

static bool
is_changing(const struct expr *expr, void *arg)
{
	struct changing *found = arg;

	found->words = changing_words(expr);
	if (found->words != NULL && expr->location != 0)
		found->location = expr->location;
	return found->words != NULL;
}

static int
check(struct query *query, int location, struct error *err)
{
	struct changing changing = { .location = location };
	const char *words = foreign_words(query->rel);

	if (words != NULL)
		return refuse(words, location, err);
	return rel_find(query->rel, is_changing, &changing)
	    ? refuse(changing.words, changing.location, err)
	    : 0;
}

/* ---- the path ---- */

static bool
is_subquery(const struct expr *expr, void *arg UNUSED)
{
	return expr->kind == EXPR_SUBQUERY;
}

/* False if the plan is over anything else than one scan. */
static bool
find_path(struct binder *binder, struct query *query, struct path *out)
{
	struct rel **slot = &query->rel;
	uint32_t count = 1;

	if (rel_find(query->rel, is_subquery, NULL))
		return false;
	for (; is_passed(*slot); slot = &(*slot)->input)
		count++;
	if ((*slot)->kind != REL_SCAN)
		return false;
	out->slots =
	    arena_alloc_array(binder->arena, count, sizeof(*out->slots));
	out->count = count;
	slot = &query->rel;
	for (uint32_t i = 0; i < count; i++, slot = &(*slot)->input)
		out->slots[i] = slot;
	return true;
}

static enum rel_kind
kind_at(const struct path *path, uint32_t i)
{
	return (*path->slots[i])->kind;
}

/* ---- a selection ---- */

static int
add_slot(struct expr **slot, void *arg)
{
	if (*slot != NULL)
		column_set_add_expr(arg, *slot);
	return 0;
}

/* Columns of the scan that what is above the cut names. */
static void
columns_above(const struct path *path, uint32_t cut, struct column_set *set)
{
	const struct rel *scan = *path->slots[path->count - 1];
	bool is_whole = cut == 0;

	for (uint32_t i = 0; i < cut; i++) {
		struct rel *rel = *path->slots[i];

		(void)rel_each_expr(rel, add_slot, set);
		/* by their numbers: of sorts and their like */
		is_whole |= rel->id == scan->id && rel->kind != REL_FILTER;
	}
	for (uint32_t i = 0; is_whole && i < scan->column_count; i++)
		column_set_add(set, scan->id, i);
}

static void
cut_selection(struct binder *binder, const struct path *path,
    struct kept_cut *cut)
{
	uint32_t at = path->count - 1;
	struct column_set wanted;

	while (at > 0 && kind_at(path, at - 1) == REL_FILTER)
		at--;
	cut->slot = path->slots[at];
	column_set_init(&wanted, binder->arena);
	columns_above(path, at, &wanted);
	cut->columns = arena_zalloc(binder->arena,
	    (cut->scan->column_count + (size_t)1) * sizeof(*cut->columns));
	for (uint32_t i = 0; i < cut->scan->column_count; i++) {
		if (!column_set_has(&wanted, cut->scan->id, i))
			continue;
		cut->columns[cut->column_count++] = (struct kept_column){
			.name =
			    arena_printf(binder->arena, "c%u", (unsigned)i + 1),
			.type = cut->scan->types[i],
			.event_column = i,
		};
	}
}

int
kept_cut(struct binder *binder, struct query *query, int location,
    struct kept_cut *cut, struct error *err)
{
	struct path path = { .count = 0 };
	bool is_done = false;
	uint32_t at;
	int rc = check(query, location, err);

	*cut = (struct kept_cut){ .slot = NULL };
	if (rc != 0)
		return rc;
	if (!find_path(binder, query, &path))
		return 0;
	at = path.count - 1;
	cut->scan = *path.slots[at];
	while (at > 0 &&
	    (kind_at(&path, at - 1) == REL_FILTER ||
		kind_at(&path, at - 1) == REL_PROJECT))
		at--;
	if (at > 0 && kind_at(&path, at - 1) == REL_AGG) {
		cut->slot = path.slots[at - 1];
		rc = kept_cut_aggregate(binder, *cut->slot, cut, &is_done, err);
	}
	if (rc == 0 && !is_done)
		cut_selection(binder, &path, cut);
	return rc;
}

struct field *
kept_fields(struct binder *binder, const struct kept_cut *cut)
{
	struct field *fields = arena_zalloc(binder->arena,
	    (cut->column_count + (size_t)1) * sizeof(*fields));

	for (uint32_t i = 0; i < cut->column_count; i++)
		fields[i] = (struct field){ .name = cut->columns[i].name,
			.type = cut->columns[i].is_text
			    ? type_of(TYPE_TEXT)
			    : cut->columns[i].type };
	return fields;
}
