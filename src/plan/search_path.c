/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/search_path.h"

#include "common/name_list.h"

const struct search_path search_path_default = {
	.schemas = { SCHEMA_PG_CATALOG, SCHEMA_PUBLIC },
	.count = 2,
	.is_catalog_implied = true,
};

bool
search_path_has(const struct search_path *path, uint32_t schema)
{
	for (uint32_t i = 0; i < path->count; i++)
		if (path->schemas[i] == schema)
			return true;
	return false;
}

bool
search_path_of_relations(const struct search_path *path, uint32_t i,
    uint32_t *schema)
{
	bool is_implied = !search_path_has(path, SCHEMA_PG_TEMP);

	if (is_implied && i == 0) {
		*schema = SCHEMA_PG_TEMP;
		return true;
	}
	i -= is_implied ? 1 : 0;
	if (i >= path->count)
		return false;
	*schema = path->schemas[i];
	return true;
}

static void
add(struct search_path *path, uint32_t schema)
{
	if (!search_path_has(path, schema))
		path->schemas[path->count++] = schema;
}

static bool
is_said(const struct name_list *list, uint32_t schema)
{
	for (uint32_t i = 0; i < list->count; i++) {
		const struct schema *found = schema_by_name(list->names[i]);

		if (found != NULL && found->oid == schema)
			return true;
	}
	return false;
}

bool
search_path_parse(struct str text, struct search_path *out)
{
	struct name_list list;
	struct arena arena;
	bool is_list;

	*out = (struct search_path){ .count = 0 };
	arena_init(&arena, NULL);
	is_list = name_list_read(text, ',', &arena, &list);
	if (is_list) {
		out->is_catalog_implied = !is_said(&list, SCHEMA_PG_CATALOG);
		if (out->is_catalog_implied)
			add(out, SCHEMA_PG_CATALOG);
		for (uint32_t i = 0; i < list.count; i++) {
			const struct schema *schema =
			    schema_by_name(list.names[i]);

			if (schema != NULL)
				add(out, schema->oid);
		}
	}
	arena_release(&arena);
	return is_list;
}

bool
search_path_equal(const struct search_path *a, const struct search_path *b)
{
	bool is_equal = a->count == b->count &&
	    a->is_catalog_implied == b->is_catalog_implied;

	for (uint32_t i = 0; i < a->count && is_equal; i++)
		is_equal = a->schemas[i] == b->schemas[i];
	return is_equal;
}

uint32_t
search_path_current(const struct search_path *path)
{
	uint32_t first = path->is_catalog_implied ? 1 : 0;

	return path->count > first ? path->schemas[first] : 0;
}
