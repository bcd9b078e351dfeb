# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""What can be wrong around clochectl ask and tour: a sentence that says what to do, a status, nothing lost."""

import contextlib
import os
import shutil
import tempfile

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


@contextlib.contextmanager
def own_base(person):
    """The newest base, with links to its files, so that one of them can be changed. Beside the others, since a link cannot
    lead to another file system, which /tmp may be."""
    bases = os.path.join(person.cloche, "bases")
    original = os.path.realpath(bases)
    newest = max((entry.path for entry in os.scandir(original) if entry.is_dir() and len(entry.name) == 32),
                 key=lambda path: os.stat(path).st_mtime)
    with tempfile.TemporaryDirectory(prefix="test-bases-", dir=os.path.dirname(original)) as folder:
        os.unlink(bases)
        os.symlink(folder, bases)
        copy = os.path.join(folder, os.path.basename(newest))
        shutil.copytree(newest, copy, copy_function=os.link)
        os.chmod(copy, 0o700)
        yield copy


def half_built(person):
    """The manifest is written last: without it there is no base."""
    with own_base(person) as copy:
        manifest, = (name for name in os.listdir(copy) if name.endswith(".json"))
        os.unlink(os.path.join(copy, manifest))
        expect_in("clochectl image build", person.run("tour", "table", status=1))


def cut_short(person):
    with own_base(person) as copy:
        victim = os.path.join(copy, "template.state")
        size = os.stat(victim).st_size
        os.unlink(victim)
        with open(victim, "wb") as stream:
            stream.truncate(size // 2)
        expect_in("clochectl image build", person.run("tour", "table", status=1))


def damaged(person):
    """Of the right size, with the wrong bytes: nobody reads gigabytes before each start, so the machine does not come up.
    It says what to do and leaves no machine behind; verifying finds the file."""
    with own_base(person) as base:
        for name in ("template.state", "template.ram", "root.erofs", "disk-empty.raw"):
            path = os.path.join(base, name)
            os.rename(path, path + ".good")
            with open(path, "wb") as stream:
                stream.truncate(os.stat(path + ".good").st_size)
            out = person.run("run", "6 * 7", status=1)
            expect_in("Run: clochectl image build.", out)
            expect(os.listdir(os.path.join(person.cloche, "machines")) == [], f"no machine to stay with a bad {name}")
            if name == "template.state":
                expect_in("damaged", person.run("image", "verify", status=1))
            os.rename(path + ".good", path)
        expect(person.run("run", "6 * 7") == "42\n", "it to run with all files as they were")


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


def model_gone(person):
    """It was there when the list was made. What was asked stays, and the next answer knows of it."""
    person.has_model({"status": 404, "error": "model 'script:latest' not found"}, say("Back."),
                     models=[{**MODEL, "capabilities": ["completion"]}])
    expect_in("does not have this model", person.run("ask", "First words", status=1))
    expect_in("Back.", person.run("ask", "--last", "Again"))
    expect_in("First words", person.requests()[1])


def kvm_does_not_work(person):
    """/dev/kvm opens and answers no question: machines are emulated, and it says why. A proxy, which machines do not use, is
    told without its password."""
    script = """
        mkdir "$1"; mount -t tmpfs none "$1"
        for name in null zero full random urandom tty; do touch "$1/$name"; mount --bind "/dev/$name" "$1/$name"; done
        mkdir "$1/shm"; mount -t tmpfs none "$1/shm"; ln -s /proc/self/fd "$1/fd"
        touch "$1/kvm"; mount --bind /dev/null "$1/kvm"; mount --bind "$1" /dev; shift; exec "$@" """
    unshare = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    out = person.run("doctor", wrapper=(*unshare, "sh", "-ec", script, "sh", person.path("dev")),
                     env={"https_proxy": "http://me:secret@192.0.2.1:3128/"})
    expect_in("isolated (slower emulation)", out)
    expect_in("KVM", out)
    expect("PROBLEM" not in out, f"a machine that starts, not:\n{out}")
    expect_in("through http://192.0.2.1:3128,", out)
    expect("secret" not in out, f"no password in:\n{out}")


FILL = "i=0; for size in 8G 1G 128M 16M 1M 64K 4K; do " \
       "while fallocate -l $size /workspace/.fill$i; do i=$((i+1)); done; done 2> /tmp/why; tail -n 1 /tmp/why"


def full_machine(person):
    """The machine's own disk: what runs there is told by its system, what is added is refused with a sentence."""
    person.has_model(call("run_shell", command=FILL), call("run_python", code="open('a.txt', 'w').write('x' * 100000)"),
                     say("No room."), say("Not asked."))
    out = person.run("ask", "Fill")
    expect_in("No space left on device", out)
    person.file("more.bin", bytes(100000))
    expect_in("The machine’s disk is full. Delete something in it", person.run("ask", "--last", "--file", "more.bin", "Look",
                                                                               status=1))
    expect(len(person.requests()) == 3, "nothing asked about a file that is not there")


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


def store_fills(person):
    """The disk becomes full with the answer: it is shown as it comes, and what could not be kept is said."""
    person.has_model(say("All of it. " * 200000), models=[{**MODEL, "capabilities": ["completion"]}])
    out = on_full_disk(person, person.path("data"), 1024 * 1024, "ask", "Tell")
    expect(out.count("All of it.") == 200000, "the whole answer")
    expect_in("could not be saved as a whole", out)


main(no_ollama, no_models, no_such_file, folder, large_file, no_conversation, no_image, half_built, cut_short, damaged, no_qemu,
     nothing_around, full_output, full_store, store_fills, model_gone,
     kvm_does_not_work, full_machine)
