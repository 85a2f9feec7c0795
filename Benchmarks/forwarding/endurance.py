"""Memory over many calls: it must not grow with them."""

from load import load
from processes import memory_megabytes

CONNECTIONS = 64
STEP_SECONDS = 20


def endurance(peer, origin, first, last):
    """Megabytes after `first` calls and after `last`."""
    print(f"\nMemory over {last:,} calls", flush=True)
    calls = 0
    marks = []
    while calls < last:
        # Nobody reads the stream here, so that it would only grow; and it must not fill up.
        peer.prepare()
        calls += load(peer.port, origin, "small", CONNECTIONS, STEP_SECONDS)["requests"]
        if not marks and calls >= first or calls >= last:
            marks.append({"calls": calls, "memory_mb": memory_megabytes(peer.process.pid)})
            print(f"  after {calls:,} calls {marks[-1]['memory_mb']:.1f} MB", flush=True)
    return marks
