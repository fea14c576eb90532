"""Which process does a piece of work, and whether it is still there."""

import os
import socket


def this_worker() -> str:
    """`host:pid` of this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def has_ended(worker: str) -> bool:
    """Whether `host:pid` was a process of this machine that is no more; of another machine nobody can tell."""
    host, _, pid = worker.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # it is there, and belongs to someone else
    return False
