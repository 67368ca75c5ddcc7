# shellcheck shell=bash
# server.sh -- start and stop a server of one's own; for tests in bash.
#
#	. "$(dirname "$0")/lib/server.sh"
#	server_init				# a new, empty $SERVER_DATA
#	server_start [-c name=value]...		# waits until it answers
#	psql -c 'SELECT 1'			# PGHOST, PGPORT ... are set
#	server_stop				# SIGTERM, waits, checks status 0
#
# A report of a sanitizer with which the server was built fails the test, even
# if all else went well.
#
# Everything is below $SERVER_DIR, a new folder in $TMPDIR or /tmp that is
# removed at exit, unless the test failed or KEEP is set.  The server runs on
# a free port of 127.0.0.1 and on a UNIX socket in $SERVER_DIR.
#
#	SERVER_DIR	the test's folder
#	SERVER_DATA	the data directory (in it)
#	SERVER_LOG	the server's output, appended over restarts
#	SERVER_PID	empty when none runs
#	SERVER_PORT	stays the same over restarts
#
# STELE names the program; `make check` sets it.

SERVER_START_SECONDS=${SERVER_START_SECONDS:-30}
SERVER_STOP_SECONDS=${SERVER_STOP_SECONDS:-20}

# Skip the whole test, as Automake understands it.
skip() {
	echo "SKIP: $*"
	exit 77
}

fail() {
	echo "FAIL: $*" >&2
	exit 1
}

# need PROGRAM...: skip the test if one is missing.
need() {
	local program
	for program; do
		command -v "$program" >/dev/null ||
			skip "there is no $program on this machine"
	done
}

# True if something listens on port $1 of 127.0.0.1.
port_is_open() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Print a port that nobody listens on now.  Tests that run at once look at
# different ones, for each subshell that asks has a number of its own; those in
# Python take theirs above 20000.
free_port() {
	local port=$((10000 + BASHPID % 10000))
	for _ in $(seq 100); do
		port_is_open "$port" || { echo "$port"; return; }
		port=$((10000 + (port + 97) % 10000))
	done
	return 1
}

server_init() {
	[ -n "${STELE:-}" ] || fail "STELE must name the server program"
	[ -x "$STELE" ] || skip "$STELE is not built"
	SERVER_DIR=$(mktemp -d "${TMPDIR:-/tmp}/stele-test.XXXXXX")
	SERVER_DATA=$SERVER_DIR/data
	SERVER_LOG=$SERVER_DIR/server.log
	SERVER_PID=
	SERVER_PORT=$(free_port)
	mkdir "$SERVER_DIR/socket"
	local name
	for name in ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS; do
		export "$name=${!name:+${!name}:}log_path=$SERVER_DIR/report"
	done
	unset "${!PG@}"
	export PGHOST=127.0.0.1 PGPORT=$SERVER_PORT PGUSER=stele
	export PGDATABASE=stele PGCONNECT_TIMEOUT=10
	trap server_exit EXIT
	trap 'exit 130' INT TERM HUP
}

# Print what the sanitizers have reported; true if that is anything.
server_has_reports() {
	cat "$SERVER_DIR"/report.* 2>/dev/null
}

# At exit: no process stays behind, and no folder if all went well.
server_exit() {
	local status=$?
	[ -z "$SERVER_PID" ] || server_kill
	! server_has_reports >&2 || status=1
	if [ "$status" != 0 ] && [ "$status" != 77 ]; then
		echo "the server's last lines:" >&2
		tail -n 20 "$SERVER_LOG" >&2 2>/dev/null
		echo "kept for a look: $SERVER_DIR" >&2
	elif [ -z "${KEEP:-}" ]; then
		rm -rf "$SERVER_DIR"
	fi
	exit "$status"
}

# server_launch [argument]...: start it and do not wait.  Files of the log are
# small unless an argument says else: a new directory has two, written in full.
server_launch() {
	"$STELE" serve -D "$SERVER_DATA" -c port="$SERVER_PORT" \
		-c line_port=0 -c http_port=0 -c ws_port=0 \
		-c wal_file_size=4MB \
		-c unix_socket_directories="$SERVER_DIR/socket" \
		"$@" >>"$SERVER_LOG" 2>&1 </dev/null &
	SERVER_PID=$!
}

# server_wait_ready: 0 when it answers, 1 if it ended or took too long.
server_wait_ready() {
	local _
	for _ in $(seq $((SERVER_START_SECONDS * 50))); do
		port_is_open "$SERVER_PORT" && return 0
		server_is_running || { SERVER_PID=; return 1; }
		sleep 0.02
	done
	return 1
}

server_start() {
	server_launch "$@"
	server_wait_ready || fail "the server did not start"
}

server_is_running() {
	[ -n "$SERVER_PID" ] && kill -0 "$SERVER_PID" 2>/dev/null
}

# server_stop [signal]: ask it to stop; it must, in time and with status 0.
server_stop() {
	local status=0 _
	kill -s "${1:-TERM}" "$SERVER_PID" || fail "the server had ended"
	for _ in $(seq $((SERVER_STOP_SECONDS * 50))); do
		server_is_running || break
		sleep 0.02
	done
	! server_is_running || fail "the server did not stop"
	wait "$SERVER_PID" || status=$?
	SERVER_PID=
	[ "$status" = 0 ] || fail "the server ended with status $status"
}

# kill -9, as a crash.
server_kill() {
	kill -s KILL "$SERVER_PID" 2>/dev/null
	wait "$SERVER_PID" 2>/dev/null
	SERVER_PID=
}
