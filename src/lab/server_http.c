/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bob's web server: libmicrohttpd, run by the agent's loop.
 *
 * The library works on a duplicate of the accepted descriptor and, asked for turbo, never calls shutdown(): what it
 * closes does not reach the wire, so that the time of Bob's FIN is the agent's.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/tcp.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/when.h"
#include "lab/server_parts.h"

#define BIG_LINE 64
#define BIG_SIZE (100 * 1024)
#define CONNECTION_MEMORY 8192 /* which bounds a request's header, too */
#define CONNECTIONS_MAX 65536  /* server.c has the limit */

/*
 * The library is loaded when the first connection comes, not with the program: it brings a dozen others along, and most
 * of what the loader took at every start was theirs.
 */
#define LIBRARY(F)                                                                                                     \
	F(add_connection)                                                                                              \
	F(add_response_header)                                                                                         \
	F(create_response_from_buffer)                                                                                 \
	F(destroy_response)                                                                                            \
	F(get_connection_info)                                                                                         \
	F(get_daemon_info)                                                                                             \
	F(get_timeout)                                                                                                 \
	F(lookup_connection_value)                                                                                     \
	F(queue_response)                                                                                              \
	F(run)                                                                                                         \
	F(start_daemon)                                                                                                \
	F(stop_daemon)

struct library {
	void *handle;
#define F(name) __typeof__(&MHD_##name) name;
	LIBRARY(F)
#undef F
};

struct http {
	struct library mhd;
	struct watch watch; /* the library's own epoll */
	struct MHD_Daemon *daemon;
	struct MHD_Response *big;
	const struct served *beginning; /* being handed to the library at this moment */
	bool half_closed;               /* there may be connections whose peer is done and the library not woken */
	char big_text[BIG_SIZE];
};

/* ---- pages ------------------------------------------------------------------------------------------------------- */

static void
write_addresses(struct text *t, int fd)
{
	struct sockaddr_storage here = { 0 }, there = { 0 };
	socklen_t here_size = sizeof(here), there_size = sizeof(there);

	getsockname(fd, (struct sockaddr *)&here, &here_size);
	getpeername(fd, (struct sockaddr *)&there, &there_size);
	text_add(t, "You are ");
	endpoint_text(t, (const struct sockaddr *)&there);
	text_add(t, " and I am Bob, ");
	endpoint_text(t, (const struct sockaddr *)&here);
	text_add(t, ".\n");
}

/* Numbers have a fixed width: a page fetched twice is as long twice, and so are the sequence numbers behind it. */
static void
write_connection(struct text *t, int fd)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
	text_add(t, "Your SYN, my SYN-ACK, your ACK: with that handshake we were both ESTABLISHED.\n\n");
	text_add(t, "received from you  %10" PRIu64 " bytes of data (segments: %u)\n",
	    (uint64_t)info.tcpi_bytes_received, info.tcpi_data_segs_in);
	text_add(t, "my segments        %10u bytes of data at most (your MSS less my options)\n", info.tcpi_snd_mss);
	if ((info.tcpi_options & TCPI_OPT_WSCALE) != 0)
		text_add(t, "window scale       %10u yours, %u mine (shift by so many bits)\n", info.tcpi_snd_wscale,
		    info.tcpi_rcv_wscale);
	else
		text_add(t, "window scale             none: your SYN did not offer it\n");
	text_add(t, "other options              %s %s %s\n",
	    (info.tcpi_options & TCPI_OPT_TIMESTAMPS) ? "timestamps" : "",
	    (info.tcpi_options & TCPI_OPT_SACK) ? "SACK" : "", (info.tcpi_options & TCPI_OPT_ECN) ? "ECN" : "");
	text_add(t, "round trip         %10u microseconds, as I measured it\n\n", info.tcpi_rtt);
}

static void
write_next(struct text *t, bool stays, int64_t pause_ns)
{
	text_add(t, "What now?  Acknowledge this page: `ack`.\n");
	if (stays)
		text_add(t,
		    "I keep the connection for your next request.  To close it: `fin`, wait for my\n"
		    "FIN (it puts you in TIME-WAIT), and `ack` that.\n");
	else
		text_add(t,
		    "I close first, %" PRId64 " ms from now.  My FIN puts you in CLOSE-WAIT: `ack` it, then\n"
		    "`fin`; the TIME-WAIT will be mine.\n",
		    pause_ns / NS_PER_MS);
	text_add(t, "More to read: /big, %d bytes.\n", BIG_SIZE);
}

/* Line n of /big tells where in the page it begins. */
static void
write_big(char *page)
{
	static const char rest[] = "the rest of this line is here to fill it";

	for (unsigned at = 0; at < BIG_SIZE; at += BIG_LINE) {
		char line[BIG_LINE + 1];
		struct text t = text_in(line, sizeof(line));

		text_add(&t, "byte %6u of %6u  %s", at, BIG_SIZE, rest);
		memset(line + t.length, '.', BIG_LINE - t.length);
		line[BIG_LINE - 1] = '\n';
		memcpy(page + at, line, BIG_LINE);
	}
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

/* RFC 9112 9.3. */
static bool
stays_open(const struct library *mhd, struct MHD_Connection *connection, const char *version)
{
	const char *said = mhd->lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONNECTION);

	if (strcmp(version, MHD_HTTP_VERSION_1_1) == 0)
		return said == NULL || strcasecmp(said, "close") != 0;
	return said != NULL && strcasecmp(said, "keep-alive") == 0;
}

static enum MHD_Result
answer_text(const struct library *mhd, struct MHD_Connection *connection, unsigned status, const char *type,
    struct text *t)
{
	struct MHD_Response *response = mhd->create_response_from_buffer(t->length, t->at, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	mhd->add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		mhd->add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = mhd->queue_response(connection, status, response);
	mhd->destroy_response(response);
	return result;
}

static enum MHD_Result
answer_page(struct agent *agent, struct MHD_Connection *connection, const char *version)
{
	const struct library *mhd = &servers_http(agent)->mhd;
	const union MHD_ConnectionInfo *info = mhd->get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	char page[2048];
	struct text t = text_in(page, sizeof(page));

	if (info == NULL)
		return MHD_NO;
	text_add(&t, "<!DOCTYPE html>\n<title>Bob</title>\n<pre>\n");
	write_addresses(&t, info->connect_fd);
	write_connection(&t, info->connect_fd);
	write_next(&t, stays_open(mhd, connection, version), agent->settings.pause_ns);
	text_add(&t, "</pre>\n");
	return answer_text(mhd, connection, MHD_HTTP_OK, "text/html", &t);
}

static enum MHD_Result
request_ready(void *closure, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *body, size_t *body_size, void **seen)
{
	struct agent *agent = closure;
	const struct library *mhd = &servers_http(agent)->mhd;
	char sentence[512];
	struct text t = text_in(sentence, sizeof(sentence));

	(void)body;
	if (*seen == NULL || *body_size > 0) { /* the header has come, or a piece of a body: answer when all is there */
		*seen = closure;
		*body_size = 0;
		return MHD_YES;
	}
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		text_add(&t, "Bob answers GET and HEAD, not \"");
		text_add_escaped(&t, method, strnlen(method, 16));
		text_add(&t, "\".  Try: GET / HTTP/1.1\n");
		return answer_text(mhd, connection, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain", &t);
	}
	if (strcmp(url, "/") == 0)
		return answer_page(agent, connection, version);
	if (strcmp(url, "/big") == 0)
		return mhd->queue_response(connection, MHD_HTTP_OK, servers_http(agent)->big);
	text_add(&t, "Bob has no page \"");
	text_add_escaped(&t, url, strnlen(url, 64));
	text_add(&t, "\".  He has / (about this connection) and /big (%d bytes).\n", BIG_SIZE);
	return answer_text(mhd, connection, MHD_HTTP_NOT_FOUND, "text/plain", &t);
}

/* ---- connections ------------------------------------------------------------------------------------------------- */

/* The library tells of connections by their descriptor. */
static void
connection_changed(
    void *closure, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode what)
{
	struct agent *agent = closure;
	const struct library *mhd = &servers_http(agent)->mhd;
	const union MHD_ConnectionInfo *info = mhd->get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct served *served = servers_open(agent);

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		while (info != NULL && served != NULL && served->library_fd != info->connect_fd)
			served = served->after;
		*context = served;
		return;
	}
	served = *context;
	if (served == NULL)
		return;
	served->library_fd = -1;
	if (served != servers_http(agent)->beginning)
		served_end(agent, served);
}

static void
peer_changed(struct agent *agent, struct watch *watch, uint32_t events)
{
	struct served *served = (struct served *)watch;

	if ((events & EPOLLRDHUP) != 0) {
		served->peer_done = true;
		servers_http(agent)->half_closed = true;
	}
}

/*
 * The library waits for edges, and takes a short read for the end of what there is: a FIN that came along with data is
 * lost on it.  When all data are read, shutting down the half that the peer has shut down already wakes who polls the
 * socket once more, and puts nothing on the wire.  True when that was done.
 */
static bool
wake_library(struct agent *agent, struct http *http)
{
	bool woken = false;

	http->half_closed = false;
	for (struct served *served = servers_open(agent); served != NULL; served = served->after) {
		int unread = 0;

		if (!served->peer_done || served->library_woken)
			continue;
		if (ioctl(served->watch.fd, FIONREAD, &unread) == 0 && unread > 0) {
			http->half_closed = true;
			continue;
		}
		shutdown(served->watch.fd, SHUT_RD);
		served->library_woken = true;
		woken = true;
	}
	return woken;
}

int
http_begin(struct agent *agent, struct served *served)
{
	struct http *http = servers_http(agent);
	struct sockaddr_storage from = { 0 };
	socklen_t from_size = sizeof(from);
	enum MHD_Result added;

	if (http == NULL || getpeername(served->watch.fd, (struct sockaddr *)&from, &from_size) < 0)
		return -1;
	served->library_fd = fcntl(served->watch.fd, F_DUPFD_CLOEXEC, 3);
	if (served->library_fd < 0)
		return -1;
	http->beginning = served;
	served->watch.ready = peer_changed;
	added = http->mhd.add_connection(http->daemon, served->library_fd, (const struct sockaddr *)&from, from_size);
	http->beginning = NULL;
	if (added != MHD_YES || served->library_fd < 0)
		return -1;
	(void)watch_want(agent, &served->watch, EPOLLRDHUP | EPOLLET);
	return 0;
}

/* ---- the daemon -------------------------------------------------------------------------------------------------- */

/* Its work is done in http_turn, which runs in each turn of the loop. */
static void
http_ready(struct agent *agent, struct watch *watch, uint32_t events)
{
	(void)agent;
	(void)watch;
	(void)events;
}

static int
start_daemon(struct agent *agent, struct http *http)
{
	const struct library *mhd = &http->mhd;
	const union MHD_DaemonInfo *info;

	http->daemon = mhd->start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO, 0, NULL, NULL,
	    request_ready, agent, MHD_OPTION_NOTIFY_CONNECTION, connection_changed, agent,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
	    (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_END);
	if (http->daemon == NULL)
		return -1;
	info = mhd->get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	http->watch.fd = info != NULL ? fcntl(info->epoll_fd, F_DUPFD_CLOEXEC, 3) : -1;
	http->watch.ready = http_ready;
	if (http->watch.fd < 0 || watch_want(agent, &http->watch, EPOLLIN) < 0)
		return -1;
	http->big = mhd->create_response_from_buffer(BIG_SIZE, http->big_text, MHD_RESPMEM_PERSISTENT);
	if (http->big == NULL)
		return -1;
	mhd->add_response_header(http->big, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain");
	return 0;
}

/* -1 with errno when it, or a function of it, is not there. */
static int
load(struct library *mhd)
{
	mhd->handle = dlopen(MICROHTTPD_SONAME, RTLD_NOW | RTLD_LOCAL);
	if (mhd->handle == NULL)
		goto missing;
#define F(name)                                                                                                        \
	mhd->name = (__typeof__(&MHD_##name))dlsym(mhd->handle, "MHD_" #name);                                         \
	if (mhd->name == NULL)                                                                                         \
		goto missing;
	LIBRARY(F)
#undef F
	return 0;
missing:
	errno = ENOSYS;
	return -1;
}

struct http *
http_start(struct agent *agent)
{
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		return NULL;
	http->watch.fd = -1;
	write_big(http->big_text);
	if (load(&http->mhd) == 0 && start_daemon(agent, http) == 0)
		return http;
	http_stop(agent, http);
	return NULL;
}

void
http_stop(struct agent *agent, struct http *http)
{
	watch_close(agent, &http->watch);
	if (http->daemon != NULL)
		http->mhd.stop_daemon(http->daemon);
	if (http->big != NULL)
		http->mhd.destroy_response(http->big);
	if (http->mhd.handle != NULL)
		dlclose(http->mhd.handle);
	free(http);
}

int
http_turn(struct agent *agent, struct http *http)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;

	http->mhd.run(http->daemon);
	if (http->half_closed && wake_library(agent, http))
		http->mhd.run(http->daemon);
	if (http->mhd.get_timeout(http->daemon, &wait_ms) != MHD_YES)
		return -1;
	return wait_ms < INT32_MAX ? (int)wait_ms : INT32_MAX;
}
