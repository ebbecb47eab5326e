/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Echo (RFC 862) and discard (RFC 863) over UDP. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "lab/server_parts.h"

#define DATAGRAMS_A_TURN 64

void
echo_answer(struct agent *agent, int fd)
{
	for (unsigned i = 0; i < DATAGRAMS_A_TURN; i++) {
		struct sockaddr_storage from;
		socklen_t from_size = sizeof(from);
		ssize_t n = recvfrom(
		    fd, agent->scratch, sizeof(agent->scratch), MSG_DONTWAIT, (struct sockaddr *)&from, &from_size);

		if (n < 0)
			return;
		/* One that cannot be sent (no route, no room) is lost, as datagrams may be. */
		(void)sendto(fd, agent->scratch, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&from,
		    from_size);
	}
}

void
discard_answer(struct agent *agent, int fd)
{
	unsigned i = 0;

	while (i < DATAGRAMS_A_TURN && recv(fd, agent->scratch, sizeof(agent->scratch), MSG_DONTWAIT) >= 0)
		i++;
}
