/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drive/capfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "base/when.h"

#define SNAPLEN 262144 /* what readers take as the most a frame can be */

struct capfile {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	int failed; /* errno of the first write that failed: the file ends in half a record there */
	char path[];
};

static int
cannot_write(struct err *err, const char *path, int reason)
{
	return err_set(err, ERR_SYSTEM, "cannot write \"%s\": %s", path, strerror(reason));
}

struct capfile *
capfile_create(const char *path, struct err *err)
{
	size_t length = strlen(path) + 1;
	struct capfile *file = calloc(1, sizeof(*file) + length);
	FILE *stream = fopen(path, "wbe");

	if (file == NULL || stream == NULL) {
		cannot_write(err, path, errno);
		goto fail;
	}
	memcpy(file->path, path, length);
	file->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
	if (file->pcap == NULL) {
		cannot_write(err, path, ENOMEM);
		goto fail;
	}
	file->dumper = pcap_dump_fopen(file->pcap, stream);
	if (file->dumper == NULL) {
		err_set(err, ERR_SYSTEM, "cannot write \"%s\": %s", path, pcap_geterr(file->pcap));
		pcap_close(file->pcap);
		goto fail;
	}
	return file;
fail:
	if (stream != NULL)
		fclose(stream);
	free(file);
	return NULL;
}

int
capfile_write(struct capfile *file, const uint8_t *frame, size_t size, int64_t wall_ns, struct err *err)
{
	struct pcap_pkthdr head = {
		.ts = { .tv_sec = wall_ns / NS_PER_S, .tv_usec = wall_ns % NS_PER_S },
		.caplen = size < SNAPLEN ? (bpf_u_int32)size : SNAPLEN,
		.len = (bpf_u_int32)size,
	};

	if (file->failed == 0) {
		pcap_dump((u_char *)file->dumper, &head, frame);
		if (ferror(pcap_dump_file(file->dumper)))
			file->failed = errno;
	}
	return file->failed == 0 ? 0 : cannot_write(err, file->path, file->failed);
}

int
capfile_close(struct capfile *file, struct err *err)
{
	int result = 0;

	if (file == NULL)
		return 0;
	if (pcap_dump_flush(file->dumper) != 0 && file->failed == 0)
		file->failed = errno;
	if (file->failed != 0)
		result = cannot_write(err, file->path, file->failed);
	pcap_dump_close(file->dumper);
	pcap_close(file->pcap);
	free(file);
	return result;
}
