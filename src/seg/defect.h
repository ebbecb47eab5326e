/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong with a segment: a table of codes, texts and sections.  A defect is never an error of ours. */
#ifndef SEG_DEFECT_H
#define SEG_DEFECT_H

#include "seg/seg.h"

enum defect {
#define DEFECT(name, code, rfc, text) DEFECT_##name,
#include "seg/defect.list"
#undef DEFECT
	DEFECT_COUNT,
};

_Static_assert(DEFECT_COUNT <= 32, "seg.defects is 32 bits");

/* What IP, or TCP before it looks at the connection, discards without a word (RFC 1122 3.2.1, RFC 9293 3.1). */
#define DEFECTS_DISCARDED                                                                                              \
	(1u << DEFECT_CUT_SHORT | 1u << DEFECT_BAD_IP_VERSION | 1u << DEFECT_BAD_IHL | 1u << DEFECT_BAD_IP_LENGTH |        \
	    1u << DEFECT_BAD_IP_CHECKSUM | 1u << DEFECT_BAD_SOURCE | 1u << DEFECT_FRAGMENT | 1u << DEFECT_BAD_CHECKSUM |                           \
	    1u << DEFECT_DATA_OFFSET_SHORT | 1u << DEFECT_DATA_OFFSET_LONG)

const char *defect_code(enum defect defect); /* "bad-checksum": what JSON says */
const char *defect_text(enum defect defect); /* "the checksum does not fit the bytes" */
const char *defect_rfc(enum defect defect);

/* The defects of a parsed frame, those of parsing included: 1 << DEFECT_... */
uint32_t seg_defects(const struct seg *seg, const uint8_t *frame, size_t size);

#endif
