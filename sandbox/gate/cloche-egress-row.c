/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-row.h"

#include "cloche-json.h"
#include "cloche-string.h"

static const char *const VERDICTS[] = {
  [CLOCHE_EGRESS_VERDICT_ALLOWED] = "allowed",
  [CLOCHE_EGRESS_VERDICT_REFUSED] = "refused",
  [CLOCHE_EGRESS_VERDICT_FAILED] = "failed",
};

static char *
format_time (gint64 time_us)
{
  g_autoptr (GDateTime) seconds = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (seconds, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf ("%s.%06dZ", text, (int) (time_us % G_USEC_PER_SEC));
}

static void
set_printable (JsonObject *object,
               const char *member,
               const char *bytes)
{
  g_autofree char *text = cloche_text_make_printable (bytes, -1);

  json_object_set_string_member (object, member, text);
}

/**
 * cloche_egress_row_to_line:
 * @seq: its number in the log, from 1
 *
 * The row as one line of JSON without a newline, at most %CLOCHE_EGRESS_ROW_BYTES long:
 * {"seq","time" (ISO 8601, UTC, µs),"name","port","address" (or null),"program","verdict" ("allowed", "refused",
 * "failed"),"reason" (see cloche-egress-reason.h),"bytes_in","bytes_out","duration_us"}.
 */
char *
cloche_egress_row_to_line (const ClocheEgressRow *row,
                           gint64                 seq)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *time = format_time (row->time_us);

  json_object_set_int_member (object, "seq", seq);
  json_object_set_string_member (object, "time", time);
  set_printable (object, "name", row->name);
  json_object_set_int_member (object, "port", row->port);
  if (row->address != NULL)
    json_object_set_string_member (object, "address", row->address);
  else
    json_object_set_null_member (object, "address");
  set_printable (object, "program", row->program);
  json_object_set_string_member (object, "verdict", VERDICTS[row->verdict]);
  json_object_set_string_member (object, "reason", cloche_egress_reason_to_string (row->reason));
  json_object_set_int_member (object, "bytes_in", (gint64) MIN (row->bytes_in, G_MAXINT64));
  json_object_set_int_member (object, "bytes_out", (gint64) MIN (row->bytes_out, G_MAXINT64));
  json_object_set_int_member (object, "duration_us", row->duration_us);

  return cloche_json_object_to_line (object);
}
