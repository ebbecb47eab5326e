#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""undo.py PROGRAM: what `undo` leaves is what a run that never did the command has.

Each case is run twice: its commands alone; and its commands, others, and `undo`.  What is shown of the states, the log,
the connections and the settings afterwards has to be the same, save for times, timestamps and Bob's own choice of ports.
Prints TAP without a plan.
"""
import json
import re
import subprocess
import sys

HANDSHAKE = ["syn", "expect S.", "ack", "expect kernel state ESTABLISHED"]
GET = r'data "GET / HTTP/1.1\r\nHost: bob\r\n\r\n"'
WAVE = HANDSHAKE + [GET, "expect . ack=30", "expect P.* length>0", "ack", "fin", "expect .", "expect F.", "ack",
                    "expect kernel state CLOSED"]
SHOWN = ["state", "log", "conn", "set", "auto"]
MARK = "undo [N]"  # begins what `help undo` prints


def run(commands):
    """Everything that is said after the mark, and what `undo` said."""
    done = subprocess.run([sys.argv[1], "--seed", "7", "--json", "-c", "; ".join(commands)], capture_output=True,
                          text=True, timeout=60, check=False)
    shown, said, marked = [], [], False
    for line in done.stdout.splitlines():
        record = json.loads(line)
        text = record.get("text", "")
        if text.startswith(("undone", "it did not go as before")):
            said.append(text)
        if marked and record["type"] in ("segment", "note"):
            shown.append((record["type"], record.get("n"), record.get("from"), alike(text)))
        marked = marked or text.startswith(MARK)
    return shown, said, done.returncode, done.stderr.strip()


def alike(text):
    text = re.sub(r"TS val \d+ ecr \d+", "TS val ... ecr ...", text)
    text = re.sub(r"^( *\d+) \d+\.\d+ ", r"\1 ", text, flags=re.M)
    text = re.sub(r"bob\.[3-6]\d{4}\b", "bob.PORT", text)
    return re.sub(r"\b(seq|ack) \d{7,}", r"\1 RAW", text)  # of an earlier Bob's


def compare(number, name, before, undone, count):
    never = run(before + ["let mark 1", "help undo"] + SHOWN)
    after = run(before + ["let mark 1"] + undone + [f"undo {count}", "help undo"] + SHOWN)
    # `undo` said that it was done, and no difference.
    good = never[0] == after[0] and never[0] and len(after[1]) == 1 and never[2:] == after[2:] == (0, "")
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    if good:
        return
    for line in [f"said: {after[1]}", f"statuses {never[2]}, {after[2]}; {never[3]}; {after[3]}"] + \
            [f"{x}\n{y}" for x, y in zip(never[0], after[0]) if x != y]:
        print("# " + line.replace("\n", "\n# "))


def cases():
    for family in "bob", "bob6":
        for at, command in enumerate(WAVE):
            if not command.startswith("expect"):
                yield f"the wave with {family}, back to before its {command.split()[0]} {at}", \
                    [f"set dst {family}"] + WAVE[:at], [command], 1
        yield f"all of the wave with {family}", [f"set dst {family}"], WAVE, 6
    other = ["syn sport=41000 dport=7", "expect S.", "ack"]
    yield "the second connection's data", HANDSHAKE + other, ['data "x"'], 1
    yield "the second connection", HANDSHAKE, other, 2
    yield "what the first did besides the second", HANDSHAKE + other + ['data "x"', "expect P.* eventually", "conn 1"], \
        ["fin", "conn 2"], 2
    yield "a knock of Bob's", ["listen 8080"], ["bob connect 8080"], 1
    yield "the answer to it", ["listen 8080", "bob connect 8080"], ["synack"], 1
    yield "data to him, by IPv6", ["listen 8080", "bob connect 8080 alice6", "synack", "expect . ack=1"], ['data "x"'], 1
    yield "what followed his writing", \
        ["bob listen 5000", "syn dport=5000", "expect S.", "ack", "bob accept 5000", 'bob write "hello"', "expect P."], \
        ["ack", "bob close"], 2
    yield "a setting", ["set mss 600", "set window 1000"], ["set mss 700"], 1
    yield "where connections go", HANDSHAKE, ["set dst bob6"], 1
    yield "the autopilot", HANDSHAKE + ["auto ack on"], ["auto arp off", "auto ack off"], 2
    yield "a listener", ["listen 5000"], ["listen 5001"], 1
    yield "the link's rate", HANDSHAKE + ["link delay 5ms"], ["link rate 1mbit"], 1
    yield "a frame let go", HANDSHAKE + ["link hold", 'data "a"', 'data "b"'], ["link release 2"], 1
    yield "a frame lost", HANDSHAKE + ["link hold", 'data "a"', 'data "b"', "link drop 1"], ["link release"], 1
    yield "a variable", ["let name one", "set mss 700"], ["let name two"], 1
    yield "a server that closes at once", ["bob set pause=0ms"] + HANDSHAKE + [GET, "expect P.* eventually", "ack", "fin",
                                           "expect F.*"], ["ack"], 1
    yield "what came after the pilot's close", ["connect", "close"], ["syn"], 1
    yield "the pilot's close", ["connect 7", 'data "abc"', "expect P.* eventually"], ["close"], 1
    yield "behind `lab restart`", HANDSHAKE + ["set mss 500", "lab restart"], ["syn", "ack"], 2
    yield "segments that are lies", HANDSHAKE + ["ack ack=9", "tcp flags=SF seq=3", 'data "x" sum=bad'], ["rst"], 1
    yield "her kernel's reset", ["lab kernel-alice on", "syn", "expect kernel state LISTEN"], ["ack"], 1
    yield "her kernel", ["connect"], ["lab kernel-alice on"], 1


def main():
    for number, case in enumerate(cases(), 1):
        compare(number, *case)


main()
