/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/grammar.h"

#include "common/attr.h"
#include "common/buf.h"
#include "types/function.h"
#include "types/type.h"

#define DEPTH_MAX 7
#define TEXT_MAX  4000

/* ---- the grammar ---- */

/*
 * In a rule '%' and a letter stand for one of that letter's rules, or for an
 * expression: %e of any type, %i, %b, %s ... of that of a row of kinds[].  The
 * first rule of a letter leads to an end: it is taken when the text is deep or
 * long, or the input at its end.
 */
/* Rules go over lines: NOLINTBEGIN(bugprone-suspicious-missing-comma) */
static const char *const statements[] = { "%Q", "%Q", "%Q", "EXPLAIN %Q",
	"INSERT INTO t (context_id, i, s) SELECT %s, %i, %s %F",
	"INSERT INTO t (context_id, i, f, n, s, b, d, j) VALUES ('c', %i, %f, "
	"%n, %s, %b, %d, %j), ('d', %i, %f, %n, %s, %b, NULL, %j) RETURNING %e",
	"CREATE VIEW v AS %Q", "COPY (%Q) TO STDOUT",
	"STORE t FOR c PAYLOAD {\"i\": %k, \"s\": \"%k\"}", "QUERY t WHERE %N",
	"REPLAY t FOR a", "QUERY t %M",
	"CREATE TABLE w (x %T, y %T DEFAULT %e)",
	"ALTER TABLE t ADD COLUMN y %T DEFAULT %e", "DROP VIEW IF EXISTS v",
	NULL };

static const char *const queries[] = { "SELECT %e %F", "SELECT %e, %e %F%W",
	"SELECT %e %F%W%G", "SELECT * %F%W%O", "SELECT %D %e, %e %F%W%O",
	"%q UNION %U %q", "%q INTERSECT %q", "%q EXCEPT %U %q",
	"WITH w AS (%Q) SELECT * FROM w%O",
	"WITH RECURSIVE w(x) AS (SELECT 1 UNION %U SELECT x + 1 FROM w WHERE "
	"x < %k) SELECT %e FROM w, t%O",
	"SELECT v.x %F, LATERAL (VALUES (%i, %s), (%i, NULL)) v(x, y)%W%O",
	"SELECT %w, %e %F%W%O", "SELECT i, %a %F%W GROUP BY %B",
	"SELECT count(*), %a %F%W", "SELECT s.* FROM (%Q) s%O", NULL };
/* NOLINTEND(bugprone-suspicious-missing-comma) */

/* A query of one column. */
static const char *const scalars[] = { "SELECT %e", "SELECT %i %F%W%O",
	"SELECT %a %F%W", "SELECT i FROM t%W", "VALUES (%i), (%i)", NULL };

static const char *const froms[] = { "FROM t", "FROM t, u",
	"FROM t %J JOIN u USING (i)", "FROM t %J JOIN u ON %b",
	"FROM (%q) s(i), t", "FROM t, LATERAL (%q) l",
	"FROM generate_series(%k, %k) t(i)", "FROM u t", "FROM events",
	"FROM unnest(ARRAY[%i, %i]) WITH ORDINALITY t(i, n)",
	"FROM jsonb_array_elements(%j) t(j)", "FROM t NATURAL JOIN u",
	"FROM t TABLESAMPLE system (1)", "FROM jsonb_each(%j) t(s, j)",
	"FROM t, u, t x", NULL };

static const char *const wheres[] = { "", " WHERE %b", " WHERE %b AND %b",
	" WHERE t.i = %i", " WHERE t.s = %s OR t.i IN (%i, %i)",
	" WHERE t.context_id = 'a' AND %b", " WHERE t.timestamp > %z",
	" WHERE t.i BETWEEN %k AND %k AND t.s LIKE %s",
	" WHERE t.event_id > %k", NULL };
static const char *const groups[] = { " GROUP BY 1", " GROUP BY %e",
	" GROUP BY %B HAVING %b", " GROUP BY %B HAVING count(*) > %k", NULL };
static const char *const group_lists[] = { "i", "i, %e", "ROLLUP (i, %e)",
	"CUBE (i, s)", "GROUPING SETS ((i), (s, i), ())", "DISTINCT i, (i, s)",
	NULL };
static const char *const orders[] = { "", " ORDER BY 1", " ORDER BY %e",
	" ORDER BY 1 DESC NULLS LAST, 2", " LIMIT %k", " LIMIT %k OFFSET %k",
	" ORDER BY %e FETCH FIRST %k ROWS WITH TIES", NULL };
static const char *const joins[] = { "", "LEFT", "RIGHT", "FULL", NULL };
static const char *const distincts[] = { "", "DISTINCT", "DISTINCT ON (%e)",
	"DISTINCT ON (i, s)", NULL };
static const char *const alls[] = { "", "ALL", NULL };

/* Of any types: most of them are none. */
static const char *const wild[] = { "%c", "%l", "(%e)::%T",
	"CASE WHEN %e THEN %e ELSE %e END", "CASE %e WHEN %e THEN %e END",
	"coalesce(%e, %e)", "nullif(%e, %e)", "greatest(%e, %e)",
	"(%e IS NULL)", "(%e IS DISTINCT FROM %e)", "(%e IN (%e, %e, %e))",
	"(%e IN (%q))", "(%e NOT IN (%q))", "EXISTS (%Q)", "(%q)", "ARRAY(%q)",
	"(%e = ANY (%e))", "(%e > ALL (%q))", "ARRAY[%e, %e]", "(%e)[%e]",
	"(%e)[%e:%e]", "ROW(%e, %e)", "(ROW(%e, %e) = ROW(%e, %e))",
	"(%e AND %e)", "(%e OR %e)", "(NOT %e)", "(%e BETWEEN %e AND %e)",
	"(%e LIKE %e)", "(%e SIMILAR TO %e)", "(%e AT TIME ZONE %e)",
	"extract(year FROM %e)", "substring(%e FROM %e FOR %e)",
	"position(%e IN %e)", "overlay(%e PLACING %e FROM %e)",
	"trim(%e FROM %e)", "(%e COLLATE \"C\")", "(t.*)", "t",
	"(%e OVERLAPS %e)", "(%e IS NOT TRUE)", "%a", "%w",
	"concat(VARIADIC %e)", "CAST(%e AS %T)", "interval %l",
	"date '2026-01-01'", "$1", NULL };

static const char *const aggregates[] = { "count(*)", "sum(%i)", "sum(%n)",
	"avg(%f)", "min(%e)", "max(%e)", "count(DISTINCT %e)",
	"string_agg(%s, %s ORDER BY %e)", "array_agg(%e ORDER BY %e DESC)",
	"jsonb_agg(%e)", "jsonb_object_agg(%s, %e)", "bool_and(%b)",
	"sum(%f) FILTER (WHERE %b)", "stddev(%n)", "corr(%f, %f)",
	"percentile_cont(0.5) WITHIN GROUP (ORDER BY %f)",
	"mode() WITHIN GROUP (ORDER BY %e)", "grouping(i)", "bit_or(%i)",
	NULL };
static const char *const windows[] = { "row_number() OVER ()",
	"rank() OVER (ORDER BY %e)", "lag(%i, %k, %i) OVER (%P ORDER BY %e)",
	"%a OVER (%P ORDER BY %e %R)", "first_value(%e) OVER (%P %R)",
	"nth_value(%e, %k) OVER (ORDER BY i %R)", "ntile(%k) OVER (%P)",
	"cume_dist() OVER (%P ORDER BY %e)", NULL };
static const char *const partitions[] = { "", "PARTITION BY %e",
	"PARTITION BY i, s", NULL };
static const char *const frames[] = { "",
	"ROWS BETWEEN %k PRECEDING AND %k FOLLOWING",
	"RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
	"GROUPS BETWEEN %k PRECEDING AND CURRENT ROW EXCLUDE TIES",
	"RANGE BETWEEN %l PRECEDING AND %l FOLLOWING", NULL };

static const char *const columns[] = { "i", "f", "n", "s", "b", "d", "j", "g",
	"z", "n", "context_id", "timestamp", "event_id", "t.i", "t.s", "u.i",
	"u.z", "x", "w", "payload", NULL };
static const char *const literals[] = { "1", "0", "-1", "'a'", "NULL", "''",
	"2147483647", "9223372036854775807", "1.5", "-0.0", "1e308",
	"'NaN'::float8", "'infinity'::timestamptz", "true", "'2026-01-01'",
	"'{1,2,NULL}'::int[]", "'{\"a\": [1, {\"b\": null}]}'::jsonb",
	"'%%a%%'", "E'\\\\x00ff'::bytea",
	"'1 mon -2 days 03:04:05.6'::interval", "'10.0.0.0/8'::inet",
	"0.1::numeric(38,20)", "'12:00'::time",
	"'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid",
	"'\xc3\xa9\xf0\x9f\xaa\xb6'", "'$.a[*] ? (@ > 1)'",
	"'YYYY-MM-DD HH24:MI:SS.US'", "'(a|b)*c'", "repeat('x', 100)",
	"'{a,b}'::text[]", "'99.9'", "'day'", NULL };
static const char *const counts[] = { "1", "0", "2", "10", "100", "-1",
	"2147483647", "3", NULL };
static const char *const types[] = { "int", "text", "bigint", "numeric",
	"float8", "bool", "timestamptz", "date", "jsonb", "int[]", "text[]",
	"uuid", "interval", "bytea", "smallint", "real", "varchar(3)",
	"char(2)", "time", "timestamp", "inet", "json", "numeric(10,2)", "name",
	"oid", "regclass", "jsonpath", NULL };
static const char *const native_conditions[] = { "i = %k", "s = \"a\"",
	"i > %k AND (%N)", "NOT (%N)", "i IN (%k, %k) OR %N", "f <= %k", NULL };
static const char *const native_tails[] = { "LIMIT %k", "COUNT", "COUNT BY s",
	"AVG i PER day", "ORDER BY i DESC", "COUNT UNIQUE s BY b",
	"FOLLOWED BY u LINKED BY context_id", "PRECEDED BY u LINKED BY i",
	"SINCE \"2026-01-01T00:00:00Z\" RETURN [i, s]", NULL };

static const char *const *const rules[128] = {
	['S'] = statements,
	['Q'] = queries,
	['q'] = scalars,
	['F'] = froms,
	['W'] = wheres,
	['G'] = groups,
	['B'] = group_lists,
	['O'] = orders,
	['J'] = joins,
	['D'] = distincts,
	['U'] = alls,
	['X'] = wild,
	['a'] = aggregates,
	['w'] = windows,
	['P'] = partitions,
	['R'] = frames,
	['c'] = columns,
	['l'] = literals,
	['k'] = counts,
	['T'] = types,
	['N'] = native_conditions,
	['M'] = native_tails,
};

/* ---- texts ---- */

/* One of `count`, the first where there is no choice any more. */
static uint32_t
choose(struct choices *c, uint32_t count)
{
	uint32_t choice = 0;

	if (c->size == 0)
		return 0;
	choice = *c->data++;
	c->size--;
	if (count > UINT8_MAX && c->size > 0) {
		choice = choice << 8 | *c->data++;
		c->size--;
	}
	return choice % count;
}

/* It is deep or long enough, or there is nothing left to choose by. */
static bool
must_end(const struct choices *c)
{
	return c->depth >= DEPTH_MAX || c->size == 0 || c->out->len > TEXT_MAX;
}

static void put_rule(struct choices *c, char letter);

/* ---- expressions of a type ---- */

static const struct kind {
	char letter; /* in rules; 0: none */
	uint32_t oid;
	const char *name;
	const char *columns[4];
	const char *literals[8];
} kinds[] = {
	{ 'i', TYPE_INT4, "int", { "t.i", "t.i" },
	    { "1", "0", "-1", "2147483647", "NULL::int", "7" } },
	{ 'b', TYPE_BOOL, "bool", { "t.b", "t.b" },
	    { "true", "false", "NULL::bool" } },
	{ 's', TYPE_TEXT, "text", { "t.s", "t.s", "t.context_id" },
	    { "'a'", "''", "'%%a_'", "'s1'", "repeat('\xc3\xa9', 50)",
		"NULL::text", "'(a|b)*c'", "'12.5'" } },
	{ 'f', TYPE_FLOAT8, "float8", { "t.f", "t.f" },
	    { "1.5::float8", "'NaN'::float8", "'-Infinity'::float8",
		"1e308::float8", "'-0'::float8" } },
	{ 'n', TYPE_NUMERIC, "numeric", { "t.n", "t.n" },
	    { "1.10", "0.0", "-99999999999999999999.5", "'NaN'::numeric",
		"1e-20", "0.1::numeric(38,20)" } },
	{ 'z', TYPE_TIMESTAMPTZ, "timestamptz", { "t.timestamp" },
	    { "'2026-01-01 00:00:00Z'::timestamptz", "'infinity'::timestamptz",
		"'0044-03-15 BC'::timestamptz" } },
	{ 'd', TYPE_DATE, "date", { "t.d", "t.d" },
	    { "date '2026-02-28'", "'infinity'::date" } },
	{ 'j', TYPE_JSONB, "jsonb", { "t.j", "t.j" },
	    { "'{\"a\": [1, {\"b\": null}]}'::jsonb", "'[]'::jsonb",
		"'null'::jsonb", "'\"x\"'::jsonb" } },
	{ 0, TYPE_INT8, "bigint", { "t.event_id" },
	    { "9223372036854775807", "-5::bigint", "NULL::bigint" } },
	{ 0, TYPE_INT2, "smallint", { NULL }, { "3::smallint" } },
	{ 0, TYPE_FLOAT4, "real", { NULL }, { "0.1::real", "'NaN'::real" } },
	{ 0, TYPE_INTERVAL, "interval", { NULL },
	    { "'1 mon -2 days 03:04:05.6'::interval",
		"interval '178956970 years'" } },
	{ 0, TYPE_TIMESTAMP, "timestamp", { NULL },
	    { "timestamp '2026-01-01 12:34:56.789'" } },
	{ 0, TYPE_TIME, "time", { NULL }, { "'24:00'::time" } },
	{ 0, TYPE_UUID, "uuid", { "t.g" },
	    { "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid" } },
	{ 0, TYPE_BYTEA, "bytea", { NULL }, { "'\\x00ff5c'::bytea" } },
	{ 0, TYPE_INT4_ARRAY, "int[]", { NULL },
	    { "ARRAY[1, NULL, 3]", "'{}'::int[]", "'[5:6]={1,2}'::int[]",
		"'{{1,2},{3,4}}'::int[]" } },
	{ 0, TYPE_TEXT_ARRAY, "text[]", { NULL },
	    { "ARRAY['a', NULL]", "string_to_array('a,b,,c', ',')" } },
	{ 0, TYPE_JSON, "json", { NULL }, { "'{\"a\": 1, \"a\": 2}'::json" } },
	{ 0, TYPE_JSONPATH, "jsonpath", { NULL },
	    { "'$.a[*] ? (@ > 1)'::jsonpath", "'strict $.**'::jsonpath" } },
	{ 0, TYPE_INET, "inet", { NULL }, { "'10.1.2.3/9'::inet" } },
	{ 0, TYPE_NAME, "name", { NULL }, { "'x'::name" } },
	{ 0, TYPE_OID, "oid", { NULL }, { "16384::oid" } },
};

static const struct kind *
kind_of(uint32_t oid)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].oid == oid)
			return &kinds[i];
	return NULL;
}

static void put_typed(struct choices *c, const struct kind *kind);

static void
put_of(struct choices *c, uint32_t oid)
{
	const struct kind *kind = kind_of(oid);

	if (kind == NULL) /* any, or one that is seldom asked for */
		kind = &kinds[choose(c, ARRAY_LEN(kinds))];
	put_typed(c, kind);
}

static void
put_one(struct choices *c, const char *const *texts, uint32_t max)
{
	uint32_t count = 0;

	while (count < max && texts[count] != NULL)
		count++;
	buf_put_cstr(c->out, texts[choose(c, count)]);
}

static void
put_leaf(struct choices *c, const struct kind *kind)
{
	if (kind->columns[0] != NULL && choose(c, 4) != 1)
		put_one(c, kind->columns, ARRAY_LEN(kind->columns));
	else
		put_one(c, kind->literals, ARRAY_LEN(kind->literals));
}

/*
 * One of this result, from a random one on; NULL: there is none.  Not what
 * waits, draws, or asks the server.
 */
static const struct function *
choose_function(struct choices *c, const struct kind *kind)
{
	uint32_t id = choose(c, FUNCTION_COUNT);

	for (uint32_t i = 0; i < FUNCTION_COUNT; i++) {
		const struct function *f = function_by_id(
		    (enum function_id)((id + i) % FUNCTION_COUNT));

		if (f->result == kind->oid && f->kind != FUNCTION_INTERNAL &&
		    f->volatility != FUNCTION_VOLATILE && f->arg_count > 0)
			return f;
	}
	return NULL;
}

static void
put_call(struct choices *c, const struct kind *kind)
{
	const struct function *f = choose_function(c, kind);

	if (f == NULL) {
		put_leaf(c, kind);
		return;
	}
	if (f->kind == FUNCTION_OPERATOR) {
		buf_put_u8(c->out, '(');
		if (f->arg_count > 1)
			put_of(c, f->args[0]);
		buf_printf(c->out, " %s ", f->name);
		put_of(c, f->args[f->arg_count - 1]);
		buf_put_u8(c->out, ')');
		return;
	}
	buf_printf(c->out, "%s(", f->name);
	for (uint32_t i = 0; i < f->arg_count; i++) {
		if (i > 0)
			buf_put_cstr(c->out, ", ");
		put_of(c, f->args[i]);
	}
	buf_put_u8(c->out, ')');
}

/* `text` with an expression of the type for each '#'. */
static void
put_around(struct choices *c, const struct kind *kind, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '#')
			put_typed(c, kind);
		else if (*text == '%')
			put_rule(c, *++text);
		else
			buf_put_u8(c->out, (uint8_t)*text);
	}
}

/* Of the type, as far as these forms are of it. */
static const char *const forms[] = { "CASE WHEN %b THEN # ELSE # END",
	"coalesce(#, #)", "nullif(#, #)", "greatest(#, #, #)",
	"(SELECT # FROM u t LIMIT 1)", "(SELECT max(#) %F%W)",
	"(CASE # WHEN # THEN # END)", "min(#)", "lead(#) OVER (%P ORDER BY #)",
	"(ARRAY[#, #])[%k]" };
/* And these are true or false of what is. */
static const char *const tests[] = { "(# = #)", "(# < #)", "(# IS NULL)",
	"(# IS DISTINCT FROM #)", "(# IN (#, #, #))",
	"(# IN (SELECT # FROM u t%W))", "(# NOT IN (SELECT # FROM u t))",
	"EXISTS (SELECT # FROM u WHERE u.i = t.i)", "(# > ALL (SELECT #))",
	"(# BETWEEN # AND #)", "(# = ANY (ARRAY[#, #]))", "((#, %i) = (#, %i))",
	"((#, %s) < (#, %s))" };

static void
put_typed(struct choices *c, const struct kind *kind)
{
	uint32_t choice;

	if (must_end(c)) {
		put_leaf(c, kind);
		return;
	}
	c->depth++;
	choice = choose(c, 20);
	if (choice < 5)
		put_leaf(c, kind);
	else if (kind->oid == TYPE_BOOL && choice < 12)
		put_around(c, &kinds[choose(c, ARRAY_LEN(kinds))],
		    tests[choose(c, ARRAY_LEN(tests))]);
	else if (kind->oid == TYPE_BOOL && choice < 14)
		put_around(c, kind, choice == 12 ? "(# AND #)" : "(NOT #)");
	else if (choice < 15)
		put_call(c, kind);
	else if (choice < 18)
		put_around(c, kind, forms[choose(c, ARRAY_LEN(forms))]);
	else if (choice == 18)
		buf_printf(c->out, "NULL::%s", kind->name);
	else
		put_rule(c, 'X');
	c->depth--;
}

static void
put_text(struct choices *c, const char *rule)
{
	for (; *rule != '\0'; rule++) {
		if (*rule == '%' && *++rule != '%')
			put_rule(c, *rule);
		else
			buf_put_u8(c->out, (uint8_t)*rule);
	}
}

static void
put_rule(struct choices *c, char letter)
{
	const char *const *list = rules[(unsigned char)letter];
	bool is_end = must_end(c);
	uint32_t count = 0;

	c->depth++;
	if (list != NULL) {
		while (list[count] != NULL)
			count++;
		put_text(c, list[is_end ? 0 : choose(c, count)]);
	} else {
		const struct kind *kind = &kinds[0];

		if (letter == 'e')
			kind = &kinds[choose(c, ARRAY_LEN(kinds))];
		while (letter != 'e' && kind->letter != letter)
			kind++;
		put_typed(c, kind);
	}
	c->depth--;
}

void
grammar_put_statement(struct choices *choices)
{
	choices->depth = 0;
	put_rule(choices, 'S');
}
