"""Ending when the parent ends, however it ends: Linux tells a child that asked for it."""

import ctypes
import os
import signal

_SET_PDEATHSIG = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
_libc = ctypes.CDLL(None, use_errno=True)


def end_with_parent(parent: int, how: signal.Signals) -> None:
    """Ask, in a fresh child, for a signal at the parent's death; the child of one already dead ends here.

    "Parent" is the thread that forked: call from one that lives as long as the launcher, its main thread.
    """
    _libc.prctl(_SET_PDEATHSIG, how)
    if os.getppid() != parent:
        os._exit(1)
