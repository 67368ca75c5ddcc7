# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Arrow streams as pyarrow and npm's apache-arrow read them: all types, as a unit
# test has written them.
. "$(dirname "$0")/../lib/server.sh"
. "$(dirname "$0")/npm.sh"
. "$(dirname "$0")/pip.sh"

here=$(cd "$(dirname "$0")" && pwd)
samples=$PWD/clients/arrow_samples
mkdir -p "$samples"
[ -x unit/wire/test_result_arrow ] || skip "there is no Check on this machine"
ARROW_SAMPLES=$samples unit/wire/test_result_arrow || fail "no samples"

pip_modules pip_arrow
timeout 100 "${PYTHON3:-python3}" "$here/arrow.py" "$samples" ||
	fail "arrow.py"
need node
npm_modules npm_native apache-arrow
timeout 100 node "$here/arrow.js" "$samples" || fail "arrow.js"
