/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

JsonNode   *cloche_json_parse        (const char  *bytes,
                                      gssize       length,
                                      GError     **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *cloche_json_parse_object (const char  *bytes,
                                      gssize       length,
                                      GError     **error) G_GNUC_WARN_UNUSED_RESULT;

char       *cloche_json_to_line        (JsonNode   *node) G_GNUC_WARN_UNUSED_RESULT;
char       *cloche_json_object_to_line (JsonObject *object) G_GNUC_WARN_UNUSED_RESULT;

JsonNode   *cloche_json_get_node   (JsonObject *object,
                                    const char *name);
const char *cloche_json_get_string (JsonObject *object,
                                    const char *name);
gint64      cloche_json_get_int    (JsonObject *object,
                                    const char *name,
                                    gint64      fallback);
double      cloche_json_get_double (JsonObject *object,
                                    const char *name,
                                    double      fallback);
gboolean    cloche_json_get_bool   (JsonObject *object,
                                    const char *name,
                                    gboolean    fallback);
JsonObject *cloche_json_get_object (JsonObject *object,
                                    const char *name);
JsonArray  *cloche_json_get_array  (JsonObject *object,
                                    const char *name);

JsonObject *cloche_json_array_get_object (JsonArray *array,
                                          guint      index);
const char *cloche_json_array_get_string (JsonArray *array,
                                          guint      index);

G_END_DECLS
