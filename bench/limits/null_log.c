/* SPDX-License-Identifier: Apache-2.0 */
#include "null_log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	RECORD_SIZE = 200,
	LOG_SIZE = 64 << 20,
	PIECE_SIZE = 4 << 20, /* of one write */
};

/* Between two threads, under `lock`, but for the descriptors. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t has_work;
	uint64_t gathered_bytes;
	uint64_t group; /* that is being gathered */
	int fd;
	int wake_fd;
} group_log = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 1, -1,
	-1 };

static atomic_uint_least64_t group_durable;

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

static void
write_records(uint64_t bytes)
{
	static const char records[PIECE_SIZE] = { 1 };
	static off_t at;

	while (bytes > 0) {
		size_t piece = bytes < PIECE_SIZE ? bytes : PIECE_SIZE;

		if (at + (off_t)piece > LOG_SIZE)
			at = 0;
		if (pwrite(group_log.fd, records, piece, at) != (ssize_t)piece)
			die("log");
		at += (off_t)piece;
		bytes -= piece;
	}
	if (fdatasync(group_log.fd) == -1)
		die("log");
}

static void *
log_run(void *arg)
{
	const uint64_t one = 1;

	(void)arg;
	for (;;) {
		uint64_t group, bytes;

		pthread_mutex_lock(&group_log.lock);
		while (group_log.gathered_bytes == 0)
			pthread_cond_wait(&group_log.has_work, &group_log.lock);
		bytes = group_log.gathered_bytes;
		group = group_log.group++;
		group_log.gathered_bytes = 0;
		pthread_mutex_unlock(&group_log.lock);
		write_records(bytes);
		atomic_store_explicit(&group_durable, group,
		    memory_order_release);
		if (write(group_log.wake_fd, &one, sizeof(one)) == -1)
			die("eventfd");
	}
	return NULL;
}

void
null_log_open(const char *path, int wake_fd)
{
	static const char zeros[1 << 20];
	pthread_t thread;

	group_log.wake_fd = wake_fd;
	group_log.fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
	if (group_log.fd == -1)
		die(path);
	for (size_t done = 0; done < LOG_SIZE; done += sizeof(zeros))
		if (write(group_log.fd, zeros, sizeof(zeros)) !=
		    (ssize_t)sizeof(zeros))
			die(path);
	if (fsync(group_log.fd) == -1)
		die(path);
	if (pthread_create(&thread, NULL, log_run, NULL) != 0)
		die("thread");
}

bool
null_log_is_open(void)
{
	return group_log.fd != -1;
}

uint64_t
null_log_append(uint32_t statements)
{
	uint64_t group;

	pthread_mutex_lock(&group_log.lock);
	group_log.gathered_bytes += (uint64_t)statements * RECORD_SIZE;
	group = group_log.group;
	pthread_cond_signal(&group_log.has_work);
	pthread_mutex_unlock(&group_log.lock);
	return group;
}

uint64_t
null_log_durable(void)
{
	return atomic_load_explicit(&group_durable, memory_order_acquire);
}
