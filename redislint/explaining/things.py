"""What somebody asks about: a rule, a directive, a message, or nothing that is known."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from redislint.explaining.match import find
from redislint.knowledge.messages import Message, by_name, load


@dataclass
class Answer:
    """What is known about a thing.

    `kind` is rule, directive, message or log; `matches` are JSON-ready, the first the best;
    `messages` those of them that are messages; `page` a rule's or directive's text;
    `nearest` names that look like the thing, where nothing matched; `name` says that the thing is
    one word and so was meant as a name; `also` is the text of the directive of the same name.
    """

    kind: str
    matches: list[dict[str, Any]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    page: str = ""
    nearest: list[str] = field(default_factory=list)
    name: bool = False
    also: str = ""


def ask(thing: str) -> Answer:
    """What `thing` is: a rule's name, code or alias; a directive; a message's name or text."""
    thing = thing.strip()
    if re.fullmatch(r"[\w-]+", thing):
        rule = rule_lookup(thing)
        if rule is not None:
            return _with_directive(Answer("rule", [rule["match"]], page=rule["page"]), thing)
    named = by_name(thing)
    if named:
        return _with_directive(Answer("message", [message_match(named)], [named]), thing)
    messages = find(thing)
    if not messages:
        directive = directive_lookup(thing)
        if directive is not None:
            return Answer("directive", [directive["match"]], page=directive["page"])
    answer = Answer("message", [message_match(m) for m in messages], messages)
    if not messages:
        answer.nearest = nearest(thing)
        answer.name = len(thing.split()) == 1
    return answer


def _with_directive(answer: Answer, thing: str) -> Answer:
    """The answer, and with it the directive of that very name where there is one: maxclients."""
    directive = directive_lookup(thing) if len(thing.split()) == 1 else None
    if directive is not None:
        answer.matches.append(directive["match"])
        answer.also = directive["page"]
    return answer


def message_match(message: Message) -> dict[str, Any]:
    """A message as JSON shows it."""
    return {
        "name": message.name,
        "by": message.by,
        "meaning": message.meaning,
        "causes": [
            {"cause": c.text, "tell": c.tell, "rules": list(c.rules)} for c in message.causes
        ],
        "ask": message.ask,
        "now": message.now,
        "good": message.good,
        "rules": list(message.rules),
    }


def rule_lookup(thing: str) -> dict[str, Any] | None:
    """The rule of a name, code or alias: what JSON shows of it, and its page."""
    from redislint.rules.book import load_book
    from redislint.rules.errors import PageError

    try:
        rule = load_book().find(thing)
    except PageError:
        return None
    if rule is None:
        return None
    match = {
        "name": rule.name,
        "code": rule.code,
        "severity": rule.severity,
        "confidence": rule.confidence,
        "summary": rule.summary,
        "aliases": list(rule.aliases),
    }
    return {"match": match, "page": rule.page_text()}


def directive_lookup(thing: str) -> dict[str, Any] | None:
    """The directive whose name is the first word of `thing`, if `thing` is a line of a file."""
    words = thing.split()
    if not words or len(words) > 12 or "\n" in thing:
        return None
    from redislint.explaining.directive import describe

    return describe(words[0].lower())


def nearest(thing: str) -> list[str]:
    """Up to three names of messages, rules or directives that look like `thing`."""
    lower = thing.lower()
    if re.fullmatch(r"rl\d{1,5}", lower):
        return _nearest_codes(int(lower[2:]))
    if re.fullmatch(r"[\w -]{2,40}", thing):
        names = _names()
        close = get_close_matches(lower, list(names), n=3, cutoff=0.7)
        if close:
            return [names[name] for name in close]
    words = set(re.findall(r"[a-z]{4,}", lower)) - _COMMON
    scored = []
    for message in load():
        mine = _words(message)
        shared = len(words & mine)
        if shared >= 2 or (shared and len(words) <= 3):
            closeness = max(
                SequenceMatcher(None, lower[:200], anchor).ratio() for anchor in message.anchors
            )
            scored.append((shared + closeness, message.name))
    return [name for _, name in sorted(scored, reverse=True)[:3]]


def _nearest_codes(number: int) -> list[str]:
    """The three rules whose codes are nearest to a code that no rule has."""
    from redislint.rules.book import load_book
    from redislint.rules.errors import PageError

    with suppress(PageError):
        rules = [r for r in load_book().rules.values() if re.fullmatch(r"RL\d+", r.code)]
        rules.sort(key=lambda rule: (abs(int(rule.code[2:]) - number), rule.code))
        return [rule.code for rule in rules[:3]]
    return []


_COMMON = frozenset(
    "with that this from error exception failed cannot could connect connection server line file"
    " have been while after java python nested unable redis".split()
)


def _words(message: Message) -> set[str]:
    text = " ".join((message.name, *message.anchors, *message.patterns, *message.weak)).lower()
    return set(re.findall(r"[a-z]{4,}", text)) - _COMMON


def _names() -> dict[str, str]:
    from redislint.knowledge.directives import all_names
    from redislint.rules.book import load_book
    from redislint.rules.errors import PageError

    names = {name: name for name in all_names()}
    with suppress(PageError):
        names.update({name: name for name in load_book().rules})
    names.update({message.name.lower(): message.name for message in load()})
    return names
