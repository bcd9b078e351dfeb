# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
#
# Reads meson's testlog.txt; of each program that failed: its name, how it ended, and what it said of the failure, or else
# the last that it said.

# lines: of one program, so that the end of a gate's output holds all that failed.
BEGIN { N_LINES = 12 }

function tell (   i)
{
  if (failed) {
    printf "failed: %s (%s)\n", name, ending
    if (n_told == 0)
      for (i = n > N_LINES ? n - N_LINES : 0; i < n; i++)
        told[n_told++] = line[i]
    for (i = 0; i < n_told && i < N_LINES; i++)
      print "    " substr (told[i], 1, 300)
  }
  failed = n = n_told = 0
}

/^=+ *[0-9]+\/[0-9]+ *=+$/ { tell () }
/^test: / { name = $NF }
/^result: / { ending = substr ($0, 15); failed = ending !~ /^exit status (0|77)$/; n = n_told = 0; next }
/^=+$/ || /^-+ std(out|err) -+$/ || /^command: / || !NF { next }
/^Ok: / { tell () }
/^ *not ok / && !/# TODO/ { failed = 1 }
/^ *not ok / || /^Bail out!/ || /Failure: / || /ERROR:/ || /Sanitizer: / || /runtime error: / { told[n_told++] = $0; next }
{ line[n++] = $0 }
END { tell () }
