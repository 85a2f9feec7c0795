"""A PostgreSQL of a benchmark, on a free port of loopback."""

import os
import pwd
import subprocess

from processes import Missing, free_port, start, wait_for_port


class Postgres:
    SETTINGS = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "shared_buffers=1GB", "max_wal_size=8GB"]
    # While rows are made; afterwards all is written, and the server starts anew without these.
    HASTE = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal", "max_wal_senders=0",
             "autovacuum=off"]

    def __init__(self, folder, keep):
        root = "/usr/lib/postgresql"
        versions = sorted((int(name) for name in os.listdir(root) if name.isdigit()), reverse=True)
        if not versions:
            raise Missing(f"there is no PostgreSQL under {root}")
        self.binaries = f"{root}/{versions[0]}/bin"
        self.port = free_port()
        self.logs = folder
        self.folder = f"{keep or folder}/postgres"
        self.data = f"{self.folder}/data"
        self.prefix = []
        os.makedirs(self.folder, exist_ok=True)
        if os.getuid() == 0:
            # PostgreSQL refuses to run as root.
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            os.chmod(keep or folder, 0o755)
            self.prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        if not os.path.exists(self.data):
            subprocess.run(self.prefix + [f"{self.binaries}/initdb", "-D", self.data, "-U", "venus", "-A", "trust", "-E",
                                          "UTF8", "--locale=C"], check=True, capture_output=True, cwd=self.folder)
        self.url = f"postgres://venus@127.0.0.1:{self.port}/postgres"
        self.process = None

    def start(self, settings=()):
        self.stop()
        options = [option for setting in [*self.SETTINGS, *settings] for option in ("-c", setting)]
        self.process = start(self.prefix + [f"{self.binaries}/postgres", "-D", self.data, "-p", str(self.port)] + options,
                             self.logs, "postgres")
        wait_for_port(self.port, self.process, 60)

    def forget_pages(self):
        """Puts the database's files out of the page cache; PostgreSQL is stopped."""
        for folder, _, names in os.walk(f"{self.data}/base"):
            for name in names:
                file = os.open(f"{folder}/{name}", os.O_RDONLY)
                try:
                    os.fsync(file)
                    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(file)

    def stop(self):
        if self.process:
            subprocess.run(self.prefix + [f"{self.binaries}/pg_ctl", "-D", self.data, "-m", "fast", "-t", "600", "stop"],
                           capture_output=True, cwd=self.folder)
            self.process.wait()
            self.process = None

    def sql(self, text):
        done = subprocess.run(["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", self.url],
                              input=text, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip()[:2000])
        return [line.split("\t") for line in done.stdout.splitlines()]
