/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "fuzz.h"

#include "cloche-line-reader.h"
#include "cloche-record.h"

#include <assert.h>
#include <string.h>

#define MAX_BYTES 1000

/* Returns the decoder's last word; the sum tells two runs apart. */
static int
decode (const uint8_t *bytes,
        size_t         length,
        size_t         step,
        size_t        *ret_sum)
{
  cloche_record_decoder *decoder = cloche_record_decoder_new (MAX_BYTES);
  int result = 0;

  *ret_sum = 0;
  for (size_t at = 0, taken; at < length && result >= 0; at += taken) {
    result = cloche_record_decoder_feed (decoder, bytes + at, length - at < step ? length - at : step, &taken);
    if (result == 1) {
      size_t n;
      const uint8_t *payload = cloche_record_decoder_get_payload (decoder, &n);

      assert (payload != NULL && n <= MAX_BYTES);
      *ret_sum = *ret_sum * 31 + n + (n > 0 ? payload[n - 1] : 0);
    }
    assert (result < 0 || taken > 0);
  }
  cloche_record_decoder_free (decoder);

  return result < 0 ? result : 0;
}

static size_t
count_lines (const uint8_t *bytes,
             size_t         length,
             size_t         step)
{
  cloche_line_reader *reader = cloche_line_reader_new (length);
  size_t n_lines = 0;

  for (size_t at = 0, taken; at < length; at += taken) {
    int result = cloche_line_reader_feed (reader, bytes + at, length - at < step ? length - at : step, &taken);
    size_t n;

    assert (result >= 0 && taken > 0);
    if (result == 1) {
      const char *line = cloche_line_reader_get_line (reader, &n);

      assert (line[n] == '\0' && memchr (line, '\n', n) == NULL);
      n_lines++;
    }
  }
  cloche_line_reader_free (reader);

  return n_lines;
}

/* However the bytes are cut, the same comes out. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  size_t whole_sum, sum;
  int whole = decode (bytes, length, length, &whole_sum);
  size_t n_lines = count_lines (bytes, length, length);

  for (size_t step = 1; step <= 9; step += 4) {
    assert (decode (bytes, length, step, &sum) == whole && sum == whole_sum);
    assert (count_lines (bytes, length, step) == n_lines);
  }

  return 0;
}
