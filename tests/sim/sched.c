/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sched.c -- one turn, handed from thread to thread.
 *
 * The threads are contexts (ucontext.h) of one real thread: handing the turn
 * on is a jump, and costs no wake-up by the kernel.  The mutexes of the server
 * stay real mutexes: since only the thread with the turn runs, trylock says
 * who has one, and a thread that cannot have it waits until it is given back.
 */
#include "sim/sched.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <ucontext.h>

#include "sim/alloc.h"
#include "sim/fiber.h"
#include "sim/random.h"
#include "sim/real_calls.h"

#define IO_COST_NS        50000 /* a file call */
#define CLOCK_COST_NS     50    /* asking for the time: it moves */
#define PREEMPT_ONCE_IN   12
#define SPURIOUS_ONCE_IN  200        /* a condition may wake up for nothing */
#define WALL_START_SECOND 1767225600 /* 2026-01-01 00:00 UTC */
#define NS_PER_SECOND     1000000000
#define TIME_LIMIT_NS     ((int64_t)900 * NS_PER_SECOND) /* of one case */
#define CALL_LIMIT        5000000 /* of one case; the longest take 2 % of it */
#define STACK_SIZE        ((size_t)1 << 20)
#define GUARD_SIZE        ((size_t)4096) /* below it: not to be touched */

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
	unsigned number;         /* its pthread_t, too */
	char name[16];
	ucontext_t context;
	struct fiber fiber; /* for the sanitizers */
	void *stack;        /* NULL: the first thread's */
	enum thread_state state;
	const void *object;  /* what it waits for */
	int64_t deadline_ns; /* INT64_MAX: none */
	bool is_timed_out;
	void *(*fn)(void *arg);
	void *arg;
	void *result;
};

static struct {
	bool is_on;
	struct sim_thread *threads;
	struct sim_thread **tail;
	struct sim_thread *current; /* has the turn */
	unsigned thread_count;
	unsigned hold;
	uint64_t random;
	uint64_t random_bytes; /* for getrandom() */
	uint64_t turns;
	uint64_t calls; /* of this case */
	int64_t now_ns;
	int64_t limit_ns;
	int64_t wall_jump_us;
} sched;

/* ---- the turn ---- */

static _Noreturn void
report_threads(const char *what)
{
	fprintf(stderr, "sched: %s:\n", what);
	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		fprintf(stderr, "  %u \"%s\" %s %p\n", t->number, t->name,
		    state_names[t->state], t->object);
	abort();
}

/* A case that has no end is a failure, whatever its threads are at. */
static void
count_call(void)
{
	if (++sched.calls > CALL_LIMIT)
		report_threads("millions of calls, and nothing comes of them");
	if (sched.now_ns > sched.limit_ns)
		report_threads("time passes, and nothing comes of it");
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

/* Hand the turn on; it comes back unless this thread has ended. */
static void
pass_turn(void)
{
	struct sim_thread *self = sched.current;
	struct sim_thread *next = draw_next();

	if (next == self)
		return;
	sched.turns++;
	sched.current = next;
	fiber_before_switch(&self->fiber, &next->fiber,
	    self->state == THREAD_ENDED);
	if (swapcontext(&self->context, &next->context) != 0)
		abort();
	fiber_after_switch(&self->fiber);
}

static void
wait_as(enum thread_state state, const void *object, int64_t deadline_ns)
{
	struct sim_thread *self = sched.current;

	assert(sched.hold == 0);
	self->state = state;
	self->object = object;
	self->deadline_ns = deadline_ns;
	self->is_timed_out = false;
	count_call();
	pass_turn();
}

/* Called wherever a thread could be interrupted: each of its loops gets here. */
static void
maybe_preempt(void)
{
	count_call();
	if (sched.hold == 0 && random_once_in(&sched.random, PREEMPT_ONCE_IN))
		pass_turn();
}

/* ---- threads ---- */

static struct sim_thread *
thread_new(void)
{
	struct sim_thread *thread = sim_alloc(sizeof(*thread));

	thread->number = sched.thread_count++;
	thread->deadline_ns = INT64_MAX;
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
	if (thread->stack != NULL) {
		fiber_release(&thread->fiber);
		(void)munmap(thread->stack, STACK_SIZE);
	}
	free(thread);
}

static void
thread_main(void)
{
	struct sim_thread *self = sched.current;

	fiber_after_switch(&self->fiber);
	self->result = self->fn(self->arg);
	self->state = THREAD_ENDED;
	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		if (t->state == THREAD_WAITS_FOR_END && t->object == self)
			make_ready(t, false);
	pass_turn();
	abort(); /* who has ended gets no turn */
}

int
__wrap_pthread_create(pthread_t *id, const pthread_attr_t *attr,
    void *(*fn)(void *arg), void *arg)
{
	struct sim_thread *thread;

	if (!sched.is_on)
		return __real_pthread_create(id, attr, fn, arg);
	thread = thread_new();
	thread->fn = fn;
	thread->arg = arg;
	thread->stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (thread->stack == MAP_FAILED ||
	    mprotect(thread->stack, GUARD_SIZE, PROT_NONE) != 0 ||
	    getcontext(&thread->context) != 0)
		abort();
	thread->context.uc_stack.ss_sp = thread->stack;
	thread->context.uc_stack.ss_size = STACK_SIZE;
	thread->context.uc_link = NULL;
	makecontext(&thread->context, thread_main, 0);
	fiber_init(&thread->fiber, thread->stack, STACK_SIZE);
	*id = thread->number;
	maybe_preempt();
	return 0;
}

static struct sim_thread *
find_thread(pthread_t id)
{
	for (struct sim_thread *t = sched.threads; t != NULL; t = t->next)
		if (t->number == id)
			return t;
	report_threads("no such thread");
}

int
__wrap_pthread_join(pthread_t id, void **result)
{
	struct sim_thread *thread;

	if (!sched.is_on)
		return __real_pthread_join(id, result);
	thread = find_thread(id);
	if (thread->state != THREAD_ENDED)
		wait_as(THREAD_WAITS_FOR_END, thread, INT64_MAX);
	if (result != NULL)
		*result = thread->result;
	thread_free(thread);
	return 0;
}

/* A thread's name and priority are the real one's: that stays as it is. */
int
__wrap_pthread_setname_np(pthread_t id, const char *name)
{
	if (!sched.is_on)
		return __real_pthread_setname_np(id, name);
	snprintf(sched.current->name, sizeof(sched.current->name), "%s", name);
	return 0;
}

int
__wrap_setpriority(__priority_which_t which, id_t who, int priority)
{
	return sched.is_on ? 0 : __real_setpriority(which, who, priority);
}

/* Nobody has long work, which would rest as the one before it has rested. */
void
__wrap_os_rest_allow(bool is_allowed)
{
	if (!sched.is_on)
		__real_os_rest_allow(is_allowed);
}

/* So are the fields that a thread's lines in the log begin with: none. */
void
__wrap_log_context_push(const char *key, uint64_t value)
{
	if (!sched.is_on)
		__real_log_context_push(key, value);
}

void
__wrap_log_context_pop(void)
{
	if (!sched.is_on)
		__real_log_context_pop();
}

/* ---- mutexes ---- */

static void
lock_mutex(pthread_mutex_t *mutex)
{
	while (pthread_mutex_trylock(mutex) == EBUSY)
		wait_as(THREAD_WAITS_FOR_MUTEX, mutex, INT64_MAX);
}

/* All who wait try again. */
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
	if (!sched.is_on)
		return __real_pthread_mutex_lock(mutex);
	maybe_preempt();
	lock_mutex(mutex);
	return 0;
}

int
__wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (!sched.is_on)
		return __real_pthread_mutex_unlock(mutex);
	unlock_mutex(mutex);
	return 0;
}

/* ---- conditions ---- */

static int
wait_cond(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ns)
{
	bool is_timed_out;

	unlock_mutex(mutex);
	wait_as(THREAD_WAITS_FOR_COND, cond, deadline_ns);
	is_timed_out = sched.current->is_timed_out;
	lock_mutex(mutex);
	return is_timed_out ? ETIMEDOUT : 0;
}

int
__wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	if (!sched.is_on)
		return __real_pthread_cond_wait(cond, mutex);
	return wait_cond(cond, mutex, INT64_MAX);
}

/* Deadlines are of the monotonic clock: os_cond_init(). */
int
__wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
    const struct timespec *deadline)
{
	if (!sched.is_on)
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
	if (!sched.is_on)
		return __real_pthread_cond_signal(cond);
	wake_waiting(cond, false);
	return 0;
}

int
__wrap_pthread_cond_broadcast(pthread_cond_t *cond)
{
	if (!sched.is_on)
		return __real_pthread_cond_broadcast(cond);
	wake_waiting(cond, true);
	return 0;
}

/* ---- time and chance ---- */

int
__wrap_clock_gettime(clockid_t id, struct timespec *out)
{
	int64_t ns;

	if (!sched.is_on)
		return __real_clock_gettime(id, out);
	sched.now_ns += CLOCK_COST_NS;
	ns = sched.now_ns;
	if (id == CLOCK_REALTIME)
		ns += (int64_t)WALL_START_SECOND * NS_PER_SECOND +
		    sched.wall_jump_us * 1000;
	*out = (struct timespec){
		.tv_sec = (time_t)(ns / NS_PER_SECOND),
		.tv_nsec = (long)(ns % NS_PER_SECOND),
	};
	return 0;
}

int
__wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
	if (!sched.is_on)
		return __real_nanosleep(time, left);
	wait_as(THREAD_SLEEPS, NULL,
	    sched.now_ns + (int64_t)time->tv_sec * NS_PER_SECOND +
		time->tv_nsec);
	return 0;
}

ssize_t
__wrap_getrandom(void *out, size_t len, unsigned flags)
{
	uint8_t *bytes = out;

	if (!sched.is_on)
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
	sched.turns = sched.calls = 0;
	sched.now_ns = NS_PER_SECOND;
	sched.limit_ns = TIME_LIMIT_NS;
	sched.wall_jump_us = 0;
	sched.current = thread_new();
	snprintf(sched.current->name, sizeof(sched.current->name), "first");
	fiber_init_first(&sched.current->fiber);
	sched.is_on = true;
}

void
sched_reseed(uint64_t seed)
{
	sched.random = random_mix(seed, 1);
	sched.random_bytes = random_mix(seed, 2);
	sched.limit_ns = sched.now_ns + TIME_LIMIT_NS;
	sched.calls = 0;
}

void
sched_stop(void)
{
	assert(sched.is_on);
	if (sched.threads != sched.current || sched.current->next != NULL)
		report_threads("threads are left behind");
	sched.is_on = false;
	thread_free(sched.current);
	sched.current = NULL;
}

void
sched_io(void)
{
	if (!sched.is_on)
		return;
	sched.now_ns += IO_COST_NS;
	maybe_preempt();
}

void
sched_hold(void)
{
	if (!sched.is_on)
		return;
	sched.hold++;
}

void
sched_release(void)
{
	if (!sched.is_on)
		return;
	assert(sched.hold > 0);
	sched.hold--;
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
	return sched.now_ns / 1000;
}

void
sched_jump_wall_us(int64_t us)
{
	sched.wall_jump_us += us;
}

uint64_t
sched_turns(void)
{
	return sched.turns;
}
