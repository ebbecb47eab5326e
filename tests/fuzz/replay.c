/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every seed once through a fuzz target, as TAP: for compilers without libFuzzer.  Arguments are files and directories;
 * without any, the seeds of the target that the program is named after: replay_seg_parse,
 * $top_srcdir/tests/fuzz/seeds/seg_parse.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static unsigned done;

static void
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	size_t size;
	long end;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (end = ftell(file)) < 0) {
		printf("Bail out! cannot read %s\n", path);
		exit(1);
	}
	rewind(file);
	data = malloc((size_t)end + 1);
	size = fread(data, 1, (size_t)end, file);
	fclose(file);
	if (size > 0)
		data =
		    realloc(data, size); /* exactly its size, so that a sanitizer sees the first byte read too many */
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	printf("ok %u - %s\n", ++done, path);
	fflush(stdout);
}

static int
is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void
replay(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_seed, alphasort);

	if (count < 0) {
		replay_file(path);
		return;
	}
	for (int i = 0; i < count; i++) {
		char full[4096];

		snprintf(full, sizeof(full), "%s/%s", path, entries[i]->d_name);
		replay(full);
		free(entries[i]);
	}
	free(entries);
}

int
main(int argc, char **argv)
{
	const char *target = strstr(argv[0], "replay_"), *top = getenv("top_srcdir");
	char seeds[4096];

	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	if (argc == 1 && target != NULL) {
		snprintf(seeds, sizeof(seeds), "%s/tests/fuzz/seeds/%s", top != NULL ? top : ".",
		    target + strlen("replay_"));
		replay(seeds);
	}
	printf("1..%u\n", done);
	return done > 0 ? 0 : 1;
}
