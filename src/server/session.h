/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h -- one client, from its first byte to its last.
 *
 * Thread: that of its loop.
 */
#pragma once

struct net_thread;
struct session;

/* A connected socket of PostgreSQL's protocol, which this takes. */
void session_open(struct net_thread *net, int fd);

/* FATAL 57P01, then close: the server stops. */
void session_terminate(struct session *session);

/* The next of its thread's sessions. */
struct session *session_next(struct session *session);
