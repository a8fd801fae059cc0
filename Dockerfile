# syntax=docker/dockerfile:1
# RegLite for a server: `docker build -t reglite .`, then see compose.yaml or deploy/kubernetes.

FROM python:3.13-slim-bookworm AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/reglite
COPY requirements.lock requirements-build.lock ./
RUN /opt/reglite/bin/pip install --require-hashes -r requirements.lock \
 && python -m pip install --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE inventory.example.yaml ./
COPY functions functions
COPY site_templates site_templates
COPY reglite reglite
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/reglite/bin/pip install --no-deps /wheels/*.whl \
 && /opt/reglite/bin/reglite --version

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="RegLite" \
      org.opencontainers.image.description="A light registry UI and API" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --user-group --create-home --home-dir /home/reglite reglite \
 && chmod 755 /home/reglite && mkdir /config && chown reglite:reglite /config
COPY --from=build /opt/reglite /opt/reglite
ENV PATH=/opt/reglite/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/home/reglite \
    REGLITE_HOST=0.0.0.0 \
    REGLITE_PORT=8080
# Mount inventory.yaml into /config and, for Docker's logins, config.json into /home/reglite/.docker.
WORKDIR /config
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['REGLITE_PORT'] + '/api/v1/health', timeout=2)"]
ENTRYPOINT ["reglite"]
CMD ["serve"]
