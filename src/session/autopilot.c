/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/autopilot.h"

#include "drive/neighbour.h"
#include "lab/address.h"
#include "session/connection.h"
#include "session/segment.h"
#include "session/send.h"
#include "session/session.h"

static void
send_owed(struct session *session, struct connection *connection, uint16_t flags)
{
	struct option_bytes options;
	struct option_words words;
	struct err ignored;
	struct seg seg;

	session_segment(session, connection, flags, &seg);
	session_option_words(session, connection, flags, &words);
	session_options(&words, connection, &options, &ignored);
	seg.options = options.data;
	seg.options_size = options.size;
	session_transmit(session, connection, &seg, &ignored);
}

void
session_autopilot(struct session *session, struct connection *connection, const struct seg *heard)
{
	const struct endpoint *alice = &connection->shadow.end[END_ALICE];

	/* Bob's FIN may have come before the text that it follows. */
	if (session->autopilot.close && alice->fin_heard) {
		if (alice->state == TCP_STATE_CLOSE_WAIT && !alice->fin_sent)
			send_owed(session, connection, TCP_FIN | TCP_ACK);
		else if (alice->owed[0].flags == TCP_ACK)
			send_owed(session, connection, TCP_ACK);
		return;
	}
	if (session->autopilot.ack && !alice->fin_heard && alice->owed[0].flags == TCP_ACK && heard->payload_size > 0 &&
	    (heard->tcp.flags & (TCP_SYN | TCP_FIN)) == 0)
		send_owed(session, connection, TCP_ACK);
}

static bool
answer_to(const struct seg *asked, struct seg *answer, uint8_t room[static 8])
{
	struct address own[2];

	address_parse(ALICE_IP4, &own[0]);
	address_parse(ALICE_IP6, &own[1]);
	return neighbour_answer(asked, own, 2, ALICE_MAC, answer, room);
}

bool
session_asks_for_alice(const struct seg *asked)
{
	struct seg ignored;
	uint8_t room[8];

	return answer_to(asked, &ignored, room);
}

void
session_autopilot_neighbour(struct session *session, const struct seg *asked)
{
	struct seg answer;
	struct err ignored;
	uint8_t room[8];

	if (session->autopilot.arp && answer_to(asked, &answer, room))
		session_transmit(session, NULL, &answer, &ignored);
}
