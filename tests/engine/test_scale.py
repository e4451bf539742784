"""A repository of 300 manifests and 20 services takes seconds."""

from __future__ import annotations

import time
from pathlib import Path

from redislint.checking import check
from redislint.config import Config

APP = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: app{n}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: app{n}}}}}
  template:
    metadata: {{labels: {{app: app{n}}}}}
    spec:
      containers:
        - name: redis
          image: redis:6.0
          args: ["/conf/redis.conf"]
          env: [{{name: REDIS_URL, value: "redis://app{other}:6379"}}]
          volumeMounts: [{{name: conf, mountPath: /conf}}]
      volumes: [{{name: conf, configMap: {{name: conf{n}}}}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: conf{n}}}
data:
  redis.conf: |
    maxmemory 1gb
---
apiVersion: v1
kind: Service
metadata: {{name: app{n}}}
spec:
  selector: {{app: app{n}}}
  ports: [{{port: 6379}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: app{n}}}
spec:
  podSelector: {{matchLabels: {{app: app{n}}}}}
  ingress: []
"""
SERVICE = """\
  s{n}:
    image: redis:7.2
    command: redis-server --appendonly yes
    volumes: ["d{n}:/data"]
    environment: {{REDIS_URL: "redis://s{other}:6379"}}
"""


def repository(base: Path) -> None:
    """300 manifests of twenty teams, each with two overlays, and a compose file of 20 services."""
    for team in range(20):
        folder = base / f"team{team}" / "base"
        folder.mkdir(parents=True)
        names = []
        for n in range(team, 300, 20):
            names.append(f"app{n}.yaml")
            (folder / names[-1]).write_text(APP.format(n=n, other=(n * 7) % 300))
        (folder / "kustomization.yaml").write_text(f"resources: [{', '.join(names)}]\n")
        for place in ("east", "west"):
            overlay = base / f"team{team}" / "overlays" / place
            overlay.mkdir(parents=True)
            (overlay / "kustomization.yaml").write_text(
                'resources: [../../base]\nimages: [{name: redis, newTag: "5.0"}]\n'
            )
    services = "".join(SERVICE.format(n=n, other=(n + 1) % 20) for n in range(20))
    (base / "compose.yaml").write_text(f"services:\n{services}")


def test_three_hundred_manifests_and_twenty_services(tmp_path: Path) -> None:
    repository(tmp_path)
    start = time.process_time()
    found = check([str(tmp_path)], Config()).findings
    assert time.process_time() - start < 20
    old = {(f.span.path, f.span.line) for f in found if f.rule.name == "eol-version" and f.span}
    assert len(old) == 40  # each overlay names the old image once


def test_bombs_and_loops_end(tmp_path: Path) -> None:
    anchors = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    files = {
        "kustomization.yaml": f"{anchors}resources: [., r.yaml, kustomization.yaml]\n"
        "patches: *a11\nimages: *a11\nreplicas: [{name: redis, count: *a11}]\n",
        "r.yaml": APP.format(n=1, other=2) + f"---\n{anchors}kind: Redis\napiVersion: x.y/v1\n"
        "metadata: {name: *a11}\nspec: {image: redis:7.2, config: *a11, customConfig: *a11}\n",
        "compose.yaml": f"x-a:\n  {anchors.replace(chr(10), chr(10) + '  ').rstrip()}\n"
        "include: *a11\nservices:\n  redis: {image: redis:7.2, ports: *a11, extends: redis}\n",
        "redis.container": "[Container]\nImage=redis:7.2\n" + "PublishPort=6379\n" * 2000,
        "run.sh": "docker run redis\n" + "docker run -p 6379:6379 " * 3000 + "\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    start = time.process_time()
    report = check([str(tmp_path)], Config())
    assert time.process_time() - start < 10
    assert not [p for p in report.deployment.problems if "reader failed" in p.message]


def test_ten_thousand_lines_of_one_directive_cost_no_more_each_than_a_thousand(
    tmp_path: Path,
) -> None:
    times = []
    for count in (1_000, 10_000):
        path = tmp_path / f"{count}.conf"
        path.write_text("port 6379\nappendonly yes\nmaxmemory 1gb\n" + "save 900 1\n" * count)
        began = time.process_time()
        check([str(path)], Config())
        times.append(time.process_time() - began)
    assert times[1] < 20 * times[0] + 1


def test_many_findings_on_one_long_line_do_not_each_carry_it(tmp_path: Path) -> None:
    import tracemalloc

    one = '{"name": "r%d", "image": "redis:5", "memory": 256, "command": ["redis-server"]}'
    tasks = ", ".join(one % n for n in range(1_000))
    (tmp_path / "task.json").write_text('{"containerDefinitions": [' + tasks + "]}")
    tracemalloc.start()
    report = check([str(tmp_path)], Config())
    marks = {f.fingerprint for f in report.findings}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(marks) == len(report.findings) >= 1_000
    assert peak < 60_000_000
