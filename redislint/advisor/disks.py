"""Kinds of disk: how fast they stream and how long one fsync takes.

Figures of cloud disks are those that the vendor publishes for the smallest provisioned size
(throughput) and classes of latency ("single-digit milliseconds"); worst cases are assumptions for
the tail. `--calibrate` replaces all of them by measurement.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk. `bytes_per_s` is sequential; fsync times are seconds for one small fdatasync."""

    name: str
    bytes_per_s: float
    fsync_s: float
    """A usual one."""
    fsync_worst_s: float
    """One that an operator sees now and then; bounds on loss use this one."""
    network: bool = False
    """A file system over the network: fsync stalls when the network does."""
    source: str = ""

    @property
    def absent(self) -> bool:
        """Whether nothing survives on it (no disk, or memory)."""
        return self.bytes_per_s <= 0


def _disk(name: str, mib: float, usual: float, worst: float, network: bool, source: str) -> Disk:
    return Disk(name, mib * MIB, usual, worst, network, source)


PRESETS: dict[str, Disk] = {
    d.name: d
    for d in (
        _disk("nvme", 1500, 0.0001, 0.005, False, "local NVMe with power-loss protection"),
        _disk("ssd", 450, 0.001, 0.02, False, "SATA SSD"),
        _disk("hdd", 120, 0.015, 0.15, False, "7200 rpm: a rotation is 8 ms"),
        _disk("gp3", 125, 0.002, 0.05, False, "AWS EBS gp3: 125 MiB/s, single-digit ms"),
        _disk("gp2", 128, 0.003, 0.3, False, "AWS EBS gp2: 128 MiB/s, stalls without credits"),
        _disk("io2", 500, 0.0005, 0.01, False, "AWS EBS io2 Block Express: below 1 ms"),
        _disk("st1", 40, 0.02, 0.5, False, "AWS EBS st1: 40 MiB/s per TiB"),
        _disk("pd-ssd", 240, 0.002, 0.05, False, "Google persistent disk, SSD"),
        _disk("pd-balanced", 140, 0.003, 0.08, False, "Google persistent disk, balanced"),
        _disk("premium-ssd", 125, 0.003, 0.08, False, "Azure Premium SSD"),
        _disk("efs", 100, 0.015, 2.5, True, "AWS EFS: 2.7 ms at best, stalls at burst limits"),
        _disk("azure-files", 100, 0.02, 2.5, True, "Azure Files over the network"),
        _disk("nfs", 100, 0.01, 2.5, True, "NFS over the network"),
        Disk("none", 0, 0, 0, False, "no disk: memory, tmpfs, or the container's own layer"),
    )
}
"""By name; `none` is no disk at all."""

ALIASES = {
    "local-nvme": "nvme", "ebs": "gp3", "tmpfs": "none", "memory": "none", "sata": "ssd",
    "azure-premium": "premium-ssd",
}  # fmt: skip
