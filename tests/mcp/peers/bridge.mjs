// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// The conformance suite speaks HTTP only, and our server lines: this stands between them. Usage: bridge.mjs PROGRAM. Prints
// its address. A session of the legacy era is one process, a request of the modern era too. What only HTTP has (headers that
// repeat the message, sessions' ends, Origin) is not looked at here, since nobody would be tested by that.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

const STATUS = { '-32601': 404, '-32602': 400, '-32600': 400, '-32700': 400, '-32022': 400 };
const sessions = new Map();

class Peer {
  constructor() {
    this.waiting = new Map();
    this.child = spawn(process.argv[2], [], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.child.stdout }).on('line', (line) => this.take(JSON.parse(line)));
  }

  take(message) {
    const token = message.params?.progressToken;
    for (const [id, request] of this.waiting) {
      if (message.method !== undefined && request.token === token) request.notify(message);
      if (message.method === undefined && (message.id === id || message.id === undefined)) {
        this.waiting.delete(id);
        request.answer(message);
      }
    }
  }

  send(body) {
    this.child.stdin.write(body.replaceAll('\n', ' ') + '\n');
  }

  ask(id, body, token, notify) {
    return new Promise((answer) => {
      this.waiting.set(id, { token, notify, answer });
      this.send(body);
    });
  }

  close() {
    this.child.stdin.end();
  }
}

async function post(request, response, body) {
  let message = {};
  try {
    message = JSON.parse(body);
  } catch { /* Ours to refuse. */ }
  const isModern = request.headers['mcp-session-id'] === undefined && (message?.method !== 'initialize' ||
    message.params?._meta?.['io.modelcontextprotocol/protocolVersion'] !== undefined);
  const peer = sessions.get(request.headers['mcp-session-id']) ?? new Peer();
  const isNotification = message?.method !== undefined && message.id === undefined;

  if (isNotification || message?.result !== undefined) {
    peer.send(body);
    response.writeHead(202).end();
    if (isModern) peer.close();
    return;
  }

  const headers = { 'Content-Type': 'application/json' };
  if (message?.method === 'initialize' && !isModern) {
    headers['Mcp-Session-Id'] = randomUUID();
    sessions.set(headers['Mcp-Session-Id'], peer);
  }
  const isStream = message?.method === 'tools/call';
  const write = (event) => {
    if (!response.headersSent) response.writeHead(200, { ...headers, 'Content-Type': 'text/event-stream' });
    response.write(`event: message\ndata: ${JSON.stringify(event)}\n\n`);
  };
  const answer = await peer.ask(message?.id, body, message?.params?._meta?.progressToken, write);
  if (isStream && answer.error === undefined) {
    write(answer);
    response.end();
  } else {
    response.writeHead(isModern && answer.error !== undefined ? STATUS[answer.error.code] : 200, headers);
    response.end(JSON.stringify(answer));
  }
  if (isModern) peer.close();
}

const server = createServer(async (request, response) => {
  if (request.method === 'DELETE') {
    sessions.get(request.headers['mcp-session-id'])?.close();
    sessions.delete(request.headers['mcp-session-id']);
    response.writeHead(200).end();
  } else if (request.method === 'POST') {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    await post(request, response, body);
  } else {
    response.writeHead(405).end();
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/mcp`));
process.stdin.on('end', () => process.exit()).resume();
