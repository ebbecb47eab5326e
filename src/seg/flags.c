/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "seg/field.h"

static const char letters[] = "FSRP.UEWe"; /* in the order of enum tcp_flag */
static const char scapys[] = "FSRPAUEC";

static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE" };

static bool
read_name(const char *word, size_t length, uint16_t *flags)
{
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == length && memcmp(names[i], word, length) == 0) {
			*flags |= (uint16_t)(1u << i);
			return true;
		}
	}
	return false;
}

static bool
read_letters(const char *word, size_t length, uint16_t *flags)
{
	for (size_t i = 0; i < length; i++) {
		const char *letter = strchr(letters, word[i]), *scapy = strchr(scapys, word[i]);

		if (letter == NULL && scapy == NULL)
			return false;
		*flags |= (uint16_t)(1u << (letter != NULL ? letter - letters : scapy - scapys));
	}
	return length > 0;
}

bool
flags_read(const char *text, uint16_t *flags)
{
	static const char signs[] = "-,+|";
	size_t length = strlen(text);
	uint16_t sum = 0;

	if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (length == 4 && memcmp(text, "none", 4) == 0) {
		*flags = 0;
		return true;
	}
	for (const char *end = text + length;; text++) {
		size_t n = strcspn(text, signs);

		if (n > (size_t)(end - text))
			n = (size_t)(end - text);
		if (!read_name(text, n, &sum) && !read_letters(text, n, &sum))
			return false;
		text += n;
		if (text == end)
			break;
	}
	*flags = sum;
	return true;
}

const char *
flags_text(uint16_t flags, char buffer[static 12])
{
	char *at = buffer;

	for (unsigned i = 0; letters[i] != '\0'; i++) {
		if (flags >> i & 1)
			*at++ = letters[i];
	}
	*at = '\0';
	return at > buffer ? buffer : strcpy(buffer, "none");
}
