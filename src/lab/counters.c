/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both files are pairs of lines: "TcpExt: NAME NAME ..." and, in the same order, "TcpExt: VALUE VALUE ...". */
#include "lab/diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES 32768

/* What stands behind `head` in the n-th line (from 0) that starts with it; NULL. */
static char *
line_behind(char *text, const char *head, unsigned nth)
{
	size_t length = strlen(head);

	for (char *line = text; line != NULL && *line != '\0';) {
		if (strncmp(line, head, length) == 0 && nth-- == 0)
			return line + length;
		line = strchr(line, '\n');
		if (line != NULL)
			line++;
	}
	return NULL;
}

static bool
has_both_lines(char *text, const char *head)
{
	const char *values = line_behind(text, head, 1);

	return values != NULL && strchr(values, '\n') != NULL;
}

/* Reads up to the values of `head`.  One read does: each more, even to find the end, makes the kernel write it all again. */
static int
read_file(int fd, const char *head, char *text, size_t size, const char *what, struct err *err)
{
	size_t length = 0;
	ssize_t got;

	do {
		got = pread(fd, text + length, size - 1 - length, (off_t)length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(
			    err, ERR_SYSTEM, "Bob's counters (%s) cannot be read: %s", what, strerror(errno));
		length += (size_t)got;
		text[length] = '\0';
	} while (got != 0 && length < size - 1 && !has_both_lines(text, head));
	return 0;
}

static unsigned
add_names(struct counter_names *names, char *text, const char *head, const char *prefix)
{
	char *line = line_behind(text, head, 0), *rest;

	if (line == NULL)
		return names->count;
	line[strcspn(line, "\n")] = '\0';
	for (char *word = strtok_r(line, " ", &rest); word != NULL && names->count < COUNTERS_MAX;
	     word = strtok_r(NULL, " ", &rest))
		snprintf(names->name[names->count++], sizeof(names->name[0]), "%s%s", prefix, word);
	return names->count;
}

int
diag_counter_names(int netstat, int snmp, struct counter_names *names, struct err *err)
{
	char text[FILE_BYTES];

	names->count = 0;
	if (read_file(netstat, "TcpExt: ", text, sizeof(text), "netstat", err) < 0)
		return -1;
	names->ext = add_names(names, text, "TcpExt: ", "TcpExt");
	if (read_file(snmp, "Tcp: ", text, sizeof(text), "snmp", err) < 0)
		return -1;
	add_names(names, text, "Tcp: ", "Tcp");
	return 0;
}

static void
add_values(char *text, const char *head, struct counters *counters, unsigned end)
{
	char *at = line_behind(text, head, 1);

	while (at != NULL && counters->count < end) {
		char *next;
		/* TcpMaxConn may be -1; as an unsigned difference it still tells whether it moved. */
		unsigned long long value = strtoull(at, &next, 10);

		if (next == at)
			break;
		counters->value[counters->count++] = value;
		at = next;
	}
	while (counters->count < end)
		counters->value[counters->count++] = 0;
}

int
diag_counters(int netstat, int snmp, const struct counter_names *names, struct counters *counters, struct err *err)
{
	char text[FILE_BYTES];

	counters->count = 0;
	if (read_file(netstat, "TcpExt: ", text, sizeof(text), "netstat", err) < 0)
		return -1;
	add_values(text, "TcpExt: ", counters, names->ext);
	if (read_file(snmp, "Tcp: ", text, sizeof(text), "snmp", err) < 0)
		return -1;
	add_values(text, "Tcp: ", counters, names->count);
	return 0;
}
