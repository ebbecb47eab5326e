/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session on a lesser system: one whose kernel has no IPv6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lab/address.h"
#include "session/connection.h"
#include "session/session.h"

static void
test_without_ipv6_its_connections_are_refused_in_words(void **state)
{
	const struct lab_faults faults = { .refuse = "ipv6" };
	struct view view = view_new(&view_plain, stderr, stderr);
	struct address bob4, bob6;
	struct session *session;
	struct err err = { 0 };

	(void)state;
	assert_true(address_parse(BOB_IP4, &bob4));
	assert_true(address_parse(BOB_IP6, &bob6));
	session = session_open(1, &faults, &view, &err);
	if (session == NULL) {
		print_message("# no lab here: %s\n", err.text);
		skip();
	}
	assert_null(session_connect(session, &bob6, 0, 80, &err));
	assert_int_equal(err.code, ERR_SYSTEM);
	assert_non_null(strstr(err.text, "no IPv6"));
	assert_int_equal(session->connections, 0);
	assert_non_null(session_connect(session, &bob4, 0, 80, &err));
	session_close(session);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_ipv6_its_connections_are_refused_in_words),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
