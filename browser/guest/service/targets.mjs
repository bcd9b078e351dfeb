// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// What a model means by a ref, a key and an address: models write the same thing in many ways.

import { shorten } from './view.mjs';

// candidates that a sentence names.
const MAX_NAMED = 5;

export class Misunderstood extends Error {}

function list(elements) {
  const named = elements.slice(0, MAX_NAMED)
    .map(element => `[${element.number}] ${element.role} "${shorten(element.name, 60)}"`);
  return named.join(', ') + (elements.length > MAX_NAMED ? ` and ${elements.length - MAX_NAMED} more` : '');
}

// The number that @written stands for: 12, "12", "[12]", "@12", "ref=12", or the visible label of one of @elements.
export function resolve(written, elements) {
  const text = String(written ?? '').trim();
  const number = /^[[(@#]*\s*(?:ref\s*[=:]?\s*)?[@#e]?(\d{1,9})\s*[\])]*$/i.exec(text);
  if (number !== null)
    return Number(number[1]);
  const leading = /^\[(\d{1,9})\]\s/.exec(text);        // the whole line of a view
  if (leading !== null)
    return Number(leading[1]);

  const wanted = shorten(text).replace(/^["“']|["”']$/g, '').toLowerCase();
  if (wanted === '')
    throw new Misunderstood('Which element? Give the number that stands in brackets before it.');
  const names = elements.map(element => [element, element.name.toLowerCase()]);
  for (const fits of [name => name === wanted, name => name.startsWith(wanted), name => name.includes(wanted)]) {
    const found = names.filter(([, name]) => fits(name)).map(([element]) => element);
    if (found.length === 1)
      return found[0].number;
    if (found.length > 1)
      throw new Misunderstood(`“${shorten(text, 60)}” may be ${list(found)}. Give the number.`);
  }
  throw new Misunderstood(`Nothing on the page is called “${shorten(text, 60)}”. Give the number in brackets before it.`);
}

const KEYS = new Map(Object.entries({
  enter: 'Enter', return: 'Enter', tab: 'Tab', esc: 'Escape', escape: 'Escape', space: 'Space', ' ': 'Space',
  backspace: 'Backspace',
  delete: 'Delete', del: 'Delete', insert: 'Insert', home: 'Home', end: 'End', pageup: 'PageUp', pagedown: 'PageDown',
  up: 'ArrowUp', down: 'ArrowDown', left: 'ArrowLeft', right: 'ArrowRight', arrowup: 'ArrowUp', arrowdown: 'ArrowDown',
  arrowleft: 'ArrowLeft', arrowright: 'ArrowRight', ctrl: 'Control', control: 'Control', alt: 'Alt', shift: 'Shift', meta: 'Meta',
  cmd: 'Meta', win: 'Meta',
}));

// "ctrl+a" → "Control+a", "page down" → "PageDown".
export function key(written) {
  const parts = String(written ?? '').trim().split(/(?<=.)\+/).map(part => part.trim());
  return parts.map(part => {
    const known = KEYS.get(part.toLowerCase().replace(/[\s_-]+(?=\w)/g, ''));
    if (known !== undefined)
      return known;
    return /^f([1-9]|1[0-2])$/i.test(part) ? part.toUpperCase() : part;
  }).join('+');
}

const SCHEMES = ['http:', 'https:', 'file:', 'data:', 'about:'];

// The address that @written stands for: without a scheme it is one of the machine's own servers, a file, or a host.
export function address(written) {
  const text = String(written ?? '').trim();
  if (text === '')
    throw new Misunderstood('Which address? Give the whole of it, such as https://example.com/.');
  if (text.startsWith('/'))
    return `file://${encodeURI(text)}`;
  const isOwn = /^(localhost|127\.[\d.]+|\[::1\])([:/?#]|$)/i.test(text);
  const hasScheme = /^[a-z][a-z0-9+.-]*:(?!\d+([/?#]|$))/i.test(text);
  let url;
  try {
    url = new URL(hasScheme ? text : `${isOwn ? 'http' : 'https'}://${text}`);
  } catch {
    throw new Misunderstood(`“${shorten(text, 100)}” is no address. Give the whole of it, such as https://example.com/.`);
  }
  if (!SCHEMES.includes(url.protocol))
    throw new Misunderstood(`“${shorten(url.protocol, 40)}” cannot be opened, only http, https and files of the machine.`);
  return url.href;
}
