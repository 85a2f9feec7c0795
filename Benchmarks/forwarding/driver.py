"""Builds and runs driver.c."""

import json
import os
import resource
import subprocess

from processes import end, free_port, program, wait_for_port

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "driver.c")


def raise_descriptor_limit(wanted):
    """As many descriptors for us and what we start as the system lets us have, at most `wanted`; how many these are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in ((wanted, max(wanted, hard)), (min(wanted, hard), hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, limit)
            return limit[0]
        except (OSError, ValueError):
            continue
    return soft


class Driver:
    """The program, and its origin for tunnels."""

    def __init__(self, folder):
        self.program = f"{folder}/driver"
        subprocess.run([program("cc"), "-O2", "-pthread", "-o", self.program, SOURCE], check=True)
        self.port = free_port()
        self.process = subprocess.Popen([self.program, "origin", str(self.port)], start_new_session=True)
        wait_for_port(self.port, self.process)

    def run(self, mode, *arguments, seconds=300):
        """One measurement; what it reports."""
        output = subprocess.run([self.program, mode, *map(str, arguments)], capture_output=True, text=True,
                                timeout=seconds)
        if output.returncode != 0:
            raise RuntimeError(output.stderr.strip())
        return json.loads(output.stdout)

    def hold(self, port, count):
        """A process that holds tunnels through the proxy on `port` until its standard input is closed."""
        process = subprocess.Popen([self.program, "hold", str(port), str(self.port), str(count)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        if not process.stdout.readline():
            process.wait()
            raise RuntimeError(f"could not hold {count} tunnels")
        return process

    def end(self):
        end(self.process)
