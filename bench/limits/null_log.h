/* SPDX-License-Identifier: Apache-2.0 */
/*
 * null_log.h -- the group commit of any durable server, without the server: a
 * record of 200 bytes for each statement, written and synced by a thread of
 * its own over a file that was filled with zeros once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Ends the program if it cannot; from then on wake_fd is written to, as an
 * eventfd, after each group. */
void null_log_open(const char *path, int wake_fd);

bool null_log_is_open(void);

/* The group that the records of so many statements are in. */
uint64_t null_log_append(uint32_t statements);

/* The last group that is on disk. */
uint64_t null_log_durable(void);
