/* SPDX-License-Identifier: Apache-2.0 */
#include "os/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "common/error.h"
#include "common/must.h"
#include "os/rest.h"

#define NAME_SIZE 16 /* the kernel's, with the NUL */

/* What a new thread is told; it frees this. */
struct thread_start {
	char name[NAME_SIZE];
	int nice;
	void (*fn)(void *arg);
	void *arg;
};

static void *
thread_main(void *arg)
{
	struct thread_start start = *(struct thread_start *)arg;

	free(arg);
	(void)pthread_setname_np(pthread_self(), start.name);
	if (start.nice > 0) {
		id_t tid = (id_t)gettid();

		/* On Linux a thread has a niceness of its own. */
		(void)setpriority(PRIO_PROCESS, tid,
		    getpriority(PRIO_PROCESS, tid) + start.nice);
		os_rest_allow(true);
	}
	start.fn(start.arg);
	return NULL;
}

int
os_thread_start(struct os_thread *thread,
    const struct os_thread_options *options, void (*fn)(void *arg), void *arg,
    struct error *err)
{
	struct thread_start *start = calloc(1, sizeof(*start));
	pthread_attr_t attr;
	sigset_t all, old;
	int rc;

	*thread = (struct os_thread){ 0 };
	if (start == NULL)
		return error_no_memory(err);
	snprintf(start->name, sizeof(start->name), "%s", options->name);
	start->nice = options->nice;
	start->fn = fn;
	start->arg = arg;
	MUST(pthread_attr_init(&attr) == 0);
	if (options->stack_size_bytes != 0)
		MUST(pthread_attr_setstacksize(&attr,
			 options->stack_size_bytes) == 0);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&thread->id, &attr, thread_main, start);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	if (rc != 0) {
		free(start);
		return error_set_at(err, __FILE__, __LINE__,
		    STELE_E_INSUFFICIENT_RESOURCES, rc,
		    "could not start thread \"%s\"", options->name);
	}
	thread->is_started = true;
	return 0;
}

void
os_thread_join(struct os_thread *thread)
{
	if (!thread->is_started)
		return;
	MUST(pthread_join(thread->id, NULL) == 0);
	thread->is_started = false;
}

void
os_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	MUST(pthread_condattr_init(&attr) == 0);
	MUST(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0);
	MUST(pthread_cond_init(cond, &attr) == 0);
	pthread_condattr_destroy(&attr);
}

bool
os_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex,
    int64_t deadline_ns)
{
	struct timespec deadline = {
		.tv_sec = (time_t)(deadline_ns / 1000000000),
		.tv_nsec = (long)(deadline_ns % 1000000000),
	};
	int rc = pthread_cond_timedwait(cond, mutex, &deadline);

	MUST(rc == 0 || rc == ETIMEDOUT);
	return rc == 0;
}

void
os_sleep_until(int64_t deadline_ns)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t never;

	os_cond_init(&never);
	pthread_mutex_lock(&mutex);
	while (os_cond_wait_until(&never, &mutex, deadline_ns))
		continue;
	pthread_mutex_unlock(&mutex);
	pthread_cond_destroy(&never);
}

uint32_t
os_core_count(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return CPU_COUNT(&set) > 0 ? (uint32_t)CPU_COUNT(&set) : 1;
}
