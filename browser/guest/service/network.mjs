// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// Chromium's process that speaks to servers, and so does TLS.

import fs from 'node:fs';

const WORD = '--utility-sub-type=network.mojom.NetworkService';

export class Network {
  // Tests have others.
  constructor(proc = '/proc', kill = process.kill) {
    this.proc = proc;
    this.kill = kill;
  }

  // The ids of it, of this account. Chromium rewrites command lines as one text.
  find() {
    const isOne = pid => {
      try {
        return fs.statSync(`${this.proc}/${pid}`).uid === process.getuid() &&
          fs.readFileSync(`${this.proc}/${pid}/cmdline`, 'latin1').includes(WORD);
      } catch {
        return false;             // Just gone.
      }
    };
    return fs.readdirSync(this.proc).filter(name => /^\d+$/.test(name) && isOne(name)).map(Number);
  }

  // True if there was one at least, and all were ended.
  end() {
    const pids = this.find();
    try {
      for (const pid of pids)
        this.kill(pid, 'SIGKILL');
    } catch {
      return false;
    }
    return pids.length > 0;
  }
}
