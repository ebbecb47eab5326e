/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The three network namespaces and what is in them, as lab init makes them: alice0 = wire0, wire1 = bob0. */
#ifndef LAB_NETWORK_H
#define LAB_NETWORK_H

#include <stdbool.h>

#include "base/err.h"
#include "lab/identity.h"
#include "lab/netlink.h"
#include "lab/sysctl.h"

struct network {
	const struct faults *faults;
	const struct namespace_limits *limits;
	struct netlink alice, wire, bob;
	int alice_ns, wire_ns, bob_ns; /* descriptors of the namespaces */
	bool ip6;            /* Bob has it */
	bool patient;
	struct settings_lacking lacking;
};

/*
 * From Alice's namespace, in which this process is: makes the wire's and Bob's and the pair alice0 = wire0, up.
 * Leaves the process in Bob's.
 */
int network_begin(struct network *network, struct err *err);

/*
 * The Bob whose namespace network_begin or network_new_bob made: first his link, quiet and up, with his addresses, so that
 * the wire can open its captures; then what else he needs before a socket of his is opened.
 */
int network_link_bob(struct network *network, struct err *err);
int network_furnish_bob(struct network *network, struct err *err);

/*
 * Lets go of Bob's namespace and makes another, in which the process then is.  It goes away once nothing else holds it;
 * until then it counts against user.max_net_namespaces, so every other holder must have let go before.
 */
int network_new_bob(struct network *network, struct err *err);

int network_set_patience(struct network *network, bool patient, struct err *err);
int network_neighbour(struct network *network, bool permanent, struct err *err);

/* Alice's addresses on her interface, and a permanent entry for Bob; or neither. */
int network_kernel_alice(struct network *network, bool on, struct err *err);

#endif
