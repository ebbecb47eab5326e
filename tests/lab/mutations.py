#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lessons with one thing removed or altered, of which `lesson test` must find each.

    mutations.py TCPDOJO FOLDER SAMPLE LESSON...

writes every mutant of each step (or SAMPLE of them, drawn by the seed in $SEED; 0: all) into FOLDER and tests it.  A mutant
has the step that was changed and those before it that lead there, nothing else; unchanged, that much must pass.  Prints TAP.
"""
import concurrent.futures
import os
import random
import re
import subprocess
import sys

STATES = ["CLOSED", "ESTABLISHED", "CLOSE-WAIT", "TIME-WAIT", "LAST-ACK"]


class Block:
    def __init__(self, kind, lines):
        self.kind, self.lines = kind, lines

    def text(self):
        return "\n".join(["```" + self.kind] + self.lines + ["```"]) if self.kind else "\n".join(self.lines)


def read(path):
    """The front matter, and the steps as lists of blocks; a block without kind is prose."""
    front, steps, block, inside = [], [], None, False
    for line in open(path, encoding="utf-8").read().split("\n"):
        fence = re.fullmatch(r"```(\w*)", line)
        if not inside and line.startswith("## "):
            steps.append([Block("", [line])])
            block = steps[-1][0]
        elif not steps:
            front.append(line)
        elif not inside and fence:
            inside = True
            own = fence.group(1) in ("setup", "predict", "do", "goal", "hint", "wrong", "explain", "output")
            block = Block(fence.group(1) if own else "", [] if own else [line])
            steps[-1].append(block)
        elif inside and line == "```":
            inside = False
            if not block.kind:
                block.lines.append(line)
            block = Block("", [])
            steps[-1].append(block)
        else:
            block.lines.append(line)
    return front, steps


def other_states(state):
    return [name for name in STATES if name != state][:2]


def other_conditions(line):
    """The same condition with another state, number or port."""
    match = re.fullmatch(r"(.*state )(\S+)", line)
    if match:
        return [match.group(1) + state for state in other_states(match.group(2))]
    match = re.fullmatch(r"(.*listening )(\d+)", line)
    if match:
        return [match.group(1) + str(int(match.group(2)) + 19)]
    match = re.fullmatch(r"(.*) (>=|<=|=|>) (\d+)", line)
    if not match:
        return []
    if match.group(2) in ("<=", "="):
        return ["%s %s 99" % match.group(1, 2)] if match.group(2) == "=" else [match.group(1) + " <= 99", match.group(1) + " < 0"]
    return [match.group(1) + " >= 99", match.group(1) + " >= 0"]


def other_answers(lines, answer):
    kind = "\n".join(lines)
    if "state:" in kind:
        return other_states(answer)
    if "field: flags" in kind:
        return [flags for flags in ("S.", ".", "R.", "FP.") if flags != answer][:2]
    return [str(int(answer) + 1), str(int(answer) + 100)]


def key_lines(lines, key):
    """Where the key's lines stand: [first, behind the last)."""
    first = next(i for i, line in enumerate(lines) if line.startswith(key + ":"))
    last = first + 1
    while last < len(lines) and lines[last].startswith("  "):
        last += 1
    return first, last


def without(lines, first, last):
    return lines[:first] + lines[last:]


def mutate_predict(lines):
    first, last = key_lines(lines, "answer")
    yield "answer removed", without(lines, first, last)
    yield "answer emptied", lines[:first] + ["answer:"] + lines[last:]
    answer = lines[first].split(":", 1)[1].strip()
    for other in other_answers(lines, answer):
        yield "answer %s -> %s" % (answer, other), lines[:first] + ["answer: " + other] + lines[last:]


def mutate_goal(lines):
    for i, line in enumerate(lines):
        yield "goal: `%s` removed" % line, without(lines, i, i + 1)
        for other in other_conditions(line):
            yield "goal: `%s` -> `%s`" % (line, other), lines[:i] + [other] + lines[i + 1:]


def mutate_do(lines):
    for i, line in enumerate(lines):
        yield "do: `%s` removed" % line, without(lines, i, i + 1)
        yield "do: `%s` -> `state`" % line, lines[:i] + ["state"] + lines[i + 1:]


def mutate_wrong(lines):
    for key in ("try", "when", "say"):
        first, last = key_lines(lines, key)
        yield key + " removed", without(lines, first, last)
        yield key + " emptied", lines[:first] + [key + ":"] + lines[last:]
    first, last = key_lines(lines, "try")
    yield "try -> `state`", lines[:first] + ["try: state"] + lines[last:]
    first, last = key_lines(lines, "when")
    head = lines[first].split(":", 1)[1].strip()
    conditions = ([head] if head else []) + [line.strip() for line in lines[first + 1:last]]
    for i, line in enumerate(conditions):
        for other in ([] if len(conditions) == 1 else [None]) + other_conditions(line):
            rest = conditions[:i] + ([other] if other else []) + conditions[i + 1:]
            yield "when: `%s` -> `%s`" % (line, other or ""), lines[:first] + ["when:"] + ["  " + c for c in rest] + lines[last:]


def mutate_output(lines):
    for i, line in enumerate(lines):
        yield "output line %d altered" % (i + 1), lines[:i] + [line + " and more"] + lines[i + 1:]


WITHIN = {"predict": mutate_predict, "goal": mutate_goal, "do": mutate_do, "wrong": mutate_wrong, "output": mutate_output}


def mutants(step):
    """(what, blocks) of one step."""
    hints = [i for i, block in enumerate(step) if block.kind == "hint"]
    for i, block in enumerate(step):
        def put(*blocks):
            return step[:i] + list(blocks) + step[i + 1:]
        if block.kind in ("goal", "do", "hint", "wrong", "explain"):
            yield block.kind + " block removed", put()
        if block.kind and block.kind != "setup":
            yield block.kind + " block emptied", put(Block(block.kind, []))
        if block.kind in WITHIN:
            for what, lines in WITHIN[block.kind](block.lines):
                yield block.kind + ": " + what, put(Block(block.kind, lines))
    last = step[hints[-1]]
    yield "last hint says other commands", [
        Block("hint", [line.replace("`", "`no ") for line in b.lines]) if b is last else b for b in step]
    turned = list(step)
    turned[hints[0]], turned[hints[-1]] = turned[hints[-1]], turned[hints[0]]
    yield "hints turned round", turned


def starts_anew(step):
    return any(block.kind == "setup" for block in step)


def write(folder, number, name, front, steps):
    """In a folder of its own, since a lesson's name is its file's."""
    place = os.path.join(folder, str(number))
    os.mkdir(place)
    path = os.path.join(place, name + ".md")
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(front) + "\n" + "\n".join(block.text() for step in steps for block in step) + "\n")
    return path


def main():
    tcpdojo, folder, sample = sys.argv[1], sys.argv[2], int(sys.argv[3])
    controls, found, number = [], [], 0
    for path in sys.argv[4:]:
        name = os.path.basename(path)[:-3]
        front, steps = read(path)
        for at, step in enumerate(steps):
            first = at
            while first > 0 and not starts_anew(steps[first]):
                first -= 1
            where = "%s, step %d" % (name, at + 1)
            controls.append((where, write(folder, number, name, front, steps[first:at + 1])))
            number += 1
            for what, changed in mutants(step):
                found.append((where + ": " + what, write(folder, number, name, front, steps[first:at] + [changed])))
                number += 1
    seed = int(os.environ.get("SEED", "0") or 0) or random.SystemRandom().randrange(1 << 32)
    if sample:
        print("# seed %d: %d of %d mutants" % (seed, min(sample, len(found)), len(found)))
        found = random.Random(seed).sample(found, min(sample, len(found)))
        controls = []

    def test(case):
        done = subprocess.run([tcpdojo, "lesson", "test", case[1]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, check=False, timeout=300)
        return case[0], done.returncode, done.stdout.decode("utf-8", "replace")

    count, survived, broken = 0, 0, 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", "4"))) as pool:
        for where, status, said in pool.map(test, controls):
            count += 1
            print("%s %d - %s passes unchanged" % ("ok" if status == 0 else "not ok", count, where))
            if status != 0:
                print(re.sub("^", "# ", said.rstrip(), flags=re.M))
        for where, status, said in pool.map(test, found):
            if status == 0:
                survived += 1
                print("# survived: " + where)
            elif status not in (1, 2):
                broken += 1
                print("# broke: %s: status %d\n%s" % (where, status, re.sub("^", "# ", said.rstrip(), flags=re.M)))
    count += 1
    print("# %d killed, %d survived" % (len(found) - survived - broken, survived))
    print("%s %d - each change is found" % ("ok" if found and survived + broken == 0 else "not ok", count))
    print("1..%d" % count)


main()
