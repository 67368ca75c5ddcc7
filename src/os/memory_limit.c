/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_limit.c -- how much memory the process may have.
 *
 * Linux's control groups form a tree, and a limit of any group above the
 * process holds for it.  /proc/self/cgroup names its group: of version 2 in
 * the line "0::/a/b", of version 1 in "<number>:memory:/a/b", and each group
 * is a folder with its limit in a file.  In a container the name may be one of
 * the world outside; then what is above it is found, up to the container's own.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/memory.h"

#define TEXT_SIZE  4096
#define GROUP_SIZE 1024

/* A small file of the kernel's as a string; false if there is none. */
static bool
read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return false;
	len = read(fd, text, size - 1);
	close(fd);
	if (len < 0)
		return false;
	text[len] = '\0';
	return true;
}

/* The limit in a file, if it has one ("max" is none). */
static uint64_t
limit_in(const char *path)
{
	char text[64];
	uint64_t limit;

	if (!read_text(path, text, sizeof(text)) ||
	    sscanf(text, "%" SCNu64, &limit) != 1)
		return UINT64_MAX;
	return limit;
}

/* The least limit of a group and of those above it. */
static uint64_t
group_limit(const char *root, const char *mount, char *group, const char *file)
{
	uint64_t least = UINT64_MAX;

	for (;;) {
		char path[TEXT_SIZE];
		uint64_t limit;
		char *slash;

		(void)snprintf(path, sizeof(path), "%s%s%s/%s", root, mount,
		    group, file);
		limit = limit_in(path);
		least = limit < least ? limit : least;
		slash = strrchr(group, '/');
		if (slash == NULL)
			return least;
		*slash = '\0';
	}
}

/* That of one line of /proc/self/cgroup. */
static uint64_t
line_limit(const char *root, const char *line)
{
	char group[GROUP_SIZE];

	if (sscanf(line, "0::%1023[^\n]", group) == 1)
		return group_limit(root, "/sys/fs/cgroup", group, "memory.max");
	if (sscanf(line, "%*u:memory:%1023[^\n]", group) == 1)
		return group_limit(root, "/sys/fs/cgroup/memory", group,
		    "memory.limit_in_bytes");
	return UINT64_MAX;
}

size_t
os_memory_limit(const char *root)
{
	uint64_t least =
	    (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	char path[TEXT_SIZE], text[TEXT_SIZE];
	const char *line = text;

	(void)snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
	if (!read_text(path, text, sizeof(text)))
		return least;
	while (line != NULL) {
		uint64_t limit = line_limit(root, line);

		least = limit < least ? limit : least;
		line = strchr(line, '\n');
		line = line == NULL ? NULL : line + 1;
	}
	return least;
}
