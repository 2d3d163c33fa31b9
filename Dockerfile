# The service as an image: web server by default, the worker and every command by `flask --app wsgi …`.
# Fetches the base image and pinned packages, nothing else. See docs/deploy.md.
ARG PYTHON=3.13-slim-trixie

FROM python:${PYTHON} AS build
WORKDIR /src
COPY requirements.txt ./
RUN python -m venv /service \
 && /service/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE NOTICE wsgi.py ./
COPY app app
COPY migrations migrations
COPY seed_data seed_data
RUN for language in zh ru; do \
      /service/bin/pybabel compile -i "app/translations/$language/LC_MESSAGES/messages.po" \
        -o "app/translations/$language/LC_MESSAGES/messages.mo" || exit 1; \
    done \
 && /service/bin/pip install --no-cache-dir --no-deps .

FROM python:${PYTHON}
# pg_dump and pg_restore, of the same PostgreSQL as in compose.yaml: an older one cannot copy a newer database.
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --no-create-home stations \
 && install -d -o stations -m 0700 /data /backups
COPY --from=build /service /service
ENV PATH=/service/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FLASK_APP=wsgi \
    INSTANCE_PATH=/data \
    BIND=0.0.0.0:8000
USER 10001
WORKDIR /data
VOLUME ["/data", "/backups"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "-c", "python:app.web.serving", "wsgi:app"]
