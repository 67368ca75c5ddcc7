/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz_server.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/config.h"
#include "common/error.h"
#include "common/must.h"
#include "server/server.h"
#include "server/session.h"

static struct server server;
static char dir[] = "/tmp/fuzz_server.XXXXXX";

/* ---- the server ---- */

static const char *const settings[] = {
	"listen_addresses=",
	"unix_socket_directories=",
	"net_threads=1",
	"worker_count=2",
	"shard_count=1",
	"statement_timeout=100",
	"memtable_size=1MB",
	"block_cache_size=1MB",
	"statement_memory=1MB",
	"wal_file_size=1MB",
	"max_statement_size=64kB",
	"max_prepared_statements=20",
	"log_min_messages=error",
};

static void
remove_dir(void)
{
	char command[sizeof(dir) + 16];

	(void)server_stop(&server);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	(void)system(command);
}

static void
start_server(void)
{
	struct config *config = config_new();
	struct error err;

	MUST(config != NULL && mkdtemp(dir) != NULL);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (config_set_argument(config, str_of_cstr(settings[i]),
			&err) != 0) {
			fprintf(stderr, "%s\n", err.message);
			abort();
		}
	if (server_start(&server, dir, config, &err) != 0) {
		fprintf(stderr, "%s\n", err.message);
		abort();
	}
	config_unref(config);
	MUST(atexit(remove_dir) == 0);
}

/* ---- a session ---- */

struct opening {
	struct loop_post post; /* first */
	const struct voice *voice;
	int fd;
};

static void
open_cb(struct loop_post *post)
{
	struct opening *opening = (struct opening *)post;

	session_open(&server.nets[0], opening->fd, opening->voice);
	free(opening);
}

int
fuzz_connect(const struct voice *voice)
{
	static bool is_started;
	struct opening *opening = malloc(sizeof(*opening));
	int fds[2];

	if (!is_started)
		start_server();
	is_started = true;
	MUST(opening != NULL);
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		 fds) == 0);
	atomic_fetch_add(&server.socket_count, 1);
	opening->post.fn = open_cb;
	opening->voice = voice;
	opening->fd = fds[1];
	loop_post(server.nets[0].loop, &opening->post);
	return fds[0];
}

bool
fuzz_wait(int fd, short events, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };

	return poll(&poll_fd, 1, timeout_ms) > 0;
}
