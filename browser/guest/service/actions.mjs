// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// What a model can ask of the page. Each action answers with the view that it led to.

import fs from 'node:fs';
import { Failure, ofElement, ofNavigation } from './failures.mjs';
import * as pdf from './pdf.mjs';
import { Misunderstood, address, key, resolve } from './targets.mjs';
import { VIEWPORT } from './session.mjs';
import { Numbers, build, changes, compose, head, shorten } from './view.mjs';

// ms: for an address to answer, for what it says to be a page, for an element to be ready, for a snapshot. Machines may be
// emulated.
const NAVIGATE_MS = 20_000;
const PARSE_MS = 15_000;
const ELEMENT_MS = 12_000;
const SNAPSHOT_MS = 20_000;

// ms: until Chromium shows its own page about a failure, which would interrupt what is opened next.
const ERROR_PAGE_MS = 2_000;

// elements: a snapshot of more takes longer than anyone waits.
const MAX_ELEMENTS = 20_000;

// px: of a picture of a whole page.
const MAX_HEIGHT = 6_000;

const MODULES = new URL('node_modules', import.meta.url).pathname;

export class Actions {
  constructor(session) {
    this.session = session;
    this.reset();
  }

  reset() {
    this.numbers = new Numbers();
    this.page = null;             // the one that numbers and lines belong to
    this.elements = [];
    this.lines = undefined;
    this.url = undefined;
    this.reader = null;
    this.document = null;         // { top, lines } of a PDF, until something else is looked at
  }

  // { text, image? }
  async run(request, budget) {
    const generation = this.session.generation;
    const page = await this.session.ensurePage();
    if (generation !== this.session.generation)
      throw new Failure('It was stopped.');
    if (page !== this.page) {
      this.reset();
      this.page = page;
    }
    const action = { navigate: this.navigate, snapshot: this.snapshot, click: this.click, type: this.type, select: this.select,
      press: this.press, back: this.back, screenshot: this.screenshot, read: this.read }[request.action];
    if (action === undefined)
      throw new Misunderstood('There is no such action.');
    if (action !== this.read)
      this.document = null;
    return await action.call(this, request, budget);
  }

  async navigate(request, budget) {
    const url = address(request.url);
    const nBegun = this.session.downloads.nBegun;
    this.session.requests.clear();
    try {
      await this.open(url);
    } catch (error) {
      if (/Download is starting/.test(String(error.message)))
        return await this.downloaded(nBegun, url, budget);
      await this.session.page.waitForURL(/^chrome-error:/, { timeout: ERROR_PAGE_MS }).catch(() => {});
      throw ofNavigation(error, url);
    }
    return await this.viewAfter(budget, true);
  }

  // Chromium's own page about an earlier failure may come late, in place of what was asked for: then once more.
  async open(url) {
    const options = { timeout: NAVIGATE_MS, waitUntil: 'commit' };
    try {
      await this.session.page.goto(url, options);
    } catch (error) {
      if (!/ERR_ABORTED|interrupted by another/.test(String(error.message)) || !/^chrome-error:/.test(this.session.page.url()))
        throw error;
      await this.session.page.goto(url, options);
    }
  }

  // The address was a file: what came of it has been noted, and if it can be read, it is; there is no page to show.
  async downloaded(nBefore, url, budget) {
    const { downloads } = this.session;
    downloads.kept = null;
    await this.session.downloadAfter(nBefore);
    await this.session.settle();
    if (downloads.kept !== null && pdf.isPdf(downloads.kept)) {
      this.document = { top: head(url, ''), lines: await pdf.lines(downloads.kept) };
      return this.readDocument(1, budget);
    }
    const notes = [...this.session.takeNotes(), 'The address is a file and no page; what was shown before is still there.', ''];
    return { text: notes.join('\n') };
  }

  readDocument(page, budget) {
    const { top, lines } = this.document;
    const shown = lines.length > 0 ? lines : ['(there is no text in this PDF: pdftoppm in run_shell makes pictures of it)'];
    return { text: compose([...top, ...this.session.takeNotes()], shown, page, budget, 'browser_read') };
  }

  async back(request, budget) {
    let response;
    try {
      response = await this.session.page.goBack({ timeout: NAVIGATE_MS, waitUntil: 'commit' });
    } catch (error) {
      throw ofNavigation(error, this.session.page.url());
    }
    if (response === null && this.session.page.url() === this.url)
      throw new Failure('There is no earlier page to go back to.', true);
    return await this.viewAfter(budget, true);
  }

  async snapshot(request, budget) {
    return { text: await this.view(budget, Number(request.page) || 0) };
  }

  locate(ref) {
    const number = resolve(ref, this.elements);
    const known = this.numbers.refOf(number);
    if (known === undefined || !this.elements.some(element => element.number === number))
      throw new Failure(`There is no [${number}] on the page any more: this is the page now.`, true);
    return { number, locator: this.session.page.locator(`aria-ref=${known}`) };
  }

  async onElement(ref, act) {
    if (this.lines === undefined)
      await this.look(true);
    const { number, locator } = this.locate(ref);
    try {
      await act(locator);
    } catch (error) {
      throw error instanceof Failure ? error : ofElement(error, number);
    }
  }

  async click(request, budget) {
    await this.onElement(request.ref, locator => locator.click({ timeout: ELEMENT_MS }));
    return await this.viewAfter(budget);
  }

  async type(request, budget) {
    await this.onElement(request.ref, async locator => {
      await locator.fill(String(request.text ?? ''), { timeout: ELEMENT_MS });
      if (request.submit === true)
        await locator.press('Enter', { timeout: ELEMENT_MS });
    });
    return await this.viewAfter(budget, false, request.submit === true);
  }

  async select(request, budget) {
    const wanted = String(request.option ?? '').trim();
    await this.onElement(request.ref, async locator => {
      const read = element => [...(element.options ?? [])].slice(0, 1000).map(option => option.label.trim());
      const labels = await locator.evaluate(read, undefined, { timeout: ELEMENT_MS });
      const index = [label => label === wanted, label => label.toLowerCase() === wanted.toLowerCase()]
        .map(fits => labels.findIndex(label => fits(String(label)))).find(found => found >= 0);
      if (labels.length > 0 && index === undefined)
        throw new Failure(`There is no option “${shorten(wanted, 60)}”; there are: ${shorten(labels.join(' | '))}`);
      await locator.selectOption({ index: index ?? 0 }, { timeout: ELEMENT_MS });
    });
    return await this.viewAfter(budget);
  }

  async press(request, budget) {
    const name = key(request.key);
    if (name === '')
      throw new Misunderstood('Which key? Such as Enter, Tab, Escape, ArrowDown, PageDown, or Control+a.');
    try {
      await this.session.page.keyboard.press(name);
    } catch (error) {
      throw ofElement(error, name);
    }
    return await this.viewAfter(budget);
  }

  async screenshot(request) {
    const page = this.session.page;
    const options = { type: 'png', timeout: SNAPSHOT_MS, animations: 'disabled' };
    if (request.full_page === true) {
      const height = Number(await page.evaluate(() => document.documentElement.scrollHeight)) || 1;
      options.fullPage = true;
      options.clip = { x: 0, y: 0, width: VIEWPORT.width, height: Math.min(Math.max(height, 1), MAX_HEIGHT) };
    }
    const png = await page.screenshot(options);
    return { text: [...head(page.url(), await this.title()), ...this.session.takeNotes(), ''].join('\n'), image: png };
  }

  async read(request, budget) {
    const page = this.session.page;
    if (this.document !== null)
      return this.readDocument(Number(request.page) || 1, budget);
    this.reader ??= ['@mozilla/readability/Readability.js', 'turndown/lib/turndown.browser.umd.js']
      .map(file => fs.readFileSync(`${MODULES}/${file}`, 'utf8')).join('\n;\n');
    const markdown = String(await page.evaluate(`(function () {
      const module = undefined, exports = undefined, define = undefined, globalThis = this;
      ${this.reader}
      const Turndown = this.TurndownService;
      const article = document.getElementsByTagName('*').length < ${MAX_ELEMENTS}
        ? new Readability(document.cloneNode(true), { charThreshold: 200 }).parse() : null;
      const html = article !== null && article.content ? article.content : null;
      if (html === null)
        return document.body ? document.body.innerText : '';
      const turndown = new Turndown({ headingStyle: 'atx', bulletListMarker: '-', codeBlockStyle: 'fenced' });
      turndown.remove(['script', 'style', 'noscript', 'iframe']);
      return turndown.turndown(html);
    }).call({})`));
    const lines = markdown.replace(/\n{3,}/g, '\n\n').split('\n');
    const top = [...head(page.url(), await this.title()), ...this.session.takeNotes()];
    return { text: compose(top, lines.flatMap(line => split(line, 1000)), Number(request.page) || 1, budget, 'browser_read') };
  }

  // @isNew: a page has just begun to come; @mayReact: things may happen that nobody has seen begin.
  async viewAfter(budget, isNew = false, mayReact = true) {
    if (isNew)
      await this.session.page.waitForLoadState('domcontentloaded', { timeout: PARSE_MS }).catch(() => {
        this.session.notes.push('The page is still loading; this is what has come of it.');
      });
    await this.session.settle(!isNew && mayReact);
    return { text: await this.view(budget, 0) };
  }

  // Titles are asked of the page, which may be busy for ever.
  async title() {
    return await this.session.page.title();
  }

  async look(isFolded) {
    const page = this.session.page;
    const count = Number(await page.evaluate('document.getElementsByTagName("*").length'));
    if (count > MAX_ELEMENTS) {
      this.elements = [];
      return [`(the page has ${count} elements, too many to list: browser_read has its text, run_shell with curl its source)`];
    }
    const built = build(await page.ariaSnapshotJSON({ mode: 'ai', timeout: SNAPSHOT_MS }), this.numbers, isFolded);
    this.elements = built.elements;
    return built.lines;
  }

  // wanted: the page of the whole view, or 0 for a short one that says what is new.
  async view(budget, wanted) {
    const lines = await this.look(wanted === 0);
    const page = this.session.page;
    const url = page.url();
    const top = head(url, await this.title());
    const notes = this.session.takeNotes();
    const news = wanted === 0 && url === this.url ? changes(this.lines, lines) : null;
    const fixed = [...top, ...notes, ...(news ?? [])];
    if (wanted === 0)
      this.lines = lines;
    this.url = url;
    return compose(fixed, lines.length > 0 ? lines : ['(the page shows nothing)'], wanted || 1, budget, 'browser_snapshot');
  }
}

function split(line, max) {
  const pieces = [];
  for (let at = 0; at < line.length || at === 0; at += max)
    pieces.push(line.slice(at, at + max));
  return pieces;
}
