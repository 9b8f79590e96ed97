# The container images, one target for each service: docker build --target proxy|ingest|probe .

FROM node:24-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /app

# The manifests of all workspaces, without sources: a change of sources leaves the packages in the cache.
FROM base AS manifests
ENV npm_config_omit=dev npm_config_ignore_scripts=true npm_config_audit=false npm_config_fund=false \
  npm_config_cache=/tmp/npm
COPY package.json package-lock.json ./
COPY shared/package.json shared/
COPY proxy/package.json proxy/
COPY services/camera/package.json services/camera/
COPY services/ingest/package.json services/ingest/
COPY services/probe/package.json services/probe/
COPY services/standalone/package.json services/standalone/
COPY services/ui/package.json services/ui/
COPY e2e/package.json e2e/

# Each image has the packages of its own workspace only.
FROM manifests AS proxy-packages
RUN npm ci -w shared -w proxy

FROM manifests AS ingest-packages
RUN npm ci -w shared -w services/ingest -w services/ui

FROM manifests AS probe-packages
RUN npm ci -w shared -w services/probe

# A small static ffprobe from Debian's source package starts in 4 ms instead of 75. Where its sources cannot be
# downloaded, the folder stays empty and Debian's own ffprobe takes its place.
# FFPROBE_BUILD=distribution saves the two or three minutes that the build takes.
FROM node:24-bookworm-slim AS ffprobe
ARG FFPROBE_BUILD=static
COPY services/probe/build-ffprobe.sh ./
RUN mkdir /built && if [ "$FFPROBE_BUILD" = static ]; then \
    apt-get update -q \
    && apt-get install -y -q --no-install-recommends dpkg-dev gcc make nasm libc6-dev libaom-dev pkg-config \
    && sh build-ffprobe.sh /built/ffprobe; \
  fi || echo 'ffprobe was not built; taking the packaged one'

FROM base AS proxy
# A new volume takes its owner from this directory.
RUN install -d -o node -g node -m 0700 /handover
COPY --from=proxy-packages /app/node_modules node_modules
COPY shared shared
COPY proxy proxy
USER node
WORKDIR /app/proxy
EXPOSE 1234
CMD ["node", "--env-file=node.env", "src/main.ts"]

FROM base AS ingest
# New volumes take their owners and modes from these directories. The probe worker's user is of the group, which reads
# uploads and nothing else; ingest keeps it so (FILE_UMASK).
RUN install -d -o node -g node -m 0700 /handover \
  && install -d -o node -g node -m 0710 /data \
  && install -d -o node -g node -m 0700 /data/certs
ENV FILE_UMASK=027
COPY --from=ingest-packages /app/node_modules node_modules
COPY shared shared
COPY services/ingest services/ingest
COPY services/ui services/ui
USER node
WORKDIR /app/services/ingest
EXPOSE 8081
CMD ["node", "--env-file=node.env", "src/main.ts"]

FROM base AS probe
COPY --from=ffprobe /built/ /usr/local/bin/
# tini reaps the processes that a killed sandbox leaves behind.
RUN apt-get update -q \
  && apt-get install -y -q --no-install-recommends bubblewrap tini \
    $([ -x /usr/local/bin/ffprobe ] || echo ffmpeg) \
  && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log
# Another user than ingest's, so that of what ingest writes it reads the uploads only, as one of the group.
RUN useradd --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin --uid 1001 --gid node probe \
  && install -d -o node -g node -m 0710 /data
# A container in which ffprobe finds no sandbox does not start.
ENV PROBE_SANDBOX=required
COPY --from=probe-packages /app/node_modules node_modules
COPY shared shared
COPY services/probe services/probe
USER probe
WORKDIR /app/services/probe
ENTRYPOINT ["tini", "--"]
CMD ["node", "--env-file=node.env", "src/main.ts"]
