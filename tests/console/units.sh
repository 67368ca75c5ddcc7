#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The parts of the console that need no browser, where Node.js is and
# `console/bundle packages` has installed what compiles them.

. "$(dirname "$0")/../lib/server.sh"

console=$(cd "$(dirname "$0")/../../console" && pwd)
need node
[ -x "$console/node_modules/.bin/esbuild" ] ||
	skip "console/node_modules is not there (console/bundle packages)"
"$console/test/run" || fail "see above"
