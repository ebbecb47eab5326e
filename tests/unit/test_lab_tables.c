/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "lab/diag.h"
#include "lab/fault.h"
#include "lab/sysctl.h"

static int
file_of(const char *text)
{
	int fd = memfd_create("test", 0);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

/* As proc(5) and the kernel's own files have it: pairs of lines, other protocols in between, a limit of -1. */
static void
test_counters_are_pairs_of_lines(void **state)
{
	int netstat =
	    file_of("TcpExt: SyncookiesSent PruneCalled TCPChallengeACK\nTcpExt: 4 0 17\nIpExt: InOctets\nIpExt: 9\n");
	int snmp = file_of(
	    "Ip: Forwarding\nIp: 1\nTcp: RtoMin MaxConn InSegs\nTcp: 200 -1 18446744073709551615\nUdp: X\nUdp: 3\n");
	struct counter_names *names = malloc(sizeof(*names));
	struct counters counters;
	struct err err;

	(void)state;
	assert_int_equal(diag_counter_names(netstat, snmp, names, &err), 0);
	assert_int_equal(names->count, 6);
	assert_string_equal(names->name[2], "TcpExtTCPChallengeACK");
	assert_string_equal(names->name[5], "TcpInSegs");
	assert_int_equal(diag_counters(netstat, snmp, names, &counters, &err), 0);
	assert_int_equal(counters.count, 6);
	assert_int_equal(counters.value[0], 4);
	assert_int_equal(counters.value[2], 17);
	assert_int_equal(counters.value[3], 200);
	assert_true(counters.value[5] == UINT64_MAX);
	close(netstat);
	close(snmp);
	assert_int_equal(diag_counters(netstat, snmp, names, &counters, &err), -1);
	assert_int_equal(err.code, ERR_SYSTEM);
	free(names);
}

static void
test_missing_values_are_zero_and_never_shift_others(void **state)
{
	int netstat = file_of("TcpExt: A B C\nTcpExt: 1\n");
	int snmp = file_of("Tcp: D\nTcp: 5\n");
	struct counter_names *names = malloc(sizeof(*names));
	struct counters counters;
	struct err err;

	(void)state;
	assert_int_equal(diag_counter_names(netstat, snmp, names, &err), 0);
	assert_int_equal(diag_counters(netstat, snmp, names, &counters, &err), 0);
	assert_int_equal(counters.count, 4);
	assert_int_equal(counters.value[1], 0);
	assert_int_equal(counters.value[3], 5);
	close(netstat);
	close(snmp);
	free(names);
}

static void
test_faults_are_whole_words(void **state)
{
	const struct lab_faults given = {
		.missing_sysctls = "ipv4/tcp_ecn ipv4/tcp_fin_timeout",
		.refuse = "uid_map=EACCES net=ENOSPC ipv6",
	};
	struct faults faults;

	(void)state;
	fault_copy(&faults, &given);
	assert_true(fault_missing(&faults, "ipv4/tcp_ecn"));
	assert_true(fault_missing(&faults, "ipv4/tcp_fin_timeout"));
	assert_false(fault_missing(&faults, "ipv4/tcp_ec"));
	assert_false(fault_missing(&faults, "ipv4/tcp_ecn_fallback"));
	assert_int_equal(fault_errno(&faults, "uid_map"), EACCES);
	assert_int_equal(fault_errno(&faults, "net"), ENOSPC);
	assert_int_equal(fault_errno(&faults, "ipv6"), EOPNOTSUPP);
	assert_int_equal(fault_errno(&faults, "gid_map"), 0);
	assert_int_equal(fault_errno(&faults, "map"), 0);
	fault_copy(&faults, NULL);
	assert_int_equal(fault_errno(&faults, "uid_map"), 0);
}

static void
test_settings_fit_their_masks_and_say_why(void **state)
{
	(void)state;
	assert_in_range(settings_count, 1, SETTINGS_MAX);
	for (unsigned row = 0; row < settings_count; row++) {
		assert_non_null(settings[row].why);
		assert_true((settings[row].ordinary != NULL) == (settings[row].kind == SETTING_PATIENT));
		for (unsigned before = 0; before < row; before++)
			assert_string_not_equal(settings[row].name, settings[before].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counters_are_pairs_of_lines),
		cmocka_unit_test(test_missing_values_are_zero_and_never_shift_others),
		cmocka_unit_test(test_faults_are_whole_words),
		cmocka_unit_test(test_settings_fit_their_masks_and_say_why),
	};

	return cmocka_run_group_tests_name("lab tables", tests, NULL, NULL);
}
