"""Entry point. `--version` answers before anything else is imported: it is run by every editor."""

import sys


def main() -> None:
    """Run the command line; exit with its status."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from redislint import __version__

        print(f"redislint {__version__}")
        return
    from redislint.cli import run

    run()


if __name__ == "__main__":
    main()
