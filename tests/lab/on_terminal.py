# SPDX-License-Identifier: GPL-3.0-or-later
"""on_terminal.py PROGRAM [ARGUMENT]... : runs it on a terminal of its own without echo, types what comes on standard input
as it comes, writes what the screen shows, and ends as the program did."""
import os
import pty
import select
import sys
import termios


def run_quietly():
    mode = termios.tcgetattr(0)
    mode[1] &= ~termios.OPOST
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(0, termios.TCSANOW, mode)
    os.execvp(sys.argv[1], sys.argv[1:])


def read_some(fd):
    """What is there; empty at the end."""
    try:
        return os.read(fd, 65536)
    except OSError:
        return b''


def main():
    pid, fd = pty.fork()
    if pid == 0:
        run_quietly()
    typists = [0]
    while True:
        ready = select.select([fd] + typists, [], [])[0]
        if 0 in ready:
            line = read_some(0)
            os.write(fd, line or b'\x04')  # the end is typed too
            typists = typists if line else []
        if fd in ready:
            screen = read_some(fd)
            if not screen:
                break
            os.write(1, screen)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


main()
