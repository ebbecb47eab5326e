/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lesson/find.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/near.h"
#include "base/text.h"
#include "session/memory.h"

#define ORDER_BYTES_MAX 65536

static char *
join(const char *folder, const char *name, const char *ending)
{
	char *path = memory_new(strlen(folder) + strlen(name) + strlen(ending) + 2);

	stpcpy(stpcpy(stpcpy(stpcpy(path, folder), "/"), name), ending);
	return path;
}

static bool
is_kind(const char *path, mode_t kind)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

static char *
own_folder(void)
{
	char program[PATH_MAX], *slash, *beside;
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length <= 0)
		return memory_text(LESSON_FOLDER);
	program[length] = '\0';
	slash = strrchr(program, '/');
	*(slash != NULL ? slash : program) = '\0';
	beside = join(program, "lessons", "");
	if (is_kind(beside, S_IFDIR))
		return beside;
	free(beside);
	return memory_text(LESSON_FOLDER);
}

char *
lesson_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = memory_text(slash != NULL ? slash + 1 : path);
	size_t length = strlen(name);

	if (length > 3 && strcmp(name + length - 3, ".md") == 0)
		name[length - 3] = '\0';
	return name;
}

static char **
add_text(char ***list, size_t *count, size_t *room, char *text)
{
	if (*count == *room)
		*list = memory_grow(*list, room, sizeof(**list));
	(*list)[*count] = text;
	return &(*list)[(*count)++];
}

/* Takes the path, unless a lesson of that name is there already, or it is no file. */
static void
add_path(struct lesson_names *names, char *path)
{
	char *name = lesson_name(path);
	bool is_new = is_kind(path, S_IFREG);

	for (size_t i = 0; i < names->count && is_new; i++) {
		char *other = lesson_name(names->path[i]);

		is_new = strcmp(other, name) != 0;
		free(other);
	}
	free(name);
	if (is_new)
		add_text(&names->path, &names->count, &names->room, path);
	else
		free(path);
}

/* The file ORDER names lessons, one a line, as they build upon each other. */
static void
add_ordered(struct lesson_names *names, const char *folder)
{
	char *path = join(folder, "ORDER", ""), *text, *rest;
	FILE *file = is_kind(path, S_IFREG) ? fopen(path, "re") : NULL;

	free(path);
	if (file == NULL)
		return;
	rest = text = memory_new(ORDER_BYTES_MAX + 1);
	text[fread(text, 1, ORDER_BYTES_MAX, file)] = '\0';
	fclose(file);
	for (char *name; (name = strtok_r(rest, " \t\r\n", &rest)) != NULL; ) {
		if (strchr(name, '/') == NULL)
			add_path(names, join(folder, name, ".md"));
	}
	free(text);
}

static int
is_lesson(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 3 && strcmp(entry->d_name + length - 3, ".md") == 0;
}

static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
add_folder(struct lesson_names *names, const char *folder)
{
	struct dirent **entry;
	int count = scandir(folder, &entry, is_lesson, by_bytes);

	if (count < 0) {
		const char *reason = strerror(errno);
		char *unread = memory_new(strlen(folder) + strlen(reason) + 3);

		stpcpy(stpcpy(stpcpy(unread, folder), ": "), reason);
		add_text(&names->unread, &names->unreads, &names->unread_room, unread);
		return;
	}
	add_ordered(names, folder);
	for (int i = 0; i < count; i++) {
		add_path(names, join(folder, entry[i]->d_name, ""));
		free(entry[i]);
	}
	free(entry);
}

void
lesson_names(struct lesson_names *names)
{
	const char *path = getenv("TCPDOJO_LESSON_PATH");
	char *own = own_folder(), *copy = memory_text(path != NULL ? path : ""), *rest = copy;

	*names = (struct lesson_names){ 0 };
	for (char *folder; (folder = strsep(&rest, ":")) != NULL; )
		add_folder(names, folder[0] != '\0' ? folder : own);
	free(copy);
	free(own);
}

void
lesson_names_clear(struct lesson_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->path[i]);
	for (size_t i = 0; i < names->unreads; i++)
		free(names->unread[i]);
	free(names->path);
	free(names->unread);
	*names = (struct lesson_names){ 0 };
}

/* ---- one of them ------------------------------------------------------------------------------------------------------- */

/* The near names, or, where none is near, all. */
static void
not_there(const struct lesson_names *names, const char *wanted, struct err *err)
{
	char list[512];
	struct text t = text_in(list, sizeof(list));
	bool any_near = false;

	for (size_t pass = 0; pass < 2 && t.length == 0; pass++) {
		for (size_t i = 0; i < names->count; i++) {
			char *name = lesson_name(names->path[i]);

			if (pass == 1 || near_word(wanted, name))
				text_add(&t, "%s%s", t.length > 0 ? ", " : "", QUOTED(name));
			any_near = any_near || (pass == 0 && t.length > 0);
			free(name);
		}
	}
	if (t.length == 0)
		err_set(err, ERR_INPUT, "there is no lesson \"%s\", and no other%s%s", QUOTED(wanted), names->unreads > 0 ? "; " : "",
		    names->unreads > 0 ? QUOTED(names->unread[0]) : "");
	else
		err_set(err, ERR_INPUT, "there is no lesson \"%s\"; %s: %s", QUOTED(wanted), any_near ? "near it are" : "there are", list);
}

char *
lesson_find(const char *name, struct err *err)
{
	size_t length = strlen(name);
	struct lesson_names names;
	char *found = NULL;

	if (strchr(name, '/') != NULL || (length > 3 && strcmp(name + length - 3, ".md") == 0))
		return memory_text(name);
	lesson_names(&names);
	for (size_t i = 0; i < names.count && found == NULL; i++) {
		char *other = lesson_name(names.path[i]);

		if (strcmp(other, name) == 0)
			found = memory_text(names.path[i]);
		free(other);
	}
	if (found == NULL)
		not_there(&names, name, err);
	lesson_names_clear(&names);
	return found;
}
