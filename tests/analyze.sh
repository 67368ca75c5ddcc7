#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Static analysis finds nothing in the tree of this build; and in a small tree it
# finds the mistake that is planted for each tool, so that nothing means nothing.

. "$(dirname "$0")/lib/server.sh"

top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd .. && pwd)

case ${SANITIZERS:-no} in
no) ;;
*) skip "the code is that of a build without sanitizers" ;;
esac
need gcc clang-tidy cppcheck

small=$(mktemp -d "${TMPDIR:-/tmp}/stele-analyze.XXXXXX")
trap 'rm -rf "$small"' EXIT
mkdir -p "$small"/{src,tools,tests/fuzz,build/{src,tests}}
cp "$top"/tools/{analyze,cppcheck.suppressions} "$small/tools"
cp "$top/.clang-tidy" "$small"
touch "$small/build/config.h"
cat >"$small/build/src/Makefile" <<'END'
one.o: ../../src/one.c ../config.h
	gcc -DHAVE_CONFIG_H -I.. -include config.h -MT one.o -MD -c -o one.o ../../src/one.c
END
echo 'all:' >"$small/build/tests/Makefile"

# plant LINE...: the one file of the small tree, and its object, which is new.
plant() {
	printf '%s\n' '#include <stdlib.h>' '#include <string.h>' "$@" \
		>"$small/src/one.c"
	touch "$small/build/src/one.o"
}

# complains TOOL TEXT
complains() {
	! "$small/tools/analyze" "$small/build" "$1" >"$small/out" 2>&1 ||
		{ cat "$small/out"; fail "$1 does not find: $2"; }
	grep -qF "$2" "$small/out" ||
		{ cat "$small/out"; fail "$1 says nothing of: $2"; }
}

plant 'int one(int n) { return n + 1; }'
"$small/tools/analyze" "$small/build" all ||
	fail "static analysis finds something in a tree that is right"

plant 'int one(int n) { int *p = n > 0 ? &n : NULL; free(malloc(1)); return *p; }'
complains gcc null-dereference
complains tidy clang-analyzer-core.NullDereference
plant 'int one(const char *s) { int a[2]; a[0] = s[0]; return a[2]; }'
complains cppcheck arrayIndexOutOfBounds

"$top/tools/analyze" "$build" all || fail "static analysis has findings"
