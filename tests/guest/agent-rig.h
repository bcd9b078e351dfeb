/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * An agent without a machine: the program itself, two connected sockets in place of its ports, a folder in place of "/".
 * Calls wait for the agent, at most half a minute, and fail the test then.
 */

#include <glib.h>
#include <json-glib/json-glib.h>

typedef struct AgentRig AgentRig;

typedef enum
{
  AGENT_CONTROL,
  AGENT_BULK,
} AgentPort;

/* @program: the agent. */
AgentRig   *agent_rig_new  (const char *program);
/* The same, with the program @name of /usr/lib/cloche there before the agent starts. */
AgentRig   *agent_rig_new_with (const char *program,
                                const char *name,
                                const char *text);
/* The agent must end by itself and with success. */
void        agent_rig_free (AgentRig *rig);

const char *agent_rig_get_root (AgentRig *rig);

/* A new stream that has sent @request and its line end. */
guint       agent_rig_open         (AgentRig   *rig,
                                    AgentPort   port,
                                    const char *request);
void        agent_rig_send         (AgentRig   *rig,
                                    AgentPort   port,
                                    guint       stream,
                                    const void *bytes,
                                    gsize       length);
void        agent_rig_finish       (AgentRig  *rig,
                                    AgentPort  port,
                                    guint      stream);
void        agent_rig_reset        (AgentRig  *rig,
                                    AgentPort  port,
                                    guint      stream);
/* Bytes that come are kept and no room is handed back, until agent_rig_consume(). */
void        agent_rig_stall        (AgentRig  *rig,
                                    AgentPort  port,
                                    guint      stream);
void        agent_rig_consume      (AgentRig  *rig,
                                    AgentPort  port,
                                    guint      stream);

/* The next line; NULL if the stream ends before. */
JsonObject *agent_rig_read_line    (AgentRig  *rig,
                                    AgentPort  port,
                                    guint      stream);
/* The next record: its type, or 0 at the end. */
char        agent_rig_read_record  (AgentRig  *rig,
                                    AgentPort  port,
                                    guint      stream,
                                    GBytes   **ret_payload);
/* All that comes until the stream ends. */
GBytes     *agent_rig_read_rest    (AgentRig  *rig,
                                    AgentPort  port,
                                    guint      stream);
/* True if the stream was reset, once it is closed; waits for that. */
gboolean    agent_rig_was_reset    (AgentRig  *rig,
                                    AgentPort  port,
                                    guint      stream);

/* One request, one line. */
JsonObject *agent_rig_ask          (AgentRig   *rig,
                                    AgentPort   port,
                                    const char *request);
/* A job to its end: its output in *ret_output (all of o and e), its end event. */
JsonObject *agent_rig_run          (AgentRig   *rig,
                                    const char *request,
                                    char      **ret_output);

/* Raw bytes on a port, under everything. */
void        agent_rig_send_raw     (AgentRig   *rig,
                                    AgentPort   port,
                                    const void *bytes,
                                    gsize       length);
/* Waits until the agent has hung up @port. */
void        agent_rig_wait_hang_up (AgentRig  *rig,
                                    AgentPort  port);
