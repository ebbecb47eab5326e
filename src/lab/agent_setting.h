/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `bob set` sets: how his servers close, and the options of sockets made or accepted from then on. */
#ifndef LAB_AGENT_SETTING_H
#define LAB_AGENT_SETTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define CONGESTION_NAME_SIZE 16 /* the kernel's TCP_CA_NAME_MAX */

struct agent_settings {
	int64_t pause_ns;                      /* between a server's last byte, or the peer's FIN, and its close() */
	int32_t linger_s;                      /* SO_LINGER; -1: off */
	uint32_t rcvbuf_bytes;                 /* SO_RCVBUF; 0: the kernel's own tuning */
	bool nodelay;                          /* TCP_NODELAY */
	char congestion[CONGESTION_NAME_SIZE]; /* TCP_CONGESTION; "": the namespace's */
};

struct agent_settings agent_settings_default(void);

/* "nodelay=on pause=0ms": all of them, or with *err none. */
int agent_settings_parse(struct agent_settings *settings, const char *text, struct err *err);

/* "pause=150ms", an example of each setting by at = 0, 1, ...; NULL at the end. */
const char *agent_setting_example(unsigned at);

/* Gives a TCP socket the options; a kernel that refuses one is told by -1 with errno, after trying all. */
int agent_settings_apply(const struct agent_settings *settings, int fd);

#endif
