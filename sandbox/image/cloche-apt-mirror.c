/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-apt-mirror.h"

#include "cloche-image-error.h"

#include <string.h>

/*
 * Finds, among all that a host's apt may read, the mirror of Debian itself. Other archives use Debian's suite names too, so
 * an entry counts only if its suite is exactly one of Debian's, it has the component "main", and its address ends in
 * Debian's own folder name: "/debian" for the archive, "/debian-security" (or the old "security.debian.org/") for security.
 */

static const char *const SUITES[] = {
  "stable", "oldstable", "testing", "unstable", "sid", "bullseye", "bookworm", "trixie", "forky", "duke",
};

/* deb [OPTIONS] URI SUITE COMPONENT… */
#define ENTRY_PATTERN "^\\s*deb\\s+(?:\\[[^]]*\\]\\s*)?(\\S+)\\s+(\\S+)\\s+(?:[^#]*\\s)?main(?:\\s|$)"

static gboolean
is_debian_suite (const char *suite,
                 const char *ending)
{
  g_autofree char *name = NULL;

  if (!g_str_has_suffix (suite, ending))
    return FALSE;

  name = g_strndup (suite, strlen (suite) - strlen (ending));
  for (gsize i = 0; i < G_N_ELEMENTS (SUITES); i++)
    if (strcmp (name, SUITES[i]) == 0)
      return TRUE;

  return FALSE;
}

static char *
trim_uri (const char *uri)
{
  gsize length = strlen (uri);

  while (length > 0 && uri[length - 1] == '/')
    length--;

  return g_strndup (uri, length);
}

/**
 * cloche_apt_mirror_check_uri:
 *
 * Whether a machine may be told of @uri: http or https, and no password in it.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_NO_MIRROR.
 */
gboolean
cloche_apt_mirror_check_uri (const char *uri,
                             GError    **error)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);

  if (parsed == NULL || g_uri_get_host (parsed) == NULL || *g_uri_get_host (parsed) == '\0' ||
      strpbrk (uri, " \t\r\n[]\"'") != NULL ||
      (g_strcmp0 (g_uri_get_scheme (parsed), "http") != 0 && g_strcmp0 (g_uri_get_scheme (parsed), "https") != 0)) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_MIRROR, "“%s” is not an http or https address", uri);
    return FALSE;
  }

  if (g_uri_get_userinfo (parsed) != NULL) {
    /* Not repeated in the message: it holds a password. */
    g_set_error_literal (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_MIRROR,
                         "The address of the mirror holds a password, which every machine would be told");
    return FALSE;
  }

  return TRUE;
}

static void
take_entry (ClocheAptMirror *self,
            const char      *uri,
            const char      *suite)
{
  g_autofree char *trimmed = trim_uri (uri);

  if (!cloche_apt_mirror_check_uri (trimmed, NULL))
    return;

  if (self->archive == NULL && is_debian_suite (suite, "") && g_str_has_suffix (trimmed, "/debian"))
    self->archive = g_steal_pointer (&trimmed);
  else if (self->security == NULL && is_debian_suite (suite, "-security") &&
           (g_str_has_suffix (trimmed, "/debian-security") || g_str_has_suffix (trimmed, "//security.debian.org")))
    self->security = g_steal_pointer (&trimmed);
}

/**
 * cloche_apt_mirror_scan_list:
 * @text: the content of a sources.list, one entry a line
 *
 * Source: sources.list(5), "One-line-style format".
 */
void
cloche_apt_mirror_scan_list (ClocheAptMirror *self,
                             const char      *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++) {
    g_autoptr (GRegex) entry = g_regex_new (ENTRY_PATTERN, 0, 0, NULL);
    g_autoptr (GMatchInfo) match = NULL;

    if (g_regex_match (entry, lines[i], 0, &match)) {
      g_autofree char *uri = g_match_info_fetch (match, 1);
      g_autofree char *suite = g_match_info_fetch (match, 2);

      take_entry (self, uri, suite);
    }
  }
}

/* The fields of one paragraph: name in lower case → value with continuation lines joined by spaces. */
static GHashTable *
parse_paragraph (const char *paragraph)
{
  g_auto (GStrv) lines = g_strsplit (paragraph, "\n", -1);
  g_autoptr (GHashTable) fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *name = NULL;

  for (gsize i = 0; lines[i] != NULL; i++) {
    char *colon = strchr (lines[i], ':');

    if (lines[i][0] == '#')
      continue;
    if (g_ascii_isspace (lines[i][0]) && name != NULL) {
      const char *value = g_hash_table_lookup (fields, name);

      g_hash_table_replace (fields, g_strdup (name), g_strconcat (value, " ", g_strstrip (lines[i]), NULL));
    } else if (colon != NULL) {
      g_free (name);
      name = g_ascii_strdown (lines[i], colon - lines[i]);
      g_hash_table_replace (fields, g_strdup (name), g_strdup (g_strstrip (colon + 1)));
    }
  }

  return g_steal_pointer (&fields);
}

static gboolean
has_word (GHashTable *fields,
          const char *name,
          const char *word)
{
  const char *value = g_hash_table_lookup (fields, name);
  g_auto (GStrv) words = g_strsplit_set (value != NULL ? value : "", " \t", -1);

  return g_strv_contains ((const char *const *) words, word);
}

static void
take_paragraph (ClocheAptMirror *self,
                GHashTable      *fields)
{
  const char *uris_text = g_hash_table_lookup (fields, "uris");
  const char *suites_text = g_hash_table_lookup (fields, "suites");
  g_auto (GStrv) uris = g_strsplit_set (uris_text != NULL ? uris_text : "", " \t", -1);
  g_auto (GStrv) suites = g_strsplit_set (suites_text != NULL ? suites_text : "", " \t", -1);

  if (has_word (fields, "enabled", "no") || !has_word (fields, "types", "deb") || !has_word (fields, "components", "main"))
    return;

  for (gsize i = 0; uris[i] != NULL; i++)
    for (gsize j = 0; suites[j] != NULL; j++)
      take_entry (self, uris[i], suites[j]);
}

/**
 * cloche_apt_mirror_scan_deb822:
 * @text: the content of a .sources file
 *
 * Source: sources.list(5), "Deb822-style format".
 */
void
cloche_apt_mirror_scan_deb822 (ClocheAptMirror *self,
                               const char      *text)
{
  g_auto (GStrv) paragraphs = g_regex_split_simple ("\\n[ \\t]*\\n", text, 0, 0);

  for (gsize i = 0; paragraphs[i] != NULL; i++) {
    g_autoptr (GHashTable) fields = parse_paragraph (paragraphs[i]);

    take_paragraph (self, fields);
  }
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
scan_file (ClocheAptMirror *self,
           const char      *path)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;             /* Not there or not ours to read: another file may name the mirror. */

  if (g_str_has_suffix (path, ".sources"))
    cloche_apt_mirror_scan_deb822 (self, text);
  else if (g_str_has_suffix (path, ".list"))
    cloche_apt_mirror_scan_list (self, text);
}

/**
 * cloche_apt_mirror_new:
 * @security: (nullable)
 */
ClocheAptMirror *
cloche_apt_mirror_new (const char *archive,
                       const char *security)
{
  ClocheAptMirror *self = g_new0 (ClocheAptMirror, 1);

  self->archive = archive != NULL ? trim_uri (archive) : NULL;
  self->security = security != NULL ? trim_uri (security) : NULL;

  return self;
}

/**
 * cloche_apt_mirror_from_host:
 * @etc_apt: "/etc/apt"
 *
 * The mirror that this host's own packages come from.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_NO_MIRROR.
 */
ClocheAptMirror *
cloche_apt_mirror_from_host (const char *etc_apt,
                             GError    **error)
{
  g_autoptr (ClocheAptMirror) self = cloche_apt_mirror_new (NULL, NULL);
  g_autofree char *main_path = g_build_filename (etc_apt, "sources.list", NULL);
  g_autofree char *dir_path = g_build_filename (etc_apt, "sources.list.d", NULL);
  g_autoptr (GDir) dir = g_dir_open (dir_path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  scan_file (self, main_path);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (dir_path, name, NULL));
  g_ptr_array_sort (names, compare_paths);
  for (guint i = 0; i < names->len; i++)
    scan_file (self, g_ptr_array_index (names, i));

  if (self->archive == NULL) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_MIRROR, "“%s” names no mirror of Debian", etc_apt);
    return NULL;
  }

  return g_steal_pointer (&self);
}

void
cloche_apt_mirror_free (ClocheAptMirror *self)
{
  g_free (self->archive);
  g_free (self->security);
  g_free (self);
}
