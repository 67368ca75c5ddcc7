/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draws.h -- how much a test draws that could go on drawing.
 */
#pragma once

/* Sanitizers look at each draw the same: a quarter of them is enough there. */
#if defined(HAVE_SANITIZERS)
#define DRAWS(count) ((count) / 4)
#else
#define DRAWS(count) (count)
#endif
