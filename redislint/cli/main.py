"""The command line: a group whose commands are imported only when they are called."""

from __future__ import annotations

import importlib

import click

from redislint import __version__

# Command -> (module with a click command called `command`, one-line help).
COMMANDS = {
    "check": ("redislint.cli.check", "Report what will hurt in production."),
    "explain": ("redislint.cli.explain", "Explain a rule, a directive, an error message or a log."),
    "advise": ("redislint.cli.advise", "Compare persistence plans for a workload and choose one."),
    "drill": ("redislint.cli.drill", "Prove a persistence promise on a throwaway server."),
    "verify": ("redislint.cli.verify", "Say whether a server would start with a configuration."),
    "audit": ("redislint.cli.audit", "Apply the rules to a running server or its dumps."),
    "map": ("redislint.cli.map", "Print the deployment that redislint understood."),
    "rules": ("redislint.cli.rules", "List, create and test rules."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_) for name, (_, help_) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="redislint %(version)s")
def main() -> None:
    """Lint Redis and Valkey configurations, deployments and clients."""


def run_command_line() -> None:
    """Run the command line with the arguments of this process."""
    main(prog_name="redislint")
