/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What a model can do, as far as anybody has said. */
typedef enum {
  CLOCHE_CAPABILITY_UNKNOWN,
  CLOCHE_CAPABILITY_NO,
  CLOCHE_CAPABILITY_YES,
} ClocheCapability;

/**
 * ClocheModelProblem:
 * @CLOCHE_MODEL_PROBLEM_NONE: it can be chosen
 * @CLOCHE_MODEL_PROBLEM_NOT_FOR_CHAT: an embedding or picture model
 * @CLOCHE_MODEL_PROBLEM_NEEDS_SIGN_IN: the endpoint wants a key or an account
 * @CLOCHE_MODEL_PROBLEM_NOT_INSTALLED: it has to be downloaded first
 * @CLOCHE_MODEL_PROBLEM_OTHER: see cloche_model_info_get_problem_detail()
 *
 * Why a model cannot be chosen.
 */
typedef enum {
  CLOCHE_MODEL_PROBLEM_NONE,
  CLOCHE_MODEL_PROBLEM_NOT_FOR_CHAT,
  CLOCHE_MODEL_PROBLEM_NEEDS_SIGN_IN,
  CLOCHE_MODEL_PROBLEM_NOT_INSTALLED,
  CLOCHE_MODEL_PROBLEM_OTHER,
} ClocheModelProblem;

/**
 * ClocheModelInfo:
 *
 * A model of an endpoint. May be changed only while nobody else holds a reference.
 */
typedef struct _ClocheModelInfo ClocheModelInfo;

#define CLOCHE_TYPE_MODEL_INFO (cloche_model_info_get_type ())
GType               cloche_model_info_get_type (void);

ClocheModelInfo    *cloche_model_info_new   (const char *endpoint,
                                             const char *id,
                                             const char *name) G_GNUC_WARN_UNUSED_RESULT;
ClocheModelInfo    *cloche_model_info_copy  (ClocheModelInfo *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheModelInfo    *cloche_model_info_ref   (ClocheModelInfo *self);
void                cloche_model_info_unref (ClocheModelInfo *self);

const char         *cloche_model_info_get_endpoint (ClocheModelInfo *self);
const char         *cloche_model_info_get_id       (ClocheModelInfo *self);
const char         *cloche_model_info_get_name     (ClocheModelInfo *self);

ClocheCapability    cloche_model_info_get_tools    (ClocheModelInfo *self);
void                cloche_model_info_set_tools    (ClocheModelInfo  *self,
                                                    ClocheCapability  tools);
ClocheCapability    cloche_model_info_get_vision   (ClocheModelInfo *self);
void                cloche_model_info_set_vision   (ClocheModelInfo  *self,
                                                    ClocheCapability  vision);
ClocheCapability    cloche_model_info_get_thinking (ClocheModelInfo *self);
void                cloche_model_info_set_thinking (ClocheModelInfo  *self,
                                                    ClocheCapability  thinking);

gint64              cloche_model_info_get_context_length (ClocheModelInfo *self);
void                cloche_model_info_set_context_length (ClocheModelInfo *self,
                                                          gint64           tokens);
guint64             cloche_model_info_get_size_bytes     (ClocheModelInfo *self);
void                cloche_model_info_set_size_bytes     (ClocheModelInfo *self,
                                                          guint64          bytes);
const char         *cloche_model_info_get_digest         (ClocheModelInfo *self);
void                cloche_model_info_set_digest         (ClocheModelInfo *self,
                                                          const char      *digest);
const char         *cloche_model_info_get_detail         (ClocheModelInfo *self);
void                cloche_model_info_set_detail         (ClocheModelInfo *self,
                                                          const char      *detail);

ClocheModelProblem  cloche_model_info_get_problem        (ClocheModelInfo *self);
const char         *cloche_model_info_get_problem_detail (ClocheModelInfo *self);
void                cloche_model_info_set_problem        (ClocheModelInfo    *self,
                                                          ClocheModelProblem  problem,
                                                          const char         *detail);

int                 cloche_model_info_compare_names      (gconstpointer a,
                                                          gconstpointer b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheModelInfo, cloche_model_info_unref)

G_END_DECLS
