/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/faultfs.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/file.h"
#include "sim/alloc.h"

struct faultfs {
	struct os_fs os; /* first */
	struct os_fs *under;
	struct fault_rule rule; /* calls 0: none */
	atomic_uint_least64_t calls, hits;
	void (*failed_sync)(struct os_file *file);
	void (*on_call)(void *arg, enum fault_call call);
	void *on_call_arg;
	char last_hit[256];
	FILE *trace; /* NULL: none */
};

struct fault_file {
	struct os_file file; /* first */
	struct os_file *under;
	bool is_directory;
};

static struct faultfs *
faultfs_of(struct os_fs *os)
{
	return (struct faultfs *)os;
}

static struct os_file *
under(struct os_file *file)
{
	return ((struct fault_file *)file)->under;
}

/* Note a call and pass its answer on. */
static ssize_t
traced(struct os_fs *os, const char *call, const char *path, uint64_t offset,
    uint64_t len, ssize_t answer)
{
	FILE *trace = faultfs_of(os)->trace;

	if (trace != NULL)
		fprintf(trace, "%10s %s %llu+%llu = %lld\n", call, path,
		    (unsigned long long)offset, (unsigned long long)len,
		    (long long)answer);
	return answer;
}

/* ---- rules ---- */

static bool
path_matches(const char *part, const char *path)
{
	size_t len = part == NULL ? 0 : strlen(part);
	size_t path_len = strlen(path);

	if (len == 0)
		return true;
	if (part[len - 1] != '$')
		return strstr(path, part) != NULL;
	return path_len >= len - 1 &&
	    memcmp(path + path_len - (len - 1), part, len - 1) == 0;
}

/* Is this call one that the rule lets fail? */
static bool
is_hit(struct os_fs *os, enum fault_call call, const char *path)
{
	struct faultfs *faultfs = faultfs_of(os);
	const struct fault_rule *rule = &faultfs->rule;
	uint64_t number;

	if (faultfs->on_call != NULL)
		faultfs->on_call(faultfs->on_call_arg, call);
	if ((rule->calls & call) == 0 || !path_matches(rule->path, path))
		return false;
	number = atomic_fetch_add(&faultfs->calls, 1) + 1;
	if (number < rule->first ||
	    number - rule->first >= (rule->times == 0 ? 1 : rule->times))
		return false;
	if (rule->way == FAULT_SHORT &&
	    (call & (FAULT_READ | FAULT_WRITE)) == 0)
		return false;
	atomic_fetch_add(&faultfs->hits, 1);
	snprintf(faultfs->last_hit, sizeof(faultfs->last_hit),
	    "call %llu, kind %#x, \"%s\"", (unsigned long long)number,
	    (unsigned)call, path);
	return true;
}

/* What a call answers that was hit and does nothing. */
static int
answer(struct os_fs *os)
{
	const struct fault_rule *rule = &faultfs_of(os)->rule;

	return rule->way == FAULT_SKIP ? 0 : rule->error;
}

/* ---- files ---- */

/* The name without the suffix of temporary files, for FAULT_IN_PLACE. */
static const char *
name_to_open(struct os_fs *os, const char *path, char *out)
{
	size_t len = strlen(path), cut = strlen(OS_TEMP_SUFFIX);

	if (faultfs_of(os)->rule.way != FAULT_IN_PLACE || len < cut ||
	    strcmp(path + len - cut, OS_TEMP_SUFFIX) != 0)
		return path;
	snprintf(out, OS_PATH_SIZE, "%.*s", (int)(len - cut), path);
	return out;
}

static struct os_file *
wrap(struct os_fs *os, const char *path, struct os_file *file,
    bool is_directory)
{
	struct fault_file *wrapped = sim_alloc(sizeof(*wrapped));

	wrapped->file.fs = os;
	wrapped->file.path = sim_alloc(strlen(path) + 1);
	memcpy(wrapped->file.path, path, strlen(path));
	wrapped->under = file;
	wrapped->is_directory = is_directory;
	return &wrapped->file;
}

static int
fault_open(struct os_fs *os, const char *path, unsigned flags,
    struct os_file **out)
{
	char other[OS_PATH_SIZE];
	const char *name = path;
	struct os_file *file = NULL;
	int rc;

	if (is_hit(os, FAULT_OPEN, path)) {
		name = name_to_open(os, path, other);
		if (name == path)
			return faultfs_of(os)->rule.error;
	}
	rc = faultfs_of(os)->under->open(faultfs_of(os)->under, name, flags,
	    &file);
	if ((flags & OS_CREATE) != 0)
		(void)traced(os, "create", path, 0, 0, rc);
	if (rc != 0)
		return rc;
	*out = wrap(os, path, file, false);
	return 0;
}

static int
fault_open_dir(struct os_fs *os, const char *path, struct os_file **out)
{
	struct os_fs *fs = faultfs_of(os)->under;
	struct os_file *file = NULL;
	int rc;

	if (is_hit(os, FAULT_OPEN, path))
		return faultfs_of(os)->rule.error;
	rc = fs->open_dir(fs, path, &file);
	if (rc == 0)
		*out = wrap(os, path, file, true);
	return rc;
}

static void
fault_close(struct os_file *file)
{
	under(file)->fs->close(under(file));
	free(file->path);
	free(file);
}

/* A part of `len`, at least 1 byte and not all if that can be. */
static size_t
part_of(size_t len)
{
	return len <= 1 ? len : (len * 5 / 8 == 0 ? 1 : len * 5 / 8);
}

static ssize_t
fault_pread(struct os_file *file, void *data, size_t len, uint64_t offset)
{
	if (is_hit(file->fs, FAULT_READ, file->path)) {
		if (faultfs_of(file->fs)->rule.way != FAULT_SHORT)
			return faultfs_of(file->fs)->rule.error;
		len = part_of(len);
	}
	return under(file)->fs->pread(under(file), data, len, offset);
}

static ssize_t
fault_pwrite(struct os_file *file, const void *data, size_t len,
    uint64_t offset)
{
	if (is_hit(file->fs, FAULT_WRITE, file->path)) {
		switch (faultfs_of(file->fs)->rule.way) {
		case FAULT_SHORT:
			len = part_of(len);
			break;
		case FAULT_SKIP:
			return (ssize_t)len;
		default:
			return faultfs_of(file->fs)->rule.error;
		}
	}
	return traced(file->fs, "write", file->path, offset, len,
	    under(file)->fs->pwrite(under(file), data, len, offset));
}

static int
fault_size(struct os_file *file, uint64_t *out)
{
	if (is_hit(file->fs, FAULT_SIZE, file->path))
		return faultfs_of(file->fs)->rule.error;
	return under(file)->fs->size(under(file), out);
}

static int
fault_truncate(struct os_file *file, uint64_t size)
{
	if (is_hit(file->fs, FAULT_TRUNCATE, file->path))
		return answer(file->fs);
	return (int)traced(file->fs, "truncate", file->path, size, 0,
	    under(file)->fs->truncate(under(file), size));
}

static int
fault_allocate(struct os_file *file, uint64_t size)
{
	if (is_hit(file->fs, FAULT_ALLOCATE, file->path))
		return answer(file->fs);
	if (under(file)->fs->allocate == NULL)
		return -EOPNOTSUPP;
	return (int)traced(file->fs, "allocate", file->path, size, 0,
	    under(file)->fs->allocate(under(file), size));
}

static int
failed_sync(struct os_file *file)
{
	struct faultfs *faultfs = faultfs_of(file->fs);

	if (faultfs->rule.way == FAULT_ERROR && faultfs->failed_sync != NULL)
		faultfs->failed_sync(under(file));
	return answer(file->fs);
}

static int
fault_fdatasync(struct os_file *file)
{
	if (is_hit(file->fs, FAULT_FDATASYNC, file->path))
		return failed_sync(file);
	return (int)traced(file->fs, "fdatasync", file->path, 0, 0,
	    under(file)->fs->fdatasync(under(file)));
}

static int
fault_fsync(struct os_file *file)
{
	if (((struct fault_file *)file)->is_directory) {
		if (is_hit(file->fs, FAULT_FSYNC_DIR, file->path))
			return answer(file->fs);
	} else if (is_hit(file->fs, FAULT_FSYNC, file->path)) {
		return failed_sync(file);
	}
	return (int)traced(file->fs, "fsync", file->path, 0, 0,
	    under(file)->fs->fsync(under(file)));
}

static int
fault_lock(struct os_file *file)
{
	if (is_hit(file->fs, FAULT_LOCK, file->path))
		return answer(file->fs);
	return under(file)->fs->lock(under(file));
}

/* ---- names ---- */

static int
fault_fsync_dir(struct os_fs *os, const char *path)
{
	if (is_hit(os, FAULT_FSYNC_DIR, path))
		return answer(os);
	return (int)traced(os, "fsync-dir", path, 0, 0,
	    faultfs_of(os)->under->fsync_dir(faultfs_of(os)->under, path));
}

/* As somebody would write it who does not know rename(2). */
static int
rename_apart(struct os_fs *fs, const char *from, const char *to)
{
	int rc = fs->unlink(fs, to);

	if (rc == 0 || rc == -ENOENT)
		rc = fs->link(fs, from, to);
	return rc == 0 ? fs->unlink(fs, from) : rc;
}

static int
fault_rename(struct os_fs *os, const char *from, const char *to)
{
	struct os_fs *fs = faultfs_of(os)->under;

	if (is_hit(os, FAULT_RENAME, from)) {
		if (faultfs_of(os)->rule.way != FAULT_APART)
			return answer(os);
		return rename_apart(fs, from, to);
	}
	if (faultfs_of(os)->rule.way == FAULT_IN_PLACE &&
	    (faultfs_of(os)->rule.calls & FAULT_OPEN) != 0 &&
	    path_matches(faultfs_of(os)->rule.path, from))
		return 0;
	return (int)traced(os, "rename to", to, 0, 0, fs->rename(fs, from, to));
}

static int
fault_link(struct os_fs *os, const char *from, const char *to)
{
	if (is_hit(os, FAULT_LINK, from))
		return answer(os);
	return (int)traced(os, "link", to, 0, 0,
	    faultfs_of(os)->under->link(faultfs_of(os)->under, from, to));
}

static int
fault_unlink(struct os_fs *os, const char *path)
{
	if (is_hit(os, FAULT_UNLINK, path))
		return answer(os);
	return (int)traced(os, "unlink", path, 0, 0,
	    faultfs_of(os)->under->unlink(faultfs_of(os)->under, path));
}

static int
fault_mkdir(struct os_fs *os, const char *path)
{
	if (is_hit(os, FAULT_MKDIR, path))
		return answer(os);
	return (int)traced(os, "mkdir", path, 0, 0,
	    faultfs_of(os)->under->mkdir(faultfs_of(os)->under, path));
}

static int
fault_list(struct os_fs *os, const char *path,
    void (*fn)(void *arg, const char *name), void *arg)
{
	struct os_fs *fs = faultfs_of(os)->under;

	if (is_hit(os, FAULT_LIST, path))
		return answer(os);
	return fs->list(fs, path, fn, arg);
}

static int
fault_space_left(struct os_fs *os, const char *path, uint64_t *out)
{
	struct os_fs *fs = faultfs_of(os)->under;

	if (is_hit(os, FAULT_SPACE, path))
		return faultfs_of(os)->rule.error;
	return fs->space_left(fs, path, out);
}

/* ---- life ---- */

static const struct os_fs fault_table = {
	.open = fault_open,
	.close = fault_close,
	.pread = fault_pread,
	.pwrite = fault_pwrite,
	.size = fault_size,
	.truncate = fault_truncate,
	.allocate = fault_allocate,
	.fdatasync = fault_fdatasync,
	.fsync = fault_fsync,
	.lock = fault_lock,
	.fsync_dir = fault_fsync_dir,
	.open_dir = fault_open_dir,
	.rename = fault_rename,
	.link = fault_link,
	.unlink = fault_unlink,
	.mkdir = fault_mkdir,
	.list = fault_list,
	.space_left = fault_space_left,
};

struct faultfs *
faultfs_new(struct os_fs *fs)
{
	struct faultfs *faultfs = sim_alloc(sizeof(*faultfs));

	faultfs->os = fault_table;
	faultfs->os.ctx = faultfs;
	faultfs->under = fs;
	return faultfs;
}

void
faultfs_free(struct faultfs *faultfs)
{
	free(faultfs);
}

void
faultfs_trace(struct faultfs *faultfs, FILE *out)
{
	faultfs->trace = out;
}

void
faultfs_set_under(struct faultfs *faultfs, struct os_fs *fs)
{
	faultfs->under = fs;
}

struct os_fs *
faultfs_os(struct faultfs *faultfs)
{
	return &faultfs->os;
}

void
faultfs_set(struct faultfs *faultfs, const struct fault_rule *rule)
{
	static const struct fault_rule none;

	faultfs->rule = rule == NULL ? none : *rule;
	atomic_store(&faultfs->calls, 0);
	atomic_store(&faultfs->hits, 0);
	faultfs->last_hit[0] = '\0';
}

void
faultfs_on_call(struct faultfs *faultfs,
    void (*fn)(void *arg, enum fault_call call), void *arg)
{
	faultfs->on_call = fn;
	faultfs->on_call_arg = arg;
}

uint64_t
faultfs_hits(const struct faultfs *faultfs)
{
	return atomic_load(&faultfs->hits);
}

const char *
faultfs_last_hit(const struct faultfs *faultfs)
{
	return faultfs->last_hit;
}

void
faultfs_on_failed_sync(struct faultfs *faultfs,
    void (*fn)(struct os_file *file))
{
	faultfs->failed_sync = fn;
}
