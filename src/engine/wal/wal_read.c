/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/wal/wal_read.h"

#include "common/buf.h"
#include "common/error.h"
#include "engine/wal/wal_private.h"
#include "os/file.h"

int
wal_source_open(struct wal_source *source, struct os_fs *fs, const char *dir,
    uint64_t number, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = wal_file_path(dir, number, path, err);

	wal_source_close(source);
	source->number = number;
	if (rc == 0)
		rc = os_open(fs, path, OS_READ, &source->file, err);
	return rc == 0 ? os_size(source->file, &source->size_bytes, err) : rc;
}

void
wal_source_close(struct wal_source *source)
{
	os_close(source->file);
	source->file = NULL;
	source->size_bytes = 0;
}

int
wal_read_group(const struct wal_source *source, uint64_t offset,
    struct buf *group, struct wal_group_header *header, struct error *err)
{
	uint8_t *bytes;
	int rc;

	buf_reset(group);
	if (offset + WAL_ALIGN > source->size_bytes)
		return 0;
	bytes = buf_take(group, WAL_GROUP_HEADER_SIZE);
	if (bytes == NULL)
		return error_no_memory(err);
	rc = os_pread_full(source->file, bytes, WAL_GROUP_HEADER_SIZE, offset,
	    err);
	if (rc != 0)
		return rc;
	if (!wal_group_decode(bytes, source->number, offset, header) ||
	    header->len > source->size_bytes - offset - WAL_GROUP_HEADER_SIZE)
		return 0;
	bytes = buf_take(group, (size_t)header->len);
	if (bytes == NULL)
		return error_no_memory(err);
	rc = os_pread_full(source->file, bytes, (size_t)header->len,
	    offset + WAL_GROUP_HEADER_SIZE, err);
	if (rc != 0)
		return rc;
	return wal_group_is_valid(group->data, header->len, source->key);
}
