# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# pip.sh -- modules for Python from pip; for tests that have sourced
# lib/server.sh.
#
#	pip_modules pip_arrow	# PYTHONPATH has what pip_arrow/ lists
#
# A set of modules is a folder here with a requirements.txt: the very files that
# it names, with their hashes, are put into the build directory.  Without a
# network, and not there yet, the test is skipped.

pip_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

pip_install() {
	local set=$1 into=$2
	local options=(--quiet --target "$into" --no-deps --only-binary :all:
		--require-hashes --disable-pip-version-check --no-input
		--retries 1 --timeout 20 --root-user-action=ignore)
	"${PYTHON3:-python3}" -m pip --version >/dev/null 2>&1 ||
		skip "there is no pip on this machine"
	rm -rf "$into"
	mkdir -p "$into"
	timeout 300 "${PYTHON3:-python3}" -m pip install "${options[@]}" \
		-r "$pip_here/$set/requirements.txt" &&
		cp "$pip_here/$set/requirements.txt" "$into" ||
		skip "pip could not install $set"
}

pip_modules() {
	local into=$PWD/clients/pip/$1
	PYTHONPATH=$into
	export PYTHONPATH PYTHONDONTWRITEBYTECODE=1
	cmp -s "$pip_here/$1/requirements.txt" "$into/requirements.txt" ||
		pip_install "$1" "$into"
}
