/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/show.h"

#include <string.h>

#include "lab/address.h"
#include "seg/defect.h"
#include "session/connection.h"
#include "session/session.h"

const char *
session_host(const struct address *address)
{
	static const struct {
		const char *address, *name;
	} hosts[] = { { ALICE_IP4, "alice" }, { ALICE_IP6, "alice" }, { BOB_IP4, "bob" }, { BOB_IP6, "bob" } };
	char text[ADDRESS_TEXT];

	address_text(address, text, sizeof(text));
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (strcmp(hosts[i].address, text) == 0)
			return hosts[i].name;
	}
	return NULL;
}

struct line_style
session_style(const struct session *session, const struct connection *connection, bool incoming)
{
	struct line_style style = { .host = session_host };

	if (connection != NULL && !session->settings.raw) {
		style.seq_base = connection->shadow.end[incoming ? END_BOB : END_ALICE].iss;
		style.ack_base = connection->shadow.end[incoming ? END_ALICE : END_BOB].iss;
	}
	return style;
}

static void
show(struct session *session, uint32_t number, bool fold)
{
	uint8_t frame[FRAME_MAX];
	const struct log_entry *entry = log_entry(&session->log, number);
	struct view_segment shown;
	struct seg seg;
	size_t size = log_frame(&session->log, entry, frame, &seg);
	const char *name = NULL;
	char text[ADDRESS_TEXT];
	struct address src, dst;

	if (entry->by_kernel) {
		name = "alice's kernel";
	} else if (seg_addresses(&seg, &src, &dst)) {
		name = session_host(&src);
		if (name == NULL)
			name = address_text(&src, text, sizeof(text));
	}
	shown = (struct view_segment){
		.number = number,
		.at_ns = entry->at_ns,
		.conn = entry->conn,
		.incoming = entry->incoming,
		.by_kernel = entry->by_kernel,
		.from = name != NULL ? name : entry->incoming ? "bob" : "alice",
		.seg = &seg,
		.style = session_style(session, session_connection(session, entry->conn), entry->incoming),
		.defects = seg_defects(&seg, frame, size),
		.again = fold ? entry->again : 0,
	};
	session->view->ops->segment(session->view, &shown);
}

void
session_show_line(struct session *session, uint32_t number)
{
	show(session, number, false);
}

void
session_show_heard(struct session *session, uint32_t number)
{
	show(session, number, true);
}
