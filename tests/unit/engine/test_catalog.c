/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Catalogues: what each change makes, what each refuses and in which words,
 * and that what is written is read back, whatever byte is missing.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/error.h"
#include "common/reader.h"
#include "engine/catalog/catalog.h"
#include "engine/catalog/catalog_format.h"

#define ENUM_OID  16384u
#define TYPE_OID_ 16386u

static const struct catalog *catalog;
static struct error err;

static const struct str labels[] = { { "new", 3 }, { "paid", 4 } };
static struct field fields[3];

static const struct catalog *
apply(const struct ddl *ddl)
{
	const struct catalog *after;
	int rc = catalog_apply(catalog, ddl, 7, &after, &err);

	ck_assert_msg(rc == 0, "%s", err.message);
	return after;
}

static void
change(const struct ddl *ddl)
{
	const struct catalog *after = apply(ddl);

	catalog_unref(catalog);
	catalog = after;
}

/* An enum "status" and a type "orders" that uses it. */
static void
setup(void)
{
	struct ddl make_enum = {
		.kind = DDL_CREATE_ENUM,
		.oid = ENUM_OID,
		.array_type_oid = ENUM_OID + 1,
		.name = STR("status"),
		.labels = labels,
		.label_count = 2,
	};
	struct ddl make_type = {
		.kind = DDL_CREATE_TYPE,
		.oid = TYPE_OID_,
		.array_type_oid = TYPE_OID_ + 1,
		.row_type_oid = TYPE_OID_ + 2,
		.name = STR("orders"),
		.fields = fields,
		.field_count = 3,
	};

	fields[0] = (struct field){ .name = STR("status"),
		.type = type_of(ENUM_OID),
		.is_not_null = true };
	fields[1] = (struct field){ .name = STR("total"),
		.type = { .oid = TYPE_NUMERIC, .mod = type_numeric_mod(9, 2) },
		.has_default = true,
		.default_value = { .numeric = { .small = -150, .scale = 2 } } };
	fields[2] = (struct field){ .name = STR("note"),
		.type = type_of(TYPE_TEXT),
		.has_default = true,
		.default_value = { .str = STR("none") } };
	ck_assert_int_eq(catalog_new(&catalog, &err), 0);
	change(&make_enum);
	change(&make_type);
}

static void
teardown(void)
{
	catalog_unref(catalog);
}

#define VIEW_OID 20100

/* A view over the event type, and one over that view and the enum. */
static void
add_views(void)
{
	const struct view_column columns[] = {
		{ STR("total"), TYPE_NUMERIC, type_numeric_mod(9, 2) },
		{ STR("s"), ENUM_OID, -1 },
	};
	const struct view_dependency on_type[] = { { TYPE_OID_, 3 } };
	const struct view_dependency on_view[] = { { VIEW_OID, 2 },
		{ ENUM_OID, 0 } };
	struct sql_view view = {
		.query = STR("SELECT total, status FROM orders"),
		.reading = { .time_zone = STR("Europe/Berlin"),
		    .date_order = DATE_ORDER_DMY,
		    .now = -7 },
		.columns = columns,
		.column_count = 2,
		.dependencies = on_type,
		.dependency_count = 1,
	};
	struct ddl make_view = { .kind = DDL_CREATE_VIEW,
		.oid = VIEW_OID,
		.array_type_oid = VIEW_OID + 1,
		.row_type_oid = VIEW_OID + 2,
		.name = STR("totals"),
		.view = &view };

	change(&make_view);
	make_view.oid = VIEW_OID + 3;
	make_view.array_type_oid = VIEW_OID + 4;
	make_view.row_type_oid = VIEW_OID + 5;
	make_view.name = STR("more");
	view.dependencies = on_view;
	view.dependency_count = 2;
	change(&make_view);
}

#define KEPT_OID (VIEW_OID + 6) /* its rows' type: three more */

static const struct view_dependency kept_on_type[] = { { TYPE_OID_, 3 } };
static const struct sql_view kept_view = {
	.query = { "SELECT 1 FROM orders", 20 },
	.dependencies = kept_on_type,
	.dependency_count = 1,
};

/* A kept query over the event type. */
static struct ddl
make_kept(void)
{
	return (struct ddl){ .kind = DDL_CREATE_KEPT,
		.oid = KEPT_OID,
		.array_type_oid = KEPT_OID + 1,
		.row_type_oid = KEPT_OID + 2,
		.name = STR("sums"),
		.fields = &fields[1],
		.field_count = 1,
		.view = &kept_view,
		.kept = { .type_oid = KEPT_OID + 3, .generation = 100 } };
}

static struct ddl
set_kept(uint64_t number, int64_t generation)
{
	return (struct ddl){ .kind = DDL_SET_KEPT,
		.oid = KEPT_OID,
		.kept = { .type_oid = KEPT_OID + 3,
		    .is_populated = true,
		    .position = 50,
		    .number = number,
		    .generation = generation,
		    .row_count = 7,
		    .base_count = 5,
		    .refreshed_at = -3 } };
}

static struct ddl
comment_on(enum object_class class, uint32_t oid, uint32_t attnum,
    const char *text)
{
	return (struct ddl){ .kind = DDL_COMMENT,
		.oid = oid,
		.comment = { .object = { class, oid, attnum },
		    .text = str_of_cstr(text) } };
}

static void
say(enum object_class class, uint32_t oid, uint32_t attnum, const char *text)
{
	struct ddl ddl = comment_on(class, oid, attnum, text);

	change(&ddl);
}

static const char *
said(enum object_class class, uint32_t oid, uint32_t attnum)
{
	static char text[64];
	const struct object_name object = { class, oid, attnum };
	const struct object_comment *comment =
	    catalog_comment(catalog, &object);

	if (comment == NULL)
		return "(nothing)";
	ck_assert_uint_lt(comment->text.len, sizeof(text));
	memcpy(text, comment->text.data, comment->text.len);
	text[comment->text.len] = '\0';
	return text;
}

/* On the views too, and on what the layers above have. */
static void
add_comments(void)
{
	say(OBJECT_RELATION, TYPE_OID_, 0, "orders");
	say(OBJECT_RELATION, TYPE_OID_, 6, "its note");
	say(OBJECT_RELATION, VIEW_OID, 2, "a column");
	say(OBJECT_TYPE, ENUM_OID, 0, "states");
	say(OBJECT_TYPE, TYPE_OID_ + 2, 0, "rows");
	say(OBJECT_SCHEMA, 2200, 0, "");
	say(OBJECT_DATABASE, 5, 0, "all");
}

START_TEST(comments_stay_and_go)
{
	struct field extra = { .name = STR("x"), .type = type_of(TYPE_INT8) };
	struct ddl add = { .kind = DDL_ADD_FIELDS,
		.oid = TYPE_OID_,
		.fields = &extra,
		.field_count = 1 };
	struct ddl drop_view = { .kind = DDL_DROP_VIEW, .oid = VIEW_OID + 3 };
	struct ddl drop_type = { .kind = DDL_DROP_TYPE, .oid = TYPE_OID_ };
	struct ddl drop_enum = { .kind = DDL_DROP_ENUM, .oid = ENUM_OID };

	add_views();
	add_comments();
	ck_assert_uint_eq(catalog->comment_count, 7);
	ck_assert_str_eq(said(OBJECT_RELATION, TYPE_OID_, 6), "its note");
	ck_assert_str_eq(said(OBJECT_RELATION, TYPE_OID_, 5), "(nothing)");
	ck_assert_str_eq(said(OBJECT_SCHEMA, 2200, 0), "");
	say(OBJECT_RELATION, TYPE_OID_, 6, "another");
	say(OBJECT_DATABASE, 5, 0, "");
	ck_assert_str_eq(said(OBJECT_RELATION, TYPE_OID_, 6), "another");
	ck_assert_str_eq(said(OBJECT_DATABASE, 5, 0), "(nothing)");
	change(&add);
	say(OBJECT_RELATION, TYPE_OID_, 7, "late");
	ck_assert_str_eq(said(OBJECT_RELATION, TYPE_OID_, 0), "orders");
	/* what is dropped takes them along, its columns' too */
	change(&drop_view);
	drop_view.oid = VIEW_OID;
	change(&drop_view);
	ck_assert_str_eq(said(OBJECT_RELATION, VIEW_OID, 2), "(nothing)");
	ck_assert_str_eq(said(OBJECT_RELATION, TYPE_OID_, 7), "late");
	change(&drop_type);
	ck_assert_uint_eq(catalog->comment_count, 2);
	ck_assert_str_eq(said(OBJECT_TYPE, ENUM_OID, 0), "states");
	change(&drop_enum);
	ck_assert_uint_eq(catalog->comment_count, 1);
}
END_TEST

static const struct {
	const char *what;
	struct object_name object;
	int code;
} no_objects[] = {
	{ "no such type", { OBJECT_RELATION, 19999, 0 },
	    STELE_E_UNDEFINED_TABLE },
	{ "a column too far", { OBJECT_RELATION, TYPE_OID_, 7 },
	    STELE_E_UNDEFINED_TABLE },
	{ "an enum as relation", { OBJECT_RELATION, ENUM_OID, 0 },
	    STELE_E_UNDEFINED_TABLE },
	{ "a relation as type", { OBJECT_TYPE, TYPE_OID_, 0 },
	    STELE_E_UNDEFINED_OBJECT },
	{ "an array type", { OBJECT_TYPE, TYPE_OID_ + 1, 0 },
	    STELE_E_UNDEFINED_OBJECT },
	{ "a column of a type", { OBJECT_TYPE, ENUM_OID, 1 },
	    STELE_E_UNDEFINED_OBJECT },
	{ "no class", { 0, ENUM_OID, 0 }, STELE_E_UNDEFINED_OBJECT },
};

START_TEST(no_comment_without_an_object)
{
	struct ddl ddl = { .kind = DDL_COMMENT,
		.comment = { .object = no_objects[_i].object,
		    .text = STR("x") } };
	const struct catalog *after;

	ck_assert_msg(catalog_apply(catalog, &ddl, 7, &after, &err) ==
		no_objects[_i].code,
	    "%s", no_objects[_i].what);
	ck_assert_ptr_null(after);
}
END_TEST

/* What the views need stays, and they do not come to need themselves. */
START_TEST(views_hold_what_they_use)
{
	struct ddl drop_type = { .kind = DDL_DROP_TYPE, .oid = TYPE_OID_ };
	struct ddl drop_enum = { .kind = DDL_DROP_ENUM, .oid = ENUM_OID };
	struct ddl drop_view = { .kind = DDL_DROP_VIEW, .oid = VIEW_OID };
	const struct view_dependency on_more[] = { { VIEW_OID + 3, 2 } };
	struct sql_view view = { .query = STR("SELECT * FROM more"),
		.dependencies = on_more,
		.dependency_count = 1 };
	struct ddl replace = { .kind = DDL_REPLACE_VIEW,
		.oid = VIEW_OID,
		.view = &view };
	struct ddl same_name = { .kind = DDL_CREATE_TYPE,
		.oid = VIEW_OID + 9,
		.array_type_oid = VIEW_OID + 10,
		.row_type_oid = VIEW_OID + 11,
		.name = STR("totals") };
	const struct catalog *none;

	add_views();
	ck_assert_ptr_eq(catalog_view_by_name(catalog, STR("totals")),
	    catalog_view_by_oid(catalog, VIEW_OID));
	ck_assert_ptr_null(catalog_view_by_name(catalog, STR("orders")));
	ck_assert_uint_eq(catalog->next_oid, VIEW_OID + 6);
	ck_assert_int_eq(catalog_apply(catalog, &drop_type, 9, &none, &err),
	    STELE_E_DEPENDENT_OBJECTS_EXIST);
	ck_assert_str_eq(err.detail,
	    "view totals depends on table orders\n"
	    "view more depends on view totals");
	ck_assert_int_eq(catalog_apply(catalog, &drop_view, 9, &none, &err),
	    STELE_E_DEPENDENT_OBJECTS_EXIST);
	ck_assert_int_eq(catalog_apply(catalog, &replace, 9, &none, &err),
	    STELE_E_INVALID_OBJECT_DEFINITION);
	ck_assert_int_eq(catalog_apply(catalog, &same_name, 9, &none, &err),
	    STELE_E_DUPLICATE_TABLE);
	drop_view.oid = VIEW_OID + 3;
	change(&drop_view);
	drop_view.oid = VIEW_OID;
	change(&drop_view);
	ck_assert_uint_eq(catalog->view_count, 0);
	change(&drop_type);
	change(&drop_enum);
}
END_TEST

/* Its rows' type is found by no name, and goes with it; refreshes take turns. */
START_TEST(kept_queries_have_their_rows)
{
	struct ddl make = make_kept();
	struct ddl set = set_kept(1, 100);
	struct ddl replace = { .kind = DDL_REPLACE_VIEW,
		.oid = KEPT_OID,
		.view = &kept_view };
	struct ddl drop = { .kind = DDL_DROP_VIEW, .oid = KEPT_OID };
	const struct event_type *rows;
	const struct catalog *none;

	change(&make);
	ck_assert_uint_eq(catalog->next_oid, KEPT_OID + 6);
	ck_assert_ptr_null(catalog_type_by_name(catalog, STR("sums")));
	rows = catalog_type_by_oid(catalog, KEPT_OID + 3);
	ck_assert_uint_eq(rows->kept_by, KEPT_OID);
	ck_assert_int_eq(rows->horizon, HORIZON_NONE);
	change(&set);
	ck_assert_uint_eq(catalog_view_by_oid(catalog, KEPT_OID)->kept.position,
	    50);
	ck_assert_int_eq(catalog_apply(catalog, &set, 9, &none, &err),
	    STELE_E_SERIALIZATION_FAILURE);
	set = set_kept(2, 99);
	ck_assert_int_eq(catalog_apply(catalog, &set, 9, &none, &err),
	    STELE_E_SERIALIZATION_FAILURE);
	ck_assert_int_eq(catalog_apply(catalog, &replace, 9, &none, &err),
	    STELE_E_WRONG_OBJECT_TYPE);
	set = set_kept(2, 101);
	change(&set);
	rows = catalog_type_by_oid(catalog, KEPT_OID + 3);
	ck_assert_int_eq(rows->horizon, 101);
	change(&drop);
	ck_assert_ptr_null(catalog_view_by_oid(catalog, KEPT_OID));
	rows = catalog_type_by_oid(catalog, KEPT_OID + 3);
	ck_assert_uint_ne(rows->dropped_at, 0);
}
END_TEST

/* Whether names mean the same after a change as before it. */
static bool
leaves_meaning(const struct ddl *ddl)
{
	const struct catalog *before = catalog_ref(catalog);
	bool is_same;

	change(ddl);
	is_same = catalog_means_same(before, catalog);
	catalog_unref(before);
	return is_same;
}

START_TEST(rows_are_no_meaning)
{
	struct ddl make = make_kept();
	struct ddl first = set_kept(1, 100), second = set_kept(2, 101);
	struct ddl no_data = set_kept(3, 102);
	struct ddl horizon = { .kind = DDL_SET_HORIZON,
		.oid = TYPE_OID_,
		.time = 7 };
	struct ddl retain = { .kind = DDL_SET_RETAIN,
		.oid = TYPE_OID_,
		.time = 7 };

	no_data.kept.is_populated = false;
	ck_assert(!leaves_meaning(&make));
	ck_assert(!leaves_meaning(&first)); /* can be read from now on */
	ck_assert(leaves_meaning(&second));
	ck_assert(leaves_meaning(&horizon));
	ck_assert(!leaves_meaning(&no_data));
	ck_assert(!leaves_meaning(&retain));
}
END_TEST

START_TEST(two_changes_have_two_meanings)
{
	struct ddl comment =
	    comment_on(OBJECT_RELATION, TYPE_OID_, 0, "as told");
	const struct catalog *one, *other;

	ck_assert_int_eq(catalog_apply(catalog, &comment, 9, &one, &err), 0);
	ck_assert_int_eq(catalog_apply(catalog, &comment, 9, &other, &err), 0);
	ck_assert_uint_eq(one->generation, other->generation);
	ck_assert(catalog_means_same(one, one));
	ck_assert(!catalog_means_same(one, other));
	catalog_unref(one);
	catalog_unref(other);
}
END_TEST

START_TEST(finds_things)
{
	const struct event_type *type =
	    catalog_type_by_name(catalog, STR("orders"));

	ck_assert_ptr_nonnull(type);
	ck_assert_ptr_eq(type, catalog_type_by_oid(catalog, TYPE_OID_));
	ck_assert_ptr_null(catalog_type_by_name(catalog, STR("Orders")));
	ck_assert_uint_eq(event_type_column(type, STR("context_id")), 1);
	ck_assert_uint_eq(event_type_column(type, STR("event_id")), 3);
	ck_assert_uint_eq(event_type_column(type, STR("note")), 6);
	ck_assert_uint_eq(event_type_column(type, STR("nothing")), 0);
	ck_assert_uint_eq(event_type_column_type(type, 4).oid, ENUM_OID);
	ck_assert_uint_eq(
	    event_type_column_type(type, 4).enum_type->label_count, 2);
	ck_assert_uint_eq(catalog->next_oid, TYPE_OID_ + 3);
	ck_assert_uint_eq(catalog->generation, 2);
}
END_TEST

START_TEST(versions_share_and_stay)
{
	struct field extra = { .name = STR("x"), .type = type_of(TYPE_INT8) };
	struct ddl add = {
		.kind = DDL_ADD_FIELDS,
		.oid = TYPE_OID_,
		.fields = &extra,
		.field_count = 1,
		.version = 5,
	};
	struct ddl label = {
		.kind = DDL_ADD_LABEL,
		.oid = ENUM_OID,
		.name = STR("sent"),
	};
	struct ddl drop = { .kind = DDL_DROP_TYPE, .oid = TYPE_OID_ };
	struct ddl drop_enum = { .kind = DDL_DROP_ENUM, .oid = ENUM_OID };
	const struct catalog *old = catalog_ref(catalog);
	const struct event_type *type;

	change(&add);
	ck_assert_ptr_eq(old->enums[0], catalog->enums[0]);
	type = catalog_type_by_oid(catalog, TYPE_OID_);
	ck_assert_uint_eq(type->version_count, 2);
	ck_assert_uint_eq(type->versions[1].number, 5);
	ck_assert_uint_eq(type->versions[1].field_count, 4);
	change(&label);
	type = catalog_type_by_oid(catalog, TYPE_OID_);
	ck_assert_uint_eq(type->fields[0].type.enum_type->label_count, 3);
	change(&drop);
	ck_assert_ptr_null(catalog_type_by_name(catalog, STR("orders")));
	type = catalog_type_by_oid(catalog, TYPE_OID_);
	ck_assert_uint_eq(type->dropped_at, 7);
	change(&drop_enum);
	ck_assert_uint_eq(catalog->enum_count, 0);
	type = catalog_type_by_oid(old, TYPE_OID_);
	ck_assert_uint_eq(type->field_count, 3);
	ck_assert_uint_eq(type->fields[0].type.enum_type->label_count, 2);
	catalog_unref(old);
}
END_TEST

static const struct str dup_labels[] = { { "a", 1 }, { "a", 1 } };
static struct field clash[2];

static const struct {
	const char *what;
	struct ddl ddl;
	int code;
	const char *message;
} refusals[] = {
	{ "same relation",
	    { .kind = DDL_CREATE_TYPE, .oid = 20000, .name = { "orders", 6 } },
	    STELE_E_DUPLICATE_TABLE, "relation \"orders\" already exists" },
	{ "relation named as an enum",
	    { .kind = DDL_CREATE_TYPE, .oid = 20000, .name = { "status", 6 } },
	    STELE_E_DUPLICATE_OBJECT, "type \"status\" already exists" },
	{ "enum named as a relation",
	    { .kind = DDL_CREATE_ENUM, .oid = 20000, .name = { "orders", 6 } },
	    STELE_E_DUPLICATE_OBJECT, "type \"orders\" already exists" },
	{ "reserved",
	    { .kind = DDL_CREATE_TYPE, .oid = 20000, .name = { "pg_x", 4 } },
	    STELE_E_RESERVED_NAME, "unacceptable name \"pg_x\"" },
	{ "reserved events",
	    { .kind = DDL_CREATE_TYPE, .oid = 20000, .name = { "events", 6 } },
	    STELE_E_RESERVED_NAME, "unacceptable name \"events\"" },
	{ "field twice",
	    { .kind = DDL_CREATE_TYPE,
		.oid = 20000,
		.name = { "t", 1 },
		.fields = clash,
		.field_count = 2 },
	    STELE_E_DUPLICATE_COLUMN,
	    "column \"total\" specified more than once" },
	{ "field there",
	    { .kind = DDL_ADD_FIELDS,
		.oid = TYPE_OID_,
		.fields = clash,
		.field_count = 1 },
	    STELE_E_DUPLICATE_COLUMN,
	    "column \"total\" of relation \"orders\" already exists" },
	{ "version goes back",
	    { .kind = DDL_ADD_FIELDS, .oid = TYPE_OID_, .version = 1 },
	    STELE_E_INVALID_TABLE_DEFINITION, NULL },
	{ "no such type", { .kind = DDL_DROP_TYPE, .oid = 19999 },
	    STELE_E_UNDEFINED_TABLE, "relation with OID 19999 does not exist" },
	{ "no such enum",
	    { .kind = DDL_ADD_LABEL, .oid = 19999, .name = { "x", 1 } },
	    STELE_E_UNDEFINED_OBJECT, "type with OID 19999 does not exist" },
	{ "label there",
	    { .kind = DDL_ADD_LABEL, .oid = ENUM_OID, .name = { "paid", 4 } },
	    STELE_E_DUPLICATE_OBJECT, "enum label \"paid\" already exists" },
	{ "label twice",
	    { .kind = DDL_CREATE_ENUM,
		.oid = 20000,
		.name = { "e", 1 },
		.labels = dup_labels,
		.label_count = 2 },
	    STELE_E_DUPLICATE_OBJECT, "enum label \"a\" already exists" },
	{ "enum in use", { .kind = DDL_DROP_ENUM, .oid = ENUM_OID },
	    STELE_E_DEPENDENT_OBJECTS_EXIST,
	    "cannot drop type status because other objects depend on it" },
};

START_TEST(refuses)
{
	const struct catalog *after;

	clash[0] = clash[1] = fields[1];
	ck_assert_int_eq(catalog_apply(catalog, &refusals[_i].ddl, 7, &after,
			     &err),
	    refusals[_i].code);
	ck_assert_ptr_null(after);
	if (refusals[_i].message != NULL)
		ck_assert_str_eq(err.message, refusals[_i].message);
}
END_TEST

/* One field of an enum, in a type of that name. */
static struct ddl
type_with_enum(const char *name, uint32_t oid, uint32_t enum_oid)
{
	static struct field status;

	status = (struct field){ .name = STR("s"), .type = type_of(enum_oid) };
	return (struct ddl){
		.kind = DDL_CREATE_TYPE,
		.oid = oid,
		.array_type_oid = oid + 1,
		.row_type_oid = oid + 2,
		.name = str_of_cstr(name),
		.fields = &status,
		.field_count = 1,
	};
}

/* Of 63 bytes, which a name may have, an underscore leaves 62. */
START_TEST(arrays_have_names)
{
	char array[65] = "_";
	struct ddl make = {
		.kind = DDL_CREATE_INLINE_ENUM,
		.oid = 20000,
		.array_type_oid = 20001,
		.labels = labels,
		.label_count = 2,
	};

	memset(array + 1, 'n', 63);
	make.name = str_of(array + 1, 63);
	change(&make);
	ck_assert_ptr_null(
	    catalog_enum_by_array_name(catalog, str_of(array, 64)));
	ck_assert_uint_eq(
	    catalog_enum_by_array_name(catalog, str_of(array, 63))->oid, 20000);
	ck_assert_ptr_null(
	    catalog_enum_by_array_name(catalog, str_of(array, 62)));
	ck_assert_uint_eq(
	    catalog_enum_by_array_name(catalog, STR("_status"))->oid, ENUM_OID);
	ck_assert_ptr_null(catalog_enum_by_array_name(catalog, STR("status")));
	ck_assert_ptr_null(catalog_enum_by_array_name(catalog, STR("_")));
	ck_assert_ptr_null(catalog_enum_by_array_name(catalog, STR("")));
}
END_TEST

START_TEST(inline_enums_go_with_their_last_type)
{
	struct ddl make_enum = {
		.kind = DDL_CREATE_INLINE_ENUM,
		.oid = 20000,
		.array_type_oid = 20001,
		.name = STR("a_s"),
		.labels = labels,
		.label_count = 2,
	};
	struct ddl make_a = type_with_enum("a", 20002, 20000);
	struct ddl make_b = type_with_enum("b", 20005, 20000);
	struct ddl drop = { .kind = DDL_DROP_TYPE, .oid = 20002 };

	change(&make_enum);
	change(&make_a);
	change(&make_b);
	change(&drop);
	ck_assert_ptr_nonnull(catalog_enum_by_name(catalog, STR("a_s")));
	drop.oid = 20005;
	change(&drop);
	ck_assert_ptr_null(catalog_enum_by_name(catalog, STR("a_s")));
	ck_assert_uint_eq(catalog->next_oid, 20008);
	/* One that was made by itself stays. */
	drop.oid = TYPE_OID_;
	change(&drop);
	ck_assert_ptr_nonnull(catalog_enum_by_name(catalog, STR("status")));
	/* The name is free, for another OID. */
	make_enum.oid = catalog->next_oid;
	make_enum.array_type_oid = catalog->next_oid + 1;
	change(&make_enum);
	ck_assert_uint_eq(catalog_enum_by_name(catalog, STR("a_s"))->oid,
	    20008);
}
END_TEST

/* A catalogue of format 1, byte by byte: one enum, and a type that uses it. */
START_TEST(reads_format_1)
{
	static const char bytes[] = "\x01\0\0\0"
				    "\x02\0\0\0\0\0\0\0"
				    "\x05\x40\0\0" /* header */
				    "\x01"
				    "\x80\x80\x01"
				    "\x81\x80\x01"
				    "\x01"
				    "e" /* the enum */
				    "\x02"
				    "\x03"
				    "new"
				    "\x04"
				    "paid"
				    "\x01"
				    "\x82\x80\x01"
				    "\x83\x80\x01"
				    "\x84\x80\x01"
				    "\x01"
				    "t"
				    "\0" /* not dropped */
				    "\x01"
				    "\x01"
				    "s"
				    "\x80\x80\x01"
				    "\x01"
				    "\x01" /* not null */
				    "\x01"
				    "\x01"
				    "\x01"; /* one version, of one field */
	const struct catalog *copy;
	const struct enum_type *type;

	ck_assert_int_eq(catalog_decode(str_of(bytes, sizeof(bytes) - 1), &copy,
			     &err),
	    0);
	type = catalog_enum_by_name(copy, STR("e"));
	ck_assert_ptr_nonnull(type);
	ck_assert(!type->is_inline);
	ck_assert(str_equal(type->labels[1], STR("paid")));
	ck_assert_ptr_eq(
	    catalog_type_by_name(copy, STR("t"))->fields[0].type.enum_type,
	    type);
	catalog_unref(copy);
}
END_TEST

START_TEST(reads_back_what_it_wrote)
{
	const struct catalog *copy;
	const struct event_type *type;
	struct buf first, second;
	struct ddl make = make_kept(), set = set_kept(1, 101);

	add_views();
	add_comments();
	change(&make);
	change(&set);
	buf_init(&first);
	buf_init(&second);
	catalog_encode(catalog, &first);
	ck_assert_int_eq(catalog_decode(buf_str(&first), &copy, &err), 0);
	catalog_encode(copy, &second);
	ck_assert(str_equal(buf_str(&first), buf_str(&second)));
	type = catalog_type_by_name(copy, STR("orders"));
	ck_assert_int_eq((int)type->fields[1].default_value.numeric.small,
	    -150);
	ck_assert(str_equal(type->fields[2].default_value.str, STR("none")));
	ck_assert_int_eq(
	    (int)catalog_view_by_name(copy, STR("totals"))->reading.now, -7);
	ck_assert_uint_eq(
	    catalog_view_by_name(copy, STR("sums"))->kept.base_count, 5);
	ck_assert_int_eq(catalog_type_by_oid(copy, KEPT_OID + 3)->horizon, 101);
	ck_assert_ptr_null(catalog_type_by_name(copy, STR("sums")));
	ck_assert_uint_eq(copy->comment_count, 7);
	ck_assert(str_equal(copy->comments[1]->text, STR("its note")));
	catalog_unref(copy);
	/* Cut anywhere, it is an error and nothing else. */
	for (size_t len = 0; len < first.len; len++) {
		int rc = catalog_decode(str_of((const char *)first.data, len),
		    &copy, &err);

		ck_assert_int_eq(rc, STELE_E_CORRUPT);
		ck_assert_ptr_null(copy);
	}
	buf_release(&first);
	buf_release(&second);
}
END_TEST

START_TEST(flipped_bytes_never_crash)
{
	struct buf bytes;

	add_views();
	add_comments();
	buf_init(&bytes);
	catalog_encode(catalog, &bytes);
	for (size_t i = 0; i < bytes.len * 8; i++) {
		const struct catalog *copy;

		bytes.data[i / 8] ^= (uint8_t)(1u << (i % 8));
		if (catalog_decode(buf_str(&bytes), &copy, &err) == 0)
			catalog_unref(copy);
		bytes.data[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	buf_release(&bytes);
}
END_TEST

/* A new type, and a comment. */
START_TEST(ddl_round_trip)
{
	struct ddl ddl = {
		.kind = DDL_CREATE_TYPE,
		.oid = 20000,
		.array_type_oid = 20001,
		.row_type_oid = 20002,
		.version = 9,
		.name = STR("t"),
		.fields = fields,
		.field_count = 3,
		.labels = labels,
		.label_count = 2,
	};
	struct arena arena;
	struct reader r;
	struct ddl copy;
	struct buf first, second;

	if (_i == 2)
		ddl = make_kept();
	if (_i == 3)
		ddl = set_kept(1, 101);
	if (_i == 1)
		ddl = comment_on(OBJECT_RELATION, 20000, 4, "what it is");
	arena_init(&arena, NULL);
	buf_init(&first);
	buf_init(&second);
	ddl_encode(&ddl, &first);
	r = reader_over(first.data, first.len);
	ck_assert_int_eq(ddl_decode(&r, &arena, &copy, &err), 0);
	ck_assert_uint_eq(copy.version, ddl.version);
	ck_assert_uint_eq(copy.field_count, ddl.field_count);
	ck_assert_uint_eq(copy.comment.object.attnum,
	    ddl.comment.object.attnum);
	ddl_encode(&copy, &second);
	ck_assert(str_equal(buf_str(&first), buf_str(&second)));
	for (size_t len = 0; len < first.len; len++) {
		r = reader_over(first.data, len);
		ck_assert_int_eq(ddl_decode(&r, &arena, &copy, &err),
		    STELE_E_CORRUPT);
	}
	buf_release(&first);
	buf_release(&second);
	arena_release(&arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("catalog");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, finds_things);
	tcase_add_test(tc, versions_share_and_stay);
	tcase_add_loop_test(tc, refuses, 0, ARRAY_LEN(refusals));
	tcase_add_test(tc, arrays_have_names);
	tcase_add_test(tc, inline_enums_go_with_their_last_type);
	tcase_add_test(tc, views_hold_what_they_use);
	tcase_add_test(tc, kept_queries_have_their_rows);
	tcase_add_test(tc, rows_are_no_meaning);
	tcase_add_test(tc, two_changes_have_two_meanings);
	tcase_add_test(tc, comments_stay_and_go);
	tcase_add_loop_test(tc, no_comment_without_an_object, 0,
	    (int)(sizeof(no_objects) / sizeof(no_objects[0])));
	tcase_add_test(tc, reads_format_1);
	tcase_add_test(tc, reads_back_what_it_wrote);
	tcase_add_test(tc, flipped_bytes_never_crash);
	tcase_add_loop_test(tc, ddl_round_trip, 0, 4);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
