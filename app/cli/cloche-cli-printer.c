/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-printer.h"

#include "cloche-cli-words.h"
#include "cloche-item.h"
#include "cloche-tool-text.h"

#include <glib/gi18n.h>
#include <string.h>

/* How kinds of text are told apart: by what stands before each line, and on a terminal by colour, too. */
typedef struct
{
  const char *prefix;
  const char *colour;           /* of ECMA-48, or NULL: the terminal's own */
} Style;

static const Style ANSWER = { "", NULL };
static const Style QUESTION = { "> ", "1" };
static const Style THINKING = { "  ~ ", "2" };
static const Style CODE = { "    ", "36" };
static const Style OUTPUT = { "  | ", NULL };
static const Style ERRORS = { "  | ", "31" };
static const Style HEADING = { "", "1" };
static const Style NOTICE = { "! ", "33" };

struct _ClocheCliPrinter
{
  FILE *stream;
  gboolean is_terminal;
  GListModel *items;            /* owned; NULL before follow */
  GPtrArray *followed;          /* of GObject: items and runs with handlers of ours */
  const Style *style;           /* of the line that is open, or NULL at the start of a line */
  gboolean is_any;              /* whether a block was written that the next one is set apart from */
};

ClocheCliPrinter *
cloche_cli_printer_new (FILE    *stream,
                        gboolean is_terminal)
{
  ClocheCliPrinter *self = g_new0 (ClocheCliPrinter, 1);

  self->stream = stream;
  self->is_terminal = is_terminal;
  self->followed = g_ptr_array_new_with_free_func (g_object_unref);

  return self;
}

static void
end_line (ClocheCliPrinter *self)
{
  if (self->style == NULL)
    return;

  fprintf (self->stream, "%s\n", self->is_terminal && self->style->colour != NULL ? "\033[0m" : "");
  self->style = NULL;
}

static void
write_line (ClocheCliPrinter *self,
            const Style      *style,
            const char       *line,
            gsize             length)
{
  if (self->style != style)
    end_line (self);
  if (self->style == NULL) {
    if (self->is_terminal && style->colour != NULL)
      fprintf (self->stream, "\033[%sm", style->colour);
    fputs (style->prefix, self->stream);
    self->style = style;
  }
  fwrite (line, 1, length, self->stream);
}

/* @text may end anywhere in a line; what comes next in the same style goes on there. */
static void
write_text (ClocheCliPrinter *self,
            const Style      *style,
            const char       *text)
{
  g_autofree char *clean = cloche_tool_text_clean (text, strlen (text));

  for (const char *p = clean; *p != '\0';) {
    gsize length = strcspn (p, "\n");

    write_line (self, style, p, length);
    p += length;
    if (*p == '\n') {
      end_line (self);
      p++;
    }
  }
  fflush (self->stream);        /* Whoever closed the other end is told of by the next write's signal. */
}

/* An empty line between blocks. */
static void
begin_block (ClocheCliPrinter *self)
{
  end_line (self);
  if (self->is_any)
    fputc ('\n', self->stream);
  self->is_any = TRUE;
}

static void
write_block (ClocheCliPrinter *self,
             const Style      *style,
             const char       *text)
{
  write_text (self, style, text);
  end_line (self);
}

static void
item_text_cb (ClocheItem       *item,
              const char       *text,
              ClocheCliPrinter *self)
{
  write_text (self, cloche_item_get_kind (item) == CLOCHE_ITEM_THINKING ? &THINKING : &ANSWER, text);
}

static void
run_text_cb (ClocheToolRun    *run,
             gboolean          is_error,
             const char       *text,
             ClocheCliPrinter *self)
{
  write_text (self, is_error ? &ERRORS : &OUTPUT, text);
}

static void
write_call (ClocheCliPrinter *self,
            ClocheToolRun    *run)
{
  g_autofree char *heading = cloche_cli_words_dup_heading (run);
  g_autofree char *code = cloche_cli_words_dup_code (run);

  begin_block (self);
  write_block (self, &HEADING, heading);
  write_block (self, &CODE, code);
}

static void
write_outputs (ClocheCliPrinter *self,
               ClocheToolRun    *run)
{
  for (guint i = 0; i < cloche_tool_run_get_n_outputs (run); i++) {
    ClocheOutput *output = cloche_tool_run_get_output (run, i);
    ClocheOutputKind kind = cloche_output_get_kind (output);
    g_autofree char *words = cloche_cli_words_dup_output (output);

    if (kind != CLOCHE_OUTPUT_STDOUT && kind != CLOCHE_OUTPUT_STDERR)   /* Written when they came. */
      write_block (self, kind == CLOCHE_OUTPUT_TRACEBACK ? &ERRORS : &OUTPUT, words);
  }
}

static void
run_state_cb (ClocheToolRun    *run,
              GParamSpec       *pspec,
              ClocheCliPrinter *self)
{
  ClocheToolRunState state = cloche_tool_run_get_state (run);
  gboolean was_shown = g_object_get_data (G_OBJECT (run), "cloche-cli-shown") != NULL;
  g_autofree char *ending = NULL;

  if (!was_shown) {
    g_object_set_data (G_OBJECT (run), "cloche-cli-shown", self);
    write_call (self, run);
  }
  if (state != CLOCHE_TOOL_RUN_DONE)
    return;

  write_outputs (self, run);
  ending = cloche_cli_words_dup_ending (run);
  if (ending != NULL)
    write_block (self, &ERRORS, ending);
}

static void
follow_object (ClocheCliPrinter *self,
               gpointer          object)
{
  g_ptr_array_add (self->followed, g_object_ref (object));
}

static void
add_item (ClocheCliPrinter *self,
          ClocheItem       *item)
{
  ClocheToolRun *run = cloche_item_get_run (item);

  switch (cloche_item_get_kind (item)) {
  case CLOCHE_ITEM_QUESTION:
    begin_block (self);
    write_block (self, &QUESTION, cloche_item_get_text (item));
    for (guint i = 0; i < cloche_item_get_n_files (item); i++)
      write_block (self, &QUESTION, cloche_file_get_path (cloche_item_get_file (item, i)));
    break;

  case CLOCHE_ITEM_ANSWER:
  case CLOCHE_ITEM_THINKING:
    begin_block (self);
    item_text_cb (item, cloche_item_get_text (item), self);
    g_signal_connect (item, "text-added", G_CALLBACK (item_text_cb), self);
    follow_object (self, item);
    break;

  case CLOCHE_ITEM_TOOL:
    g_signal_connect (run, "text-added", G_CALLBACK (run_text_cb), self);
    g_signal_connect (run, "notify::state", G_CALLBACK (run_state_cb), self);
    follow_object (self, run);
    break;

  case CLOCHE_ITEM_NOTICE:
  default:
    begin_block (self);
    write_block (self, &NOTICE, cloche_item_get_text (item));
    if (cloche_item_get_detail (item) != NULL)
      write_block (self, &NOTICE, cloche_item_get_detail (item));
    break;
  }
}

/* What is removed was written already: an answer that held nothing but thinking and is asked for anew. */
static void
items_changed_cb (GListModel       *items,
                  guint             position,
                  guint             n_removed,
                  guint             n_added,
                  ClocheCliPrinter *self)
{
  for (guint i = 0; i < n_added; i++) {
    g_autoptr (ClocheItem) item = g_list_model_get_item (items, position + i);

    add_item (self, item);
  }
}

void
cloche_cli_printer_follow (ClocheCliPrinter *self,
                           GListModel       *items)
{
  g_return_if_fail (self->items == NULL);

  self->items = g_object_ref (items);
  g_signal_connect (items, "items-changed", G_CALLBACK (items_changed_cb), self);
}

/**
 * cloche_cli_printer_end:
 *
 * Ends the line that is open, if there is one.
 */
void
cloche_cli_printer_end (ClocheCliPrinter *self)
{
  end_line (self);
  fflush (self->stream);
}

void
cloche_cli_printer_free (ClocheCliPrinter *self)
{
  if (self->items != NULL)
    g_signal_handlers_disconnect_by_data (self->items, self);
  for (guint i = 0; i < self->followed->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->followed, i), self);
  g_clear_object (&self->items);
  g_ptr_array_unref (self->followed);
  g_free (self);
}
