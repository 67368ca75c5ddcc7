/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session.h -- one client, from its first byte to its last.
 *
 * Thread: that of its loop.
 */
#pragma once

struct net_thread;
struct session;
struct voice;

/* A connected socket, which this takes, and how to speak on it. */
void session_open(struct net_thread *net, int fd, const struct voice *voice);

/* FATAL 57P01, then close: the server stops. */
void session_terminate(struct session *session);

/* The next of its thread's sessions. */
struct session *session_next(struct session *session);
