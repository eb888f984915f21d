# Grokcord in a container: no secrets inside, everything it keeps in /data. docs/running.md tells how it is run.
FROM python:3.11-slim-bookworm AS build

# media: fits pictures and clips into upload limits. run: without that, and 120 MB smaller.
ARG REQUIREMENTS=media
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/grokcord
COPY requirements/ requirements/
RUN /opt/grokcord/bin/python -m pip install --require-hashes -r "requirements/${REQUIREMENTS}.txt"
COPY pyproject.toml README.md ./
COPY bot/ bot/
COPY cogs/ cogs/
COPY sandbox/ sandbox/
RUN /opt/grokcord/bin/python -m pip install --no-build-isolation --no-deps .

FROM python:3.11-slim-bookworm

RUN groupadd --gid 10001 grokcord \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin grokcord \
    && install -d -o grokcord -g grokcord -m 0700 /data
COPY --from=build /opt/grokcord /opt/grokcord
ENV PATH=/opt/grokcord/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATABASE_URL=sqlite:////data/grokcord.db \
    MEDIA_DIR=/data/media \
    METRICS_HOST=0.0.0.0 \
    METRICS_PORT=9464 \
    LOG_FORMAT=json
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 9464
# The bot handles it itself, as process 1 too.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "bot.metrics.probe"]
ENTRYPOINT ["grokcord"]
CMD ["run"]
