// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// The text of a PDF, which Chromium without a screen cannot show and downloads.

import { execFile } from 'node:child_process';
import fs from 'node:fs';

// ms and bytes: what a document gets; machines may be emulated.
const TEXT_MS = 20_000;
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

const SIGNATURE = '%PDF-';

export function isPdf(file) {
  const head = Buffer.alloc(SIGNATURE.length);
  const fd = fs.openSync(file, 'r');
  try {
    fs.readSync(fd, head, 0, head.length, 0);
  } finally {
    fs.closeSync(fd);
  }
  return head.toString('latin1') === SIGNATURE;
}

// Lines, as they stand on its pages; none of one that holds pictures only, or cannot be read.
export function lines(file) {
  const options = { encoding: 'utf8', timeout: TEXT_MS, maxBuffer: MAX_TEXT_BYTES };
  return new Promise(resolve => execFile('pdftotext', ['-layout', '-enc', 'UTF-8', file, '-'], options, (error, text) => {
    const flat = String(text ?? '').replace(/\f/g, '\n').split('\n').map(line => line.trimEnd());
    resolve(flat.filter((line, i) => line !== '' || (i > 0 && flat[i - 1] !== '')));   // What came before an error counts.
  }));
}
