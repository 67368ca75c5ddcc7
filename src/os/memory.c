/* SPDX-License-Identifier: Apache-2.0 */
#include "os/memory.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
	/* There are no other threads yet: NOLINTNEXTLINE(concurrency-mt-unsafe) */
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

/* ---- large pages ---- */

static atomic_size_t huge_bytes; /* a number for who watches */

void *
os_huge_alloc(size_t size)
{
	size_t whole = size + OS_HUGE_PAGE, before;
	char *mapped = mmap(NULL, whole, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *memory;

	if (mapped == MAP_FAILED)
		return NULL;
	before =
	    (OS_HUGE_PAGE - (uintptr_t)mapped % OS_HUGE_PAGE) % OS_HUGE_PAGE;
	memory = mapped + before;
	if (before > 0)
		(void)munmap(mapped, before);
	(void)munmap(memory + size, OS_HUGE_PAGE - before);
#ifdef MADV_HUGEPAGE
	(void)madvise(memory, size, MADV_HUGEPAGE); /* else in small ones */
#endif
	atomic_fetch_add_explicit(&huge_bytes, size, memory_order_relaxed);
	return memory;
}

void
os_huge_free(void *memory, size_t size)
{
	(void)munmap(memory, size);
	atomic_fetch_sub_explicit(&huge_bytes, size, memory_order_relaxed);
}

/* ---- what there is ---- */

/* The second number of Linux's statm, in pages. */
static size_t
resident_bytes(void)
{
	char text[128];
	const char *second;
	ssize_t len = -1;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		len = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (len <= 0)
		return 0;
	text[len] = '\0';
	second = strchr(text, ' ');
	return second == NULL
	    ? 0
	    : strtoul(second, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
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
	out->used_bytes +=
	    atomic_load_explicit(&huge_bytes, memory_order_relaxed);
}
