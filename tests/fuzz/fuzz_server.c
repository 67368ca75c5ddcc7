/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/fuzz_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/config.h"
#include "common/error.h"
#include "common/must.h"
#include "server/server.h"
#include "server/session.h"

/* No statement takes as long: a session that is silent for longer hangs. */
#define SILENCE_MS 30000

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
	/* The name is ours: NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe) */
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

void
fuzz_connect(struct fuzz_client *client, const struct voice *voice)
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
	client->fd = fds[0];
	client->at_end = false;
	client->was_reset = false;
}

/* ---- what is sent and comes ---- */

/* The fuzzer's own alarm may come meanwhile. */
static bool
wait_for(int fd, short events, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };
	int count;

	do
		count = poll(&poll_fd, 1, timeout_ms);
	while (count < 0 && errno == EINTR);
	return count > 0;
}

static void
take_what_is_there(struct fuzz_client *client)
{
	static uint8_t data[65536];

	while (!client->at_end) {
		ssize_t len = read(client->fd, data, sizeof(data));

		if (len < 0 && errno == EAGAIN)
			return;
		client->was_reset |= len < 0;
		client->at_end = len <= 0;
		if (len > 0)
			client->take(client->arg, data, (size_t)len);
	}
}

void
fuzz_send(struct fuzz_client *client, struct str out)
{
	while (out.len > 0 && !client->at_end) {
		ssize_t len = send(client->fd, out.data, out.len, MSG_NOSIGNAL);

		if (len > 0) {
			out = str_of(out.data + len, out.len - (size_t)len);
		} else if (len < 0 && errno == EAGAIN) {
			MUST(
			    wait_for(client->fd, POLLIN | POLLOUT, SILENCE_MS));
			take_what_is_there(client);
		} else {
			client->was_reset = true;
			take_what_is_there(client);
			return;
		}
	}
}

void
fuzz_take(struct fuzz_client *client, int timeout_ms)
{
	if (wait_for(client->fd, POLLIN, timeout_ms))
		take_what_is_there(client);
}

void
fuzz_end(struct fuzz_client *client)
{
	while (!client->at_end) {
		MUST(wait_for(client->fd, POLLIN, SILENCE_MS));
		take_what_is_there(client);
	}
	close(client->fd);
}
