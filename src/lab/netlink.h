/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Links, addresses, routes and neighbours of one network namespace, by rtnetlink.  Every call returns 0, or -1 with
 * *err (ERR_SYSTEM); a failed netlink request leaves its errno in nl->error.
 */
#ifndef LAB_NETLINK_H
#define LAB_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "seg/seg.h"

struct mnl_socket;

/* Sockets that stay in the namespace they were opened in, wherever the process goes afterwards. */
struct netlink {
	struct mnl_socket *route;
	int inet; /* for the ioctls of interfaces */
	uint32_t sequence;
	int error;
};

/* In the namespace that this process is in now. */
int netlink_open(struct netlink *nl, struct err *err);
void netlink_close(struct netlink *nl); /* closed already, or never opened but zeroed with inet -1, is fine */

/* A pair of veths, both still down; an end's MAC of 0 is the kernel's to choose. */
struct veth_end {
	const char *name;
	uint64_t mac;
	int netns; /* descriptor of the namespace it belongs in */
};
int netlink_veth(struct netlink *nl, const struct veth_end ends[2], struct err *err);

int netlink_link_up(struct netlink *nl, const char *name, struct err *err);
/* What the kernel does about a new carrier some time later, it has done when this returns; -1 when there is no carrier.
 */
int netlink_link_settle(struct netlink *nl, const char *name, struct err *err);
/* No neighbour discovery over this link, of which its multicast groups are a part; -1 with *err. */
int netlink_link_noarp(struct netlink *nl, const char *name, struct err *err);
int netlink_link_delete(struct netlink *nl, const char *name, struct err *err);

/* Without duplicate address detection, and without the route that the kernel would add by itself. */
int netlink_address(
    struct netlink *nl, const char *name, const struct address *address, unsigned prefix, struct err *err);

/* Taken away again, with its routes; taking away what is not there is no error. */
int netlink_address_gone(
    struct netlink *nl, const char *name, const struct address *address, unsigned prefix, struct err *err);

/*
 * The route to the network that `source` and `prefix` make, on link; replaces the one that is there.
 * rto_min_ms > 0 becomes a locked RTAX_RTO_MIN, below which no retransmission timer over this route goes.
 */
int netlink_route(struct netlink *nl, const char *name, const struct address *source, unsigned prefix,
    uint32_t rto_min_ms, struct err *err);

/* A permanent neighbour entry, put there or taken away; taking away what is not there is no error. */
int netlink_neighbour(
    struct netlink *nl, const char *name, const struct address *address, uint64_t mac, bool there, struct err *err);

/* No checksum offload, no scatter-gather, no segmentation or receive offload: a frame on the wire is one TCP segment.
 */
int netlink_offloads_off(struct netlink *nl, const char *name, struct err *err);

#endif
