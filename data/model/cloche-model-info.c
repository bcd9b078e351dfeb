/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-model-info.h"

#include "cloche-string.h"

struct _ClocheModelInfo
{
  gatomicrefcount ref_count;
  ClocheCapability tools;
  ClocheCapability vision;
  ClocheCapability thinking;
  ClocheModelProblem problem;
  gint64 context_length;        /* tokens; 0: unknown */
  guint64 size_bytes;           /* 0: unknown */

  char *endpoint;
  char *id;
  char *name;
  char *digest;
  char *detail;
  char *problem_detail;
};

G_DEFINE_BOXED_TYPE (ClocheModelInfo, cloche_model_info, cloche_model_info_ref, cloche_model_info_unref)

static void
clear (ClocheModelInfo *self)
{
  g_clear_pointer (&self->endpoint, g_free);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->digest, g_free);
  g_clear_pointer (&self->detail, g_free);
  g_clear_pointer (&self->problem_detail, g_free);
}

static gboolean
is_mine_alone (ClocheModelInfo *self)
{
  return g_atomic_ref_count_compare (&self->ref_count, 1);
}

/**
 * cloche_model_info_new:
 * @endpoint: id of the endpoint that has it
 * @id: what the endpoint calls it
 * @name: (nullable): what people see; by default @id
 */
ClocheModelInfo *
cloche_model_info_new (const char *endpoint,
                       const char *id,
                       const char *name)
{
  ClocheModelInfo *self = g_new0 (ClocheModelInfo, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->endpoint = g_strdup (endpoint);
  self->id = g_strdup (id);
  self->name = g_strdup (name != NULL ? name : id);

  return self;
}

/**
 * cloche_model_info_copy:
 *
 * Returns: (transfer full): one equal to @self that may be changed
 */
ClocheModelInfo *
cloche_model_info_copy (ClocheModelInfo *self)
{
  ClocheModelInfo *copy = cloche_model_info_new (self->endpoint, self->id, self->name);

  copy->tools = self->tools;
  copy->vision = self->vision;
  copy->thinking = self->thinking;
  copy->problem = self->problem;
  copy->context_length = self->context_length;
  copy->size_bytes = self->size_bytes;
  copy->digest = g_strdup (self->digest);
  copy->detail = g_strdup (self->detail);
  copy->problem_detail = g_strdup (self->problem_detail);

  return copy;
}

/**
 * cloche_model_info_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheModelInfo *
cloche_model_info_ref (ClocheModelInfo *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
cloche_model_info_unref (ClocheModelInfo *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  clear (self);
  g_free (self);
}

const char *
cloche_model_info_get_endpoint (ClocheModelInfo *self)
{
  return self->endpoint;
}

const char *
cloche_model_info_get_id (ClocheModelInfo *self)
{
  return self->id;
}

const char *
cloche_model_info_get_name (ClocheModelInfo *self)
{
  return self->name;
}

ClocheCapability
cloche_model_info_get_tools (ClocheModelInfo *self)
{
  return self->tools;
}

void
cloche_model_info_set_tools (ClocheModelInfo *self,
                             ClocheCapability tools)
{
  g_return_if_fail (is_mine_alone (self));

  self->tools = tools;
}

ClocheCapability
cloche_model_info_get_vision (ClocheModelInfo *self)
{
  return self->vision;
}

void
cloche_model_info_set_vision (ClocheModelInfo *self,
                              ClocheCapability vision)
{
  g_return_if_fail (is_mine_alone (self));

  self->vision = vision;
}

ClocheCapability
cloche_model_info_get_thinking (ClocheModelInfo *self)
{
  return self->thinking;
}

void
cloche_model_info_set_thinking (ClocheModelInfo *self,
                                ClocheCapability thinking)
{
  g_return_if_fail (is_mine_alone (self));

  self->thinking = thinking;
}

/**
 * cloche_model_info_get_context_length:
 *
 * Returns: tokens that fit into a request and its answer, or 0 if unknown
 */
gint64
cloche_model_info_get_context_length (ClocheModelInfo *self)
{
  return self->context_length;
}

void
cloche_model_info_set_context_length (ClocheModelInfo *self,
                                      gint64           context_length)
{
  g_return_if_fail (is_mine_alone (self));

  self->context_length = context_length;
}

/**
 * cloche_model_info_get_size_bytes:
 *
 * Returns: bytes on the disk, or 0 if unknown
 */
guint64
cloche_model_info_get_size_bytes (ClocheModelInfo *self)
{
  return self->size_bytes;
}

void
cloche_model_info_set_size_bytes (ClocheModelInfo *self,
                                  guint64          size_bytes)
{
  g_return_if_fail (is_mine_alone (self));

  self->size_bytes = size_bytes;
}

/**
 * cloche_model_info_get_digest:
 *
 * Returns: (nullable): what identifies these very weights; what was learned of a model is kept under it
 */
const char *
cloche_model_info_get_digest (ClocheModelInfo *self)
{
  return self->digest;
}

void
cloche_model_info_set_digest (ClocheModelInfo *self,
                              const char      *digest)
{
  g_return_if_fail (is_mine_alone (self));

  cloche_set_str (&self->digest, digest);
}

/**
 * cloche_model_info_get_detail:
 *
 * Returns: (nullable): parameters and quantisation, such as "3.2B Q4_K_M"
 */
const char *
cloche_model_info_get_detail (ClocheModelInfo *self)
{
  return self->detail;
}

void
cloche_model_info_set_detail (ClocheModelInfo *self,
                              const char      *detail)
{
  g_return_if_fail (is_mine_alone (self));

  cloche_set_str (&self->detail, detail);
}

/**
 * cloche_model_info_get_problem:
 *
 * Returns: why it cannot be chosen
 */
ClocheModelProblem
cloche_model_info_get_problem (ClocheModelInfo *self)
{
  return self->problem;
}

/**
 * cloche_model_info_get_problem_detail:
 *
 * Returns: (nullable): a plain fact that goes with the problem
 */
const char *
cloche_model_info_get_problem_detail (ClocheModelInfo *self)
{
  return self->problem_detail;
}

void
cloche_model_info_set_problem (ClocheModelInfo   *self,
                               ClocheModelProblem problem,
                               const char        *detail)
{
  g_return_if_fail (is_mine_alone (self));

  self->problem = problem;
  cloche_set_str (&self->problem_detail, detail);
}

/**
 * cloche_model_info_compare_names:
 * @a: pointer to a #ClocheModelInfo, as a #GPtrArray gives it
 * @b: another
 *
 * In the order of the alphabet, for g_ptr_array_sort().
 */
int
cloche_model_info_compare_names (gconstpointer a,
                                 gconstpointer b)
{
  return g_ascii_strcasecmp (cloche_model_info_get_name (*(ClocheModelInfo *const *) a),
                             cloche_model_info_get_name (*(ClocheModelInfo *const *) b));
}
