/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/when.h"
#include "lab/channel.h"
#include "lab/refusal.h"

#define MAP_BYTES 4096

static int
write_file(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

static long
read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long number = -1;

	if (fd < 0)
		return -1;
	if (read(fd, text, sizeof(text) - 1) <= 0 || sscanf(text, "%ld", &number) != 1)
		number = -1;
	close(fd);
	return number;
}

void
identity_limits(struct namespace_limits *limits)
{
	limits->user = read_number("/proc/sys/user/max_user_namespaces");
	limits->net = read_number("/proc/sys/user/max_net_namespaces");
}

/* ---- the maps -------------------------------------------------------------------------------------------------- */

struct maps {
	char uid[MAP_BYTES], gid[MAP_BYTES];
	const char *refused; /* the file that was */
};

/* Everyone whom this process can see, mapped to himself: the first column of its own map, twice. */
static bool
map_everyone(const char *path, char *map)
{
	FILE *file = fopen(path, "re");
	unsigned long inside, outside, count;
	size_t length = 0;

	if (file == NULL)
		return false;
	while (fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3 && length < MAP_BYTES - 64)
		length += (size_t)snprintf(map + length, MAP_BYTES - length, "%lu %lu %lu\n", inside, inside, count);
	fclose(file);
	return length > 0;
}

static bool
may_map_others(void)
{
	static const cap_value_t needed[] = { CAP_SETUID, CAP_SETGID, CAP_SETFCAP };
	cap_t caps = cap_get_proc();
	bool may = caps != NULL && geteuid() == 0;

	for (unsigned i = 0; may && i < sizeof(needed) / sizeof(needed[0]); i++) {
		cap_flag_value_t value = CAP_CLEAR;

		may = cap_get_flag(caps, needed[i], CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
	}
	if (caps != NULL)
		cap_free(caps);
	return may;
}

static int
write_maps(const struct faults *faults, struct maps *maps, int proc, bool others)
{
	int error;

	maps->refused = "setgroups";
	error = fault_errno(faults, "setgroups");
	if (error == 0 && !others)
		error = write_file(proc, "setgroups", "deny");
	if (error != 0)
		return error;
	maps->refused = "uid_map";
	error = fault_errno(faults, "uid_map");
	if (error == 0)
		error = write_file(proc, "uid_map", maps->uid);
	if (error != 0)
		return error;
	maps->refused = "gid_map";
	error = fault_errno(faults, "gid_map");
	return error != 0 ? error : write_file(proc, "gid_map", maps->gid);
}

/* A map of more than oneself can be written only from outside the new namespace: by a child that stayed there. */
static int
enter_as_everyone(const struct faults *faults, struct maps *maps, int proc, int *unshare_error)
{
	int pair[2], error = EIO;
	/* a literal's address is the same in the child */
	const struct iovec parts[] = {
		{ .iov_base = &error, .iov_len = sizeof(error) },
		{ .iov_base = &maps->refused, .iov_len = sizeof(maps->refused) },
	};
	const ssize_t size = sizeof(error) + sizeof(maps->refused);
	pid_t helper;

	if (channel_pair(pair) < 0)
		return errno;
	helper = fork();
	if (helper == 0) {
		close(pair[0]);
		if (channel_receive(pair[1], parts, 2, NULL, NULL) != size || error != 0)
			_exit(1);
		error = write_maps(faults, maps, proc, true);
		_exit(channel_send(pair[1], parts, 2, NULL, 0) < 0);
	}
	close(pair[1]);
	if (helper < 0) {
		error = errno;
		close(pair[0]);
		return error;
	}
	error = *unshare_error = unshare(CLONE_NEWUSER) < 0 ? errno : 0;
	channel_send(pair[0], parts, 2, NULL, 0);
	if (error == 0 && channel_receive(pair[0], parts, 2, NULL, NULL) != size)
		error = EIO;
	close(pair[0]);
	while (waitpid(helper, NULL, 0) < 0 && errno == EINTR)
		;
	return error;
}

int
identity_enter(const struct faults *faults, const struct namespace_limits *limits, struct err *err)
{
	struct maps maps = { .refused = "uid_map" };
	int proc = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int unshare_error = fault_errno(faults, "unshare"), error = 0;

	if (proc < 0)
		return err_set(err, ERR_SYSTEM,
		    "/proc is not there (%s), and the lab cannot be made without it: `mount -t proc proc /proc`",
		    strerror(errno));
	if (unshare_error != 0) {
		error = unshare_error;
	} else if (may_map_others() && map_everyone("/proc/self/uid_map", maps.uid) &&
	    map_everyone("/proc/self/gid_map", maps.gid)) {
		error = enter_as_everyone(faults, &maps, proc, &unshare_error);
	} else {
		snprintf(maps.uid, sizeof(maps.uid), "%u %u 1\n", geteuid(), geteuid());
		snprintf(maps.gid, sizeof(maps.gid), "%u %u 1\n", getegid(), getegid());
		if (unshare(CLONE_NEWUSER) < 0)
			error = unshare_error = errno;
		else
			error = write_maps(faults, &maps, proc, false);
	}
	close(proc);
	if (unshare_error != 0)
		return refusal_of_user_namespace(unshare_error, limits, err);
	if (error != 0)
		return refusal_of_map(maps.refused, error, err);
	return 0;
}

int
identity_new_network(const struct faults *faults, const struct namespace_limits *limits, struct err *err)
{
	const struct timespec pause = { .tv_nsec = 5 * NS_PER_MS };
	int error = fault_errno(faults, "net");

	for (int tries = 0; error == 0; tries++) {
		if (unshare(CLONE_NEWNET) == 0)
			return 0;
		if (errno != ENOSPC || limits->net < 3 || tries == 200)
			error = errno;
		else
			nanosleep(&pause, NULL);
	}
	return refusal_of_network(error, limits, err);
}

/* ---- capabilities ---------------------------------------------------------------------------------------------- */

static int
set_capabilities(const cap_value_t *values, int count, bool inheritable, struct err *err)
{
	cap_t caps = cap_init();
	int result = -1;

	if (caps != NULL &&
	    (count == 0 ||
		(cap_set_flag(caps, CAP_PERMITTED, count, values, CAP_SET) == 0 &&
		    cap_set_flag(caps, CAP_EFFECTIVE, count, values, CAP_SET) == 0 &&
		    (!inheritable || cap_set_flag(caps, CAP_INHERITABLE, count, values, CAP_SET) == 0))))
		result = cap_set_proc(caps);
	if (result < 0)
		err_set(err, ERR_SYSTEM, "capabilities could not be given up: %s", strerror(errno));
	if (caps != NULL)
		cap_free(caps);
	return result;
}

int
identity_keep_network(struct err *err)
{
	static const cap_value_t kept[] = { CAP_NET_RAW, CAP_NET_ADMIN };

	return set_capabilities(kept, sizeof(kept) / sizeof(kept[0]), false, err);
}

int
identity_for_programs(struct err *err)
{
	static const cap_value_t kept[] = { CAP_NET_RAW, CAP_NET_ADMIN, CAP_NET_BIND_SERVICE };
	const int count = sizeof(kept) / sizeof(kept[0]);

	if (geteuid() == 0)
		return 0;
	if (set_capabilities(kept, count, true, err) < 0)
		return -1;
	for (int i = 0; i < count; i++) {
		if (cap_set_ambient(kept[i], CAP_SET) < 0)
			return err_set(
			    err, ERR_SYSTEM, "Bob's programs could not be given capabilities: %s", strerror(errno));
	}
	return 0;
}

int
identity_drop(struct err *err)
{
	for (cap_value_t value = 0; value < cap_max_bits(); value++) {
		/* EPERM: given up before. */
		if (cap_drop_bound(value) < 0 && errno != EINVAL && errno != EPERM)
			return err_set(err, ERR_SYSTEM, "capabilities could not be given up: %s", strerror(errno));
	}
	return set_capabilities(NULL, 0, false, err);
}
