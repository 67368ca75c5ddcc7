/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backups: a directory with a MANIFEST, segments and a log, of which any bytes
 * are others, is verified and its files are dumped, with every checksum taken for
 * right, which a fuzzer would not get past.  So whatever a field says is met by
 * who reads it.
 *
 * The input is a sequence of changes: a file, three bytes of offset, how many
 * bytes, and these.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/attr.h"
#include "common/error.h"
#include "common/must.h"
#include "engine/engine.h"
#include "engine/segment/block_cache.h"
#include "engine/wal/wal_format.h"
#include "fuzz/fuzz.h"
#include "os/file.h"
#include "unit/exec/sql_runner.h"

#define FILES_MAX   16
#define CHANGE_SIZE 5
#define DIRECTORY   "backup"

/* ---- checksums are right ---- */

/* Names that the linker's --wrap makes: NOLINTBEGIN(bugprone-reserved-identifier) */
uint64_t __wrap_block_checksum(const void *data, size_t len, uint64_t identity,
    uint64_t offset);
bool __wrap_wal_group_is_valid(const uint8_t *group, uint64_t content_len,
    uint64_t key);
/* NOLINTEND(bugprone-reserved-identifier) */

uint64_t
__wrap_block_checksum(const void *data UNUSED, size_t len UNUSED,
    uint64_t identity UNUSED, uint64_t offset UNUSED)
{
	return 0;
}

bool
__wrap_wal_group_is_valid(const uint8_t *group UNUSED,
    uint64_t content_len UNUSED, uint64_t key UNUSED)
{
	return true;
}

/* ---- files in memory, that cannot be written ---- */

struct file {
	char path[OS_PATH_SIZE];
	uint8_t *good; /* as it was made */
	uint8_t *data; /* as it is */
	size_t size;
	bool has_changed;
};

struct open_file {
	struct os_file base; /* first */
	const struct file *file;
};

static struct file files[FILES_MAX];
static uint32_t file_count;

static int
memory_open(struct os_fs *fs, const char *path, unsigned flags UNUSED,
    struct os_file **out)
{
	const struct file *file = NULL;
	struct open_file *open;

	for (uint32_t i = 0; i < file_count; i++)
		if (strcmp(files[i].path, path) == 0)
			file = &files[i];
	if (file == NULL)
		return -ENOENT;
	open = calloc(1, sizeof(*open));
	MUST(open != NULL);
	open->base.fs = fs;
	open->base.path = strdup(path);
	open->file = file;
	*out = &open->base;
	return 0;
}

static void
memory_close(struct os_file *file)
{
	free(file->path);
	free(file);
}

static ssize_t
memory_pread(struct os_file *file, void *data, size_t len, uint64_t offset)
{
	const struct file *from = ((struct open_file *)file)->file;

	if (offset >= from->size)
		return 0;
	if (len > from->size - offset)
		len = (size_t)(from->size - offset);
	memcpy(data, from->data + offset, len);
	return (ssize_t)len;
}

static ssize_t
memory_pwrite(struct os_file *file UNUSED, const void *data UNUSED,
    size_t len UNUSED, uint64_t offset UNUSED)
{
	return -ENOSPC;
}

static int
memory_size(struct os_file *file, uint64_t *out)
{
	*out = ((struct open_file *)file)->file->size;
	return 0;
}

static int
memory_truncate(struct os_file *file UNUSED, uint64_t size UNUSED)
{
	return -ENOSPC;
}

static int
memory_lock(struct os_file *file UNUSED)
{
	return 0;
}

static int
memory_list(struct os_fs *fs UNUSED, const char *path,
    void (*fn)(void *arg, const char *name), void *arg)
{
	size_t len = strlen(path);

	for (uint32_t i = 0; i < file_count; i++) {
		const char *name = files[i].path + len + 1;

		if (strncmp(files[i].path, path, len) == 0 &&
		    files[i].path[len] == '/' && strchr(name, '/') == NULL)
			fn(arg, name);
	}
	return 0;
}

static struct os_fs memory_fs = {
	.open = memory_open,
	.close = memory_close,
	.pread = memory_pread,
	.pwrite = memory_pwrite,
	.size = memory_size,
	.truncate = memory_truncate,
	.lock = memory_lock,
	.list = memory_list,
};

/* ---- the directory ---- */

static size_t dir_len;

/* The log's files are full of zeros behind what they have. */
static size_t
used_size(const uint8_t *data, size_t size)
{
	while (size > WAL_ALIGN && data[size - 1] == 0)
		size--;
	return (size + WAL_ALIGN - 1) / WAL_ALIGN * WAL_ALIGN;
}

static int
take_file(const char *path, const struct stat *status, int kind,
    struct FTW *place UNUSED)
{
	struct file *file = &files[file_count];
	struct error err;

	if (kind != FTW_F || status->st_size == 0 ||
	    strstr(path, "RESERVE") != NULL || strstr(path, "LOCK") != NULL)
		return 0;
	MUST(file_count < FILES_MAX);
	(void)snprintf(file->path, sizeof(file->path), DIRECTORY "%s",
	    path + dir_len);
	MUST(os_read_file(os_fs_real(), path, SIZE_MAX, &file->good,
		 &file->size, &err) == 0);
	if (strstr(path, ".wal") != NULL)
		file->size = used_size(file->good, file->size);
	file->data = malloc(file->size);
	MUST(file->data != NULL);
	memcpy(file->data, file->good, file->size);
	file_count++;
	return 0;
}

static const char *const setup[] = {
	"CREATE TYPE mood AS ENUM ('low', 'high')",
	"CREATE TABLE t (i int, f float8, n numeric, s text, b bool, m mood,"
	" j jsonb, g uuid)",
	"INSERT INTO t (context_id, i, f, n, s, b, m, j, g)"
	" SELECT chr(97 + g % 5), g % 7, g / 3.0, g * 1.10, 's' || g % 4,"
	" g % 2 = 0, 'low', jsonb_build_object('a', g),"
	" 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"
	" FROM generate_series(1, 300) g",
	"CHECKPOINT",
	"INSERT INTO t (context_id, i, s) SELECT 'c' || g, g, repeat('x', g)"
	" FROM generate_series(1, 40) g",
	"CHECKPOINT",
	"ALTER TABLE t ADD COLUMN z int DEFAULT 5",
	"INSERT INTO t (context_id, i, s, z) VALUES ('a', 1, 'x', 7)",
	"INSERT INTO t (context_id, i, f) VALUES ('b', 2, 1.5), ('c', 3, 0)",
	"CREATE ROLE ann SUPERUSER LOGIN",
};

static void
make_directory(void)
{
	struct sql_runner *runner = sql_runner_open();
	const char *dir = sql_runner_dir(runner);

	for (size_t i = 0; i < ARRAY_LEN(setup); i++) {
		const char *answer = sql_run(runner, setup[i]);

		if (strstr(answer, "ERROR") != NULL) {
			fprintf(stderr, "%s: %s", setup[i], answer);
			abort();
		}
	}
	dir_len = strlen(dir);
	/* There is one thread: NOLINTNEXTLINE(concurrency-mt-unsafe) */
	MUST(nftw(dir, take_file, 8, FTW_PHYS) == 0);
	sql_runner_close(runner);
}

/* ---- who reads ---- */

static void
on_problem(void *arg, const struct error *err)
{
	uint64_t *count = arg;

	MUST(err->code != 0 && err->message[0] != '\0');
	++*count;
}

static void
on_line(void *arg, const char *text)
{
	uint64_t *len = arg;

	*len += strlen(text);
}

static uint64_t
read_all(void)
{
	uint64_t count = 0, len = 0, problems;
	const struct verify_watcher watcher = {
		.problem = on_problem,
		.arg = &count,
	};
	struct verify_report report;
	struct error err;

	if (engine_verify(&memory_fs, DIRECTORY, &watcher, &report, &err) == 0)
		MUST(report.problems == count);
	for (uint32_t i = 0; i < file_count; i++)
		if (files[i].has_changed &&
		    engine_dump(&memory_fs, files[i].path, on_line, &len,
			&problems, &err) != 0)
			MUST(err.message[0] != '\0');
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (file_count == 0) {
		make_directory();
		MUST(read_all() == 0);
	}
	while (size > CHANGE_SIZE) {
		struct file *file = &files[data[0] % file_count];
		size_t offset =
		    (size_t)data[1] << 16 | (size_t)data[2] << 8 | data[3];
		size_t len = data[4] % 32;

		data += CHANGE_SIZE;
		size -= CHANGE_SIZE;
		len = len < size ? len : size;
		file->has_changed |= len > 0;
		for (size_t i = 0; i < len; i++)
			file->data[(offset + i) % file->size] = data[i];
		data += len;
		size -= len;
	}
	(void)read_all();
	for (uint32_t i = 0; i < file_count; i++) {
		if (files[i].has_changed)
			memcpy(files[i].data, files[i].good, files[i].size);
		files[i].has_changed = false;
	}
	return 0;
}
