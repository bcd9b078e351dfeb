// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// What a page has the browser download goes to /workspace/downloads, under names of ours and with an end to size, number and
// time.

import fs from 'node:fs';
import path from 'node:path';

export const FOLDER = '/workspace/downloads';

// bytes, of all that comes at once: more is for curl, which can go on where it stopped.
export const MAX_BYTES = 128 * 1024 * 1024;

// downloads that pages may begin with one action.
export const MAX_OF_ACTION = 10;

// files of the same name that get a number.
const MAX_NUMBER = 1000;

const POLL_MS = 200;

// Controls, invisible and direction-changing characters, what other systems do not take, and what chat templates mark turns with.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"*/:<>?\\|[\]]/gu;

// characters: room for a counter within the 255 bytes of a file's name, should each be of four bytes.
const MAX_NAME = 56;

const BY_CURL = 'if it is really needed, load it with curl in run_shell.';

// The @number th name that hides nothing and leads nowhere.
export function safeName(suggested, number = 1) {
  const flat = String(suggested ?? '').normalize('NFC').replace(UNSAFE, '_');
  const trimmed = flat.replace(/^[.\s_]+/, '').replace(/[.\s]+$/, '') || 'download';
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(trimmed)?.[0] ?? '';
  const stem = [...trimmed.slice(0, trimmed.length - extension.length)].slice(0, MAX_NAME).join('') || 'download';
  return number === 1 ? stem + extension : `${stem}-${number}${extension}`;
}

export function megabytes(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export class Downloads {
  // @maxBytes: tests load less.
  constructor(folder = FOLDER, maxBytes = MAX_BYTES) {
    this.folder = folder;
    this.maxBytes = maxBytes;
    // Where Chromium writes while it loads; hidden, so that half a file is shown to nobody.
    this.partial = path.join(folder, '.partial');
    this.running = new Map();     // download → why it was stopped, or null
    this.nBegun = 0;              // ever
    this.kept = null;             // the last file that came
    this.nOfAction = 0;
    this.nRefused = 0;
    this.notes = [];
    this.watch = null;
    this.canWrite = true;
  }

  get isBusy() {
    return this.running.size > 0;
  }

  // An action begins.
  begin() {
    this.nOfAction = 0;
    try {
      fs.mkdirSync(this.partial, { recursive: true, mode: 0o700 });
      this.canWrite = true;
    } catch {
      if (this.canWrite)
        this.notes.push(`Downloads will fail: ${this.folder} cannot be written.`);
      this.canWrite = false;
    }
  }

  takeNotes() {
    const notes = this.notes;
    if (this.nRefused > 0)
      notes.push(`${this.nRefused} more downloads were refused, since one action may lead to ${MAX_OF_ACTION}.`);
    this.notes = [];
    this.nRefused = 0;
    return notes;
  }

  take(download) {
    this.nBegun++;
    if (++this.nOfAction > MAX_OF_ACTION) {
      this.nRefused++;
      download.cancel().catch(() => {});
      return;
    }
    this.running.set(download, null);
    this.watch ??= setInterval(() => this.check(), POLL_MS);
    this.keep(download).then(sentence => this.end(download, sentence));
  }

  end(download, sentence) {
    if (!this.running.delete(download))
      return;
    this.notes.push(sentence);
    if (this.running.size === 0) {
      clearInterval(this.watch);
      this.watch = null;
    }
  }

  check() {
    let sum = 0;
    try {
      for (const name of fs.readdirSync(this.partial))
        sum += fs.statSync(path.join(this.partial, name)).size;
    } catch {
      return;                     // Just gone.
    }
    if (sum > this.maxBytes)
      this.stop(`for ${this.running.size > 1 ? 'they are together' : 'it is'} larger than ${megabytes(this.maxBytes)}`);
  }

  // Ends all that is on its way; each is told of with @why. Until it is so.
  async stop(why) {
    const begun = [...this.running].filter(([, before]) => before === null).map(([download]) => download);
    await Promise.all(begun.map(async download => {
      this.running.set(download, why);
      await download.cancel().catch(() => {});
      this.end(download, this.stopped(download, why));
    }));
  }

  // The same, and nobody asks what came of them.
  forget() {
    for (const download of this.running.keys())
      download.cancel().catch(() => {});
    this.running.clear();
    clearInterval(this.watch);
    this.watch = null;
    this.takeNotes();
  }

  stopped(download, why) {
    return `The download “${safeName(download.suggestedFilename())}” was stopped, ${why}: ${BY_CURL}`;
  }

  // Sees @download through to its end; a sentence on what came of it.
  async keep(download) {
    const name = safeName(download.suggestedFilename());
    try {
      const failure = await download.failure();
      const why = this.running.get(download);
      if (typeof why === 'string')
        return this.stopped(download, why);
      if (failure !== null)
        return `The download “${name}” did not succeed (${failure}).`;
      const target = this.place(await download.path(), download.suggestedFilename());
      this.kept = target;
      return `Downloaded to ${target} (${megabytes(fs.statSync(target).size)}).`;
    } catch (error) {
      return `The download “${name}” could not be kept (${error.code ?? 'it was given up'}): ` +
        `is ${this.folder} there, and is there room?`;
    }
  }

  // A name of its own for the file, which replaces nothing; its path.
  place(file, suggested) {
    fs.chmodSync(file, 0o664);
    for (let number = 1; ; number++) {
      const target = path.join(this.folder, safeName(suggested, number));
      try {
        fs.linkSync(file, target);
      } catch (error) {
        if (error.code !== 'EEXIST' || number === MAX_NUMBER)
          throw error;
        continue;
      }
      fs.unlinkSync(file);
      return target;
    }
  }
}
