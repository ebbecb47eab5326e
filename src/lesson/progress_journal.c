/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal as JSON: one row a member, so that what is written is what is read. */
#include <stdlib.h>

#include "lesson/progress_parts.h"
#include "session/memory.h"

/* A member that is a number or a truth, and where it lies. */
struct member {
	const char *key;
	size_t offset, size;
	bool is_signed;
};

#define NUMBER(type, member) { #member, offsetof(type, member), sizeof(((type *)0)->member), false }
#define NUMBER_BELOW_0(type, member) { #member, offsetof(type, member), sizeof(((type *)0)->member), true }
#define ENTRY(member) NUMBER(struct journal_entry, member)
#define FRAME(member) NUMBER(struct journal_frame, member)

static const struct member of_entry[] = {
	NUMBER_BELOW_0(struct journal_entry, at_ns),
	ENTRY(conn),
	ENTRY(bob_port),
	ENTRY(bob_isn),
	ENTRY(segment),
	ENTRY(effects),
	ENTRY(depth),
	ENTRY(time),
	ENTRY(failed),
	ENTRY(refused),
	ENTRY(rebased),
	ENTRY(frames),
	ENTRY(matched),
	ENTRY(base.known),
	ENTRY(base.conn),
	ENTRY(base.alice),
	ENTRY(base.bob),
	ENTRY(base.bob_ts),
	NUMBER_BELOW_0(struct journal_entry, base.clock_ns),
};

static const struct member of_frame[] = {
	FRAME(number),
	FRAME(seq),
	FRAME(ack),
	FRAME(length),
	FRAME(conn),
	FRAME(flags),
	FRAME(incoming),
	FRAME(by_kernel),
};

#define ENTRY_MEMBERS (sizeof(of_entry) / sizeof(of_entry[0]))
#define FRAME_MEMBERS (sizeof(of_frame) / sizeof(of_frame[0]))

static json_int_t
most(const struct member *member)
{
	return member->size >= sizeof(json_int_t) ? INT64_MAX : (json_int_t)(1ull << 8 * member->size) - 1;
}

static json_int_t
member_get(const void *data, const struct member *member)
{
	const char *at = (const char *)data + member->offset;

	switch (member->size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)(const void *)at;
	case 4:
		return *(const uint32_t *)(const void *)at;
	}
	return *(const int64_t *)(const void *)at;
}

static void
member_set(void *data, const struct member *member, json_int_t value)
{
	char *at = (char *)data + member->offset;

	if (member->size == 1)
		*(uint8_t *)at = value != 0; /* the only ones of a byte are truths */
	else if (member->size == 2)
		*(uint16_t *)(void *)at = (uint16_t)value;
	else if (member->size == 4)
		*(uint32_t *)(void *)at = (uint32_t)value;
	else
		*(int64_t *)(void *)at = value;
}

static json_t *
members_to_json(const void *data, const struct member *member, size_t members)
{
	json_t *object = json_object();

	/* What is 0 is left out: most are. */
	for (size_t i = 0; i < members; i++) {
		if (member_get(data, &member[i]) != 0)
			json_object_set_new(object, member[i].key, json_integer(member_get(data, &member[i])));
	}
	return object;
}

static void
members_of_json(struct reading *r, const json_t *object, void *data, const struct member *member, size_t members)
{
	if (!json_is_object(object) && r->bad == NULL)
		r->bad = "journal";
	for (size_t i = 0; i < members; i++) {
		json_int_t least = member[i].is_signed ? INT64_MIN : 0;

		if (json_object_get(object, member[i].key) != NULL)
			member_set(data, &member[i], json_number(r, object, member[i].key, least, most(&member[i])));
	}
}

json_t *
json_of_journal(const struct journal *journal)
{
	json_t *entries = json_array(), *frames = json_array(), *root = json_object();

	for (size_t i = 0; i < journal->count; i++) {
		const struct journal_entry *entry = &journal->entry[i];
		json_t *object = members_to_json(entry, of_entry, ENTRY_MEMBERS);

		json_put_line(object, "line", entry->line);
		if (entry->replaced != NULL)
			json_put_line(object, "replaced", entry->replaced);
		if (entry->meaning != NULL)
			json_put_line(object, "meaning", entry->meaning);
		json_array_append_new(entries, object);
	}
	for (size_t i = 0; i < journal->frames; i++)
		json_array_append_new(frames, members_to_json(&journal->frame[i], of_frame, FRAME_MEMBERS));
	json_object_set_new(root, "entries", entries);
	json_object_set_new(root, "frames", frames);
	return root;
}

static char *
line_if_any(struct reading *r, const json_t *object, const char *key)
{
	return json_object_get(object, key) != NULL ? json_line(r, object, key) : NULL;
}

void
journal_of_json(struct reading *r, const json_t *root, struct journal *journal)
{
	const json_t *entries = json_list(r, root, "entries"), *frames = json_list(r, root, "frames"), *object;
	size_t i;

	json_array_foreach(entries, i, object) {
		struct journal_entry entry = { 0 };

		members_of_json(r, object, &entry, of_entry, ENTRY_MEMBERS);
		entry.line = json_line(r, object, "line");
		entry.replaced = line_if_any(r, object, "replaced");
		entry.meaning = line_if_any(r, object, "meaning");
		/* It says how many of the frames came before it. */
		if ((entry.frames > json_array_size(frames) || entry.matched > json_array_size(frames)) && r->bad == NULL)
			r->bad = "frames";
		journal_add(journal, &entry);
		free(entry.line);
		free(entry.replaced);
		free(entry.meaning);
	}
	json_array_foreach(frames, i, object) {
		struct journal_frame frame = { 0 };

		members_of_json(r, object, &frame, of_frame, FRAME_MEMBERS);
		journal_passed(journal, &frame);
	}
}
