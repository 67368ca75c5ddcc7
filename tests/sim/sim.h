/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim.h -- the subcommands of the program sim.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sim_options {
	uint64_t seed;
	bool is_long;    /* $CHECK_LONG, or --long */
	uint64_t count;  /* cases; 0: as many as the subcommand thinks good */
	uint64_t images; /* of each power cut; 0: the same */
	uint64_t only;   /* this case alone; 0: all */
};

/* Each returns after all cases were good, else the process has ended. */
void sim_run(const struct sim_options *options);
void sim_cut(const struct sim_options *options);
void sim_random(const struct sim_options *options);
void sim_archive(const struct sim_options *options);
void sim_io(const struct sim_options *options);
void sim_memory(const struct sim_options *options);
void sim_damage(const struct sim_options *options);
void sim_mutants(const struct sim_options *options);
void sim_full(const struct sim_options *options);
void sim_keep(const struct sim_options *options);

/*
 * How many cases: what --count says, or what `make check` usually tries, or
 * what the long run does.
 */
uint64_t sim_case_count(const struct sim_options *options, uint64_t usual,
    uint64_t of_long);

/*
 * Which of `count` things are tried if `wanted` of them are, evenly spread;
 * or the one of --only, which counts from 1.
 */
bool sim_is_wanted(const struct sim_options *options, uint64_t i,
    uint64_t count, uint64_t wanted);
