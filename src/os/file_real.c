/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_real.c -- the kernel's file system behind the table of file.h.
 *
 * Nothing is retried here and nothing is worded: file.c does both for every
 * file system alike.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "os/file.h"

struct real_file {
	struct os_file file; /* first */
	int fd;
};

static int
real_fd(struct os_file *file)
{
	return ((struct real_file *)file)->fd;
}

/* What open(2) is told: O_RDONLY and so on. */
static int
open_as(struct os_fs *fs, const char *path, int mode, struct os_file **out)
{
	struct real_file *file = calloc(1, sizeof(*file));
	int saved;

	if (file == NULL)
		return -ENOMEM;
	file->file.fs = fs;
	file->file.path = strdup(path);
	if (file->file.path == NULL) {
		free(file);
		return -ENOMEM;
	}
	file->fd = open(path, mode | O_CLOEXEC, 0600);
	if (file->fd == -1) {
		saved = errno;
		free(file->file.path);
		free(file);
		return -saved;
	}
	*out = &file->file;
	return 0;
}

static int
real_open(struct os_fs *fs, const char *path, unsigned flags,
    struct os_file **out)
{
	int mode = (flags & OS_WRITE) == 0 ? O_RDONLY
	    : (flags & OS_READ) == 0       ? O_WRONLY
					   : O_RDWR;

	if ((flags & OS_CREATE) != 0)
		mode |= O_CREAT;
	if ((flags & OS_EXCLUSIVE) != 0)
		mode |= O_EXCL;
	/* Whoever can put a link there must not choose what file is ours. */
	if ((flags & OS_FOLLOW) == 0)
		mode |= O_NOFOLLOW;
	return open_as(fs, path, mode, out);
}

static int
real_open_dir(struct os_fs *fs, const char *path, struct os_file **out)
{
	return open_as(fs, path, O_RDONLY | O_DIRECTORY, out);
}

static void
real_close(struct os_file *file)
{
	(void)close(real_fd(file)); /* EINTR has closed it too, on Linux */
	free(file->path);
	free(file);
}

static ssize_t
real_pread(struct os_file *file, void *data, size_t len, uint64_t offset)
{
	ssize_t n = pread(real_fd(file), data, len, (off_t)offset);

	return n == -1 ? -errno : n;
}

static ssize_t
real_pwrite(struct os_file *file, const void *data, size_t len, uint64_t offset)
{
	ssize_t n = pwrite(real_fd(file), data, len, (off_t)offset);

	return n == -1 ? -errno : n;
}

static int
real_size(struct os_file *file, uint64_t *out)
{
	struct stat st;

	if (fstat(real_fd(file), &st) == -1)
		return -errno;
	*out = (uint64_t)st.st_size;
	return 0;
}

static int
real_truncate(struct os_file *file, uint64_t size)
{
	return ftruncate(real_fd(file), (off_t)size) == -1 ? -errno : 0;
}

static int
real_allocate(struct os_file *file, uint64_t size)
{
	return fallocate(real_fd(file), 0, 0, (off_t)size) == -1 ? -errno : 0;
}

static int
real_fdatasync(struct os_file *file)
{
	return fdatasync(real_fd(file)) == -1 ? -errno : 0;
}

static int
real_fsync(struct os_file *file)
{
	return fsync(real_fd(file)) == -1 ? -errno : 0;
}

static int
real_lock(struct os_file *file)
{
	return flock(real_fd(file), LOCK_EX | LOCK_NB) == -1 ? -errno : 0;
}

static int
real_fsync_dir(struct os_fs *fs UNUSED, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd == -1)
		return -errno;
	rc = fsync(fd) == -1 ? -errno : 0;
	(void)close(fd);
	return rc;
}

static int
real_rename(struct os_fs *fs UNUSED, const char *from, const char *to)
{
	return rename(from, to) == -1 ? -errno : 0;
}

static int
real_link(struct os_fs *fs UNUSED, const char *from, const char *to)
{
	return link(from, to) == -1 ? -errno : 0;
}

static int
real_unlink(struct os_fs *fs UNUSED, const char *path)
{
	return unlink(path) == -1 ? -errno : 0;
}

static int
real_mkdir(struct os_fs *fs UNUSED, const char *path)
{
	return mkdir(path, 0700) == -1 ? -errno : 0;
}

static int
real_list(struct os_fs *fs UNUSED, const char *path,
    void (*fn)(void *arg, const char *name), void *arg)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int rc;

	if (dir == NULL)
		return -errno;
	for (;;) {
		errno = 0;
		/* Each stream has one thread. */
		/* cppcheck-suppress readdirCalled */
		entry = readdir(dir); /* NOLINT(concurrency-mt-unsafe) */
		if (entry == NULL)
			break;
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			fn(arg, entry->d_name);
	}
	rc = -errno;
	(void)closedir(dir);
	return rc;
}

static int
real_space_left(struct os_fs *fs UNUSED, const char *path, uint64_t *out)
{
	struct statvfs st;

	if (statvfs(path, &st) == -1)
		return -errno;
	*out = (uint64_t)st.f_bavail * st.f_frsize;
	return 0;
}

static struct os_fs real_fs = {
	.open = real_open,
	.close = real_close,
	.pread = real_pread,
	.pwrite = real_pwrite,
	.size = real_size,
	.truncate = real_truncate,
	.allocate = real_allocate,
	.fdatasync = real_fdatasync,
	.fsync = real_fsync,
	.lock = real_lock,
	.fsync_dir = real_fsync_dir,
	.open_dir = real_open_dir,
	.rename = real_rename,
	.link = real_link,
	.unlink = real_unlink,
	.mkdir = real_mkdir,
	.list = real_list,
	.space_left = real_space_left,
};

struct os_fs *
os_fs_real(void)
{
	return &real_fs;
}
