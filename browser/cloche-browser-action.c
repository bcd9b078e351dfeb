/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-browser-action.h"

#include "cloche-json.h"

#include <string.h>

/*
 * The tools as a table: few words, since every conversation pays for them, and flat arguments, since small models break
 * nested ones. What comes back from a model is taken as it is meant: numbers as text, text as numbers, "true" as true.
 */

typedef enum {
  TEXT,                         /* required, a string; a number is one, too */
  OPTIONAL_NUMBER,
  OPTIONAL_FLAG,
} Kind;

typedef struct
{
  const char *name;
  Kind kind;
  const char *description;      /* NULL: the name says it */
  const char *alias;            /* what models write in its place, or NULL */
} Parameter;

/* parameters of one tool. */
#define MAX_PARAMETERS 3

typedef struct
{
  const char *tool;
  const char *action;           /* as browser/guest/protocol.md names it */
  const char *description;
  Parameter parameters[MAX_PARAMETERS];
} Tool;

#define REF { "ref", TEXT, "Number before the element, or its label", "element" }
#define PART { "page", OPTIONAL_NUMBER, "Part, from 1", NULL }

/* In the order of ClocheBrowserAction. */
static const Tool TOOLS[CLOCHE_BROWSER_N_ACTIONS] = {
  { "browser_navigate", "navigate",
    "Open an address in the machine's browser (also http://localhost:PORT and files of the machine). This and every "
    "other browser action returns the page as text, with [numbers] before what can be clicked or filled in.",
    { { "url", TEXT, NULL, "address" } } },
  { "browser_snapshot", "snapshot", "Show the page again, whole and in parts.", { PART } },
  { "browser_click", "click", "Click an element.", { REF } },
  { "browser_type", "type", "Replace the text of a field.",
    { REF, { "text", TEXT, NULL, "value" }, { "submit", OPTIONAL_FLAG, "Press Enter after it", NULL } } },
  { "browser_select_option", "select", "Choose an option of a combobox or listbox.",
    { REF, { "option", TEXT, NULL, "value" } } },
  { "browser_press_key", "press", "Press a key, such as Enter, Escape, PageDown, Control+a.",
    { { "key", TEXT, NULL, NULL } } },
  { "browser_navigate_back", "back", "Go back to the page before.", { { NULL } } },
  { "browser_take_screenshot", "screenshot", "Take a picture of the page; it is shown to the person.",
    { { "full_page", OPTIONAL_FLAG, NULL, NULL } } },
  { "browser_read", "read", "Read the page's main text as Markdown.", { PART } },
};

static JsonObject *
schema_new (const Tool *tool)
{
  static const char *const TYPES[] = { [TEXT] = "string", [OPTIONAL_NUMBER] = "integer", [OPTIONAL_FLAG] = "boolean" };
  JsonObject *schema = json_object_new ();
  JsonObject *properties = json_object_new ();
  JsonArray *required = json_array_new ();

  for (gsize i = 0; i < MAX_PARAMETERS && tool->parameters[i].name != NULL; i++) {
    const Parameter *parameter = &tool->parameters[i];
    JsonObject *property = json_object_new ();

    json_object_set_string_member (property, "type", TYPES[parameter->kind]);
    if (parameter->description != NULL)
      json_object_set_string_member (property, "description", parameter->description);
    json_object_set_object_member (properties, parameter->name, property);
    if (parameter->kind == TEXT)
      json_array_add_string_element (required, parameter->name);
  }
  json_object_set_string_member (schema, "type", "object");
  json_object_set_object_member (schema, "properties", properties);
  json_object_set_array_member (schema, "required", required);

  return schema;
}

/**
 * cloche_browser_action_new_spec:
 *
 * Returns: (transfer full): the tool as a model is told about it
 */
ClocheToolSpec *
cloche_browser_action_new_spec (ClocheBrowserAction action)
{
  g_autoptr (JsonObject) schema = NULL;

  g_return_val_if_fail ((guint) action < CLOCHE_BROWSER_N_ACTIONS, NULL);

  schema = schema_new (&TOOLS[action]);
  return cloche_tool_spec_new (TOOLS[action].tool, TOOLS[action].description, schema);
}

/* As few digits as read back as @value: 19.99, not 19.989999999999998. */
static char *
dup_number (double value)
{
  char words[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (words, sizeof words, "%.15g", value);
  if (g_ascii_strtod (words, NULL) != value)
    g_ascii_dtostr (words, sizeof words, value);

  return g_strdup (words);
}

/* A string, number or flag in words; NULL for anything else. */
static char *
dup_words (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (json_node_get_value_type (node) == G_TYPE_DOUBLE)
    return dup_number (json_node_get_double (node));

  return g_strdup (json_node_get_boolean (node) ? "true" : "false");
}

static char *
dup_argument (JsonObject      *arguments,
              const Parameter *parameter)
{
  char *words = json_object_has_member (arguments, parameter->name)
                ? dup_words (json_object_get_member (arguments, parameter->name)) : NULL;

  if (words == NULL && parameter->alias != NULL && json_object_has_member (arguments, parameter->alias))
    words = dup_words (json_object_get_member (arguments, parameter->alias));

  return words;
}

/**
 * cloche_browser_action_make_request:
 * @arguments: as a model wrote them
 * @max_chars: of the view that is wanted
 * @ret_problem: (out): if there is none, a sentence for the model
 *
 * Returns: (transfer full) (nullable): the request's JSON, as browser/guest/protocol.md has it
 */
char *
cloche_browser_action_make_request (ClocheBrowserAction action,
                                    JsonObject         *arguments,
                                    gsize               max_chars,
                                    char              **ret_problem)
{
  const Tool *tool = &TOOLS[action];
  g_autoptr (JsonObject) request = json_object_new ();

  json_object_set_string_member (request, "action", tool->action);
  json_object_set_int_member (request, "budget", (gint64) max_chars);

  for (gsize i = 0; i < MAX_PARAMETERS && tool->parameters[i].name != NULL; i++) {
    const Parameter *parameter = &tool->parameters[i];
    g_autofree char *words = dup_argument (arguments, parameter);

    if (words == NULL && parameter->kind == TEXT) {
      *ret_problem = g_strdup_printf ("The argument “%s” is missing.", parameter->name);
      return NULL;
    }
    if (words == NULL)
      continue;
    if (parameter->kind == TEXT)
      json_object_set_string_member (request, parameter->name, words);
    else if (parameter->kind == OPTIONAL_NUMBER)
      json_object_set_int_member (request, parameter->name, CLAMP (g_ascii_strtoll (words, NULL, 10), 0, 100000));
    else
      json_object_set_boolean_member (request, parameter->name, g_ascii_strcasecmp (words, "true") == 0 ||
                                      g_str_equal (words, "1"));
  }

  return g_strchomp (cloche_json_object_to_line (request));
}
