/* SPDX-License-Identifier: Apache-2.0 */
#include "os/private_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"

#define OTHERS (S_IRWXG | S_IRWXO)
/* What a file of root may not allow. */
#define OTHERS_BUT_READING_GROUP (S_IWGRP | S_IXGRP | S_IRWXO)

int
os_check_private_file(const char *path, const char *what, struct error *err)
{
	uid_t self = geteuid();
	struct stat st;

	if (stat(path, &st) != 0)
		return error_set_os(err, "could not access %s \"%s\"", what,
		    path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, STELE_E_CONFIG_FILE,
		    "%s \"%s\" is not a regular file", what, path);
	if (st.st_uid != self && st.st_uid != 0)
		return error_set(err, STELE_E_CONFIG_FILE,
		    "%s \"%s\" must be owned by the server's user or root",
		    what, path);
	if ((st.st_mode &
		(st.st_uid == self ? OTHERS : OTHERS_BUT_READING_GROUP)) == 0)
		return 0;
	(void)error_set(err, STELE_E_CONFIG_FILE,
	    "%s \"%s\" has group or world access", what, path);
	return error_detail(err,
	    "File must have permissions u=rw (0600) or less if owned by the "
	    "server's user, or permissions u=rw,g=r (0640) or less if owned by "
	    "root.");
}

int
os_check_private_dir(const char *path, const char *what, struct error *err)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return error_set_os(err, "could not access %s \"%s\"", what,
		    path);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "%s \"%s\" is not a directory", what, path);
	if (st.st_uid != geteuid()) {
		(void)error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
		    "%s \"%s\" has wrong ownership", what, path);
		return error_hint(err,
		    "The server must be started by the user that owns it.");
	}
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return 0;
	(void)error_set(err, STELE_E_NOT_IN_PREREQUISITE_STATE,
	    "%s \"%s\" can be written by others", what, path);
	return error_hint(err, "Take the right from them: chmod go-w.");
}
