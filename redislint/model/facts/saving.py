"""What the save points of a server mean together."""

from __future__ import annotations

from redislint.model.server import Server
from redislint.model.subject import computed
from redislint.model.value import Origin, Value, default


@computed("server", "quickest-save", "duration", "the shortest save point that a few writes reach")
def quickest_save(server: Server) -> Value:
    """Seconds: the shortest interval among the save points of at most a hundred changes."""
    save = server.get("save")
    if not save.known:
        return Value(None, save.origin, known=False, why=save.why, set=save.set)
    points = save.value if isinstance(save.value, tuple) else ()
    quick = [seconds for seconds, changes in points if changes <= 100]
    if not quick:
        return default(None, "no save point that a few writes reach")
    return Value(float(min(quick)), save.origin, set=save.set)


@computed(
    "server", "dead-save-point", "text", "a save point that never decides: another fires before it"
)
def dead_save_point(server: Server) -> Value:
    """The first point for which another one is due at the same time or earlier, with fewer changes."""
    save = server.get("save")
    if not save.known:
        return Value(None, save.origin, known=False, why=save.why, set=save.set)
    points = save.value if isinstance(save.value, tuple) else ()
    different = list(dict.fromkeys(points))
    least: tuple[int, int] | None = None
    earlier: dict[tuple[int, int], tuple[int, int]] = {}
    for point in sorted(different):
        # Sorted by time: what fires before this one is the least demanding of those behind.
        if least is not None and least[1] <= point[1]:
            earlier[point] = least
        else:
            least = point
    for late in different:
        if late in earlier:
            early = earlier[late]
            text = f"save {late[0]} {late[1]} (save {early[0]} {early[1]} fires before it)"
            return Value(text, save.origin, set=save.set)
    return default(None, "every save point can decide")


@computed("server", "save-emptied", "text", 'save points that a later save "" takes away again')
def save_emptied(server: Server) -> Value:
    """The points written above an empty `save` line, with the place of that line."""
    dropped: list[str] = []
    found = default(None, 'no save "" after a save point')
    place = ""
    for line in server.written("save"):
        if dropped and line.span is not None and line.span.path != place:
            dropped = []  # what another file says is overruled on purpose
        place = line.span.path if line.span is not None else ""
        if [a for a in line.args if a]:
            dropped.append("save " + " ".join(line.args))
            found = default(None, "a save point stands after it")
        elif dropped:
            found = Value(", ".join(dropped), Origin(line.span))
            dropped = []
    return found
