/* SPDX-License-Identifier: Apache-2.0 */
#include "os/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/prctl.h>
#endif

void
os_memory_init(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_MMAP_THRESHOLD, (int)OS_LARGE_BLOCK_SIZE);
#endif
}

void
os_forbid_dumps(void)
{
#ifdef __linux__
	/* It can fail for no reason that the caller could do anything about. */
	(void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
#endif
}

/* The second number of Linux's statm, in pages. */
static size_t
resident_bytes(void)
{
	char text[128];
	size_t pages = 0;
	ssize_t len = -1;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		len = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (len <= 0)
		return 0;
	text[len] = '\0';
	if (sscanf(text, "%*u %zu", &pages) != 1)
		return 0;
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

void
os_memory_get(struct os_memory *out)
{
	*out = (struct os_memory){ .resident_bytes = resident_bytes() };
#ifdef __GLIBC__
	struct mallinfo2 info = mallinfo2();

	out->used_bytes = info.uordblks + info.hblkhd;
	out->free_bytes = info.fordblks;
#endif
}
