"""Build steps of the demo's images: what a Dockerfile of that kind leaves in the history."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a history; ``size_mib`` 0 makes no layer, ``is_base`` is shared by versions."""

    created_by: str
    size_mib: float = 0.0
    is_base: bool = False
    comment: str = "buildkit.dockerfile.v0"
    urls: tuple[str, ...] = ()  # a foreign layer: it is fetched from there

    @property
    def size_bytes(self) -> int:
        """The size of the compressed layer."""
        return int(self.size_mib * _MIB)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a kind of image is built and run; the last step but a few are the application's."""

    title: str
    steps: tuple[Step, ...]
    run: Mapping[str, object]
    packages: tuple[tuple[str, str, str], ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    base: str = "docker.io/library/debian:bookworm-slim"


def _base(created_by: str, size_mib: float = 0.0, comment: str = "") -> Step:
    return Step(created_by, size_mib, is_base=True, comment=comment or "buildkit.dockerfile.v0")


_DEBIAN = (
    _base("# debian.sh --arch 'amd64' out/ 'bookworm' '@1762202650'", 26.9, "debuerreotype 0.16"),
)
_ALPINE = (
    _base("ADD alpine-minirootfs-3.22.2-x86_64.tar.gz / # buildkit", 3.6),
    _base('CMD ["/bin/sh"]'),
)
_DEBIAN_PACKAGES = (
    ("libc6", "2.36-9+deb12u13", "LGPL-2.1-or-later"),
    ("libssl3", "3.0.17-1~deb12u3", "Apache-2.0"),
    ("ca-certificates", "20230311+deb12u1", "MPL-2.0"),
    ("zlib1g", "1:1.2.13.dfsg-1", "Zlib"),
    ("tzdata", "2025b-0+deb12u2", "public-domain"),
    ("bash", "5.2.15-2+b9", "GPL-3.0-or-later"),
    ("coreutils", "9.1-1", "GPL-3.0-or-later"),
)
_ALPINE_PACKAGES = (
    ("musl", "1.2.5-r20", "MIT"),
    ("busybox", "1.37.0-r19", "GPL-2.0-only"),
    ("libssl3", "3.5.4-r0", "Apache-2.0"),
    ("ca-certificates-bundle", "20250911-r0", "MPL-2.0"),
    ("zlib", "1.3.1-r2", "Zlib"),
)

STOREFRONT = Recipe(
    "Storefront",
    (
        *_DEBIAN,
        _base(
            "RUN /bin/sh -c groupadd --gid 1000 node   && useradd --uid 1000 --gid node "
            "--shell /bin/bash --create-home node # buildkit",
            0.004,
        ),
        _base("ENV NODE_VERSION=22.21.1"),
        _base(
            'RUN /bin/sh -c ARCH= OPENSSL_ARCH= && dpkgArch="$(dpkg --print-architecture)"   '
            '&& curl -fsSLO --compressed "https://nodejs.example.com/dist/v$NODE_VERSION/'
            'node-v$NODE_VERSION-linux-$ARCH.tar.xz"   && tar -xJf '
            '"node-v$NODE_VERSION-linux-$ARCH.tar.xz" -C /usr/local --strip-components=1 '
            "--no-same-owner   && node --version   && npm --version # buildkit",
            47.3,
        ),
        _base('ENTRYPOINT ["docker-entrypoint.sh"]'),
        Step("WORKDIR /srv/storefront", 0.0001),
        Step("ENV NODE_ENV=production PORT=3000"),
        Step("COPY package.json package-lock.json ./ # buildkit", 0.19),
        Step("RUN /bin/sh -c npm ci --omit=dev && npm cache clean --force # buildkit", 38.6),
        Step("COPY --chown=node:node dist ./dist # buildkit", 6.4),
        Step("USER node"),
        Step("EXPOSE map[3000/tcp:{}]"),
        Step('HEALTHCHECK &{["CMD" "node" "dist/health.js"] "30s" "3s" "10s" "0s" \'\\x03\'}'),
        Step('CMD ["node" "dist/server.js"]'),
    ),
    {
        "User": "node",
        "ExposedPorts": {"3000/tcp": {}},
        "Env": [
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "NODE_VERSION=22.21.1",
            "NODE_ENV=production",
            "PORT=3000",
        ],
        "Entrypoint": ["docker-entrypoint.sh"],
        "Cmd": ["node", "dist/server.js"],
        "WorkingDir": "/srv/storefront",
        "StopSignal": "SIGTERM",
        "Healthcheck": {
            "Test": ["CMD", "node", "dist/health.js"],
            "Interval": 30_000_000_000,
            "Timeout": 3_000_000_000,
            "StartPeriod": 10_000_000_000,
            "Retries": 3,
        },
    },
    (
        *_DEBIAN_PACKAGES,
        ("node", "22.21.1", "MIT"),
        ("express", "5.1.0", "MIT"),
        ("pino", "9.14.0", "MIT"),
        ("undici", "7.16.0", "MIT"),
        ("zod", "4.1.12", "MIT"),
        ("react", "19.2.0", "MIT"),
        ("react-dom", "19.2.0", "MIT"),
        ("redis", "5.9.0", "MIT"),
        ("semver", "7.7.3", "ISC"),
    ),
    {"org.opencontainers.image.documentation": "https://docs.example.com/storefront"},
    "docker.io/library/node:22-bookworm-slim",
)

PAYMENTS = Recipe(
    "Payments",
    (
        _base("COPY / / # buildkit", 10.2),
        Step("WORKDIR /", 0.0001),
        Step("COPY /out/payments /usr/local/bin/payments # buildkit", 17.8),
        Step("COPY migrations /migrations # buildkit", 0.06),
        Step("USER 65532:65532"),
        Step("EXPOSE map[8443/tcp:{} 9090/tcp:{}]"),
        Step('ENTRYPOINT ["/usr/local/bin/payments"]'),
        Step('CMD ["serve"]'),
    ),
    {
        "User": "65532:65532",
        "ExposedPorts": {"8443/tcp": {}, "9090/tcp": {}},
        "Env": ["PATH=/usr/local/bin:/usr/bin", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],
        "Entrypoint": ["/usr/local/bin/payments"],
        "Cmd": ["serve"],
        "WorkingDir": "/",
    },
    (
        ("base-files", "12.4+deb12u12", "GPL-2.0-only"),
        ("tzdata", "2025b-0+deb12u2", "public-domain"),
        ("stdlib", "go1.25.4", "BSD-3-Clause"),
        ("github.com/jackc/pgx/v5", "v5.7.6", "MIT"),
        ("github.com/prometheus/client_golang", "v1.23.2", "Apache-2.0"),
        ("go.opentelemetry.io/otel", "v1.38.0", "Apache-2.0"),
        ("golang.org/x/crypto", "v0.44.0", "BSD-3-Clause"),
        ("google.golang.org/grpc", "v1.77.0", "Apache-2.0"),
    ),
    {},
    "registry.example.com/base/static:nonroot",
)

BACKUP = Recipe(
    "PostgreSQL backup",
    (
        *_ALPINE,
        Step("LABEL maintainer=platform@example.com", comment=""),
        Step("RUN |1 PG_MAJOR=16 /bin/sh -c apk add --no-cache postgresql16-client restic", 22.7),
        Step("COPY file:3b1f9c0b in /usr/local/bin/backup", 0.003, comment=""),
        Step("VOLUME [/backups]", comment=""),
        Step('ENTRYPOINT ["/usr/local/bin/backup"]', comment=""),
    ),
    {
        "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PG_MAJOR=16"],
        "Entrypoint": ["/usr/local/bin/backup"],
        "Volumes": {"/backups": {}},
    },
    (*_ALPINE_PACKAGES, ("postgresql16-client", "16.11-r0", "PostgreSQL")),
    {"maintainer": "platform@example.com"},
    "docker.io/library/alpine:3.22",
)

INTRANET = Recipe(
    "Intranet",
    (
        *_ALPINE,
        _base("RUN /bin/sh -c apk add --no-cache nginx tzdata", 4.9),
        Step("COPY dir:9d1a3f77 in /usr/share/nginx/html", 12.8, comment=""),
        Step("EXPOSE 80", comment=""),
        Step('CMD ["nginx" "-g" "daemon off;"]', comment=""),
    ),
    {"ExposedPorts": {"80/tcp": {}}, "Cmd": ["nginx", "-g", "daemon off;"]},
    (*_ALPINE_PACKAGES, ("nginx", "1.28.0-r3", "BSD-2-Clause")),
    {},
    "docker.io/library/alpine:3.22",
)

RUNNER = Recipe(
    "CI runner",
    (
        *_DEBIAN,
        _base(
            "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends git "
            "openssh-client jq && rm -rf /var/lib/apt/lists/* # buildkit",
            31.4,
        ),
        Step("COPY /out/runner /usr/bin/runner # buildkit", 24.1),
        Step("VOLUME [/cache]"),
        Step('ENTRYPOINT ["/usr/bin/runner"]'),
    ),
    {"Entrypoint": ["/usr/bin/runner"], "Volumes": {"/cache": {}}, "StopSignal": "SIGQUIT"},
    (*_DEBIAN_PACKAGES, ("git", "1:2.39.5-0+deb12u2", "GPL-2.0-only")),
)

NOTEBOOK = Recipe(
    "GPU notebooks",
    (
        _base("/bin/sh -c #(nop) ADD file:63d5ab3ef0aab308c0e71cb67292c5467f60deafa9b0418c", 28.2),
        _base("ENV NVARCH=x86_64"),
        _base(
            "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends "
            "cuda-cudart-12-8 cuda-compat-12-8 && rm -rf /var/lib/apt/lists/* # buildkit",
            94.6,
        ),
        _base("RUN /bin/sh -c apt-get install -y libcudnn9-cuda-12 # buildkit", 1214.0),
        Step("RUN /bin/sh -c python3 -m venv /opt/venv # buildkit", 5.2),
        Step("COPY requirements.txt /opt/ # buildkit", 0.002),
        Step(
            "RUN /bin/sh -c /opt/venv/bin/pip install -r /opt/requirements.txt # buildkit", 2489.5
        ),
        Step("COPY notebooks /home/jovyan/work # buildkit", 18.3),
        Step("USER 1000"),
        Step("EXPOSE map[8888/tcp:{}]"),
        Step('CMD ["start-notebook.sh"]'),
    ),
    {
        "User": "1000",
        "ExposedPorts": {"8888/tcp": {}},
        "Cmd": ["start-notebook.sh"],
        "WorkingDir": "/home/jovyan",
        "Env": ["NVARCH=x86_64", "PATH=/opt/venv/bin:/usr/bin"],
    },
    base="docker.io/nvidia/cuda:12.8.1-runtime-ubuntu24.04",
)

GATEWAY = Recipe(
    "Sensor gateway",
    (
        *_ALPINE,
        Step("COPY /gateway /gateway # buildkit", 7.7),
        Step("EXPOSE map[1883/tcp:{} 5683/udp:{}]"),
        Step('ENTRYPOINT ["/gateway"]'),
    ),
    {"ExposedPorts": {"1883/tcp": {}, "5683/udp": {}}, "Entrypoint": ["/gateway"]},
    _ALPINE_PACKAGES,
    {
        "org.opencontainers.image.url": "https://gateway.example.com/",
        "org.opencontainers.image.licenses": "Apache-2.0",
        "com.example.note": "<img src=x onerror=\"alert('a label is text')\">",
        "com.example.link": "javascript:alert('not a link')",
    },
    "docker.io/library/alpine:3.22",
)

WINDOWS_AGENT = Recipe(
    "Windows build agent",
    (
        Step(
            "Apply image 10.0.20348.4405",
            1742.0,
            is_base=True,
            comment="",
            urls=("https://layers.example.com/windows/servercore-10.0.20348.4405",),
        ),
        _base("Install update 10.0.20348.4405", 406.0, "created by windows"),
        Step("cmd /S /C #(nop) SHELL [powershell -Command $ErrorActionPreference = 'Stop';]"),
        Step("powershell -Command Install-WindowsFeature NET-Framework-45-Core", 178.5),
        Step("cmd /S /C #(nop) COPY dir:6f0b5c2a in C:\\agent", 92.3),
        Step('cmd /S /C #(nop) ENTRYPOINT ["C:\\\\agent\\\\run.cmd"]'),
    ),
    {"Entrypoint": ["C:\\agent\\run.cmd"], "WorkingDir": "C:\\agent"},
    base="registry.example.com/base/servercore:ltsc2022",
)
