/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stand-ins for the wire and for Bob's agent: the lab's tests need processes in those places, not what they do.
 *
 * The agent's double answers AGENT_PING with "pong", and AGENT_SET with data of
 *   "read PATH"   what the file says to a process in Bob's namespace
 *   "rto_min 4|6" "MS locked" or "MS" of the route over bob0, "none" where it has no such metric
 *   "unacked"     a connection to Alice's port 7 with 100 bytes that nobody will acknowledge
 *   "orphan"      the same, closed by its program
 *   "listen P"    a listening socket on port P
 *   "ambient"     the capabilities that its programs inherit, in hexadecimal
 *   "sent"        how many frames his interface has sent
 *   "stray"       a child that has left its parent and its session, and sleeps
 */
#ifndef TEST_LAB_DOUBLE_H
#define TEST_LAB_DOUBLE_H

/* The source port of "unacked" and "orphan". */
#define DOUBLE_PORT 7777

#endif
