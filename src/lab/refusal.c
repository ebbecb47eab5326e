/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "base/text.h"

#define CLONE_SYSCTL "kernel.unprivileged_userns_clone"
#define APPARMOR_SYSCTL "kernel.apparmor_restrict_unprivileged_userns"

/* The number in a file of /proc, -1 where there is none. */
static int
number_in(const char *path)
{
	FILE *file = fopen(path, "re");
	int number = -1;

	if (file == NULL)
		return -1;
	if (fscanf(file, "%d", &number) != 1)
		number = -1;
	fclose(file);
	return number;
}

/* Inside a chroot the mount table has no line for "/". */
static bool
in_chroot(void)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[4096], point[256];
	bool root = false;

	if (file == NULL)
		return false;
	while (!root && fgets(line, sizeof(line), file) != NULL)
		root = sscanf(line, "%*s %*s %*s %*s %255s", point) == 1 && strcmp(point, "/") == 0;
	fclose(file);
	return !root;
}

static bool
under_seccomp(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	char line[256];
	int mode = 0;

	if (file == NULL)
		return false;
	while (fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "Seccomp: %d", &mode);
	fclose(file);
	return mode == 2;
}

static void
add_apparmor(struct text *t)
{
	text_add(t,
	    "\n  - AppArmor restricts user namespaces (Ubuntu 24.04 and later): let `./bootstrap` install a profile "
	    "for tcpdojo, "
	    "or `sudo sysctl -w " APPARMOR_SYSCTL "=0`");
}

/* A found cause stands alone; where none shows, all are named. */
static void
add_causes_of_eperm(struct text *t)
{
	bool clone_off = number_in("/proc/sys/kernel/unprivileged_userns_clone") == 0;
	bool apparmor = number_in("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1;
	bool chrooted = in_chroot(), seccomp = under_seccomp();
	bool unknown = !clone_off && !apparmor && !chrooted && !seccomp;

	if (chrooted || unknown)
		text_add(t,
		    "\n  - in a chroot no user namespaces can be made: enter the tree by pivot_root instead "
		    "(`unshare --mount`, systemd-nspawn, bwrap), or run tcpdojo outside");
	if (seccomp || unknown)
		text_add(t,
		    "\n  - a container's seccomp filter forbids it: start the container with "
		    "`--security-opt seccomp=unconfined`, or run tcpdojo outside");
	if (clone_off || unknown)
		text_add(t, "\n  - a sysctl forbids it: `sudo sysctl -w " CLONE_SYSCTL "=1`");
	if (apparmor || unknown)
		add_apparmor(t);
}

static void
add_limit(struct text *t, const char *name, long now, int needed)
{
	const long plenty = 1000000;

	if (now >= 0 && now < plenty)
		text_add(t, "\n  - user.%s is %ld, and %d %s needed: `sudo sysctl -w user.%s=%ld`", name, now, needed,
		    needed == 1 ? "is" : "are", name, now < 500 ? 1000 : 2 * now);
	else
		text_add(t,
		    "\n  - user.%s, outside of the namespace or container that this is: `sudo sysctl -w user.%s=1000` "
		    "there",
		    name, name);
}

int
refusal_of_user_namespace(int error, const struct namespace_limits *limits, struct err *err)
{
	char name[32];
	struct text t;

	err_set(err, ERR_SYSTEM, "the lab needs a user namespace, and this system refuses one (unshare: %s).",
	    fault_errno_name(error, name, sizeof(name)));
	t = text_in(err->text + strlen(err->text), sizeof(err->text) - strlen(err->text));
	if (error == ENOSPC || error == EUSERS) {
		text_add(&t, " A limit is reached:");
		add_limit(&t, "max_user_namespaces", limits->user, 1);
		text_add(&t, "\n  - user namespaces nest 32 deep at most: run tcpdojo further outside");
	} else if (error == EPERM || error == EACCES) {
		text_add(&t, " Causes and ways out:");
		add_causes_of_eperm(&t);
	} else {
		text_add(&t,
		    " Causes and ways out:"
		    "\n  - this kernel was built without them: use one with CONFIG_USER_NS and CONFIG_NET_NS"
		    "\n  - WSL 1 has none: `wsl --set-version DISTRIBUTION 2`");
	}
	return -1;
}

int
refusal_of_map(const char *file, int error, struct err *err)
{
	char name[32], program[512];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	bool apparmor = number_in("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1;
	bool filecaps = getauxval(AT_SECURE) != 0;
	struct text t;

	program[length > 0 ? length : 0] = '\0';
	err_set(err, ERR_SYSTEM,
	    "the lab's user namespace was made, but this system will not have the user mapped into it (%s: %s). "
	    "Causes and ways out:",
	    file, fault_errno_name(error, name, sizeof(name)));
	t = text_in(err->text + strlen(err->text), sizeof(err->text) - strlen(err->text));
	if (apparmor || !filecaps)
		add_apparmor(&t);
	if (filecaps || !apparmor)
		text_add(&t,
		    "\n  - tcpdojo carries file capabilities, with which no lab can start: `sudo setcap -r %s`",
		    program);
	return -1;
}

int
refusal_of_network(int error, const struct namespace_limits *limits, struct err *err)
{
	char name[32];
	struct text t;

	err_set(err, ERR_SYSTEM, "the lab needs three network namespaces, and this system refuses one (unshare: %s).",
	    fault_errno_name(error, name, sizeof(name)));
	t = text_in(err->text + strlen(err->text), sizeof(err->text) - strlen(err->text));
	if (error == ENOSPC) {
		text_add(&t, " A limit is reached:");
		add_limit(&t, "max_net_namespaces", limits->net, 3);
		text_add(&t, "\n  - or other labs hold them all: end one, and wait a second");
	} else if (error == EPERM || error == EACCES) {
		text_add(&t, " Causes and ways out:");
		add_causes_of_eperm(&t);
	} else {
		text_add(&t,
		    " Causes and ways out:"
		    "\n  - this kernel was built without them: use one with CONFIG_NET_NS");
	}
	return -1;
}

int
refusal_of_process_namespace(int error, struct err *err)
{
	char name[32];
	struct text t;

	err_set(err, ERR_SYSTEM, "the lab needs a PID namespace, and this system refuses one (clone: %s).",
	    fault_errno_name(error, name, sizeof(name)));
	t = text_in(err->text + strlen(err->text), sizeof(err->text) - strlen(err->text));
	if (error == ENOSPC) {
		text_add(&t, " A limit is reached:");
		add_limit(&t, "max_pid_namespaces", number_in("/proc/sys/user/max_pid_namespaces"), 1);
	} else if (error == EPERM || error == EACCES) {
		text_add(&t, " Causes and ways out:");
		add_causes_of_eperm(&t);
	} else {
		text_add(&t,
		    " Causes and ways out:"
		    "\n  - too many processes: `ulimit -u`, or end some"
		    "\n  - this kernel was built without them: use one with CONFIG_PID_NS");
	}
	return -1;
}
