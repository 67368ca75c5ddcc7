/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/keep/keep_lock.h"

#include "common/error.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/thread.h"

#define WAIT_NS    ((int64_t)30 * 1000000000)
#define PATIENT_NS ((int64_t)10 * 1000000) /* until it is tried again */

int
keep_lock_try(struct os_fs *fs, const char *dir, struct os_file **out,
    struct error *err)
{
	char path[OS_PATH_SIZE];
	int rc = os_path(path, dir, KEEP_NAME, err);

	*out = NULL;
	return rc == 0 ? os_try_lock(fs, path, out, err) : rc;
}

int
keep_lock_wait(struct os_fs *fs, const char *dir, struct os_file **out,
    struct error *err)
{
	int64_t until_ns = os_clock_monotonic_ns(os_clock_real()) + WAIT_NS;

	for (;;) {
		int64_t now_ns = os_clock_monotonic_ns(os_clock_real());
		int rc = keep_lock_try(fs, dir, out, err);

		if (rc != STELE_E_OBJECT_IN_USE || now_ns >= until_ns)
			return rc;
		os_sleep_until(now_ns + PATIENT_NS);
	}
}
