// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// The actions that are waited for. One runs at a time: it ends with its answer, when it is stopped, when its time is over or
// its page is lost, whichever comes first; what comes later is nobody's any more. One that is stopped before its turn has none.

import { Failure } from './failures.mjs';

export class Calls {
  constructor(session) {
    this.session = session;
    this.current = null;          // { id, stop (status, message) }
    this.waiting = new Map();     // id → what to do with (status, message) if it is stopped
  }

  wait(id, stopped) {
    this.waiting.set(id, stopped);
  }

  // Its turn has come; false if it was stopped meanwhile.
  begin(id) {
    return this.waiting.delete(id);
  }

  // Resolves with what @work answers, or rejects. @ms: all that it may take.
  run(id, work, ms) {
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const finish = settle => {
        if (isSettled)
          return;
        isSettled = true;
        clearTimeout(timer);
        this.current = null;
        this.session.onLost = null;
        settle();
      };
      const timer = setTimeout(() => finish(() => {
        this.session.abandon();
        reject(new Failure('The page did not come to rest in time and was closed: ' +
          'open it or another one with browser_navigate.'));
      }), ms);
      this.current = {
        id,
        stop: (status, message) => finish(() => {
          this.session.abandon();
          resolve({ status, message, text: '' });
        }),
      };
      this.session.onLost = what => finish(() => reject(new Failure(`${what}: open the page again with browser_navigate.`)));
      work().then(answer => finish(() => resolve({ status: 'ok', ...answer })), error => finish(() => reject(error)));
    });
  }

  // @id: whose action; undefined: whichever runs.
  stop(id, status, message) {
    if (id === undefined || id === this.current?.id)
      this.current?.stop(status, message);
    const stopped = this.waiting.get(id);
    if (this.waiting.delete(id))
      stopped(status, message);
  }
}
