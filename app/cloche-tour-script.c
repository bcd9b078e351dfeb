/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tour-script.h"

#include "cloche-json.h"

#include <glib/gi18n.h>
#include <string.h>

/*
 * What the tour says next follows from the request alone, as it does for a model: which file was attached last, and how
 * many results have come since the last question. Each script is a list of steps; a step is said when the one before it
 * has its result. A step that fails ends the script.
 */

#define ATTACHED "[Attached file: "

#define READ_TABLE \
  "import pandas as pd\n" \
  "\n" \
  "table = pd.read_csv(%s)\n" \
  "table.head(8)"

#define DESCRIBE_TABLE \
  "print(f\"{len(table)} rows, {len(table.columns)} columns\")\n" \
  "table.describe()"

#define PLOT_TABLE \
  "import matplotlib.pyplot as plt\n" \
  "\n" \
  "numbers = table.select_dtypes(\"number\").columns\n" \
  "dates = [c for c in table.columns if \"date\" in c.lower()]\n" \
  "groups = [c for c in table.columns if c not in dates and c not in numbers and table[c].nunique() <= 8]\n" \
  "y = numbers[-1]\n" \
  "if dates:\n" \
  "    table[\"month\"] = pd.to_datetime(table[dates[0]]).dt.to_period(\"M\").astype(str)\n" \
  "    if groups:\n" \
  "        shown = table.pivot_table(index=\"month\", columns=groups[0], values=y, aggfunc=\"sum\")\n" \
  "    else:\n" \
  "        shown = table.groupby(\"month\")[y].sum()\n" \
  "    shown.plot(kind=\"bar\", stacked=True, figsize=(8, 4.5), title=f\"{y} by month\")\n" \
  "else:\n" \
  "    table[y].plot(kind=\"hist\", bins=20, figsize=(8, 4.5), title=y)\n" \
  "plt.tight_layout()\n" \
  "plt.savefig(\"/workspace/chart.png\", dpi=120)\n" \
  "plt.show()"

#define OPEN_PICTURE \
  "from PIL import Image\n" \
  "\n" \
  "picture = Image.open(%s)\n" \
  "print(picture.format, picture.mode, f\"{picture.width} x {picture.height} pixels\")"

#define REDUCE_PICTURE \
  "small = picture.convert(\"L\")\n" \
  "small.thumbnail((320, 320))\n" \
  "small.save(\"/workspace/small-grey.png\")\n" \
  "small"

#define PROBE_VIDEO "ffprobe -v error -show_entries format=duration,size:stream=codec_name,width,height -of default=nw=1 %s"

#define CUT_VIDEO \
  "ffmpeg -v error -y -ss 1 -to 3 -i %s /workspace/cut.mp4 &&\n" \
  "ffmpeg -v error -y -i /workspace/cut.mp4 -frames:v 1 /workspace/poster.png &&\n" \
  "ls -l /workspace/cut.mp4 /workspace/poster.png"

#define SHOW_POSTER \
  "from PIL import Image\n" \
  "\n" \
  "Image.open(\"/workspace/poster.png\")"

/* What is served in one conversation is served until its machine ends, so a second tour finds it there. */
#define SERVE_PAGE \
  "import http.server, threading\n" \
  "\n" \
  "class Pages(http.server.SimpleHTTPRequestHandler):\n" \
  "    def __init__(self, *arguments):\n" \
  "        super().__init__(*arguments, directory=\"/workspace\")\n" \
  "\n" \
  "    def log_message(self, *_):\n" \
  "        pass\n" \
  "\n" \
  "if \"server\" not in globals():\n" \
  "    server = http.server.ThreadingHTTPServer((\"127.0.0.1\", 8765), Pages)\n" \
  "    threading.Thread(target=server.serve_forever, daemon=True).start()"

#define PAGE_ADDRESS "http://localhost:8765/%s"

typedef struct
{
  const char *text;
  const char *tool;             /* NULL: the script ends here */
  const char *code;             /* "%s" stands for the file's path, quoted; NULL: there is none */
} Step;

#define THAT_WAS_IT \
  N_ ("That was the tour; nothing in it was an AI, but the machine, the code and the files are real. Variables are still " \
      "there: with a model you would now go on asking.")

static const Step TABLE[] = {
  { N_ ("This is the guided tour: a fixed set of rules, not an AI. It sends the code that a model would send. First, what is "
        "in the table?"), "run_python", READ_TABLE },
  { N_ ("The columns are known now, so here are the numbers."), "run_python", DESCRIBE_TABLE },
  { N_ ("And a chart. It is saved as “chart.png”, too, for you to take away."), "run_python", PLOT_TABLE },
  { THAT_WAS_IT, NULL, NULL },
};

static const Step PICTURE[] = {
  { N_ ("This is the guided tour: a fixed set of rules, not an AI. It sends the code that a model would send. First, what "
        "picture is this?"), "run_python", OPEN_PICTURE },
  { N_ ("Now a smaller one in grey. It is saved as “small-grey.png”."), "run_python", REDUCE_PICTURE },
  { THAT_WAS_IT, NULL, NULL },
};

static const Step VIDEO[] = {
  { N_ ("This is the guided tour: a fixed set of rules, not an AI. It sends the commands that a model would send. First, "
        "what video is this?"), "run_shell", PROBE_VIDEO },
  { N_ ("Now the part from second one to second three is cut out, and its first frame becomes a picture."),
    "run_shell", CUT_VIDEO },
  { N_ ("This is that frame."), "run_python", SHOW_POSTER },
  { THAT_WAS_IT, NULL, NULL },
};

static const Step PAGE[] = {
  { N_ ("This is the guided tour: a fixed set of rules, not an AI. It does what a model would do. First, a server of its own "
        "for the page: inside of the machine, where nobody else can reach it."), "run_python", SERVE_PAGE },
  { N_ ("Now the browser in the machine opens it."), "browser_navigate", PAGE_ADDRESS },
  { N_ ("There is a button for the prices, so it is clicked."), "browser_click", "Show prices" },
  { N_ ("And this is what the page looks like."), "browser_take_screenshot", NULL },
  { THAT_WAS_IT, NULL, NULL },
};

/* Which script a file's name asks for; NULL: none. */
static const Step *
script_for (const char *path,
            gsize      *ret_n)
{
  static const struct
  {
    const char *extensions;
    const Step *steps;
    gsize n;
  } SCRIPTS[] = {
    { ".csv ", TABLE, G_N_ELEMENTS (TABLE) },
    { ".png .jpg .jpeg .webp .gif .bmp .tif .tiff ", PICTURE, G_N_ELEMENTS (PICTURE) },
    { ".mp4 .webm .mov .mkv .avi .m4v ", VIDEO, G_N_ELEMENTS (VIDEO) },
    { ".html .htm ", PAGE, G_N_ELEMENTS (PAGE) },
  };
  const char *dot = strrchr (path, '.');
  g_autofree char *lower = dot != NULL ? g_ascii_strdown (dot, -1) : NULL;
  g_autofree char *word = lower != NULL ? g_strconcat (lower, " ", NULL) : NULL;

  for (gsize i = 0; word != NULL && i < G_N_ELEMENTS (SCRIPTS); i++)
    if (strstr (SCRIPTS[i].extensions, word) != NULL) {
      *ret_n = SCRIPTS[i].n;
      return SCRIPTS[i].steps;
    }

  return NULL;
}

/* The path in the last "[Attached file: PATH, SIZE, TYPE]" of @text, as cloche-history.c writes it. */
static char *
dup_attached_path (const char *text)
{
  const char *found = g_strrstr (text, ATTACHED);
  const char *end;

  if (found == NULL)
    return NULL;
  found += strlen (ATTACHED);
  end = strchr (found, '\n');
  for (int commas = 0; end != NULL && end > found && commas < 2;)
    if (*--end == ',')
      commas++;

  return end != NULL && end > found ? g_strndup (found, (gsize) (end - found)) : NULL;
}

/* What a script needs to know of a request. */
typedef struct
{
  char *path;                   /* of the file attached last, or NULL */
  gsize n_results;              /* since the last question */
  gboolean has_failed;          /* one of them */
} Situation;

static void
read_results (ClocheMessage *message,
              Situation     *situation)
{
  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheToolResult *result = cloche_message_part_get_tool_result (cloche_message_get_part (message, i));

    if (result == NULL)
      continue;
    situation->n_results++;
    situation->has_failed |= cloche_tool_result_get_status (result) != CLOCHE_TOOL_OK;
  }
}

static void
read_situation (ClocheChatRequest *request,
                Situation         *situation)
{
  for (guint i = 0; i < cloche_chat_request_get_n_messages (request); i++) {
    ClocheMessage *message = cloche_chat_request_get_message (request, i);
    g_autofree char *text = cloche_message_dup_text (message);
    char *path;

    if (cloche_message_get_role (message) == CLOCHE_ROLE_TOOL)
      read_results (message, situation);
    if (cloche_message_get_role (message) != CLOCHE_ROLE_USER)
      continue;

    situation->n_results = 0;
    situation->has_failed = FALSE;
    path = dup_attached_path (text);
    if (path != NULL) {
      g_free (situation->path);
      situation->path = path;
    }
  }
}

/* Which argument of each tool a step's code is. */
static const struct
{
  const char *tool;
  const char *argument;
} ARGUMENTS[] = {
  { "run_python", "code" },
  { "run_shell", "command" },
  { "browser_navigate", "url" },
  { "browser_click", "ref" },
};

static char *
quote (const char *path,
       const char *argument)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *name = NULL;

  if (g_str_equal (argument, "command"))
    return g_shell_quote (path);
  if (g_str_equal (argument, "url")) {
    name = g_path_get_basename (path);
    return g_uri_escape_string (name, NULL, FALSE);
  }

  node = json_node_init_string (json_node_alloc (), path);      /* A JSON string is a Python string, too. */
  return g_strchomp (cloche_json_to_line (node));
}

static char *
make_arguments (const Step *step,
                const char *path)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_autoptr (GString) code = g_string_new (step->code);

  for (gsize i = 0; i < G_N_ELEMENTS (ARGUMENTS); i++) {
    g_autofree char *quoted = NULL;

    if (!g_str_equal (step->tool, ARGUMENTS[i].tool))
      continue;
    quoted = quote (path, ARGUMENTS[i].argument);
    g_string_replace (code, "%s", quoted, 0);
    json_object_set_string_member (arguments, ARGUMENTS[i].argument, code->str);
  }

  return g_strchomp (cloche_json_object_to_line (arguments));
}

/**
 * cloche_tour_script_read:
 * @ret_line: (out caller-allocates): what the tour answers to @request
 */
void
cloche_tour_script_read (ClocheChatRequest *request,
                         ClocheTourLine    *ret_line)
{
  Situation situation = { 0 };
  const Step *steps;
  gsize n = 0;

  memset (ret_line, 0, sizeof *ret_line);
  read_situation (request, &situation);
  steps = situation.path != NULL ? script_for (situation.path, &n) : NULL;

  if (situation.has_failed) {
    ret_line->text = g_strdup (_ ("That did not work; what is above says why. A model would read the message and try again. "
                                  "The tour cannot."));
  } else if (steps == NULL) {
    ret_line->text = g_strdup (_ ("This is the guided tour: a fixed set of rules, not an AI, so it cannot answer questions. Drop "
                                  "a table (CSV), a picture, a video or a page (HTML) here, or choose one of the samples."));
  } else {
    const Step *step = &steps[MIN (situation.n_results, n - 1)];

    ret_line->text = g_strdup (_ (step->text));
    ret_line->tool = step->tool;
    ret_line->arguments = step->tool != NULL ? make_arguments (step, situation.path) : NULL;
  }

  g_free (situation.path);
}

void
cloche_tour_line_clear (ClocheTourLine *line)
{
  g_clear_pointer (&line->text, g_free);
  g_clear_pointer (&line->arguments, g_free);
  line->tool = NULL;
}
