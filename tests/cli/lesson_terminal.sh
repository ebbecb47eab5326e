#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A lesson at a terminal of 80x24: the prompt asks, what comes later is said above the line that is typed, and after a kill -9
# it goes on where it was.
. "${top_srcdir:?}/tests/tap.sh"
. "$top_srcdir/tests/cli/dojo.sh"
. "$top_srcdir/tests/cli/terminal.sh"

TCPDOJO_LESSON_PATH=$top_srcdir/tests/lessons
export TCPDOJO_LESSON_PATH

start "$dojo --seed 1 lesson short"
stands 'answer>' 'the prompt says that it asks'
is "$(tmux -S "$socket" capture-pane -p | head -n 3 | tail -n 1)" 'What a test goes through.' 'the whole of it is on the screen, and no line is folded'
keys 'sy' Enter
sees '"sy" is no answer' 'a shortened command is none here'
keys 'S' Enter
stands 'CLOSED>' 'an answer, and the ordinary prompt is back'
keys 'syn' Enter
sees '^You said S; Bob answered \[S\.\]' 'a wrong prediction is spoken to'
stands 'ESTABLISHED, owes ack>' 'the prompt goes on'
keys 'undo' Enter
stands 'CLOSED>' 'undo'
keys 'syn' Enter
stands 'ESTABLISHED, owes ack>' 'and once more'
keys 'hint' Enter
sees '^Hint 1 of 2:' 'a hint'
keys 'next' Enter
sees 'Step 2 of 4: Answer' 'on to the next step'
keys '1' Enter
stands 'answer>' 'one question after the other'
kill -9 "$(program)"
start "$dojo --seed 2 lesson short"
sees '^You are back at step 2 of 4' 'after a kill -9 it goes on'
stands 'answer>' 'with its questions'
keys 'iss+1' Enter
sees '^Noted\.$' 'an answer'
keys 'established' Enter
stands 'ESTABLISHED, owes ack>' 'and what led to the step was done again'
keys 'ack' Enter
sees "^Right: Bob's kernel says ESTABLISHED" 'it goes on from there'
keys 'next' Enter
sees 'Who closes first' 'the third step'
keys 'b' Enter
sees 'How many segments with FIN' 'its questions'
keys '1' Enter
stands 'ESTABLISHED>' 'answered'
keys 'link delay 500ms' Enter
stands 'ESTABLISHED>' 'a long way between'
keys 'data "GET / HTTP/1.0\r\n\r\n"' Enter
keys 'lad'
sees '^That is it: the goal of this step is reached' 'what comes while a word is typed reaches the goal'
stands 'CLOSE-WAIT, owes ack> lad' 'above the word, which was not harmed'
keys C-u 'redo' Enter
stands 'answer>' 'redo asks again'
keys C-d
stands 'ended with 0' 'Ctrl-D leaves'
start "$dojo --seed 3"
stands 'CLOSED>' 'an ordinary prompt'
keys 'lesson sh' Tab
stands 'CLOSED> lesson short' 'Tab completes the name of a lesson'
keys Enter
sees '^You are back at step 3 of 4' 'lesson goes on where she left it'
keys 'lesson leave' Enter
stands 'CLOSED>' 'and is left'
keys 'next' Enter
sees 'syn' 'next says what a stack would send'
done_testing
