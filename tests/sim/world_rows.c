/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the oracle's events to the engine's batches.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/arena.h"
#include "sim/random.h"
#include "sim/sched.h"
#include "sim/world_private.h"

static const struct {
	uint32_t oid;
	int32_t precision, scale;
} sql_types[ORACLE_KIND_COUNT] = {
	[ORACLE_NUMBER] = { .oid = TYPE_INT8 },
	[ORACLE_INT] = { .oid = TYPE_INT8 },
	[ORACLE_TEXT] = { .oid = TYPE_TEXT },
	[ORACLE_FLOAT] = { .oid = TYPE_FLOAT8 },
	[ORACLE_DECIMAL] = { .oid = TYPE_NUMERIC, .precision = 10, .scale = 2 },
	[ORACLE_NUMERIC] = { .oid = TYPE_NUMERIC },
	[ORACLE_BOOL] = { .oid = TYPE_BOOL },
	[ORACLE_TIME] = { .oid = TYPE_TIMESTAMPTZ },
	[ORACLE_DATE] = { .oid = TYPE_DATE },
	[ORACLE_UUID] = { .oid = TYPE_UUID },
	[ORACLE_INTERVAL] = { .oid = TYPE_INTERVAL },
	[ORACLE_ENUM] = { .oid = 0 }, /* "mood" */
	[ORACLE_JSON] = { .oid = TYPE_JSON },
	[ORACLE_SOURCE] = { .oid = TYPE_INT8 },
};

static struct datum
datum_of(enum oracle_kind kind, const struct oracle_value *value,
    struct arena *arena)
{
	struct datum datum = { .is_null = value->is_null };

	if (value->is_null)
		return datum;
	switch (kind) {
	case ORACLE_NUMBER:
	case ORACLE_SOURCE:
	case ORACLE_INT:
	case ORACLE_TIME:
	case ORACLE_DATE:
	case ORACLE_ENUM:
		datum.i64 = value->number;
		break;
	case ORACLE_BOOL:
		datum.boolean = value->number != 0;
		break;
	case ORACLE_TEXT:
	case ORACLE_JSON:
		datum.str = arena_str(arena, str_of(value->text, value->len));
		break;
	case ORACLE_FLOAT:
		memcpy(&datum.f64, &value->bits, sizeof(datum.f64));
		break;
	case ORACLE_DECIMAL:
	case ORACLE_NUMERIC:
		datum.numeric = (struct numeric){ .kind = NUMERIC_NAN };
		if (value->scale == -1)
			break;
		datum.numeric.kind = NUMERIC_FINITE;
		datum.numeric.scale = (uint16_t)value->scale;
		datum.numeric.small = (i128)((u128)(i128)value->high << 64 |
		    (u128)(uint64_t)value->number);
		break;
	case ORACLE_UUID:
		memcpy(datum.uuid.bytes, value->bytes, sizeof(value->bytes));
		break;
	case ORACLE_INTERVAL:
		datum.interval = (struct interval){
			.microseconds = value->number,
			.days = value->days,
			.months = value->months,
		};
		break;
	case ORACLE_KIND_COUNT:
		break;
	}
	return datum;
}

/* ---- events ---- */

#define MINUTE_US INT64_C(60000000)
#define WEEKS_US  (INT64_C(3600000000) * 1000) /* from the epoch on, six */

static int64_t
draw_any_timestamp(struct world *world)
{
	if (random_once_in(&world->random, 4))
		return ORACLE_SERVER_TIME;
	if (random_once_in(&world->random, 4)) /* of the last hours */
		return world_wall_us() -
		    (int64_t)random_below(&world->random, 200) * MINUTE_US;
	/* Within some weeks, and sometimes far away. */
	return (int64_t)random_below(&world->random, WEEKS_US / 1000) * 1000 -
	    (random_once_in(&world->random, 10) ? (int64_t)1 << 50 : 0);
}

/* One that the type takes, though its horizon may move on by itself. */
static int64_t
draw_timestamp(struct world *world, uint32_t type)
{
	int64_t horizon = oracle_greatest_horizon(world->oracle, type);
	int64_t time = draw_any_timestamp(world);

	if (horizon == ORACLE_NO_HORIZON || time >= horizon + 120 * MINUTE_US)
		return time;
	/* Some will soon be too old. */
	return horizon + 120 * MINUTE_US +
	    (int64_t)random_below(&world->random, 3000) * MINUTE_US;
}

static int64_t
draw_old_timestamp(struct world *world, uint32_t type)
{
	int64_t horizon = oracle_greatest_horizon(world->oracle, type);

	if (horizon == ORACLE_NO_HORIZON)
		return ORACLE_SERVER_TIME;
	return horizon - 1 -
	    (int64_t)random_below(&world->random, 100) * MINUTE_US;
}

/* One column of events first .. first + count - 1. */
static void
fill_column(struct world *world, const struct oracle_type *type, uint32_t c,
    uint64_t first, uint32_t count, struct vec *vec, struct arena *arena)
{
	enum oracle_kind kind = type->columns[c].kind;
	const struct type sql = type_of(sql_types[kind].oid);

	vec_init(vec, kind == ORACLE_ENUM ? PHYS_I64 : type_phys(&sql), count,
	    arena);
	(void)vec_need_nulls(vec, count, arena);
	for (uint32_t i = 0; i < count; i++) {
		char text[ORACLE_TEXT_MAX];
		struct oracle_value value;
		struct datum datum;

		oracle_event_value(world->oracle, first + i, c, text, &value);
		datum = datum_of(kind, &value, arena);
		vec_set(vec, i, &datum);
	}
}

static void
fill_core(struct world *world, uint64_t first, uint32_t count, struct vec *cols,
    struct arena *arena)
{
	vec_init(&cols[0], PHYS_STR, count, arena);
	vec_init(&cols[1], PHYS_I64, count, arena);
	(void)vec_need_nulls(&cols[1], count, arena);
	for (uint32_t i = 0; i < count; i++) {
		const struct oracle_event *event =
		    &world->oracle->events[first + i];
		char name[64];
		size_t len = oracle_context_name(event->context, name);

		cols[0].str[i] = arena_str(arena, str_of(name, len));
		cols[1].nulls[i] = event->timestamp == ORACLE_SERVER_TIME;
		cols[1].i64[i] = event->timestamp;
	}
}

/* As statements of a transaction do it, with a row each. */
static int
add_one_by_one(struct write_batch *batch, const struct event_type *type,
    const struct vec *cols, uint32_t count, struct error *err)
{
	struct write_batch_mark mark = write_batch_mark(batch);

	for (uint32_t i = 0; i < count; i++) {
		struct row_slot slot;

		write_batch_row_begin(batch, type, &slot);
		for (uint32_t c = 0; c < 2 + type->field_count; c++) {
			struct datum value = vec_get(&cols[c], i);

			value = datum_copy(cols[c].phys, &value, slot.arena);
			vec_set(&slot.cols[c], slot.row, &value);
		}
		if (write_batch_row_end(batch, type, err) != 0) {
			write_batch_rewind(batch, mark);
			return err->code;
		}
	}
	return 0;
}

bool
world_put_events(struct world *world, struct write_batch *batch, uint32_t type,
    const struct event_type *sql, uint64_t first, uint32_t count)
{
	struct oracle *oracle = world->oracle;
	const struct oracle_type *t = &oracle->types[type];
	struct vec cols[2 + ORACLE_COLUMNS_MAX];
	struct arena arena;
	struct error err;
	int rc;

	if (sql == NULL || sql->field_count != t->column_count)
		world_fail("type %s is not as it was made", t->name);
	arena_init(&arena, NULL);
	fill_core(world, first, count, cols, &arena);
	for (uint32_t c = 0; c < t->column_count; c++)
		fill_column(world, t, c, first, count, &cols[2 + c], &arena);
	rc = arena_check(&arena, &err);
	if (rc == 0 && write_batch_is_full(batch))
		rc = write_batch_stage(batch, &err);
	if (rc == 0 && random_once_in(&world->random, 2))
		rc = add_one_by_one(batch, sql, cols, count, &err);
	else if (rc == 0)
		rc = write_batch_rows(batch, sql, cols, 2 + t->column_count,
		    sel_all(count), &err);
	arena_release(&arena);
	if (rc == 0)
		return true;
	if (!world_is_too_old(world, &err, oracle->batch_count - 1))
		world_note_error(world, &err, "adding rows");
	oracle_rewind(oracle, first - 1);
	return false;
}

static bool
add_some(struct world *world, struct write_batch *batch, uint32_t type,
    uint32_t count, int64_t (*draw_time)(struct world *world, uint32_t type))
{
	struct oracle *oracle = world->oracle;
	struct str name = str_of_cstr(oracle->types[type].name);
	uint64_t first = oracle->event_count + 1;

	for (uint32_t i = 0; i < count; i++)
		(void)oracle_add_event(oracle, type,
		    (uint32_t)random_below(&world->random, ORACLE_CONTEXTS),
		    draw_time(world, type));
	return world_put_events(world, batch, type,
	    catalog_type_by_name(write_batch_catalog(batch), name), first,
	    count);
}

bool
world_add_events(struct world *world, struct write_batch *batch, uint32_t type,
    uint32_t count)
{
	while (count > 0) {
		uint32_t some = count < VEC_ROWS ? count : VEC_ROWS;

		if (!add_some(world, batch, type, some, draw_timestamp))
			return false;
		count -= some;
	}
	return true;
}

bool
world_add_old_events(struct world *world, struct write_batch *batch,
    uint32_t type, uint32_t count)
{
	return add_some(world, batch, type, count, draw_old_timestamp);
}

/* ---- schema changes ---- */

static const struct enum_type *
find_enum(struct write_batch *batch)
{
	return catalog_enum_by_name(write_batch_catalog(batch), STR("mood"));
}

struct field
world_field(const struct oracle_column *column, uint32_t number,
    struct write_batch *batch, struct arena *arena)
{
	char text[ORACLE_TEXT_MAX];
	struct oracle_value value;
	struct field field = {
		.name = arena_printf(arena, "f%u", (unsigned)number),
		.type = type_of(sql_types[column->kind].oid),
		.is_not_null = column->kind == ORACLE_NUMBER,
	};

	if (sql_types[column->kind].precision != 0)
		field.type.mod =
		    type_numeric_mod(sql_types[column->kind].precision,
			sql_types[column->kind].scale);
	if (column->kind == ORACLE_ENUM) {
		field.type.enum_type = find_enum(batch);
		field.type.oid = field.type.enum_type->oid;
	}
	field.has_default = column->default_seed != 0;
	if (field.has_default) {
		oracle_default_value(column, text, &value);
		field.default_value = datum_of(column->kind, &value, arena);
	}
	return field;
}

bool
world_apply_ddl(struct world *world, struct write_batch *batch, struct ddl *ddl,
    const struct arena *arena)
{
	struct error err;

	if ((arena == NULL || arena_check(arena, &err) == 0) &&
	    write_batch_ddl(batch, ddl, &err) == 0)
		return true;
	world_note_error(world, &err, "changing a schema");
	return false;
}

static enum oracle_kind
draw_kind(struct world *world)
{
	enum oracle_kind kind;

	do
		kind = (enum oracle_kind)random_below(&world->random,
		    ORACLE_KIND_COUNT);
	while (kind == ORACLE_NUMBER || kind == ORACLE_SOURCE);
	return kind;
}

static bool
grant_role(struct world *world, struct write_batch *batch, uint32_t role_oid,
    uint32_t member_oid)
{
	struct ddl join = { .kind = DDL_GRANT_ROLE,
		.oid = role_oid,
		.membership = { .member_oid = member_oid,
		    .grantor_oid = ROLE_OWNER_OID } };
	struct ddl grant = { .kind = DDL_GRANT,
		.oid = ACL_SCHEMA_OID,
		.grant = { .grantee = member_oid,
		    .grantor = ROLE_PG_DATABASE_OWNER,
		    .rights = RIGHT_CREATE } };

	return world_apply_ddl(world, batch, &join, NULL) &&
	    world_apply_ddl(world, batch, &grant, NULL);
}

bool
world_add_role(struct world *world, struct write_batch *batch)
{
	const struct catalog *catalog = write_batch_catalog(batch);
	uint32_t count = catalog->role_count, last = 0;
	char name[16];
	struct ddl ddl = { .kind = DDL_CREATE_ROLE };

	if (world->oracle->role_count == ORACLE_ROLES_MAX)
		return true;
	if (count > 0)
		last = catalog->roles[count - 1]->oid;
	(void)snprintf(name, sizeof(name), "role%u", (unsigned)count);
	ddl.name = str_of_cstr(name);
	ddl.role.set = ROLE_LOGIN | ROLE_SUPERUSER | ROLE_SET_VERIFIER;
	ddl.role.attributes =
	    count == 0 ? ROLE_LOGIN | ROLE_SUPERUSER : ROLE_LOGIN;
	ddl.role.verifier = ddl.name;
	(void)oracle_add_role(world->oracle);
	return world_apply_ddl(world, batch, &ddl, NULL) &&
	    (count == 0 || grant_role(world, batch, last, ddl.oid));
}

bool
world_add_label(struct world *world, struct write_batch *batch)
{
	const struct enum_type *type = find_enum(batch);
	struct oracle *oracle = world->oracle;
	struct str labels[3];
	char names[3][16];
	struct ddl ddl = { .kind = DDL_CREATE_ENUM, .name = STR("mood") };
	uint32_t count = type == NULL ? 3 : 1;

	if (oracle->label_count + count > ORACLE_LABELS_MAX)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "label-%u",
		    (unsigned)oracle_add_label(oracle));
		labels[i] = str_of_cstr(names[i]);
	}
	if (type == NULL) {
		ddl.labels = labels;
		ddl.label_count = count;
	} else {
		ddl.kind = DDL_ADD_LABEL;
		ddl.oid = type->oid;
		ddl.name = labels[0];
	}
	return world_apply_ddl(world, batch, &ddl, NULL);
}

/* A type with the event's number and some fields. */
bool
world_add_type(struct world *world, struct write_batch *batch)
{
	struct oracle *oracle = world->oracle;
	struct field fields[ORACLE_COLUMNS_MAX];
	struct ddl ddl = { .kind = DDL_CREATE_TYPE, .fields = fields };
	const struct oracle_type *type;
	struct arena arena;
	char name[16];
	uint32_t t;
	bool is_done;

	if (oracle->type_count == ORACLE_TYPES_MAX)
		return true;
	if (find_enum(batch) == NULL && !world_add_label(world, batch))
		return false;
	snprintf(name, sizeof(name), "t%u", (unsigned)oracle->type_count);
	t = oracle_add_type(oracle, name);
	type = &oracle->types[t];
	oracle_add_column(oracle, t, ORACLE_NUMBER, 0);
	for (uint64_t i = 2 + random_below(&world->random, 6); i > 0; i--)
		oracle_add_column(oracle, t, draw_kind(world), 0);
	arena_init(&arena, NULL);
	ddl.name = str_of_cstr(type->name);
	ddl.field_count = type->column_count;
	for (uint32_t c = 0; c < type->column_count; c++)
		fields[c] = world_field(&type->columns[c], c, batch, &arena);
	is_done = world_apply_ddl(world, batch, &ddl, &arena);
	arena_release(&arena);
	return is_done;
}

static uint32_t
oid_of(struct world *world, struct write_batch *batch, uint32_t type)
{
	const char *name = world->oracle->types[type].name;
	const struct event_type *found =
	    catalog_type_by_name(write_batch_catalog(batch), str_of_cstr(name));

	if (found == NULL)
		world_fail("type %s is not there", name);
	return found->oid;
}

bool
world_add_column(struct world *world, struct write_batch *batch, uint32_t type)
{
	struct oracle *oracle = world->oracle;
	const struct oracle_type *t = &oracle->types[type];
	struct ddl ddl = { .kind = DDL_ADD_FIELDS, .field_count = 1 };
	struct field field;
	struct arena arena;
	uint64_t seed = 0;
	bool is_done;

	if (t->column_count == ORACLE_COLUMNS_MAX)
		return true;
	if (random_once_in(&world->random, 2))
		seed = random_next(&world->random) | 1;
	arena_init(&arena, NULL);
	ddl.oid = oid_of(world, batch, type);
	oracle_add_column(oracle, type, draw_kind(world), seed);
	field = world_field(&t->columns[t->column_count - 1],
	    t->column_count - 1, batch, &arena);
	ddl.fields = &field;
	is_done = world_apply_ddl(world, batch, &ddl, &arena);
	arena_release(&arena);
	return is_done;
}

/*
 * Among events, for ever, for a time after which it moves by itself at most
 * some hours; or as the engine finds it, for minutes or hours, after which it
 * moves all the time.
 */
bool
world_set_retain(struct world *world, struct write_batch *batch, uint32_t type)
{
	int64_t horizon = oracle_greatest_horizon(world->oracle, type);
	int64_t wall_us = world_wall_us(), wanted, back;
	struct ddl ddl = {
		.kind = DDL_SET_RETAIN,
		.oid = oid_of(world, batch, type),
	};

	if (random_once_in(&world->random, 2)) {
		ddl.time = (10 + (int64_t)random_below(&world->random, 170)) *
		    MINUTE_US;
		wanted = engine_horizon(world->engine, ddl.time);
		if (wanted > world_wall_us() - ddl.time)
			world_fail("the horizon for %" PRId64 " is %" PRId64,
			    ddl.time, wanted);
	} else {
		wanted = (int64_t)random_below(&world->random, WEEKS_US);
		if (random_once_in(&world->random, 2) && wall_us > wanted)
			ddl.time = wall_us - wanted;
	}
	back = wanted;
	if (wanted <= horizon) {
		wanted = horizon + 1;
		ddl.time = 0;
	}
	oracle_set_horizon(world->oracle, type, ddl.time, wanted);
	if (!world_apply_ddl(world, batch, &ddl, NULL))
		return false;
	ddl.kind = DDL_SET_HORIZON;
	ddl.time = wanted;
	if (!world_apply_ddl(world, batch, &ddl, NULL))
		return false;
	ddl.time = back; /* which changes nothing */
	return back == wanted || world_apply_ddl(world, batch, &ddl, NULL);
}

bool
world_drop_type(struct world *world, struct write_batch *batch, uint32_t type)
{
	struct ddl ddl = {
		.kind = DDL_DROP_TYPE,
		.oid = oid_of(world, batch, type),
	};

	oracle_drop_type(world->oracle, type);
	return world_apply_ddl(world, batch, &ddl, NULL);
}
