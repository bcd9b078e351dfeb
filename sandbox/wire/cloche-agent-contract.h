/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Which ops of protocol.md the agent in a base knows, as a number: raised when keeper or forge need one that older agents
 * have not got, or mean another thing by it. An agent outlives the program that made it, since a base stays as it is, so
 * that it says the number in its hello, a base in its manifest, and a base of another one is never started.
 */
#define CLOCHE_AGENT_CONTRACT 2

#define CLOCHE_AGENT_TEXT_OF(number) #number
#define CLOCHE_AGENT_TEXT(number) CLOCHE_AGENT_TEXT_OF (number)

/* What a hello of the agent begins with; the name of the port follows. */
#define CLOCHE_AGENT_HELLO "CLOCHE " CLOCHE_AGENT_TEXT (CLOCHE_AGENT_CONTRACT) " "
