/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/test_server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>

#define PORT        "5433" /* only names the socket */
#define OPTIONS_MAX 16

static void
sleep_ms(long ms)
{
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&pause, &pause) == -1 && errno == EINTR)
		continue;
}

void
test_server_init(struct test_server *server)
{
	const char *stele = getenv("STELE");

	if (stele == NULL || access(stele, X_OK) == -1) {
		fputs("SKIP: $STELE does not name the server\n", stderr);
		exit(TEST_SKIPPED);
	}
	memset(server, 0, sizeof(*server));
	strcpy(server->dir, "/tmp/stele-test-XXXXXX");
	if (mkdtemp(server->dir) == NULL) {
		perror("could not make a temporary directory");
		exit(EXIT_FAILURE);
	}
	snprintf(server->conninfo, sizeof(server->conninfo),
	    "host=%s port=" PORT " user=stele dbname=stele "
	    "connect_timeout=60",
	    server->dir);
}

/* In the child: reports of sanitizers go to files, one a process. */
static void
set_report_path(const struct test_server *server)
{
	static const char *const names[] = { "ASAN_OPTIONS", "UBSAN_OPTIONS",
		"TSAN_OPTIONS" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *given = getenv(names[i]);
		char options[512];

		snprintf(options, sizeof(options), "%s:log_path=%s/report",
		    given != NULL ? given : "", server->dir);
		setenv(names[i], options, 1);
	}
}

/* In the child: its output goes to the log.  Never returns. */
static _Noreturn void
child_exec(const struct test_server *server, const char *const *argv)
{
	char log[80];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(log, sizeof(log), "%s/server.log", server->dir);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd == -1 || dup2(fd, STDOUT_FILENO) == -1 ||
	    dup2(fd, STDERR_FILENO) == -1)
		_exit(EXIT_FAILURE);
	set_report_path(server);
	/* execv() changes no string; its type is older than const. */
	execv(argv[0], (char *const *)(uintptr_t)argv);
	perror(argv[0]);
	_exit(EXIT_FAILURE);
}

static _Noreturn void
server_exec(const struct test_server *server, const char *const *options)
{
	char data[80], socket_option[128];
	const char *argv[6 + 2 * 6 + 2 * OPTIONS_MAX];
	int argc = 0;

	snprintf(data, sizeof(data), "%s/data", server->dir);
	snprintf(socket_option, sizeof(socket_option),
	    "unix_socket_directories=%s", server->dir);
	argv[argc++] = getenv("STELE");
	argv[argc++] = "serve";
	argv[argc++] = "-D";
	argv[argc++] = data;
	argv[argc++] = "-c";
	argv[argc++] = "port=" PORT;
	argv[argc++] = "-c";
	argv[argc++] = "line_port=0";
	argv[argc++] = "-c";
	argv[argc++] = "ws_port=0";
	argv[argc++] = "-c";
	argv[argc++] = "http_port=0";
	argv[argc++] = "-c";
	argv[argc++] = "listen_addresses=";
	/* Unless an option says else: two are written in full at first. */
	argv[argc++] = "-c";
	argv[argc++] = "wal_file_size=4MB";
	argv[argc++] = "-c";
	argv[argc++] = socket_option;
	for (int i = 0; i < OPTIONS_MAX && options[i] != NULL; i++) {
		argv[argc++] = "-c";
		argv[argc++] = options[i];
	}
	argv[argc] = NULL;
	child_exec(server, argv);
}

static void
spawn_check(pid_t pid)
{
	if (pid != -1)
		return;
	perror("could not fork");
	exit(EXIT_FAILURE);
}

void
test_server_spawn(struct test_server *server, const char *const *options)
{
	server->pid = fork();
	spawn_check(server->pid);
	if (server->pid == 0)
		server_exec(server, options);
}

bool
test_server_wait(struct test_server *server, int seconds)
{
	for (int i = 0; i < seconds * TEST_PATIENCE * 50; i++) {
		PGconn *conn = PQconnectdb(server->conninfo);
		bool ok = PQstatus(conn) == CONNECTION_OK;

		PQfinish(conn);
		if (ok)
			return true;
		if (waitpid(server->pid, NULL, WNOHANG) == server->pid) {
			server->pid = 0;
			return false;
		}
		sleep_ms(20);
	}
	return false;
}

int
test_server_kill(struct test_server *server, int signo)
{
	int status = 0;

	if (server->pid == 0)
		return 0;
	kill(server->pid, signo); /* 0 is none, only the wait */
	while (waitpid(server->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	server->pid = 0;
	return status;
}

bool
test_server_stop(struct test_server *server, int seconds)
{
	int status = 0;

	kill(server->pid, SIGTERM);
	for (int i = 0; i < seconds * TEST_PATIENCE * 100; i++) {
		if (waitpid(server->pid, &status, WNOHANG) == server->pid) {
			server->pid = 0;
			return WIFEXITED(status) && WEXITSTATUS(status) == 0;
		}
		sleep_ms(10);
	}
	test_server_kill(server, SIGKILL);
	return false;
}

bool
test_server_verify(struct test_server *server)
{
	char data[80];
	const char *argv[] = { getenv("STELE"), "verify", "-D", data, NULL };
	int status;

	snprintf(data, sizeof(data), "%s/data", server->dir);
	server->pid = fork();
	spawn_check(server->pid);
	if (server->pid == 0)
		child_exec(server, argv);
	status = test_server_kill(server, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void
test_server_print_log(const struct test_server *server)
{
	char command[128];

	snprintf(command, sizeof(command), "tail -n 20 %s/server.log >&2",
	    server->dir);
	if (system(command) != 0)
		fputs("(no log)\n", stderr);
}

bool
test_server_has_reports(const struct test_server *server)
{
	char command[128];

	snprintf(command, sizeof(command), "cat %s/report.* 2>/dev/null",
	    server->dir);
	return system(command) == 0;
}

void
test_server_release(struct test_server *server)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", server->dir);
	if (system(command) != 0)
		fprintf(stderr, "%s is left behind\n", server->dir);
}
