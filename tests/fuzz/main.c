/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays a fuzzer's corpus without the fuzzer: every file of
 * data/fuzz/<program>, or of the directories given, goes to
 * LLVMFuzzerTestOneInput() once.  In a build for the fuzzer, which brings its own
 * main(), there is nothing here: see fuzz/campaign.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

#ifndef HAVE_FUZZER

static int
replay_file(const char *dir, const char *name)
{
	char path[4096];
	uint8_t *data = NULL;
	size_t len = 0, capacity = 0;
	FILE *file;
	int rc = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "rb");
	if (file == NULL) {
		perror(path);
		return 1;
	}
	do {
		uint8_t *larger;

		capacity = capacity * 2 + 4096;
		larger = realloc(data, capacity);
		if (larger == NULL) {
			rc = 1;
			break;
		}
		data = larger;
		len += fread(data + len, 1, capacity - len, file);
	} while (len == capacity);
	if (rc == 0)
		(void)LLVMFuzzerTestOneInput(data, len);
	free(data);
	(void)fclose(file);
	return rc;
}

static int
replay_dir(const char *dir)
{
	DIR *entries = opendir(dir);
	const struct dirent *entry;
	size_t count = 0;
	int rc = 0;

	if (entries == NULL) {
		perror(dir);
		return 1;
	}
	/* There is one thread: NOLINTNEXTLINE(concurrency-mt-unsafe) */
	while ((entry = readdir(entries)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		rc |= replay_file(dir, entry->d_name);
		count++;
	}
	(void)closedir(entries);
	printf("%s: %zu inputs\n", dir, count);
	return count == 0 ? 1 : rc;
}

int
main(int argc, char **argv)
{
	/* There is one thread: NOLINTNEXTLINE(concurrency-mt-unsafe) */
	const char *srcdir = getenv("srcdir");
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash == NULL ? argv[0] : slash + 1;
	char dir[4096];
	int rc = 0;

	if (argc > 1) {
		for (int i = 1; i < argc; i++)
			rc |= replay_dir(argv[i]);
		return rc;
	}
	(void)snprintf(dir, sizeof(dir), "%s/data/fuzz/%s",
	    srcdir == NULL ? "." : srcdir, name);
	return replay_dir(dir);
}

#endif
