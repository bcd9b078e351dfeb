// SPDX-License-Identifier: GPL-3.0-or-later
// SPDX-FileCopyrightText: The Cloche authors
//
// A page as a model reads it: one line for each thing that is there, in the order of the page, "[12]" before whatever can be
// acted on. Made of Playwright's snapshot (ariaSnapshotJSON), without a browser, so that tests need none.

// characters: of one name or text within a view; the whole text is what browser_read is for.
const MAX_TEXT = 300;
const MAX_TITLE = 200;
const MAX_URL = 300;

// items of one list or table that a folded view shows, and options of one choice.
const FOLD_ITEMS = 20;
const FOLD_OPTIONS = 12;

// lines that are told as new rather than left to be found.
const MAX_NEW_LINES = 12;

// characters: of the line that says how it goes on; of a part, whatever stands before it.
const GOES_ON = 100;
const LEAST_PART = 300;

// levels: deeper pages are flattened from there on, so that no page makes this recurse for ever.
const MAX_DEPTH = 200;

const ACTIVE = new Set(['button', 'checkbox', 'combobox', 'gridcell', 'link', 'listbox', 'menuitem', 'menuitemcheckbox',
  'menuitemradio', 'option', 'radio', 'scrollbar', 'searchbox', 'slider', 'spinbutton', 'switch', 'tab', 'textbox', 'treeitem']);
const STATES = ['checked', 'disabled', 'expanded', 'pressed', 'selected', 'invalid'];
const TYPED = new Set(['combobox', 'searchbox', 'spinbutton', 'textbox']);
const DIALOGS = new Set(['alertdialog', 'dialog']);
const ITEMS = new Set(['listitem', 'row', 'option', 'treeitem', 'menuitem']);
const CELLS = new Set(['cell', 'columnheader', 'gridcell', 'rowheader']);

// What makes a line of its own even if it stands between words.
const BLOCKS = new Set(['alert', 'alertdialog', 'article', 'banner', 'blockquote', 'complementary', 'contentinfo', 'dialog',
  'figure', 'form', 'grid', 'heading', 'iframe', 'list', 'listbox', 'listitem', 'main', 'menu', 'navigation', 'paragraph',
  'radiogroup', 'region', 'row', 'rowgroup', 'search', 'separator', 'status', 'table', 'tablist', 'tabpanel', 'toolbar', 'tree']);
const NAMED_GROUPS = new Set(['alert', 'alertdialog', 'dialog', 'form', 'group', 'iframe', 'list', 'listbox', 'main', 'menu',
  'navigation', 'radiogroup', 'region', 'search', 'tablist', 'table', 'toolbar', 'tree']);

export function shorten(text, max = MAX_TEXT) {
  const flat = String(text ?? '').replace(/\s+/g, ' ').trim();
  return flat.length <= max ? flat : [...flat.slice(0, max)].join('') + '…';
}

function children(node) {
  return Array.isArray(node.children) ? node.children : node.text !== undefined ? [String(node.text)] : [];
}

function isClickable(node) {
  return ACTIVE.has(node.role) || node.cursor === 'pointer';
}

// The numbers that a model sees, for the refs that Playwright gives. One number belongs to one element for as long as it lives.
export class Numbers {
  constructor() {
    this.byRef = new Map();
    this.refs = [];
  }

  of(ref) {
    if (!this.byRef.has(ref)) {
      this.refs.push(ref);
      this.byRef.set(ref, this.refs.length);
    }
    return this.byRef.get(ref);
  }

  refOf(number) {
    return this.refs[number - 1];
  }
}

class Writer {
  constructor(numbers, isFolded) {
    this.numbers = numbers;
    this.isFolded = isFolded;
    this.lines = [];
    this.dialogs = [];            // lines that are told before all others
    this.elements = [];           // { number, role, name }
  }

  // "[12] " before what can be acted on, which is then known by that number.
  mark(node, name) {
    if (node.ref === undefined || !isClickable(node))
      return '';
    const number = this.numbers.of(node.ref);
    this.elements.push({ number, role: node.role, name });
    return `[${number}] `;
  }

  words(node, depth) {
    return shorten(children(node).map(child => (typeof child === 'string' ? child : this.inline(child, depth + 1))).join(' '));
  }

  states(node) {
    const states = STATES.filter(state => node[state] === true || node[state] === 'mixed')
      .map(state => (node[state] === 'mixed' ? `${state}: mixed` : state));
    if (node.active && TYPED.has(node.role))
      states.push('focused');
    return states.length > 0 ? ` (${states.join(', ')})` : '';
  }

  options(node) {
    const options = [];
    const collect = list => list.forEach(child => {
      if (child.role === 'option')
        options.push((child.selected ? '*' : '') + shorten(child.name ?? child.text, 60));
      else if (typeof child === 'object')
        collect(children(child));
    });
    collect(children(node));
    if (options.length === 0)
      return '';
    const shown = options.slice(0, FOLD_OPTIONS).join(' | ');
    return ` {${shown}${options.length > FOLD_OPTIONS ? ` | … ${options.length - FOLD_OPTIONS} more` : ''}}`;
  }

  // One element in the middle of a line.
  inline(node, depth) {
    if (typeof node === 'string')
      return shorten(node);
    if (depth > MAX_DEPTH)
      return '…';
    const name = shorten(node.name);
    if (ACTIVE.has(node.role) && !CELLS.has(node.role)) {
      const isChoice = node.role === 'combobox' || node.role === 'listbox';
      const label = name || (isChoice ? '' : this.words(node, depth));
      const inner = isChoice ? this.options(node) : node.role === 'link' || node.role === 'button' ? '' : this.value(node);
      return `${this.mark(node, label)}${node.role}${label ? ` "${label}"` : ''}${inner}${this.states(node)}`;
    }
    if (node.role === 'img')
      return name ? `(image "${name}")` : '';
    if (node.cursor === 'pointer' && node.ref !== undefined && !this.holdsActive(node, depth)) {
      const label = name || this.words(node, depth);
      return label ? `${this.mark(node, label)}clickable "${label}"` : '';
    }
    const words = this.words(node, depth);
    return words || name;
  }

  value(node) {
    const text = children(node).filter(child => typeof child === 'string').join(' ');
    return text && shorten(text) !== shorten(node.name) ? ` = "${shorten(text)}"` : '';
  }

  holdsActive(node, depth) {
    return depth < MAX_DEPTH && children(node).some(child => typeof child === 'object' &&
      (isClickable(child) || this.holdsActive(child, depth + 1)));
  }

  isBlock(node, depth) {
    if (typeof node === 'string')
      return false;
    if (ACTIVE.has(node.role) && !CELLS.has(node.role))
      return false;
    return depth < MAX_DEPTH && (BLOCKS.has(node.role) || children(node).some(child => this.isBlock(child, depth + 1)));
  }

  say(indent, words) {
    if (words)
      this.lines.push('  '.repeat(Math.min(indent, 8)) + words);
  }

  block(node, indent, depth) {
    const name = shorten(node.name);
    if (depth > MAX_DEPTH)
      return;
    if (node.role === 'heading') {
      const isPlain = children(node).every(child => typeof child === 'string');
      this.say(indent, `${'#'.repeat(Math.min(node.level ?? 1, 6))} ${(isPlain && name) || this.words(node, depth)}`);
    } else if (node.role === 'row') {
      this.say(indent, children(node).map(cell => this.inline(cell, depth)).join(' | '));
    } else if (node.role === 'separator') {
      return;
    } else if (DIALOGS.has(node.role)) {
      this.dialog(node, name, depth);
    } else {
      const isTitled = NAMED_GROUPS.has(node.role) && name;
      if (isTitled)
        this.say(indent, `${node.role} "${name}":`);
      this.flow(node, indent + (isTitled ? 1 : 0), depth, node.role === 'listitem' ? '- ' : '');
    }
  }

  // What hides the rest of the page is told first.
  dialog(node, name, depth) {
    const before = this.lines;
    this.lines = this.dialogs;
    this.say(0, `${node.role} "${name}" is open over the page:`);
    this.flow(node, 1, depth, '');
    this.lines = before;
  }

  // The children of a block: runs of inline ones share a line, long lists of equals are folded.
  flow(node, indent, depth, bullet) {
    let run = [];
    let items = 0;
    let folded = 0;
    const flush = () => {
      const words = run.filter(part => part).join(' ');
      this.say(indent, words && bullet + words);
      run = [];
    };
    for (const child of children(node)) {
      if (ITEMS.has(child.role) && this.isFolded && ++items > FOLD_ITEMS) {
        folded++;
        continue;
      }
      if (this.isBlock(child, depth + 1)) {
        flush();
        this.block(child, indent, depth + 1);
      } else {
        run.push(this.inline(child, depth + 1));
        if (ITEMS.has(child.role))
          flush();
      }
    }
    flush();
    if (folded > 0)
      this.say(indent, `… ${folded} more like these; browser_snapshot with page 1 lists all`);
  }
}

// nodes: what ariaSnapshotJSON answered. Returns { lines, elements }.
export function build(nodes, numbers, isFolded) {
  const writer = new Writer(numbers, isFolded);
  writer.flow({ children: Array.isArray(nodes) ? nodes : [] }, 0, 0, '');
  return { lines: [...writer.dialogs, ...writer.lines], elements: writer.elements };
}

// The part of @lines that is page @page of @budget characters, and how many pages there are.
export function paginate(lines, page, budget) {
  const pages = [[]];
  let used = 0;
  for (const line of lines) {
    const cut = line.length > budget ? line.slice(0, budget - 1) + '…' : line;
    if (used + cut.length + 1 > budget && pages.at(-1).length > 0) {
      pages.push([]);
      used = 0;
    }
    pages.at(-1).push(cut);
    used += cut.length + 1;
  }
  const at = Math.min(Math.max(page, 1), pages.length);
  return { lines: pages[at - 1], page: at, pages: pages.length };
}

function goesOn(part, tool) {
  return part.page < part.pages ? [`… page ${part.page} of ${part.pages}; ${tool} with page ${part.page + 1} goes on`] : [];
}

// The text of @fixed lines and page @page of @lines, no longer than @budget. @tool: what shows the next page.
export function compose(fixed, lines, page, budget, tool) {
  const room = Math.max(budget - fixed.join('\n').length - GOES_ON, LEAST_PART);
  const part = paginate(lines, page, room);
  return [...fixed, ...part.lines, ...goesOn(part, tool), ''].join('\n');
}

export function head(url, title) {
  return [`url: ${shorten(url, MAX_URL)}`, `title: ${shorten(title, MAX_TITLE)}`];
}

// What is new in @lines, if the page is still the one of @before; null if that is not worth telling.
export function changes(before, lines) {
  if (before === undefined)
    return null;
  const old = new Set(before);
  const fresh = lines.filter(line => !old.has(line));
  if (fresh.length === 0 && lines.length === before.length)
    return ['(nothing that is shown has changed)'];
  if (fresh.length === 0 || fresh.length > MAX_NEW_LINES || fresh.length > lines.length / 2)
    return null;
  return ['new since the last view:', ...fresh.map(line => `+ ${line.trim()}`), 'the page:'];
}
