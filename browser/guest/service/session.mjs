// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// The browser of one machine: started once, and started again when it died; one page at a time is the page.

import fs from 'node:fs';
import { chromium } from 'playwright-core';
import { FOLDER, PARTIAL, keep } from './downloads.mjs';
import { shorten } from './view.mjs';

const PROGRAM = '/usr/lib/chromium/chromium-headless-shell';

const ARGUMENTS = ['--no-first-run', '--no-default-browser-check', '--disable-extensions', '--disable-sync',
  '--disable-background-networking', '--disable-component-update', '--disable-default-apps', '--disable-breakpad',
  '--disable-dev-shm-usage', '--password-store=basic', '--mute-audio', '--force-color-profile=srgb', '--in-process-gpu'];

export const VIEWPORT = { width: 1280, height: 720 };

// Machines may be emulated, where a start takes a minute; less than the action that waits for it has.
const LAUNCH_MS = 90_000;

// After an action: how long a page may load before it is shown as it is, how long what it asks for in the background is
// waited for, and how long it has to be quiet.
const LOAD_MS = 10_000;
const BACKGROUND_MS = 5_000;
const QUIET_MS = 120;
const TICK_MS = 20;

// dialogs of one page that are told of.
const MAX_TOLD = 3;

const BACKGROUND = new Set(['document', 'script', 'xhr', 'fetch']);

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

export class Session {
  constructor() {
    this.browser = null;
    this.launching = null;        // the start of one
    this.context = null;
    this.page = null;
    this.generation = 0;          // of actions: raised when one is given up
    this.isCrashed = false;
    this.isInherited = false;     // made in the template, so shared with every other machine
    this.requests = new Set();
    this.downloads = new Set();
    this.nDownloads = 0;          // ever
    this.notes = [];
    this.nDialogs = 0;
    this.onLost = null;           // called when the page crashes or the browser ends
  }

  // What happened meanwhile, each thing a sentence; and forgets it.
  takeNotes() {
    const notes = this.notes;
    if (this.nDialogs > MAX_TOLD)
      notes.push(`(${this.nDialogs - MAX_TOLD} more dialogs were closed)`);
    this.notes = [];
    this.nDialogs = 0;
    return notes;
  }

  async ensurePage() {
    if (this.isInherited)
      await this.makeOwn();
    if (this.browser === null || !this.browser.isConnected())
      await this.launch();
    if (this.context === null)
      this.context = await this.newContext();
    if (this.page === null || this.page.isClosed() || this.isCrashed)
      await this.reopen();
    return this.page;
  }

  // One start at a time: an action that is given up leaves it to the next.
  launch() {
    this.launching ??= this.start().finally(() => { this.launching = null; });
    return this.launching;
  }

  async start() {
    this.context = this.page = null;
    const browser = await chromium.launch({
      executablePath: PROGRAM, headless: true, chromiumSandbox: true, timeout: LAUNCH_MS, downloadsPath: PARTIAL, args: ARGUMENTS,
    });
    browser.on('disconnected', () => {
      if (browser === this.browser)
        this.browser = this.context = this.page = null;
      this.onLost?.('The browser ended');
    });
    this.browser = browser;
  }

  async newContext() {
    const context = await this.browser.newContext({ viewport: VIEWPORT, acceptDownloads: true });
    context.on('page', page => this.adopt(page));
    return context;
  }

  async reopen() {
    const old = this.page;
    this.isCrashed = false;
    this.adopt(await this.context.newPage());
    if (old !== null && !old.isClosed())
      old.close().catch(() => {});
  }

  // A window that a page opens is the page from then on.
  adopt(page) {
    if (this.page === page)
      return;
    this.page = page;
    this.requests.clear();
    page.on('crash', () => {
      if (page === this.page) {
        this.isCrashed = true;
        this.onLost?.('The page crashed');
      }
    });
    page.on('close', () => {
      if (page === this.page)
        this.page = this.context?.pages().at(-1) ?? null;
    });
    page.on('dialog', dialog => this.answer(dialog));
    page.on('download', download => this.load(download));
    page.on('request', request => {
      if (page === this.page && BACKGROUND.has(request.resourceType()))
        this.requests.add(request);
    });
    page.on('requestfinished', request => this.requests.delete(request));
    page.on('requestfailed', request => this.requests.delete(request));
  }

  // Nobody is there who could answer, and a page waits for as long as one is open.
  answer(dialog) {
    const isAccepted = dialog.type() === 'alert' || dialog.type() === 'beforeunload';
    const kind = dialog.type() === 'alert' ? 'a message' : 'a question, which was answered with no';
    if (++this.nDialogs <= MAX_TOLD && dialog.type() !== 'beforeunload')
      this.notes.push(`The page showed ${kind}: “${shorten(dialog.message(), 200)}”`);
    (isAccepted ? dialog.accept() : dialog.dismiss()).catch(() => {});
  }

  load(download) {
    this.nDownloads++;
    this.requests.clear();        // What led to it is no page, and never ends as one.
    const done = keep(download).then(sentence => {
      this.notes.push(sentence);
      this.downloads.delete(done);
    });
    this.downloads.add(done);
  }

  // Until a download has begun that is not among the first @nBefore.
  async downloadAfter(nBefore) {
    for (const started = Date.now(); this.nDownloads === nBefore && Date.now() - started < LOAD_MS;)
      await sleep(TICK_MS);
  }

  // Until the page has done what an action led to, or has had its time.
  async settle() {
    const started = Date.now();
    for (let quietSince = started; ;) {
      const now = Date.now();     // A busy machine may sleep longer than told, so what counts is what is so after it.
      const isLoading = [...this.requests].some(request => request.isNavigationRequest());
      const isBusy = this.downloads.size > 0 || (isLoading && now - started < LOAD_MS) ||
        (this.requests.size > 0 && now - started < BACKGROUND_MS);
      if (this.isCrashed || this.page === null)
        return;
      if (isBusy)
        quietSince = now;
      else if (now - quietSince >= QUIET_MS)
        break;
      await sleep(TICK_MS);
    }
    await this.page.waitForLoadState('load', { timeout: Math.max(1, LOAD_MS - (Date.now() - started)) }).catch(() => {});
  }

  makeFolder() {
    try {
      fs.mkdirSync(PARTIAL, { recursive: true, mode: 0o700 });
    } catch {
      this.notes.push(`Downloads will fail: ${FOLDER} cannot be written.`);
    }
  }

  // A page that does not come back is left behind; the next action gets a new one.
  abandon() {
    const page = this.page;
    this.generation++;
    this.page = null;
    this.requests.clear();
    this.downloads.clear();
    this.takeNotes();
    page?.close().catch(() => {});
  }

  async forget() {
    await this.context?.close();
    this.context = this.page = null;
    this.requests.clear();
    this.takeNotes();
    this.isInherited = true;
  }

  // In a copy of the template: the process that does TLS has drawn randomness before the machines parted. It is ended, and
  // Chromium starts another at once. Pages get processes of their own, which have drawn none yet.
  async makeOwn() {
    this.isInherited = false;
    for (const pid of fs.readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
      try {
        if (fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('--utility-sub-type=network.mojom.NetworkService'))
          process.kill(Number(pid), 'SIGKILL');
      } catch {
        // Another's, or gone.
      }
    }
  }
}
