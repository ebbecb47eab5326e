/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drive/filter.h"

#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "base/text.h"

#define SNAPSHOT 65535

struct filter {
	struct bpf_program program;
};

struct filter *
filter_compile(const char *expression, struct err *err)
{
	struct filter *filter = calloc(1, sizeof(*filter));
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, SNAPSHOT);

	if (filter == NULL || pcap == NULL) {
		err_set(err, ERR_SYSTEM, "no memory for a filter");
		goto failed;
	}
	if (pcap_compile(pcap, &filter->program, expression, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		err_set(err, ERR_INPUT, "\"%s\" is no pcap filter: %s", QUOTED(expression), pcap_geterr(pcap));
		goto failed;
	}
	pcap_close(pcap);
	return filter;
failed:
	if (pcap != NULL)
		pcap_close(pcap);
	free(filter);
	return NULL;
}

void
filter_free(struct filter *filter)
{
	if (filter == NULL)
		return;
	pcap_freecode(&filter->program);
	free(filter);
}

bool
filter_match(const struct filter *filter, const uint8_t *frame, size_t size, size_t whole)
{
	const struct pcap_pkthdr header = { .caplen = (bpf_u_int32)size, .len = (bpf_u_int32)whole };

	return pcap_offline_filter(&filter->program, &header, frame) != 0;
}
