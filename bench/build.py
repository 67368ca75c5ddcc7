# SPDX-License-Identifier: Apache-2.0
"""What the benchmark builds, makes and finds out before it measures."""

import os
import platform
import statistics
import subprocess
import sys
import time

import servers
from report import say

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
SEED = 42
SYNC_PROBES = 200
NULL_PARTS = [
    os.path.join(HERE, "limits", name) for name in ("null_log.c", "null_talk.c")
]


def command(*arguments, cwd=None):
    done = subprocess.run(
        arguments, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        sys.exit(f"{arguments}:\n{done.stdout.decode()[-4000:]}")
    return done.stdout.decode()


def build_stele(work):
    """An optimised build of this tree."""
    build = os.path.join(work, "stele-build")
    if not os.path.exists(os.path.join(TOP, "configure")):
        command("./autogen.sh", cwd=TOP)
    os.makedirs(build, exist_ok=True)
    if not os.path.exists(os.path.join(build, "Makefile")):
        command(os.path.join(TOP, "configure"), "CFLAGS=-O2 -g", cwd=build)
    command("make", f"-j{os.cpu_count()}", cwd=build)
    return os.path.join(build, "src", "stele")


def build_tools(tools):
    os.makedirs(tools, exist_ok=True)
    flags = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra"]
    pq = command("pkg-config", "--cflags", "--libs", "libpq").split()
    for source, more in (
        ("gen_events.c", ["-O2", "-lm"]),
        ("ask.c", ["-O2", *pq]),
        ("limits/null_server.c", ["-O2", "-pthread", *NULL_PARTS]),
        ("limits/hand_queries.c", ["-O3", "-march=native", "-pthread"]),
    ):
        name = os.path.basename(source)[: -len(".c")]
        path = os.path.join(HERE, source)
        out = os.path.join(tools, name)
        command("cc", *flags, path, "-o", out, *more)


def make_events(tools, data, count, *options):
    done = os.path.join(data, "complete")
    if not os.path.exists(done):
        say(f"making {count} events", *options)
        os.makedirs(data, exist_ok=True)
        generator = os.path.join(tools, "gen_events")
        command(generator, str(count), data, str(SEED), *options)
        open(done, "w").close()


# ---- the machine ----


def sync_us(directory):
    """The median time of 4 KiB written over what is there, and synced."""
    path = os.path.join(directory, "sync-probe")
    taken = []
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.write(file, bytes(SYNC_PROBES * 4096))
    os.fsync(file)
    for i in range(SYNC_PROBES):
        start = time.monotonic()
        os.pwrite(file, b"x" * 4096, i * 4096)
        os.fdatasync(file)
        taken.append(time.monotonic() - start)
    os.close(file)
    os.unlink(path)
    return statistics.median(taken) * 1e6


def machine():
    memory = servers.total_memory() / 2**30
    model = platform.machine()
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":")[1].strip()
    system = f"Linux {platform.release()}"
    return f"{os.cpu_count()} × {model}, {memory:.0f} GiB, {system}"
