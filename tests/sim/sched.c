/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sched.c -- one turn, handed from thread to thread.
 *
 * Each thread waits for its own condition under one real lock.  The mutexes of
 * the server stay real mutexes: since only the thread with the turn runs,
 * trylock says who has one, and a thread that cannot have it waits until it is
 * given back.
 */
#include "sim/sched.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "sim/random.h"
#include "sim/real_calls.h"

#define IO_COST_NS        50000 /* a file call */
#define CLOCK_COST_NS     50    /* asking for the time: it moves */
#define PREEMPT_ONCE_IN   12
#define SPURIOUS_ONCE_IN  200        /* a condition may wake up for nothing */
#define WALL_START_SECOND 1767225600 /* 2026-01-01 00:00 UTC */
#define NS_PER_SECOND     1000000000
#define TIME_LIMIT_NS     ((int64_t)3600 * NS_PER_SECOND) /* of one case */

enum thread_state {
	THREAD_READY, /* wants the turn, or has it */
	THREAD_WAITS_FOR_MUTEX,
	THREAD_WAITS_FOR_COND,
	THREAD_WAITS_FOR_END,
	THREAD_SLEEPS,
	THREAD_ENDED,
};

static const char *const state_names[] = { "ready", "waits for a mutex",
	"waits for a condition", "waits for the end of a thread", "sleeps",
	"has ended" };

struct sim_thread {
	struct sim_thread *next; /* in the order of their start */
	unsigned number;
	pthread_t id;
	pthread_cond_t turn;
	enum thread_state state;
	const void *object;  /* what it waits for */
	int64_t deadline_ns; /* INT64_MAX: none */
	bool is_timed_out;
	void *(*fn)(void *arg);
	void *arg;
};

static struct {
	bool is_on;
	pthread_mutex_t lock; /* of all below; real */
	struct sim_thread *threads;
	struct sim_thread **tail;
	struct sim_thread *current;
	unsigned thread_count;
	unsigned hold;
	uint64_t random;
	uint64_t random_bytes; /* for getrandom() */
	uint64_t turns;
	int64_t now_ns;
	int64_t limit_ns;
	int64_t wall_jump_us;
} sched = { .lock = PTHREAD_MUTEX_INITIALIZER };

static _Thread_local struct sim_thread *self;

/* ---- the turn; all under sched.lock ---- */

static _Noreturn void
report_threads(const char *what)
{
	fprintf(stderr, "sched: %s:\n", what);
	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next) {
		char name[16] = "";

		if (t->state != THREAD_ENDED)
			(void)pthread_getname_np(t->id, name, sizeof(name));
		fprintf(stderr, "  %u \"%s\" %s %p\n", t->number, name,
		    state_names[t->state], t->object);
	}
	abort();
}

static void
make_ready(struct sim_thread *thread, bool is_timed_out)
{
	thread->state = THREAD_READY;
	thread->is_timed_out = is_timed_out;
	thread->deadline_ns = INT64_MAX;
	thread->object = NULL;
}

static void
wake_due(void)
{
	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		if (t->deadline_ns <= sched.now_ns)
			make_ready(t, true);
}

static unsigned
count_ready(void)
{
	unsigned count = 0;

	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		count += t->state == THREAD_READY;
	return count;
}

/* Nobody can run: go to the first moment at which somebody can. */
static void
skip_time(void)
{
	int64_t first = INT64_MAX;

	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		if (t->deadline_ns < first)
			first = t->deadline_ns;
	if (first == INT64_MAX)
		report_threads("all threads wait, for ever");
	if (first > sched.now_ns)
		sched.now_ns = first;
	if (sched.now_ns > sched.limit_ns)
		report_threads("hours pass, and nothing comes of it");
	wake_due();
}

/* Conditions may return without having been signalled: let it be seen. */
static void
wake_one_for_nothing(void)
{
	if (!random_once_in(&sched.random, SPURIOUS_ONCE_IN))
		return;
	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		if (t->state == THREAD_WAITS_FOR_COND &&
		    random_once_in(&sched.random, 2)) {
			make_ready(t, false);
			return;
		}
}

static struct sim_thread *
draw_next(void)
{
	unsigned ready, drawn;

	wake_due();
	ready = count_ready();
	if (ready == 0) {
		skip_time();
		ready = count_ready();
	} else {
		wake_one_for_nothing();
		ready = count_ready();
	}
	drawn = (unsigned)random_below(&sched.random, ready);
	for (struct sim_thread *t = sched.threads;; t = t->next)
		if (t->state == THREAD_READY && drawn-- == 0)
			return t;
}

/* Hand the turn on, and wait until it comes back unless this thread ends. */
static void
pass_turn(void)
{
	struct sim_thread *next = draw_next();

	if (next != self) {
		sched.turns++;
		sched.current = next;
		__real_pthread_cond_signal(&next->turn);
	}
	while (self->state != THREAD_ENDED && sched.current != self)
		__real_pthread_cond_wait(&self->turn, &sched.lock);
}

static void
wait_as(enum thread_state state, const void *object, int64_t deadline_ns)
{
	assert(sched.hold == 0);
	self->state = state;
	self->object = object;
	self->deadline_ns = deadline_ns;
	self->is_timed_out = false;
	pass_turn();
}

static void
maybe_preempt(void)
{
	if (sched.hold == 0 && random_once_in(&sched.random, PREEMPT_ONCE_IN))
		pass_turn();
}

static void
enter(void)
{
	__real_pthread_mutex_lock(&sched.lock);
	assert(sched.current == self);
}

static void
leave(void)
{
	__real_pthread_mutex_unlock(&sched.lock);
}

static bool
is_ours(void)
{
	return sched.is_on && self != NULL;
}

/* ---- threads ---- */

static struct sim_thread *
thread_new(void)
{
	struct sim_thread *thread = __real_calloc(1, sizeof(*thread));

	if (thread == NULL)
		abort();
	thread->number = sched.thread_count++;
	thread->deadline_ns = INT64_MAX;
	pthread_cond_init(&thread->turn, NULL);
	*sched.tail = thread;
	sched.tail = &thread->next;
	return thread;
}

static void
thread_free(struct sim_thread *thread)
{
	struct sim_thread **link = &sched.threads;

	while (*link != thread)
		link = &(*link)->next;
	*link = thread->next;
	if (*link == NULL)
		sched.tail = link;
	pthread_cond_destroy(&thread->turn);
	free(thread);
}

static void *
thread_main(void *arg)
{
	void *result;

	self = arg;
	__real_pthread_mutex_lock(&sched.lock);
	while (sched.current != self)
		__real_pthread_cond_wait(&self->turn, &sched.lock);
	leave();
	result = self->fn(self->arg);
	enter();
	self->state = THREAD_ENDED;
	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		if (t->state == THREAD_WAITS_FOR_END && t->object == self)
			make_ready(t, false);
	pass_turn();
	leave();
	return result;
}

int
__wrap_pthread_create(pthread_t *id, const pthread_attr_t *attr,
    void *(*fn)(void *arg), void *arg)
{
	struct sim_thread *thread;
	int rc;

	if (!is_ours())
		return __real_pthread_create(id, attr, fn, arg);
	enter();
	thread = thread_new();
	thread->fn = fn;
	thread->arg = arg;
	rc = __real_pthread_create(&thread->id, attr, thread_main, thread);
	*id = thread->id;
	if (rc != 0)
		thread_free(thread);
	else
		maybe_preempt();
	leave();
	return rc;
}

static struct sim_thread *
find_thread(pthread_t id)
{
	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		if (t != self && pthread_equal(t->id, id))
			return t;
	return NULL;
}

int
__wrap_pthread_join(pthread_t id, void **result)
{
	struct sim_thread *thread;
	int rc;

	if (!is_ours())
		return __real_pthread_join(id, result);
	enter();
	thread = find_thread(id);
	if (thread != NULL && thread->state != THREAD_ENDED)
		wait_as(THREAD_WAITS_FOR_END, thread, INT64_MAX);
	leave();
	rc = __real_pthread_join(id, result);
	enter();
	if (thread != NULL)
		thread_free(thread);
	leave();
	return rc;
}

/* ---- mutexes ---- */

/* Under sched.lock. */
static void
lock_mutex(pthread_mutex_t *mutex)
{
	while (pthread_mutex_trylock(mutex) == EBUSY)
		wait_as(THREAD_WAITS_FOR_MUTEX, mutex, INT64_MAX);
}

/* Under sched.lock: all who wait try again. */
static void
unlock_mutex(pthread_mutex_t *mutex)
{
	__real_pthread_mutex_unlock(mutex);
	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		if (t->state == THREAD_WAITS_FOR_MUTEX && t->object == mutex)
			make_ready(t, false);
}

int
__wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
	if (!is_ours())
		return __real_pthread_mutex_lock(mutex);
	enter();
	maybe_preempt();
	lock_mutex(mutex);
	leave();
	return 0;
}

int
__wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (!is_ours())
		return __real_pthread_mutex_unlock(mutex);
	enter();
	unlock_mutex(mutex);
	leave();
	return 0;
}

/* ---- conditions ---- */

static int
wait_cond(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ns)
{
	bool is_timed_out;

	enter();
	unlock_mutex(mutex);
	wait_as(THREAD_WAITS_FOR_COND, cond, deadline_ns);
	is_timed_out = self->is_timed_out;
	lock_mutex(mutex);
	leave();
	return is_timed_out ? ETIMEDOUT : 0;
}

int
__wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	if (!is_ours())
		return __real_pthread_cond_wait(cond, mutex);
	return wait_cond(cond, mutex, INT64_MAX);
}

/* Deadlines are of the monotonic clock: os_cond_init(). */
int
__wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
    const struct timespec *deadline)
{
	if (!is_ours())
		return __real_pthread_cond_timedwait(cond, mutex, deadline);
	return wait_cond(cond, mutex,
	    (int64_t)deadline->tv_sec * NS_PER_SECOND + deadline->tv_nsec);
}

static void
wake_waiting(pthread_cond_t *cond, bool wake_all)
{
	unsigned count = 0, drawn;

	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		count += t->state == THREAD_WAITS_FOR_COND && t->object == cond;
	if (count == 0)
		return;
	drawn = (unsigned)random_below(&sched.random, count);
	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next) {
		if (t->state != THREAD_WAITS_FOR_COND || t->object != cond)
			continue;
		if (wake_all || drawn-- == 0)
			make_ready(t, false);
	}
}

int
__wrap_pthread_cond_signal(pthread_cond_t *cond)
{
	if (!is_ours())
		return __real_pthread_cond_signal(cond);
	enter();
	wake_waiting(cond, false);
	leave();
	return 0;
}

int
__wrap_pthread_cond_broadcast(pthread_cond_t *cond)
{
	if (!is_ours())
		return __real_pthread_cond_broadcast(cond);
	enter();
	wake_waiting(cond, true);
	leave();
	return 0;
}

/* ---- time and chance ---- */

int
__wrap_clock_gettime(clockid_t id, struct timespec *out)
{
	int64_t ns;

	if (!is_ours())
		return __real_clock_gettime(id, out);
	enter();
	sched.now_ns += CLOCK_COST_NS;
	ns = sched.now_ns;
	if (id == CLOCK_REALTIME)
		ns += (int64_t)WALL_START_SECOND * NS_PER_SECOND +
		    sched.wall_jump_us * 1000;
	leave();
	*out = (struct timespec){
		.tv_sec = (time_t)(ns / NS_PER_SECOND),
		.tv_nsec = (long)(ns % NS_PER_SECOND),
	};
	return 0;
}

int
__wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
	if (!is_ours())
		return __real_nanosleep(time, left);
	enter();
	wait_as(THREAD_SLEEPS, NULL,
	    sched.now_ns + (int64_t)time->tv_sec * NS_PER_SECOND +
		time->tv_nsec);
	leave();
	return 0;
}

ssize_t
__wrap_getrandom(void *out, size_t len, unsigned flags)
{
	uint8_t *bytes = out;

	if (!is_ours())
		return __real_getrandom(out, len, flags);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)random_next(&sched.random_bytes);
	return (ssize_t)len;
}

/* ---- for the harness ---- */

void
sched_start(uint64_t seed)
{
	assert(!sched.is_on);
	sched.threads = NULL;
	sched.tail = &sched.threads;
	sched.thread_count = 0;
	sched.random = random_mix(seed, 1);
	sched.random_bytes = random_mix(seed, 2);
	sched.turns = 0;
	sched.now_ns = NS_PER_SECOND;
	sched.limit_ns = TIME_LIMIT_NS;
	sched.wall_jump_us = 0;
	self = thread_new();
	self->id = pthread_self();
	sched.current = self;
	sched.is_on = true;
}

void
sched_reseed(uint64_t seed)
{
	enter();
	sched.random = random_mix(seed, 1);
	sched.random_bytes = random_mix(seed, 2);
	sched.limit_ns = sched.now_ns + TIME_LIMIT_NS;
	leave();
}

void
sched_stop(void)
{
	assert(sched.is_on && sched.current == self);
	if (sched.threads != self || self->next != NULL) {
		fprintf(stderr, "sched: threads are left behind\n");
		abort();
	}
	sched.is_on = false;
	thread_free(self);
	self = NULL;
}

void
sched_io(void)
{
	if (!is_ours())
		return;
	enter();
	sched.now_ns += IO_COST_NS;
	maybe_preempt();
	leave();
}

void
sched_hold(void)
{
	if (!is_ours())
		return;
	enter();
	sched.hold++;
	leave();
}

void
sched_release(void)
{
	if (!is_ours())
		return;
	enter();
	assert(sched.hold > 0);
	sched.hold--;
	leave();
}

void
sched_sleep_ms(int64_t ms)
{
	const struct timespec time = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	__wrap_nanosleep(&time, NULL);
}

int64_t
sched_now_us(void)
{
	int64_t us;

	enter();
	us = sched.now_ns / 1000;
	leave();
	return us;
}

void
sched_jump_wall_us(int64_t us)
{
	enter();
	sched.wall_jump_us += us;
	leave();
}

uint64_t
sched_turns(void)
{
	return sched.turns;
}
