"""A certificate that nobody trusts."""

from __future__ import annotations

import subprocess
from pathlib import Path


def self_signed(folder: Path) -> Path:
    """A PEM file with a fresh key and its own certificate for 127.0.0.1."""
    file = folder / "self-signed.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-days", "1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command = ["openssl", "req", "-x509", *key, *subject, "-keyout", str(file), "-out", str(folder / "c.pem")]
    subprocess.run(command, check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + (folder / "c.pem").read_bytes())
    return file
