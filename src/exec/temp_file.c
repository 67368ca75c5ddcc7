/* SPDX-License-Identifier: Apache-2.0 */
#include "exec/temp_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/error.h"

struct temp_file {
	struct temp_space *space;
	struct os_file *file;
	uint64_t size;
};

/* Of the process: no two files have one name. */
static atomic_uint_least64_t next_number;

/* ---- the directory ---- */

struct cleaning {
	struct os_fs *fs;
	const char *folder;
	struct error *err;
	int rc;
};

static void
remove_left_over(void *arg, const char *name)
{
	struct cleaning *cleaning = arg;
	char path[OS_PATH_SIZE];

	if (cleaning->rc != 0)
		return;
	cleaning->rc = os_path(path, cleaning->folder, name, cleaning->err);
	if (cleaning->rc == 0)
		cleaning->rc = os_unlink(cleaning->fs, path, cleaning->err);
}

int
temp_directory_clean(struct os_fs *fs, const char *dir, struct error *err)
{
	char folder[OS_PATH_SIZE];
	struct cleaning cleaning = { .fs = fs, .folder = folder, .err = err };
	int rc;

	rc = os_path(folder, dir, TEMP_DIRECTORY, err);
	if (rc == 0)
		rc = os_list(fs, folder, remove_left_over, &cleaning, err);
	if (rc == STELE_E_FILE_MISSING)
		return 0;
	return rc != 0 ? rc : cleaning.rc;
}

static int
make_directory(const struct temp_space *space, struct error *err)
{
	char folder[OS_PATH_SIZE];
	int rc = os_path(folder, space->dir, TEMP_DIRECTORY, err);

	return rc == 0 ? os_mkdir(space->fs, folder, err) : rc;
}

/* ---- files ---- */

static int
create(struct temp_space *space, const char *path, struct os_file **out,
    struct error *err)
{
	return os_open(space->fs, path,
	    OS_READ | OS_WRITE | OS_CREATE | OS_EXCLUSIVE, out, err);
}

int
temp_file_open(struct temp_space *space, struct temp_file **out,
    struct error *err)
{
	struct temp_file *file = calloc(1, sizeof(*file));
	char name[OS_PATH_SIZE], path[OS_PATH_SIZE];
	uint64_t number =
	    atomic_fetch_add_explicit(&next_number, 1, memory_order_relaxed);
	int rc;

	*out = NULL;
	if (file == NULL)
		return error_no_memory(err);
	file->space = space;
	(void)snprintf(name, sizeof(name), "%s/%" PRIu64 OS_TEMP_SUFFIX,
	    TEMP_DIRECTORY, number);
	rc = os_path(path, space->dir, name, err);
	if (rc == 0)
		rc = create(space, path, &file->file, err);
	if (rc == STELE_E_FILE_MISSING) {
		rc = make_directory(space, err);
		if (rc == 0)
			rc = create(space, path, &file->file, err);
	}
	if (rc == 0)
		rc = os_unlink(space->fs, path, err);
	if (rc != 0) {
		temp_file_close(file);
		return rc;
	}
	*out = file;
	return 0;
}

/* Statistics: no order with other memory. */
static void
count_file(struct temp_usage *usage, uint64_t size)
{
	if (usage == NULL)
		return;
	atomic_fetch_add_explicit(&usage->files, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&usage->bytes, size, memory_order_relaxed);
}

void
temp_file_close(struct temp_file *file)
{
	if (file == NULL)
		return;
	count_file(file->space->usage, file->size);
	os_close(file->file);
	atomic_fetch_sub_explicit(&file->space->used_bytes, file->size,
	    memory_order_relaxed);
	free(file);
}

static int
take_space(struct temp_space *space, size_t len, struct error *err)
{
	uint64_t used = atomic_fetch_add_explicit(&space->used_bytes, len,
	    memory_order_relaxed);

	if (used + len <= space->limit_bytes)
		return 0;
	atomic_fetch_sub_explicit(&space->used_bytes, len,
	    memory_order_relaxed);
	return error_set(err, STELE_E_CONFIG_LIMIT_EXCEEDED,
	    "temporary file size exceeds temp_file_limit (%" PRIu64 "kB)",
	    space->limit_bytes / 1024);
}

int
temp_file_append(struct temp_file *file, const void *data, size_t len,
    uint64_t *offset, struct error *err)
{
	int rc = take_space(file->space, len, err);

	if (rc != 0)
		return rc;
	*offset = file->size;
	file->size += len;
	return os_pwrite_full(file->file, data, len, *offset, err);
}

int
temp_file_read(struct temp_file *file, void *data, size_t len, uint64_t offset,
    struct error *err)
{
	return os_pread_full(file->file, data, len, offset, err);
}

uint64_t
temp_file_size(const struct temp_file *file)
{
	return file->size;
}
