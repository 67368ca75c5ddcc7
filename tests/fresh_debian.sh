#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The front door: in a folder that has nothing but Debian's base and git, a
# clone of this repository, ./quickstart twice and ./quickstart check twice.
#
# Takes a quarter of an hour, 2 GB of /tmp and a Debian mirror (DEBIAN_MIRROR,
# or the usual one).  Needs root, for chroot; is skipped where something is
# missing.

. "$(dirname "$0")/lib/server.sh"

top=$(cd "$(dirname "$0")/.." && pwd)
mirror=${DEBIAN_MIRROR:-}

need debootstrap git
[ "$(id -u)" = 0 ] || skip "only root can make a Debian in a folder"
git -C "$top" rev-parse --git-dir >/dev/null 2>&1 || skip "this is no clone"

work=$(mktemp -d "${TMPDIR:-/tmp}/stele-debian.XXXXXX")
root=$work/root

# What failed, and the end of its log.
failures() {
	local test log

	grep -E '^(FAIL|ERROR): ' "$work/log" | while read -r _ test; do
		log=${test%.*}.log
		echo "FAIL: $test"
		tail -n 20 "$root/root/stele/build/tests/$log" 2>&1 || true
	done
	tail -n 20 "$work/log"
}

inside() {
	chroot "$root" env -i HOME=/root LC_ALL=C.UTF-8 \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		QUICKSTART_PORT="$port" "$@" </dev/null
}

clean_up() {
	local status=$?
	[ ! -d "$root/root/stele" ] || inside /root/stele/quickstart stop || true
	for place in dev/pts dev/shm dev proc sys; do
		! mountpoint -q "$root/$place" || umount -l "$root/$place"
	done
	rm -rf --one-file-system "$work"
	exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

mkdir "$root"
debootstrap --variant=minbase --include=ca-certificates,git bookworm "$root" \
	${mirror:+"$mirror"} >"$work/log" 2>&1 ||
	{ tail -n 3 "$work/log"; skip "the mirror gives no Debian"; }
# How this machine reaches the mirror, it reaches it too.
cp /etc/resolv.conf /etc/hosts "$root/etc/"
grep -lsE 'Acquire|Proxy' /etc/apt/apt.conf.d/* |
	xargs -r cp -t "$root/etc/apt/apt.conf.d"
for place in proc sys dev dev/pts dev/shm; do
	mount --bind "/$place" "$root/$place"
done
git clone -q "file://$top" "$root/root/stele"

port=$(free_port)
for run in 1 2; do
	for what in '' check; do
		echo "== ./quickstart $what, run $run"
		inside /root/stele/quickstart $what >"$work/log" 2>&1 ||
			{ failures; fail "quickstart $what"; }
	done
done
