"""Start a program that does not outlive its starter, and whose fsyncs somebody else answers (Linux).

Run as a script: `python guarded.py FD PROGRAM ARGUMENT…`. It asks for SIGKILL at the end of the
process that started it, installs a filter that hands fsync and fdatasync to a listener, sends that
listener over the Unix socket `FD`, and becomes the program.
Standard library only, since it runs isolated.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
import sys

CALLS = {
    # machine: (audit architecture, seccomp, fsync, fdatasync), from the kernel's system call tables
    "x86_64": (0xC000003E, 317, 74, 75),
    "aarch64": (0xC00000B7, 277, 82, 83),
}
_NO_NEW_PRIVS = 38
_DEATH_SIGNAL, _KILL = 1, 9
_FILTER, _NEW_LISTENER = 1, 8
_USER_NOTIF, _ALLOW = 0x7FC00000, 0x7FFF0000
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06


def _program(arch: int, fsync: int, fdatasync: int) -> bytes:
    """The filter as classic BPF: offset 4 holds the architecture, offset 0 the call's number."""
    steps = (
        (_LOAD, 0, 0, 4),
        (_EQUAL, 0, 4, arch),
        (_LOAD, 0, 0, 0),
        (_EQUAL, 1, 0, fsync),
        (_EQUAL, 0, 1, fdatasync),
        (_RETURN, 0, 0, _USER_NOTIF),
        (_RETURN, 0, 0, _ALLOW),
    )
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def install() -> int:
    """Install the filter in this process and return the listener. Raises OSError."""
    known = CALLS.get(platform.machine())
    if sys.platform != "linux" or known is None:
        raise OSError(0, "needs Linux on x86_64 or aarch64")
    arch, seccomp, fsync, fdatasync = known
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(_program(arch, fsync, fdatasync))
    program = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", (len(code) - 1) // 8, ctypes.addressof(code))
    )
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "no_new_privs is refused")
    listener = libc.syscall(
        ctypes.c_long(seccomp), ctypes.c_long(_FILTER), ctypes.c_long(_NEW_LISTENER), program
    )
    if listener < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(listener)


def main() -> None:
    """Die with the starter, install, hand over, become the program."""
    ctypes.CDLL(None).prctl(_DEATH_SIGNAL, _KILL, 0, 0, 0)
    channel = socket.socket(fileno=int(sys.argv[1]))
    try:
        listener = install()
    except OSError as error:
        channel.send(f"no:{error.strerror}".encode())
        sys.exit(1)
    socket.send_fds(channel, [b"ok"], [listener])
    os.close(listener)
    channel.close()
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
