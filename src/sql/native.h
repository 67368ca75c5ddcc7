/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native.h -- inside the parser of the native language; private to src/sql.
 *
 * Recursive descent over bytes with one token of look-ahead, linear time, no
 * backtracking.  What a token is depends on what may stand there (a context, a
 * value, raw JSON), so those are read again from where the token begins.
 *
 * Grammar, keywords without case, [x] optional, x* any number:
 *
 *   DEFINE   = DEFINE type [AS version] FIELDS { field (, field)* }
 *   field    = name : (kind | "kind" | [ label (, label)* ] [| null])
 *   kind     = word [( p [, s] )] [| null]
 *   STORE    = STORE type FOR context [AT value] PAYLOAD payload
 *   payload  = { JSON } | 'JSON' | $n
 *   QUERY    = (QUERY | FIND) type step* clause*, each clause once
 *   step     = (FOLLOWED | PRECEDED) BY type
 *   clause   = FOR context | SINCE value | USING [TIME] field
 *            | RETURN [ [field (, field)*] ] | WHERE condition
 *            | aggregate (, aggregate)* | BY field (, field)*
 *            | PER unit
 *            | ORDER BY field [ASC | DESC] | LIMIT count | OFFSET count
 *            | LINKED BY name | WITHIN count span    (with steps only)
 *   aggregate = COUNT [UNIQUE] [field] | (TOTAL | AVG | MIN | MAX) field
 *   condition = and (OR and)*    and = not (AND not)*
 *   not      = NOT* ( ( condition ) | field [test] )
 *   test     = op value | [NOT] IN ( [value (, value)*] ) | IS [NOT] NULL
 *   PLOT     = PLOT side (VS side)* tail*
 *   side     = metric OF type step2* part*     step2 = (-> | THEN) type
 *   metric   = COUNT [( field )] | (TOTAL | SUM | AVG | MIN | MAX | UNIQUE)
 *              ( field )
 *   part     = FILTER condition | TOP count [BY (metric | field)]
 *            | LINKED BY name | WITHIN count span
 *   tail     = BREAKDOWN BY field (, field)* | TOP count [BY (metric | field)]
 *            | OVER unit ( field )
 *   unit     = HOUR | DAY | WEEK [FROM weekday] | MONTH | YEAR
 *   REPLAY   = REPLAY [type] FOR context
 *              (SINCE | RETURN | USING | LIMIT | OFFSET)*
 *   BATCH    = BATCH [ statement (; statement)* [;] ]
 *   EXPLAIN  = EXPLAIN [options] (QUERY | FIND | REPLAY | PLOT) ...
 *   RETAIN   = RETAIN type (string | count span | FOREVER)
 *   LIST     = LIST (TYPES | USERS | REMEMBERED)
 *   DESCRIBE = DESCRIBE type
 *   HELP     = HELP word*, the first words of a statement
 *   REMEMBER = REMEMBER (QUERY | FIND) ... AS kept
 *   FORGET   = FORGET kept      SHOW = SHOW (kept | PERMISSIONS FOR user)
 *   FLUSH, PING; users and permissions: native_role.c
 *
 *   name     = [A-Za-z_][A-Za-z0-9_-]*, letters beyond ASCII, or "name"
 *   kept     = name | [A-Za-z0-9_][A-Za-z0-9_-]*
 *   context  = [A-Za-z0-9_:.-]+ | string | $n
 *   value    = string | number | bare word, date or time | TRUE | FALSE
 *            | NULL | $n
 *   string   = "..." with JSON's escapes | '...' with '' for ' | E'...'
 *
 * A word that is a clause's keyword is that keyword where a clause may begin;
 * a field of that name is written in double quotes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "sql/ast.h"
#include "sql/parse_private.h"

#define NATIVE_NAME_MAX  63
#define NATIVE_STEPS_MAX 16 /* of a sequence */
#define NATIVE_SIDES_MAX 32 /* of a PLOT */

enum native_kind {
	NATIVE_END, /* of the text, or `;` */
	NATIVE_WORD,
	NATIVE_STRING,
	NATIVE_NUMBER,
	NATIVE_BARE, /* begins with a digit and is no number: a date, an id */
	NATIVE_PARAM,
	NATIVE_PUNCT, /* one character, or one of <= >= != <> -> */
};

struct native_token {
	enum native_kind kind;
	size_t start;
	size_t end;
	struct str text; /* of a string: decoded */
	bool is_name;    /* "..." may be a name, '...' not */
};

struct native {
	struct parse *p;
	struct native_token token; /* the next one, not taken yet */
	uint32_t param_count;
	uint32_t depth; /* of brackets */
	/* Of REMEMBER: the name that AS gives, if it follows at once; or NULL. */
	struct ast_step *remembered;
};

/* native_lex.c */

/* Read the token that begins at or after byte `at`; errors are sticky. */
MUST_USE int native_read(struct native *n, size_t at);

/* Take the token and read the next one. */
MUST_USE int native_advance(struct native *n);

/* Read the token again: as a bare word of context characters, as a value. */
void native_widen_context(struct native *n);
void native_widen_value(struct native *n);

/* Read the token again as raw JSON, from its brace to the matching one. */
MUST_USE int native_widen_json(struct native *n);

/* 42601, naming the token and what was expected in its place. */
int native_expected(struct native *n, const char *what);
/* 42601 at the token: what may be there once is there again. */
int native_repeated(struct native *n, const char *what);
int native_unsupported(struct native *n, size_t off, const char *what);
int native_position(const struct native *n, size_t off);

bool native_is_word(const struct native *n, const char *word);
bool native_is_punct(const struct native *n, const char *punct);

/* Take the word or character if it is next: 1, 0 if not, or an error. */
MUST_USE int native_accept(struct native *n, const char *word);
MUST_USE int native_accept_punct(struct native *n, const char *punct);
MUST_USE int native_expect(struct native *n, const char *word);
MUST_USE int native_expect_punct(struct native *n, const char *punct);

/* A name, bare or in double quotes; `what` is for the message. */
MUST_USE int native_name(struct native *n, const char *what, struct str *out,
    int *location);

/* Memory of the tree that the text sizes; NULL when there is none. */
void *native_alloc(struct native *n, size_t size);

/*
 * Make room for one more item in an array of the tree whose capacity is the
 * least power of two that holds `count`.
 */
MUST_USE int native_room(struct native *n, void **items, uint32_t count,
    size_t size);

/* native_value.c */
struct ast_expr *native_new(struct native *n, enum ast_expr_kind kind,
    size_t off);
MUST_USE int native_context(struct native *n, struct ast_expr **out);
MUST_USE int native_value(struct native *n, struct ast_expr **out);
MUST_USE int native_count(struct native *n, const char *what,
    struct ast_expr **out);
MUST_USE int native_param(struct native *n, struct ast_expr **out);
struct ast_expr *native_string(struct native *n, struct str text, size_t off);
/* SELECT * FROM it, which may be NULL without memory. */
struct ast_select *native_select_all(struct native *n, struct ast_from *from);

/* native_where.c */
MUST_USE int native_where(struct native *n, struct ast_expr **out);
/* One more, which must be true as well as what `where` has, if anything. */
MUST_USE int native_and_where(struct native *n, struct ast_expr **where);

/* native_query.c: after the first word, which the caller has taken. */
MUST_USE int native_query(struct native *n, struct ast_query *out);
MUST_USE int native_replay(struct native *n, struct ast_query *out);

/* Fields, type.field too: of any type; or 42P01 if it is not the query's. */
MUST_USE int native_any_field(struct native *n, struct ast_field *out);
MUST_USE int native_check_field(struct native *n, const struct ast_query *query,
    const struct ast_field *field);
MUST_USE int native_field(struct native *n, const struct ast_query *query,
    struct ast_field *out);
MUST_USE int native_fields(struct native *n, const struct ast_query *query,
    struct ast_field **fields, uint32_t *count);

/* HOUR, DAY ...: what PER says. */
MUST_USE int native_per(struct native *n, struct ast_query *out);
MUST_USE int native_add_aggregate(struct native *n,
    const struct ast_native_agg *agg, struct ast_query *out);

/* native_plot.c: after the first word. */
MUST_USE int native_plot(struct native *n, struct ast_plot *out);

/*
 * native_sequence.c: the types behind the first, FOLLOWED BY or with arrows;
 * clauses, with their keyword.
 */
MUST_USE int native_steps(struct native *n, struct ast_query *query);
MUST_USE int native_arrows(struct native *n, struct ast_query *query);
MUST_USE int native_linked(struct native *n, struct ast_query *query);
MUST_USE int native_within(struct native *n, struct ast_query *query);

/* native_define.c */
MUST_USE int native_define(struct native *n, struct ast_create_table *out);

/* native_help.c: a SELECT from VALUES. */
MUST_USE int native_help(struct native *n, struct ast_select **out);

/* native_retain.c */
MUST_USE int native_retain(struct native *n, struct ast_alter_table *out);

/* native_role.c: after the first word, or KEY. */
MUST_USE int native_create_user(struct native *n, struct ast_role_def *out);
MUST_USE int native_revoke_key(struct native *n, struct ast_role_def *out);
MUST_USE int native_rotate_key(struct native *n, struct ast_role_def *out);
MUST_USE int native_grant(struct native *n, bool is_revoke,
    struct ast_grant *out);
MUST_USE int native_list(struct native *n, struct ast_select **out);
MUST_USE int native_show_permissions(struct native *n, struct ast_select **out);

/* native_kept.c: a name that may begin with a digit; after the first word. */
MUST_USE int native_kept_name(struct native *n, const char *what,
    struct str *out, int *location);
MUST_USE int native_remember(struct native *n, struct ast_create_view *out);
MUST_USE int native_forget(struct native *n, struct ast_drop *out);

/* native_store.c */
MUST_USE int native_store(struct native *n, struct ast_store *out);
