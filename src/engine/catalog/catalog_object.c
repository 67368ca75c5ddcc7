/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of catalogues: made, found, shared, freed.
 */
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "engine/catalog/catalog_private.h"
#include "engine/catalog/format_private.h"

/* Casts away const: the reference count is the one thing that changes. */
static struct enum_object *
enum_object_of(const struct enum_type *type)
{
	union {
		const struct enum_type *pub;
		struct enum_object *object;
	} u = { .pub = type };

	return u.object;
}

static struct type_object *
type_object_of(const struct event_type *type)
{
	union {
		const struct event_type *pub;
		struct type_object *object;
	} u = { .pub = type };

	return u.object;
}

static struct catalog_object *
catalog_object_of(const struct catalog *catalog)
{
	union {
		const struct catalog *pub;
		struct catalog_object *object;
	} u = { .pub = catalog };

	return u.object;
}

/* New objects with one reference; NULL without memory. */
static struct enum_object *
enum_object_new(void)
{
	struct enum_object *object = calloc(1, sizeof(*object));

	if (object == NULL)
		return NULL;
	atomic_init(&object->refs, 1);
	arena_init(&object->arena, NULL);
	return object;
}

static struct type_object *
type_object_new(void)
{
	struct type_object *object = calloc(1, sizeof(*object));

	if (object == NULL)
		return NULL;
	atomic_init(&object->refs, 1);
	arena_init(&object->arena, NULL);
	return object;
}

/*
 * References: relaxed to take (the taker has one already), release and acquire
 * to give back, so that all uses happen before the free.
 */
static void
refs_take(atomic_uint *refs)
{
	atomic_fetch_add_explicit(refs, 1, memory_order_relaxed);
}

static bool
refs_give_back(atomic_uint *refs)
{
	return atomic_fetch_sub_explicit(refs, 1, memory_order_acq_rel) == 1;
}

static const struct enum_type *
enum_ref(const struct enum_type *type)
{
	refs_take(&enum_object_of(type)->refs);
	return type;
}

void
enum_unref(const struct enum_type *type)
{
	struct enum_object *object;

	if (type == NULL)
		return;
	object = enum_object_of(type);
	if (!refs_give_back(&object->refs))
		return;
	arena_release(&object->arena);
	free(object);
}

static const struct event_type *
event_type_ref(const struct event_type *type)
{
	refs_take(&type_object_of(type)->refs);
	return type;
}

void
event_type_unref(const struct event_type *type)
{
	struct type_object *object;

	if (type == NULL)
		return;
	object = type_object_of(type);
	if (!refs_give_back(&object->refs))
		return;
	for (uint32_t i = 0; i < type->field_count; i++)
		enum_unref(type->fields[i].type.enum_type);
	arena_release(&object->arena);
	free(object);
}

/* NULL without memory; at least one, so that it is one pointer in any case. */
static void *
pointers(uint32_t count)
{
	return calloc((size_t)count + 1, sizeof(void *));
}

/* The arrays of a catalogue; its objects are not in them any more. */
static void
free_arrays(struct catalog_object *object)
{
	free((void *)(uintptr_t)object->pub.types);
	free((void *)(uintptr_t)object->pub.enums);
	free((void *)(uintptr_t)object->pub.views);
	free((void *)(uintptr_t)object->pub.roles);
	free((void *)(uintptr_t)object->pub.acls);
	free((void *)(uintptr_t)object->pub.comments);
	free((void *)(uintptr_t)object->pub.setting_lists);
	free(object->by_name);
	free(object->roles_by_name);
	free(object);
}

const struct catalog *
catalog_ref(const struct catalog *catalog)
{
	refs_take(&catalog_object_of(catalog)->refs);
	return catalog;
}

void
catalog_unref(const struct catalog *catalog)
{
	struct catalog_object *object;

	if (catalog == NULL)
		return;
	object = catalog_object_of(catalog);
	if (!refs_give_back(&object->refs))
		return;
	for (uint32_t i = 0; i < catalog->type_count; i++)
		event_type_unref(catalog->types[i]);
	for (uint32_t i = 0; i < catalog->enum_count; i++)
		enum_unref(catalog->enums[i]);
	for (uint32_t i = 0; i < catalog->view_count; i++)
		sql_view_unref(catalog->views[i]);
	for (uint32_t i = 0; i < catalog->role_count; i++)
		role_unref(catalog->roles[i]);
	for (uint32_t i = 0; i < catalog->acl_count; i++)
		acl_unref(catalog->acls[i]);
	for (uint32_t i = 0; i < catalog->comment_count; i++)
		comment_unref(catalog->comments[i]);
	for (uint32_t i = 0; i < catalog->setting_list_count; i++)
		setting_list_unref(catalog->setting_lists[i]);
	free_arrays(object);
}

/* What a catalogue has beside its objects: eight numbers, at most. */
#define FRAME_SIZE 96

/* Of all catalogues that were made: two changes of one make two meanings. */
static atomic_uint_fast64_t meaning_last;

int
catalog_make(const struct catalog_room *room, struct catalog **out,
    struct error *err)
{
	struct catalog_object *object = calloc(1, sizeof(*object));
	struct catalog *pub;

	*out = NULL;
	if (object == NULL)
		return error_no_memory(err);
	pub = &object->pub;
	atomic_init(&object->refs, 1);
	object->meaning = atomic_fetch_add(&meaning_last, 1) + 1;
	pub->next_oid = FIRST_USER_OID;
	pub->size = FRAME_SIZE;
	pub->types = pointers(room->types);
	pub->enums = pointers(room->enums);
	pub->views = pointers(room->views);
	pub->roles = pointers(room->roles);
	pub->acls = pointers(room->acls);
	pub->comments = pointers(room->comments);
	pub->setting_lists = pointers(room->setting_lists);
	object->by_name = pointers(room->types);
	object->roles_by_name = pointers(room->roles);
	if (pub->types == NULL || pub->enums == NULL || pub->views == NULL ||
	    pub->roles == NULL || pub->acls == NULL || pub->comments == NULL ||
	    pub->setting_lists == NULL || object->by_name == NULL ||
	    object->roles_by_name == NULL) {
		free_arrays(object);
		return error_no_memory(err);
	}
	*out = pub;
	return 0;
}

void
catalog_keep_meaning(struct catalog *after, const struct catalog *before)
{
	catalog_object_of(after)->meaning = catalog_object_of(before)->meaning;
}

bool
catalog_means_same(const struct catalog *a, const struct catalog *b)
{
	return catalog_object_of(a)->meaning == catalog_object_of(b)->meaning;
}

int
catalog_new(const struct catalog **out, struct error *err)
{
	const struct catalog_room room = { 0 };
	struct catalog *catalog;
	int rc = catalog_make(&room, &catalog, err);

	*out = catalog;
	return rc;
}

static uint32_t
max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

void
catalog_put_type(struct catalog *catalog, const struct event_type *type)
{
	const struct event_type **types =
	    (const struct event_type **)(uintptr_t)catalog->types;
	uint32_t at = catalog->type_count++;

	for (; at > 0 && types[at - 1]->oid > type->oid; at--)
		types[at] = types[at - 1];
	types[at] = event_type_ref(type);
	catalog->size += type_object_of(type)->size;
	catalog->next_oid = max_u32(catalog->next_oid, type->oid + 1);
	catalog->next_oid = max_u32(catalog->next_oid, type->row_type_oid + 1);
	catalog->next_oid =
	    max_u32(catalog->next_oid, type->array_type_oid + 1);
}

void
catalog_put_enum(struct catalog *catalog, const struct enum_type *type)
{
	const struct enum_type **enums =
	    (const struct enum_type **)(uintptr_t)catalog->enums;
	uint32_t at = catalog->enum_count++;

	for (; at > 0 && enums[at - 1]->oid > type->oid; at--)
		enums[at] = enums[at - 1];
	enums[at] = enum_ref(type);
	catalog->size += enum_object_of(type)->size;
	catalog->next_oid = max_u32(catalog->next_oid, type->oid + 1);
	catalog->next_oid = max_u32(catalog->next_oid, type->array_oid + 1);
}

static int
compare_names(const void *a, const void *b)
{
	const struct event_type *const *left = a;
	const struct event_type *const *right = b;

	return str_compare((*left)->name, (*right)->name);
}

static int
compare_role_names(const void *a, const void *b)
{
	const struct role *const *left = a;
	const struct role *const *right = b;

	return str_compare((*left)->name, (*right)->name);
}

const struct role *const *
catalog_roles_by_name(const struct catalog *catalog)
{
	return (const struct role *const *)catalog_object_of(catalog)
	    ->roles_by_name;
}

void
catalog_seal(struct catalog *catalog)
{
	struct catalog_object *object = catalog_object_of(catalog);

	object->by_name_count = 0;
	for (uint32_t i = 0; i < catalog->type_count; i++)
		if (event_type_has_name(catalog->types[i]))
			object->by_name[object->by_name_count++] =
			    catalog->types[i];
	if (object->by_name_count > 1)
		qsort(object->by_name, object->by_name_count,
		    sizeof(object->by_name[0]), compare_names);
	for (uint32_t i = 0; i < catalog->role_count; i++)
		object->roles_by_name[i] = catalog->roles[i];
	if (catalog->role_count > 1)
		qsort(object->roles_by_name, catalog->role_count,
		    sizeof(object->roles_by_name[0]), compare_role_names);
}

const struct event_type *
catalog_type_by_name(const struct catalog *catalog, struct str name)
{
	const struct catalog_object *object = catalog_object_of(catalog);
	uint32_t low = 0, high = object->by_name_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_compare(object->by_name[middle]->name, name);

		if (order == 0)
			return object->by_name[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

int
enum_type_make(const struct enum_type *source, const struct enum_type **out,
    struct error *err)
{
	struct enum_object *object = enum_object_new();
	struct str *labels = NULL;
	int rc;

	*out = NULL;
	if (object == NULL)
		return error_no_memory(err);
	object->pub = *source;
	object->pub.name = arena_str(&object->arena, source->name);
	if (source->label_count > 0)
		labels = arena_try_alloc(&object->arena,
		    source->label_count * sizeof(*labels));
	if (source->label_count > 0 && labels == NULL)
		object->arena.failed = true;
	for (uint32_t i = 0; labels != NULL && i < source->label_count; i++)
		labels[i] = arena_str(&object->arena, source->labels[i]);
	object->pub.labels = labels;
	rc = arena_check(&object->arena, err);
	if (rc == 0)
		rc = enum_type_measure(&object->pub, &object->size, err);
	if (rc != 0)
		enum_unref(&object->pub);
	else
		*out = &object->pub;
	return rc;
}

/*
 * The enum of a field, as the catalogue has it now.  A dropped type may
 * outlive its enum: it keeps the labels as long as it has them, later none.
 */
static int
find_labels(const struct event_type *owner, const struct field *field,
    const struct catalog *catalog, const struct enum_type **out,
    struct error *err)
{
	*out = NULL;
	if (field->type.oid < FIRST_USER_OID &&
	    type_info(field->type.oid) != NULL)
		return 0;
	if (field->type.oid >= FIRST_USER_OID) {
		*out = catalog_enum_by_oid(catalog, field->type.oid);
		if (*out == NULL && owner->dropped_at != 0)
			*out = field->type.enum_type;
		if (*out != NULL || owner->dropped_at != 0)
			return 0;
	}
	return error_set(err, STELE_E_UNDEFINED_OBJECT,
	    "type with OID %u does not exist", (unsigned)field->type.oid);
}

static int
copy_field(struct type_object *object, const struct field *source,
    const struct catalog *catalog, struct field *target, struct error *err)
{
	const struct enum_type *labels;
	int rc = find_labels(&object->pub, source, catalog, &labels, err);

	if (rc != 0)
		return rc;
	*target = *source;
	target->name = arena_str(&object->arena, source->name);
	target->type.enum_type = labels == NULL ? NULL : enum_ref(labels);
	if (source->has_default)
		target->default_value = datum_copy(field_phys(target),
		    &source->default_value, &object->arena);
	return 0;
}

int
event_type_make(const struct event_type *source, const struct catalog *catalog,
    const struct event_type **out, struct error *err)
{
	struct type_object *object = type_object_new();
	struct schema_version *versions;
	struct field *fields;
	int rc = 0;

	*out = NULL;
	if (object == NULL)
		return error_no_memory(err);
	fields = arena_try_alloc(&object->arena,
	    (source->field_count + 1) * sizeof(*fields));
	versions = arena_try_alloc(&object->arena,
	    (source->version_count + 1) * sizeof(*versions));
	if (fields == NULL || versions == NULL) {
		rc = error_no_memory(err);
		goto fail;
	}
	object->pub = *source;
	object->pub.name = arena_str(&object->arena, source->name);
	object->pub.key = event_type_key(&object->arena, &object->pub);
	object->pub.field_count = 0;
	object->pub.fields = fields;
	object->pub.versions = versions;
	if (source->version_count > 0)
		memcpy(versions, source->versions,
		    source->version_count * sizeof(*versions));
	for (uint32_t i = 0; i < source->field_count; i++) {
		rc = copy_field(object, &source->fields[i], catalog, &fields[i],
		    err);
		if (rc != 0)
			goto fail;
		object->pub.field_count = i + 1; /* what unref gives back */
	}
	rc = arena_check(&object->arena, err);
	if (rc == 0)
		rc = event_type_measure(&object->pub, &object->size, err);
	if (rc != 0)
		goto fail;
	*out = &object->pub;
	return 0;
fail:
	event_type_unref(&object->pub);
	return rc;
}
