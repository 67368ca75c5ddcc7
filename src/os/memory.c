/* SPDX-License-Identifier: Apache-2.0 */
#include "os/memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

void
os_memory_init(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, (int)OS_LARGE_BLOCK_SIZE);
#endif
}
