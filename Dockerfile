# `excerpt serve` in a container: docker build -t excerpt . && docker run -e EXCERPT_SERVER_KEY=... -p 8791:8791 excerpt
# Others than this machine can reach it, so it does not start without the key.
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN pip install --no-cache-dir --require-hashes -r locks/build.txt \
    && pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.11-slim
COPY locks/server.txt /tmp/server.txt
COPY --from=build /wheels /tmp/wheels
RUN pip install --no-cache-dir --no-deps --require-hashes -r /tmp/server.txt \
    && pip install --no-cache-dir --no-deps /tmp/wheels/*.whl \
    && rm -r /tmp/server.txt /tmp/wheels \
    && useradd --create-home --uid 10001 excerpt \
    && install -d -o excerpt -g excerpt -m 700 /data
USER excerpt
VOLUME /data
EXPOSE 8791
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8791/health', timeout=4)"]
ENTRYPOINT ["excerpt", "serve", "--host", "0.0.0.0", "--port", "8791", "--store", "/data/conversations.sqlite"]
