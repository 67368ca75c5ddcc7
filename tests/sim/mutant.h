/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutant.h -- mistakes that the harness makes in the engine, one at a time, to
 * see whether it finds them.
 *
 * A mutant leaves out a sync, takes a rename apart, turns an order round or
 * does not look at a checksum.  Some are rules of faultfs.h, the others stand
 * before functions of the engine where these are linked (ld's --wrap, as in
 * sched.h): the engine knows of none of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sim/faultfs.h"

enum mutant_switch { /* for mutant_wraps.c */
	MUTANT_NONE,
	MUTANT_UNARCHIVED,        /* the log does not wait for its archive */
	MUTANT_FLUSH_UNSYNCED,    /* rows that are not durable are flushed */
	MUTANT_RELEASE_UNFLUSHED, /* the log goes before its rows are flushed */
	MUTANT_RELEASE_CATALOG,   /* the log goes before its schema changes */
	MUTANT_RELEASE_EARLY,     /* before the MANIFEST says that it may */
	MUTANT_SHARDS_FLUSHED,    /* every shard has flushed all it was given */
	MUTANT_ACK_WRITTEN,       /* what is written is acknowledged */
	MUTANT_LOG_UNCHECKED,     /* a group's checksum is not looked at */
	MUTANT_LOG_ANYWHERE,      /* nor the place that it says it is of */
	MUTANT_BLOCK_UNCHECKED,   /* checksums of blocks cover no byte */
	MUTANT_BLOCK_ANYWHERE,    /* nor their place */
	MUTANT_BLOCK_ANY_FILE,    /* nor their file */
	MUTANT_FILES_UNCHECKED,   /* segments are not held against the list */
	MUTANT_INPUTS_EARLY,      /* merged ones go before they may */
	MUTANT_STAGED_UNSYNCED,   /* segments of batches are not synced */
	MUTANT_STAGED_GO,         /* and go with their batch */
	MUTANT_ADOPTED_CLEARED,   /* and at start, if the log alone has them */
	MUTANT_ADOPTED_FILLS,     /* a large batch's group takes others */
};

enum mutant_phase {
	PHASE_ALWAYS,
	PHASE_START,   /* while an engine opens */
	PHASE_RUNNING, /* afterwards */
};

struct mutant {
	const char *name;
	struct fault_rule rule; /* calls 0: none */
	enum mutant_phase phase;
	enum mutant_switch code;
	bool is_checksum; /* damage finds it, if anything does */
	bool is_archive;  /* only runs with an archive can */
	bool is_rare; /* found by minutes of runs, where CHECK_LONG is set */
	const char *harmless; /* why nothing can find it; NULL: it must be */
};

/* The one that is on; NULL: none. */
const struct mutant *mutant_now(void);

/* Is this switch on?  For the functions that stand before the engine's. */
bool mutant_is(enum mutant_switch code);
