"""Processes of a benchmark: started in a folder of their own, measured with their children, ended by their ids."""

import os
import shutil
import signal
import socket
import subprocess
import time

NANOSECONDS_PER_TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


class Missing(Exception):
    """A program is not installed."""


def program(name):
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin")
    if path is None:
        raise Missing(name)
    return path


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_port(port, process, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with status {process.returncode}")
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args[0]} does not listen on port {port}")


def start(arguments, folder, name, environment=None):
    """Starts a process whose output goes to `folder`/NAME.out and .err."""
    with open(f"{folder}/{name}.out", "ab") as out, open(f"{folder}/{name}.err", "ab") as err:
        return subprocess.Popen(
            arguments, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            env=environment, start_new_session=True)


def end(process):
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        # Its own session: nobody else's processes are in it.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def tree(pid):
    """A process and all its descendants."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry))
    found, queue = [], [pid]
    while queue:
        current = queue.pop()
        found.append(current)
        queue.extend(children.get(current, []))
    return found


def cpu_nanoseconds(pid):
    """CPU time of a process and its descendants, user and system."""
    total = 0
    for member in tree(pid):
        try:
            with open(f"/proc/{member}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        exact = 0
        try:
            for thread in os.listdir(f"/proc/{member}/task"):
                with open(f"/proc/{member}/task/{thread}/schedstat") as file:
                    exact += int(file.read().split()[0])
        except OSError:
            exact = 0
        # The scheduler's count is exact, but that of threads that have ended is only in the process's ticks.
        total += max(exact, (int(fields[11]) + int(fields[12]) - 1) * NANOSECONDS_PER_TICK)
    return total


def memory_megabytes(pid):
    """Proportional set size of a process and its descendants."""
    kilobytes = 0
    for member in tree(pid):
        try:
            with open(f"/proc/{member}/smaps_rollup") as file:
                kilobytes += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return kilobytes / 1024


def settled(figure, seconds=2):
    """The figure once it stands still: work that goes on behind the last answer belongs to the measurement."""
    deadline = time.monotonic() + seconds
    value = figure()
    while time.monotonic() < deadline:
        time.sleep(0.1)
        again = figure()
        if again - value < 500_000:
            return again
        value = again
    return value
