/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drive/live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <libnet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>

#include "base/when.h"

#define SNAPLEN 65549 /* Ethernet header and the longest IP packet */
#define RING_BYTES (2 << 20)
#define BATCH 64 /* then the caller looks after other things: what it sends for each frame may bring the next */

struct live {
	libnet_t *libnet;
	pcap_t *pcap;
	char interface[];
};

/* libnet's socket would keep a copy of all that comes in, on every interface, until its buffer is full. */
static int
stop_receiving(int fd)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = { .len = 1, .filter = &nothing };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static int
open_libnet(struct live *live, struct err *err)
{
	char reason[LIBNET_ERRBUF_SIZE] = "";
	int fd;

	live->libnet = libnet_init(LIBNET_LINK_ADV, live->interface, reason);
	if (live->libnet == NULL)
		return err_set(err, ERR_SYSTEM, "cannot open \"%s\" for sending: %s", live->interface, reason);
	fd = libnet_getfd(live->libnet);
	if (stop_receiving(fd) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return err_set(err, ERR_SYSTEM, "cannot open \"%s\" for sending: %s", live->interface, strerror(errno));
	return 0;
}

static int
open_pcap(struct live *live, struct err *err)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	int status, on = 1;

	live->pcap = pcap_create(live->interface, reason);
	if (live->pcap == NULL)
		return err_set(err, ERR_SYSTEM, "cannot capture on \"%s\": %s", live->interface, reason);
	pcap_set_snaplen(live->pcap, SNAPLEN);
	pcap_set_buffer_size(live->pcap, RING_BYTES);
	pcap_set_immediate_mode(live->pcap, 1);
	pcap_set_tstamp_precision(live->pcap, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(live->pcap);
	if (status < 0) {
		const char *detail = pcap_geterr(live->pcap);

		return err_set(err, ERR_SYSTEM, "cannot capture on \"%s\": %s", live->interface,
		    detail[0] != '\0' ? detail : pcap_statustostr(status));
	}
	if (pcap_setdirection(live->pcap, PCAP_D_IN) < 0 || pcap_setnonblock(live->pcap, 1, reason) < 0)
		return err_set(
		    err, ERR_SYSTEM, "cannot capture on \"%s\": %s", live->interface, pcap_geterr(live->pcap));
	/* The direction alone would still copy every frame sent into the ring. */
	if (setsockopt(pcap_fileno(live->pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
	    fcntl(pcap_fileno(live->pcap), F_SETFD, FD_CLOEXEC) < 0)
		return err_set(err, ERR_SYSTEM, "cannot capture on \"%s\": %s", live->interface, strerror(errno));
	return 0;
}

struct live *
live_open(const char *interface, struct err *err)
{
	size_t length = strlen(interface) + 1;
	struct live *live = calloc(1, sizeof(*live) + length);

	if (live == NULL) {
		err_set(err, ERR_SYSTEM, "cannot open \"%s\": %s", interface, strerror(errno));
		return NULL;
	}
	memcpy(live->interface, interface, length);
	if (open_libnet(live, err) < 0 || open_pcap(live, err) < 0) {
		live_close(live);
		return NULL;
	}
	return live;
}

void
live_close(struct live *live)
{
	if (live == NULL)
		return;
	if (live->pcap != NULL)
		pcap_close(live->pcap);
	if (live->libnet != NULL)
		libnet_destroy(live->libnet);
	free(live);
}

int
live_fd(const struct live *live)
{
	return pcap_get_selectable_fd(live->pcap);
}

unsigned
live_sockets(const struct live *live, int fds[static 2])
{
	fds[0] = pcap_fileno(live->pcap);
	fds[1] = libnet_getfd(live->libnet);
	return 2;
}

int
live_send(struct live *live, const uint8_t *frame, size_t size, struct err *err)
{
	int sent;

	errno = 0;
	sent = libnet_adv_write_link(live->libnet, frame, (uint32_t)size);
	if (sent >= 0 && (size_t)sent == size)
		return 0;
	return err_set(err, ERR_SYSTEM, "cannot send a frame of %zu bytes on \"%s\": %s", size, live->interface,
	    errno != 0 ? strerror(errno) : libnet_geterror(live->libnet));
}

/* One call of live_receive, as libpcap's callback sees it. */
struct batch {
	live_take *take;
	void *arg;
	int64_t now_ns;  /* CLOCK_MONOTONIC */
	int64_t wall_ns; /* CLOCK_REALTIME at the same moment */
};

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void
look_at_clocks(struct batch *batch)
{
	batch->now_ns = clock_ns(CLOCK_MONOTONIC);
	batch->wall_ns = clock_ns(CLOCK_REALTIME);
}

static void
take_frame(u_char *arg, const struct pcap_pkthdr *head, const u_char *frame)
{
	struct batch *batch = (struct batch *)arg;
	int64_t stamp_ns = head->ts.tv_sec * NS_PER_S + head->ts.tv_usec;

	if (stamp_ns > batch->wall_ns)
		look_at_clocks(batch);
	/* A stamp that is still in the future is from before the wall clock was set back. */
	if (stamp_ns > batch->wall_ns)
		stamp_ns = batch->wall_ns;
	batch->take(batch->arg, frame, head->caplen, batch->now_ns - (batch->wall_ns - stamp_ns));
}

int
live_receive(struct live *live, live_take *take, void *arg, struct err *err)
{
	struct batch batch = { .take = take, .arg = arg };
	int taken;

	look_at_clocks(&batch);
	taken = pcap_dispatch(live->pcap, BATCH, take_frame, (u_char *)&batch);
	if (taken < 0)
		return err_set(
		    err, ERR_SYSTEM, "cannot capture on \"%s\" any more: %s", live->interface, pcap_geterr(live->pcap));
	return taken;
}

uint64_t
live_lost(struct live *live)
{
	struct pcap_stat stat;

	return pcap_stats(live->pcap, &stat) == 0 ? stat.ps_drop : 0;
}
