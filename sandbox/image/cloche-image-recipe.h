/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheImageRecipe:
 *
 * What the root of a machine is made of, read from the folder recipe/. Immutable.
 */
typedef struct _ClocheImageRecipe ClocheImageRecipe;

ClocheImageRecipe  *cloche_image_recipe_load (const char  *path,
                                              GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_image_recipe_free (ClocheImageRecipe *self);

const char         *cloche_image_recipe_get_suite      (const ClocheImageRecipe *self);
const char *const  *cloche_image_recipe_get_packages   (const ClocheImageRecipe *self);
const char *const  *cloche_image_recipe_get_path_rules (const ClocheImageRecipe *self);
const char *const  *cloche_image_recipe_get_modules    (const ClocheImageRecipe *self);
const char         *cloche_image_recipe_get_script     (const ClocheImageRecipe *self);
const char         *cloche_image_recipe_get_key        (const ClocheImageRecipe *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheImageRecipe, cloche_image_recipe_free)

G_END_DECLS
