#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Whatever a learner tried before, a step of a lesson can be solved: $SEQUENCES of ten random commands a step, drawn by $SEED
# (make check-slow tries 20).
. "${top_srcdir:?}/tests/tap.sh"

TCPDOJO_LESSON_PATH=$top_srcdir/lessons
export TCPDOJO_LESSON_PATH
: "${SEED:=$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}"
"${top_builddir:?}/tests/lab/debris" "${SEQUENCES:-1}" "$SEED" "$top_srcdir"/lessons/*.md
