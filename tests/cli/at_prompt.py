# SPDX-License-Identifier: GPL-3.0-or-later
"""at_prompt.py PROGRAM [ARGUMENT]... : runs it on a terminal of its own, types each line of standard input when the prompt
stands there, writes what the screen showed (without the typing), and ends as the program did."""
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios

PROMPT = re.compile(rb'(?:[A-Z][A-Z0-9-]*(?:, [a-z ]+)?|answer)> ')
COLUMNS = 80
# How readline clears the line for what comes meanwhile, on a terminal without the means (TERM=dumb): only so, and only behind
# a prompt or at the beginning of a line.  Without echo the prompt is not drawn again.
CLEARED = re.compile(rb'(%s|\n)\r {%d}\r' % (PROMPT.pattern, COLUMNS - 1))
PATIENCE_S = 60


def quiet_terminal():
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, COLUMNS, 0, 0))
    mode = termios.tcgetattr(0)
    mode[1] &= ~termios.ONLCR
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(0, termios.TCSANOW, mode)


def read_some(fd):
    """What comes next; empty at the end of the program."""
    if not select.select([fd], [], [], PATIENCE_S)[0]:
        sys.exit('nothing came for %d s' % PATIENCE_S)
    try:
        return os.read(fd, 65536)
    except OSError:
        return b''


def main():
    lines = sys.stdin.buffer.read().splitlines(keepends=True)
    pid, fd = pty.fork()
    if pid == 0:
        quiet_terminal()
        os.execvp(sys.argv[1], sys.argv[1:])
    screen, typed = b'', 0
    while piece := read_some(fd):
        screen = CLEARED.sub(rb'\1', screen + piece)
        # Something may have come behind the prompt in the meantime.
        if typed < len(lines) and len(PROMPT.findall(screen)) > typed:
            os.write(fd, lines[typed])
            typed += 1
    sys.stdout.buffer.write(screen)
    sys.stdout.buffer.flush()
    status = os.waitpid(pid, 0)[1]
    sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


main()
