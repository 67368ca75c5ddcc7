/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sched.h -- threads that take turns as a seed says, and time that stands
 * still while they run.
 *
 * Only one of the server's threads runs at any moment: the one that has the
 * turn.  It gives the turn away where it has to wait (for a lock, a condition,
 * the end of a thread), and now and then where it might be interrupted: before
 * it takes a lock and before a file call.  Who is next is drawn from the seed.
 * So the same seed gives the same run, to the last file call, and another seed
 * another order of what the threads do.
 *
 * Time moves by what file calls cost, and when all threads wait: then it jumps
 * to the first deadline.  A retry after a second costs nothing.  If all wait
 * and none has a deadline, or since sched_start() or sched_reseed() a quarter
 * of an hour has passed or millions of calls were made, the program is stuck:
 * the threads and what they wait for are printed, and the process ends.
 *
 * This is done where calls are linked (ld's --wrap): the code of the server
 * does not know of it.  A program that wants it has $(sim_ldflags).  Wrapped
 * are pthread_create, _join, the mutex and condition calls, clock_gettime,
 * nanosleep, getrandom, and what belongs to a thread.  Outside of sched_start()
 * .. sched_stop() all of them are the system's own.
 */
#pragma once

#include <stdint.h>

/* The calling thread becomes the first one, and has the turn. */
void sched_start(uint64_t seed);

/* Draw from another seed from now on. */
void sched_reseed(uint64_t seed);

/* All other threads must have ended and been joined. */
void sched_stop(void);

/* A file call: time passes, others may get the turn. */
void sched_io(void);

/*
 * Nobody else gets the turn until sched_release(), nor does the caller give it
 * away; he must not wait for anything.  Nests.
 */
void sched_hold(void);
void sched_release(void);

/* Let the others run for as long. */
void sched_sleep_ms(int64_t ms);

/* Since sched_start(). */
int64_t sched_now_us(void);

/* The wall clock from now on: jumps by as much, to either side. */
void sched_jump_wall_us(int64_t us);

/* How often the turn has changed hands. */
uint64_t sched_turns(void);
