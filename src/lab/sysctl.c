/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/sysctl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
open_setting(const struct faults *faults, const char *name, int flags)
{
	char path[256];
	int fd;

	if (name[0] == '/' || strstr(name, "..") != NULL || name[0] == '\0') {
		errno = EINVAL;
		return -1;
	}
	if (fault_missing(faults, name)) {
		errno = ENOENT;
		return -1;
	}
	if ((size_t)snprintf(path, sizeof(path), "/proc/sys/net/%s", name) >= sizeof(path)) {
		errno = ENOENT;
		return -1;
	}
	fd = open(path, flags | O_CLOEXEC);
	return fd;
}

int
sysctl_write(const struct faults *faults, const char *name, const char *value)
{
	int fd = open_setting(faults, name, O_WRONLY), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, value, strlen(value)) < 0)
		error = errno;
	close(fd);
	return error;
}

int
sysctl_read(const struct faults *faults, const char *name, char *value, unsigned size)
{
	int fd = open_setting(faults, name, O_RDONLY), error = 0;
	ssize_t length;

	if (fd < 0)
		return errno;
	length = read(fd, value, size - 1);
	if (length < 0)
		error = errno;
	close(fd);
	value[length > 0 ? length : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
	for (char *tab = strchr(value, '\t'); tab != NULL; tab = strchr(tab, '\t'))
		*tab = ' ';
	return error;
}

static void
apply(const struct faults *faults, unsigned row, const char *value, struct settings_lacking *lacking)
{
	const uint64_t bit = UINT64_C(1) << row;
	int error = sysctl_write(faults, settings[row].name, value);

	lacking->missing &= ~bit;
	lacking->refused &= ~bit;
	if (error == ENOENT)
		lacking->missing |= bit;
	else if (error != 0)
		lacking->refused |= bit;
}

void
settings_apply(const struct faults *faults, enum setting_kind kind, bool ip6, struct settings_lacking *lacking)
{
	assert(settings_count <= SETTINGS_MAX);
	for (unsigned row = 0; row < settings_count; row++) {
		if (settings[row].kind == kind && (ip6 || !settings[row].ip6))
			apply(faults, row, settings[row].value, lacking);
	}
}

void
settings_apply_ordinary(const struct faults *faults, struct settings_lacking *lacking)
{
	for (unsigned row = 0; row < settings_count; row++) {
		if (settings[row].kind == SETTING_PATIENT)
			apply(faults, row, settings[row].ordinary, lacking);
	}
}

void
settings_no_ip6(const struct faults *faults)
{
	sysctl_write(faults, "ipv6/conf/all/disable_ipv6", "1");
	sysctl_write(faults, "ipv6/conf/default/disable_ipv6", "1");
}

#define FIXED(n, v, w)                                                                                                 \
	{                                                                                                              \
		.name = n, .value = v, .why = w, .kind = SETTING_FIXED                                                 \
	}
#define QUIET(n, v, w)                                                                                                 \
	{                                                                                                              \
		.name = n, .value = v, .why = w, .kind = SETTING_QUIET                                                 \
	}
#define QUIET6(n, v, w)                                                                                                \
	{                                                                                                              \
		.name = n, .value = v, .why = w, .kind = SETTING_QUIET, .ip6 = true                                    \
	}
#define PATIENT(n, v, o, w)                                                                                            \
	{                                                                                                              \
		.name = n, .value = v, .ordinary = o, .why = w, .kind = SETTING_PATIENT                                \
	}

const struct setting settings[] = {
	/* Of all algorithms only this one is open to the unprivileged on every host. */
	FIXED("ipv4/tcp_congestion_control", "reno", "Bob's congestion control is the host's"),
	FIXED("ipv4/tcp_rmem", "4096 131072 6291456", "Bob's window and window scale are the host's"),
	FIXED("ipv4/tcp_wmem", "4096 16384 4194304", "Bob's send buffer is the host's"),
	FIXED("ipv4/tcp_window_scaling", "1", "Bob may not offer a window scale"),
	FIXED("ipv4/tcp_timestamps", "1", "Bob may not offer timestamps"),
	FIXED("ipv4/tcp_sack", "1", "Bob may not permit SACK"),
	FIXED("ipv4/tcp_ecn", "2", "Bob may not agree to ECN when asked"),
	FIXED("ipv4/tcp_no_metrics_save", "1", "one connection's RTT and window leak into the next"),
	FIXED("ipv4/tcp_fastopen", "1", "Bob may treat data on a SYN in his own way"),
	FIXED("ipv4/tcp_syncookies", "1", "a full backlog may drop SYNs instead of answering with cookies"),
	QUIET("ipv4/conf/all/arp_notify", "0", "Bob may announce himself by ARP"),
	QUIET6("ipv6/conf/all/disable_ipv6", "0", "Bob may have no IPv6"),
	QUIET6("ipv6/conf/default/disable_ipv6", "0", "Bob may have no IPv6"),
	QUIET6("ipv6/conf/default/router_solicitations", "0", "Bob looks for routers"),
	QUIET6("ipv6/conf/default/accept_ra", "0", "Bob listens to routers"),
	QUIET6("ipv6/conf/default/addr_gen_mode", "1", "Bob takes a link-local address and announces it"),
	QUIET6("ipv6/conf/default/dad_transmits", "0", "Bob asks whether others have his address"),
	QUIET6("ipv6/conf/default/accept_dad", "0", "Bob asks whether others have his address"),
	QUIET6("ipv6/conf/default/force_mld_version", "1", "Bob reports his multicast groups late"),
	QUIET6("ipv6/conf/default/mldv1_unsolicited_report_interval", "2000000000", "Bob reports his multicast groups"),
	QUIET6("ipv6/conf/default/mldv2_unsolicited_report_interval", "2000000000", "Bob reports his multicast groups"),
	PATIENT("ipv4/tcp_synack_retries", "255", "5", "half-open connections vanish while you read"),
	PATIENT("ipv4/tcp_syn_retries", "127", "6", "`bob connect` gives up while you read"),
	PATIENT("ipv4/tcp_retries2", "255", "15", "connections with unacknowledged data vanish while you read"),
	PATIENT("ipv4/tcp_orphan_retries", "255", "0", "connections that Bob has closed vanish while you read"),
	PATIENT("ipv4/tcp_fin_timeout", "86400", "60", "FIN-WAIT-2 ends after a minute"),
	PATIENT("ipv4/tcp_early_retrans", "0", "3", "tail loss probes repeat Bob's last segment at once"),
};
const unsigned settings_count = sizeof(settings) / sizeof(settings[0]);
