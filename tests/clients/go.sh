# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# go.sh -- run a program of go/ against the server; for tests that have sourced
# lib/server.sh.
#
#	go_test pgx		# a server of its own, and go/pgx on it
#
# The modules are those that go.sum names, with their hashes, of Go's module
# cache or a proxy; where they cannot be had the test is skipped.

go_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/go

go_test() {
	local program=$PWD/clients/go-$1
	need go
	export GO111MODULE=on GOFLAGS=-buildvcs=false GOTOOLCHAIN=local
	mkdir -p "$PWD/clients"
	(cd "$go_here" && timeout 120 go mod download) ||
		skip "go could not get the modules of $1"
	(cd "$go_here" && CGO_ENABLED=0 go build -o "$program" "./$1") ||
		fail "go/$1 does not build"
	server_init
	server_start
	timeout 100 "$program" || fail "go/$1"
	server_stop
}
