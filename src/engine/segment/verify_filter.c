/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_filter.c -- the filters of a column miss none of its values.
 */
#include <stdlib.h>

#include "common/reader.h"
#include "engine/segment/verify_private.h"

void
verify_filter_release(struct verify_filter *filter)
{
	for (uint32_t g = 0; filter->groups != NULL && g < filter->group_count;
	     g++)
		free(filter->groups[g]);
	free(filter->groups);
	free(filter->directory_bytes);
	*filter = (struct verify_filter){ .groups = NULL };
}

static int
read_groups(struct verify *v, struct verify_filter *filter, struct error *err)
{
	const struct filter_directory *directory = &filter->directory;
	uint64_t strip_bytes =
	    (uint64_t)directory->zone_count * FILTER_BLOCK_BYTES;
	uint32_t strips = directory->block_count;
	struct reader r;
	int rc = 0;

	filter->group_count =
	    (strips + directory->group_strips - 1) / directory->group_strips;
	filter->groups = calloc(filter->group_count, sizeof(*filter->groups));
	if (filter->groups == NULL)
		return error_no_memory(err);
	r = reader_over(directory->refs,
	    (size_t)filter->group_count * BLOCK_REF_SIZE);
	for (uint32_t g = 0; g < filter->group_count && rc == 0; g++) {
		struct block_ref ref = segment_take_ref(&r);
		uint32_t count = strips < directory->group_strips
		    ? strips
		    : directory->group_strips;

		if (ref.len != count * strip_bytes)
			return verify_broken(v, "invalid filters", ref.offset,
			    err);
		rc = verify_read_block(v, &ref, &filter->groups[g], err);
		strips -= count;
	}
	return rc;
}

int
verify_filter_load(struct verify *v, const struct column_info *column,
    uint32_t zone_count, struct verify_filter *filter, struct error *err)
{
	int rc;

	*filter = (struct verify_filter){
		.phys = column_chunk_phys(column),
	};
	if (column->filter.len == 0)
		return 0;
	rc = verify_read_block(v, &column->filter, &filter->directory_bytes,
	    err);
	if (rc != 0)
		return rc;
	if (!filter_has_keys(filter->phys) ||
	    !filter_open(filter->directory_bytes, column->filter.len,
		zone_count, &filter->directory))
		return verify_broken(v, "invalid filters",
		    column->filter.offset, err);
	return read_groups(v, filter, err);
}

bool
verify_filter_has(const struct verify_filter *filter, uint32_t zone,
    const void *value)
{
	const struct filter_directory *directory = &filter->directory;
	uint64_t hash;
	size_t offset;
	bool keep = true;

	if (filter->groups == NULL)
		return true;
	hash = filter_hash(filter->phys, value);
	(void)filter_group_of(directory, hash, &offset);
	filter_drop_zones(filter->groups[filter_group_number(directory, hash)] +
		offset + (size_t)zone * FILTER_BLOCK_BYTES,
	    1, hash, &keep);
	return keep;
}
