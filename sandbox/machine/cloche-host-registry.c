/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-host-registry.h"

#include "cloche-fd.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

/*
 * The files are read line by line here, since neither is GKeyFile's dialect: it refuses a whole .npmrc for having no group,
 * and a whole pip.conf for a value that goes on in a second line, which is how pip's own documentation writes lists.
 * https://docs.npmjs.com/cli/configuring-npm/npmrc, https://pip.pypa.io/en/stable/topics/configuration/
 *
 * An .npmrc also holds tokens. This is read where a machine is started, by the process that will speak to it, so that
 * what was read is wiped before anything of it can stay behind.
 */

/* bytes: of a file that is read; more is not somebody's settings. */
#define MAX_FILE_BYTES (64 * 1024)

/* What no syntax gives a meaning of its own; the machine's agent takes no more than this either. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@%+,=[]"

typedef struct
{
  const char *separators;       /* end a key */
  gboolean has_loose_keys;      /* "Index_URL" is "index-url"; an indented line belongs to the one before */
  gboolean has_late_comments;   /* behind a value */
} Dialect;

static const Dialect NPMRC = { "=", FALSE, TRUE };
static const Dialect PIP_CONF = { "=:", TRUE, FALSE };

static gboolean
is_key (const Dialect *dialect,
        char          *text,
        const char    *key)
{
  g_strstrip (text);
  if (!dialect->has_loose_keys)
    return g_str_equal (text, key);

  g_strdelimit (text, "_", '-');
  return g_ascii_strcasecmp (text, key) == 0;
}

/* In place: what is left is the value alone. */
static char *
trim_value (const Dialect *dialect,
            char          *value)
{
  gsize length;

  if (dialect->has_late_comments)
    value[strcspn (value, ";#")] = '\0';
  g_strstrip (value);
  length = strlen (value);
  if (length >= 2 && (value[0] == '"' || value[0] == '\'') && value[length - 1] == value[0]) {
    value[length - 1] = '\0';
    value++;
  }

  return value;
}

/* @text is cut up. @section: "" before the first one. The last line wins, as it does for both programs. */
static const char *
find_value (const Dialect *dialect,
            char          *text,
            const char    *section,
            const char    *key)
{
  const char *value = NULL;
  gboolean is_inside = section[0] == '\0';
  char *rest = text, *line;

  while ((line = strsep (&rest, "\n")) != NULL) {
    gboolean goes_on = dialect->has_loose_keys && g_ascii_isspace (line[0]);
    char *end;

    g_strstrip (line);
    if (goes_on || line[0] == '\0' || line[0] == '#' || line[0] == ';')
      continue;
    if (line[0] == '[') {
      line[strcspn (line, "]")] = '\0';
      is_inside = g_str_equal (line + 1, section);
      continue;
    }
    end = strpbrk (line, dialect->separators);
    if (!is_inside || end == NULL)
      continue;
    *end = '\0';
    if (is_key (dialect, line, key))
      value = trim_value (dialect, end + 1);
  }

  return value;
}

/* The file's text into @buffer of MAX_FILE_BYTES and one more; an empty one if it cannot be read or is too long. */
static void
read_file (const char *path,
           char       *buffer)
{
  cloche_autofd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gsize length = 0;
  gssize n = 0;

  while (fd >= 0 && length <= MAX_FILE_BYTES && (n = read (fd, buffer + length, MAX_FILE_BYTES + 1 - length)) > 0)
    length += (gsize) n;
  if (fd < 0 || n < 0 || length > MAX_FILE_BYTES)
    length = 0;
  buffer[length] = '\0';
}

/* npm's ${NAME}; a name that is not set stays as it is, and is then no address. */
static char *
expand (const char        *value,
        const char *const *environment)
{
  GString *expanded = g_string_sized_new (2 * strlen (value));  /* It should not move, and leave a copy. */
  const char *start, *end;

  while ((start = strstr (value, "${")) != NULL && (end = strchr (start, '}')) != NULL) {
    g_autofree char *name = g_strndup (start + 2, (gsize) (end - start) - 2);
    const char *known = g_environ_getenv ((char **) environment, name);

    g_string_append_len (expanded, value, start - value);
    if (known != NULL)
      g_string_append (expanded, known);
    else
      g_string_append_len (expanded, start, end + 1 - start);
    value = end + 1;
  }
  g_string_append (expanded, value);

  return g_string_free (expanded, FALSE);
}

static void
wipe_free (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

/* The first file of @paths that says something has the last word, even if a machine has no use for what it says. */
static gboolean
find_in_files (const Dialect     *dialect,
               GStrv              paths,
               const char        *section,
               const char        *key,
               const char *const *environment,
               char             **ret_address)
{
  g_autofree char *buffer = g_malloc (MAX_FILE_BYTES + 2);
  const char *value = NULL;

  for (gsize i = 0; value == NULL && paths[i] != NULL; i++) {
    read_file (paths[i], buffer);
    value = find_value (dialect, buffer, section, key);
  }
  if (value != NULL) {
    char *expanded = dialect == &NPMRC ? expand (value, environment) : g_strdup (value);

    *ret_address = cloche_host_registry_normalize (expanded);
    wipe_free (expanded);
  }
  explicit_bzero (buffer, MAX_FILE_BYTES + 2);

  return value != NULL;
}

/* npm does not care for the case of its variables; an empty one counts as none, for pip too. */
static const char *
get_npm_variable (const char *const *environment,
                  const char        *name)
{
  gsize length = strlen (name);

  for (gsize i = 0; environment[i] != NULL; i++)
    if (g_ascii_strncasecmp (environment[i], name, length) == 0 && environment[i][length] == '=' &&
        environment[i][length + 1] != '\0')
      return environment[i] + length + 1;

  return NULL;
}

static const char *
get_variable (const char *const *environment,
              const char        *name)
{
  const char *value = g_environ_getenv ((char **) environment, name);

  return value != NULL && value[0] != '\0' ? value : NULL;
}

/* Where the npm that the user has keeps what is set for all users: beside itself. */
static char *
build_npm_global_path (const char *const *environment)
{
  const char *path = get_variable (environment, "PATH");
  g_auto (GStrv) folders = g_strsplit (path != NULL ? path : "", ":", -1);

  for (gsize i = 0; folders[i] != NULL; i++) {
    g_autofree char *npm = g_build_filename (folders[i], "npm", NULL);

    if (g_path_is_absolute (npm) && access (npm, X_OK) == 0)
      return g_build_filename (folders[i], "..", "etc", "npmrc", NULL);
  }

  return NULL;
}

/**
 * cloche_host_registry_find_npm:
 *
 * Reads files.
 */
char *
cloche_host_registry_find_npm (const char *const *environment,
                               const char        *root)
{
  const char *variable = get_npm_variable (environment, "npm_config_registry");
  const char *home = get_variable (environment, "HOME");
  const char *user = get_npm_variable (environment, "npm_config_userconfig");
  const char *global = get_npm_variable (environment, "npm_config_globalconfig");
  g_autofree char *beside = build_npm_global_path (environment);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;
  g_autofree char *debian = g_build_filename (root, "/etc/npmrc", NULL);
  char *address = NULL;

  if (variable != NULL)
    return cloche_host_registry_normalize (variable);

  if (user != NULL) {
    g_strv_builder_add (builder, user);
  } else if (home != NULL) {
    g_autofree char *own = g_build_filename (home, ".npmrc", NULL);

    g_strv_builder_add (builder, own);
  }
  if (global != NULL)
    g_strv_builder_add (builder, global);
  else if (beside != NULL)
    g_strv_builder_add (builder, beside);
  g_strv_builder_add (builder, debian);
  paths = g_strv_builder_end (builder);
  (void) find_in_files (&NPMRC, paths, "", "registry", environment, &address);  /* NULL if nobody says anything. */

  return address;
}

/* From the last word to the first. */
static GStrv
list_pip_files (const char *const *environment,
                const char        *root)
{
  const char *home = get_variable (environment, "HOME");
  const char *config_home = get_variable (environment, "XDG_CONFIG_HOME");
  const char *config_dirs = get_variable (environment, "XDG_CONFIG_DIRS");
  const char *named = get_variable (environment, "PIP_CONFIG_FILE");
  g_auto (GStrv) dirs = g_strsplit (config_dirs != NULL ? config_dirs : "/etc/xdg", ":", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  if (g_strcmp0 (named, "/dev/null") == 0)      /* How pip is told to read none. */
    return g_strv_builder_end (builder);

  if (named != NULL)
    g_ptr_array_add (paths, g_strdup (named));
  if (config_home != NULL)
    g_ptr_array_add (paths, g_build_filename (config_home, "pip", "pip.conf", NULL));
  else if (home != NULL)
    g_ptr_array_add (paths, g_build_filename (home, ".config", "pip", "pip.conf", NULL));
  if (home != NULL)
    g_ptr_array_add (paths, g_build_filename (home, ".pip", "pip.conf", NULL));
  g_ptr_array_add (paths, g_build_filename (root, "/etc/pip.conf", NULL));
  for (guint i = g_strv_length (dirs); i > 0; i--)
    g_ptr_array_add (paths, g_build_filename (root, dirs[i - 1], "pip", "pip.conf", NULL));
  for (guint i = 0; i < paths->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (paths, i));

  return g_strv_builder_end (builder);
}

/**
 * cloche_host_registry_find_pip:
 *
 * Reads files.
 */
char *
cloche_host_registry_find_pip (const char *const *environment,
                               const char        *root)
{
  const char *variable = get_variable (environment, "PIP_INDEX_URL");
  g_auto (GStrv) paths = list_pip_files (environment, root);
  char *address = NULL;

  if (variable != NULL)
    return cloche_host_registry_normalize (variable);

  /* What is said of one command is said more exactly, in whichever file. */
  if (!find_in_files (&PIP_CONF, paths, "install", "index-url", environment, &address))
    (void) find_in_files (&PIP_CONF, paths, "global", "index-url", environment, &address);

  return address;
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address) || g_inet_address_get_is_any (address);

  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost");
}

/* The address without what may be secret in it: its user, its query and fragment, which neither npm nor pip has a use for.
 * Before anything parses it and keeps copies of its parts. */
static char *
dup_public_part (const char *address)
{
  const char *authority = strstr (address, "://");
  const char *host;

  if (authority == NULL)
    return NULL;

  authority += strlen ("://");
  host = authority;
  for (gsize i = 0, n = strcspn (authority, "/?#\\"); i < n; i++)
    if (authority[i] == '@')
      host = authority + i + 1;

  return g_strdup_printf ("%.*s%.*s", (int) (authority - address), address, (int) strcspn (host, "?#"), host);
}

char *
cloche_host_registry_normalize (const char *address)
{
  gsize length = strnlen (address, CLOCHE_HOST_REGISTRY_MAX_BYTES + 1);
  g_autofree char *public_part = length <= CLOCHE_HOST_REGISTRY_MAX_BYTES ? dup_public_part (address) : NULL;
  g_autoptr (GUri) uri = public_part != NULL ? g_uri_parse (public_part, G_URI_FLAGS_ENCODED, NULL) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autofree char *normal = NULL;

  if (host == NULL || host[0] == '\0' || is_loopback (host) ||
      (!g_str_equal (g_uri_get_scheme (uri), "http") && !g_str_equal (g_uri_get_scheme (uri), "https")))
    return NULL;

  normal = g_uri_join (G_URI_FLAGS_ENCODED, g_uri_get_scheme (uri), NULL, host, g_uri_get_port (uri), g_uri_get_path (uri),
                       NULL, NULL);
  /* It will stand in files of npm's and pip's syntax. */
  if (strlen (normal) > CLOCHE_HOST_REGISTRY_MAX_BYTES || normal[strspn (normal, PLAIN)] != '\0')
    return NULL;

  return g_steal_pointer (&normal);
}
