/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop.c -- libevent's base, a queue of messages and an eventfd.
 *
 * The queue is a stack that senders push to with one compare-and-swap; the
 * loop takes all of it with one exchange and turns it round.
 */
#include "net/loop.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/error.h"
#include "common/must.h"
#include "os/thread.h"

struct loop {
	struct event_base *base;
	struct event *wake; /* reads wake_fd */
	int wake_fd;
	struct os_thread thread;
	atomic_bool is_running; /* on its thread */
	atomic_bool is_stopping;
	_Atomic(struct loop_post *) posts; /* newest first */
	struct loop_post *deferred;        /* newest first; the loop's own */
	atomic_size_t conn_bytes;          /* written by the loop alone */
	uint8_t scratch[LOOP_SCRATCH_SIZE];
};

/* What runs on this thread; NULL: none. */
static _Thread_local const struct loop *own_loop;

static void
wake_up(struct loop *loop)
{
	uint64_t one = 1;

	/* It can only fail when the counter is full: then it is awake. */
	(void)!write(loop->wake_fd, &one, sizeof(one));
}

void
loop_post(struct loop *loop, struct loop_post *post)
{
	struct loop_post *head =
	    atomic_load_explicit(&loop->posts, memory_order_relaxed);

	/* Pairs with the acquire in deliver(). */
	do
		post->next = head;
	while (!atomic_compare_exchange_weak_explicit(&loop->posts, &head, post,
	    memory_order_release, memory_order_relaxed));
	if (head == NULL)
		wake_up(loop);
}

bool
loop_is_idle(const struct loop *loop)
{
	return loop->deferred == NULL &&
	    atomic_load_explicit(&loop->posts, memory_order_relaxed) == NULL &&
	    event_base_get_num_events(loop->base, EVENT_BASE_COUNT_ACTIVE) == 0;
}

/* From the oldest on. */
static void
deliver_list(struct loop_post *newest)
{
	struct loop_post *oldest = NULL;

	while (newest != NULL) {
		struct loop_post *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	while (oldest != NULL) {
		struct loop_post *next = oldest->next;

		oldest->fn(oldest); /* may free or post it again */
		oldest = next;
	}
}

static void
deliver(struct loop *loop)
{
	struct loop_post *deferred;

	deliver_list(
	    atomic_exchange_explicit(&loop->posts, NULL, memory_order_acquire));
	while ((deferred = loop->deferred) != NULL) {
		loop->deferred = NULL;
		deliver_list(deferred);
	}
}

void
loop_defer(struct loop *loop, struct loop_post *post)
{
	post->next = loop->deferred;
	loop->deferred = post;
}

static void
woken_cb(int fd, short what UNUSED, void *arg)
{
	struct loop *loop = arg;
	uint64_t count;

	/* Before taking the queue: a post after that wakes again. */
	(void)!read(fd, &count, sizeof(count));
	deliver(loop);
	if (atomic_load_explicit(&loop->is_stopping, memory_order_acquire))
		event_base_loopbreak(loop->base);
}

int
loop_open(struct loop **out, struct error *err)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int rc;

	*out = NULL;
	if (loop == NULL)
		return error_no_memory(err);
	loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (loop->wake_fd == -1) {
		rc = error_set_os(err, "could not create an event descriptor");
		goto fail;
	}
	loop->base = event_base_new();
	if (loop->base != NULL)
		loop->wake = event_new(loop->base, loop->wake_fd,
		    EV_READ | EV_PERSIST, woken_cb, loop);
	if (loop->wake == NULL || event_add(loop->wake, NULL) != 0) {
		rc = error_set(err, STELE_E_INSUFFICIENT_RESOURCES,
		    "could not create an event loop");
		goto fail;
	}
	*out = loop;
	return 0;
fail:
	loop_close(loop);
	return rc;
}

static void
loop_main(void *arg)
{
	struct loop *loop = arg;

	own_loop = loop;
	atomic_store_explicit(&loop->is_running, true, memory_order_relaxed);
	MUST(event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY) >= 0);
	atomic_store_explicit(&loop->is_running, false, memory_order_relaxed);
}

int
loop_start(struct loop *loop, const char *name, size_t stack_size_bytes,
    struct error *err)
{
	struct os_thread_options options = {
		.name = name,
		.stack_size_bytes = stack_size_bytes,
	};

	return os_thread_start(&loop->thread, &options, loop_main, loop, err);
}

void
loop_stop(struct loop *loop)
{
	atomic_store_explicit(&loop->is_stopping, true, memory_order_release);
	wake_up(loop);
}

void
loop_join(struct loop *loop)
{
	os_thread_join(&loop->thread);
}

void
loop_close(struct loop *loop)
{
	if (loop == NULL)
		return;
	/* What was posted after the last turn still owns memory. */
	deliver(loop);
	if (loop->wake != NULL)
		event_free(loop->wake);
	if (loop->base != NULL)
		event_base_free(loop->base);
	if (loop->wake_fd != -1)
		close(loop->wake_fd);
	free(loop);
}

struct event_base *
loop_base(struct loop *loop)
{
	return loop->base;
}

uint8_t *
loop_scratch(struct loop *loop)
{
	return loop->scratch;
}

/* Events have no lock: while the loop runs, its thread alone touches them. */
static bool
is_mine(const struct loop *loop)
{
	return own_loop == loop ||
	    !atomic_load_explicit(&loop->is_running, memory_order_relaxed);
}

static void
timer_cb(int fd UNUSED, short what UNUSED, void *arg)
{
	struct loop_timer *timer = arg;

	timer->is_armed = false;
	timer->fn(timer->arg);
}

int
loop_timer_arm(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms,
    void (*fn)(void *arg), void *arg, struct error *err)
{
	struct timeval delay = {
		.tv_sec = (time_t)(delay_ms / 1000),
		.tv_usec = (suseconds_t)(delay_ms % 1000 * 1000),
	};

	assert(is_mine(loop));
	timer->fn = fn;
	timer->arg = arg;
	timer->loop = loop;
	if (timer->event == NULL)
		timer->event = evtimer_new(loop->base, timer_cb, timer);
	if (timer->event == NULL || evtimer_add(timer->event, &delay) != 0)
		return error_no_memory(err);
	timer->is_armed = true;
	return 0;
}

void
loop_timer_disarm(struct loop_timer *timer)
{
	assert(!timer->is_armed || is_mine(timer->loop));
	if (timer->is_armed)
		(void)evtimer_del(timer->event);
	timer->is_armed = false;
}

void
loop_timer_release(struct loop_timer *timer)
{
	assert(!timer->is_armed || is_mine(timer->loop));
	if (timer->event != NULL)
		event_free(timer->event);
	timer->event = NULL;
	timer->is_armed = false;
}

/* Relaxed: a number for who watches. */
void
loop_add_conn_bytes(struct loop *loop, size_t more)
{
	atomic_store_explicit(&loop->conn_bytes, loop_conn_bytes(loop) + more,
	    memory_order_relaxed);
}

size_t
loop_conn_bytes(const struct loop *loop)
{
	return atomic_load_explicit(&loop->conn_bytes, memory_order_relaxed);
}
