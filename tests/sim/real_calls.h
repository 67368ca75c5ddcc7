/* SPDX-License-Identifier: Apache-2.0 */
/*
 * real_calls.h -- the two names that ld's --wrap gives a call: a call of f()
 * anywhere in the program goes to __wrap_f(), and __real_f() is the original.
 * What the two underscores say to the compiler is what they mean here.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

#define WRAPPED(type, name, ...) \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)

/* sched.c */
WRAPPED(int, pthread_create, pthread_t *id, const pthread_attr_t *attr,
    void *(*fn)(void *arg), void *arg);
WRAPPED(int, pthread_join, pthread_t id, void **result);
WRAPPED(int, pthread_setname_np, pthread_t id, const char *name);
WRAPPED(int, setpriority, __priority_which_t which, id_t who, int priority);
WRAPPED(void, os_rest_allow, bool is_allowed);
WRAPPED(void, log_context_push, const char *key, uint64_t value);
WRAPPED(void, log_context_pop, void);
WRAPPED(int, pthread_mutex_lock, pthread_mutex_t *mutex);
WRAPPED(int, pthread_mutex_unlock, pthread_mutex_t *mutex);
WRAPPED(int, pthread_cond_wait, pthread_cond_t *cond, pthread_mutex_t *mutex);
WRAPPED(int, pthread_cond_timedwait, pthread_cond_t *cond,
    pthread_mutex_t *mutex, const struct timespec *deadline);
WRAPPED(int, pthread_cond_signal, pthread_cond_t *cond);
WRAPPED(int, pthread_cond_broadcast, pthread_cond_t *cond);
WRAPPED(int, clock_gettime, clockid_t id, struct timespec *out);
WRAPPED(int, nanosleep, const struct timespec *time, struct timespec *left);
WRAPPED(ssize_t, getrandom, void *out, size_t len, unsigned flags);

/* memfault.c */
WRAPPED(void *, malloc, size_t size);
WRAPPED(void *, calloc, size_t count, size_t size);
WRAPPED(void *, realloc, void *memory, size_t size);
WRAPPED(void *, aligned_alloc, size_t alignment, size_t size);
WRAPPED(char *, strdup, const char *text);
