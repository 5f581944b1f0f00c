"""The audit log: one JSON line for each call that changes how the swarm is run, and for each call that was refused."""

import json
import logging
import os
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

AUDIT_FILE = "audit.log"
MOST_BYTES = 8 * 1024 * 1024
KEPT_FILES = 8


class Audit:
    """Appends to RUN/audit.log, readable for its owner only; old files are RUN/audit.log.1 and so on."""

    def __init__(self, run_dir: Path) -> None:
        file = run_dir / AUDIT_FILE
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
        self._handler = RotatingFileHandler(file, maxBytes=MOST_BYTES, backupCount=KEPT_FILES, encoding="utf-8")

    def write(self, event: str, **facts: str) -> None:
        """One line; facts without a value are left out."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event}
        text = json.dumps(line | {key: value for key, value in facts.items() if value}, ensure_ascii=False)
        self._handler.emit(logging.LogRecord("swarm.audit", logging.INFO, "", 0, text, None, None))

    def close(self) -> None:
        """Close the file."""
        self._handler.close()
