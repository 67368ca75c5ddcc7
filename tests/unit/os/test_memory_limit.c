/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least limit of all control groups above the process, and never more than
 * the machine has.  The kernel's files are ones of a folder of the test's.
 */
#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/memory.h"

#define FILES_MAX 4
#define NONE      SIZE_MAX

struct kernel_file {
	const char *path;
	const char *text;
};

static const struct {
	const char *what;
	struct kernel_file files[FILES_MAX];
	size_t limit; /* NONE: the machine's memory */
} limit_case[] = {
	{ "no control groups", { { NULL, NULL } }, NONE },
	{ "no limit",
	    { { "/proc/self/cgroup", "0::/a\n" },
		{ "/sys/fs/cgroup/a/memory.max", "max\n" } },
	    NONE },
	{ "more than there is",
	    { { "/proc/self/cgroup", "0::/a\n" },
		{ "/sys/fs/cgroup/a/memory.max", "9223372036854771712\n" } },
	    NONE },
	{ "its own",
	    { { "/proc/self/cgroup", "0::/a/b\n" },
		{ "/sys/fs/cgroup/a/b/memory.max", "1048576\n" } },
	    1048576 },
	{ "the one above is less",
	    { { "/proc/self/cgroup", "0::/a/b\n" },
		{ "/sys/fs/cgroup/a/b/memory.max", "1048576\n" },
		{ "/sys/fs/cgroup/a/memory.max", "524288\n" } },
	    524288 },
	{ "the one above is more",
	    { { "/proc/self/cgroup", "0::/a/b\n" },
		{ "/sys/fs/cgroup/a/b/memory.max", "524288\n" },
		{ "/sys/fs/cgroup/a/memory.max", "1048576\n" } },
	    524288 },
	{ "the root of a container",
	    { { "/proc/self/cgroup", "0::/\n" },
		{ "/sys/fs/cgroup/memory.max", "1048576\n" } },
	    1048576 },
	{ "named as outside of the container",
	    { { "/proc/self/cgroup", "0::/outside/it\n" },
		{ "/sys/fs/cgroup/memory.max", "1048576\n" } },
	    1048576 },
	{ "version 1",
	    { { "/proc/self/cgroup", "5:cpu,cpuacct:/c\n4:memory:/a\n0::/\n" },
		{ "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
		    "1048576\n" } },
	    1048576 },
	{ "no number",
	    { { "/proc/self/cgroup", "0::/a\n" },
		{ "/sys/fs/cgroup/a/memory.max", "" } },
	    NONE },
	{ "no line", { { "/proc/self/cgroup", "" } }, NONE },
};
#define CASES ((int)(sizeof(limit_case) / sizeof(limit_case[0])))

/* The folders above a file. */
static void
make_folders(char *path)
{
	for (char *at = path + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		ck_assert(mkdir(path, 0700) == 0 || errno == EEXIST);
		*at = '/';
	}
}

static void
make_file(const char *root, const struct kernel_file *file)
{
	char path[512];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s%s", root, file->path);
	make_folders(path);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(file->text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
}

/* A file and the folders above it, below the root, that are empty then. */
static void
remove_file(const char *root, const struct kernel_file *file)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s%s", root, file->path);
	ck_assert_int_eq(unlink(path), 0);
	for (char *slash = strrchr(path, '/'); slash > path + strlen(root) - 1;
	     slash = strrchr(path, '/')) {
		*slash = '\0';
		(void)rmdir(path);
	}
}

START_TEST(the_least)
{
	char root[] = "/tmp/stele-test-limit-XXXXXX";
	const struct kernel_file *files = limit_case[_i].files;
	size_t machine =
	    (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
	size_t expected =
	    limit_case[_i].limit == NONE ? machine : limit_case[_i].limit;

	ck_assert_ptr_nonnull(mkdtemp(root));
	for (int i = 0; i < FILES_MAX && files[i].path != NULL; i++)
		make_file(root, &files[i]);
	ck_assert_msg(os_memory_limit(root) == expected, "%s",
	    limit_case[_i].what);
	for (int i = 0; i < FILES_MAX && files[i].path != NULL; i++)
		remove_file(root, &files[i]);
	(void)rmdir(root);
}
END_TEST

START_TEST(here)
{
	ck_assert_uint_gt(os_memory_limit(""), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("memory_limit");
	TCase *tc = tcase_create("all");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, the_least, 0, CASES);
	tcase_add_test(tc, here);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
