/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-figures.h"

struct _ClocheCliFigures
{
  char *name;
  char *unit;
  GArray *values;               /* of double */
};

static int
compare_values (gconstpointer a,
                gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The nearest-rank percentile; 0 without a value. */
static double
get_percentile (ClocheCliFigures *self,
                double            share)
{
  g_autoptr (GArray) sorted = g_array_copy (self->values);
  guint rank = (guint) (share * sorted->len + 0.5);

  if (sorted->len == 0)
    return 0;
  g_array_sort (sorted, compare_values);

  return g_array_index (sorted, double, CLAMP (rank, 1, sorted->len) - 1);
}

ClocheCliFigures *
cloche_cli_figures_new (const char *name,
                        const char *unit)
{
  ClocheCliFigures *self = g_new0 (ClocheCliFigures, 1);

  self->name = g_strdup (name);
  self->unit = g_strdup (unit);
  self->values = g_array_new (FALSE, FALSE, sizeof (double));

  return self;
}

void
cloche_cli_figures_free (ClocheCliFigures *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->unit);
  g_array_unref (self->values);
  g_free (self);
}

void
cloche_cli_figures_add (ClocheCliFigures *self,
                        double            value)
{
  g_array_append_val (self->values, value);
}

guint
cloche_cli_figures_get_n (ClocheCliFigures *self)
{
  return self->values->len;
}

/**
 * cloche_cli_figures_get_median:
 *
 * The mean of the two middle values where their number is even.
 */
double
cloche_cli_figures_get_median (ClocheCliFigures *self)
{
  g_autoptr (GArray) sorted = g_array_copy (self->values);
  guint half = sorted->len / 2;

  if (sorted->len == 0)
    return 0;
  g_array_sort (sorted, compare_values);
  if (sorted->len % 2 == 1)
    return g_array_index (sorted, double, half);

  return (g_array_index (sorted, double, half - 1) + g_array_index (sorted, double, half)) / 2;
}

double
cloche_cli_figures_get_p95 (ClocheCliFigures *self)
{
  return get_percentile (self, 0.95);
}

static double
get_ratio (ClocheCliFigures *self,
           ClocheCliFigures *beside)
{
  double other = beside != NULL ? cloche_cli_figures_get_median (beside) : 0;

  return other > 0 ? cloche_cli_figures_get_median (self) / other : 0;
}

/**
 * cloche_cli_figures_print:
 * @beside: (nullable): what the median is compared with
 */
void
cloche_cli_figures_print (ClocheCliFigures *self,
                          ClocheCliFigures *beside)
{
  double ratio = get_ratio (self, beside);

  g_print ("%-34s n %3u   median %9.1f %s   p95 %9.1f %s", self->name, self->values->len,
           cloche_cli_figures_get_median (self), self->unit, cloche_cli_figures_get_p95 (self), self->unit);
  if (ratio > 0)
    g_print ("   %.2f× %s", ratio, beside->name);
  g_print ("\n");
}

/**
 * cloche_cli_figures_to_json:
 * @beside: (nullable): what the median is compared with
 */
JsonObject *
cloche_cli_figures_to_json (ClocheCliFigures *self,
                            ClocheCliFigures *beside)
{
  JsonObject *object = json_object_new ();
  double ratio = get_ratio (self, beside);

  json_object_set_string_member (object, "name", self->name);
  json_object_set_string_member (object, "unit", self->unit);
  json_object_set_int_member (object, "n", self->values->len);
  json_object_set_double_member (object, "median", cloche_cli_figures_get_median (self));
  json_object_set_double_member (object, "p95", cloche_cli_figures_get_p95 (self));
  if (ratio > 0) {
    json_object_set_double_member (object, "ratio", ratio);
    json_object_set_string_member (object, "beside", beside->name);
  }

  return object;
}
