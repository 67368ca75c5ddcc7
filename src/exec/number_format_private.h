/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number_format_private.h -- between the files of number_format.h.
 */
#pragma once

#include "exec/number_format.h"

enum number_pattern {
	NUM_TEXT, /* what is no pattern */
	NUM_COMMA,
	NUM_POINT,
	NUM_0,
	NUM_9,
	NUM_B,
	NUM_D,
	NUM_EEEE,
	NUM_FM,
	NUM_G,
	NUM_L,
	NUM_MI,
	NUM_NONE, /* a pattern that shows nothing */
	NUM_PL,
	NUM_PR,
	NUM_RN,
	NUM_S,
	NUM_SG,
	NUM_TH,
	NUM_V,
};

struct number_node {
	enum number_pattern pattern;
	bool is_lower;   /* of RN and TH: as it was written */
	struct str text; /* NUM_TEXT: one character */
};
