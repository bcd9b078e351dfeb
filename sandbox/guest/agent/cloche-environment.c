/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-environment.h"

#include "cloche-alloc.h"
#include "cloche-trust.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* variables: ours and a request's together; far below what execve takes. */
#define MAX_VARIABLES 256

typedef struct
{
  char **variables;
  size_t n;
} list;

static void
set (list       *self,
     const char *name,
     const char *value)
{
  size_t length = strlen (name);
  size_t at = 0;

  while (at < self->n && (strncmp (self->variables[at], name, length) != 0 || self->variables[at][length] != '='))
    at++;
  if (at == MAX_VARIABLES)
    return;
  if (at == self->n)
    self->n++;
  else
    free (self->variables[at]);
  self->variables[at] = cloche_format ("%s=%s", name, value);
}

static bool
is_valid (json_t *extra)
{
  const char *name;
  json_t *value;

  if (!json_is_object (extra) || json_object_size (extra) > MAX_VARIABLES / 2)
    return false;
  json_object_foreach (extra, name, value)
  if (!json_is_string (value) || name[0] == '\0' || strchr (name, '=') != NULL)
    return false;
  return true;
}

/* Whatever is part of Debian finds the certificates of the system by itself, but for Node; what people install with pip or
 * npm brings its own list and has to be told. */
static void
set_ours (list                 *self,
          const cloche_agent   *agent,
          const cloche_account *account)
{
  set (self, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  set (self, "HOME", account->home);
  set (self, "USER", account->name);
  set (self, "LOGNAME", account->name);
  set (self, "SHELL", "/bin/bash");
  set (self, "LANG", "C.UTF-8"); /* The only UTF-8 locale that the image has. */
  set (self, "TERM", "dumb");
  set (self, "TMPDIR", "/tmp");
  if (account->uid == agent->user.uid && agent->is_init)
    set (self, "XDG_RUNTIME_DIR", "/run/user/1000");
  set (self, "NODE_EXTRA_CA_CERTS", CLOCHE_TRUST_FILE);
  set (self, "PIP_CERT", CLOCHE_TRUST_FILE);
  set (self, "REQUESTS_CA_BUNDLE", CLOCHE_TRUST_FILE);
  set (self, "SSL_CERT_FILE", CLOCHE_TRUST_FILE);
  set (self, "DEBIAN_FRONTEND", "noninteractive");
  set (self, "PIP_BREAK_SYSTEM_PACKAGES", "1");
}

char **
cloche_environment_new (const cloche_agent   *agent,
                        const cloche_account *account,
                        json_t               *extra)
{
  list self = { cloche_new ((MAX_VARIABLES + 1) * sizeof (char *)), 0 };
  const char *name;
  json_t *value;

  if (extra != NULL && !is_valid (extra)) {
    free (self.variables);
    return NULL;
  }
  set_ours (&self, agent, account);
  if (extra != NULL)
    json_object_foreach (extra, name, value)
    set (&self, name, json_string_value (value));
  return self.variables;
}

void
cloche_environment_free (char **environment)
{
  if (environment == NULL)
    return;
  for (char **at = environment; *at != NULL; at++)
    free (*at);
  free (environment);
}
