/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_with.c -- WITH, also RECURSIVE.
 *
 * The queries are in a scope of their own, between the query that has the WITH
 * and what surrounds it.  Each is bound when it is first named, or at last, so
 * that those of WITH RECURSIVE may name later ones.
 *
 * As in PostgreSQL a query that is named once, or is NOT MATERIALIZED, takes
 * the place of its name; any other runs once and keeps its rows.
 */
#include "plan/bind.h"
#include "plan/rel_walk.h"

/* ---- names ---- */

struct with_item *
with_find(struct scope *scope, const struct ast_name *name)
{
	if (name->count != 1)
		return NULL;
	for (; scope != NULL; scope = scope->outer) {
		struct with_item *item = scope->with;

		for (; item != NULL; item = item->older) {
			if (str_equal(item->ast->name, name->parts[0]))
				return item;
		}
	}
	return NULL;
}

int
with_explain_missing(const struct scope *scope, const struct ast_name *name,
    struct error *err)
{
	for (; scope != NULL && name->count == 1; scope = scope->outer) {
		const struct ast_select *select = scope->with_ast;

		for (uint32_t i = 0; select != NULL && i < select->cte_count;
		     i++) {
			if (!str_equal(select->ctes[i].name, name->parts[0]))
				continue;
			error_detail(err,
			    "There is a WITH item named \"%.*s\", but it"
			    " cannot be referenced from this part of the"
			    " query.",
			    STR_FMT(name->parts[0]));
			return error_hint(err,
			    "Use WITH RECURSIVE, or re-order the WITH items to"
			    " remove forward references.");
		}
	}
	return err->code;
}

static int
check_unique(const struct ast_select *select, uint32_t i, struct error *err)
{
	for (uint32_t k = 0; k < i; k++) {
		if (str_equal(select->ctes[k].name, select->ctes[i].name))
			return error_at(err, select->ctes[i].location,
			    STELE_E_DUPLICATE_ALIAS,
			    "WITH query name \"%.*s\" specified more than once",
			    STR_FMT(select->ctes[i].name));
	}
	return 0;
}

/* Names of the columns: WITH t (a, b), then the query's own. */
static int
set_columns(struct binder *binder, struct with_item *item,
    const struct query *query, struct error *err)
{
	const struct ast_cte *ast = item->ast;

	if (ast->column_count > query->column_count)
		return error_at(err, ast->location,
		    STELE_E_INVALID_COLUMN_REFERENCE,
		    "WITH query \"%.*s\" has %u columns available but %u"
		    " columns specified",
		    STR_FMT(ast->name), query->column_count, ast->column_count);
	item->column_count = query->column_count;
	item->columns = arena_zalloc(binder->arena,
	    (query->column_count + 1) * sizeof(*item->columns));
	for (uint32_t i = 0; i < query->column_count; i++) {
		item->columns[i] = query->columns[i];
		item->columns[i].type = query->rel->types[i];
		if (i < ast->column_count)
			item->columns[i].name = ast->columns[i];
	}
	return 0;
}

/* ---- the queries ---- */

static bool
is_modify(const struct ast_cte *ast)
{
	return ast->query->kind != AST_SELECT;
}

/* What changes rows runs to its end, so it stands where the whole does. */
static int
check_statement(const struct with_item *item, struct error *err)
{
	if (!is_modify(item->ast) || item->scope.outer == NULL)
		return 0;
	return error_at(err, item->ast->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "WITH clause containing a data-modifying statement must be at the"
	    " top level");
}

static int
recursion_error(const struct with_item *item, enum recursion recursion,
    int location, struct error *err)
{
	static const char *const places[] = {
		[RECURSION_FIRST_TERM] = "its non-recursive term",
		[RECURSION_SUBQUERY] = "a subquery",
		[RECURSION_OUTER_JOIN] = "an outer join",
		[RECURSION_INTERSECT] = "INTERSECT",
		[RECURSION_EXCEPT] = "EXCEPT",
	};

	return error_at(err, location, STELE_E_INVALID_RECURSION,
	    "recursive reference to query \"%.*s\" must not appear within %s",
	    STR_FMT(item->ast->name), places[recursion]);
}

/* The form that PostgreSQL asks of a query that names itself. */
static int
check_recursive_form(const struct ast_select *select, struct error *err)
{
	const char *what = NULL;
	int location = 0;

	if (select->order_by.count > 0) {
		what = "ORDER BY";
		location = select->order_by.items[0].location;
	} else if (select->offset != NULL) {
		what = "OFFSET";
		location = select->offset->location;
	} else if (select->limit != NULL) {
		what = "LIMIT";
		location = select->limit->location;
	} else if (select->lock_count > 0) {
		what = "FOR UPDATE/SHARE";
	}
	if (what == NULL)
		return 0;
	return error_at(err, location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s in a recursive query is not implemented", what);
}

static int
check_recursive_types(struct binder *binder, const struct with_item *item,
    const struct query *first_term, const struct type *types, struct error *err)
{
	for (uint32_t i = 0; i < item->column_count; i++) {
		const struct type *first = &item->columns[i].type;

		if (first->oid == types[i].oid && first->mod == types[i].mod)
			continue;
		error_at(err,
		    first_term->exprs == NULL
			? item->ast->location
			: expr_start(first_term->exprs[i]),
		    STELE_E_DATATYPE_MISMATCH,
		    "recursive query \"%.*s\" column %u has type %s in"
		    " non-recursive term but type %s overall",
		    STR_FMT(item->ast->name), i + 1,
		    type_text_whole(binder, first),
		    type_text_whole(binder, &types[i]));
		return error_hint(err,
		    "Cast the output of the non-recursive term to the correct"
		    " type.");
	}
	return 0;
}

/* Both terms are bound: the relation that goes round. */
static int
make_recursive(struct binder *binder, struct with_item *item,
    const struct ast_select *select, struct query *sides, struct query *out,
    struct error *err)
{
	uint32_t count = sides[0].column_count;
	struct type *types =
	    arena_alloc_array(binder->arena, count + 1, sizeof(*types));
	int rc;

	if (sides[1].column_count != count)
		return error_at(err, select->right->location, STELE_E_SYNTAX,
		    "each UNION query must have the same number of columns");
	rc = check_recursive_form(select, err);
	if (rc == 0)
		rc = set_op_types(binder, select, sides, types, err);
	if (rc == 0)
		rc = check_recursive_types(binder, item, &sides[0], types, err);
	for (int side = 0; side < 2 && rc == 0; side++)
		rc = query_coerce(binder, &sides[side], types, CAST_IMPLICIT,
		    err);
	if (rc != 0)
		return rc;
	*out = sides[0];
	out->exprs = NULL;
	out->rel = rel_new(binder, REL_RECURSIVE, sides[0].rel, count);
	out->rel->recursive.step = sides[1].rel;
	out->rel->recursive.is_distinct = !select->is_set_all;
	out->rel->recursive.work = item->work;
	memcpy(out->rel->types, types, count * sizeof(*types));
	return 0;
}

/*
 * A UNION in WITH RECURSIVE: the second term may name the query, which then has
 * the first one's columns.
 */
static int
bind_terms(struct binder *binder, struct with_item *item,
    const struct ast_select *select, struct query *out, struct error *err)
{
	struct query sides[2];
	int rc;

	binder->recursion = RECURSION_FIRST_TERM;
	rc = bind_select(binder, &item->scope, select->left, UNKNOWNS_STAY,
	    &sides[0], err);
	if (rc == 0)
		rc = set_columns(binder, item, &sides[0], err);
	for (uint32_t i = 0; rc == 0 && i < item->column_count; i++) {
		if (item->columns[i].type.oid == TYPE_UNKNOWN)
			item->columns[i].type = type_of(TYPE_TEXT);
	}
	binder->recursion = RECURSION_OK;
	item->may_recurse = true;
	item->work = binder->work_count++;
	if (rc == 0)
		rc = bind_select(binder, &item->scope, select->right,
		    UNKNOWNS_STAY, &sides[1], err);
	item->may_recurse = false;
	if (rc != 0)
		return rc;
	if (item->self_count > 0)
		return make_recursive(binder, item, select, sides, out, err);
	rc = combine_sides(binder, select, sides, out, err);
	if (rc == 0)
		rc = bind_order_of_result(binder, &item->scope, select, out,
		    err);
	return rc;
}

static int
bind_query(struct binder *binder, struct with_item *item, bool may_recurse,
    struct query *out, struct error *err)
{
	const struct ast_select *select = item->ast->query->select;

	if (is_modify(item->ast))
		return bind_modify_query(binder, &item->scope, item->ast->query,
		    out, err);
	if (may_recurse && select->set_op == AST_UNION &&
	    select->cte_count == 0)
		return bind_terms(binder, item, select, out, err);
	return bind_select(binder, &item->scope, select, UNKNOWNS_TEXT, out,
	    err);
}

/* As deep as it is, for what names it later. */
static int
bind_apart(struct binder *binder, struct with_item *item, bool may_recurse,
    struct query *out, struct error *err)
{
	enum recursion around = binder->recursion;
	const struct ast_locking *locked = binder->locked;
	uint32_t deepest = binder->deepest;
	int rc = binder_enter(binder, 1, "WITH", item->ast->location, err);

	if (rc != 0)
		return rc;
	binder->recursion = RECURSION_OK;
	binder->locked = NULL;
	binder->deepest = binder->depth;
	rc = bind_query(binder, item, may_recurse, out, err);
	binder_leave(binder, 1);
	item->height = binder->deepest - binder->depth;
	if (binder->deepest < deepest)
		binder->deepest = deepest;
	binder->recursion = around;
	binder->locked = locked;
	return rc;
}

static int
bind_item(struct binder *binder, struct with_item *item, bool may_recurse,
    struct error *err)
{
	struct query query;
	int rc;

	rc = check_statement(item, err);
	if (rc != 0)
		return rc;
	item->state = WITH_BINDING;
	rc = bind_apart(binder, item, may_recurse, &query, err);
	if (rc == 0)
		rc = query_settle(binder, &query, err);
	if (rc == 0)
		rc = set_columns(binder, item, &query, err);
	if (rc != 0)
		return rc;
	item->state = WITH_BOUND;
	item->cte.rel = query.rel;
	item->cte.column_count = query.column_count;
	item->cte.is_modify = is_modify(item->ast);
	item->list->items[item->list->count++] = item;
	return 0;
}

/* ---- references ---- */

static struct range *
new_range(struct binder *binder, const struct with_item *item,
    const struct ast_from *from, struct rel *rel)
{
	struct range *range = arena_zalloc(binder->arena, sizeof(*range));

	range->name =
	    from->alias.name.len > 0 ? from->alias.name : item->ast->name;
	range->table_name = item->ast->name;
	range->rel_id = rel->id;
	range->columns = item->columns;
	range->column_count = item->column_count;
	return range;
}

static struct rel *
new_leaf(struct binder *binder, enum rel_kind kind,
    const struct with_item *item)
{
	struct rel *rel = rel_new(binder, kind, NULL, item->column_count);

	for (uint32_t i = 0; i < item->column_count; i++)
		rel->types[i] = item->columns[i].type;
	return rel;
}

static int
bind_self_ref(struct binder *binder, struct with_item *item,
    const struct ast_from *from, struct range **range, struct rel **out,
    struct error *err)
{
	int location = from->table.location;

	if (!item->may_recurse && binder->recursion != RECURSION_FIRST_TERM) {
		if (is_modify(item->ast) ||
		    item->ast->query->select->set_op != AST_UNION)
			return error_at(err, item->ast->location,
			    STELE_E_INVALID_RECURSION,
			    "recursive query \"%.*s\" does not have the form"
			    " non-recursive-term UNION [ALL] recursive-term",
			    STR_FMT(item->ast->name));
		return error_at(err, item->ast->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "mutual recursion between WITH items is not implemented");
	}
	if (binder->recursion != RECURSION_OK)
		return recursion_error(item, binder->recursion, location, err);
	if (item->self_count++ > 0)
		return error_at(err, location, STELE_E_INVALID_RECURSION,
		    "recursive reference to query \"%.*s\" must not appear more"
		    " than once",
		    STR_FMT(item->ast->name));
	*out = new_leaf(binder, REL_WORK, item);
	(*out)->work = item->work;
	*range = new_range(binder, item, from, *out);
	(*range)->is_self = true;
	return 0;
}

/* NOT MATERIALIZED: the query again, for this reference alone. */
static int
bind_copy_ref(struct binder *binder, struct with_item *item,
    const struct ast_from *from, struct range **range, struct rel **out,
    struct error *err)
{
	struct query query;
	int rc;

	binder->copy_depth++;
	binder_add_copies(binder, 1);
	rc = bind_select(binder, &item->scope, item->ast->query->select,
	    UNKNOWNS_TEXT, &query, err);
	binder->copy_depth--;
	if (rc != 0)
		return rc;
	*out = query.rel;
	*range = new_range(binder, item, from, *out);
	return 0;
}

int
bind_with_ref(struct binder *binder, struct with_item *item,
    const struct ast_from *from, struct range **range, struct rel **out,
    struct error *err)
{
	int rc;

	if (item->state == WITH_BINDING)
		return bind_self_ref(binder, item, from, range, out, err);
	if (item->state == WITH_NEW) {
		rc = bind_item(binder, item, true, err);
		if (rc != 0)
			return rc;
	}
	if (is_modify(item->ast) && item->column_count == 0)
		return error_at(err, from->location,
		    STELE_E_FEATURE_NOT_SUPPORTED,
		    "WITH query \"%.*s\" does not have a RETURNING clause",
		    STR_FMT(item->ast->name));
	if (item->ast->materialized == AST_MATERIALIZED_NEVER &&
	    item->self_count == 0 && !is_modify(item->ast))
		return bind_copy_ref(binder, item, from, range, out, err);
	rc = binder_reach(binder, item->height, "WITH", from->location, err);
	if (rc != 0)
		return rc;
	*out = new_leaf(binder, REL_CTE, item);
	item->cte.name = item->ast->name;
	(*out)->cte = &item->cte;
	item->ref = *out;
	item->ref_count++;
	*range = new_range(binder, item, from, *out);
	return 0;
}

/* ---- the whole ---- */

static bool
is_volatile(const struct expr *expr, void *arg UNUSED)
{
	return expr_is_volatile_call(expr);
}

static bool
can_take_place(const struct with_item *item)
{
	return item->ref_count == 1 && item->self_count == 0 &&
	    !item->cte.is_modify &&
	    item->ast->materialized == AST_MATERIALIZED_DEFAULT &&
	    !rel_find(item->cte.rel, is_volatile, NULL);
}

/* The only reference becomes a projection of the query itself. */
static void
take_place(struct binder *binder, struct with_item *item)
{
	struct rel *ref = item->ref;
	struct rel *rel = item->cte.rel;

	ref->kind = REL_PROJECT;
	ref->input = rel;
	ref->project = arena_alloc_array(binder->arena, ref->column_count + 1,
	    sizeof(*ref->project));
	for (uint32_t i = 0; i < ref->column_count; i++)
		ref->project[i] =
		    expr_column(binder->arena, rel->types[i], 0, rel->id, i);
}

struct rel *
with_finish(struct binder *binder, const struct with_list *list,
    struct rel *body)
{
	struct rel *with = rel_new_over(binder, REL_WITH, body);

	with->with.ctes = arena_alloc_array(binder->arena,
	    (size_t)list->count + 1, sizeof(struct cte *));
	for (uint32_t i = 0; i < list->count; i++) {
		struct with_item *item = list->items[i];

		if (can_take_place(item))
			take_place(binder, item);
		else if (item->ref_count > 0 || item->cte.is_modify)
			with->with.ctes[with->with.count++] = &item->cte;
	}
	return with->with.count > 0 ? with : body;
}

static struct with_list *
new_list(struct binder *binder, uint32_t count)
{
	struct with_list *list = arena_zalloc(binder->arena, sizeof(*list));

	list->items = arena_alloc_array(binder->arena, (size_t)count + 1,
	    sizeof(*list->items));
	return list;
}

int
with_begin(struct binder *binder, const struct ast_select *select,
    struct scope *scope, struct with_list **out, struct error *err)
{
	struct with_item *items = arena_zalloc(binder->arena,
	    ((size_t)select->cte_count + 1) * sizeof(*items));
	struct with_list *list = new_list(binder, select->cte_count);
	int rc = 0;

	*out = list;
	scope->with_ast = select;
	for (uint32_t i = 0; i < select->cte_count && rc == 0; i++) {
		struct with_item *item = &items[i];

		item->list = list;
		item->ast = &select->ctes[i];
		item->older = scope->with;
		rc = check_unique(select, i, err);
		if (rc == 0 && !select->is_recursive) {
			item->scope = *scope;
			rc = bind_item(binder, item, false, err);
		}
		scope->with = item;
	}
	for (uint32_t i = 0;
	     i < select->cte_count && select->is_recursive && rc == 0; i++)
		items[i].scope = *scope;
	for (uint32_t i = 0; i < select->cte_count && rc == 0; i++) {
		if (items[i].state == WITH_NEW)
			rc = bind_item(binder, &items[i], true, err);
	}
	return rc;
}

int
bind_with(struct binder *binder, struct scope *outer,
    const struct ast_select *select, enum unknowns unknowns, struct query *out,
    struct error *err)
{
	struct scope scope = { .id = ++binder->scope_count, .outer = outer };
	struct with_list *list;
	int rc;

	rc = with_begin(binder, select, &scope, &list, err);
	if (rc == 0)
		rc = bind_select_body(binder, &scope, select, unknowns, out,
		    err);
	if (rc == 0)
		out->rel = with_finish(binder, list, out->rel);
	return rc;
}
