"""`redislint advise` as users and scripts meet it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from redislint import verify
from tests.advisor.conftest import contract_words

Run = Callable[..., Result]


def test_the_contract(run_advise: Run) -> None:
    result = run_advise(*contract_words(), "--format", "json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    names = [plan["name"] for plan in document["plans"]]
    assert document["recommended"] in names
    assert document["reasons"]
    for plan in document["plans"]:
        assert {
            "name", "feasible", "breaks", "loss_s", "restart_s", "memory_peak_bytes", "disk_bytes",
            "write_amplification", "conf",
        } <= set(plan)  # fmt: skip
        assert {"process_crash", "power_loss", "disk_loss", "failover"} <= set(plan["loss_s"])
        assert plan["feasible"] is (not plan["breaks"])
    best = next(plan for plan in document["plans"] if plan["name"] == document["recommended"])
    assert best["feasible"]


def test_null_means_everything(run_advise: Run) -> None:
    document = json.loads(run_advise(*contract_words(), "--format", "json").stdout)
    none = next(plan for plan in document["plans"] if plan["name"] == "none")
    assert none["loss_s"]["process_crash"] is None


def test_every_number_in_the_text_has_its_unit(run_advise: Run) -> None:
    text = run_advise(*contract_words()).stdout
    table = text[text.index("  plan ") : text.index("> recommended   x")]
    for cell in re.findall(r"\s{2,}((?:<= )?[\d.]+[^\s]*(?: \S+)?)(?=\s{2,}|\n)", table):
        assert re.search(r"(s|ms|µs|min|h|GB|MB|kB|B)$|^x[\d.]+", cell), cell


def test_the_block_alone_is_accepted_by_verify(run_advise: Run) -> None:
    result = run_advise(*contract_words(), "--format", "conf", "--server", "valkey-8")
    assert result.exit_code == 0
    assert verify(result.stdout.encode(), "valkey-8.1").accepted


def test_another_plan_can_be_had_by_name(run_advise: Run) -> None:
    result = run_advise(*contract_words(), "--format", "conf", "--plan", "aof-always+replica")
    assert "appendfsync always\n" in result.stdout
    result = run_advise(*contract_words(), "--format", "conf", "--plan", "prayer")
    assert result.exit_code == 2
    assert "--plan 'prayer' is no plan" in result.stderr


def test_markdown_holds_the_table_and_the_block(run_advise: Run) -> None:
    text = run_advise(*contract_words(), "--format", "markdown").stdout
    assert "| **→** | `aof-everysec+replica` | 0 s |" in text
    assert "\nappendfsync everysec\n" in text


def test_html_is_one_self_contained_page(run_advise: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the plots need matplotlib")
    result = run_advise(*contract_words(), "--format", "html", "--output", "page.html")
    assert result.exit_code == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3
    assert "<script" not in page
    addresses = set(re.findall(r'(?:src|href)="([^"#][^"]*)"', page))
    assert addresses == set()
    assert not re.search(r"url\((?!#)", page)
    ids = re.findall(r' id="([^"]+)"', page)
    clips = [name for name in ids if re.fullmatch(r"[a-z]?[0-9a-f]{8,}", name)]
    assert len(clips) == len(set(clips))


def test_the_page_is_the_same_each_time(run_advise: Run) -> None:
    pytest.importorskip("matplotlib", reason="the plots need matplotlib")
    one = run_advise(*contract_words(), "--format", "html").stdout
    assert one == run_advise(*contract_words(), "--format", "html").stdout


def test_the_workload_may_stand_in_redislint_toml(run_advise: Run, tmp_path: Path) -> None:
    (tmp_path / "redislint.toml").write_text(
        '[workload]\ndata-size = "2gb"\nworkload = "session"\nreplicas = 1\n', encoding="utf-8"
    )
    document = json.loads(run_advise("--format", "json").stdout)
    assert document["workload"]["data_bytes"] == 2 * 2**30
    assert document["workload"]["purpose"] == "session"


def test_options_go_over_the_table(run_advise: Run, tmp_path: Path) -> None:
    (tmp_path / "redislint.toml").write_text('[workload]\ndata-size = "2gb"\n', encoding="utf-8")
    document = json.loads(run_advise("--data-size", "1gb", "--format", "json").stdout)
    assert document["workload"]["data_bytes"] == 2**30


def test_a_misspelt_key_of_the_table_is_named(run_advise: Run, tmp_path: Path) -> None:
    (tmp_path / "redislint.toml").write_text("[workload]\nrepliccas = 1\n", encoding="utf-8")
    result = run_advise("--data-size", "1gb")
    assert result.exit_code == 2
    assert "unknown key 'repliccas': did you mean 'replicas'?" in result.stderr


def test_a_key_with_underscores_is_named_before_anything_is_missing(
    run_advise: Run, tmp_path: Path
) -> None:
    (tmp_path / "redislint.toml").write_text('[workload]\ndata_size = "1gb"\n', encoding="utf-8")
    assert "did you mean 'data-size'?" in run_advise().stderr


def test_the_table_may_come_from_windows(run_advise: Run, tmp_path: Path) -> None:
    text = '\ufeff[workload]\r\ndata-size = "2gb"\r\n'
    (tmp_path / "redislint.toml").write_bytes(text.encode())
    assert json.loads(run_advise("--format", "json").stdout)["workload"]["data_bytes"] == 2**31


def test_a_plan_that_breaks_a_limit_says_which_in_its_row(run_advise: Run) -> None:
    lines = run_advise(*contract_words(), "--all").stdout.splitlines()
    row = {line.split()[1]: line for line in lines if line.startswith("x ")}
    assert row["aof-everysec-plain+replica"].endswith("  rto")
    assert row["aof-no"].endswith("  rpo")
    assert row["none"].endswith("  rpo")


def test_what_the_eviction_policy_says_of_the_use_is_told(run_advise: Run, tmp_path: Path) -> None:
    conf = tmp_path / "redis.conf"
    conf.write_text("maxmemory 1gb\nmaxmemory-policy allkeys-lru\n", encoding="utf-8")
    text = run_advise(str(conf)).stdout
    assert "a cache: maxmemory-policy allkeys-lru may evict any key (--workload)" in text
    assert "keeps all wishes" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--data-size is missing"),
        (["--data-size", "1gb", "--rpo", "0s", "--disk", "none"], "--rpo 0s and --disk none"),
        (["--data-size", "8"], "--data-size 8 has no unit"),
        (["missing.conf"], "missing.conf: "),
        (["."], ".: is a folder, not a file"),
        (["--from", "redis://localhost:1"], "redis://localhost:1: cannot be read: "),
        (["--from", "http://localhost"], "'http://' is no address of Redis"),
        (["x.conf", "--from", "redis://localhost"], "--from and a file exclude each other"),
    ],
)
def test_bad_input_ends_with_one_line_and_status_2(
    run_advise: Run, words: list[str], message: str
) -> None:
    result = run_advise(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_status_1_where_no_plan_keeps_all_wishes(run_advise: Run) -> None:
    result = run_advise("--data-size", "100gb", "--rto", "1s", "--workload", "queue")
    assert result.exit_code == 1
    assert "no plan keeps all wishes" in result.stdout


def test_a_narrow_terminal_gets_fewer_columns_and_wrapped_sentences() -> None:
    from redislint.advisor.compare import compare
    from redislint.advisor.report_text import render
    from redislint.advisor.workload import build

    text = render(compare(build({"data-size": "1gb", "workload": "queue"})), width=80)
    because = text[text.index("because") : text.index("redis.conf")]
    assert max(len(line) for line in because.splitlines()) <= 80
    table = text[text.index("  plan ") : text.index("> recommended   x")]
    assert max(len(line) for line in table.splitlines()) <= 82
    assert "the terminal is too narrow for writes, disk" in text


def test_a_comment_of_the_file_says_what_the_data_is(run_advise: Run, tmp_path: Path) -> None:
    conf = tmp_path / "redis.conf"
    conf.write_text("maxmemory 1gb\n# redislint: purpose=queue\n", encoding="utf-8")
    text = run_advise(str(conf)).stdout
    assert text.startswith("a queue: ")
    assert "the data: queue, as a comment of the file says (--workload)" in text
    assert run_advise(str(conf), "--workload", "cache").stdout.startswith("a cache: ")
