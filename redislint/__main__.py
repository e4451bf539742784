"""Entry point. `--version` answers before anything else is imported: it is run by every editor."""

import sys


def command() -> None:
    """The installed command: `main`, and for what is called often an end without a heap taken down.

    Freeing what a check has read, object by object, can take longer than reading it; and the
    collector would look for cycles a hundred times while modules are imported. A full disk behind
    the output, or no output at all, is no crash.
    """
    import os

    if sys.stdout is None or sys.stderr is None:  # closed by the caller, as by `>&-`
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it is to stay open
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    often = sys.argv[1:2] in (["check"], ["--version"])
    if often:
        import gc

        gc.set_threshold(10_000, 20, 20)
    status: object = 0
    try:
        try:
            main()
        except SystemExit as end:
            status = end.code
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        os._exit(status if isinstance(status, int) and status else 1)
    except OSError as error:
        _output_failed(error)
    if status is not None and not isinstance(status, int):
        raise SystemExit(status)
    if often:
        os._exit(status or 0)
    sys.exit(status)


def _output_failed(error: OSError) -> None:
    """End with one line where the output has no room; raise the error where it is another one."""
    import errno
    import os

    if error.errno not in (errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EDQUOT) or error.filename:
        raise error
    os.write(2, f"redislint: the output cannot be written: {error.strerror}\n".encode())
    os._exit(2)  # what is still in the buffer would fail again


def main() -> None:
    """Run the command line; exit with its status."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from redislint import __version__

        print(f"redislint {__version__}")
        return
    if sys.argv[1:2] == ["check"] and not any(a.startswith("-") for a in sys.argv[2:]):
        # The call of every commit needs no option parser, and importing one doubles its time.
        from redislint.cli.checking import DEFAULTS, run

        sys.exit(run(tuple(sys.argv[2:]), dict(DEFAULTS)))
    from redislint.cli.main import run_command_line

    run_command_line()


if __name__ == "__main__":
    # `python -m` puts the working directory first on the path, and with it the modules of the
    # repository that is being checked.
    if not sys.flags.safe_path:
        del sys.path[0]
    command()
