/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors as values: set once where they arise, printed only by cmd/ and main. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

/* The codes are the program's exit statuses. */
enum err_code {
	ERR_NONE = 0,
	ERR_EXPECT = 1, /* an `expect` did not hold */
	ERR_INPUT = 2,  /* the input was wrong */
	ERR_SYSTEM = 3, /* the system would not let us */
};

struct err {
	enum err_code code;
	char text[1024]; /* what was read, what was expected, what to type instead; no trailing newline */
	char expected[256]; /* of ERR_EXPECT: the condition alone; else empty */
};

/* Fills *err (longer text is cut, `expected` emptied) and returns -1, so that a caller can `return err_set(...)`. */
int err_set(struct err *err, enum err_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "context: " in front of the text that is there; returns -1. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
