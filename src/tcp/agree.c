/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the options of two SYNs agree on: window scale and timestamps (RFC 7323), SACK (RFC 2018), MSS (RFC 9293 3.7.1).
 */
#include "tcp/step.h"

#define SHIFT_MAX 14 /* RFC 7323 2.3 */

static uint8_t
offers(const struct options *options)
{
	return (uint8_t)((options->has_wscale ? OFFER_WSCALE : 0) | (options->has_sack_permitted ? OFFER_SACK : 0) |
	    (options->has_ts ? OFFER_TS : 0));
}

static uint8_t
shift_of(const struct options *options)
{
	if (!options->has_wscale)
		return 0;
	return options->wscale > SHIFT_MAX ? SHIFT_MAX : options->wscale;
}

static uint16_t
mss_of(const struct step *s)
{
	if (s->options.has_mss)
		return s->options.mss;
	return s->conn->address[s->who].family == 6 ? 1220 : 536;
}

static void
agree(struct endpoint *e)
{
	uint8_t both = e->offered & e->offered_by_peer;

	e->scaled = (both & OFFER_WSCALE) != 0;
	e->sack_ok = (both & OFFER_SACK) != 0;
	e->ts_ok = (both & OFFER_TS) != 0;
}

void
agree_heard(struct step *s)
{
	s->e->offered_by_peer = offers(&s->options);
	s->e->snd_shift = shift_of(&s->options);
	s->e->mss = mss_of(s);
	if (s->options.has_ts) {
		s->e->ts_recent = s->options.ts_value;
		s->e->ts_recent_at_ns = s->now_ns;
	}
	agree(s->e);
}

void
agree_sent(struct step *s)
{
	s->e->offered = offers(&s->options);
	s->e->rcv_shift = shift_of(&s->options);
	s->e->rcv_mss = mss_of(s);
	agree(s->e);
}
