#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run a command at a pseudo-terminal: at-terminal.py [-s SIGNAL] [-t TEXT] COMMAND...

Prints what the terminal shows. -t types TEXT when a prompt appears; -s instead sends SIGNAL to the command (STOP sends SIGTSTP, waits until the command has stopped, and continues it; TEXT is then typed). The last line is "echo=on|off status=N",
with a negative N for a signal.
"""

import argparse
import fcntl
import os
import pty
import select
import signal
import sys
import termios
import time

PROMPT = b"Passphrase for"


def read_until(terminal, wanted, shown):
    """Read until wanted has been shown; at the end of output, or after 240 s, return False."""
    deadline = time.monotonic() + 240
    while wanted is None or wanted not in shown:
        if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            return False
        try:
            octets = os.read(terminal, 65536)
        except OSError:  # Linux: EIO once the other side is closed
            octets = b""
        if not octets:
            return False
        shown += octets
    return True


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("-s", dest="signal")
    parser.add_argument("-t", dest="text")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    # This process leads the terminal's session, as a shell does: SIGTSTP does not stop a process group without one.
    leader = os.fork()
    if leader:
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(leader, 0)[1]))
    os.setsid()
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.alarm(600)
    terminal, keeper = pty.openpty()  # the terminal's settings outlive the command while keeper is open
    fcntl.ioctl(keeper, termios.TIOCSCTTY, 0)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(keeper, os.getpid())
        # A background job of a script starts with SIGINT and SIGQUIT ignored.
        for number in (signal.SIGTTOU, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP):
            signal.signal(number, signal.SIG_DFL)
        for descriptor in range(3):
            os.dup2(keeper, descriptor)
        os.execvp(arguments.command[0], arguments.command)
    shown = bytearray()
    if arguments.signal or arguments.text is not None:
        read_until(terminal, PROMPT, shown)
    if arguments.signal == "STOP":
        os.kill(child, signal.SIGTSTP)
        os.waitpid(child, os.WUNTRACED)
        shown += b"[stopped, echo=%s]" % (b"on" if echoes(terminal) else b"off")
        os.kill(child, signal.SIGCONT)
        again = bytearray()
        read_until(terminal, PROMPT, again)
        shown += again
    elif arguments.signal:
        os.kill(child, getattr(signal, "SIG" + arguments.signal))
    if arguments.text is not None:
        os.write(terminal, arguments.text.encode() + b"\n")
    _, status = os.waitpid(child, 0)
    state = "on" if echoes(terminal) else "off"
    os.close(keeper)
    read_until(terminal, None, shown)
    sys.stdout.buffer.write(bytes(shown))
    print(f"\necho={state} status={os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    main()
