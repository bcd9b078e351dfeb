/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheNetworkQuestion:
 *
 * Something in the machine wants to reach a host, and a person is asked. Its texts are one line each, of characters that can
 * be shown, and not longer than what a person reads.
 */
#define CLOCHE_TYPE_NETWORK_QUESTION (cloche_network_question_get_type ())
G_DECLARE_FINAL_TYPE (ClocheNetworkQuestion, cloche_network_question, CLOCHE, NETWORK_QUESTION, GObject)

ClocheNetworkQuestion *cloche_network_question_new (JsonObject *event) G_GNUC_WARN_UNUSED_RESULT;

gint64      cloche_network_question_get_id     (ClocheNetworkQuestion *self);
const char *cloche_network_question_get_host   (ClocheNetworkQuestion *self);
const char *cloche_network_question_get_rule   (ClocheNetworkQuestion *self);
const char *cloche_network_question_get_title  (ClocheNetworkQuestion *self);
const char *cloche_network_question_get_detail (ClocheNetworkQuestion *self);

G_END_DECLS
