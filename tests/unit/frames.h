/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames made by scapy 2.5.0, an independent builder; Alice is ::a, .1, Bob ::b, .2. */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/number.h"

/* SYN with ECE and CWR, DSCP 4, ECN 2, TTL 63, MSS 1460, SACK permitted, timestamps 1:0, window scale 7 */
#define FRAME_SYN4                                                                                                     \
	"02000000000b02000000000a08004512003c123440003f06d50bc6336401c63364029c410050fffffffe00000000a0c2faf05b530000" \
	"020405b40402080a000000010000000001030307"
/* "hi", then four bytes of Ethernet padding */
#define FRAME_DATA4                                                                                                    \
	"02000000000b02000000000a08004500002a0001000040062663c6336402c633640100509c410000000100000007501801f654670000" \
	"686955555555"
#define FRAME_SYN6                                                                                                     \
	"02000000000b02000000000a86dd6b9abcde0014064020010db800000000000000000000000a20010db8000000000000000000"       \
	"00000b9c41005000000007000000005002fd20baa20000"
/* hop-by-hop options, destination options, SYN with "abc" */
#define FRAME_EXT6                                                                                                     \
	"02000000000b02000000000a86dd60000000002f004020010db800000000000000000000000a20010db8000000000000000000"       \
	"00000b3c000104000000000601010c0000000000000000000000009c410050000000070000000050022000d35d0000616263"
#define FRAME_UDP4 "02000000000b02000000000a0800450000210001000040112661c6336401c63364029c400035000dcb2168656c6c6f"
#define FRAME_UDP6                                                                                                     \
	"02000000000b02000000000a86dd60000000000d114020010db800000000000000000000000a20010db8000000000000000000"       \
	"00000b9c400035000dc40568656c6c6f"
#define FRAME_ECHO4 "02000000000b02000000000a0800450000210001000040012671c6336401c63364020800b41d0007000968656c6c6f"
#define FRAME_ECHO6                                                                                                    \
	"02000000000b02000000000a86dd60000000000d3a4020010db800000000000000000000000a20010db8000000000000000000"       \
	"00000b8000e04e0007000968656c6c6f"
/* neighbour solicitation by Alice for Bob; Bob's advertisement; his advertisement to all nodes */
#define FRAME_NS                                                                                                       \
	"3333ff00000b02000000000a86dd6000000000203aff20010db800000000000000000000000aff0200000000000000000001ff00"     \
	"000b87001c030000000020010db800000000000000000000000b010102000000000a"
#define FRAME_NA                                                                                                       \
	"02000000000a02000000000b86dd6000000000203aff20010db800000000000000000000000b20010db8000000000000000000"       \
	"00000a88008a4d6000000020010db800000000000000000000000b020102000000000b"
#define FRAME_NA_ALL                                                                                                   \
	"33330000000102000000000b86dd6000000000203aff20010db800000000000000000000000bff0200000000000000000000000000"   \
	"018800f90c2000000020010db800000000000000000000000b020102000000000b"
#define FRAME_ARP "ffffffffffff02000000000a0806000108000604000102000000000ac6336401000000000000c6336402"
/* eight bytes of IP options (record route), then "x" */
#define FRAME_IPOPT4                                                                                                   \
	"02000000000b02000000000a0800470000310001000040061955c6336401c633640207070400000000009c41005000000000000000"   \
	"005010200026d7000078"

static inline size_t
frame_of(const char *hex, uint8_t *frame, size_t room)
{
	long size = hex_read(hex, strlen(hex), frame, room);

	assert(size > 0);
	return (size_t)size;
}

#endif
