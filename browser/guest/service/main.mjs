// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// The browser's service: waits on descriptor 3 for the agent, one request a connection, as ../protocol.md says. Arguments,
// for tests: the folder of downloads, and the bytes of one.

import fs from 'node:fs';
import net from 'node:net';
import { chromium } from 'playwright-core';
import { Actions } from './actions.mjs';
import { Calls } from './calls.mjs';
import { Downloads } from './downloads.mjs';
import { Failure, words } from './failures.mjs';
import { Network } from './network.mjs';
import * as records from './records.mjs';
import { Session } from './session.mjs';

const LISTENER = 3;

// bytes: a request; what is typed into a page is in it.
const MAX_REQUEST_BYTES = 1024 * 1024;

// characters of an answer.
const BUDGET = { least: 1_000, most: 60_000, usual: 6_000 };

// ms: all that one action may take, and one that starts the browser; ends before the one who asked gives up.
const ACTION_MS = 55_000;
const FIRST_ACTION_MS = 100_000;

const [folder, maxBytes] = process.argv.slice(2);
const downloads = new Downloads(folder, maxBytes && Number(maxBytes));
const session = new Session(options => chromium.launch(options), downloads, new Network());
const actions = new Actions(session);
const calls = new Calls(session);
let queue = Promise.resolve();

// ms: for the view that goes with a failure.
const VIEW_MS = 25_000;

// ms: a page that says nothing for as long hangs.
const ALIVE_MS = 4_000;

const after = (ms, value) => new Promise(resolve => setTimeout(resolve, ms, value));

const HANGS = 'The page hangs and was closed: open it again with browser_navigate, or do without that.';

// What to say of @error, with the page as it is now where that helps. A page that hangs is left behind.
async function explain(error, budget) {
  const { page, generation } = session;
  const answers = async () => await Promise.race([page.evaluate('true').catch(() => true), after(ALIVE_MS, false)]);
  if (page !== null && !page.isClosed() && !await answers() && generation === session.generation) {
    session.abandon();
    return { text: '', message: error instanceof Failure && !error.showsPage ? words(error) : HANGS };
  }
  const text = error instanceof Failure && error.showsPage && page !== null
    ? await Promise.race([actions.view(budget, 0).catch(() => ''), after(VIEW_MS, '')]) : '';
  return { text, message: words(error) };
}

async function act(asked) {
  const budget = Math.min(Math.max(Number(asked.budget) || BUDGET.usual, BUDGET.least), BUDGET.most);
  const generation = session.generation;
  try {
    return await actions.run(asked, budget);
  } catch (error) {
    if (generation !== session.generation)
      throw error;                // Given up: nobody waits for this, and the page is another's.
    return { status: 'error', ...await explain(error, budget) };
  }
}

async function execute(request, stream, isGone) {
  let asked, answer;
  if (!calls.begin(request.id) || isGone())
    return;
  try {
    asked = JSON.parse(request.code);
  } catch {
    stream.end(records.end('error', 'The request is no JSON object.'));
    return;
  }
  try {
    answer = await calls.run(request.id, () => act(asked), session.isReady ? ACTION_MS : FIRST_ACTION_MS);
  } catch (error) {
    answer = { status: 'error', message: words(error) };
  }
  if (answer.text)
    stream.write(records.text(answer.text));
  if (answer.image !== undefined)
    stream.write(records.image(answer.image));
  stream.end(records.end(answer.status, answer.message));
}

// Warming: whatever the first actions of a copy need is in memory and compiled, and no page is left.
async function freeze() {
  await queue;
  await session.forget();
  actions.reset();
}

function serve(request, stream, isGone) {
  const reply = answer => stream.end(JSON.stringify(answer) + '\n');
  switch (request.op) {
  case 'execute':
    calls.wait(request.id, (status, message) => stream.end(records.end(status, message)));
    queue = queue.then(() => execute(request, stream, isGone));
    return;
  case 'interrupt':
  case 'stop':
  case 'kill':
    calls.stop(request.id, request.op === 'interrupt' ? 'interrupted' : 'killed', 'It was stopped.');
    reply({ ok: true });
    return;
  case 'freeze':
    freeze().then(() => reply({ ok: true }), error => reply({ ok: false, message: String(error.message) }));
    return;
  default:
    reply({ ok: false, message: 'There is no such op' });
  }
}

function accept(stream) {
  let text = '';
  let isGone = false;
  stream.setEncoding('utf8');
  stream.on('error', () => {});
  stream.on('close', () => { isGone = true; });
  const read = chunk => {
    text += chunk;
    const at = text.indexOf('\n');
    if (at < 0 && text.length <= MAX_REQUEST_BYTES)
      return;
    stream.off('data', read);
    try {
      serve(JSON.parse(text.slice(0, at)), stream, () => isGone);
    } catch {
      stream.destroy();
    }
  };
  stream.on('data', read);
}

// What Playwright throws in the background (a page that went away) ends no service.
process.on('unhandledRejection', error => console.error(`browser: ${words(error)}`));
fs.writeFileSync('/proc/self/oom_score_adj', '500');    // Chromium dies before anything else does.
process.umask(0o002);                                   // What is downloaded belongs to the person's group.
net.createServer(accept).listen({ fd: LISTENER });
