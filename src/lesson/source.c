/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/letter.h"
#include "base/near.h"
#include "base/text.h"
#include "lesson/lesson.h"
#include "session/memory.h"

static int
too_large(const char *path, struct err *err)
{
	return err_set(err, ERR_INPUT, "%s: larger than %u bytes, so it is no lesson", QUOTED(path), LESSON_BYTES_MAX);
}

/* A FIFO or a terminal would be waited for, and some devices do things when they are opened. */
static int
open_file(const char *path, struct err *err)
{
	struct stat st;
	int fd;

	if (stat(path, &st) != 0)
		return err_set(err, ERR_INPUT, "%s: cannot be read: %s", QUOTED(path), strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_INPUT, "%s: %s; a lesson is a file", QUOTED(path),
		    S_ISDIR(st.st_mode) ? "is a directory" : "is no regular file");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return err_set(err, ERR_INPUT, "%s: cannot be read: %s", QUOTED(path), strerror(errno));
	return fd;
}

char *
source_load(const char *path, size_t *size, struct err *err)
{
	char *text;
	ssize_t n = 0;
	int fd = open_file(path, err);

	if (fd < 0)
		return NULL;
	text = memory_new(LESSON_BYTES_MAX + 1);
	*size = 0;
	while (*size <= LESSON_BYTES_MAX && (n = read(fd, text + *size, LESSON_BYTES_MAX + 1 - *size)) > 0)
		*size += (size_t)n;
	if (n < 0)
		err_set(err, ERR_INPUT, "%s: cannot be read: %s", QUOTED(path), strerror(errno));
	else if (*size > LESSON_BYTES_MAX)
		too_large(path, err);
	close(fd);
	if (n >= 0 && *size <= LESSON_BYTES_MAX)
		return text;
	free(text);
	return NULL;
}

/* A carriage return, alone or before a line feed, ends a line as a line feed does (CommonMark 2.1). */
int
source_read(struct source *source, const char *path, const char *text, size_t size, struct err *err)
{
	char *out;

	*source = (struct source){ .path = path, .line = 1 };
	if (size > LESSON_BYTES_MAX)
		return too_large(path, err);
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		size -= 3;
	}
	out = source->text = memory_new(size + 2);
	for (size_t at = 0, bytes; at < size; at += bytes) {
		uint32_t letter;

		bytes = letter_read(text + at, size - at, &letter);
		source->size = (size_t)(out - source->text);
		if (bytes == 0 || text[at] == '\0') {
			source_error(source, source_line(source, source->size), err, bytes == 0 ?
			    "the byte 0x%02x is no UTF-8: save the file as UTF-8" : "the byte 0x%02x has no place in a text",
			    (unsigned)(uint8_t)text[at]);
			source_clear(source);
			return -1;
		}
		if (text[at] == '\r') {
			*out++ = '\n';
			if (at + 1 < size && text[at + 1] == '\n')
				bytes = 2;
			continue;
		}
		memcpy(out, text + at, bytes);
		out += bytes;
	}
	if (out > source->text && out[-1] != '\n')
		*out++ = '\n';
	source->size = (size_t)(out - source->text);
	return 0;
}

void
source_clear(struct source *source)
{
	free(source->text);
	source->text = NULL;
}

unsigned
source_line(struct source *source, size_t at)
{
	if (at < source->counted) {
		source->counted = 0;
		source->line = 1;
	}
	for (const char *newline;
	    (newline = memchr(source->text + source->counted, '\n', at - source->counted)) != NULL; source->line++)
		source->counted = (size_t)(newline - source->text) + 1;
	return source->line;
}

size_t
source_next(const struct source *source, size_t at)
{
	const char *newline = at < source->size ? memchr(source->text + at, '\n', source->size - at) : NULL;

	return newline != NULL ? (size_t)(newline - source->text) + 1 : source->size;
}

size_t
source_begin(const struct source *source, size_t at)
{
	const char *newline = memrchr(source->text, '\n', at);

	return newline != NULL ? (size_t)(newline - source->text) + 1 : 0;
}

int
source_error(const struct source *source, unsigned line, struct err *err, const char *format, ...)
{
	char what[sizeof(err->text)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	err_set(err, ERR_INPUT, "%s", what);
	return source_prefix(source, line, err);
}

int
source_prefix(const struct source *source, unsigned line, struct err *err)
{
	return err_prefix(err, "%s:%u", QUOTED(source->path), line);
}

char *
source_trimmed(const char *text, size_t size)
{
	char *copy;

	for (; size > 0 && strchr(" \t\n", *text) != NULL; size--)
		text++;
	while (size > 0 && strchr(" \t\n", text[size - 1]) != NULL)
		size--;
	copy = memory_new(size + 1);
	memcpy(copy, text, size);
	return copy;
}

/* Short words lie near to everything (`go`); two slips are believed of a word that begins like ours: `plain` is no `explain`. */
const char *
source_near(const char *word, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned distance = near_distance(word, names[i]);
		size_t length = strlen(names[i]);

		if (strcasecmp(word, names[i]) == 0 || (length > 3 && distance == 1) ||
		    (length > 3 && distance == 2 && strlen(word) > 3 && word[0] == names[i][0]) ||
		    (length > 3 && strncmp(word, names[i], length) == 0) ||
		    (strlen(word) > 3 && strncmp(word, names[i], strlen(word)) == 0))
			return names[i];
	}
	return NULL;
}
