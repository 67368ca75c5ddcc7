/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world.h -- an engine on a simulated machine, and the oracle that watches it.
 *
 *      steps (step.h)
 *        │ batches, flush, restart, kill ...      oracle: what was sent,
 *      engine ────────────────────────────────►   acknowledged and seen
 *        │ os/file.h
 *      faultfs   calls that fail
 *        │
 *      simfs     power cuts
 *
 * A program has one world at a time, between sched_start() and sched_stop(),
 * and all but the engine's threads belongs to the thread that started it.
 *
 * What is wrong ends the process with status 1, after it has said how to get
 * there again; so do a failed MUST or assert, a crash and a deadlock.
 */
#pragma once

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/attr.h"
#include "common/error.h"
#include "engine/engine.h"
#include "sim/faultfs.h"
#include "sim/oracle.h"
#include "sim/simfs.h"

#define WORLD_DIR      "/stele" /* the engine's directory, unless told else */
#define WORLD_ARCHIVE  "/archive"
#define WORLD_RESTORED "/restored"

/* D2: what was acknowledged without a sync is on disk so much later. */
#define WORLD_SYNC_INTERVAL_MS 10
#define WORLD_SYNC_BOUND_US    (60 * 1000)

struct sent;

enum world_end { END_KILL, END_CUT };

struct world {
	uint64_t seed;
	uint64_t random; /* of the steps */
	struct simfs *fs;
	const char *dir;       /* that the engine opens: WORLD_DIR */
	struct os_fs *process; /* NULL: none runs */
	struct faultfs *faults;
	struct engine_options options;
	struct engine *engine; /* NULL: closed */
	struct oracle *oracle;
	bool is_brief;        /* the script is */
	uint32_t script_line; /* that is run, or was last; from 0 */
	uint32_t script_end;  /* the first that is not; 0: none */

	/* Batches that are not answered yet.  Under `lock`. */
	pthread_mutex_t lock;
	pthread_cond_t answered;
	struct sent *sent;
	uint32_t sent_count;
	bool is_dead; /* killed: what is still answered counts for nothing */

	/* How the process ended, if it has, and nobody has looked since. */
	bool is_ended;
	bool was_cut;      /* power was cut meanwhile */
	uint64_t ended_at; /* the change it ended after, the first time */
	int64_t ended_us;

	/* The end that is to come: after change number `end_at`, 0: none. */
	bool is_over; /* it has come; world_after_end() follows */
	uint64_t end_at;
	enum world_end end;
	uint64_t cut_seed;
	struct simfs *image; /* of a cut */

	unsigned failures; /* that engine_on_failure() told */
	void (*on_change)(void *arg, uint64_t count);
	void *on_change_arg;

	/*
	 * Codes of errors that may be, ended by 0: what meets with one just
	 * ends.  Any other error, or any if this is NULL, is a mistake.
	 */
	const int *allowed;
	uint64_t error_count; /* of those */
	struct error error;   /* the last one */
	uint64_t failed_at;   /* engine_on_failure(), by the oracle's moments */
	uint64_t acked_count; /* batches */
	/*
	 * A schema change got an answer that may mean either: steps do nothing
	 * until the next start tells.
	 */
	bool is_unsure;
};

/*
 * What to type to see this failure again; printed when something is wrong.
 * Set for each case that is tried.
 */
void world_set_case(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* With SIM_STEPS: say what happens, after how many changes. */
void world_say(struct world *world, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Say what is wrong and end the process. */
NORETURN void world_fail(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* ---- life ---- */

/* An empty machine; starts the scheduler. */
void world_init(struct world *world, uint64_t seed);
void world_release(struct world *world);

/* Start the engine: 0, or what engine_open() answers. */
MUST_USE int world_try_open(struct world *world);
void world_open(struct world *world); /* must succeed */
void world_close(struct world *world);

/* A clean stop: open batches are answered, then it is closed. */
void world_stop(struct world *world);

/* From the next start on the log is archived. */
void world_archive(struct world *world);

/*
 * Restore the archive into WORLD_RESTORED, which is the engine's directory from
 * then on, without an archive: false if the end came meanwhile.
 */
bool world_restore(struct world *world);

/* Salvage the directory: false if the end came meanwhile. */
bool world_salvage(struct world *world,
    void (*loss)(void *arg, const struct salvage_loss *loss), void *arg);

/*
 * End the process now.  What it had not synced is in the page cache after a
 * kill; after a power cut the file system is what that leaves of it.
 */
void world_end(struct world *world, enum world_end end, uint64_t cut_seed);

/*
 * The same after so many more changes, in the midst of whatever it is that
 * makes them: then is_over is set, nothing works any more, and
 * world_after_end() brings it to an end.
 */
void world_arm_end(struct world *world, uint64_t changes, enum world_end end,
    uint64_t cut_seed);
void world_after_end(struct world *world);

/*
 * Go on with another file system and another oracle, which are taken over, as
 * after a power cut at that moment.
 */
void world_take(struct world *world, struct simfs *fs, struct oracle *oracle,
    uint64_t moment, int64_t moment_us);

/*
 * Told of every change of the file system, on the thread that makes it; see
 * struct simfs_hooks.
 */
void world_on_change(struct world *world, void (*fn)(void *arg, uint64_t count),
    void *arg);

/* ---- appending ---- */

/*
 * A batch that is being put together; the oracle knows of it.  NULL when there
 * is no memory and that may be.
 */
struct write_batch *world_begin(struct world *world, enum sync_mode mode);

/* False: it could not be added, which may be. */
bool world_add_events(struct world *world, struct write_batch *batch,
    uint32_t type, uint32_t count);

bool world_add_type(struct world *world, struct write_batch *batch);
bool world_add_column(struct world *world, struct write_batch *batch,
    uint32_t type);
bool world_add_label(struct world *world, struct write_batch *batch);
/* A role that is a member of the last one, with rights on the schema. */
bool world_add_role(struct world *world, struct write_batch *batch);
bool world_drop_type(struct world *world, struct write_batch *batch,
    uint32_t type);

/*
 * A kept query of all events of a type, none of which are kept yet.  One that is
 * there: false if there is none.  Keep what is new, and with is_merge all rows
 * again in place of those that there are; forget it.
 */
bool world_remember(struct world *world, struct write_batch *batch,
    uint32_t type);
bool world_draw_kept(struct world *world, uint32_t *kept);
bool world_refresh(struct world *world, struct write_batch *batch,
    uint32_t kept, bool is_merge);
bool world_forget(struct world *world, struct write_batch *batch,
    uint32_t kept);
/* A horizon later than any before, drawn; with a `retain` that goes with it. */
bool world_set_retain(struct world *world, struct write_batch *batch,
    uint32_t type);
/* Events that are too old for the type, if any can be. */
bool world_add_old_events(struct world *world, struct write_batch *batch,
    uint32_t type, uint32_t count);

/*
 * The wall clock; a jump of it; and: the oracle is told of it, before horizons
 * that may follow from it are judged.
 */
int64_t world_wall_us(void);
void world_jump_wall(struct world *world, int64_t us);
void world_note_wall(struct world *world);

/* Send it; answers are noted as they come. */
void world_send(struct world *world, struct write_batch *batch,
    enum sync_mode mode);
/* Do not send it. */
void world_give_up(struct world *world, struct write_batch *batch);
/* Until all are answered. */
void world_wait(struct world *world);

void world_flush(struct world *world);

/* Merge all that can be, and wait for it. */
void world_compact(struct world *world);

/* An event type that can be written to; there is one. */
uint32_t world_draw_type(struct world *world);
uint32_t world_type_count(const struct world *world); /* of those */

/* ---- reading ---- */

/*
 * Read everything and hold it against the oracle: as any reader does, noting
 * what was seen; or as the first after the process has ended, which gives open
 * batches their fate.  0, or the error that reading gave, if that may be.
 */
int world_look(struct world *world);
int world_look_after_end(struct world *world);

/*
 * Where not all can be read: each context of each type for itself.  Rows that
 * are given must be right; how many contexts could be read, and how many not.
 */
void world_look_by_context(struct world *world, uint64_t *readable,
    uint64_t *unreadable);

/*
 * After a salvage: all rows are right, and every event that was acknowledged is
 * there with its id, or is_lost() says so.  How many are lost.
 */
uint64_t world_look_salvaged(struct world *world,
    bool (*is_lost)(void *arg, uint64_t id), void *arg);

/* The directory of a stopped engine has no problem. */
void world_verify(struct world *world);
