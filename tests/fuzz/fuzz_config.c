/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The option file and the arguments of -c: any text is refused, or what it sets
 * can be shown, and set to what is shown, and then is shown the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/config.h"
#include "common/error.h"
#include "common/must.h"
#include "fuzz/fuzz.h"

static struct error err;

static void
check_option(const struct config *config, struct config *other,
    const struct config_option *option)
{
	struct buf once, twice;

	buf_init(&once);
	buf_init(&twice);
	config_show(config, option, &once);
	if (config_set(other, str_of_cstr(option->name), buf_str(&once),
		&err) != 0) {
		fprintf(stderr, "%s: %s\n", option->name, err.message);
		abort();
	}
	config_show(other, option, &twice);
	MUST(str_equal(buf_str(&once), buf_str(&twice)));
	buf_release(&once);
	buf_release(&twice);
}

static void
check_options(const struct config *config)
{
	struct config *other = config_new();

	MUST(other != NULL);
	for (size_t i = 0; i < config_option_count(); i++)
		check_option(config, other, config_option_at(i));
	config_unref(other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config = config_new();
	struct str text;
	int rc;

	MUST(config != NULL);
	if (size == 0) {
		config_unref(config);
		return 0;
	}
	text = str_of((const char *)data + 1, size - 1);
	rc = data[0] % 4 == 0
	    ? config_set_argument(config, text, &err)
	    : config_set_text(config, text, "stele.conf", &err);
	if (rc == 0)
		check_options(config);
	config_unref(config);
	return 0;
}
