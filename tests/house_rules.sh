#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The scripts of `make lint` find what they are for: each kind of mistake is
# planted once in a small tree that is otherwise right.

. "$(dirname "$0")/lib/server.sh"

tools=$(cd "$(dirname "$0")/../tools" && pwd)
src=$(mktemp -d)
trap 'rm -rf "$src"' EXIT
spdx='/* SPDX-License-Identifier: Apache-2.0 */'

# plant FILE LINE...: one file of the tree, after its licence line.
plant() {
	local file=$src/$1
	shift
	mkdir -p "$(dirname "$file")"
	printf '%s\n' "$spdx" "$@" >"$file"
}

reset_tree() {
	rm -rf "${src:?}"/*
	printf '%s\n' 'low' 'high low mid/open.h' 'mid low' >"$src/layers"
	printf '%s\n' '# doors' 'include lib/ low/door.c' \
		'call read write : low/ high/one.c' \
		'string "no room" : low/' >"$src/doors"
	plant low/door.c '#include <lib/x.h>' '#include "low/low.h"' \
		'int x = read(0);' 'const char *s = "no room";'
	plant low/low.h '#pragma once' 'int low(void);'
	plant mid/open.h '#pragma once'
	plant high/one.c '#include "mid/open.h"' 'int x = write(0);'
	mkdir -p "$src/doc" "$src/tests"
	echo '| A1 | all or nothing | `tests/one: word` |' >"$src/doc/promises.md"
	echo 'a word of it' >"$src/tests/one"
	plant high/two.c '/* read( */ int x = a.read(0) + b->write(1);' \
		'/* a comment of several lines: read(' ' * write( */' \
		'const char *s = "read(0) \" write(0)";' 'int y = bread(0);'
}

# passes TOOL / complains TOOL TEXT
passes() {
	"$tools/$1" "$src" "${@:2}" >"$src.out" 2>&1 ||
		{ cat "$src.out"; fail "$1 refuses a tree that is right"; }
}

complains() {
	! "$tools/$1" "$src" >"$src.out" 2>&1 ||
		fail "$1 does not find: $2"
	grep -qF "$2" "$src.out" || { cat "$src.out"; fail "not found: $2"; }
	rm -f "$src.out"
	reset_tree
}

reset_tree
passes check-layers
passes check-doors
passes check-headers
passes check-promises
rm -f "$src.out"

plant low/up.c '#include "high/one.h"'
complains check-layers 'low may not include high/one.h'
plant high/private.c '#include "mid/private.h"'
complains check-layers 'high may not include mid/private.h'

plant high/lib.c '#include <lib/x.h>'
complains check-doors 'high/lib.c:2: lib/x.h may not be included here'
plant mid/call.c 'int f(void)' '{' '	return read(0);' '}'
complains check-doors 'mid/call.c:4: read() may not be called here'
plant mid/call.c '/* a */ int x = write(/* b */ 0); /* c' '*/'
complains check-doors 'mid/call.c:2: write() may not be called here'
plant mid/words.c 'int x = f(1,' '    "no room");' \
	'const char *s = "there is no room";'
complains check-doors 'mid/words.c:3: "no room" may not be written here'
echo 'int x;' >"$src/mid/licence.c"
complains check-doors 'mid/licence.c:1: the first line must be the SPDX line'

plant mid/alone.h '#pragma once' 'size_t x(void);'
complains check-headers './mid/alone.h does not compile alone'

# promise LINE: one more row of the table.
promise() {
	printf '%s\n' "$1" >>"$src/doc/promises.md"
}

promise '| A2 | nothing | *no test yet: not made* |'
passes check-promises
promise '| A3 | nothing | soon |'
complains check-promises 'A3: no test, and not said to be not made'
promise '| A1 | again | `tests/one` |'
complains check-promises 'A1: it is there twice'
promise '| A2 | nothing | `tests/two` |'
complains check-promises 'tests/two is not there'
promise '| A2 | nothing | `tests/one: wo` |'
complains check-promises 'there is no wo in tests/one'
