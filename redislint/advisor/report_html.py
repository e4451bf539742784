"""The comparison as one self-contained page: no script, no font, no address of anything else."""

from __future__ import annotations

from html import escape

from redislint.advisor import charts
from redislint.advisor.compare import Comparison
from redislint.advisor.existing import Today
from redislint.advisor.reasons import reasons
from redislint.advisor.report_text import today_lines, workload_line
from redislint.advisor.tables import HEADER, cells, chosen_rows, loss
from redislint.advisor.units import duration, size

STYLE = """
:root { color-scheme: light; --ink: #1c2430; --soft: #5b6675; --line: #dde2e9; --good: #0b7a4b;
  --bad: #b3432f; --paper: #ffffff; --back: #f4f6f9; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
h1 { font-size: 1.15rem; font-weight: 600; color: var(--soft); margin: 0; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .7rem; }
.choice { font-size: 1.9rem; font-weight: 700; margin: .1rem 0; overflow-wrap: anywhere; }
.choice.none { color: var(--bad); }
.soft { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .8rem;
  margin: 1.3rem 0; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
  padding: .7rem .9rem; }
.card b { display: block; font-size: 1.25rem; white-space: nowrap; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
  padding: .8rem; }
figure:first-child { grid-column: 1 / -1; }
figure svg { width: 100%; height: auto; display: block; }
.wide { overflow-x: auto; background: var(--paper); border: 1px solid var(--line);
  border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums;
  font-size: .88rem; }
th, td { padding: .42rem .55rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
th { color: var(--soft); font-weight: 600; }
tr:last-child td { border-bottom: 0; }
tr.best td { background: #e7f4ed; font-weight: 600; }
tr.broken td { color: var(--soft); }
td small { display: block; color: var(--bad); font-weight: 400; white-space: normal; }
td:first-child { white-space: normal; min-width: 18rem; }
pre { background: #1c2430; color: #e8edf4; border-radius: 8px; padding: 1rem; overflow-x: auto;
  font: 13px/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
li { margin: .3rem 0; }
@media (max-width: 40rem) { td:first-child { min-width: 9rem; } }
@media print { body { background: #fff; } }
"""


def render(c: Comparison, today: Today | None = None) -> str:
    """The page as text. Raises AdvisorError where matplotlib is not installed."""
    plots = [charts.loss_against_cost(c), charts.memory_over_time(c)]
    if not c.work.disk.absent:
        plots.append(charts.restart_against_size(c))
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(_title(c))}</title><style>{STYLE}</style></head><body><main>",
        *_head(c),
        *_today(today),
        "<h2>The trade-off</h2>",
        '<div class="plots">' + "".join(f"<figure>{svg}</figure>" for svg in plots) + "</div>",
        "<h2>All ways to write to disk</h2>",
        *_table(c),
        "<h2>Why</h2>",
        "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in reasons(c)) + "</ul>",
        *_conf(c),
        *_assumed(c),
        "</main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _title(c: Comparison) -> str:
    return f"Persistence advice: {c.recommended.plan.name if c.recommended else 'no plan fits'}"


def _head(c: Comparison) -> list[str]:
    lines = ["<h1>Persistence advice</h1>"]
    best = c.recommended
    if best is None:
        lines.append('<p class="choice none">no plan keeps all wishes</p>')
    else:
        lines.append(f'<p class="choice">{escape(best.plan.name)}</p>')
        lines.append(f"<p>{escape(best.plan.summary)}</p>")
    lines.append(f'<p class="soft">{escape(workload_line(c.work))}</p>')
    if best is not None:
        facts = (
            ("lost by kill -9", loss(best.loss.process_crash)),
            ("lost by a power cut", loss(best.loss.power_loss)),
            ("lost with the disk", loss(best.loss.disk_loss)),
            ("lost by a failover", loss(best.loss.failover)),
            ("restart", duration(best.restart_s) if best.plan.settings.writes_disk else "empty"),
            ("memory peak", size(best.memory_peak)),
        )
        cards = "".join(
            f'<div class="card"><span class="soft">{escape(name)}</span><b>{_cell(text)}</b></div>'
            for name, text in facts
        )
        lines.append(f'<div class="cards">{cards}</div>')
    return lines


def _cell(text: str) -> str:
    return escape(text.replace("<= ", "≤ "))


def _today(today: Today | None) -> list[str]:
    if today is None:
        return []
    items = "".join(f"<li>{escape(line)}</li>" for line in today_lines(today))
    return [f"<h2>Today: {escape(today.source)}</h2>", f"<ul>{items}</ul>"]


def _table(c: Comparison) -> list[str]:
    head = "".join(f"<th>{escape(name)}</th>" for name in HEADER)
    lines = [f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>']
    for p in chosen_rows(c):
        kind = "best" if p is c.recommended else "" if p.feasible else "broken"
        first, *rest = cells(p)
        breaks = "".join(f"<small>{escape(b)}</small>" for b in p.breaks)
        lines.append(
            f'<tr class="{kind}"><td>{escape(first)}{breaks}</td>'
            + "".join(f"<td>{_cell(cell)}</td>" for cell in rest)
            + "</tr>"
        )
    lines.append("</tbody></table></div>")
    lines.append(
        '<p class="soft">Loss windows are upper bounds of acknowledged writes; "all" means'
        " everything. Restart is the longest, right before a rewrite.</p>"
    )
    return lines


def _conf(c: Comparison) -> list[str]:
    if c.recommended is None:
        return []
    return ["<h2>redis.conf</h2>", f"<pre>{escape(c.recommended.conf)}</pre>"]


def _assumed(c: Comparison) -> list[str]:
    notes = list(c.work.assumed)
    if not c.machine.measured:
        notes.append("speeds of an average machine: redislint advise --calibrate measures this one")
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return ["<h2>Assumed</h2>", f"<ul>{items}</ul>"]
