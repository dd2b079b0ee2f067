# Piaoda 票达 without a database: give it PIAODA_DATABASE_URL. See docs/how-to/run.md.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm
# The same Python with `strip`: nothing of this image but /opt/piaoda gets into ours.
ARG BUILD_IMAGE=python:3.13-bookworm
# otel: with what records traces, docs/how-to/tracing.md. It is the name of a lock file; without it, runtime.txt.
ARG EXTRAS=""

FROM ${BUILD_IMAGE} AS build
ARG EXTRAS
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements/runtime.txt requirements/otel.txt requirements/build.txt requirements/
RUN python -m venv --without-pip /opt/piaoda \
 && python -m pip --python /opt/piaoda/bin/python install --no-compile --require-hashes \
    -r "requirements/${EXTRAS:-runtime}.txt" \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
RUN /opt/build/bin/hatchling build -t wheel -d /dist \
 && python -m pip --python /opt/piaoda/bin/python install --no-compile --no-deps --no-index /dist/*.whl
# What only a debugger, a compiler (cffi of another kind than cryptography's), a type checker, somebody else's tests or
# a highlighter of foreign code would read, and time zones that the base has: half of it all.
RUN find /opt/piaoda -name '*.so' -exec strip --strip-unneeded {} + \
 && find /opt/piaoda \( -name '*.p[xy][xdi]' -o -name '*.[ch]' -o -name '*.[ch]pp' -o -name '*.cyclonedx.json' \) -delete \
 && find /opt/piaoda -path '*/pygments/lexers/*' ! -name __init__.py ! -name _mapping.py -delete \
 && find /opt/piaoda -depth -type d \( -name tests -o -name testing -o -name tzdata -o -name cffi -o -name pycparser \) -exec rm -r {} +

FROM ${PYTHON_IMAGE}
ARG EXTRAS
ARG VERSION=unversioned
ARG REVISION=unknown
LABEL org.opencontainers.image.title="piaoda" \
      org.opencontainers.image.description="Watches each Chinese invoice until the tax administration's system has it" \
      org.opencontainers.image.vendor="Piaoda" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/piaoda /opt/piaoda
ENV PATH=/opt/piaoda/bin:$PATH
# Nobody installs anything here. What a start loads is compiled now: nothing can be written then.
RUN useradd --uid 10001 --user-group --no-create-home --no-log-init --shell /usr/sbin/nologin piaoda \
 && rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/ensurepip /usr/local/lib/python3*/site-packages/* \
 && python -m compileall -q /opt/piaoda/lib/python3*/site-packages/app/store/migrations \
 && piaoda serve --help > /dev/null \
 && python -c "import app.cli.main, app.simulator.app, app.store.tables, importlib.metadata._adapters, pydantic.v1, \
    uvicorn.lifespan.off, uvicorn.protocols.http.auto, uvicorn.protocols.websockets.auto, uvloop \
    ${EXTRAS:+, app.observability.otel, opentelemetry.exporter.otlp.proto.http.trace_exporter}"
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIAODA_HOST=0.0.0.0 \
    PIAODA_PORT=8000
# piaoda.yaml is looked for here; nothing is ever written, so the root file system may be read-only.
WORKDIR /etc/piaoda
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# By the shell: a Python of its own every ten seconds would cost more than the idle service.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PIAODA_PORT && printf 'GET /livez HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 4 _ status _ <&3 && [ \"$status\" = 200 ]"]
CMD ["piaoda", "serve"]
