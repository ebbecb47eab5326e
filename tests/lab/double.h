/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Stand-ins for the wire and for Bob's agent: the lab's tests need processes in those places, not what they do.
 *
 * The agent's double answers AGENT_PING with its PID, and AGENT_SET with data of
 *   "read PATH"   what the file says to a process in Bob's namespace
 *   "rto_min 4|6" "MS locked" or "MS" of the route over bob0, "none" where it has no such metric
 *   "unacked"     a connection to Alice's port 7 with 100 bytes that nobody will acknowledge
 *   "orphan"      the same, closed by its program
 *   "listen P"    a listening socket on port P
 *   "caps"        its own and its programs' capabilities: effective and ambient of /proc/self/status
 *   "stray"       a child that has left its parent and its session, and sleeps
 */
#ifndef TEST_LAB_DOUBLE_H
#define TEST_LAB_DOUBLE_H

/* The source port of "unacked" and "orphan". */
#define DOUBLE_PORT 7777

#endif
