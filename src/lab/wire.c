/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/wire.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/if_packet.h>
#include <pcap/pcap.h>

#include "base/when.h"
#include "lab/wire_switch.h"

#define SNAPLEN 65549 /* Ethernet header and the longest IP packet */
/*
 * Room for some 2600 full frames; tcp_wmem of 4 MiB, which counts buffers and all, lets one connection of Bob's have no
 * more than 1900 under way.  The kernel clears each page of it while the wire opens, and that is half of what opening costs.
 */
#define RING_BYTES (4 << 20)
#define BATCH 64                 /* frames of one port before the others have their turn */
#define RING_TURNS 128           /* batches that empty the fullest ring */
#define LOST_NS (20 * NS_PER_MS) /* how long after a frame the capture is asked what it lost */

struct port {
	struct wire *wire;
	const char *interface;
	unsigned index;
	pcap_t *pcap;
	bool unread; /* a frame left here since the last look at what comes in: its answer may lie there */
	char failure[PCAP_ERRBUF_SIZE]; /* of opening */
};

struct wire {
	const struct wire_start *start;
	struct wire_switch *inside;
	struct port port[WIRE_PORTS_MAX];
	uint64_t told;           /* events that main was poked for */
	int64_t now_ns, wall_ns; /* CLOCK_MONOTONIC and CLOCK_REALTIME at one recent moment */
	int64_t lost_due_ns;     /* when to ask for lost frames next */
};

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void
look_at_clocks(struct wire *wire)
{
	wire->now_ns = clock_ns(CLOCK_MONOTONIC);
	wire->wall_ns = clock_ns(CLOCK_REALTIME);
}

/* Why the wire ends. */
static int
give_up(struct wire *wire, const char *what, const char *interface, const char *reason)
{
	struct wire_shared *shared = wire->start->shared;

	snprintf(shared->failure, sizeof(shared->failure), "%s \"%s\": %s", what, interface, reason);
	atomic_store(&shared->failed, 1);
	return -1;
}

/* ---- ports ------------------------------------------------------------------------------------------------------ */

/* Opens one port: a thread's work, so that the kernel's waits of all ports run side by side.  NULL: done. */
static void *
open_port(void *arg)
{
	struct port *port = arg;
	int status, fd, on = 1;

	port->pcap = pcap_create(port->interface, port->failure);
	if (port->pcap == NULL)
		return port;
	pcap_set_snaplen(port->pcap, SNAPLEN);
	pcap_set_buffer_size(port->pcap, RING_BYTES);
	pcap_set_immediate_mode(port->pcap, 1);
	pcap_set_tstamp_precision(port->pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(port->pcap);
	if (status < 0) {
		const char *detail = pcap_geterr(port->pcap);

		snprintf(
		    port->failure, sizeof(port->failure), "%s", detail[0] != '\0' ? detail : pcap_statustostr(status));
		return port;
	}
	fd = pcap_fileno(port->pcap);
	/* The direction alone would still copy every frame sent into the ring. */
	if (pcap_setdirection(port->pcap, PCAP_D_IN) < 0 || pcap_setnonblock(port->pcap, 1, port->failure) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) < 0) {
		snprintf(port->failure, sizeof(port->failure), "%s", strerror(errno));
		return port;
	}
	return NULL;
}

static int
open_ports(struct wire *wire)
{
	pthread_t thread[WIRE_PORTS_MAX];
	bool threaded[WIRE_PORTS_MAX] = { false };
	void *failed[WIRE_PORTS_MAX] = { NULL };
	unsigned ports = wire->start->ports;

	for (unsigned i = 0; i < ports; i++) {
		wire->port[i] = (struct port){ .wire = wire, .interface = wire->start->interface[i], .index = i };
		threaded[i] = i > 0 && pthread_create(&thread[i], NULL, open_port, &wire->port[i]) == 0;
	}
	for (unsigned i = 0; i < ports; i++) {
		if (threaded[i])
			pthread_join(thread[i], &failed[i]);
		else
			failed[i] = open_port(&wire->port[i]);
	}
	for (unsigned i = 0; i < ports; i++) {
		if (failed[i] != NULL)
			return give_up(wire, "the wire cannot open", wire->port[i].interface, wire->port[i].failure);
	}
	return 0;
}

/* The kernel's stamp, which is wall time, on the monotonic clock. */
static int64_t
monotonic(struct wire *wire, const struct timeval *stamp)
{
	int64_t stamp_ns = stamp->tv_sec * NS_PER_S + stamp->tv_usec;

	if (stamp_ns > wire->wall_ns)
		look_at_clocks(wire);
	/* A stamp that is still in the future is from before the wall clock was set back. */
	if (stamp_ns > wire->wall_ns)
		stamp_ns = wire->wall_ns;
	stamp_ns += wire->now_ns - wire->wall_ns;
	return stamp_ns > 0 ? stamp_ns : 0;
}

/* libpcap's callback: one frame came in. */
static void
take(u_char *arg, const struct pcap_pkthdr *head, const u_char *bytes)
{
	const struct port *port = (const struct port *)arg;
	struct wire *wire = port->wire;
	int64_t at_ns = monotonic(wire, &head->ts);

	if (wire->lost_due_ns == WHEN_NEVER)
		wire->lost_due_ns = wire->now_ns + LOST_NS;
	wire_switch_take(wire->inside, port->index, bytes, head->caplen, head->len, at_ns, wire->now_ns);
}

/* One batch of the port's frames; how many, or -1. */
static int
receive(struct port *port)
{
	int taken;

	port->unread = false;
	taken = pcap_dispatch(port->pcap, BATCH, take, (u_char *)port);

	if (taken < 0)
		return give_up(port->wire, "the wire lost its port", port->interface, pcap_geterr(port->pcap));
	return taken;
}

/*
 * wire_put.  What Bob said to the last frame he heard is told before the next one leaves, so that the events are in his
 * order; and a frame leaves at the moment before it is sent, since his answer is there when the call returns.  A full
 * send buffer is waited for: the wire must not lose what the link let go.
 */
static int64_t
put(void *arg, unsigned index, const uint8_t *bytes, uint32_t size)
{
	struct wire *wire = arg;
	struct port *port = &wire->port[index];
	struct pollfd room = { .fd = pcap_fileno(port->pcap), .events = POLLOUT };

	if (index == PORT_BOB && port->unread && receive(port) < 0)
		return -1;
	port->unread = true;
	for (int tries = 0; tries < 10; tries++) {
		int64_t now_ns = clock_ns(CLOCK_MONOTONIC);

		if (pcap_inject(port->pcap, bytes, size) >= 0)
			return now_ns;
		if (errno != EAGAIN && errno != EINTR)
			return -1;
		poll(&room, 1, 1);
	}
	return -1;
}

/* Everything that has come in; -1 when a port is gone. */
static int
receive_all(struct wire *wire)
{
	bool busy = true;

	for (unsigned turn = 0; busy && turn < RING_TURNS; turn++) {
		busy = false;
		for (unsigned i = 0; i < wire->start->ports; i++) {
			int taken = receive(&wire->port[i]);

			if (taken < 0)
				return -1;
			if (taken > 0)
				busy = true;
		}
	}
	return 0;
}

static void
ask_what_was_lost(struct wire *wire)
{
	for (unsigned i = 0; i < wire->start->ports; i++) {
		struct pcap_stat stat;

		if (pcap_stats(wire->port[i].pcap, &stat) == 0)
			atomic_store_explicit(&wire->start->shared->port[i].lost, stat.ps_drop, memory_order_relaxed);
	}
	wire->lost_due_ns = WHEN_NEVER;
}

/* ---- the loop --------------------------------------------------------------------------------------------------- */

/* All that is due now leaves. */
static void
catch_up(struct wire *wire)
{
	look_at_clocks(wire);
	wire_switch_run(wire->inside, wire->now_ns);
	if (wire->lost_due_ns <= wire->now_ns)
		ask_what_was_lost(wire);
}

/* Brings shared memory up to date, and pokes main if there are new events. */
static void
publish(struct wire *wire)
{
	uint64_t written = atomic_load_explicit(&wire->start->shared->written, memory_order_relaxed);

	wire_switch_publish(wire->inside);
	if (written != wire->told)
		eventfd_write(wire->start->notify, 1);
	wire->told = written;
}

/* Answers one request; -1: main has closed, or a port is gone. */
static int
answer(struct wire *wire)
{
	struct wire_request request;
	struct wire_reply reply = { 0 };
	ssize_t got = recv(wire->start->control, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0 || receive_all(wire) < 0)
		return -1;
	catch_up(wire);
	if (got == sizeof(request))
		wire_switch_ask(wire->inside, &request, &reply, wire->now_ns);
	publish(wire);
	send(wire->start->control, &reply, sizeof(reply), MSG_NOSIGNAL | MSG_DONTWAIT);
	return 0;
}

/* Sleeps until a frame or a request comes, or something is due. */
static int
sleep_until_due(struct wire *wire, struct pollfd *fds, unsigned count)
{
	int64_t deadline_ns = wire_switch_deadline(wire->inside), left_ns;
	struct timespec left;

	if (deadline_ns > wire->lost_due_ns)
		deadline_ns = wire->lost_due_ns;
	if (deadline_ns == WHEN_NEVER)
		return ppoll(fds, count, NULL, NULL);
	left_ns = deadline_ns - clock_ns(CLOCK_MONOTONIC);
	if (left_ns < 0)
		left_ns = 0;
	left = (struct timespec){ .tv_sec = left_ns / NS_PER_S, .tv_nsec = left_ns % NS_PER_S };
	return ppoll(fds, count, &left, NULL);
}

static void
move_frames(struct wire *wire)
{
	unsigned ports = wire->start->ports;
	struct pollfd fds[WIRE_PORTS_MAX + 1] = { { 0 } };

	for (unsigned i = 0; i < ports; i++)
		fds[i] = (struct pollfd){ .fd = pcap_get_selectable_fd(wire->port[i].pcap), .events = POLLIN };
	fds[ports] = (struct pollfd){ .fd = wire->start->control, .events = POLLIN };
	for (;;) {
		if (sleep_until_due(wire, fds, ports + 1) < 0)
			continue; /* a signal: its handler has run */
		look_at_clocks(wire);
		for (unsigned i = 0; i < ports; i++) {
			if (fds[i].revents != 0 && receive(&wire->port[i]) < 0)
				return;
		}
		catch_up(wire);
		publish(wire);
		if (fds[ports].revents != 0 && answer(wire) < 0)
			return;
	}
}

int
wire_run(const struct wire_start *start)
{
	struct wire wire = { .start = start, .lost_due_ns = WHEN_NEVER };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* With the usual slack of 50 us every deadline would be that late. */
	prctl(PR_SET_TIMERSLACK, 1);
	wire.inside = wire_switch_new(start->ports, start->shared, start->seed, put, &wire);
	if (wire.inside == NULL) {
		give_up(&wire, "the wire cannot open", start->interface[0], strerror(errno));
	} else if (open_ports(&wire) == 0) {
		atomic_store(&start->shared->ready, 1);
		eventfd_write(start->notify, 1);
		move_frames(&wire);
	}
	for (unsigned i = 0; i < start->ports; i++) {
		if (wire.port[i].pcap != NULL)
			pcap_close(wire.port[i].pcap);
	}
	wire_switch_free(wire.inside);
	return atomic_load(&start->shared->failed) ? 1 : 0;
}
