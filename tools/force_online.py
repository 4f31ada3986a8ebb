"""Keeps a browser online on a machine that has nothing but its loopback.

Invariant: no page is told anything false by a script; Chromium itself takes the machine to be online.

Chromium (156) on Linux asks the kernel (netlink) for interfaces, and tells every page that it is offline where there is none
but `lo`; a queue rightly sends nothing then. It has no switch against that. Conditions of its protocol do override it, but
they belong to one process, and are lifted from a page that goes before its `pagehide`, when its successor runs in another
(blink's InspectorNetworkAgent::disable). But a Chromium that is not allowed to ask takes the machine to be online
(net/base/address_tracker_linux.h, AbortAndForceOnline), so a filter of system calls refuses it that one question.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
import sys

SOCKET_CALLS = {"x86_64": 41, "aarch64": 198}  # the kernel's numbers for socket(2)
AF_NETLINK = 16
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW = 0x00050000, 0x7FFF0000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # of classic BPF
CALL_AT, FIRST_ARGUMENT_AT = 0, 16  # in struct seccomp_data


class Program(ctypes.Structure):
    """The kernel's struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def has_only_loopback() -> bool:
    """Whether this is a supported Linux with no interface but its loopback."""
    return (
        sys.platform == "linux" and platform.machine() in SOCKET_CALLS and [name for _, name in socket.if_nameindex()] == ["lo"]
    )


def forbid_netlink() -> None:
    """In the process that calls, and in all that it starts, for good: made for `preexec_fn`."""
    steps = [
        (LOAD, 0, 0, CALL_AT),
        (JUMP_IF_EQUAL, 0, 3, SOCKET_CALLS[platform.machine()]),
        (LOAD, 0, 0, FIRST_ARGUMENT_AT),
        (JUMP_IF_EQUAL, 0, 1, AF_NETLINK),
        (RETURN, 0, 0, SECCOMP_RET_ERRNO | errno.EAFNOSUPPORT),
        (RETURN, 0, 0, SECCOMP_RET_ALLOW),
    ]
    program = Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    libc = ctypes.CDLL(None, use_errno=True)
    # Without this the kernel takes a filter from root alone.
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel does not accept a filter of system calls")
