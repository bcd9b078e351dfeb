# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Cloche authors
"""The kernel process: IPython's own kernel with what Cloche adds. kernel-python starts it with the connection file.

It also finds itself as the module `cloche_kernel` (see main), so that the service can call freeze() and reseed().
"""

import gc
import os
import sys
import time

TABLE_MIME = "application/vnd.cloche.table+json"
MAX_ROWS = 200          # of a table that is shown; its true size is told beside
MAX_COLUMNS = 100
MAX_CELL_CHARACTERS = 500
MT19937_WORDS = 624     # the state of numpy's generator; a position past them all makes the next draw mix them first


def format_cell(value):
    if isinstance(value, float):
        if value != value:
            return "NaN"
        if 1e-4 <= abs(value) < 1e15 or value == 0:
            return ("%.6f" % value).rstrip("0").rstrip(".")
        return "%.6g" % value
    text = str(value)
    return text if len(text) <= MAX_CELL_CHARACTERS else text[:MAX_CELL_CHARACTERS] + "…"


def format_table(frame):
    """A DataFrame as columns, dtypes and text: a window shows it as a table of its own and need not parse HTML."""
    part = frame.iloc[:MAX_ROWS, :MAX_COLUMNS]
    columns = [[format_cell(value) for value in part.iloc[:, i].tolist()] for i in range(part.shape[1])]
    return {
        "columns": [format_cell(name) for name in part.columns.tolist()],
        "dtypes": [str(dtype) for dtype in part.dtypes.tolist()],
        "index": [format_cell(value) for value in part.index.tolist()],
        "rows": [list(row) for row in zip(*columns)],
        "total_rows": int(frame.shape[0]),
        "total_columns": int(frame.shape[1]),
    }


def freeze():
    """After the template was warmed: forget what warming left, and never look at the rest again."""
    from IPython import get_ipython
    import matplotlib.pyplot
    matplotlib.pyplot.close("all")
    shell = get_ipython()
    shell.reset(new_session=True)
    shell.execution_count = 1
    os.chdir("/workspace")
    gc.collect()
    gc.freeze()


def settle_in(*_):
    """Once, before the fork's first own cell: where and when it is, which revive has decided meanwhile; and the traces of
    reseed() go."""
    from IPython import get_ipython
    shell = get_ipython()
    shell.events.unregister("pre_run_cell", settle_in)
    os.chdir("/workspace")
    time.tzset()
    for name in ("_", "__", "___"):
        shell.user_ns[name] = ""
    shell.user_ns.pop("_%d" % shell.execution_count, None)
    shell.user_ns["_oh"].clear()


def reseed():
    """In a fork of the template: whatever cached randomness takes the fork's own, which the kernel has had from the host by
    now. As raw state where that can be: seeding by way of hashes and array arithmetic is twenty thousand instructions that
    an emulated machine translates for this alone. What is returned is shown to nobody, but walks the path that the first
    cell's result will walk, while the disk is being mounted."""
    from IPython import get_ipython
    if "random" in sys.modules:
        sys.modules["random"].seed()
    if "tempfile" in sys.modules:
        sys.modules["tempfile"]._name_sequence = None           # holds a generator of its own
    if "numpy" in sys.modules:
        numpy = sys.modules["numpy"]
        key = numpy.frombuffer(os.urandom(4 * MT19937_WORDS), numpy.uint32)
        numpy.random.set_state(("MT19937", key, MT19937_WORDS))
    if "_ssl" in sys.modules:
        sys.modules["_ssl"].RAND_add(os.urandom(32), 32.0)
    shell = get_ipython()
    shell.execution_count = 1           # warming ends with a cell that proves the frozen kernel; it counted
    shell.events.register("pre_run_cell", settle_in)
    return 2


def configure(shell):
    from IPython.core.formatters import BaseFormatter
    from traitlets import ObjectName, Unicode

    class TableFormatter(BaseFormatter):
        format_type = Unicode(TABLE_MIME)
        print_method = ObjectName("_repr_cloche_table_")
        _return_type = dict

    formatter = TableFormatter(parent=shell.display_formatter)
    formatter.for_type_by_name("pandas.core.frame", "DataFrame", format_table)
    shell.display_formatter.formatters[TABLE_MIME] = formatter


def main():
    from ipykernel.kernelapp import IPKernelApp
    from traitlets.config import Config

    sys.modules["cloche_kernel"] = sys.modules["__main__"]
    sys.path[0] = ""            # not this program's own folder
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.ast_node_interactivity = "last_expr"
    config.InlineBackend.figure_formats = {"png"}
    app = IPKernelApp.instance(config=config)
    app.initialize()
    configure(app.shell)
    app.start()


if __name__ == "__main__":
    main()
