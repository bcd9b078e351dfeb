/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-tool.h"
#include "cloche-workspace-files.h"

G_BEGIN_DECLS

/**
 * ClocheFileToolKind:
 * @CLOCHE_FILE_TOOL_LIST: "list_files"
 * @CLOCHE_FILE_TOOL_READ: "read_file"
 * @CLOCHE_FILE_TOOL_WRITE: "write_file"
 */
typedef enum {
  CLOCHE_FILE_TOOL_LIST,
  CLOCHE_FILE_TOOL_READ,
  CLOCHE_FILE_TOOL_WRITE,
} ClocheFileToolKind;

/* bytes: of a file that is read. In base64 it fits into the 1 MiB that Claude Desktop takes as a result. */
#define CLOCHE_FILE_TOOL_MAX_READ_BYTES (600 * 1000)

/* entries of one folder that are listed. */
#define CLOCHE_FILE_TOOL_MAX_ENTRIES 500

/* The one tool whose result is a file, rather than having made some: its name. */
#define CLOCHE_FILE_TOOL_READ_NAME "read_file"

/**
 * ClocheFileTool:
 *
 * Files of a conversation's machine, in and out, for programs that have no other way to them. A model that sits in the
 * conversation itself does the same with Python.
 */
#define CLOCHE_TYPE_FILE_TOOL (cloche_file_tool_get_type ())
G_DECLARE_FINAL_TYPE (ClocheFileTool, cloche_file_tool, CLOCHE, FILE_TOOL, ClocheTool)

ClocheTool *cloche_file_tool_new (ClocheFileToolKind    kind,
                                  ClocheSandbox        *sandbox,
                                  ClocheWorkspaceFiles *files,
                                  gsize                 max_chars) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
