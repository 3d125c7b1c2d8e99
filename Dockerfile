# One image for both programs: the API by default, the worker with the command `python worker.py`.
FROM python:3.12-slim-bookworm

# The fonts: western fonts that pages expect, emoji, and one for Chinese, Japanese and Korean.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        chromium-headless-shell fonts-liberation fonts-noto-color-emoji fonts-wqy-zenhei tini \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt

COPY command_line.py logs.py name_resolution.py processes.py search_attribute_setup.py settings.py temporal_client.py worker.py ./
COPY activities/ activities/
COPY api/ api/
COPY domain/ domain/
COPY runtime/ runtime/
COPY spidra_batch/ spidra_batch/
COPY storage/ storage/
COPY workflows/ workflows/

# Run as an ordinary user: Chromium's sandbox does not work for root.
RUN useradd --create-home --uid 1000 spidra && mkdir /data && chown spidra:spidra /data
USER spidra
VOLUME /data

ENV PYTHONUNBUFFERED=1 \
    SPIDRA_API_HOST=0.0.0.0 \
    SPIDRA_BROWSER=/usr/bin/chromium-headless-shell \
    SPIDRA_DATA_DIR=/data
EXPOSE 8080

# tini reaps the processes that a crashed browser leaves behind, and passes signals on.
ENTRYPOINT ["tini", "--"]
CMD ["python", "-m", "api"]
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
