// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// The browser of one machine: started once, and started again when it died; one page at a time is the page.

import { shorten } from './view.mjs';

const PROGRAM = '/usr/lib/chromium/chromium-headless-shell';

const ARGUMENTS = ['--no-first-run', '--no-default-browser-check', '--disable-extensions', '--disable-sync',
  '--disable-background-networking', '--disable-component-update', '--disable-default-apps', '--disable-breakpad',
  '--disable-dev-shm-usage', '--password-store=basic', '--mute-audio', '--force-color-profile=srgb', '--in-process-gpu'];

export const VIEWPORT = { width: 1280, height: 720 };

// Machines may be emulated, where a start takes a minute; less than the action that waits for it has.
const LAUNCH_MS = 90_000;

// ms: for a browser, or a download, that was told to end.
const CLOSE_MS = 5_000;

// After an action: how long a page may load before it is shown as it is, how long what it asks for in the background and
// what it has the browser download is waited for, and how long it has to be quiet: what has loaded or was typed into a frame,
// what may react to a click a few; and longer the slower the machine is, so a part of what the action itself took.
const LOAD_MS = 10_000;
const BACKGROUND_MS = 5_000;
const DOWNLOAD_MS = 30_000;
const QUIET_MS = { frame: 20, reaction: 50, most: 150, part: 1 / 4 };
const TICK_MS = 10;

// dialogs of one page that are told of.
const MAX_TOLD = 3;

const BACKGROUND = new Set(['document', 'script', 'xhr', 'fetch']);

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

// Until @work is done or has had its time.
const patiently = (work, ms) => Promise.race([work, new Promise(resolve => setTimeout(resolve, ms).unref())]);

export class Session {
  // @launch: as Playwright's chromium.launch; @network: Chromium's process for it.
  constructor(launch, downloads, network) {
    this.launchBrowser = launch;
    this.downloads = downloads;
    this.network = network;
    this.browser = null;
    this.launching = null;        // the start of one
    this.context = null;
    this.page = null;
    this.generation = 0;          // of actions: raised when one is given up
    this.isCrashed = false;
    this.isInherited = false;     // made in the template, so shared with every other machine
    this.begun = 0;               // when the last action began
    this.requests = new Set();
    this.notes = [];
    this.nDialogs = 0;
    this.onLost = null;           // called when the page crashes or the browser ends
  }

  // What happened meanwhile, each thing a sentence; and forgets it.
  takeNotes() {
    const notes = [...this.notes, ...this.downloads.takeNotes()];
    if (this.nDialogs > MAX_TOLD)
      notes.push(`(${this.nDialogs - MAX_TOLD} more dialogs were closed)`);
    this.notes = [];
    this.nDialogs = 0;
    return notes;
  }

  // Whether an action can begin with what is there.
  get isReady() {
    return this.browser !== null && this.browser.isConnected() && !this.isInherited;
  }

  async ensurePage() {
    this.begun = Date.now();
    this.downloads.begin();
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
    const browser = await this.launchBrowser({
      executablePath: PROGRAM, headless: true, chromiumSandbox: true, timeout: LAUNCH_MS,
      downloadsPath: this.downloads.partial, args: ARGUMENTS,
    });
    browser.on('disconnected', () => {
      if (browser !== this.browser)
        return;                   // Another has taken its place.
      this.browser = this.context = this.page = null;
      this.onLost?.('The browser ended');
    });
    this.browser = browser;
    this.notes.push('(the browser was started anew: no page is open in it, nobody is logged in)');
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
      if (page !== this.page)
        return;
      this.isCrashed = true;
      if (this.onLost !== null)
        this.onLost('The page crashed');
      else
        this.notes.push('The page crashed and was closed: open it again with browser_navigate.');
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
    this.requests.clear();        // What led to it is no page, and never ends as one.
    this.downloads.take(download);
  }

  // Until a download has begun that is not among the first @nBefore.
  async downloadAfter(nBefore) {
    for (const started = Date.now(); this.downloads.nBegun === nBefore && Date.now() - started < LOAD_MS;)
      await sleep(TICK_MS);
  }

  // Until the page has done what the action led to, or has had its time.
  async settle(mayReact = true) {
    const started = Date.now();
    const least = mayReact ? QUIET_MS.reaction : QUIET_MS.frame;
    const quiet = Math.min(Math.max((started - this.begun) * QUIET_MS.part, least), QUIET_MS.most);
    for (let quietSince = started; ;) {
      const now = Date.now();     // A busy machine may sleep longer than told, so what counts is what is so after it.
      const isLoading = [...this.requests].some(request => request.isNavigationRequest());
      const isBusy = (this.downloads.isBusy && now - started < DOWNLOAD_MS) || (isLoading && now - started < LOAD_MS) ||
        (this.requests.size > 0 && now - started < BACKGROUND_MS);
      if (this.isCrashed || this.page === null)
        return;
      if (isBusy)
        quietSince = now;
      else if (now - quietSince >= quiet)
        break;
      await sleep(TICK_MS);
    }
    if (this.downloads.isBusy)
      await patiently(this.downloads.stop(`for it had not come after ${DOWNLOAD_MS / 1000} s`), CLOSE_MS);
    await this.page.waitForLoadState('load', { timeout: Math.max(1, LOAD_MS - (Date.now() - started)) }).catch(() => {});
  }

  // A page that does not come back is left behind; the next action gets a new one.
  abandon() {
    const page = this.page;
    this.generation++;
    this.page = null;
    this.requests.clear();
    this.downloads.forget();
    this.takeNotes();
    page?.close().catch(() => {});
  }

  // The template's last word. What cannot be made a machine's own later is not worth being frozen.
  async forget() {
    await this.context?.close();
    this.context = this.page = null;
    this.requests.clear();
    this.takeNotes();
    if (this.network.find().length === 0)
      throw new Error('Chromium has no process of its own for the network');
    this.isInherited = true;
  }

  // In a copy of the template: the process that does TLS has drawn randomness before the machines parted. It is ended, and
  // Chromium starts another at once; if that cannot be done, all of Chromium is. Pages get processes of their own, which have
  // drawn none yet.
  async makeOwn() {
    this.isInherited = false;
    if (this.network.end())
      return;
    const browser = this.browser;
    this.browser = this.context = this.page = null;
    await patiently(browser?.close().catch(() => {}), CLOSE_MS);
  }
}
