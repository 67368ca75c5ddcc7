/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog.h -- event types, enums, views, roles, their rights and settings:
 * immutable versions of the whole.
 *
 * A catalogue never changes.  A change of schema (struct ddl) makes a new one
 * from the old; the engine logs the change in order with the rows and swaps
 * its pointer.  Whoever holds a reference keeps his version, whole.
 *
 * Fields of an event type are only ever appended, so a field's index is its
 * identity for ever, and a schema version is a number of fields: a row written
 * under version v has the first field_count of v; later ones read as their
 * default, or null.
 *
 * Invariants
 *   K1  OIDs (types, their row types and array types, enums) come from one
 *       counter that starts at FIRST_USER_OID and are never reused.
 *   K2  Names of event types are unique among those not dropped; a dropped
 *       type stays in the catalogue, with dropped_at, for older snapshots.
 *   K3  Labels of an enum are only appended.
 *   K4  An enum that was made in place, by DEFINE, is dropped with the last
 *       event type that uses it.
 *   K5  Names of views are those of event types, too; what a view depends on
 *       is in the catalogue as long as the view is.
 *   K6  A type's horizon never goes back.
 *   K7  A comment goes with the object that it is on.
 *   K8  The rows of a kept query are events of a type of its own, which no
 *       name finds, and which comes and goes with it.
 *   K9  What names an event type's key is made of the type's name and OID, and
 *       is nowhere kept.
 *
 * Threads: any; reference counts are atomic.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/str.h"
#include "engine/catalog/acl.h"
#include "engine/catalog/kept_setting.h"
#include "engine/catalog/role.h"
#include "types/type.h"
#include "vec/value.h"

struct arena;
struct buf;
struct error;
struct reader;

/*
 * Columns that every event has come first; payload fields follow.  The version
 * is a column of the engine alone: no relation but `events` shows it.
 */
enum core_column {
	COLUMN_VERSION = 0,    /* int: the schema version it was stored under */
	COLUMN_CONTEXT_ID = 1, /* text not null */
	COLUMN_TIMESTAMP = 2,  /* timestamptz not null */
	COLUMN_EVENT_ID = 3,   /* bigint not null, generated */
	COLUMN_FIRST_FIELD = 4,
};

struct field {
	struct str name;
	struct type type;
	bool is_not_null;
	bool is_unsigned;           /* numeric(20,0), but from 0 to 2^64 - 1 */
	bool has_default;           /* for INSERTs that leave it out */
	struct datum default_value; /* also read by rows older than the field */
};

struct schema_version {
	uint32_t number; /* 1, 2, 3 ... or as DEFINE ... AS n says; ascending */
	uint32_t field_count;
};

/*
 * OIDs of the keys of event types: this and the type's own.  The counter (K1) does
 * not get there.
 */
#define KEY_OID_FIRST 0x20000000u

/* A primary key, a unique key, or an index that is for nothing but its name. */
struct table_key {
	struct str name;
	uint32_t oid;            /* of the index */
	uint32_t constraint_oid; /* 0: CREATE INDEX made it */
	const uint32_t *columns; /* of its table, from 0 */
	uint32_t count;
	bool is_primary;
	bool is_unique;
	bool nulls_are_equal;
};

struct event_type {
	uint32_t oid;
	uint32_t row_type_oid;
	uint32_t array_type_oid;
	struct str name;
	uint32_t owner; /* a role */
	uint32_t field_count;
	const struct field *fields;
	uint32_t version_count;
	const struct schema_version *versions; /* the last is current */
	uint64_t dropped_at;  /* position it is hidden from; 0: not dropped */
	int64_t retain_us;    /* how long its events are kept; 0: for ever */
	int64_t horizon;      /* those with an older timestamp are gone */
	uint32_t kept_by;     /* the kept query whose rows these are; 0: none */
	struct table_key key; /* event_id; made of the rest, nothing keeps it */
};

#define HORIZON_NONE INT64_MIN /* no event is older */

/* What a view is made from. */
struct view_dependency {
	uint32_t oid; /* of an event type, a view or an enum */
	/*
	 * Fields or columns that it had then: a star in the view stands for
	 * those, for ever.
	 */
	uint32_t column_count;
};

struct view_column {
	struct str name;
	uint32_t type_oid;
	int32_t type_mod;
};

/* How the literals of a view's query are read: as when it was made. */
struct view_reading {
	struct str time_zone; /* name; empty: UTC */
	uint8_t date_style;   /* enum date_style */
	uint8_t date_order;
	uint8_t interval_style;
	int64_t now;
};

/* Where the rows of a kept query are, and what they are good for. */
struct kept_rows {
	uint32_t type_oid; /* of an event type (K8); 0: the query is not kept */
	bool is_populated; /* else nobody may read it */
	uint64_t position; /* all events up to it are in them */
	uint64_t number;   /* of changes: of two at once, one comes too late */
	int64_t generation; /* timestamp of them all, older ones are gone */
	uint64_t row_count;
	uint64_t base_count; /* as many there were when the generation began */
	int64_t refreshed_at;
};

/* A query with a name. */
struct sql_view {
	uint32_t oid;
	uint32_t row_type_oid;
	uint32_t array_type_oid;
	struct str name;
	uint32_t owner;   /* a role, whose rights its query has */
	struct str query; /* SQL, as print_stmt() writes it */
	struct view_reading reading;
	struct kept_rows kept;
	uint32_t column_count;
	const struct view_column *columns;
	uint32_t dependency_count;
	const struct view_dependency *dependencies;
};

enum object_class {          /* on disk: do not renumber */
	OBJECT_RELATION = 1, /* an event type or a view; or a column of it */
	OBJECT_TYPE = 2,     /* an enum, or the rows of a relation */
	OBJECT_SCHEMA = 3,   /* whose OIDs, as .. */
	OBJECT_DATABASE = 4, /* .. this one's, are those of the layers above */
};

/* What can be commented on. */
struct object_name {
	enum object_class class;
	uint32_t oid;
	uint32_t attnum; /* of a column; else 0 */
};

struct object_comment {
	struct object_name object;
	struct str text; /* empty: only of a schema, which has one else */
};

struct catalog {
	uint64_t generation; /* one more with every change */
	uint32_t next_oid;   /* all below it are taken, or were (K1) */
	uint64_t size;       /* bytes of it (catalog_format.h), hardly less */
	uint32_t type_count;
	const struct event_type *const *types; /* ascending oid, dropped too */
	uint32_t enum_count;
	const struct enum_type *const *enums; /* ascending oid */
	uint32_t view_count;
	const struct sql_view *const *views; /* ascending oid */
	uint32_t role_count;
	const struct role *const *roles; /* ascending oid */
	uint32_t acl_count;
	const struct acl *const *acls; /* ascending object_oid */
	uint32_t comment_count;
	/* ascending by class, oid, attnum */
	const struct object_comment *const *comments;
	uint32_t setting_list_count;
	/* ascending by database_oid, role_oid */
	const struct setting_list *const *setting_lists;
};

/* A new reference to a catalogue without any object, generation 0. */
MUST_USE int catalog_new(const struct catalog **out, struct error *err);

const struct catalog *catalog_ref(const struct catalog *catalog);
void catalog_unref(const struct catalog *catalog);

/*
 * Whether what is named means the same in both: no more is different than how
 * far the rows of kept queries have come, and horizons.  Who reads these by a
 * snapshot may go on with what was made of the other catalogue.
 */
bool catalog_means_same(const struct catalog *a, const struct catalog *b);

/* NULL if there is none; the names are exact.  Dropped types are not found. */
const struct event_type *catalog_type_by_name(const struct catalog *catalog,
    struct str name);
const struct event_type *catalog_type_by_oid(const struct catalog *catalog,
    uint32_t oid);
/*
 * The event type that has this key, by its name or its OID.  Both are made of
 * the type's, and a relation with the name comes before it.
 */
const struct event_type *catalog_type_by_key_name(const struct catalog *catalog,
    struct str name);
const struct event_type *catalog_type_by_key(const struct catalog *catalog,
    uint32_t oid);

const struct enum_type *catalog_enum_by_name(const struct catalog *catalog,
    struct str name);
/* By the name of the type of its arrays: `_` and as much as 63 bytes hold. */
const struct enum_type *
catalog_enum_by_array_name(const struct catalog *catalog, struct str name);
const struct enum_type *catalog_enum_by_oid(const struct catalog *catalog,
    uint32_t oid);

/* The enum that an OID means, or whose arrays it means; NULL: neither. */
const struct enum_type *catalog_enum_of_type(const struct catalog *catalog,
    uint32_t oid);

/*
 * The event type, or the view, whose rows, or arrays of them, a type's OID
 * means; NULL if there is none.  Dropped types are not found.
 */
const struct event_type *catalog_type_of_rows(const struct catalog *catalog,
    uint32_t oid);
const struct sql_view *catalog_view_of_rows(const struct catalog *catalog,
    uint32_t oid);

const struct sql_view *catalog_view_by_name(const struct catalog *catalog,
    struct str name);
const struct sql_view *catalog_view_by_oid(const struct catalog *catalog,
    uint32_t oid);

/* NULL: nothing was said of it. */
const struct object_comment *catalog_comment(const struct catalog *catalog,
    const struct object_name *object);

static inline bool
view_is_kept(const struct sql_view *view)
{
	return view->kept.type_oid != 0;
}

/* What messages call it. */
static inline const char *
view_words(const struct sql_view *view)
{
	return view_is_kept(view) ? "materialized view" : "view";
}

/* What a view says of an object that it depends on; NULL: it does not. */
const struct view_dependency *view_dependency(const struct sql_view *view,
    uint32_t oid);

/*
 * The views that depend on an object, directly or through others, ascending by
 * OID, in `arena`; STELE_E_OUT_OF_MEMORY.
 */
MUST_USE int catalog_dependents(const struct catalog *catalog, uint32_t oid,
    struct arena *arena, const struct sql_view ***out, uint32_t *count,
    struct error *err);

/*
 * The first column of a view, from 0 on, that another view does not have in the
 * same place by name and type; how many the first has if there is none.
 */
uint32_t view_first_change(const struct sql_view *before,
    const struct sql_view *after);

/* Whether a name means it: it is not dropped, and not of a kept query (K8). */
static inline bool
event_type_has_name(const struct event_type *type)
{
	return type->dropped_at == 0 && type->kept_by == 0;
}

/* attnum of a column by its exact name, core columns too; 0 if none. */
uint32_t event_type_column(const struct event_type *type, struct str name);

/*
 * The version with this number, or NULL; and the one that new rows get, which
 * has all fields.
 */
const struct schema_version *event_type_version(const struct event_type *type,
    uint32_t number);
const struct schema_version *event_type_current(const struct event_type *type);

/* Type of the column with this attnum, core columns too. */
struct type event_type_column_type(const struct event_type *type,
    uint32_t attnum);
struct str event_type_column_name(const struct event_type *type,
    uint32_t attnum);

/* Physical form of a field: of an enum also when its labels are gone. */
static inline enum phys
field_phys(const struct field *field)
{
	return field->type.oid >= FIRST_USER_OID ? PHYS_I64
						 : type_phys(&field->type);
}

/* The same of the column with this attnum, core columns too. */
enum phys event_type_column_phys(const struct event_type *type,
    uint32_t attnum);

/*
 * 22003 for a value, which is not null, that the field's type can hold but the
 * field cannot: below 0 or above 2^64 - 1 where it is unsigned.
 */
MUST_USE int field_check(const struct field *field, const struct datum *value,
    struct error *err);

/* ---- changes ---- */

enum ddl_kind { /* on disk: do not renumber */
	DDL_CREATE_ENUM = 1,
	DDL_ADD_LABEL = 2,
	DDL_CREATE_TYPE = 3,
	DDL_ADD_FIELDS = 4,
	DDL_DROP_TYPE = 5,
	DDL_DROP_ENUM = 6,
	DDL_CREATE_INLINE_ENUM = 7,
	DDL_CREATE_VIEW = 8,
	DDL_REPLACE_VIEW = 9,
	DDL_DROP_VIEW = 10,
	DDL_SET_RETAIN = 11,
	DDL_SET_HORIZON = 12, /* an older one than there is changes nothing */
	DDL_COMMENT = 13,     /* an empty one takes away what there is */
	DDL_CREATE_KEPT = 14, /* a view, and the type of its rows */
	DDL_SET_KEPT = 15,
	DDL_CREATE_ROLE = 32,
	DDL_ALTER_ROLE = 33, /* RENAME too: its name, if it is not empty */
	DDL_DROP_ROLE = 34,
	DDL_GRANT_ROLE = 35,
	DDL_REVOKE_ROLE = 36,
	DDL_GRANT = 37,
	DDL_REVOKE = 38,
	DDL_SET_OWNER = 39, /* of an event type, a view or an enum */
	DDL_SET_SETTING = 40,
};

/* One change.  Borrowed by the calls that take it. */
struct ddl {
	enum ddl_kind kind;
	uint32_t oid; /* of the object; write_batch_ddl() fills new ones */
	uint32_t row_type_oid;   /* DDL_CREATE_TYPE */
	uint32_t array_type_oid; /* of what is created */
	struct str name;         /* created object; label of DDL_ADD_LABEL */
	uint32_t version;        /* CREATE_TYPE, ADD_FIELDS; 0 is "the next" */
	const struct field *fields;
	uint32_t field_count;
	const struct str *labels;
	uint32_t label_count;
	/* CREATE_VIEW, REPLACE_VIEW, CREATE_KEPT: all but OIDs and name */
	const struct sql_view *view;
	/*
	 * CREATE_KEPT, whose `fields` are those of the rows, and SET_KEPT, whose
	 * number must be the next; a later generation makes the rows before it
	 * go.
	 */
	struct kept_rows kept;
	int64_t time;            /* SET_RETAIN, SET_HORIZON: microseconds */
	struct role_change role; /* CREATE_ROLE, ALTER_ROLE */
	/* GRANT_ROLE, REVOKE_ROLE: of the role `oid` */
	struct role_grant membership;
	struct acl_grant grant;        /* GRANT, REVOKE: on the object `oid` */
	uint32_t owner;                /* SET_OWNER: a role */
	struct object_comment comment; /* COMMENT */
	struct setting_change setting; /* SET_SETTING: of the role `oid` */
};

/*
 * The catalogue after a change that takes effect at position `position`.
 * Returns 0 and a new reference in *out, or STELE_E_DUPLICATE_TABLE,
 * _DUPLICATE_OBJECT, _DUPLICATE_COLUMN, _UNDEFINED_TABLE, _UNDEFINED_OBJECT,
 * _TOO_MANY_COLUMNS, _DEPENDENT_OBJECTS_EXIST, _RESERVED_NAME,
 * _INVALID_TABLE_DEFINITION (a version that is not greater),
 * _INVALID_OBJECT_DEFINITION (a view that would use itself),
 * _SERIALIZATION_FAILURE (a kept query was refreshed meanwhile),
 * _WRONG_OBJECT_TYPE (it is a kept query, or none),
 * _INVALID_GRANT_OPERATION, _NOT_IN_PREREQUISITE_STATE (R2),
 * _NAME_TOO_LONG, _OUT_OF_MEMORY.
 */
MUST_USE int catalog_apply(const struct catalog *catalog, const struct ddl *ddl,
    uint64_t position, const struct catalog **out, struct error *err);

/*
 * The bytes that a change may make of a catalogue, which is read at each start
 * and written with each MANIFEST; and those of a comment, or of the query of a
 * view.  Who makes a change is bound by them.  Who reads one that was made is
 * not: catalog_apply() knows neither.
 */
#define CATALOG_SIZE_MAX ((uint64_t)128 << 20)
#define CATALOG_TEXT_MAX ((size_t)1 << 20)

/*
 * STELE_E_LIMIT if the texts of a change are too long; and if the catalogue
 * after it is too large, unless the change adds nothing, or next to nothing to
 * what is there.
 */
MUST_USE int ddl_check_texts(const struct ddl *ddl, struct error *err);
MUST_USE int ddl_check_growth(const struct ddl *ddl,
    const struct catalog *before, const struct catalog *after,
    struct error *err);
