// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// What one request's connection carries back: the records of sandbox/wire/protocol.md, the end last.

const HEADER_BYTES = 5;

export function encode(type, payload) {
  const record = Buffer.alloc(HEADER_BYTES + payload.length);
  record.write(type, 0, 'latin1');
  record.writeUInt32BE(payload.length, 1);
  payload.copy(record, HEADER_BYTES);
  return record;
}

export function text(words) {
  return encode('o', Buffer.from(words, 'utf8'));
}

export function image(png) {
  const event = { event: 'display', data: { 'image/png': png.toString('base64') }, metadata: {}, update: false };
  return encode('j', Buffer.from(JSON.stringify(event)));
}

// The agent knows the last record by its first bytes, so "event" has to stand first.
export function end(status, message) {
  return encode('j', Buffer.from(JSON.stringify({ event: 'end', status, ...(message ? { message } : {}) })));
}
