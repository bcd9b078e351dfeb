// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// What a page has the browser download goes to /workspace/downloads, under a name of ours and with an end to its size.

import fs from 'node:fs';
import path from 'node:path';

export const FOLDER = '/workspace/downloads';

// Where Chromium writes while it loads; hidden, so that half a file is shown to nobody.
export const PARTIAL = `${FOLDER}/.partial`;

// bytes: more is for curl, which can go on where it stopped.
export const MAX_BYTES = 128 * 1024 * 1024;
const POLL_MS = 200;

// Controls, invisible and direction-changing characters, what other systems do not take, and what chat templates mark turns with.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"*/:<>?\\|[\]]/gu;

// characters: room for a counter within the 255 bytes of a file's name, should each be of four bytes.
const MAX_NAME = 56;

// A name that hides nothing, leads nowhere and is like no other in @taken.
export function safeName(suggested, taken = () => false) {
  const flat = String(suggested ?? '').normalize('NFC').replace(UNSAFE, '_');
  const trimmed = flat.replace(/^[.\s_]+/, '').replace(/[.\s]+$/, '') || 'download';
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(trimmed)?.[0] ?? '';
  const stem = [...trimmed.slice(0, trimmed.length - extension.length)].slice(0, MAX_NAME).join('') || 'download';
  for (let n = 1; ; n++) {
    const name = n === 1 ? stem + extension : `${stem}-${n}${extension}`;
    if (!taken(name))
      return name;
  }
}

export function megabytes(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

// bytes that have come of all that is on its way
function loadedBytes() {
  let sum = 0;
  try {
    for (const name of fs.readdirSync(PARTIAL))
      sum += fs.statSync(path.join(PARTIAL, name)).size;
  } catch {
    // Just gone.
  }
  return sum;
}

// Sees @download through to its end; a sentence on what came of it.
export async function keep(download) {
  let isTooLarge = false;
  const watch = setInterval(() => {
    if (loadedBytes() > MAX_BYTES) {
      isTooLarge = true;
      download.cancel().catch(() => {});
    }
  }, POLL_MS);
  const name = safeName(download.suggestedFilename(), taken => fs.existsSync(path.join(FOLDER, taken)));
  try {
    const failure = await download.failure();
    if (isTooLarge)
      return `The download “${name}” was stopped, for it is larger than ${megabytes(MAX_BYTES)}: ` +
        'if it is really needed, load it with curl in run_shell.';
    if (failure !== null)
      return `The download “${name}” did not succeed (${failure}).`;
    const target = path.join(FOLDER, name);
    fs.renameSync(await download.path(), target);
    fs.chmodSync(target, 0o664);
    return `Downloaded to ${target} (${megabytes(fs.statSync(target).size)}).`;
  } catch (error) {
    return `The download “${name}” could not be kept (${error.code ?? 'it was given up'}): ` +
      `is ${FOLDER} there, and is there room?`;
  } finally {
    clearInterval(watch);
  }
}
