/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/log.h"
#include "os/clock.h"
#include "os/file.h"
#include "sim/alloc.h"
#include "sim/mutant.h"
#include "sim/random.h"
#include "sim/sched.h"
#include "sim/world_private.h"

#define CASE_CPU_SECONDS \
	300 /* sched.h counts calls; this, a loop without any */

/* One batch on its way; freed when it is answered. */
struct sent {
	struct commit commit; /* first */
	struct sent *next;
	struct world *world;
	uint32_t batch; /* the oracle's number; 0: a flush */
	bool is_answered;
};

/* ---- what is wrong ---- */

static char current_case[512] = "no case";

void
world_set_case(const char *fmt, ...)
{
	const struct itimerval limit = {
		.it_value.tv_sec = CASE_CPU_SECONDS,
	};
	va_list ap;

	(void)setitimer(ITIMER_VIRTUAL, &limit, NULL);
	va_start(ap, fmt);
	vsnprintf(current_case, sizeof(current_case), fmt, ap);
	va_end(ap);
}

void
world_say(struct world *world, const char *fmt, ...)
{
	va_list ap;

	if (getenv("SIM_STEPS") == NULL)
		return;
	sched_hold(); /* looking changes nothing */
	fprintf(stderr, "%8" PRIu64 " ", simfs_change_count(world->fs));
	sched_release();
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void
world_fail(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "\n");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n  again: %s\n", current_case);
	_exit(EXIT_FAILURE);
}

/* A failed MUST, an assert, a crash, a deadlock, a loop: say where. */
static void
on_signal(int number)
{
	static const char again[] = "\n  again: ";

	(void)!write(STDERR_FILENO, again, sizeof(again) - 1);
	(void)!write(STDERR_FILENO, current_case, strlen(current_case));
	(void)!write(STDERR_FILENO, "\n", 1);
	(void)signal(number, SIG_DFL);
	(void)raise(number);
}

static bool
is_allowed(const struct world *world, int code)
{
	for (const int *allowed = world->allowed;
	     allowed != NULL && *allowed != 0; allowed++)
		if (*allowed == code)
			return true;
	return false;
}

void
world_note_error(struct world *world, const struct error *err, const char *what)
{
	if (!is_allowed(world, err->code) && !world->is_dead)
		world_fail("%s: %s (%s; %s)", what, err->message, err->detail,
		    error_sqlstate(err->code));
	world_say(world, "   %s: %s", what, err->message);
	world->error = *err;
	world->error_count++;
}

/* ---- life ---- */

static void
before_call(void *arg)
{
	(void)arg;
	sched_io();
}

/* Nothing counts any more that the process says. */
static void
note_end(struct world *world, bool is_cut)
{
	if (world->is_dead)
		return;
	world->is_dead = true;
	world->was_cut |= is_cut;
	if (world->is_ended)
		return;
	world->is_ended = true;
	world->ended_at = simfs_change_count(world->fs);
	world->ended_us = sched_now_us();
	oracle_ended(world->oracle, world->ended_us, WORLD_SYNC_BOUND_US);
}

static void
end_now(struct world *world, enum world_end end, uint64_t cut_seed)
{
	if (end == END_CUT)
		world->image = simfs_crash(world->fs, cut_seed);
	world_say(world, "-- %s", end == END_CUT ? "power cut" : "killed");
	note_end(world, end == END_CUT);
	world->is_over = true;
	if (world->process != NULL)
		simfs_kill(world->process);
}

static void
after_call(void *arg, uint64_t count)
{
	struct world *world = arg;

	sched_hold();
	if (world->on_change != NULL && !world->is_dead)
		world->on_change(world->on_change_arg, count);
	/* Maybe a later one: a step may have killed the process at that. */
	if (world->end_at != 0 && count >= world->end_at && !world->is_dead) {
		world->end_at = 0;
		end_now(world, world->end, world->cut_seed);
	}
	sched_release();
}

static void
set_options(struct world *world)
{
	world->options = (struct engine_options){
		.shard_count = 3,
		.worker_count = 2,
		.memtable_size_bytes = 4 << 10,
		.zone_rows = 128,
		.max_wal_size_bytes = 100 << 10,
		.wal_file_size_bytes = 32 << 10,
		.wal_sync_interval_ms = WORLD_SYNC_INTERVAL_MS,
		.manifest_log_bytes = 3 << 10,
		.batch_memory_bytes = 4 << 10, /* many are staged */
		.block_cache_size_bytes = 256 << 10,
		.max_fields = 100,
		.max_event_types = 100,
		.max_context_size_bytes = 1024,
		.max_string_size_bytes = 1 << 20,
		.max_row_size_bytes = 2 << 20,
		.compaction = true,
		.max_small_segments = 6, /* flushes wait for merges */
	};
}

/* Each line has a second of its own: none is left out as one too many. */
static int64_t
log_clock(void)
{
	static int64_t us;

	return us += 1000000;
}

/*
 * The log's lines are for who looks at one case, with SIM_LOG.  They are
 * always made, so that looking changes nothing.
 */
static void
open_log(void)
{
	const struct log_options options = {
		.level = LOG_LEVEL_DEBUG,
		.path = getenv("SIM_LOG") != NULL ? NULL : "/dev/null",
	};
	struct error err;

	log_set_clock(log_clock);
	if (log_open(&options, &err) != 0)
		world_fail("%s", err.message);
}

/* A file system is used by a process from now on. */
static void
start_machine(struct world *world)
{
	const struct simfs_hooks hooks = {
		.before = before_call,
		.after = after_call,
		.arg = world,
	};

	simfs_set_hooks(world->fs, &hooks);
	world->process = NULL;
}

void
world_init(struct world *world, uint64_t seed)
{
	*world = (struct world){ .seed = seed, .dir = WORLD_DIR };
	world->random = random_mix(seed, 3);
	(void)signal(SIGABRT, on_signal);
	(void)signal(SIGSEGV, on_signal);
	(void)signal(SIGBUS, on_signal);
	(void)signal(SIGFPE, on_signal);
	(void)signal(SIGVTALRM, on_signal);
	open_log();
	sched_start(seed);
	pthread_mutex_init(&world->lock, NULL);
	pthread_cond_init(&world->answered, NULL);
	set_options(world);
	world->oracle = oracle_new(seed);
	world->faults = faultfs_new(NULL);
	faultfs_on_failed_sync(world->faults, simfs_lose);
	if (getenv("SIM_TRACE") != NULL)
		faultfs_trace(world->faults, stderr);
	world->fs = simfs_new();
	start_machine(world);
}

void
world_release(struct world *world)
{
	world_close(world);
	faultfs_free(world->faults);
	simfs_free(world->fs);
	oracle_free(world->oracle);
	pthread_mutex_destroy(&world->lock);
	pthread_cond_destroy(&world->answered);
	sched_stop();
	log_close();
}

static void
on_failure(void *arg, const struct error *err)
{
	struct world *world = arg;

	world->failed_at = simfs_change_count(world->fs);
	world->failures++;
	oracle_ended(world->oracle, sched_now_us(), WORLD_SYNC_BOUND_US);
	if (world->failures > 1)
		world_fail("the engine has failed twice: %s", err->message);
	world_note_error(world, err, "the engine has failed");
}

/* The rule of a mutant, in its phase. */
static void
apply_mutant(struct world *world, enum mutant_phase phase)
{
	const struct mutant *mutant = mutant_now();

	if (mutant == NULL || mutant->rule.calls == 0)
		return;
	faultfs_set(world->faults,
	    mutant->phase == PHASE_ALWAYS || mutant->phase == phase
		? &mutant->rule
		: NULL);
}

/* A process to run in, if there is none. */
static void
need_process(struct world *world)
{
	if (world->process != NULL)
		return;
	world->process = simfs_process(world->fs);
	faultfs_set_under(world->faults, world->process);
}

int
world_try_open(struct world *world)
{
	struct error err;
	int rc;

	if (world->is_over)
		return STELE_E_OS;
	need_process(world);
	world->is_dead = false;
	world->is_unsure = false;
	world->failures = 0;
	apply_mutant(world, PHASE_START);
	rc = engine_open(faultfs_os(world->faults), world->dir, &world->options,
	    &world->engine, &err);
	if (rc != 0)
		world_note_error(world, &err, "opening");
	else
		engine_on_failure(world->engine, on_failure, world);
	apply_mutant(world, PHASE_RUNNING);
	return rc;
}

void
world_open(struct world *world)
{
	if (world_try_open(world) != 0)
		world_fail("could not open: %s (%s)", world->error.message,
		    world->error.detail);
}

void
world_close(struct world *world)
{
	engine_close(world->engine);
	world->engine = NULL;
	world_wait(world);
}

void
world_stop(struct world *world)
{
	world_wait(world);
	world_close(world);
	note_end(world, false);
}

void
world_archive(struct world *world)
{
	world->options.wal_archive_dir = WORLD_ARCHIVE;
}

bool
world_restore(struct world *world)
{
	const struct restore_until until = { .has_time = false };
	struct restore_report report;
	struct error err;
	int rc;

	need_process(world);
	world->is_dead = false;
	rc = engine_archive_restore(faultfs_os(world->faults), WORLD_RESTORED,
	    WORLD_ARCHIVE, &world->options, &until, &report, &err);
	if (world->is_over)
		return false;
	if (rc != 0)
		world_fail("could not restore: %s (%s)", err.message,
		    err.detail);
	world_say(world, "   restored %" PRIu64 " groups", report.groups);
	world->dir = WORLD_RESTORED;
	world->options.wal_archive_dir = NULL;
	return true;
}

bool
world_salvage(struct world *world,
    void (*loss)(void *arg, const struct salvage_loss *loss), void *arg)
{
	struct salvage_report report;
	struct error err;
	int rc;

	need_process(world);
	world->is_dead = false;
	rc = engine_salvage(faultfs_os(world->faults), world->dir,
	    &world->options, loss, arg, &report, &err);
	if (world->is_over)
		return false;
	if (rc != 0)
		world_fail("could not salvage: %s (%s)", err.message,
		    err.detail);
	world_say(world, "   salvaged, %" PRIu64 " losses", report.losses);
	return true;
}

/* Bring the threads of a process that is no more to their end. */
static void
bury(struct world *world)
{
	world->is_dead = true;
	if (world->process != NULL)
		simfs_kill(world->process);
	world_close(world);
	world->process = NULL;
}

void
world_end(struct world *world, enum world_end end, uint64_t cut_seed)
{
	end_now(world, end, cut_seed);
	world_after_end(world);
}

void
world_arm_end(struct world *world, uint64_t changes, enum world_end end,
    uint64_t cut_seed)
{
	world->end_at = simfs_change_count(world->fs) + changes;
	world->end = end;
	world->cut_seed = cut_seed;
}

void
world_after_end(struct world *world)
{
	bury(world);
	world->is_over = false;
	if (world->image == NULL)
		return;
	simfs_free(world->fs);
	world->fs = world->image;
	world->image = NULL;
	start_machine(world);
}

void
world_take(struct world *world, struct simfs *fs, struct oracle *oracle,
    uint64_t moment, int64_t moment_us)
{
	bury(world);
	simfs_free(world->fs);
	oracle_free(world->oracle);
	world->fs = fs;
	world->oracle = oracle;
	world->is_ended = world->was_cut = true;
	world->ended_at = moment;
	world->ended_us = moment_us;
	oracle_ended(oracle, moment_us, WORLD_SYNC_BOUND_US);
	start_machine(world);
}

void
world_on_change(struct world *world, void (*fn)(void *arg, uint64_t count),
    void *arg)
{
	world->on_change = fn;
	world->on_change_arg = arg;
}

/* ---- answers ---- */

/* Codes of a batch that has got no number. */
static bool
is_refusal(int rc)
{
	return rc == STELE_E_DISK_FULL || rc == STELE_E_OUT_OF_MEMORY ||
	    rc == STELE_E_LIMIT || rc == STELE_E_SERIALIZATION_FAILURE ||
	    rc == STELE_E_ADMIN_SHUTDOWN;
}

/* R8: an event is too old, which must be true. */
bool
world_is_too_old(struct world *world, const struct error *err, uint32_t batch)
{
	if (err->code != STELE_E_DATETIME_OVERFLOW)
		return false;
	if (!world->is_dead && !oracle_may_be_too_old(world->oracle, batch))
		world_fail("batch %u is refused: %s", (unsigned)batch,
		    err->message);
	world_say(world, "   refused: %s", err->message);
	return true;
}

/* On a thread of the engine. */
static void
note_answer(struct world *world, struct sent *sent)
{
	const struct commit *commit = &sent->commit;

	if (commit->rc == 0) {
		if (world->failures > 0 &&
		    world->oracle->batches[sent->batch].sent_at >
			world->failed_at)
			world_fail("batch %u is acknowledged after a failure",
			    (unsigned)sent->batch);
		oracle_acked(world->oracle, sent->batch, commit->first_event_id,
		    simfs_change_count(world->fs), sched_now_us());
		if (!oracle_check_taken(world->oracle, sent->batch))
			world_fail("%s", world->oracle->why);
		if (world->failures > 0) /* its sync may have failed, too */
			oracle_ended(world->oracle, sched_now_us(),
			    WORLD_SYNC_BOUND_US);
		world->acked_count++;
		return;
	}
	if (world_is_too_old(world, &commit->err, sent->batch)) {
		oracle_refused(world->oracle, sent->batch);
		return;
	}
	if (is_refusal(commit->rc))
		oracle_refused(world->oracle, sent->batch);
	else if (world->oracle->batches[sent->batch].has_ddl)
		world->is_unsure = true;
	world_note_error(world, &commit->err, "committing");
}

static void
on_done(struct commit *commit)
{
	struct sent *sent = (struct sent *)commit;
	struct world *world = sent->world;

	pthread_mutex_lock(&world->lock);
	if (sent->is_answered)
		world_fail("batch %u is answered twice", (unsigned)sent->batch);
	sent->is_answered = true;
	if (!world->is_dead && sent->batch != 0)
		note_answer(world, sent);
	else if (!world->is_dead && commit->rc != 0)
		world_note_error(world, &commit->err, "flushing");
	world->sent_count--;
	pthread_cond_signal(&world->answered);
	pthread_mutex_unlock(&world->lock);
}

static struct sent *
add_sent(struct world *world, uint32_t batch)
{
	struct sent *sent = sim_alloc(sizeof(*sent));

	sent->commit.done = on_done;
	sent->world = world;
	sent->batch = batch;
	pthread_mutex_lock(&world->lock);
	sent->next = world->sent;
	world->sent = sent;
	world->sent_count++;
	pthread_mutex_unlock(&world->lock);
	return sent;
}

void
world_wait(struct world *world)
{
	pthread_mutex_lock(&world->lock);
	while (world->sent_count > 0)
		pthread_cond_wait(&world->answered, &world->lock);
	while (world->sent != NULL) {
		struct sent *sent = world->sent;

		world->sent = sent->next;
		free(sent);
	}
	pthread_mutex_unlock(&world->lock);
}

/* ---- appending ---- */

struct write_batch *
world_begin(struct world *world, enum sync_mode mode)
{
	struct write_batch *batch = write_batch_new(world->engine);
	struct error err;

	(void)oracle_begin_batch(world->oracle, mode == SYNC_ON,
	    simfs_change_count(world->fs), world_wall_us());
	if (batch != NULL)
		return batch;
	oracle_refused(world->oracle, world->oracle->batch_count - 1);
	(void)error_set(&err, STELE_E_OUT_OF_MEMORY, "no memory for a batch");
	world_note_error(world, &err, "beginning");
	return NULL;
}

void
world_send(struct world *world, struct write_batch *batch, enum sync_mode mode)
{
	uint32_t number = world->oracle->batch_count - 1;
	struct sent *sent = add_sent(world, number);

	world->oracle->batches[number].sent_at = simfs_change_count(world->fs);
	engine_commit(world->engine, batch, mode, &sent->commit);
}

void
world_give_up(struct world *world, struct write_batch *batch)
{
	oracle_refused(world->oracle, world->oracle->batch_count - 1);
	write_batch_free(batch);
}

void
world_flush(struct world *world)
{
	struct sent *sent = add_sent(world, 0);

	engine_flush(world->engine, &sent->commit);
	world_wait(world);
}

/* Merges go on without what they stumble over: here nothing may be. */
static void
note_compaction(void *arg, const struct compaction_status *compaction)
{
	const struct world *world = arg;

	if (compaction->state == COMPACTION_FAILED && world->allowed == NULL &&
	    !world->is_dead)
		world_fail("a merge has failed: %s", compaction->message);
}

void
world_compact(struct world *world)
{
	uint64_t merges;
	struct error err;

	if (engine_compact(world->engine, NULL, &merges, &err) != 0)
		world_note_error(world, &err, "compacting");
	else
		world_say(world, "   %" PRIu64 " merges", merges);
	if (engine_each_compaction(world->engine, note_compaction, world,
		&err) != 0)
		world_note_error(world, &err, "looking at merges");
}

int64_t
world_wall_us(void)
{
	return os_clock_wall_us(os_clock_real());
}

void
world_note_wall(struct world *world)
{
	int64_t wall_us = world_wall_us();

	if (wall_us > world->oracle->wall_us_max)
		world->oracle->wall_us_max = wall_us;
}

void
world_jump_wall(struct world *world, int64_t us)
{
	world_note_wall(world);
	sched_jump_wall_us(us);
	world_note_wall(world);
}

static bool
is_writable(const struct world *world, uint32_t type)
{
	const struct oracle_type *t = &world->oracle->types[type];

	return !t->is_gone && t->dropped_by == 0 && t->kept_of == 0;
}

uint32_t
world_type_count(const struct world *world)
{
	uint32_t count = 0;

	for (uint32_t t = 0; t < world->oracle->type_count; t++)
		count += is_writable(world, t);
	return count;
}

uint32_t
world_draw_type(struct world *world)
{
	uint64_t drawn = random_below(&world->random, world_type_count(world));

	for (uint32_t t = 0;; t++)
		if (is_writable(world, t) && drawn-- == 0)
			return t;
}

/* ---- checking ---- */

static void
on_problem(void *arg, const struct error *err)
{
	(void)arg;
	world_fail("verify: %s (%s)", err->message, err->detail);
}

void
world_verify(struct world *world)
{
	struct os_fs *process = simfs_process(world->fs);
	const struct verify_watcher watcher = { .problem = on_problem };
	struct verify_report report;
	struct error err;

	if (engine_verify(process, world->dir, &watcher, &report, &err) != 0)
		world_fail("could not verify: %s (%s)", err.message,
		    err.detail);
}
