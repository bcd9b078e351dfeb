/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Every cap that more than one file knows, with its unit and its reason. Plain C: the guest's agent includes it too.
 */

/* JSON from anywhere: no honest sender nests deeper, and json-glib recurses on the C stack. */
#define CLOCHE_LIMIT_JSON_DEPTH 128

/* bytes: one JSON line of the wire: requests, answers, control events. */
#define CLOCHE_LIMIT_LINE_BYTES (1024 * 1024)

/* bytes: one record of a job's output. An event may carry a base64 image, so it is larger than a line. */
#define CLOCHE_LIMIT_RECORD_BYTES (24 * 1024 * 1024)

/* bytes: the address of a unix socket, sun_path being 108 on Linux. */
#define CLOCHE_LIMIT_SOCKET_PATH_BYTES 100

/* characters: a machine or conversation id. */
#define CLOCHE_ID_LENGTH 12

/* bytes: a file name, NAME_MAX of every file system that we write to. */
#define CLOCHE_LIMIT_FILE_NAME_BYTES 255
