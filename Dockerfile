# Tags, not digests: a digest has to be looked up at the registry that you trust. Pin it there:
#   docker buildx imagetools inspect python:3.13-slim-bookworm
ARG PYTHON=python:3.13-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --require-hashes --no-deps --requirement /tmp/requirements.txt
COPY manage.py /opt/vouch/
COPY accounts /opt/vouch/accounts
COPY auditlog /opt/vouch/auditlog
COPY crm /opt/vouch/crm
COPY customers /opt/vouch/customers
COPY deals /opt/vouch/deals
COPY static /opt/vouch/static
COPY templates /opt/vouch/templates
COPY deploy/gunicorn.conf.py /opt/vouch/deploy/gunicorn.conf.py
# Compiled here, since nothing can be written later.
RUN /opt/venv/bin/python -m compileall -q /opt/vouch

FROM ${PYTHON}
# pg_dump and pg_restore, of the server's version, for backups.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 vouch \
    && useradd --uid 10001 --gid vouch --no-create-home --home-dir /var/lib/vouch --shell /usr/sbin/nologin vouch \
    && install -d -o vouch -g vouch -m 0750 /var/lib/vouch /var/backups/vouch
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/vouch /opt/vouch
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/var/lib/vouch
WORKDIR /opt/vouch
USER 10001:10001
VOLUME ["/var/lib/vouch", "/var/backups/vouch"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 CMD ["python", "-m", "crm.ops.probe", "/health/live"]
CMD ["gunicorn", "crm.wsgi", "--config", "deploy/gunicorn.conf.py", "--bind", "0.0.0.0:8000"]
