// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// A yamux peer of another make, on descriptor 3. The first line of each stream that the test opens says what to do with
// it. Usage: node peer.mjs client|server
import net from 'node:net';
import { yamux } from '@chainsafe/libp2p-yamux';

const log = Object.assign(() => {}, { error: () => {}, trace: () => {}, enabled: false });
const components = { logger: { forComponent: () => log } };
let nAborted = 0;

// Splits the first line off a stream's source.
async function readLine(source) {
  let text = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await source.next();
    if (done) throw new Error('no line');
    text = Buffer.concat([text, value.subarray()]);
    const end = text.indexOf(10);
    if (end >= 0) return [text.subarray(0, end).toString(), text.subarray(end + 1)];
  }
}

async function * rest(first, source) {
  if (first.length > 0) yield first;
  for (;;) {
    const { value, done } = await source.next();
    if (done) return;
    yield value.subarray();
  }
}

async function count(chunks) {
  let n = 0;
  let sum = 0;
  for await (const chunk of chunks) {
    n += chunk.length;
    for (const byte of chunk) sum = (sum * 31 + byte) >>> 0;
  }
  return `${n} ${sum}`;
}

const text = string => [Buffer.from(string)];

async function serve(stream) {
  const source = stream.source[Symbol.asyncIterator]();
  const [line, first] = await readLine(source);
  switch (line) {
    case 'echo': return stream.sink(rest(first, source));
    case 'count': return stream.sink(text(await count(rest(first, source))));
    case 'reset': return stream.abort(new Error('asked for'));
    case 'aborted': return stream.sink(text(String(nAborted)));
    case 'ping': return stream.sink(text(await muxer.ping() >= 0 ? 'ponged' : ''));
    case 'open': {
      const other = await muxer.newStream();
      await other.sink(text('from the peer'));
      return stream.sink(text(await count(rest(Buffer.alloc(0), other.source[Symbol.asyncIterator]()))));
    }
    default: throw new Error(`unknown: ${line}`);
  }
}

const muxer = yamux({ enableKeepAlive: false })(components).createStreamMuxer({
  direction: process.argv[2] === 'client' ? 'outbound' : 'inbound',
  onIncomingStream: stream => serve(stream).catch(() => { nAborted++; }),
});

const socket = new net.Socket({ fd: 3 });
socket.on('error', () => process.exit(1));
muxer.sink(socket).catch(error => { console.error(error); process.exit(1); });
for await (const chunk of muxer.source) {
  if (!socket.write(chunk.subarray())) await new Promise(resolve => socket.once('drain', resolve));
}
socket.end();
