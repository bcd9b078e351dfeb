// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// What the browser's service makes of snapshots, refs, addresses, names and failures, without a browser. The snapshot in
// snapshot.json is Playwright 1.64's of the page that stands beside it. Usage: node service.mjs SERVICE-FOLDER; prints TAP.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const load = name => import(pathToFileURL(path.join(process.argv[2], `${name}.mjs`)));
const { Calls } = await load('calls');
const { Numbers, build, changes, compose, head, paginate } = await load('view');
const { address, key, resolve } = await load('targets');
const { safeName } = await load('downloads');
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

const session = () => ({ nAbandoned: 0, onLost: null, abandon() { this.nAbandoned++; } });

test('a call that was stopped disarms no other', async () => {
  const calls = new Calls(session());
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
  const calls = new Calls(session());
  await assert.rejects(calls.run(1, () => new Promise(() => {}), 1), /did not come to rest in time/);
  assert.equal(calls.session.nAbandoned, 1);
  assert.deepEqual(await calls.run(2, async () => ({ text: 'x' }), 60_000), { status: 'ok', text: 'x' });
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
  assert.equal(safeName('a.csv', name => name === 'a.csv' || name === 'a-2.csv'), 'a-3.csv');
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
