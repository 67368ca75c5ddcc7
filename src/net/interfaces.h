/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interfaces.h -- the addresses of this machine.
 *
 * Threads: any.
 */
#pragma once

#include <stdint.h>

/*
 * Call fn with the address and the mask of each interface, both of `len`
 * bytes: 4 or 16.  Nothing is called if the system does not tell.
 */
void net_each_interface(void (*fn)(void *arg, const uint8_t *address,
			    const uint8_t *mask, uint8_t len),
    void *arg);
