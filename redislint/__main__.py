"""Entry point. `--version` answers before anything else is imported: it is run by every editor."""

import sys


def command() -> None:
    """The installed command: `main`, and for what is called often an end without a heap taken down.

    Freeing what a check has read, object by object, can take longer than reading it; and the
    collector would look for cycles a hundred times while modules are imported.
    """
    if sys.argv[1:2] not in (["check"], ["--version"]):
        main()
        return
    import gc
    import os

    gc.set_threshold(10_000, 20, 20)
    try:
        main()
        status: object = 0
    except SystemExit as end:
        status = end.code
    if status is not None and not isinstance(status, int):
        raise SystemExit(status)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status or 0)


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
