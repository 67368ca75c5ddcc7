/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-doc.c -- print what the option table says, for the build.
 *
 *	config-doc sample	stele.conf.sample
 *	config-doc manual	the options' section of stele(8)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"

int
main(int argc, char **argv)
{
	int status = EXIT_FAILURE;
	struct buf out;

	buf_init(&out);
	if (argc == 2 && strcmp(argv[1], "sample") == 0)
		config_write_sample(&out);
	else if (argc == 2 && strcmp(argv[1], "manual") == 0)
		config_write_manual(&out);
	else
		fputs("usage: config-doc sample|manual\n", stderr);
	if (out.len > 0 && !out.failed &&
	    fwrite(out.data, 1, out.len, stdout) == out.len &&
	    fflush(stdout) == 0)
		status = EXIT_SUCCESS;
	buf_release(&out);
	return status;
}
