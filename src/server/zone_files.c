/* SPDX-License-Identifier: Apache-2.0 */
#include "server/zone_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/attr.h"
#include "common/error.h"
#include "os/file.h"

#define ZONE_DIR      "/usr/share/zoneinfo"
#define ZONE_SIZE_MAX ((size_t)1 << 20)
#define DEPTH_MAX     3 /* America/Argentina/Buenos_Aires */

int
zone_file_load(void *arg UNUSED, const char *name, struct buf *out)
{
	char path[OS_PATH_SIZE];
	struct error ignored;
	uint8_t *data;
	size_t len;

	if (os_path(path, ZONE_DIR, name, &ignored) != 0 ||
	    os_read_given_file(os_fs_real(), path, ZONE_SIZE_MAX, &data, &len,
		&ignored) != 0)
		return -1;
	buf_put(out, data, len);
	free(data);
	return out->failed ? -1 : 0;
}

struct walk {
	void (*fn)(void *arg, const char *name);
	void *arg;
	char name[OS_PATH_SIZE]; /* of the folder; empty at the top */
	unsigned depth;
};

static void walk_entry(void *arg, const char *entry);

/* False if it is no folder. */
static bool
walk_folder(struct walk *walk)
{
	char path[OS_PATH_SIZE];
	struct error ignored;

	if (walk->depth > DEPTH_MAX)
		return true;
	return os_path(path, ZONE_DIR, walk->name, &ignored) == 0 &&
	    os_list(os_fs_real(), path, walk_entry, walk, &ignored) == 0;
}

/* Not "posix/" and "right/", which have all of them again, nor tables. */
static bool
may_be_zone(const char *entry)
{
	return entry[0] != '.' && strchr(entry, '.') == NULL &&
	    strncmp(entry, "posix", 5) != 0 && strcmp(entry, "right") != 0;
}

static void
walk_entry(void *arg, const char *entry)
{
	const struct walk *folder = arg;
	struct walk next = {
		.fn = folder->fn,
		.arg = folder->arg,
		.depth = folder->depth + 1,
	};
	int len;

	if (!may_be_zone(entry))
		return;
	len = snprintf(next.name, sizeof(next.name), "%s%s%s", folder->name,
	    folder->name[0] == '\0' ? "" : "/", entry);
	if (len < 0 || (size_t)len >= sizeof(next.name))
		return;
	if (!walk_folder(&next))
		folder->fn(folder->arg, next.name);
}

void
zone_files_each(void (*fn)(void *arg, const char *name), void *arg)
{
	struct walk top = { .fn = fn, .arg = arg };

	(void)walk_folder(&top);
}
