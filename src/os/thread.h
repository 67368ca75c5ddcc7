/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread.h -- named threads with a stack size and a priority, and conditions
 * that wait until a moment of the monotonic clock.
 *
 * Mutexes are POSIX's own: pthread_mutex_t adds nothing to wrap.
 *
 * Every signal is blocked in a thread that is started here: signals are main's.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/attr.h"

struct error;

struct os_thread_options {
	const char *name;        /* at most 15 bytes are shown; borrowed */
	size_t stack_size_bytes; /* 0 is the system's default */
	int nice;                /* added to the process's niceness; 0..19 */
};

struct os_thread {
	pthread_t id;
	bool is_started; /* and not yet joined */
};

/*
 * Run fn(arg) on a new thread.  Failing to lower the priority is not an error.
 * Returns 0 or STELE_E_INSUFFICIENT_RESOURCES.
 */
MUST_USE int os_thread_start(struct os_thread *thread,
    const struct os_thread_options *options, void (*fn)(void *arg), void *arg,
    struct error *err);

/* Wait for its end.  A thread that was not started (all zero) has ended. */
void os_thread_join(struct os_thread *thread);

/* A condition whose deadlines are of os_clock_monotonic_ns(). */
void os_cond_init(pthread_cond_t *cond);

/* As pthread_cond_timedwait(): false when the deadline has passed. */
bool os_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex,
    int64_t deadline_ns);

/* Do nothing until then, by the same clock. */
void os_sleep_until(int64_t deadline_ns);

/* Processor cores this process may use; at least 1. */
uint32_t os_core_count(void);
