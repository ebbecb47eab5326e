/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/state_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int
state_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		int result;

		*slash = '\0';
		result = mkdir(path, 0700);
		*slash = '/';
		if (result != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
			return -1;
	}
	return 0;
}

/* XDG says that a relative folder does not count. */
char *
state_path(const char *name, const char *what, struct err *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *path = NULL;
	int length;

	if (state != NULL && state[0] == '/') {
		length = asprintf(&path, "%s/tcpdojo/%s", state, name);
	} else if (home != NULL && home[0] == '/') {
		length = asprintf(&path, "%s/.local/state/tcpdojo/%s", home, name);
	} else {
		err_set(err, ERR_SYSTEM, "%s: neither XDG_STATE_HOME nor HOME names a folder", what);
		return NULL;
	}
	if (length < 0) {
		err_set(err, ERR_SYSTEM, "%s: %s", what, strerror(errno));
		return NULL;
	}
	return path;
}

char *
state_set_aside(const char *path, const char *suffix)
{
	char *aside;

	if (asprintf(&aside, "%s.%s", path, suffix) < 0)
		return NULL;
	if (rename(path, aside) == 0)
		return aside;
	free(aside);
	return NULL;
}
