// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// What the browser's service makes of snapshots, refs, addresses, names, downloads and failures, and of browsers that end,
// without a browser. The snapshot in
// snapshot.json is Playwright 1.64's of the page that stands beside it. Usage: node service.mjs SERVICE-FOLDER; prints TAP.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const load = name => import(pathToFileURL(path.join(process.argv[2], `${name}.mjs`)));
const { Calls } = await load('calls');
const { Numbers, build, changes, compose, head, paginate } = await load('view');
const { address, key, resolve } = await load('targets');
const { Downloads, safeName } = await load('downloads');
const { Session } = await load('session');
const { Network } = await load('network');
const { ofElement, ofNavigation } = await load('failures');
const records = await load('records');

const snapshot = JSON.parse(fs.readFileSync(new URL('snapshot.json', import.meta.url), 'utf8'));
const tests = [];
const test = (name, run) => tests.push([name, run]);

test('view', () => {
  assert.deepEqual(build(snapshot, new Numbers(), true).lines, [
    'dialog "Cookies" is open over the page:',
    '  We use cookies. [6] button "Accept" [7] button "Reject"',
    '# Apples & pears',
    '[1] link "Home" Name [2] textbox "Name" = "Bob" [3] combobox "Size" {Small | *Large} ' +
      '[4] checkbox "Gift" (checked, disabled)',
    'navigation "Main":',
    '  - one',
    '  - two [5] link "more"',
    'a | b',
    '1 | 2',
  ]);
});

test('numbers stay', () => {
  const numbers = new Numbers();
  const first = build(snapshot, numbers, true).elements;
  const second = build([{ role: 'button', name: 'New', ref: 'e99' }, ...snapshot], numbers, true).elements;
  const numberOf = (elements, name) => elements.find(element => element.name === name).number;
  assert.equal(numberOf(second, 'Accept'), numberOf(first, 'Accept'));
  assert.equal(numbers.refOf(numberOf(first, 'Home')), 'e3');
});

test('long lists are folded', () => {
  const list = { role: 'list', children: Array.from({ length: 300 }, (_, i) => ({ role: 'listitem', text: `item ${i}` })) };
  const folded = build([list], new Numbers(), true).lines;
  assert.equal(folded.length, 21);
  assert.match(folded[20], /280 more/);
  assert.equal(build([list], new Numbers(), false).lines.length, 300);
});

test('no page is too deep', () => {
  let node = { role: 'generic', text: 'bottom' };
  for (let i = 0; i < 5000; i++)
    node = { role: 'generic', children: [node] };
  assert.ok(build([node], new Numbers(), true).lines.length <= 1);
});

test('whatever it is', () => {
  for (const odd of [null, undefined, 'text', [], [null].filter(Boolean), [{}], [{ role: 'list', children: [{}] }]])
    assert.ok(Array.isArray(build(odd, new Numbers(), true).lines));
});

test('pages', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
  const first = paginate(lines, 1, 200);
  const last = paginate(lines, 999, 200);
  assert.ok(first.lines.join('\n').length <= 200);
  assert.equal(first.lines[0], 'line 0');
  assert.equal(last.page, last.pages);
  assert.equal(last.lines.at(-1), 'line 99');
  assert.ok(paginate(['x'.repeat(5000)], 1, 200).lines[0].length <= 200);
});

test('a part fits', () => {
  const lines = Array.from({ length: 900 }, (_, i) => `line ${i} `.repeat(9));
  for (const budget of [1000, 6000, 60000]) {
    for (const top of [head('http://x/', 'T'), head('http://x/' + 'y'.repeat(900), 't'.repeat(900))]) {
      const first = compose(top, lines, 1, budget, 'browser_snapshot');
      assert.ok(first.length <= budget, `${first.length} of ${budget}`);
      assert.match(first, /… page 1 of \d+; browser_snapshot with page 2 goes on\n$/);
    }
  }
});

test('every line is in one of the parts', () => {
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i}`);
  const parts = [];
  for (let page = 1; page === 1 || /goes on\n$/.test(parts.at(-1)); page++)
    parts.push(compose([], lines, page, 1000, 'browser_read'));
  assert.deepEqual(parts.join('').split('\n').filter(line => line.startsWith('line')), lines);
});

const idle = () => ({ nAbandoned: 0, onLost: null, abandon() { this.nAbandoned++; } });

test('a call that was stopped disarms no other', async () => {
  const calls = new Calls(idle());
  let answer;
  const first = calls.run(1, () => new Promise(resolve => { answer = resolve; }), 60_000);
  calls.stop(1, 'interrupted', 'It was stopped.');
  assert.equal((await first).status, 'interrupted');
  const second = calls.run(2, () => new Promise(() => {}), 60_000);
  answer({ text: 'late' });
  await new Promise(setImmediate);
  calls.stop(1, 'killed', 'It was stopped.');
  assert.equal(calls.session.nAbandoned, 1);
  calls.session.onLost('The page crashed');
  await assert.rejects(second, /The page crashed/);
  assert.equal(calls.current, null);
});

test('a call has its time', async () => {
  const calls = new Calls(idle());
  await assert.rejects(calls.run(1, () => new Promise(() => {}), 1), /did not come to rest in time/);
  assert.equal(calls.session.nAbandoned, 1);
  assert.deepEqual(await calls.run(2, async () => ({ text: 'x' }), 60_000), { status: 'ok', text: 'x' });
});

test('a call that is stopped before its turn has none', async () => {
  const calls = new Calls(idle());
  let heard;
  calls.wait(2, (status, message) => { heard = [status, message]; });
  calls.stop(2, 'killed', 'It was stopped.');
  assert.deepEqual(heard, ['killed', 'It was stopped.']);
  assert.equal(calls.begin(2), false);
  assert.equal(calls.session.nAbandoned, 0);
  calls.wait(3, () => {});
  assert.equal(calls.begin(3), true);
});

test('changes', () => {
  assert.equal(changes(undefined, ['a']), null);
  assert.deepEqual(changes(['a', 'b'], ['a', 'b']), ['(nothing that is shown has changed)']);
  assert.deepEqual(changes(['a', 'b', 'c'], ['a', 'b', 'new', 'c']), ['new since the last view:', '+ new', 'the page:']);
  assert.equal(changes(['a'], ['x', 'y']), null);
});

test('head', () => {
  assert.deepEqual(head('http://x/', ' a\n b '), ['url: http://x/', 'title: a b']);
  assert.ok(head('http://x/' + 'y'.repeat(9000), 't'.repeat(9000)).join('').length < 600);
});

test('refs', () => {
  const elements = [{ number: 3, role: 'button', name: 'Accept all' }, { number: 4, role: 'button', name: 'Accept some' },
    { number: 12, role: 'link', name: 'Imprint' }];
  for (const written of ['12', 12, '[12]', '@12', ' 12 ', 'ref=12', '#12', '(12)', 'Imprint', 'imprint', '“Imprint”', 'impr',
    '[12] link "Imprint"'])
    assert.equal(resolve(written, elements), 12, String(written));
  assert.throws(() => resolve('accept', elements), /may be \[3\].*\[4\]/);
  assert.throws(() => resolve('nothing', elements), /Nothing on the page/);
  assert.throws(() => resolve('', elements), /Which element/);
});

test('keys', () => {
  for (const [written, meant] of [['enter', 'Enter'], ['ctrl+a', 'Control+a'], ['Page Down', 'PageDown'],
    ['esc', 'Escape'], ['f5', 'F5'], ['a', 'a'], ['Shift+Tab', 'Shift+Tab'], ['+', '+'], ['arrow_up', 'ArrowUp']])
    assert.equal(key(written), meant, written);
});

test('addresses', () => {
  for (const [written, meant] of [['example.com', 'https://example.com/'], ['localhost:8000/x', 'http://localhost:8000/x'],
    ['127.0.0.1:1', 'http://127.0.0.1:1/'], ['/workspace/a b.html', 'file:///workspace/a%20b.html'],
    ['http://x/', 'http://x/'], ['example.com:8080', 'https://example.com:8080/']])
    assert.equal(address(written), meant, written);
  for (const wrong of ['', 'chrome://crash', 'javascript:alert(1)', 'http://', 'view-source:x'])
    assert.throws(() => address(wrong), undefined, wrong);
});

test('names of downloads', () => {
  for (const [suggested, safe] of [['../../x/.list.csv', 'x_.list.csv'], ['.hidden', 'hidden'], ['', 'download'],
    ['a\u202egpj.exe', 'a_gpj.exe'], ['..', 'download'], ['con:a|b', 'con_a_b'],
    ['[INST]a\u2028b\u{e0041}c\ufeffd.txt', 'INST_a_b_c_d.txt']])
    assert.equal(safeName(suggested), safe, suggested);
  assert.ok(Buffer.byteLength(safeName('😀'.repeat(400) + '.csv')) <= 255);
  assert.equal(safeName('a.csv', 3), 'a-3.csv');
});

// Playwright's, as far as the service uses it. Chromium writes into the folder .partial.
class FakeDownload {
  constructor(downloads, name, bytes) {
    this.name = name;
    this.file = path.join(downloads.partial, `${Math.random()}`);
    this.isOver = new Promise(resolve => { this.end = resolve; });
    downloads.begin();
    fs.writeFileSync(this.file, Buffer.alloc(bytes));
  }

  suggestedFilename() { return this.name; }
  async failure() { return await this.isOver; }
  async path() { return this.file; }
  async cancel() { fs.rmSync(this.file, { force: true }); this.end('canceled'); }
}

async function withDownloads(run) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cloche-downloads-'));
  try {
    await run(new Downloads(folder, 1000), folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function settled(downloads) {
  while (downloads.isBusy)
    await new Promise(setImmediate);
  return downloads.takeNotes();
}

test('downloads of one name replace nothing', () => withDownloads(async (downloads, folder) => {
  const both = [1, 2].map(bytes => new FakeDownload(downloads, 'a.csv', bytes));
  both.forEach(download => downloads.take(download));
  both.forEach(download => download.end(null));
  assert.equal((await settled(downloads)).length, 2);
  assert.deepEqual(['a-2.csv', 'a.csv'].map(name => fs.statSync(path.join(folder, name)).size).sort(), [1, 2]);
  assert.deepEqual(fs.readdirSync(downloads.partial), []);
}));

test('downloads have an end: number, size, time', () => withDownloads(async (downloads, folder) => {
  const many = Array.from({ length: 25 }, () => new FakeDownload(downloads, 'a.csv', 1));
  downloads.begin();
  many.forEach(download => downloads.take(download));
  many.forEach(download => download.end(null));
  const notes = await settled(downloads);
  assert.equal(notes.length, 11);
  assert.match(notes.at(-1), /^15 more downloads were refused/);
  assert.equal(fs.readdirSync(folder).length, 11);

  downloads.take(new FakeDownload(downloads, 'large.bin', 1001));
  downloads.check();
  assert.match((await settled(downloads))[0], /“large\.bin” was stopped, for it is larger than .*curl/);
  downloads.take(new FakeDownload(downloads, 'slow.bin', 1));
  await downloads.stop('for it had not come after 30 s');
  assert.match((await settled(downloads))[0], /“slow\.bin” was stopped, for it had not come after 30 s/);
  assert.deepEqual(fs.readdirSync(downloads.partial), []);
}));

test('a download that cannot be kept', () => withDownloads(async (downloads, folder) => {
  const download = new FakeDownload(downloads, 'a.csv', 1);
  downloads.take(download);
  fs.rmSync(folder, { recursive: true });
  download.end(null);
  assert.match((await settled(downloads))[0], /“a\.csv” could not be kept \(ENOENT\)/);
  fs.mkdirSync(folder);
}));

// A browser of which nothing is real but that it may end.
class FakeBrowser extends EventEmitter {
  constructor() {
    super();
    this.isOpen = true;
  }

  isConnected() { return this.isOpen; }
  async newContext() {
    const context = new EventEmitter();
    const page = () => Object.assign(new EventEmitter(), { isClosed: () => false, close: async () => {} });
    return Object.assign(context, { newPage: async () => page(), pages: () => [], close: async () => {} });
  }

  async close() {
    this.isOpen = false;
    this.emit('disconnected');
  }
}

function newSession(network = null) {
  const browsers = [];
  const launch = async () => {
    browsers.push(new FakeBrowser());
    return browsers.at(-1);
  };
  const downloads = { partial: '', begin() {}, takeNotes: () => [], forget() {} };
  return { session: new Session(launch, downloads, network), browsers };
}

test('a page that crashes in the middle of an action', async () => {
  const { session } = newSession();
  const calls = new Calls(session);
  const page = await session.ensurePage();
  session.takeNotes();
  const action = calls.run(1, () => new Promise(() => {}), 60_000);
  page.emit('crash');
  await assert.rejects(action, { message: 'The page crashed: open the page again with browser_navigate.' });
  assert.notEqual(await session.ensurePage(), page);
  assert.deepEqual(session.takeNotes(), []);
});

test('a page that crashes unseen', async () => {
  const { session, browsers } = newSession();
  (await session.ensurePage()).emit('crash');
  await session.ensurePage();
  assert.match(session.takeNotes().join(), /The page crashed and was closed/);
  assert.equal(browsers.length, 1);
});

test('a browser that ends', async () => {
  const { session, browsers } = newSession();
  const calls = new Calls(session);
  await session.ensurePage();
  const action = calls.run(1, () => new Promise(() => {}), 60_000);
  browsers[0].close();
  await assert.rejects(action, /The browser ended: open the page again/);
  session.takeNotes();
  await session.ensurePage();
  assert.equal(browsers.length, 2);
  assert.match(session.takeNotes().join(), /started anew/);
});

// What was inherited and cannot be made a machine's own is not used.
test('no process of the network is found', async () => {
  const { session, browsers } = newSession({ find: () => [], end: () => false });
  await session.ensurePage();
  await assert.rejects(session.forget(), /no process of its own for the network/);
  session.isInherited = true;
  assert.equal(session.isReady, false);
  await session.ensurePage();
  assert.equal(browsers.length, 2);
  assert.equal(browsers[0].isOpen, false);
  assert.equal(session.isReady, true);
});

test('the process of the network is ended', async () => {
  let nEnded = 0;
  const { session, browsers } = newSession({ find: () => [7], end: () => ++nEnded > 0 });
  await session.ensurePage();
  await session.forget();
  await session.ensurePage();
  await session.ensurePage();
  assert.equal(nEnded, 1);
  assert.equal(browsers.length, 1);
});

test('which process is the network’s', () => {
  const proc = fs.mkdtempSync(path.join(os.tmpdir(), 'cloche-proc-'));
  const write = (pid, words) => {
    fs.mkdirSync(path.join(proc, pid));
    fs.writeFileSync(path.join(proc, pid, 'cmdline'), words);
  };
  const killed = [];
  const word = '--utility-sub-type=network.mojom.NetworkService';
  assert.equal(new Network(proc, () => {}).end(), false);
  write('7', `chromium --type=utility ${word} --lang=en`);
  write('8', 'chromium\0--type=renderer\0');
  write('self', word);
  fs.mkdirSync(path.join(proc, '9'));
  assert.equal(new Network(proc, (...words) => killed.push(words)).end(), true);
  assert.deepEqual(killed, [[7, 'SIGKILL']]);
  assert.equal(new Network(proc, () => { throw new Error('EPERM'); }).end(), false);
  fs.rmSync(proc, { recursive: true });
});

test('failures', () => {
  const reset = new Error('page.goto: net::ERR_CONNECTION_RESET at https://a.example/');
  assert.match(ofNavigation(reset, 'https://a.example/').message,
    /a\.example is blocked by this conversation’s network mode/);
  assert.match(ofNavigation(new Error('net::ERR_CONNECTION_REFUSED'), 'http://localhost:9/').message,
    /start it with run_shell/);
  assert.match(ofNavigation(new Error('Timeout 30000ms exceeded.'), 'http://b.example/').message, /did not answer in time/);
  assert.match(ofElement(new Error('<div id="x"> from … subtree intercepts pointer events'), 5).message, /\[5\] is covered/);
  assert.match(ofElement(new Error('Timeout 100ms exceeded.'), 5).message, /did not react/);
});

test('records', () => {
  const record = records.text('hé');
  assert.equal(record.readUInt32BE(1), 3);
  assert.ok(records.end('ok').subarray(5).toString().startsWith('{"event":"end",'));
  assert.deepEqual(JSON.parse(records.image(Buffer.from('x')).subarray(5)).data, { 'image/png': 'eA==' });
});

console.log(`1..${tests.length}`);
for (const [i, [name, run]] of tests.entries()) {
  try {
    await run();
    console.log(`ok ${i + 1} - ${name}`);
  } catch (error) {
    console.log(String(error.stack).replace(/^/gm, '# '));
    console.log(`not ok ${i + 1} - ${name}`);
    process.exitCode = 1;
  }
}
