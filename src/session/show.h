/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How this session's segments are shown: whose they are, and what their numbers are relative to. */
#ifndef SESSION_SHOW_H
#define SESSION_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "seg/line.h"

struct session;
struct connection;

/* "alice", "bob"; NULL: somebody else. */
const char *session_host(const struct address *address);

/* The line's numbers: relative to the ISNs of this connection (NULL: none) unless the setting `raw` is on. */
struct line_style session_style(const struct session *session, const struct connection *connection, bool incoming);

/* One entry of the log, which there must be; and the same as it comes in, when a repeat may be folded. */
void session_show_line(struct session *session, uint32_t number);
void session_show_heard(struct session *session, uint32_t number);

#endif
