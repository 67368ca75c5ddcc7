/* SPDX-License-Identifier: Apache-2.0 */
#include "net/conn_io.h"

#include <assert.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/tls.h"

static ssize_t
plain_receive(struct conn_io *io, void *bytes, size_t size)
{
	return recv(io->fd, bytes, size, 0);
}

static ssize_t
plain_send(struct conn_io *io, struct iovec *vectors, size_t count)
{
	struct msghdr message = {
		.msg_iov = vectors,
		.msg_iovlen = count,
	};

	return sendmsg(io->fd, &message, MSG_NOSIGNAL);
}

static bool
plain_no(const struct conn_io *io UNUSED)
{
	return false;
}

static const struct conn_io_table plain_table = {
	.receive = plain_receive,
	.send = plain_send,
	.wants_write = plain_no,
	.is_over = plain_no,
};

void
conn_io_open_plain(struct conn_io *io, int fd)
{
	*io = (struct conn_io){ .table = &plain_table, .fd = fd };
}

static ssize_t
secret_receive(struct conn_io *io, void *bytes, size_t size)
{
	return tls_receive(io->tls, bytes, size);
}

static ssize_t
secret_send(struct conn_io *io, struct iovec *vectors, size_t count)
{
	return tls_send(io->tls, vectors, count);
}

static bool
secret_wants_write(const struct conn_io *io)
{
	return tls_wants_write(io->tls);
}

static bool
secret_is_over(const struct conn_io *io)
{
	return tls_is_over(io->tls);
}

static const struct conn_io_table tls_table = {
	.receive = secret_receive,
	.send = secret_send,
	.wants_write = secret_wants_write,
	.is_over = secret_is_over,
};

int
conn_io_start_tls(struct conn_io *io, struct tls_context *context,
    const struct tls_wish *wish, struct str early, struct error *err)
{
	int rc;

	assert(io->tls == NULL);
	rc = tls_open(context, io->fd, wish, early, &io->tls, err);
	if (rc == 0)
		io->table = &tls_table;
	return rc;
}

void
conn_io_close(struct conn_io *io)
{
	tls_close(io->tls);
	close(io->fd);
	conn_io_open_plain(io, -1);
}
