/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/keep/restore_mark.h"

#include <string.h>

#include "common/error.h"
#include "os/file.h"

#define MARK_NAME "RESTORE"

int
restore_mark_set(struct os_fs *fs, const char *dir, struct error *err)
{
	static const char text[] = "This directory is being restored.\n";

	return os_write_file(fs, dir, MARK_NAME, text, sizeof(text) - 1, err);
}

int
restore_mark_clear(struct os_fs *fs, const char *dir, struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_path(path, dir, MARK_NAME, err);

	if (rc == 0)
		rc = os_unlink(fs, path, err);
	return rc == 0 ? os_fsync_dir(fs, dir, err) : rc;
}

int
restore_mark_look(struct os_fs *fs, const char *dir, bool *is_set,
    struct error *err)
{
	struct os_file *file = NULL;
	char path[OS_PATH_SIZE];
	int rc = os_path(path, dir, MARK_NAME, err);

	if (rc == 0)
		rc = os_open(fs, path, OS_READ, &file, err);
	os_close(file);
	*is_set = rc == 0;
	return rc == STELE_E_FILE_MISSING ? 0 : rc;
}

bool
restore_mark_is(const char *name)
{
	return strcmp(name, MARK_NAME) == 0 ||
	    strcmp(name, MARK_NAME OS_TEMP_SUFFIX) == 0;
}

int
restore_mark_refuse(struct os_fs *fs, const char *dir, struct error *err)
{
	bool is_set;
	int rc = restore_mark_look(fs, dir, &is_set, err);

	if (rc != 0 || !is_set)
		return rc;
	(void)error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "directory \"%s\" has not been restored to the end", dir);
	return error_hint(err,
	    "Run \"stele archive restore\" again, or remove the directory.");
}
