/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_private.h -- what the config files share: one value, as text and as
 * stored.
 */
#pragma once

#include "common/config.h"

/* A parsed value that no config holds yet. */
struct config_value {
	int64_t number;  /* all types but CONFIG_STRING */
	struct str text; /* CONFIG_STRING; borrowed from the input */
};

/* Of a line of a file: config_set() with where the value is from. */
MUST_USE int config_set_from(struct config *config, struct str name,
    struct str text, uint32_t source_line, struct error *err);

/* Read `text` as a value of `opt`: 22023 if it is none. */
MUST_USE int config_value_parse(const struct config_option *opt,
    struct str text, struct config_value *value, struct error *err);

/* `number` as SHOW prints it; not for CONFIG_STRING. */
void config_value_show(const struct config_option *opt, int64_t number,
    struct buf *out);
