/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_cursor.c -- what each function that returns a set does.
 *
 * A series is a state that steps: it ends where the stop is passed or the next
 * value would overflow.  Documents are read token by token, as far as rows are
 * asked for.
 */
#include "exec/set_cursor.h"

#include "types/interval.h"
#include "types/numeric.h"
#include "types/timestamp_math.h"

/* What rows are filled into. */
struct target {
	struct vec *columns;
	uint32_t at;
	uint32_t room;
	struct arena *arena;
	uint32_t count; /* so far */
};

static bool
is_jsonb(const struct set_cursor *cursor)
{
	return cursor->call->function->args[0] == TYPE_JSONB;
}

/* ---- series ---- */

static int
zero_step(struct error *err)
{
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "step size cannot equal zero");
}

static int
check_numeric(const struct numeric *n, const char *what, struct error *err)
{
	if (numeric_is_finite(n))
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "%s cannot be %s", what,
	    n->kind == NUMERIC_NAN ? "NaN" : "infinity");
}

static int
start_int(struct set_cursor *set, struct error *err)
{
	int64_t step = set->args[2].i64;

	if (step == 0)
		return zero_step(err);
	set->direction = step < 0 ? -1 : 1;
	return 0;
}

static int
start_numeric(struct set_cursor *set, struct error *err)
{
	static const char *const names[] = { "start value", "stop value",
		"step size" };
	int rc = 0;

	for (int i = 0; i < 3 && rc == 0; i++)
		rc = check_numeric(&set->args[i].numeric, names[i], err);
	if (rc != 0)
		return rc;
	set->direction = numeric_sign(&set->args[2].numeric);
	return set->direction == 0 ? zero_step(err) : 0;
}

static int
start_timestamp(struct set_cursor *set, struct error *err)
{
	i128 length = interval_length(&set->args[2].interval);

	if (length == 0)
		return zero_step(err);
	set->direction = length < 0 ? -1 : 1;
	return 0;
}

/* A series without a step goes up by one. */
static void
default_step(struct set_cursor *set)
{
	if (set->call->arg_count > 2)
		return;
	set->args[2] = (struct datum){ .i64 = 1 };
	if (set->call->function->id == SET_SERIES_NUMERIC)
		set->args[2].numeric = numeric_of_i64(1);
}

static void
fill_int(struct set_cursor *set, struct target *to)
{
	int64_t *out = to->columns[0].i64 + to->at;
	int64_t next = set->args[0].i64;
	int64_t stop = set->args[1].i64;
	bool is_int4 = set->call->types[0].oid == TYPE_INT4;

	while (to->count < to->room && !set->is_done) {
		if (set->direction > 0 ? next > stop : next < stop) {
			set->is_done = true;
			break;
		}
		out[to->count++] = next;
		set->is_done =
		    __builtin_add_overflow(next, set->args[2].i64, &next) ||
		    (is_int4 && (next > INT32_MAX || next < INT32_MIN));
	}
	set->args[0].i64 = next;
}

static int
fill_numeric(struct set_cursor *set, struct target *to, struct error *err)
{
	struct numeric *out = to->columns[0].numeric + to->at;
	/* rows keep it for longer than the cursor does */
	struct numeric next =
	    datum_copy(PHYS_NUMERIC, &set->args[0], to->arena).numeric;
	struct datum kept;

	while (to->count < to->room) {
		int rc;

		if (numeric_compare(&next, &set->args[1].numeric) *
			set->direction >
		    0) {
			set->is_done = true;
			break;
		}
		out[to->count++] = next;
		rc = numeric_add(&next, &set->args[2].numeric, to->arena, &next,
		    err);
		if (rc != 0)
			return rc;
	}
	kept = datum_copy(PHYS_NUMERIC, &(struct datum){ .numeric = next },
	    to->arena);
	arena_reset(&set->arena);
	set->args[0] = datum_copy(PHYS_NUMERIC, &kept, &set->arena);
	return arena_check(&set->arena, err);
}

static int
fill_timestamp(struct set_cursor *set, struct target *to, struct error *err)
{
	const struct time_zone *zone = NULL;
	int64_t *out = to->columns[0].i64 + to->at;
	int64_t next = set->args[0].i64;
	int64_t stop = set->args[1].i64;

	if (set->call->function->id == SET_SERIES_TIMESTAMPTZ)
		zone = set->env->context->settings->time_zone;
	while (to->count < to->room) {
		if (set->direction > 0 ? next > stop : next < stop) {
			set->is_done = true;
			break;
		}
		out[to->count++] = next;
		if (!timestamp_add(next, &set->args[2].interval, zone, &next))
			return error_set(err, STELE_E_DATETIME_OVERFLOW,
			    "timestamp out of range");
	}
	set->args[0].i64 = next;
	return 0;
}

/* ---- arrays ---- */

static void
start_unnest(struct set_cursor *set)
{
	set->unnest.array = array_open(set->args[0].str);
	set->unnest.next = 0;
}

static void
fill_unnest(struct set_cursor *set, struct target *to)
{
	const struct array *array = &set->unnest.array;
	struct vec *out = &to->columns[0];

	for (; to->count < to->room && set->unnest.next < array->count;
	     to->count++) {
		struct datum value =
		    array_get(array, out->phys, set->unnest.next++, to->arena);
		struct datum number = { .i64 = set->unnest.next };

		vec_set(out, to->at + to->count, &value);
		if (set->call->column_count > 1)
			vec_set(&to->columns[1], to->at + to->count, &number);
	}
	set->is_done = set->unnest.next == array->count;
}

static void
start_subscripts(struct set_cursor *set)
{
	const struct array array = array_open(set->args[0].str);
	int64_t dim = set->args[1].i64;
	bool is_down = set->call->arg_count > 2 && set->args[2].boolean;
	int64_t lower, upper;

	if (dim < 1 || dim > array.shape.dims) {
		set->is_done = true;
		return;
	}
	lower = array.shape.lowers[dim - 1];
	upper = lower + array.shape.lengths[dim - 1] - 1;
	set->subscripts.next = is_down ? upper : lower;
	set->subscripts.last = is_down ? lower : upper;
	set->subscripts.step = is_down ? -1 : 1;
}

static void
fill_subscripts(struct set_cursor *set, struct target *to)
{
	int64_t *out = to->columns[0].i64 + to->at;

	while (to->count < to->room && !set->is_done) {
		out[to->count++] = set->subscripts.next;
		set->is_done = set->subscripts.next == set->subscripts.last;
		set->subscripts.next += set->subscripts.step;
	}
}

/* ---- texts ---- */

static void
start_split(struct set_cursor *set)
{
	bool by_char = set->args[1].is_null;

	set->is_done = set->args[0].is_null;
	if (!set->is_done)
		text_split_init(&set->split, set->args[0].str, by_char,
		    by_char ? STR("") : set->args[1].str);
}

static void
fill_split(struct set_cursor *set, struct target *to)
{
	const struct datum *null = &set->args[2];
	bool has_null = set->call->arg_count > 2 && !null->is_null;
	struct datum part = { .is_null = false };

	while (to->count < to->room) {
		if (!text_split_next(&set->split, &part.str)) {
			set->is_done = true;
			break;
		}
		part.is_null = has_null && str_equal(part.str, null->str);
		vec_set(&to->columns[0], to->at + to->count++, &part);
	}
}

/* ---- regular expressions ---- */

/* All is found at once. */
static int
start_regex(struct set_cursor *set, struct error *err)
{
	const struct set_call *call = set->call;
	const struct regex_search search = {
		.function = call->function->name,
		.text = set->args[0].str,
		.pattern = set->args[1].str,
		.flags = call->arg_count > 2 ? set->args[2].str : STR(""),
		.regexes = set->env->regexes,
		.cancel = set->env->context->cancel,
		.arena = &set->arena,
	};
	bool is_split = call->function->id == SET_REGEXP_SPLIT;
	int rc;

	arena_reset(&set->arena);
	set->found.next = 0;
	rc = is_split ? regex_split(&search, &set->found.list, err)
		      : regex_matches(&search, true, &set->found.list, err);
	return rc != 0 ? rc : arena_check(&set->arena, err);
}

static void
fill_found(struct set_cursor *set, struct target *to)
{
	while (to->count < to->room) {
		struct datum value;

		if (set->found.next == set->found.list.count) {
			set->is_done = true;
			break;
		}
		value = datum_copy(PHYS_STR,
		    &set->found.list.items[set->found.next++], to->arena);
		vec_set(&to->columns[0], to->at + to->count++, &value);
	}
}

/* ---- channels ---- */

static void
start_channels(struct set_cursor *set)
{
	const struct plan_session *session = set->env->context->session;

	set->channels.next = 0;
	set->channels.count = 0;
	if (session != NULL && session->calls != NULL)
		set->channels.count = session->calls->channels(session->arg,
		    &set->arena, &set->channels.names);
}

static void
fill_channels(struct set_cursor *set, struct target *to)
{
	while (to->count < to->room) {
		struct datum value;

		if (set->channels.next == set->channels.count) {
			set->is_done = true;
			break;
		}
		value = (struct datum){
			.str = arena_str(to->arena,
			    set->channels.names[set->channels.next++]),
		};
		vec_set(&to->columns[0], to->at + to->count++, &value);
	}
}

/* ---- jsonpaths ---- */

/* All is found at once. */
static int
start_path(struct set_cursor *set, struct error *err)
{
	uint32_t arg_count = set->call->arg_count;
	enum jsonpath_result ignored;
	struct jsonpath path;
	struct jsonpath_input input = { .path = &path,
		.is_silent = arg_count > 3 && set->args[3].boolean,
		.regexes = set->env->regexes,
		.cancel = set->env->context->cancel,
		.arena = &set->arena };
	int rc;

	arena_reset(&set->arena);
	set->path.items = (struct json_items){ .count = 0 };
	set->path.next = 0;
	rc = jsonpath_read(set->args[1].str, set->env->regexes, &set->arena,
	    &path, err);
	if (rc == 0)
		rc = json_tree_read(set->args[0].str, &set->arena,
		    &input.document, err);
	if (rc == 0 && arg_count > 2)
		rc = jsonpath_read_variables(set->args[2].str, &set->arena,
		    &input.variables, err);
	return rc != 0 ? rc
		       : jsonpath_run(&input, &set->path.items, &ignored, err);
}

static int
fill_path(struct set_cursor *set, struct target *to, struct error *err)
{
	struct buf text;
	int rc = 0;

	buf_init_charged(&text, to->arena->budget);
	while (to->count < to->room && rc == 0) {
		struct datum value = { .is_null = false };

		if (set->path.next == set->path.items.count) {
			set->is_done = true;
			break;
		}
		buf_reset(&text);
		json_tree_put(set->path.items.items[set->path.next++], &text);
		if (text.failed)
			rc = error_no_memory(err);
		value.str = arena_str(to->arena, buf_str(&text));
		vec_set(&to->columns[0], to->at + to->count++, &value);
	}
	buf_release(&text);
	return rc;
}

/* ---- rows that are made at once ---- */

static int
start_table(struct set_cursor *set, struct error *err)
{
	arena_reset(&set->arena);
	return set_table_make(set->env, set->call, set->args, &set->arena,
	    &set->table, err);
}

static void
fill_table(struct set_cursor *set, struct target *to)
{
	const uint32_t width = set->call->column_count;

	while (to->count < to->room) {
		const struct datum *row;

		if (set->table.next == set->table.count) {
			set->is_done = true;
			break;
		}
		row = set->table.cells + (size_t)set->table.next++ * width;
		for (uint32_t c = 0; c < width; c++) {
			const struct datum copy =
			    datum_copy(to->columns[c].phys, &row[c], to->arena);

			vec_set(&to->columns[c], to->at + to->count, &copy);
		}
		to->count++;
	}
}

/* ---- documents ---- */

static int
not_called_on(const struct set_cursor *set, const char *what, struct error *err)
{
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "cannot call %s on %s", set->call->function->name, what);
}

static int
need_array(const struct set_cursor *set, enum json_token token,
    struct error *err)
{
	bool is_object = token == JSON_OBJECT_BEGIN;

	if (token == JSON_ARRAY_BEGIN)
		return 0;
	if (!is_jsonb(set))
		return not_called_on(set,
		    is_object ? "a non-array" : "a scalar", err);
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "cannot extract elements from %s",
	    is_object ? "an object" : "a scalar");
}

static int
need_object(const struct set_cursor *set, enum json_token token,
    struct error *err)
{
	bool is_array = token == JSON_ARRAY_BEGIN;

	if (token == JSON_OBJECT_BEGIN)
		return 0;
	if (set->call->function->id == SET_JSON_KEYS)
		return not_called_on(set, is_array ? "an array" : "a scalar",
		    err);
	if (is_jsonb(set))
		return not_called_on(set, "a non-object", err);
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    is_array ? "cannot deconstruct an array as an object"
		     : "cannot deconstruct a scalar");
}

static int
need_record(enum json_token token, struct error *err)
{
	if (token == JSON_OBJECT_BEGIN)
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "cannot call populate_composite on %s",
	    token == JSON_ARRAY_BEGIN ? "an array" : "a scalar");
}

static int
need_records(const struct set_cursor *set, enum json_token token,
    struct error *err)
{
	if (token == JSON_ARRAY_BEGIN)
		return 0;
	if (is_jsonb(set))
		return not_called_on(set, "a non-array", err);
	return not_called_on(set,
	    token == JSON_OBJECT_BEGIN ? "an object" : "a scalar", err);
}

static int
start_json(struct set_cursor *set, struct error *err)
{
	enum json_token token;

	if (set->args[0].is_null)
		return 0; /* of a record: all columns are null */
	json_reader_init(&set->json, set->args[0].str, JSON_DEPTH_LIMIT);
	token = json_next(&set->json);
	switch (set->call->function->id) {
	case SET_JSON_ELEMENTS:
	case SET_JSON_ELEMENTS_TEXT:
		return need_array(set, token, err);
	case SET_JSON_RECORD:
		return need_record(token, err);
	case SET_JSON_RECORDSET:
		return need_records(set, token, err);
	default:
		return need_object(set, token, err);
	}
}

/* The value whose first token was read, as it is written or as a text. */
static int
read_value(struct set_cursor *set, enum json_token token, bool as_text,
    struct target *to, struct datum *out, struct error *err)
{
	struct json_reader *r = &set->json;
	size_t first = r->token_off;
	struct str text = r->text;
	bool has_escape = r->has_escape;

	*out = (struct datum){ .is_null = as_text && token == JSON_NULL };
	if (!json_skip(r, token))
		return json_error(r, "json", err);
	if (as_text && token == JSON_STRING)
		return json_unescape(text, has_escape, to->arena, &out->str,
		    err);
	out->str = str_of(r->input.data + first, json_offset(r) - first);
	return 0;
}

static int
read_key(struct set_cursor *set, struct target *to, struct datum *out,
    struct error *err)
{
	const struct json_reader *r = &set->json;

	*out = (struct datum){ .is_null = false };
	return json_unescape(r->text, r->has_escape, to->arena, &out->str, err);
}

/* One row, whose first token was read: an element, or a member. */
static int
read_row(struct set_cursor *set, enum json_token token, struct target *to,
    struct error *err)
{
	enum set_function_id id = set->call->function->id;
	bool as_text = id == SET_JSON_ELEMENTS_TEXT || id == SET_JSON_EACH_TEXT;
	uint32_t row = to->at + to->count;
	struct datum key, value;
	uint32_t column = 0;
	int rc = 0;

	if (token == JSON_KEY) {
		rc = read_key(set, to, &key, err);
		if (rc != 0)
			return rc;
		vec_set(&to->columns[column++], row, &key);
		token = json_next(&set->json);
	}
	rc = read_value(set, token, as_text, to, &value, err);
	if (rc == 0 && id != SET_JSON_KEYS)
		vec_set(&to->columns[column], row, &value);
	return rc;
}

static int
need_objects(const struct set_cursor *set, enum json_token token,
    struct error *err)
{
	if (set->call->function->id != SET_JSON_RECORDSET ||
	    token == JSON_OBJECT_BEGIN)
		return 0;
	return error_set(err, STELE_E_INVALID_PARAMETER_VALUE,
	    "argument of %s must be an array of objects",
	    set->call->function->name);
}

/* The only row is the argument. */
static void
fill_argument(struct set_cursor *set, struct target *to)
{
	vec_set(&to->columns[0], to->at, &set->args[0]);
	to->count = 1;
	set->is_done = true;
}

static int
fill_json(struct set_cursor *set, struct target *to, struct error *err)
{
	int rc = 0;

	while (to->count < to->room && rc == 0) {
		enum json_token token = json_next(&set->json);

		if (token == JSON_ARRAY_END || token == JSON_OBJECT_END) {
			set->is_done = true;
			break;
		}
		rc = need_objects(set, token, err);
		if (rc == 0)
			rc = read_row(set, token, to, err);
		to->count++;
	}
	return rc;
}

/* ---- any ---- */

void
set_cursor_init(struct set_cursor *cursor, const struct exec_env *env,
    const struct set_call *call)
{
	*cursor = (struct set_cursor){ .env = env, .call = call };
	arena_init(&cursor->arena, env->context->budget);
}

void
set_cursor_release(struct set_cursor *cursor)
{
	arena_release(&cursor->arena);
}

static bool
has_null(const struct set_cursor *cursor)
{
	for (uint32_t i = 0; i < cursor->call->arg_count; i++)
		if (cursor->args[i].is_null)
			return true;
	return false;
}

int
set_cursor_start(struct set_cursor *cursor, struct error *err)
{
	const struct set_function *function = cursor->call->function;

	cursor->is_done = false;
	if (function == NULL)
		return 0;
	cursor->is_done = !function->is_nullable && has_null(cursor);
	if (cursor->is_done)
		return 0;
	default_step(cursor);
	switch (function->id) {
	case SET_SERIES_INT:
		return start_int(cursor, err);
	case SET_SERIES_NUMERIC:
		return start_numeric(cursor, err);
	case SET_SERIES_TIMESTAMP:
	case SET_SERIES_TIMESTAMPTZ:
		return start_timestamp(cursor, err);
	case SET_UNNEST:
	case SET_EXPAND_ARRAY:
		start_unnest(cursor);
		return 0;
	case SET_SUBSCRIPTS:
		start_subscripts(cursor);
		return 0;
	case SET_STRING_TO_TABLE:
		start_split(cursor);
		return 0;
	case SET_CHANNELS:
		start_channels(cursor);
		return 0;
	case SET_ACL_ITEMS:
	case SET_KEYWORDS:
	case SET_OPTIONS:
	case SET_SNAPSHOT:
	case SET_DATABASES:
	case SET_PARTITIONS:
	case SET_OBJECT_IDENTITY:
	case SET_OBJECT_NAMES:
	case SET_OBJECT_ADDRESS:
		return start_table(cursor, err);
	case SET_REGEXP_MATCHES:
	case SET_REGEXP_SPLIT:
		return start_regex(cursor, err);
	case SET_JSON_ELEMENTS:
	case SET_JSON_ELEMENTS_TEXT:
	case SET_JSON_EACH:
	case SET_JSON_EACH_TEXT:
	case SET_JSON_KEYS:
	case SET_JSON_RECORD:
	case SET_JSON_RECORDSET:
		return start_json(cursor, err);
	case SET_JSON_PATH:
		return start_path(cursor, err);
	}
	return 0;
}

static int
fill(struct set_cursor *cursor, struct target *to, struct error *err)
{
	if (cursor->call->function == NULL) {
		fill_argument(cursor, to);
		return 0;
	}
	switch (cursor->call->function->id) {
	case SET_SERIES_INT:
		fill_int(cursor, to);
		return 0;
	case SET_SERIES_NUMERIC:
		return fill_numeric(cursor, to, err);
	case SET_SERIES_TIMESTAMP:
	case SET_SERIES_TIMESTAMPTZ:
		return fill_timestamp(cursor, to, err);
	case SET_UNNEST:
	case SET_EXPAND_ARRAY:
		fill_unnest(cursor, to);
		return 0;
	case SET_SUBSCRIPTS:
		fill_subscripts(cursor, to);
		return 0;
	case SET_STRING_TO_TABLE:
		fill_split(cursor, to);
		return 0;
	case SET_CHANNELS:
		fill_channels(cursor, to);
		return 0;
	case SET_ACL_ITEMS:
	case SET_KEYWORDS:
	case SET_OPTIONS:
	case SET_SNAPSHOT:
	case SET_DATABASES:
	case SET_PARTITIONS:
	case SET_OBJECT_IDENTITY:
	case SET_OBJECT_NAMES:
	case SET_OBJECT_ADDRESS:
		fill_table(cursor, to);
		return 0;
	case SET_REGEXP_MATCHES:
	case SET_REGEXP_SPLIT:
		fill_found(cursor, to);
		return 0;
	case SET_JSON_ELEMENTS:
	case SET_JSON_ELEMENTS_TEXT:
	case SET_JSON_EACH:
	case SET_JSON_EACH_TEXT:
	case SET_JSON_KEYS:
	case SET_JSON_RECORDSET:
		return fill_json(cursor, to, err);
	case SET_JSON_RECORD:
		fill_argument(cursor, to);
		return 0;
	case SET_JSON_PATH:
		return fill_path(cursor, to, err);
	}
	return 0;
}

int
set_cursor_fill(struct set_cursor *cursor, struct vec *columns, uint32_t at,
    uint32_t room, struct arena *arena, uint32_t *count, struct error *err)
{
	struct target to = { .columns = columns,
		.at = at,
		.room = room,
		.arena = arena };
	int rc = 0;

	if (!cursor->is_done && room > 0)
		rc = fill(cursor, &to, err);
	*count = to.count;
	return rc;
}
