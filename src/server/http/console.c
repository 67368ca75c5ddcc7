/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/console.h"

#include "server/http/console_files.inc"

const struct console_file *
console_file_find(struct str path)
{
	for (const struct console_file *file = files; file->path != NULL;
	     file++)
		if (str_equal(path, str_of_cstr(file->path)))
			return file;
	return NULL;
}

bool
console_has_path(struct str path)
{
	return str_equal(path, STR("/")) || console_file_find(path) != NULL;
}

bool
console_is_built(void)
{
	return files[0].path != NULL;
}
