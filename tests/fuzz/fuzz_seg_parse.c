/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a frame: taken apart, judged, shown; and what was taken apart must lie inside the frame. */
#include <stdlib.h>

#include "fuzz.h"
#include "seg/defect.h"
#include "seg/field.h"
#include "seg/line.h"
#include "seg/option.h"

static void
must(bool so)
{
	if (!so)
		abort();
}

static void
must_be_inside(const uint8_t *part, size_t part_size, const uint8_t *data, size_t size)
{
	must((part == NULL) == (part_size == 0));
	if (part != NULL)
		must(part >= data && part_size <= size && (size_t)(part - data) <= size - part_size);
}

static void
show_all(const struct seg *seg, const uint8_t *data)
{
	static const struct line_style style = { .seq_base = 1, .ack_base = 2 };
	size_t count;
	const struct field *table = field_table(&count);
	char small[16], large[4096];
	struct text cut = text_in(small, sizeof(small)), whole = text_in(large, sizeof(large));
	struct seg again = *seg;

	seg_line(&cut, seg, &style);
	seg_line(&whole, seg, &style);
	must(whole.length > 0 && !whole.cut);
	for (size_t i = 0; i < count; i++) {
		struct text t = text_in(large, sizeof(large));

		if (!seg_has(seg, table[i].layer))
			continue;
		field_read(&again, &table[i], data);
		must(field_get(&again, &table[i]) == field_get(seg, &table[i]));
		field_show(&t, seg, &table[i]);
		must(t.length > 0 && !t.cut);
		must(field_read_text(&again, &table[i], large, &(struct err){ 0 }) == 0);
		must(field_get(&again, &table[i]) == field_get(seg, &table[i]));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seg seg;
	struct tcp_option option;
	struct options options;

	seg_parse(&seg, data, size);
	must_be_inside(seg.ip_options, seg.ip_options_size, data, size);
	must_be_inside(seg.options, seg.options_size, data, size);
	must_be_inside(seg.payload, seg.payload_size, data, size);
	must((seg_defects(&seg, data, size) & seg.defects) == seg.defects);
	for (size_t at = 0; option_next(&seg, &at, &option);)
		must(at <= seg.options_size);
	options_read(&seg, &options);
	must(options.sack_count <= 4);
	show_all(&seg, data);
	seg_parse_packet(&seg, data, size);
	must_be_inside(seg.payload, seg.payload_size, data, size);
	return 0;
}
