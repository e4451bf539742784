"""Entry point. `--version` answers before anything else is imported: it is run by every editor."""

import sys


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
    main()
