/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Composing: the segment that a stack could send now on a connection, its options, its bytes.  Nothing is sent; no lab is needed. */
#ifndef SESSION_SEGMENT_H
#define SESSION_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "seg/option.h"

struct session;
struct connection;

/* Fills link, IP and TCP headers of a segment that Alice could send now on this connection; options are left away. */
void session_segment(const struct session *session, const struct connection *connection, uint16_t flags, struct seg *seg);

/* The options that a stack would put on such a segment, as the words that name them; and those words as bytes. */
#define OPTION_WORDS_MAX 40
struct option_words {
	unsigned count;
	struct {
		char name[48], value[96];
	} word[OPTION_WORDS_MAX];
};
void session_option_words(const struct session *session, const struct connection *connection, uint16_t flags,
    struct option_words *words);
int session_options(const struct option_words *words, const struct connection *connection, struct option_bytes *options,
    struct err *err);

/* How much data one segment of Alice's may carry: Bob's MSS, less the options that each segment bears (RFC 9293 3.7.1). */
size_t session_piece_bytes(const struct connection *connection);

/* The frame (room for FRAME_MAX); returns its size, -1 with *err. */
long session_build(struct session *session, const struct seg *seg, uint8_t *frame, struct err *err);

#endif
