/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fiber.h -- what the sanitizers have to be told of contexts that jump from
 * one stack to another.  Without a sanitizer it is nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBER_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define FIBER_ASAN 1
#endif

#if defined(FIBER_ASAN)
#include <sanitizer/common_interface_defs.h>

struct fiber {
	void *fake_stack;
	const void *bottom; /* NULL until it is known: the first one's */
	size_t size;
};

static struct fiber *fiber_left; /* by the last jump */

static inline void
fiber_init(struct fiber *fiber, const void *bottom, size_t size)
{
	*fiber = (struct fiber){ .bottom = bottom, .size = size };
}

static inline void
fiber_init_first(struct fiber *fiber)
{
	*fiber = (struct fiber){ .bottom = NULL };
}

static inline void
fiber_release(struct fiber *fiber)
{
	(void)fiber;
}

static inline void
fiber_before_switch(struct fiber *from, struct fiber *to, bool has_ended)
{
	fiber_left = from;
	__sanitizer_start_switch_fiber(has_ended ? NULL : &from->fake_stack,
	    to->bottom, to->size);
}

static inline void
fiber_after_switch(struct fiber *fiber)
{
	const void *bottom;
	size_t size;

	__sanitizer_finish_switch_fiber(fiber->fake_stack, &bottom, &size);
	if (fiber_left->bottom == NULL) {
		fiber_left->bottom = bottom;
		fiber_left->size = size;
	}
}

#else

struct fiber {
	char nothing;
};

static inline void
fiber_init(struct fiber *fiber, const void *bottom, size_t size)
{
	(void)bottom;
	(void)size;
	fiber->nothing = 0;
}

static inline void
fiber_init_first(struct fiber *fiber)
{
	fiber->nothing = 0;
}

static inline void
fiber_release(struct fiber *fiber)
{
	(void)fiber;
}

static inline void
fiber_before_switch(struct fiber *from, struct fiber *to, bool has_ended)
{
	(void)from;
	(void)to;
	(void)has_ended;
}

static inline void
fiber_after_switch(struct fiber *fiber)
{
	(void)fiber;
}

#endif
