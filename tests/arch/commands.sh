#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every command row says what it may do besides sending segments: its effects are written out, none is left to chance.
. "${top_srcdir:?}/tests/tap.sh"

# Rows with designated names: each block from `const struct command cmd_x = {` to `};` has one `.effects =`.
# Rows of subcommands give all seven members, effects the sixth.
rows_without_effects()
{
	awk '
		/^const struct command cmd_[a-z]+ = \{/ { row = $4; found = 0 }
		row != "" && /\.effects = EFFECT/ { found = 1 }
		row != "" && /^\};/ { if (!found) print FILENAME ": " row; row = "" }
		/^static const struct command subcommands\[\]/ { table = 1 }
		table && /^\t\{ "/ { sub_row = $0; if (sub_row !~ /\},?$/) { getline more; sub_row = sub_row more }
			if (sub_row !~ /EFFECT/) print FILENAME ": " sub_row }
		table && /^\};/ { table = 0 }
	' "$@"
}

is "$(rows_without_effects "$top_srcdir"/src/cmd/*.c)" '' 'every row of src/cmd/ writes its effects out'

declared=$(sed -n 's/.*extern const struct command \(.*\);/\1/p' "$top_srcdir/src/cmd/command.h" | tr -d ' ' | tr ',' '\n' | sort)
defined=$(sed -n 's/^const struct command \(cmd_[a-z]*\) = {/\1/p' "$top_srcdir"/src/cmd/*.c | sort)
listed=$(sed -n '/^static const struct command \*const commands/,/^};/p' "$top_srcdir/src/cmd/table.c" |
	grep -o 'cmd_[a-z]*' | sort)
is "$declared" "$defined" 'every row is declared'
is "$listed" "$defined" 'every row is in the table'

cat >"$tmp/planted.c" <<'TEXT'
const struct command cmd_planted = {
	.name = "planted",
	.run = run_planted,
};
static const struct command subcommands[] = {
	{ "sub", "Bob", "PORT", "a subcommand", NULL, 0, run_sub },
};
TEXT
is "$(rows_without_effects "$tmp/planted.c" | wc -l)" 2 'a row without effects is seen'
done_testing
