# Piaoda 票达 without a database: give it PIAODA_DATABASE_URL. See docs/how-to/run.md.
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN python -m venv /opt/piaoda \
 && /opt/piaoda/bin/pip install --require-hashes -r requirements/runtime.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY app app
RUN /opt/build/bin/hatchling build -t wheel -d /dist \
 && /opt/piaoda/bin/pip install --no-deps --no-index /dist/*.whl

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="piaoda" org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin piaoda
COPY --from=build /opt/piaoda /opt/piaoda
ENV PATH=/opt/piaoda/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIAODA_HOST=0.0.0.0 \
    PIAODA_PORT=8000
# piaoda.yaml is looked for here; nothing is ever written, so the root file system may be read-only.
WORKDIR /etc/piaoda
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PIAODA_PORT'] + '/livez', timeout=4)"]
CMD ["piaoda", "serve"]
