/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/agent_setting.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "base/when.h"

#ifndef SO_BUF_LOCK
#define SO_BUF_LOCK 72 /* Linux 5.14; older C library headers lack it */
#endif

#define LOCKED_RCVBUF 2 /* the kernel's SOCK_RCVBUF_LOCK */
#define PAUSE_MAX_NS (3600 * NS_PER_S)
#define LINGER_MAX_S 86400
#define RCVBUF_MAX (64u << 20)

struct agent_settings
agent_settings_default(void)
{
	return (struct agent_settings){ .pause_ns = 150 * NS_PER_MS, .linger_s = -1 };
}

/* Digits at *at, at most `limit`; false when there are none or they say more. */
static bool
take_number(const char **at, uint64_t limit, uint64_t *number)
{
	uint64_t n = 0;
	const char *p = *at;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (uint64_t)(*p - '0');
		if (n > limit)
			return false;
	}
	*at = p;
	*number = n;
	return true;
}

static int
parse_pause(struct agent_settings *settings, const char *value, struct err *err)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = { { "us", NS_PER_US }, { "ms", NS_PER_MS }, { "s", NS_PER_S } };
	const char *at = value;
	uint64_t n;

	if (take_number(&at, PAUSE_MAX_NS / NS_PER_US, &n)) {
		for (unsigned i = 0; i < sizeof(units) / sizeof(*units); i++) {
			if (strcmp(at, units[i].unit) == 0 && n <= (uint64_t)(PAUSE_MAX_NS / units[i].ns)) {
				settings->pause_ns = (int64_t)n * units[i].ns;
				return 0;
			}
		}
	}
	return err_set(
	    err, ERR_INPUT, "pause=%s: a time of at most an hour was expected, such as 150ms, 500us, 2s or 0ms", value);
}

static int
parse_nodelay(struct agent_settings *settings, const char *value, struct err *err)
{
	settings->nodelay = strcmp(value, "on") == 0;
	if (settings->nodelay || strcmp(value, "off") == 0)
		return 0;
	return err_set(err, ERR_INPUT, "nodelay=%s: on (no Nagle) or off was expected", value);
}

static int
parse_linger(struct agent_settings *settings, const char *value, struct err *err)
{
	const char *at = value;
	uint64_t n;

	if (strcmp(value, "off") == 0) {
		settings->linger_s = -1;
		return 0;
	}
	if (take_number(&at, LINGER_MAX_S, &n) && *at == '\0') {
		settings->linger_s = (int32_t)n;
		return 0;
	}
	return err_set(err, ERR_INPUT,
	    "linger=%s: off, or whole seconds up to %d were expected; 0 makes close() send RST", value, LINGER_MAX_S);
}

/* Which algorithms this kernel offers, for an error's text. */
static void
list_congestion(char *names, size_t size)
{
	int fd = open("/proc/sys/net/ipv4/tcp_available_congestion_control", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, names, size - 1);

	if (fd >= 0)
		close(fd);
	names[n > 0 ? n : 0] = '\0';
	names[strcspn(names, "\n")] = '\0';
}

/* Tried on a socket: only the kernel knows what it has and what it lets us use. */
static int
parse_congestion(struct agent_settings *settings, const char *value, struct err *err)
{
	char names[256];
	socklen_t size = sizeof(settings->congestion);
	bool is_default = strcmp(value, "default") == 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), done = -1;

	if (fd >= 0 && is_default) {
		done = getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, settings->congestion, &size);
	} else if (fd >= 0 && *value != '\0' && strlen(value) < sizeof(settings->congestion)) {
		done = setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, value, (socklen_t)strlen(value));
		if (done == 0)
			snprintf(settings->congestion, sizeof(settings->congestion), "%s", value);
	}
	if (fd >= 0)
		close(fd);
	if (done == 0)
		return 0;
	list_congestion(names, sizeof(names));
	return err_set(
	    err, ERR_INPUT, "congestion=%s: Bob's kernel will not use that; it has %s, or say default", value, names);
}

static int
parse_rcvbuf(struct agent_settings *settings, const char *value, struct err *err)
{
	const char *at = value;
	uint64_t n;

	if (strcmp(value, "auto") == 0) {
		settings->rcvbuf_bytes = 0;
		return 0;
	}
	if (take_number(&at, RCVBUF_MAX, &n) && n > 0) {
		if (strcmp(at, "kb") == 0) {
			n *= 1024;
			at += 2;
		}
		if (*at == '\0' && n <= RCVBUF_MAX) {
			settings->rcvbuf_bytes = (uint32_t)n;
			return 0;
		}
	}
	return err_set(
	    err, ERR_INPUT, "rcvbuf=%s: auto, or a size up to 64 MiB was expected, such as 4096 or 64kb", value);
}

static const struct setting {
	const char *name, *example;
	int (*parse)(struct agent_settings *settings, const char *value, struct err *err);
} settings_table[] = {
	{ "pause", "pause=150ms", parse_pause },
	{ "nodelay", "nodelay=on", parse_nodelay },
	{ "linger", "linger=0", parse_linger },
	{ "congestion", "congestion=reno", parse_congestion },
	{ "rcvbuf", "rcvbuf=4096", parse_rcvbuf },
};

#define SETTINGS (sizeof(settings_table) / sizeof(*settings_table))

const char *
agent_setting_example(unsigned at)
{
	return at < SETTINGS ? settings_table[at].example : NULL;
}

static int
unknown_setting(const char *word, struct err *err)
{
	char examples[128];
	struct text t = text_in(examples, sizeof(examples));

	for (unsigned i = 0; i < SETTINGS; i++)
		text_add(&t, "%s%s", i == 0 ? "" : ", ", settings_table[i].example);
	return err_set(err, ERR_INPUT, "\"%s\" is not a setting of Bob's agent; these are: %s", word, examples);
}

static int
parse_word(struct agent_settings *settings, const char *word, struct err *err)
{
	size_t name_size = strcspn(word, "=");

	for (unsigned i = 0; word[name_size] == '=' && i < SETTINGS; i++)
		if (strlen(settings_table[i].name) == name_size && memcmp(word, settings_table[i].name, name_size) == 0)
			return settings_table[i].parse(settings, word + name_size + 1, err);
	return unknown_setting(word, err);
}

int
agent_settings_parse(struct agent_settings *settings, const char *text, struct err *err)
{
	struct agent_settings wanted = *settings;
	unsigned words = 0;

	for (const char *at = text + strspn(text, " "); *at != '\0'; at += strspn(at, " ")) {
		char word[64], shown[4 * sizeof(word)];
		size_t size = strcspn(at, " ");
		struct text t = text_in(shown, sizeof(shown));

		if (size >= sizeof(word))
			return err_set(err, ERR_INPUT, "a word of %zu bytes is no setting; pause=150ms is one", size);
		memcpy(word, at, size);
		word[size] = '\0';
		at += size;
		text_add_escaped(&t, word, size);
		if (strcmp(word, shown) != 0)
			return unknown_setting(shown, err);
		if (parse_word(&wanted, word, err) < 0)
			return -1;
		words++;
	}
	if (words == 0)
		return unknown_setting("", err);
	*settings = wanted;
	return 0;
}

/* Lets the kernel size the buffer again, beginning where a fresh socket does. */
static int
unlock_rcvbuf(int fd)
{
	int lock = 0, bytes = 0, fresh;
	socklen_t size = sizeof(lock);

	if (getsockopt(fd, SOL_SOCKET, SO_BUF_LOCK, &lock, &size) < 0 || (lock & LOCKED_RCVBUF) == 0)
		return 0;
	fresh = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fresh < 0)
		return -1;
	size = sizeof(bytes);
	getsockopt(fresh, SOL_SOCKET, SO_RCVBUF, &bytes, &size);
	close(fresh);
	bytes /= 2; /* the kernel tells, and sets, twice what is asked for */
	lock &= ~LOCKED_RCVBUF;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)) < 0)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_BUF_LOCK, &lock, sizeof(lock));
}

int
agent_settings_apply(const struct agent_settings *settings, int fd)
{
	const struct linger linger = { .l_onoff = settings->linger_s >= 0,
		.l_linger = settings->linger_s >= 0 ? settings->linger_s : 0 };
	const int nodelay = settings->nodelay, rcvbuf = (int)settings->rcvbuf_bytes;
	int result = 0;

	result |= setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &nodelay, sizeof(nodelay));
	result |= setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	if (settings->congestion[0] != '\0')
		result |= setsockopt(
		    fd, IPPROTO_TCP, TCP_CONGESTION, settings->congestion, (socklen_t)strlen(settings->congestion));
	if (rcvbuf > 0)
		result |= setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf));
	else
		result |= unlock_rcvbuf(fd);
	return result;
}
