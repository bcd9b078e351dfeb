# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What can be wrong around clochectl ask and tour: a sentence that says what to do, a status, nothing lost."""

import os
import shutil

from cloche_terminal import MODEL, call, expect, expect_in, main, say


def no_ollama(person):
    out = person.run("ask", "Hello", status=1)
    expect_in("Is it running?", out)
    expect_in("OLLAMA_HOST=", out)
    expect_in("which is no address", person.run("ask", "Hello", status=1, env={"OLLAMA_HOST": "ftp://x"}))


def no_models(person):
    person.has_model(models=[])
    expect_in("ollama pull", person.run("ask", "Hello", status=1))


def no_such_file(person):
    expect_in("There is no file “nowhere.csv”", person.run("ask", "--file", "nowhere.csv", "Hello", status=1))


def folder(person):
    person.has_model(say("No."))
    os.mkdir(os.path.join(person.here, "stuff"))
    expect_in("“stuff” is a folder", person.run("ask", "--file", "stuff", "Hello", status=1))
    expect(not os.path.exists(person.log), "nothing asked")
    expect_in("no conversation to go on with", person.run("ask", "--last", "Hello", status=1))


def large_file(person):
    person.has_model(say("No."))
    path = person.file("large.bin")
    os.truncate(path, 2 * 1024 ** 3)
    expect_in("too large", person.run("ask", "--file", path, "Hello", status=1))
    expect(not os.path.exists(person.log), "nothing asked")


def no_conversation(person):
    person.has_model(say("No."))
    expect_in("no conversation to go on with", person.run("ask", "--last", "Hello", status=1))
    expect_in("There is no conversation “nobody”", person.run("ask", "--conversation", "nobody", "Hello", status=1))
    expect_in("exclude each other", person.run("ask", "--last", "--conversation", "x", "Hello", status=2))
    expect_in("Say what to ask", person.run("ask", status=2))


def no_image(person):
    os.unlink(os.path.join(person.cloche, "bases"))
    person.has_model(say("No."))
    for words in (("ask", "Hello"), ("tour",)):
        expect_in("clochectl image build", person.run(*words, status=1))
    expect(not os.path.exists(person.log), "nothing asked")
    person.has_model(say("I have no hands."), models=[{**MODEL, "capabilities": ["completion"]}])
    expect_in("I have no hands.", person.run("ask", "Hello"))


def copy_base(person):
    """The newest base, with links to its files, so that one of them can be changed."""
    bases = os.path.join(person.cloche, "bases")
    original = os.path.realpath(bases)
    newest = max((entry.path for entry in os.scandir(original) if entry.is_dir() and len(entry.name) == 32),
                 key=lambda path: os.stat(path).st_mtime)
    os.unlink(bases)
    copy = os.path.join(bases, os.path.basename(newest))
    shutil.copytree(newest, copy, copy_function=os.link)
    os.chmod(copy, 0o700)
    return copy


def half_built(person):
    """The manifest is written last: without it there is no base."""
    copy = copy_base(person)
    manifest, = (name for name in os.listdir(copy) if name.endswith(".json"))
    os.unlink(os.path.join(copy, manifest))
    expect_in("clochectl image build", person.run("tour", "table", status=1))


def damaged(person):
    copy = copy_base(person)
    victim = os.path.join(copy, "template.state")
    size = os.stat(victim).st_size
    os.unlink(victim)
    with open(victim, "wb") as stream:
        stream.write(bytes(size // 2))
    expect_in("clochectl image build", person.run("tour", "table", status=1))


def no_qemu(person):
    programs = person.path("programs")
    os.mkdir(programs)
    for name in ("bwrap", "sh", "ldconfig"):
        found = shutil.which(name)
        if found is not None:
            os.symlink(found, os.path.join(programs, name))
    expect_in("apt install qemu-system-x86", person.run("tour", "table", status=1, env={"PATH": programs}))


def nothing_around(person):
    """No bus, no runtime folder, no home that exists yet."""
    del person.env["XDG_RUNTIME_DIR"]
    del person.env["DBUS_SESSION_BUS_ADDRESS"]
    person.env["HOME"] = person.path("another", "home")
    person.has_model(call("run_python", code="40 + 2"), say("Fine."))
    expect_in("  | 42\n", person.run("ask", "Count"))


def on_full_disk(person, folder_path, size, *words, status=1):
    """Runs clochectl with a disk of size bytes at folder_path."""
    script = 'mount -t tmpfs -o size="$1" none "$2" && shift 2 && exec "$@"'
    unshare = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    return person.run(*words, status=status, wrapper=(*unshare, "sh", "-c", script, "sh", str(size), folder_path))


def full_output(person):
    """The files stay in the conversation, and another folder gets them."""
    person.has_model(call("run_python", code="open('big.bin', 'wb').write(bytes(range(256)) * 4096)"), say("Made."))
    out = os.path.join(person.here, "out")
    os.mkdir(out)
    text = on_full_disk(person, out, 65536, "ask", "--output", "out", "Make")
    expect_in("Made.", text)
    expect_in("The disk is full", text)
    expect_in("--output", text)


def full_store(person):
    person.has_model(say("Never asked."))
    expect_in("disk of this computer is full", on_full_disk(person, person.path("data"), 4096, "ask", "Hello"))


main(no_ollama, no_models, no_such_file, folder, large_file, no_conversation, no_image, half_built, damaged, no_qemu,
     nothing_around, full_output, full_store)
