/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bind_locking.c -- FOR UPDATE and its like.  They lock nothing, since no event
 * changes; what they cannot be said of is refused in PostgreSQL's words.
 *
 * What is said of a subquery or a view is said of all in its FROM.  PostgreSQL
 * looks at subqueries when it parses a statement, but at the queries of views, and
 * at outer joins, when it plans it: then it is the statement that fails, once
 * it is to run.
 */
#include "plan/bind.h"
#include "sql/print.h"

static int
not_allowed(const struct ast_locking *lock, const char *with, struct error *err)
{
	return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s is not allowed with %s", print_lock_strength(lock->strength),
	    with);
}

static void
fail_later(struct binder *binder, const struct error *err)
{
	struct error *failure;

	if (binder->folded.failure != NULL)
		return;
	failure = arena_alloc(binder->arena, sizeof(*failure));
	*failure = *err;
	binder->folded.failure = failure;
}

/* A query whose rows the one around it locks is not allowed with something. */
static int
not_allowed_within(struct binder *binder, const struct ast_locking *lock,
    const char *with, struct error *err)
{
	int rc = not_allowed(lock, with, err);

	if (binder->view == NULL)
		return rc;
	fail_later(binder, err);
	return 0;
}

/* What a query must not have whose rows are to be those of its tables. */
static const char *
find_obstacle(const struct select_state *state)
{
	const struct ast_select *select = state->select;

	if (select->is_distinct || state->distinct_count > 0)
		return "DISTINCT clause";
	if (select->group_count > 0)
		return "GROUP BY clause";
	if (select->having != NULL)
		return "HAVING clause";
	if (state->is_aggregated)
		return "aggregate functions";
	if (state->windows.is_used)
		return "window functions";
	if (state->set_use.is_used)
		return "set-returning functions in the target list";
	return NULL;
}

/* ---- OF names ---- */

static struct str
name_of(const struct ast_from *from)
{
	if (from->alias.name.len > 0 || from->kind != AST_FROM_TABLE)
		return from->alias.name;
	return ast_name_last(&from->table);
}

/* The item of a name, in the sides of joins too; NULL if there is none. */
static const struct ast_from *
find_item(const struct ast_from *from, struct str name)
{
	const struct ast_from *found = NULL;

	if (str_equal(name_of(from), name))
		return from;
	if (from->kind == AST_FROM_JOIN && from->alias.name.len == 0) {
		found = find_item(from->left, name);
		if (found == NULL)
			found = find_item(from->right, name);
	}
	return found;
}

/* What cannot be locked, as messages call it; NULL if it can. */
static const char *
kind_without_rows(struct scope *scope, const struct ast_from *from)
{
	switch (from->kind) {
	case AST_FROM_TABLE:
		return with_find(scope, &from->table) != NULL ? "a WITH query"
							      : NULL;
	case AST_FROM_SUBQUERY:
		return NULL;
	case AST_FROM_FUNCTION:
		return "a function";
	case AST_FROM_JOIN:
		return "a join";
	case AST_FROM_SEQUENCE:
		break;
	}
	return NULL;
}

static int
check_name(struct select_state *state, const struct ast_locking *lock,
    const struct ast_name *name, struct error *err)
{
	const char *words = print_lock_strength(lock->strength), *kind;
	const struct ast_from_list *list = &state->select->from;
	const struct ast_from *found = NULL;

	if (name->count > 1)
		return error_at(err, name->location, STELE_E_SYNTAX,
		    "%s must specify unqualified relation names", words);
	for (uint32_t i = 0; i < list->count && found == NULL; i++)
		found = find_item(list->items[i], name->parts[0]);
	if (found == NULL)
		return error_at(err, name->location, STELE_E_UNDEFINED_TABLE,
		    "relation \"%.*s\" in %s clause not found in FROM clause",
		    STR_FMT(name->parts[0]), words);
	kind = kind_without_rows(&state->scope, found);
	if (kind == NULL)
		return 0;
	return error_at(err, name->location, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s cannot be applied to %s", words, kind);
}

const struct ast_locking *
locking_of_item(const struct scope *scope, const struct ast_from *from)
{
	const struct ast_select *select = scope->select;

	if (scope->locked != NULL || select == NULL)
		return scope->locked;
	for (uint32_t i = 0; i < select->lock_count; i++) {
		const struct ast_locking *lock = &select->locks[i];

		if (lock->name_count == 0)
			return lock;
		for (uint32_t k = 0; k < lock->name_count; k++)
			if (str_equal(lock->names[k].parts[0], name_of(from)))
				return lock;
	}
	return NULL;
}

void
bind_not_lockable(struct binder *binder, const struct scope *scope,
    const struct ast_from *from, const char *kind, struct str name)
{
	struct error err;

	if (locking_of_item(scope, from) == NULL)
		return;
	(void)error_set(&err, STELE_E_WRONG_OBJECT_TYPE,
	    "cannot lock rows in %s \"%.*s\"", kind, STR_FMT(name));
	fail_later(binder, &err);
}

/* ---- outer joins ---- */

static const struct ast_locking *
find_nullable(struct scope *scope, const struct ast_from *from,
    bool is_nullable)
{
	const struct ast_locking *found;

	if (from->kind == AST_FROM_TABLE || from->kind == AST_FROM_SUBQUERY)
		return is_nullable && kind_without_rows(scope, from) == NULL
		    ? locking_of_item(scope, from)
		    : NULL;
	if (from->kind != AST_FROM_JOIN || from->join == AST_JOIN_INNER ||
	    from->join == AST_JOIN_CROSS)
		return NULL;
	found = find_nullable(scope, from->left,
	    is_nullable || from->join != AST_JOIN_LEFT);
	return found != NULL ? found
			     : find_nullable(scope, from->right,
				   is_nullable || from->join != AST_JOIN_RIGHT);
}

/*
 * A condition over an outer join may make an inner one of it, which PostgreSQL
 * finds out first: nothing is said of those that have one.
 */
static void
check_outer_joins(struct binder *binder, struct select_state *state)
{
	const struct ast_select *select = state->select;
	struct error err;

	if (select->where != NULL ||
	    (select->lock_count == 0 && state->scope.locked == NULL))
		return;
	for (uint32_t i = 0; i < select->from.count; i++) {
		const struct ast_locking *lock =
		    find_nullable(&state->scope, select->from.items[i], false);

		if (lock == NULL)
			continue;
		(void)error_set(&err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "%s cannot be applied to the nullable side of an outer"
		    " join",
		    print_lock_strength(lock->strength));
		fail_later(binder, &err);
	}
}

/* ---- the clauses of a query ---- */

static int
check_within(struct binder *binder, struct select_state *state,
    struct error *err)
{
	const char *obstacle =
	    state->scope.locked == NULL ? NULL : find_obstacle(state);

	return obstacle == NULL
	    ? 0
	    : not_allowed_within(binder, state->scope.locked, obstacle, err);
}

int
bind_locking(struct binder *binder, struct select_state *state,
    struct error *err)
{
	const struct ast_select *select = state->select;
	const char *obstacle =
	    select->lock_count == 0 ? NULL : find_obstacle(state);
	int rc;

	if (obstacle != NULL)
		return not_allowed(&select->locks[0], obstacle, err);
	rc = check_within(binder, state, err);
	for (uint32_t i = 0; i < select->lock_count && rc == 0; i++) {
		const struct ast_locking *lock = &select->locks[i];

		for (uint32_t k = 0; k < lock->name_count && rc == 0; k++)
			rc = check_name(state, lock, &lock->names[k], err);
	}
	if (rc == 0)
		check_outer_joins(binder, state);
	return rc;
}

int
bind_locked_set(struct binder *binder, const struct ast_locking *lock,
    struct error *err)
{
	return lock == NULL
	    ? 0
	    : not_allowed_within(binder, lock, "UNION/INTERSECT/EXCEPT", err);
}

int
bind_no_locking(const struct ast_select *select, bool is_of_set,
    struct error *err)
{
	if (select->lock_count == 0)
		return 0;
	if (is_of_set)
		return not_allowed(&select->locks[0], "UNION/INTERSECT/EXCEPT",
		    err);
	return error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
	    "%s cannot be applied to VALUES",
	    print_lock_strength(select->locks[0].strength));
}

/* ---- cursors ---- */

/* Tables and subqueries of FROM have rows that can be locked. */
static bool
has_rows_to_lock(const struct ast_from *from)
{
	if (from->kind == AST_FROM_JOIN)
		return has_rows_to_lock(from->left) ||
		    has_rows_to_lock(from->right);
	return from->kind == AST_FROM_TABLE || from->kind == AST_FROM_SUBQUERY;
}

static bool
locks_rows(const struct ast_select *select)
{
	for (uint32_t i = 0; select->lock_count > 0 && i < select->from.count;
	     i++)
		if (has_rows_to_lock(select->from.items[i]))
			return true;
	return false;
}

int
bind_cursor_locking(const struct ast_declare_cursor *declare, struct error *err)
{
	const struct ast_select *select = declare->query;
	const char *words;

	if (!locks_rows(select))
		return 0;
	words = print_lock_strength(select->locks[0].strength);
	if (declare->with_hold) {
		(void)error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "DECLARE CURSOR WITH HOLD ... %s is not supported", words);
		return error_detail(err, "Holdable cursors must be READ ONLY.");
	}
	if (declare->is_scroll) {
		(void)error_set(err, STELE_E_FEATURE_NOT_SUPPORTED,
		    "DECLARE SCROLL CURSOR ... %s is not supported", words);
		return error_detail(err,
		    "Scrollable cursors must be READ ONLY.");
	}
	if (!declare->is_insensitive)
		return 0;
	(void)error_set(err, STELE_E_INVALID_CURSOR_DEFINITION,
	    "DECLARE INSENSITIVE CURSOR ... %s is not valid", words);
	return error_detail(err, "Insensitive cursors must be READ ONLY.");
}
