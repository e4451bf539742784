"""Pages, rules and servers to test with."""

from __future__ import annotations

from redislint.model import load_vocabulary
from redislint.model.server import Server
from redislint.model.setting import Setting
from redislint.rules.book import Rule
from redislint.rules.pages import compile_page, parse_page
from redislint.source import Source

load_vocabulary()

PAGE = """# {name}

```toml
code = "{code}"
on = "{on}"
when = '''{when}'''
severity = "{severity}"
confidence = "high"
message = "{message}"
since = "0.1"
{extra}
```

What happens to whom is said in this sentence.

## Wrong

```redis.conf
appendonly no
```

## Right

```redis.conf
appendonly yes
```
"""


def page_text(
    when: str = "not appendonly",
    name: str = "sample-rule",
    code: str = "TT001",
    on: str = "server",
    severity: str = "warning",
    message: str = "appendonly is {appendonly}",
    extra: str = "",
) -> str:
    """A whole page around a condition."""
    return PAGE.format(
        when=when, name=name, code=code, on=on, severity=severity, message=message, extra=extra
    )


def make_rule(when: str = "not appendonly", **keys: str) -> Rule:
    """A compiled rule around a condition."""
    return Rule(compile_page(parse_page("topic/sample-rule.md", page_text(when, **keys))), "")


def make_server(text: str, path: str = "redis.conf") -> Server:
    """A server with one setting a line, split at blanks."""
    source = Source(path, text)
    settings = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if words and not line.startswith("#"):
            args = tuple(w.strip('"') for w in words[1:])
            settings.append(Setting(words[0], args, source.line_span(number)))
    return Server(path, source.line_span(1), settings)
