// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// What went wrong, as one sentence with the next step, in place of Playwright's and Chromium's own words.

import { Misunderstood } from './targets.mjs';
import { shorten } from './view.mjs';

// A failure whose words are for the model as they are. @showsPage: the view follows, for it helps.
export class Failure extends Error {
  constructor(message, showsPage = false) {
    super(message);
    this.showsPage = showsPage;
  }
}

// Outside of the machine there is only the gate, which answers what it refuses with a reset: the two look the same from here.
const REFUSED = new RegExp('ERR_(CONNECTION_(REFUSED|RESET|CLOSED|FAILED|ABORTED)|EMPTY_RESPONSE|ADDRESS_UNREACHABLE|' +
  'INTERNET_DISCONNECTED|SOCKET_NOT_CONNECTED|SSL_PROTOCOL_ERROR)');
const TIMED_OUT = /ERR_(TIMED_OUT|CONNECTION_TIMED_OUT)|Timeout \d+ms exceeded/;

function hostOf(url) {
  try {
    return new URL(url).hostname.replace(/^\[|\]$/g, '');
  } catch {
    return '';
  }
}

export function isOwn(url) {
  return /^(localhost|127\.[\d.]+|::1|.*\.localhost)$/i.test(hostOf(url));
}

// Why an address could not be opened.
export function ofNavigation(error, url) {
  const words = String(error?.message ?? error);
  const host = shorten(hostOf(url) || url, 100);
  if (REFUSED.test(words))
    return new Failure(isOwn(url)
      ? `The server at ${shorten(url, 100)} is not there or gave no answer: start it with run_shell, or see what it says.`
      : `${host} is blocked by this conversation’s network mode, or refused the connection itself: ` +
        `ask the person to allow ${host}, or go on without it.`);
  if (/ERR_NAME_NOT_RESOLVED/.test(words))
    return new Failure(`There is no host called ${host}: check the address.`);
  if (/ERR_CERT|ERR_SSL/.test(words))
    return new Failure(`The certificate of ${host} is not trusted here, so the page was not opened: tell the person.`);
  if (/ERR_FILE_NOT_FOUND/.test(words))
    return new Failure(`There is no file ${shorten(url, 200)}: look with run_shell.`);
  if (/ERR_ACCESS_DENIED/.test(words))
    return new Failure(`The browser may not read ${shorten(url, 200)}: make it readable for all.`);
  if (TIMED_OUT.test(words))
    return new Failure(`${host} did not answer in time: try again later, or another address.`);
  if (/ERR_ABORTED/.test(words))
    return new Failure(`${host} gave no page to show at this address: try another one.`);
  const code = /net::(ERR_[A-Z_]+)/.exec(words);
  const why = code !== null ? code[1] : shorten(words.split('\n')[0], 120);
  return new Failure(`${host} could not be opened (${why}): try another address.`);
}

// Why an element could not be acted on. @number: as the model named it.
export function ofElement(error, number) {
  const words = String(error?.message ?? error);
  const cover = /<([a-z][^>]{0,120})>.{0,200}intercepts pointer events/s.exec(words);
  if (cover !== null)
    return new Failure(`[${number}] is covered by something else: close what lies over it first, such as a dialog.`, true);
  if (/element is not enabled/.test(words))
    return new Failure(`[${number}] is disabled just now: fill in or choose what it waits for first.`, true);
  if (/element is not visible|outside of the viewport/.test(words))
    return new Failure(`[${number}] is not visible just now: open what holds it first.`, true);
  if (/did not find some options/.test(words))
    return new Failure(`[${number}] has no such option.`, true);
  if (/not an? <?(input|select|textarea)|Element is not a/i.test(words))
    return new Failure(`[${number}] is not of that kind: text goes into text fields, all else is clicked.`, true);
  if (/Unknown key/.test(words))
    return new Failure('There is no such key: use names such as Enter, Tab, Escape, PageDown, or Control+a.', true);
  if (TIMED_OUT.test(words))
    return new Failure(`[${number}] did not react in time: this is the page now.`, true);
  return new Failure(`[${number}] is not there any more: this is the page now.`, true);
}

export function words(error) {
  if (error instanceof Failure || error instanceof Misunderstood)
    return error.message;
  const what = shorten(String(error?.message ?? error).split('\n')[0], 160);
  return `The browser failed (${what}): try again, or open the page anew with browser_navigate.`;
}
