"""pgtemp - a PostgreSQL of our own for a test run: temporary folder, Unix socket only, stopped by process id."""
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import time


class TempPostgres:
    def __init__(self):
        found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
        if not found:
            raise RuntimeError("PostgreSQL server programs are not installed")
        self.bin = found[-1]
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="ezhen-pg-"))
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if self.user:
            os.chown(self.root, self.user.pw_uid, self.user.pw_gid)
        self.process = None

    def _as_postgres(self):
        """PostgreSQL refuses to run as root."""
        if not self.user:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def start(self):
        data = self.root / "data"
        subprocess.run([self.bin / "initdb", "-D", data, "-A", "trust", "-U", "ezhen", "-E", "UTF8", "--locale=C.UTF-8"],
                       check=True, stdout=subprocess.DEVNULL, cwd=self.root, **self._as_postgres())
        log = open(self.root / "log", "wb")
        self.process = subprocess.Popen(
            [self.bin / "postgres", "-D", data, "-k", self.root, "-c", "listen_addresses=", "-c", "fsync=off",
             "-c", "max_connections=300", "-c", "synchronous_commit=on"],
            stdout=log, stderr=log, cwd=self.root, **self._as_postgres())
        for _ in range(300):
            ready = subprocess.run([self.bin / "pg_isready", "-q", "-h", self.root, "-U", "ezhen"], check=False)
            if ready.returncode == 0:
                return f"postgres:///postgres?host={self.root}&user=ezhen"
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError("PostgreSQL did not start: " + (self.root / "log").read_text()[-2000:])

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.root, ignore_errors=True)
