/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/segment/segment.h"

void
segment_meta_release(struct segment_meta *meta)
{
	free(meta->types);
	*meta = (struct segment_meta){ 0 };
}

int
segment_meta_copy(struct segment_meta *out, const struct segment_meta *meta,
    struct error *err)
{
	size_t size = meta->type_count * sizeof(*meta->types);

	*out = *meta;
	out->types = malloc(size == 0 ? 1 : size);
	if (out->types == NULL) {
		*out = (struct segment_meta){ 0 };
		return error_set(err, STELE_E_OUT_OF_MEMORY, "out of memory");
	}
	if (size > 0)
		memcpy(out->types, meta->types, size);
	return 0;
}

uint64_t
segment_meta_type_rows(const struct segment_meta *meta, uint32_t type_oid)
{
	uint32_t first = 0;
	uint32_t limit = meta->type_count;

	while (first < limit) {
		uint32_t middle = first + (limit - first) / 2;

		if (meta->types[middle].type_oid < type_oid)
			first = middle + 1;
		else
			limit = middle;
	}
	if (first == meta->type_count ||
	    meta->types[first].type_oid != type_oid)
		return 0;
	return meta->types[first].row_count;
}

int
segment_path(char *out, size_t size, const char *dir, uint64_t number,
    struct error *err)
{
	int len = snprintf(out, size,
	    "%s/" SEGMENT_DIRECTORY "/%016" PRIx64 ".seg", dir, number);

	if (len < 0 || (size_t)len >= size)
		return error_set(err, STELE_E_LIMIT,
		    "path of directory \"%s\" is too long", dir);
	return 0;
}
