/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_server.h -- a server of its own for one test program.
 *
 * The program under test is named by $STELE.  It runs as a child on a data
 * directory below a temporary one and is reached through a UNIX socket there,
 * so that tests never meet on a port.  It dies with the test.
 *
 * What may take `seconds` may take longer in a build with sanitizers.
 *
 * Threads: one thread starts and stops; `conninfo` is constant in between.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct test_server {
	char dir[64];       /* temporary: data/, the socket, server.log */
	char conninfo[160]; /* for PQconnectdb() */
	pid_t pid;          /* 0 when it does not run */
};

/* How many times longer than what is asked for a server may take. */
#ifdef HAVE_SANITIZERS
#define TEST_PATIENCE 6
#else
#define TEST_PATIENCE 1
#endif

/* Exit code by which automake knows a skipped test. */
#define TEST_SKIPPED 77

/*
 * Make the directory.  Ends the program with TEST_SKIPPED if $STELE names
 * no program, for then no server was built.
 */
void test_server_init(struct test_server *server);

/*
 * Start the server on data/ with `options`, "name=value" each and NULL last,
 * without waiting for it.
 */
void test_server_spawn(struct test_server *server, const char *const *options);

/* Wait until it takes connections: false if it ended or `seconds` passed. */
bool test_server_wait(struct test_server *server, int seconds);

/* Send the signal and wait for the end; the status as waitpid() gives it. */
int test_server_kill(struct test_server *server, int signo);

/* SIGTERM: true if it ended within `seconds` with exit status 0. */
bool test_server_stop(struct test_server *server, int seconds);

/* `stele verify` of the directory, while no server runs: true if it is whole. */
bool test_server_verify(struct test_server *server);

/* Print the last lines of the server's log to stderr. */
void test_server_print_log(const struct test_server *server);

/*
 * Print what sanitizers have reported, if the server was built with any: true
 * if that is anything.  Then a test fails, whatever else it has seen.
 */
bool test_server_has_reports(const struct test_server *server);

/* Remove the directory. */
void test_server_release(struct test_server *server);
