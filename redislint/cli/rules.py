"""`redislint rules`: list, create and test rules, show the vocabulary."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from redislint.config import ConfigError, find, load
from redislint.rules.book import Book, load_book
from redislint.rules.errors import PageError
from redislint.rules.packs import builtin_folder, pages_in


def _book(extra: tuple[str, ...] = ()) -> Book:
    try:
        config = load(find(Path.cwd()))
        return load_book([*config.rules, *map(Path, extra)])
    except (PageError, ConfigError) as error:
        click.echo(f"redislint: {error}", err=True)
        raise SystemExit(2) from None


@click.group("rules", invoke_without_command=True, short_help="List, create and test rules.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--topic", help="Only this topic, code prefix or name.")
@click.pass_context
def command(context: click.Context, /, format_: str, topic: str | None) -> None:
    """List the rules; `new`, `test` and `vocabulary` help to write them."""
    if context.invoked_subcommand:
        return
    book = _book()
    rules = book.matching(topic) if topic else list(book.rules.values())
    rules.sort(key=lambda r: r.code)
    if format_ == "json":
        keys = (
            "code",
            "name",
            "severity",
            "confidence",
            "on",
            "summary",
            "aliases",
            "preview",
            "since",
        )
        entries = [{**{k: getattr(r, k) for k in keys}, "topic": r.topic} for r in rules]
        click.echo(json.dumps({"rules": entries}, indent=1))
        return
    width = max((len(r.name) for r in rules), default=0)
    for rule in rules:
        preview = " (preview)" if rule.preview else ""
        click.echo(
            f"{rule.code}  {rule.name:<{width}}  {rule.severity:<7}  {rule.summary[:90]}{preview}"
        )
    click.echo(f"{len(rules)} rules")


_PAGE = """# {name}

```toml
code = "{code}"
on = "server"
when = '''not rdb and not aof'''
severity = "warning"
confidence = "high"
message = "what is wrong with {{subject}}: what will happen; what to do"
since = "0.1"
```

What happens, to whom and when: which command fails, what is lost, for how long.

**Why:** how the server or the client works there.

**Ignore it** where that does no harm.

**Do:** what to write instead, and what that costs.

## Wrong

```redis.conf
save ""
appendonly no
```

## Right

```redis.conf
appendonly yes
```

## Versions

Since when, until when, and where you saw it.

## References

- where you know it from
"""


@command.command("new")
@click.argument("name")
@click.option(
    "--folder",
    type=click.Path(file_okay=False),
    default="redislint-rules",
    help="Where to write the page.",
)
@click.option("--code", help="The rule's code: letters and three digits; default: the next MY….")
def new(name: str, folder: str, code: str | None) -> None:
    """Write a page to start from."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        click.echo(f"redislint: '{name}' is no rule name: use kebab-case", err=True)
        raise SystemExit(2)
    path = Path(folder, f"{name}.md")
    if path.exists():
        click.echo(f"redislint: {path} is there already", err=True)
        raise SystemExit(2)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_PAGE.format(name=name, code=code or _next_code(path.parent)), encoding="utf-8")
    click.echo(f'wrote {path}; name its folder in redislint.toml: rules = ["{folder}"]')
    click.echo(f"then: redislint rules test {folder}")


def _next_code(folder: Path) -> str:
    """The first code MY001, MY002, … above those of the pages in a folder."""
    texts = (page.read_text(encoding="utf-8", errors="replace") for page in folder.glob("*.md"))
    taken = [int(number) for text in texts for number in re.findall(r'"MY(\d{3})"', text)]
    return f"MY{max(taken, default=0) + 1:03}"


@command.command("test")
@click.argument("path", required=False)
def test(path: str | None) -> None:
    """Run the examples of the pages in PATH (a folder or page; default: our own)."""
    from redislint.examples import test_folder

    where = Path(path) if path else builtin_folder()
    folder = where if where.is_dir() else where.parent
    builtin = builtin_folder().resolve()
    inside = builtin == folder.resolve() or builtin in folder.resolve().parents
    try:
        config = load(find(Path.cwd()))
        named = [Path(f).resolve() for f in config.rules]
        covered = inside or any(
            f == folder.resolve() or f in folder.resolve().parents for f in named
        )
        book = load_book([*config.rules, *([] if covered else [folder])])
        pages = pages_in(where) if where.is_dir() else [where]
        results = test_folder(folder, book, pages)
    except (PageError, ConfigError) as error:
        click.echo(f"redislint: {error}", err=True)
        raise SystemExit(2) from None
    bad = {page: problems for page, problems in results.items() if problems}
    for page, problems in bad.items():
        for line, problem in problems:
            click.echo(f"{folder / page}:{line}: {problem}")
    noun = "page" if len(results) == 1 else "pages"
    click.echo(f"{len(results)} {noun}, {len(bad)} with failing examples")
    raise SystemExit(1 if bad else 0)


@command.command("vocabulary")
@click.option(
    "--format", "format_", type=click.Choice(["text", "markdown", "json"]), default="text"
)
@click.argument("kind", required=False)
def vocabulary(kind: str | None, format_: str) -> None:
    """List the facts, types and functions that conditions may use, by subject."""
    from redislint.model import load_vocabulary
    from redislint.model.subject import FUNCTIONS, KINDS, VOCABULARY

    load_vocabulary()
    if kind and kind not in KINDS:
        click.echo(
            f"redislint: '{kind}' is no subject: one of {', '.join(sorted(KINDS))}", err=True
        )
        raise SystemExit(2)
    wanted = [kind] if kind else sorted(KINDS)
    if format_ == "json":
        data = {
            k: {
                n: {"type": s.type, "doc": s.doc, "choices": s.choices}
                for n, s in VOCABULARY[k].items()
            }
            for k in wanted
        }
        click.echo(json.dumps(data, indent=1))
        return
    for name in wanted:
        head = (
            f"## {name}\n\n{KINDS[name]}\n\n| fact | type | meaning |\n|---|---|---|"
            if format_ == "markdown"
            else f"{name}: {KINDS[name]}"
        )
        click.echo(head)
        for fact, spec in sorted(VOCABULARY[name].items()):
            choices = f" ({', '.join(spec.choices)})" if spec.choices else ""
            if format_ == "markdown":
                click.echo(f"| `{fact}` | {spec.type} | {spec.doc}{choices} |")
            else:
                click.echo(f"  {fact:<32} {spec.type:<9} {spec.doc}{choices}")
        for fact, spec in sorted(FUNCTIONS[name].items()):
            line = (
                f"| `{fact}(…)` | {spec.type} | {spec.doc} |"
                if format_ == "markdown"
                else f"  {fact + '(…)':<32} {spec.type:<9} {spec.doc}"
            )
            click.echo(line)
        click.echo("")
