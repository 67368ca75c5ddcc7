/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalog_setting.c -- lists of settings as objects of the catalogue: made,
 * shared, freed, found, changed, and as bytes.
 *
 * What a change says:
 *
 *   varint database oid · string name · u8 whether it is reset · string value
 *
 * A list of a catalogue:
 *
 *   varint database oid · varint role oid · varint count, settings: string
 *     name, string value
 */
#include <stdlib.h>

#include "common/arena.h"
#include "common/error.h"
#include "common/reader.h"
#include "engine/catalog/catalog_private.h"
#include "engine/catalog/format_private.h"
#include "engine/catalog/value_format.h"

struct setting_list_object {
	struct setting_list pub; /* first: the catalogue points to it */
	atomic_uint refs;
	size_t size;
	struct arena arena;
};

/* Casts away const: the reference count is the one thing that changes. */
static struct setting_list_object *
object_of(const struct setting_list *list)
{
	union {
		const struct setting_list *pub;
		struct setting_list_object *object;
	} u = { .pub = list };

	return u.object;
}

static const struct setting_list *
list_ref(const struct setting_list *list)
{
	/* the taker has a reference already: relaxed */
	atomic_fetch_add_explicit(&object_of(list)->refs, 1,
	    memory_order_relaxed);
	return list;
}

void
setting_list_unref(const struct setting_list *list)
{
	struct setting_list_object *object;

	if (list == NULL)
		return;
	object = object_of(list);
	/* all uses happen before the free */
	if (atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel) !=
	    1)
		return;
	arena_release(&object->arena);
	free(object);
}

static int
list_make(const struct setting_list *source, const struct setting_list **out,
    struct error *err)
{
	struct setting_list_object *object = calloc(1, sizeof(*object));
	struct kept_setting *settings;
	int rc;

	*out = NULL;
	if (object == NULL)
		return error_no_memory(err);
	atomic_init(&object->refs, 1);
	arena_init(&object->arena, NULL);
	settings = arena_alloc_array(&object->arena, (size_t)source->count + 1,
	    sizeof(*settings));
	object->pub = *source;
	object->pub.settings = settings;
	for (uint32_t i = 0; i < source->count; i++) {
		const struct kept_setting *from = &source->settings[i];

		settings[i].name = arena_str(&object->arena, from->name);
		settings[i].value = arena_str(&object->arena, from->value);
	}
	rc = arena_check(&object->arena, err);
	if (rc == 0)
		rc = setting_list_measure(&object->pub, &object->size, err);
	if (rc != 0)
		setting_list_unref(&object->pub);
	else
		*out = &object->pub;
	return rc;
}

/* ---- order ---- */

static bool
is_before(const struct setting_list *list, uint32_t database_oid,
    uint32_t role_oid)
{
	return list->database_oid < database_oid ||
	    (list->database_oid == database_oid && list->role_oid < role_oid);
}

static bool
is_of(const struct setting_list *list, uint32_t database_oid, uint32_t role_oid)
{
	return list->database_oid == database_oid && list->role_oid == role_oid;
}

static void
catalog_put_settings(struct catalog *catalog, const struct setting_list *list)
{
	const struct setting_list **lists =
	    (const struct setting_list **)(uintptr_t)catalog->setting_lists;
	uint32_t at = catalog->setting_list_count++;

	for (; at > 0 &&
	     !is_before(lists[at - 1], list->database_oid, list->role_oid);
	     at--)
		lists[at] = lists[at - 1];
	lists[at] = list_ref(list);
	catalog->size += object_of(list)->size;
}

const struct setting_list *
catalog_settings(const struct catalog *catalog, uint32_t database_oid,
    uint32_t role_oid)
{
	uint32_t low = 0, high = catalog->setting_list_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (is_before(catalog->setting_lists[middle], database_oid,
			role_oid))
			low = middle + 1;
		else
			high = middle;
	}
	return low < catalog->setting_list_count &&
		is_of(catalog->setting_lists[low], database_oid, role_oid)
	    ? catalog->setting_lists[low]
	    : NULL;
}

/* NULL if the list, which may be NULL, has none of the name. */
static const struct kept_setting *
setting_list_find(const struct setting_list *list, struct str name)
{
	for (uint32_t i = 0; list != NULL && i < list->count; i++)
		if (str_equal_nocase(list->settings[i].name, name))
			return &list->settings[i];
	return NULL;
}

/* ---- changes ---- */

/* Whether there are such a role and such a database: keeps S3. */
static bool
has_place(const struct catalog *catalog, uint32_t database_oid,
    uint32_t role_oid)
{
	bool may_have = role_oid == 0 || role_oid == ROLE_OWNER_OID ||
	    role_oid >= FIRST_USER_OID;

	return may_have &&
	    (role_oid == 0 || catalog_role_by_oid(catalog, role_oid) != NULL) &&
	    (database_oid == 0 || database_oid == ACL_DATABASE_OID);
}

static bool
is_of_size(const struct kept_setting *setting)
{
	return setting->name.len > 0 && setting->name.len <= SETTING_NAME_MAX &&
	    setting->value.len <= SETTING_VALUE_MAX;
}

static int
check_change(const struct catalog *catalog, const struct ddl *ddl,
    const struct setting_list *before, struct error *err)
{
	const struct setting_change *change = &ddl->setting;

	if (!has_place(catalog, change->database_oid, ddl->oid))
		return error_set(err, STELE_E_UNDEFINED_OBJECT,
		    "role with OID %u does not exist", (unsigned)ddl->oid);
	if (!is_of_size(&change->setting)) {
		(void)error_set(err, STELE_E_LIMIT,
		    "parameter is too long to be kept");
		return error_detail(err,
		    "A name has at most %d bytes, a value %d.",
		    SETTING_NAME_MAX, SETTING_VALUE_MAX);
	}
	if (change->is_reset || before == NULL ||
	    before->count < SETTING_LIST_MAX ||
	    setting_list_find(before, change->setting.name) != NULL)
		return 0;
	return error_set(err, STELE_E_LIMIT,
	    "at most %d parameters can be kept for a role or database",
	    SETTING_LIST_MAX);
}

int
catalog_change_setting(const struct catalog *catalog, const struct ddl *ddl,
    struct catalog_change *change, struct error *err)
{
	const struct setting_change *said = &ddl->setting;
	const struct setting_list *before =
	    catalog_settings(catalog, said->database_oid, ddl->oid);
	const struct kept_setting *had =
	    setting_list_find(before, said->setting.name);
	struct kept_setting settings[SETTING_LIST_MAX];
	struct setting_list after = { .database_oid = said->database_oid,
		.role_oid = ddl->oid,
		.settings = settings };
	int rc = check_change(catalog, ddl, before, err);

	if (rc != 0)
		return rc;
	for (uint32_t i = 0; before != NULL && i < before->count; i++) {
		const struct kept_setting *setting = &before->settings[i];

		if (setting != had)
			settings[after.count++] = *setting;
		else if (!said->is_reset)
			settings[after.count++] = said->setting;
	}
	if (had == NULL && !said->is_reset)
		settings[after.count++] = said->setting;
	return list_make(&after, &change->new_settings, err);
}

void
catalog_copy_settings(const struct catalog *before,
    const struct catalog_change *change, struct catalog *after)
{
	const struct setting_list *changed = change->new_settings;

	for (uint32_t i = 0; i < before->setting_list_count; i++) {
		const struct setting_list *list = before->setting_lists[i];

		if ((list->role_oid == 0 ||
			list->role_oid != change->gone_role_oid) && /* S3 */
		    (changed == NULL ||
			!is_of(changed, list->database_oid, list->role_oid)))
			catalog_put_settings(after, list);
	}
	if (changed != NULL && changed->count > 0) /* S1 */
		catalog_put_settings(after, changed);
}

/* ---- bytes ---- */

void
setting_change_put(struct buf *out, const struct setting_change *change)
{
	buf_put_varint(out, change->database_oid);
	value_put_str(out, change->setting.name);
	buf_put_u8(out, change->is_reset ? 1 : 0);
	value_put_str(out, change->setting.value);
}

void
setting_change_get(struct reader *r, struct setting_change *out)
{
	uint8_t is_reset;

	out->database_oid = format_get_u32(r);
	out->setting.name = value_get_str(r);
	is_reset = reader_u8(r);
	out->setting.value = value_get_str(r);
	out->is_reset = is_reset == 1;
	if (is_reset > 1 || !is_of_size(&out->setting) ||
	    (is_reset == 1 && out->setting.value.len > 0))
		r->failed = true;
}

static void
put_list(struct buf *out, const struct setting_list *list)
{
	buf_put_varint(out, list->database_oid);
	buf_put_varint(out, list->role_oid);
	buf_put_varint(out, list->count);
	for (uint32_t i = 0; i < list->count; i++) {
		value_put_str(out, list->settings[i].name);
		value_put_str(out, list->settings[i].value);
	}
}

void
catalog_encode_settings(struct buf *out, const struct catalog *catalog)
{
	buf_put_varint(out, catalog->setting_list_count);
	for (uint32_t i = 0; i < catalog->setting_list_count; i++)
		put_list(out, catalog->setting_lists[i]);
}

int
setting_list_measure(const struct setting_list *list, size_t *size,
    struct error *err)
{
	struct buf bytes;

	buf_init(&bytes);
	put_list(&bytes, list);
	return format_measure(&bytes, size, err);
}

static int
get_list(struct reader *r, struct arena *arena, struct catalog *catalog,
    struct error *err)
{
	struct kept_setting settings[SETTING_LIST_MAX];
	struct setting_list source = { .database_oid = format_get_u32(r),
		.settings = settings };
	const struct setting_list *list;
	uint32_t count;
	int rc;

	source.role_oid = format_get_u32(r);
	count = format_get_count(r);
	if (count == 0 || count > SETTING_LIST_MAX) /* S1 */
		r->failed = true;
	while (source.count < count && !r->failed) {
		struct kept_setting *setting = &settings[source.count];

		setting->name = value_get_str(r);
		setting->value = value_get_str(r);
		if (!is_of_size(setting) ||
		    setting_list_find(&source, setting->name) != NULL) /* S2 */
			r->failed = true;
		source.count++;
	}
	if (r->failed ||
	    !has_place(catalog, source.database_oid, source.role_oid) ||
	    catalog_settings(catalog, source.database_oid, source.role_oid) !=
		NULL)
		return format_malformed(arena, err);
	rc = list_make(&source, &list, err);
	if (rc != 0)
		return rc;
	catalog_put_settings(catalog, list);
	setting_list_unref(list);
	return 0;
}

int
catalog_decode_settings(struct reader *r, struct arena *arena,
    struct catalog *catalog, struct error *err)
{
	uint32_t count = format_get_count(r);
	int rc = 0;

	for (uint32_t i = 0; i < count && rc == 0; i++)
		rc = get_list(r, arena, catalog, err);
	return rc;
}
