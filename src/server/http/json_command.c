/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_command.c -- see json_command.h.
 */
#include "server/http/json_command.h"

#include "common/error.h"
#include "common/json.h"

/* Of conditions, too: as deep as the native language lets brackets be. */
#define DEPTH_MAX 500

/* ---- objects of known keys ---- */

/* The value of a key, as it is written; empty: the key is not there. */
struct member {
	const char *key;
	enum json_token token; /* its first */
	struct str raw;
};

/* null is as good as nothing. */
static bool
is_absent(const struct member *member)
{
	return member->raw.len == 0 || member->token == JSON_NULL;
}

static int
wrong(struct error *err, const char *key, const char *what)
{
	return error_set(err, STELE_E_SYNTAX,
	    "\"%s\" of the JSON command is not %s", key, what);
}

static struct member *
find_member(struct member *members, size_t count, struct str key)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(str_of_cstr(members[i].key), key))
			return &members[i];
	return NULL;
}

/* The value that comes next, to the member. */
static bool
take_value(struct json_reader *r, struct str text, struct member *member)
{
	size_t begin;

	member->token = json_next(r);
	if (member->token == JSON_FAULT)
		return false;
	begin = r->token_off;
	if (!json_skip(r, member->token))
		return false;
	member->raw = str_of(text.data + begin, json_offset(r) - begin);
	return true;
}

/* One object, all of whose keys are among the members. */
static int
read_members(struct str text, struct member *members, size_t count,
    struct error *err)
{
	struct json_reader r;
	enum json_token token;

	json_reader_init(&r, text, DEPTH_MAX);
	token = json_next(&r);
	if (token >= JSON_END && token != JSON_OBJECT_BEGIN)
		return error_set(err, STELE_E_SYNTAX,
		    "a JSON command is an object");
	while (token != JSON_FAULT && (token = json_next(&r)) == JSON_KEY) {
		struct member *member = find_member(members, count, r.text);

		if (member == NULL)
			return error_set(err, STELE_E_SYNTAX,
			    "key \"%.*s\" of the JSON command is not known",
			    STR_FMT(r.text));
		if (member->raw.len > 0)
			return error_set(err, STELE_E_SYNTAX,
			    "key \"%s\" of the JSON command is given more than "
			    "once",
			    member->key);
		if (!take_value(&r, text, member))
			token = JSON_FAULT;
	}
	if (token == JSON_FAULT || json_next(&r) != JSON_END)
		return json_error(&r, "json", err);
	return 0;
}

/* ---- parts of statements ---- */

/* The word, and the value behind it if it is there. */
static int
put_clause(struct buf *out, const char *word, const struct member *member,
    enum json_token token, const char *what, struct error *err)
{
	if (is_absent(member))
		return 0;
	if (member->token != token)
		return wrong(err, member->key, what);
	buf_put_cstr(out, word);
	buf_put_str(out, member->raw);
	return 0;
}

static int
put_needed(struct buf *out, const char *word, const struct member *member,
    enum json_token token, const char *what, struct error *err)
{
	if (is_absent(member))
		return error_set(err, STELE_E_SYNTAX,
		    "the JSON command has no \"%s\"", member->key);
	return put_clause(out, word, member, token, what, err);
}

static int
put_name(struct buf *out, const char *word, const struct member *member,
    struct error *err)
{
	return put_needed(out, word, member, JSON_STRING, "a string", err);
}

/* A time: text or a number. */
static int
put_time(struct buf *out, const char *word, const struct member *member,
    struct error *err)
{
	return put_clause(out, word, member,
	    member->token == JSON_NUMBER ? JSON_NUMBER : JSON_STRING, "a time",
	    err);
}

/* ---- conditions ---- */

static const struct {
	const char *name;
	const char *op;
} operators[] = {
	{ "\"eq\"", "=" },
	{ "\"==\"", "=" },
	{ "\"=\"", "=" },
	{ "\"neq\"", "!=" },
	{ "\"!=\"", "!=" },
	{ "\"<>\"", "!=" },
	{ "\"gt\"", ">" },
	{ "\">\"", ">" },
	{ "\"gte\"", ">=" },
	{ "\">=\"", ">=" },
	{ "\"lt\"", "<" },
	{ "\"<\"", "<" },
	{ "\"lte\"", "<=" },
	{ "\"<=\"", "<=" },
};

/* What an object says, of which one kind is allowed. */
struct condition {
	bool is_joined; /* and, or, not: is put already */
	struct member field, op, value, in;
};

static int put_condition(struct json_reader *r, struct buf *out,
    struct str text, struct error *err);

/* {"and":[...]} or {"or":[...]}: the key has been read. */
static int
put_joined(struct json_reader *r, struct buf *out, struct str text,
    const char *between, struct error *err)
{
	uint32_t count = 0;
	enum json_token token = json_next(r);

	if (token != JSON_ARRAY_BEGIN)
		return wrong(err, "where", "an array behind \"and\" or \"or\"");
	buf_put_u8(out, '(');
	while ((token = json_next(r)) == JSON_OBJECT_BEGIN) {
		int rc;

		if (count++ > 0)
			buf_put_cstr(out, between);
		rc = put_condition(r, out, text, err);
		if (rc != 0)
			return rc;
	}
	if (token != JSON_ARRAY_END || count == 0)
		return wrong(err, "where",
		    "an array of conditions behind \"and\" or \"or\"");
	buf_put_u8(out, ')');
	return 0;
}

static int
put_not(struct json_reader *r, struct buf *out, struct str text,
    struct error *err)
{
	int rc;

	if (json_next(r) != JSON_OBJECT_BEGIN)
		return wrong(err, "where", "a condition behind \"not\"");
	buf_put_str(out, STR("NOT ("));
	rc = put_condition(r, out, text, err);
	buf_put_u8(out, ')');
	return rc;
}

static bool
is_scalar(enum json_token token)
{
	return token == JSON_STRING || token == JSON_NUMBER ||
	    token == JSON_TRUE || token == JSON_FALSE || token == JSON_NULL;
}

/* {"field":"plan","in":["pro"]} */
static int
put_in(struct buf *out, const struct member *in, struct error *err)
{
	struct json_reader r;
	enum json_token token;
	uint32_t count = 0;

	if (in->token != JSON_ARRAY_BEGIN)
		return wrong(err, "in", "an array");
	json_reader_init(&r, in->raw, DEPTH_MAX);
	(void)json_next(&r);
	buf_put_str(out, STR(" IN ("));
	while (is_scalar(token = json_next(&r))) {
		if (count++ > 0)
			buf_put_u8(out, ',');
		buf_put(out, in->raw.data + r.token_off,
		    json_offset(&r) - r.token_off);
	}
	if (token != JSON_ARRAY_END)
		return wrong(err, "in", "an array of values");
	buf_put_u8(out, ')');
	return 0;
}

static const char *
find_operator(const struct member *op)
{
	if (is_absent(op))
		return "=";
	for (size_t i = 0; i < ARRAY_LEN(operators); i++)
		if (str_equal_nocase(op->raw, str_of_cstr(operators[i].name)))
			return operators[i].op;
	return NULL;
}

/* {"field":"id","op":"gte","value":1} */
static int
put_comparison(struct buf *out, const struct condition *c, struct error *err)
{
	const char *op = find_operator(&c->op);

	if (c->field.token != JSON_STRING)
		return wrong(err, "where",
		    "a condition: it has no field, \"and\", \"or\" or "
		    "\"not\"");
	buf_put_str(out, c->field.raw);
	if (c->in.raw.len > 0 && c->value.raw.len == 0 && c->op.raw.len == 0)
		return put_in(out, &c->in, err);
	if (op == NULL)
		return error_set(err, STELE_E_SYNTAX,
		    "operator %.*s of the JSON command is not known",
		    STR_FMT(c->op.raw));
	if (c->in.raw.len > 0 || c->value.raw.len == 0 ||
	    !is_scalar(c->value.token))
		return wrong(err, "where", "a field with one value");
	buf_put_u8(out, ' ');
	buf_put_cstr(out, op);
	buf_put_u8(out, ' ');
	buf_put_str(out, c->value.raw);
	return 0;
}

static struct member *
part_of(struct condition *c, struct str key)
{
	if (str_equal(key, STR("field")))
		return &c->field;
	if (str_equal(key, STR("op")))
		return &c->op;
	if (str_equal(key, STR("value")))
		return &c->value;
	return str_equal(key, STR("in")) ? &c->in : NULL;
}

/* One key of a condition and what is behind it. */
static int
read_part(struct json_reader *r, struct buf *out, struct str text,
    struct condition *c, struct error *err)
{
	struct member *part = part_of(c, r->text);
	struct str key = r->text;

	if (part != NULL && part->raw.len == 0)
		return take_value(r, text, part) ? 0
						 : json_error(r, "json", err);
	if (c->is_joined)
		return wrong(err, "where", "one condition");
	c->is_joined = true;
	if (str_equal(key, STR("and")))
		return put_joined(r, out, text, " AND ", err);
	if (str_equal(key, STR("or")))
		return put_joined(r, out, text, " OR ", err);
	if (str_equal(key, STR("not")))
		return put_not(r, out, text, err);
	return error_set(err, STELE_E_SYNTAX,
	    "key \"%.*s\" of a condition is not known", STR_FMT(key));
}

/* An object whose beginning has been read: in one pass, however deep. */
static int
put_condition(struct json_reader *r, struct buf *out, struct str text,
    struct error *err)
{
	struct condition c = { .is_joined = false };
	enum json_token token;

	while ((token = json_next(r)) == JSON_KEY) {
		int rc = read_part(r, out, text, &c, err);

		if (rc != 0)
			return rc;
	}
	if (token != JSON_OBJECT_END)
		return json_error(r, "json", err);
	if (!c.is_joined)
		return put_comparison(out, &c, err);
	if (c.field.raw.len + c.op.raw.len + c.value.raw.len + c.in.raw.len > 0)
		return wrong(err, "where", "one condition");
	return 0;
}

static int
put_where(struct buf *out, const struct member *where, struct error *err)
{
	struct json_reader r;

	if (is_absent(where))
		return 0;
	if (where->token != JSON_OBJECT_BEGIN)
		return wrong(err, where->key, "an object");
	json_reader_init(&r, where->raw, DEPTH_MAX);
	(void)json_next(&r);
	buf_put_str(out, STR(" WHERE "));
	return put_condition(&r, out, where->raw, err);
}

/* ---- commands ---- */

enum key {
	KEY_TYPE,
	KEY_AT,
	KEY_COMMANDS,
	KEY_CONTEXT,
	KEY_EVENT_TYPE,
	KEY_LIMIT,
	KEY_OFFSET,
	KEY_ORDER,
	KEY_PAYLOAD,
	KEY_SCHEMA,
	KEY_SINCE,
	KEY_TIME_FIELD,
	KEY_VERSION,
	KEY_WHERE,
	KEY_WHERE_CLAUSE,
	KEY_COUNT,
};

static const char *const key_name[KEY_COUNT] = {
	[KEY_TYPE] = "type",
	[KEY_AT] = "at",
	[KEY_COMMANDS] = "commands",
	[KEY_CONTEXT] = "context_id",
	[KEY_EVENT_TYPE] = "event_type",
	[KEY_LIMIT] = "limit",
	[KEY_OFFSET] = "offset",
	[KEY_ORDER] = "order_by",
	[KEY_PAYLOAD] = "payload",
	[KEY_SCHEMA] = "schema",
	[KEY_SINCE] = "since",
	[KEY_TIME_FIELD] = "time_field",
	[KEY_VERSION] = "version",
	[KEY_WHERE] = "where",
	[KEY_WHERE_CLAUSE] = "where_clause",
};

/* DEFINE "order" AS 1 FIELDS {"id":"int"} */
static int
put_define(struct buf *out, const struct member *keys, struct error *err)
{
	struct member schema[] = { { .key = "fields" } };
	int rc = put_name(out, "DEFINE ", &keys[KEY_EVENT_TYPE], err);

	if (rc == 0)
		rc = put_clause(out, " AS ", &keys[KEY_VERSION], JSON_NUMBER,
		    "a number", err);
	if (rc == 0 && keys[KEY_SCHEMA].token != JSON_OBJECT_BEGIN)
		rc = wrong(err, "schema", "an object");
	if (rc == 0)
		rc = read_members(keys[KEY_SCHEMA].raw, schema,
		    ARRAY_LEN(schema), err);
	if (rc == 0)
		rc = put_needed(out, " FIELDS ", &schema[0], JSON_OBJECT_BEGIN,
		    "an object", err);
	return rc;
}

/* STORE "order" FOR "c1" AT "2025-01-01" PAYLOAD {"id":1} */
static int
put_store(struct buf *out, const struct member *keys, struct error *err)
{
	int rc = put_name(out, "STORE ", &keys[KEY_EVENT_TYPE], err);

	if (rc == 0)
		rc = put_name(out, " FOR ", &keys[KEY_CONTEXT], err);
	if (rc == 0)
		rc = put_time(out, " AT ", &keys[KEY_AT], err);
	if (rc == 0)
		rc = put_needed(out, " PAYLOAD ", &keys[KEY_PAYLOAD],
		    JSON_OBJECT_BEGIN, "an object", err);
	return rc;
}

/* What QUERY and REPLAY have in common. */
static int
put_from(struct buf *out, const struct member *keys, struct error *err)
{
	int rc = put_time(out, " SINCE ", &keys[KEY_SINCE], err);

	if (rc == 0)
		rc = put_clause(out, " USING TIME ", &keys[KEY_TIME_FIELD],
		    JSON_STRING, "a string", err);
	return rc;
}

/* ORDER BY "id" DESC */
static int
put_order(struct buf *out, const struct member *order, struct error *err)
{
	struct member parts[] = { { .key = "field" }, { .key = "desc" } };
	int rc;

	if (is_absent(order))
		return 0;
	if (order->token != JSON_OBJECT_BEGIN)
		return wrong(err, order->key, "an object");
	rc = read_members(order->raw, parts, ARRAY_LEN(parts), err);
	if (rc == 0)
		rc = put_name(out, " ORDER BY ", &parts[0], err);
	if (rc != 0)
		return rc;
	if (parts[1].token == JSON_TRUE)
		buf_put_str(out, STR(" DESC"));
	else if (parts[1].token != JSON_FALSE && !is_absent(&parts[1]))
		return wrong(err, "desc", "true or false");
	return 0;
}

static int
put_query(struct buf *out, const struct member *keys, struct error *err)
{
	int rc = put_name(out, "QUERY ", &keys[KEY_EVENT_TYPE], err);

	if (rc == 0)
		rc = put_clause(out, " FOR ", &keys[KEY_CONTEXT], JSON_STRING,
		    "a string", err);
	if (rc == 0)
		rc = put_from(out, keys, err);
	if (rc == 0 && !is_absent(&keys[KEY_WHERE]) &&
	    !is_absent(&keys[KEY_WHERE_CLAUSE]))
		rc = wrong(err, "where", "given alone");
	if (rc == 0)
		rc = put_where(out, &keys[KEY_WHERE], err);
	if (rc == 0)
		rc = put_where(out, &keys[KEY_WHERE_CLAUSE], err);
	if (rc == 0)
		rc = put_order(out, &keys[KEY_ORDER], err);
	if (rc == 0)
		rc = put_clause(out, " LIMIT ", &keys[KEY_LIMIT], JSON_NUMBER,
		    "a number", err);
	if (rc == 0)
		rc = put_clause(out, " OFFSET ", &keys[KEY_OFFSET], JSON_NUMBER,
		    "a number", err);
	return rc;
}

static int
put_replay(struct buf *out, const struct member *keys, struct error *err)
{
	int rc = put_clause(out, "REPLAY ", &keys[KEY_EVENT_TYPE], JSON_STRING,
	    "a string", err);

	if (rc == 0 && is_absent(&keys[KEY_EVENT_TYPE]))
		buf_put_cstr(out, "REPLAY");
	if (rc == 0)
		rc = put_name(out, " FOR ", &keys[KEY_CONTEXT], err);
	if (rc == 0)
		rc = put_from(out, keys, err);
	return rc;
}

static int
put_flush(struct buf *out, const struct member *keys UNUSED,
    struct error *err UNUSED)
{
	buf_put_cstr(out, "FLUSH");
	return 0;
}

static int
put_ping(struct buf *out, const struct member *keys UNUSED,
    struct error *err UNUSED)
{
	buf_put_cstr(out, "PING");
	return 0;
}

static int put_command(struct buf *out, struct str text, bool in_batch,
    struct error *err);

/* BATCH [ STORE ...; STORE ... ] */
static int
put_batch(struct buf *out, const struct member *keys, struct error *err)
{
	const struct member *commands = &keys[KEY_COMMANDS];
	struct json_reader r;
	enum json_token token;
	int rc = 0;

	if (commands->token != JSON_ARRAY_BEGIN)
		return wrong(err, commands->key, "an array");
	json_reader_init(&r, commands->raw, DEPTH_MAX);
	(void)json_next(&r);
	buf_put_str(out, STR("BATCH ["));
	while (rc == 0 && (token = json_next(&r)) == JSON_OBJECT_BEGIN) {
		size_t begin = r.token_off;

		if (!json_skip(&r, token))
			return json_error(&r, "json", err);
		rc = put_command(out,
		    str_of(commands->raw.data + begin, json_offset(&r) - begin),
		    true, err);
		buf_put_u8(out, ';');
	}
	if (rc == 0 && token != JSON_ARRAY_END)
		rc = wrong(err, commands->key, "an array of commands");
	buf_put_u8(out, ']');
	return rc;
}

/* ---- which ---- */

#define BIT(key) (1u << (key))

static const struct {
	const char *name; /* as a token of JSON */
	unsigned keys;    /* that it may have, besides KEY_TYPE */
	int (*put)(struct buf *out, const struct member *keys,
	    struct error *err);
} commands[] = {
	{ "\"Define\"",
	    BIT(KEY_EVENT_TYPE) | BIT(KEY_VERSION) | BIT(KEY_SCHEMA),
	    put_define },
	{ "\"Store\"",
	    BIT(KEY_EVENT_TYPE) | BIT(KEY_CONTEXT) | BIT(KEY_AT) |
		BIT(KEY_PAYLOAD),
	    put_store },
	{ "\"Query\"",
	    BIT(KEY_EVENT_TYPE) | BIT(KEY_CONTEXT) | BIT(KEY_SINCE) |
		BIT(KEY_TIME_FIELD) | BIT(KEY_WHERE) | BIT(KEY_WHERE_CLAUSE) |
		BIT(KEY_ORDER) | BIT(KEY_LIMIT) | BIT(KEY_OFFSET),
	    put_query },
	{ "\"Replay\"",
	    BIT(KEY_EVENT_TYPE) | BIT(KEY_CONTEXT) | BIT(KEY_SINCE) |
		BIT(KEY_TIME_FIELD),
	    put_replay },
	{ "\"Batch\"", BIT(KEY_COMMANDS), put_batch },
	{ "\"Flush\"", 0, put_flush },
	{ "\"Ping\"", 0, put_ping },
};

static int
put_of_type(struct buf *out, const struct member *keys, bool in_batch,
    struct error *err)
{
	const struct member *type = &keys[KEY_TYPE];

	if (type->token != JSON_STRING)
		return wrong(err, "type", "a string");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (!str_equal(type->raw, str_of_cstr(commands[i].name)))
			continue;
		if (in_batch && commands[i].put == put_batch)
			break;
		for (enum key key = KEY_AT; key < KEY_COUNT; key++)
			if (keys[key].raw.len > 0 &&
			    (commands[i].keys & BIT(key)) == 0)
				return error_set(err, STELE_E_SYNTAX,
				    "a JSON command %.*s has no \"%s\"",
				    STR_FMT(type->raw), key_name[key]);
		return commands[i].put(out, keys, err);
	}
	return error_set(err, STELE_E_SYNTAX,
	    "JSON command %.*s is not known%s", STR_FMT(type->raw),
	    in_batch ? " in a batch" : "");
}

static int
put_command(struct buf *out, struct str text, bool in_batch, struct error *err)
{
	struct member keys[KEY_COUNT] = { { 0 } };
	int rc;

	for (size_t i = 0; i < KEY_COUNT; i++)
		keys[i].key = key_name[i];
	rc = read_members(text, keys, KEY_COUNT, err);
	if (rc != 0)
		return rc;
	return put_of_type(out, keys, in_batch, err);
}

int
json_command_put(struct buf *out, struct str text, struct error *err)
{
	return put_command(out, text, false, err);
}
