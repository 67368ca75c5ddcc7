# shellcheck shell=sh
# environment.sh -- what every test runs with; make sources it ($lib is this
# folder) and sets STELE, the server, and SANITIZERS, those of the build.
#
# The sanitizers' options hold for test programs and servers alike.  Where a
# server's report goes, server.sh, stele_server.py and test_server.c say.

export STELE PYTHON3 SANITIZERS
ASAN_OPTIONS=detect_stack_use_after_return=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}
UBSAN_OPTIONS=print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}
TSAN_OPTIONS=second_deadlock_stack=1${TSAN_OPTIONS:+:$TSAN_OPTIONS}
export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS
# Nothing here measures time: limits are for what hangs, on a machine that may be
# busy, and sanitizers take theirs.
export CK_TIMEOUT_MULTIPLIER=10
if [ "${SANITIZERS:-no}" != no ]; then
	# A unit test is one process: of each child its parent's memory, too,
	# would be searched for leaks.  make stops what does not end.
	export CK_FORK=no
	export SERVER_START_SECONDS=180 SERVER_STOP_SECONDS=120
fi
