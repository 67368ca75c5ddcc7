/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim -- the storage engine on a machine that fails, one way a subcommand.
 *
 * Without a command: all of them.  doc/testing.md says more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/attr.h"
#include "sim/sim.h"

/*
 * A sanitizer looks at every case alike, and takes ten times as long: of what
 * is usual a part will do.
 */
#if defined(HAVE_SANITIZERS)
#define SHARE 8
#else
#define SHARE 1
#endif

static const struct command {
	const char *name;
	void (*run)(const struct sim_options *options);
	const char *what;
} commands[] = {
	{ "run", sim_run, "the scripted workload, without any failure" },
	{ "cut", sim_cut, "power is cut after each change of a file in it" },
	{ "random", sim_random, "random workloads, power cuts in them" },
	{ "archive", sim_archive, "the same, archived, and then restored" },
	{ "io", sim_io, "a file call fails, any of the scripted run" },
	{ "memory", sim_memory, "an allocation fails, any of them" },
	{ "damage", sim_damage, "bytes on the disk are not what was written" },
	{ "full", sim_full, "the disk is full for a while" },
	{ "keep", sim_keep,
	    "power is cut while a directory is copied, resharded" },
	{ "mutants", sim_mutants, "mistakes in the engine are found" },
};

uint64_t
sim_case_count(const struct sim_options *options, uint64_t usual,
    uint64_t of_long)
{
	if (options->count != 0)
		return options->count;
	return options->is_long ? of_long : usual / SHARE;
}

bool
sim_is_wanted(const struct sim_options *options, uint64_t i, uint64_t count,
    uint64_t wanted)
{
	if (options->only != 0)
		return i + 1 == options->only;
	return wanted >= count ||
	    i * wanted / count != (i + 1) * wanted / count;
}

static void
print_usage(FILE *out)
{
	fputs(
	    "usage: sim [COMMAND [--long] [--seed N] [--count N] [--images N] "
	    "[--only N]]\n\n",
	    out);
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].what);
	fputs("\n"
	      "  --long     as many cases as `make check-long` tries\n"
	      "  --seed N   what all is drawn from, 1\n"
	      "  --count N  so many cases\n"
	      "  --images N so many outcomes of each power cut\n"
	      "  --only N   case N alone\n\n"
	      "environment: SIM_STEPS=1 prints the steps, SIM_TRACE=1 the "
	      "file calls,\n"
	      "SIM_LOG=1 the engine's log; none of them changes the run\n",
	    out);
}

static bool
take_option(const char *name, const char *value, struct sim_options *options)
{
	uint64_t *target = NULL;
	char *end;

	if (strcmp(name, "--seed") == 0)
		target = &options->seed;
	else if (strcmp(name, "--count") == 0)
		target = &options->count;
	else if (strcmp(name, "--images") == 0)
		target = &options->images;
	else if (strcmp(name, "--only") == 0)
		target = &options->only;
	if (target == NULL || value == NULL)
		return false;
	*target = strtoull(value, &end, 10);
	return *end == '\0';
}

static bool
parse(int argc, char **argv, struct sim_options *options)
{
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--long") == 0) {
			options->is_long = true;
			continue;
		}
		if (!take_option(argv[i], argv[i + 1], options))
			return false;
		i++;
	}
	return true;
}

static void
run_all(const struct sim_options *options)
{
	time_t begun;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		/* They show what the others find: once is enough. */
		if (SHARE != 1 && commands[i].run == sim_mutants)
			continue;
		begun = time(NULL);
		commands[i].run(options);
		printf("   %s: %ld s\n", commands[i].name,
		    (long)(time(NULL) - begun));
		fflush(stdout);
	}
}

int
main(int argc, char **argv)
{
	struct sim_options options = {
		.seed = 1,
		.is_long = getenv("CHECK_LONG") != NULL,
	};

	if (argc < 2) { /* what `make check` does */
		run_all(&options);
		return EXIT_SUCCESS;
	}
	if (!parse(argc, argv, &options)) {
		print_usage(stderr);
		return 2;
	}
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		commands[i].run(&options);
		return EXIT_SUCCESS;
	}
	print_usage(strcmp(argv[1], "--help") == 0 ? stdout : stderr);
	return strcmp(argv[1], "--help") == 0 ? EXIT_SUCCESS : 2;
}
