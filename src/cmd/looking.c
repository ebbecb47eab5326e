/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/looking.h"

#include <stdlib.h>
#include <string.h>

#include "lab/address.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-:"

/* One word of a filter: whoever is in the lab goes by address, since the filter would ask the world for the name. */
static void
add_word(struct text *t, const char *word, size_t length)
{
	static const struct {
		const char *name, *address;
	} hosts[] = { { "alice", ALICE_IP4 }, { "bob", BOB_IP4 }, { "alice6", ALICE_IP6 }, { "bob6", BOB_IP6 } };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (strlen(hosts[i].name) == length && memcmp(hosts[i].name, word, length) == 0) {
			text_add(t, "%s", hosts[i].address);
			return;
		}
	}
	text_add(t, "%.*s", (int)length, word);
}

int
words_filter(const struct words *words, size_t from, struct filter **filter, struct err *err)
{
	char expression[4096];
	struct text t = text_in(expression, sizeof(expression));

	*filter = NULL;
	if (words->count <= from)
		return 0;
	for (size_t i = from; i < words->count; i++) {
		const char *at = words->word[i].text;

		text_add(&t, "%s", i > from ? " " : "");
		while (*at != '\0') {
			size_t letters = strspn(at, LETTERS), others = strcspn(at + letters, LETTERS);

			add_word(&t, at, letters);
			text_add(&t, "%.*s", (int)others, at + letters);
			at += letters + others;
		}
	}
	if (t.cut)
		return err_set(err, ERR_INPUT, "a filter has %zu characters at most", sizeof(expression) - 1);
	*filter = filter_compile(expression, err);
	return *filter != NULL ? 0 : -1;
}

int
drawing_begin(struct drawing_page *page, const struct view *view, struct err *err)
{
	*page = (struct drawing_page){ .canvas = { .colour = view->colour, .ascii = view->ascii, .columns = view_columns(view) } };
	page->out = open_memstream(&page->text, &page->size);
	return page->out != NULL ? 0 : err_set(err, ERR_SYSTEM, "no memory to draw in");
}

void
drawing_end(struct drawing_page *page, struct dojo *dojo)
{
	if (fclose(page->out) == 0)
		view_drawn(dojo->view, session_now(dojo->session), page->text);
	free(page->text);
}
