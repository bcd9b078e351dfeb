# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What a window owes to those who do not see it, have no mouse, or have a narrow screen: whatever takes the keyboard says
what it is, the Tab key and the arrows come to it, and it is within 360 pixels.

To read a window over the bus is what costs: each of these reads it once.
"""

import re

import cloche_e2e as e2e

# What GTK says for want of a name.
CLASS_NAME = re.compile(r"^(Gtk|Adw|Cloche)[A-Z]")

# Roles of what a person presses or types into. Code and tables scroll sideways in a place of their own.
CONTROLS = ("push button", "toggle button", "switch", "check box", "radio button", "combo box", "entry", "password text")

# pixels: the narrowest window, and what it has around it without a window manager.
NARROW = 360
BORDER = 10


class Control:
    """Something that takes the keyboard, and what it is in."""

    def __init__(self, node, role, around):
        self.node = node
        self.role = role
        self.around = around

    def describe(self, n=4):
        return " / ".join(e2e.describe(node) for node, _ in [*self.around, (self.node, self.role)][-n:])

    def is_in(self, *roles):
        return any(role in roles for _, role in self.around)


def find_controls(window, hidden=None, where=None):
    """Everything that takes the keyboard in the topmost window, or in a part of one. GTK 4.8 says of the page that is not
    shown that it is visible: hidden is the name of something in it."""
    found = []

    def add(node, role, around):
        if e2e.has_state(node, "FOCUSABLE") and e2e.is_there(node):
            found.append(Control(node, role, around))
        if role in e2e.LEAVES:
            return
        for index in range(node.get_child_count()):
            child = node.get_child_at_index(index)
            if child is not None and (hidden is None or child.get_name() != hidden):
                add(child, child.get_role_name(), [*around, (node, role)])

    top = where or window.frames()[-1]
    add(top, top.get_role_name(), [])
    return found


def is_nameless(control, controls):
    node = control.node
    # A scroll pane hands the keyboard on to what is in it, if that takes it.
    if control.role == "scroll pane" and any(node in (inner for inner, _ in other.around) for other in controls):
        return False
    # What drops down of a row is libadwaita's own, and without names in 1.2; its entries say theirs.
    if control.is_in("combo box"):
        return False
    # The eye in libadwaita 1.2's own entry for passwords, which has a tooltip only.
    if node.get_description() == "Show Text":
        return False
    return not node.get_name() or CLASS_NAME.match(node.get_name()) is not None


def is_bare_icon(control):
    """A button that shows no word and does not say what it is when the mouse rests on it."""
    return control.role == "push button" and not control.node.get_description() and \
        not any(role == "label" for _, role in e2e.walk(control.node))


def expect_names(controls, place):
    e2e.equal(f"what has no name in {place}", [control.describe() for control in controls if is_nameless(control, controls)],
              [])
    e2e.equal(f"buttons without words and tooltip in {place}",
              [control.describe() for control in controls if is_bare_icon(control)], [])


def tells_focus(control):
    """Whether it says when it has the keyboard. What drops down of a row does not have it yet; libadwaita 1.2's own rows with
    an entry never say; and of a row with a check box it is the row that is pressed."""
    return not control.is_in("combo box") and not (control.role == "text" and control.around[-1][1] == "list") and \
        not (control.role == "check box" and control.is_in("list item"))


def expect_reached(controls, place, least):
    """Presses Tab, and the arrows wherever they lead to the next of a list, until the keyboard was at every control."""
    # GTK keeps the buttons that are a window manager's out of the way; their keys are the desktop's.
    left = [control for control in controls if e2e.is_sensitive(control.node) and
            control.role in (*CONTROLS, "text", "list item") and tells_focus(control) and
            not (control.node.get_description() or "").endswith(" the window")]
    n = len(left)
    if n < least:
        raise e2e.Failure(f"expected at least {least} controls in {place}, got {[control.describe() for control in left]}")

    # Once around more than it would need, since not everything that stops the key is one of these; then within lists.
    rows = [control for control in controls if control.role == "list item"]
    for arrow in (None, "Up", "Down"):
        for _ in range(n + 30 if arrow is None or rows else 0):
            if not left:
                break
            e2e.press("Tab")
            left = [control for control in left if not e2e.has_state(control.node, "FOCUSED")]
            if arrow is not None and any(e2e.has_state(row.node, "FOCUSED") for row in rows):
                e2e.press(arrow)
                left = [control for control in left if not e2e.has_state(control.node, "FOCUSED")]
    e2e.equal(f"what the keyboard does not come to in {place}", [control.describe() for control in left], [])


def expect_fits(window, place, hidden=None):
    """Makes the topmost window as narrow as it must be able to be, and looks whether every control is within it. Makes it
    as wide as it was again."""
    x_window = window.x_windows()[-1]
    facts = dict(line.split("=") for line in e2e.xdotool("getwindowgeometry", "--shell", x_window).split())
    window.place(width=NARROW + BORDER, height=facts["HEIGHT"])
    e2e.wait("the window to be narrow", lambda: e2e.extents(window.frames()[-1]).width <= NARROW)

    outside = []
    for control in find_controls(window, hidden):
        box = e2e.extents(control.node)
        # What is wholly to the left is the page that one goes back to.
        if control.role in CONTROLS and box.x + box.width > 0 and (box.x < 0 or box.x + box.width > NARROW):
            outside.append(f"{control.describe()} from {box.x} to {box.x + box.width}")
    e2e.equal(f"what is not within {NARROW} pixels in {place}", outside, [])
    window.place(width=facts["WIDTH"], height=facts["HEIGHT"])
