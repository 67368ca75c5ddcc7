/* SPDX-License-Identifier: Apache-2.0 */
#include "os/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/error.h"

/* The code of an errno, as PostgreSQL's errcode_for_file_access() has it. */
static int
os_error_code(int os_errno)
{
	switch (os_errno) {
	case ENOENT:
		return STELE_E_FILE_MISSING;
	case ENOSPC:
	case EDQUOT:
		return STELE_E_DISK_FULL;
	case EMFILE:
	case ENFILE:
		return STELE_E_INSUFFICIENT_RESOURCES;
	case ENOMEM:
		return STELE_E_OUT_OF_MEMORY;
	default:
		return STELE_E_OS;
	}
}

/* Word the failure of one call on one name; `rc` is the table's answer. */
#define os_error(err, rc, what, path) \
	error_set_at((err), __FILE__, __LINE__, os_error_code(-(rc)), -(rc), \
	    "could not %s \"%s\"", (what), (path))

int
os_open(struct os_fs *fs, const char *path, unsigned flags,
    struct os_file **out, struct error *err)
{
	int rc;

	*out = NULL;
	do
		rc = fs->open(fs, path, flags, out);
	while (rc == -EINTR);
	if (rc == 0)
		return 0;
	return os_error(err, rc,
	    (flags & OS_CREATE) != 0 ? "create file" : "open file", path);
}

void
os_close(struct os_file *file)
{
	if (file != NULL)
		file->fs->close(file);
}

void
os_renamed(struct os_file *file, const char *path)
{
	char *copy = strdup(path);

	if (copy == NULL)
		return;
	free(file->path);
	file->path = copy;
}

int
os_pread_full(struct os_file *file, void *data, size_t len, uint64_t offset,
    struct error *err)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = file->fs->pread(file, (char *)data + done,
		    len - done, offset + done);

		if (n == -EINTR)
			continue;
		if (n < 0)
			return os_error(err, (int)n, "read file", file->path);
		if (n == 0)
			return error_set(err, STELE_E_CORRUPT,
			    "could not read file \"%s\": read %zu of %zu bytes at offset %" PRIu64,
			    file->path, done, len, offset);
		done += (size_t)n;
	}
	return 0;
}

int
os_pwrite_full(struct os_file *file, const void *data, size_t len,
    uint64_t offset, struct error *err)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = file->fs->pwrite(file, (const char *)data + done,
		    len - done, offset + done);

		if (n == -EINTR)
			continue;
		if (n == 0)
			n = -ENOSPC; /* a write that wrote nothing */
		if (n < 0)
			return os_error(err, (int)n, "write file", file->path);
		done += (size_t)n;
	}
	return 0;
}

int
os_size(struct os_file *file, uint64_t *out, struct error *err)
{
	int rc = file->fs->size(file, out);

	return rc == 0 ? 0 : os_error(err, rc, "stat file", file->path);
}

int
os_truncate(struct os_file *file, uint64_t size, struct error *err)
{
	int rc;

	do
		rc = file->fs->truncate(file, size);
	while (rc == -EINTR);
	return rc == 0 ? 0 : os_error(err, rc, "truncate file", file->path);
}

int
os_allocate(struct os_file *file, uint64_t size, bool *is_done,
    struct error *err)
{
	int rc = -EOPNOTSUPP;

	if (file->fs->allocate != NULL)
		do
			rc = file->fs->allocate(file, size);
		while (rc == -EINTR);
	*is_done = rc == 0;
	if (rc == 0 || rc == -EOPNOTSUPP)
		return 0;
	return os_error(err, rc, "allocate file", file->path);
}

int
os_fdatasync(struct os_file *file, struct error *err)
{
	int rc = file->fs->fdatasync(file);

	return rc == 0 ? 0 : os_error(err, rc, "sync file", file->path);
}

int
os_fsync(struct os_file *file, struct error *err)
{
	int rc = file->fs->fsync(file);

	return rc == 0 ? 0 : os_error(err, rc, "sync file", file->path);
}

/* Who holds the lock, as far as the file tells. */
static int
os_lock_busy(struct os_file *file, struct error *err)
{
	char text[32] = "";
	ssize_t n = file->fs->pread(file, text, sizeof(text) - 1, 0);
	char *end;
	long pid;

	error_set(err, STELE_E_OBJECT_IN_USE,
	    "could not lock file \"%s\": it is in use", file->path);
	if (n <= 0)
		return err->code;
	pid = strtol(text, &end, 10);
	if (pid <= 0 || *end != '\n')
		return err->code;
	return error_detail(err, "The process with id %ld holds it.", pid);
}

int
os_try_lock(struct os_fs *fs, const char *path, struct os_file **out,
    struct error *err)
{
	struct os_file *file = NULL;
	int rc;

	*out = NULL;
	rc = os_open(fs, path, OS_READ | OS_WRITE | OS_CREATE, &file, err);
	if (rc != 0)
		return rc;
	rc = fs->lock(file);
	if (rc == 0) {
		*out = file;
		return 0;
	}
	if (rc == -EWOULDBLOCK)
		rc = os_lock_busy(file, err);
	else
		rc = os_error(err, rc, "lock file", path);
	os_close(file);
	return rc;
}

int
os_lock(struct os_fs *fs, const char *path, struct os_file **out,
    struct error *err)
{
	char pid[32];
	int len = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	int rc = os_try_lock(fs, path, out, err);

	if (rc != 0)
		return rc;
	/* Over what is there: on a full disk a block given back is lost. */
	rc = os_pwrite_full(*out, pid, (size_t)len, 0, err);
	if (rc == 0)
		rc = os_truncate(*out, (uint64_t)len, err);
	if (rc == 0 || rc == STELE_E_DISK_FULL)
		return 0; /* without room for the id it is locked all the same */
	os_close(*out);
	*out = NULL;
	return rc;
}

int
os_fsync_dir(struct os_fs *fs, const char *path, struct error *err)
{
	int rc = fs->fsync_dir(fs, path);

	return rc == 0 ? 0 : os_error(err, rc, "sync directory", path);
}

int
os_open_dir(struct os_fs *fs, const char *path, struct os_file **out,
    struct error *err)
{
	int rc = fs->open_dir(fs, path, out);

	if (rc == 0)
		return 0;
	*out = NULL;
	return os_error(err, rc, "open directory", path);
}

int
os_fsync_parent(struct os_fs *fs, const char *path, struct error *err)
{
	char parent[OS_PATH_SIZE];
	size_t len = strlen(path);

	if (len >= sizeof(parent))
		return error_set(err, STELE_E_LIMIT, "path \"%s\" is too long",
		    path);
	memcpy(parent, path, len + 1);
	while (len > 1 && parent[len - 1] == '/')
		len--;
	while (len > 0 && parent[len - 1] != '/')
		len--;
	while (len > 1 && parent[len - 1] == '/')
		len--;
	parent[len] = '\0';
	return os_fsync_dir(fs, len == 0 ? "." : parent, err);
}

int
os_rename(struct os_fs *fs, const char *from, const char *to, struct error *err)
{
	int rc = fs->rename(fs, from, to);

	return rc == 0 ? 0 : os_error(err, rc, "rename file", from);
}

int
os_link(struct os_fs *fs, const char *from, const char *to, struct error *err)
{
	int rc = fs->link(fs, from, to);

	return rc == 0 ? 0 : os_error(err, rc, "link file", from);
}

int
os_unlink(struct os_fs *fs, const char *path, struct error *err)
{
	int rc = fs->unlink(fs, path);

	return rc == 0 ? 0 : os_error(err, rc, "remove file", path);
}

int
os_mkdir(struct os_fs *fs, const char *path, struct error *err)
{
	int rc = fs->mkdir(fs, path);

	if (rc == 0 || rc == -EEXIST)
		return 0;
	return os_error(err, rc, "create directory", path);
}

int
os_list(struct os_fs *fs, const char *path,
    void (*fn)(void *arg, const char *name), void *arg, struct error *err)
{
	int rc = fs->list(fs, path, fn, arg);

	return rc == 0 ? 0 : os_error(err, rc, "read directory", path);
}

int
os_space_left(struct os_fs *fs, const char *path, uint64_t *out,
    struct error *err)
{
	int rc = fs->space_left(fs, path, out);

	return rc == 0 ? 0 : os_error(err, rc, "stat file system of", path);
}

int
os_path(char out[OS_PATH_SIZE], const char *dir, const char *name,
    struct error *err)
{
	int len = snprintf(out, OS_PATH_SIZE, "%s/%s", dir, name);

	if (len < 0 || len >= OS_PATH_SIZE)
		return error_set(err, STELE_E_LIMIT,
		    "path \"%s/%s\" is too long", dir, name);
	return 0;
}

#define COPY_BLOCK_SIZE ((size_t)1 << 20)

static int
os_copy_bytes(struct os_file *from, struct os_file *to, struct error *err)
{
	uint8_t *block = malloc(COPY_BLOCK_SIZE);
	uint64_t size = 0, at = 0;
	int rc;

	if (block == NULL)
		return error_no_memory(err);
	rc = os_size(from, &size, err);
	while (rc == 0 && at < size) {
		size_t len = size - at < COPY_BLOCK_SIZE ? (size_t)(size - at)
							 : COPY_BLOCK_SIZE;

		rc = os_pread_full(from, block, len, at, err);
		if (rc == 0)
			rc = os_pwrite_full(to, block, len, at, err);
		at += len;
	}
	free(block);
	return rc == 0 ? os_fsync(to, err) : rc;
}

int
os_copy_file(struct os_fs *fs, const char *from, const char *to,
    struct error *err)
{
	struct os_file *source = NULL, *target = NULL;
	int rc = os_open(fs, from, OS_READ, &source, err);

	if (rc == 0)
		rc = os_open(fs, to, OS_WRITE | OS_CREATE | OS_EXCLUSIVE,
		    &target, err);
	if (rc == 0)
		rc = os_copy_bytes(source, target, err);
	os_close(source);
	os_close(target);
	return rc;
}

static int
os_write_new(struct os_fs *fs, const char *path, const void *data, size_t len,
    struct error *err)
{
	struct os_file *file = NULL;
	int rc;

	rc = os_open(fs, path, OS_WRITE | OS_CREATE, &file, err);
	if (rc != 0)
		return rc;
	rc = os_truncate(file, 0, err);
	if (rc == 0)
		rc = os_pwrite_full(file, data, len, 0, err);
	if (rc == 0)
		rc = os_fsync(file, err);
	os_close(file);
	return rc;
}

int
os_write_file(struct os_fs *fs, const char *dir, const char *name,
    const void *data, size_t len, struct error *err)
{
	char path[OS_PATH_SIZE];
	char temp[OS_PATH_SIZE];
	int rc;

	rc = os_path(path, dir, name, err);
	if (rc != 0)
		return rc;
	if (snprintf(temp, sizeof(temp), "%s" OS_TEMP_SUFFIX, path) >=
	    (int)sizeof(temp))
		return error_set(err, STELE_E_LIMIT, "path \"%s\" is too long",
		    path);
	rc = os_write_new(fs, temp, data, len, err);
	if (rc == 0)
		rc = os_rename(fs, temp, path, err);
	if (rc != 0) {
		(void)fs->unlink(fs, temp); /* the first error counts */
		return rc;
	}
	return os_fsync_dir(fs, dir, err);
}

static int
read_whole(struct os_fs *fs, const char *path, unsigned flags, size_t limit,
    uint8_t **out, size_t *len, struct error *err)
{
	struct os_file *file = NULL;
	uint8_t *data = NULL;
	uint64_t size;
	int rc;

	*out = NULL;
	*len = 0;
	rc = os_open(fs, path, flags, &file, err);
	if (rc != 0)
		return rc;
	rc = os_size(file, &size, err);
	if (rc != 0)
		goto out;
	if (size > limit) {
		rc = error_set(err, STELE_E_LIMIT,
		    "file \"%s\" is too large: %" PRIu64 " bytes", path, size);
		goto out;
	}
	data = malloc((size_t)size + 1);
	if (data == NULL) {
		rc = error_no_memory(err);
		goto out;
	}
	rc = os_pread_full(file, data, (size_t)size, 0, err);
	if (rc != 0)
		goto out;
	data[size] = 0;
	*len = (size_t)size;
	*out = data;
	data = NULL;
out:
	free(data);
	os_close(file);
	return rc;
}

int
os_read_file(struct os_fs *fs, const char *path, size_t limit, uint8_t **out,
    size_t *len, struct error *err)
{
	return read_whole(fs, path, OS_READ, limit, out, len, err);
}

int
os_read_given_file(struct os_fs *fs, const char *path, size_t limit,
    uint8_t **out, size_t *len, struct error *err)
{
	return read_whole(fs, path, OS_READ | OS_FOLLOW, limit, out, len, err);
}
