/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lab/fault.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int number;
} errors[] = {
	{ "EACCES", EACCES },
	{ "EINVAL", EINVAL },
	{ "ENOENT", ENOENT },
	{ "ENOSPC", ENOSPC },
	{ "ENOSYS", ENOSYS },
	{ "EOPNOTSUPP", EOPNOTSUPP },
	{ "EPERM", EPERM },
	{ "EROFS", EROFS },
	{ "EUSERS", EUSERS },
};

void
fault_copy(struct faults *faults, const struct lab_faults *given)
{
	snprintf(faults->missing, sizeof(faults->missing), "%s",
	    given != NULL && given->missing_sysctls != NULL ? given->missing_sysctls : "");
	snprintf(
	    faults->refuse, sizeof(faults->refuse), "%s", given != NULL && given->refuse != NULL ? given->refuse : "");
}

/* The word of `list` that is `name`, or starts with it and '='; what follows name, or NULL. */
static const char *
word_in(const char *list, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = list; *at != '\0'; at += strcspn(at, " ")) {
		at += strspn(at, " ");
		if (strncmp(at, name, length) == 0 && strchr(" =", at[length]) != NULL)
			return at + length;
	}
	return NULL;
}

int
fault_errno(const struct faults *faults, const char *what)
{
	const char *rest = word_in(faults->refuse, what);
	size_t length;

	if (rest == NULL)
		return 0;
	if (*rest != '=')
		return EOPNOTSUPP;
	length = strcspn(++rest, " ");
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strlen(errors[i].name) == length && memcmp(rest, errors[i].name, length) == 0)
			return errors[i].number;
	}
	return EINVAL;
}

bool
fault_missing(const struct faults *faults, const char *name)
{
	return word_in(faults->missing, name) != NULL;
}

const char *
fault_errno_name(int number, char *buffer, unsigned size)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].number == number)
			return errors[i].name;
	}
	snprintf(buffer, size, "error %d", number);
	return buffer;
}
