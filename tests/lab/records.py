# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds files of --json records against the contract, and prints what does not fit, a line each.

records.py exchange FILE...    any session
records.py handshake FILE...   that the first three segments are one, too, by RFC 9293's arithmetic
records.py seconds FILE        prints the times of the segments, in order
"""
import json
import re
import sys

STATES = set("CLOSED LISTEN SYN-SENT SYN-RECEIVED ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 CLOSE-WAIT CLOSING LAST-ACK "
             "TIME-WAIT".split())
NUMBER, TEXT, BOOL, LIST, OBJECT = int, str, bool, list, dict

# The keys that the contract names; more may stand beside them.
KEYS = {
    "segment": {"n": NUMBER, "dir": TEXT, "from": TEXT, "text": TEXT, "fields": OBJECT, "defects": LIST},
    "state": {"end": TEXT, "from": TEXT, "to": TEXT, "why": TEXT, "rfc": TEXT},
    "prediction": {"n": NUMBER, "expected": LIST, "deadline_us": NUMBER, "verdict": TEXT},
    "kernel": {"host": TEXT, "state": TEXT, "counters": OBJECT},
    "expect": {"text": TEXT, "held": BOOL},
    "error": {"where": TEXT, "what": TEXT, "expected": TEXT},
    "ignored": {}, "owed": {}, "delivered": {}, "note": {"text": TEXT},
}
TCP_FIELDS = ("sport dport seq seq_raw ack ack_raw window checksum urgent_pointer").split()
VALUES = {
    "dir": {"in", "out"}, "from": STATES | {"alice", "bob"}, "to": STATES, "state": STATES, "end": {"alice", "bob"},
    "host": {"bob"}, "verdict": {"held", "broken", "pending"},
}


def wrong_of(record):
    """What is wrong with one record by itself."""
    kind = record.get("type")
    if kind not in KEYS:
        yield f"type {kind!r}"
        return
    for key, wanted in {"t_us": NUMBER, **KEYS[kind]}.items():
        # bool is an int to Python, and none to the contract.
        if type(record.get(key)) is not wanted:
            yield f"{key} is {record.get(key)!r}, no {wanted.__name__}"
        elif key in VALUES and record[key] not in VALUES[key]:
            yield f"{key} is {record[key]!r}"
    if type(record.get("t_us")) is NUMBER and record["t_us"] < 0:
        yield "t_us is negative"
    if kind == "state" and not re.match(r"RFC \d+ \S", record.get("rfc", "")):
        yield f"rfc is {record.get('rfc')!r}"
    if kind == "kernel" and not all(type(moved) is NUMBER for moved in record["counters"].values()):
        yield f"counters are {record['counters']!r}"
    if kind == "prediction" and not all(type(text) is TEXT for text in record["expected"]):
        yield f"expected is {record['expected']!r}"
    if kind == "segment":
        for field in TCP_FIELDS:
            if type(record["fields"].get(field)) is not NUMBER:
                yield f"field {field} is {record['fields'].get(field)!r}"
        for layered in record["fields"].values():
            if type(layered) not in (NUMBER, TEXT):
                yield f"a field is {layered!r}"


def wrong_between(records):
    """What does not fit together."""
    segments = [r for r in records if r["type"] == "segment"]
    if [s["n"] for s in segments] != list(range(1, len(segments) + 1)):
        yield f"segments are numbered {[s['n'] for s in segments]}"
    sent = {s["n"] for s in segments if s["dir"] == "out"}
    state = {}
    for r in records:
        if r["type"] == "state":
            if state.get(r["end"], r["from"]) != r["from"]:
                yield f"{r['end']} was {state[r['end']]} and left {r['from']}"
            state[r["end"]] = r["to"]
        if r["type"] == "prediction" and r["n"] not in sent:
            yield f"a prediction of segment {r['n']}, which alice did not send"
    for s in segments:
        if (s["from"] == "alice") != (s["dir"] == "out"):
            yield f"segment {s['n']} from {s['from']} goes {s['dir']}"
        flags = re.search(r"Flags \[(.*?)\]", s["text"])
        if flags is None or flags[1] != s["fields"]["flags"]:
            yield f"segment {s['n']} has flags {s['fields']['flags']!r} and reads {s['text']!r}"
        if len(s["defects"]) > 0:
            yield f"segment {s['n']} has defects {s['defects']}"


def wrong_in_handshake(records):
    """RFC 9293 3.5: SYN, SYN-ACK, ACK, each SYN taking one number."""
    syn, synack, ack = [r["fields"] for r in records if r["type"] == "segment"][:3]
    wanted = [
        ("flags", [syn["flags"], synack["flags"], ack["flags"]], ["S", "S.", "."]),
        ("ISS", [syn["seq"], synack["seq"]], [0, 0]),
        ("ack", [synack["ack"], ack["ack"], ack["seq"]], [1, 1, 1]),
        ("raw", [synack["ack_raw"], ack["seq_raw"], ack["ack_raw"]],
         [(syn["seq_raw"] + 1) % 2**32] * 2 + [(synack["seq_raw"] + 1) % 2**32]),
    ]
    for name, actual, expected in wanted:
        if actual != expected:
            yield f"{name}: {actual}, not {expected}"


def read(path):
    """The records of a file, and what is wrong with each."""
    records = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            record = json.loads(line)
            records.append(record)
            found = wrong_of(record) if isinstance(record, dict) else ["no object"]
            for wrong in found:
                raise ValueError(f"line {number}: {wrong}: {line.strip()}")
    return records


def main():
    for path in sys.argv[2:]:
        try:
            records = read(path)
        except ValueError as error:
            print(f"{path}: {error}")
            continue
        if sys.argv[1] == "seconds":
            for t_us in sorted(r["t_us"] for r in records if r["type"] == "segment"):
                print(f"{t_us / 1e6:.6f}")
            continue
        found = list(wrong_between(records))
        if sys.argv[1] == "handshake":
            found += wrong_in_handshake(records)
        for wrong in found:
            print(f"{path}: {wrong}")


main()
