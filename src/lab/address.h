/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is who in the lab: documentation addresses (RFC 5737, RFC 3849) that exist nowhere else. */
#ifndef LAB_ADDRESS_H
#define LAB_ADDRESS_H

#define ALICE_IP4 "198.51.100.1"
#define ALICE_IP6 "2001:db8::a"
#define ALICE_MAC UINT64_C(0x02000000000a)
#define ALICE_IF  "alice0"

#define BOB_IP4 "198.51.100.2"
#define BOB_IP6 "2001:db8::b"
#define BOB_MAC UINT64_C(0x02000000000b)
#define BOB_IF  "bob0"

#define WIRE_ALICE_IF "wire0" /* the wire's end towards Alice */
#define WIRE_BOB_IF   "wire1"

#define LAB_PREFIX_IP4 24
#define LAB_PREFIX_IP6 64

#endif
