/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h -- what malloc() does with large blocks.
 */
#pragma once

#include <stddef.h>

#define OS_LARGE_BLOCK_SIZE ((size_t)4 << 20)

/*
 * From now on blocks of OS_LARGE_BLOCK_SIZE and more go back to the kernel when
 * they are freed.  By default malloc() keeps larger and larger ones: a server
 * would stay as large as after its largest load.
 */
void os_memory_init(void);
