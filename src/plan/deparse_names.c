/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the items of FROM are called, so that every column can be named by one of
 * them: by alias or table, with a number behind it where a query around this one,
 * or an item to the left, has the name already.
 */
#include "plan/deparse_private.h"

#define NAME_MAX_BYTES 63

static bool
is_taken(const struct deparse *d, struct str name)
{
	/* PostgreSQL has two more in each view: of a row before and after */
	if (str_equal(name, STR("old")) || str_equal(name, STR("new")))
		return true;
	for (const struct deparse_name *at = d->names; at != NULL;
	     at = at->next)
		if (str_equal(at->name, name))
			return true;
	return false;
}

static struct str
unique_name(struct deparse *d, struct str name)
{
	struct str found = name;

	for (int i = 1; is_taken(d, found); i++) {
		struct str number = arena_printf(d->arena, "_%d", i);
		size_t room = NAME_MAX_BYTES - number.len;

		found = arena_printf(d->arena, "%.*s%.*s",
		    (int)(name.len < room ? name.len : room), name.data,
		    STR_FMT(number));
	}
	return found;
}

static struct str
own_name(const struct ast_from *from)
{
	const struct ast_name *name = NULL;

	if (from->alias.name.len > 0)
		return from->alias.name;
	if (from->kind == AST_FROM_TABLE)
		name = &from->table;
	else if (from->kind == AST_FROM_FUNCTION &&
	    from->functions.items[0]->kind == AST_CALL)
		name = &from->functions.items[0]->call.name;
	return name == NULL ? STR("") : ast_name_last(name);
}

/* The alias of a join hides those of its sides. */
static void
hide(struct deparse_name *first, const struct deparse_name *limit,
    const struct deparse_name *join)
{
	for (; first != limit; first = first->next)
		if (first->hidden_by == NULL)
			first->hidden_by = join;
}

static void
name_item(struct deparse *d, const struct ast_from *from)
{
	const struct deparse_name *outside = d->names;
	struct str name = own_name(from);
	struct deparse_name *item;

	if (from->kind == AST_FROM_JOIN) {
		name_item(d, from->left);
		name_item(d, from->right);
	}
	if (name.len == 0)
		return;
	item = arena_zalloc(d->arena, sizeof(*item));
	item->from = from;
	item->range = bind_noted_range(d->notes, from);
	item->name = unique_name(d, name);
	item->next = d->names;
	if (from->kind == AST_FROM_JOIN)
		hide(d->names, outside, item);
	d->names = item;
}

void
deparse_name_from(struct deparse *d, const struct ast_from_list *list)
{
	for (uint32_t i = 0; i < list->count; i++)
		name_item(d, list->items[i]);
}

struct deparse_name *
deparse_name_of(const struct deparse *d, const struct ast_from *from)
{
	struct deparse_name *at = d->names;

	while (at != NULL && at->from != from)
		at = at->next;
	return at;
}

static const struct deparse_name *
name_of_range(const struct deparse *d, const struct range *range)
{
	const struct deparse_name *at = d->names;

	while (at != NULL && at->range != range)
		at = at->next;
	return at;
}

struct str
deparse_range_name(const struct deparse *d, const struct range *range)
{
	const struct deparse_name *name = name_of_range(d, range);

	return name == NULL ? STR("") : name->name;
}

/* The column of a join that is this one of what is inside it. */
static bool
column_of_join(const struct range *join, const struct expr *expr, uint32_t *out)
{
	for (uint32_t i = 0; join->exprs != NULL && i < join->column_count; i++)
		if (expr_equal(join->exprs[i], expr)) {
			*out = i;
			return true;
		}
	return false;
}

static bool
has_column_before(const struct range *range, uint32_t index, struct str name)
{
	for (uint32_t i = 0; i < index; i++)
		if (str_equal(range->columns[i].name, name))
			return true;
	return false;
}

struct str
deparse_range_column(struct deparse *d, const struct range *range,
    uint32_t index)
{
	struct str own = range->columns[index].name, name = own;

	for (int i = 1; has_column_before(range, index, name); i++)
		name = arena_printf(d->arena, "%.*s_%d", STR_FMT(own), i);
	return name;
}

bool
deparse_column_name(struct deparse *d, const struct expr *expr,
    struct str *qualifier, struct str *name)
{
	const struct range *range =
	    binder_range_of(d->binder, expr->column.rel);
	const struct deparse_name *item =
	    range == NULL ? NULL : name_of_range(d, range);
	uint32_t column = expr->column.column;

	if (item != NULL && item->hidden_by != NULL &&
	    !item->hidden_by->is_open) {
		item = item->hidden_by;
		if (!column_of_join(item->range, expr, &column))
			return false;
	}
	if (item == NULL || column >= item->range->column_count)
		return false;
	*qualifier = item->name;
	*name = deparse_range_column(d, item->range, column);
	return true;
}
