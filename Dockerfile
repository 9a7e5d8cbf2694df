# The image for people who must build on a base of their own; `make image` makes the released one, from scratch, without Docker.
#   docker build -t mooring/mooring:0.1.0 .
#   docker build --build-arg BASE_IMAGE=YOUR/BASE --build-arg REVISION="$(git rev-parse HEAD)" …
# BASE_IMAGE must have glibc 2.28 or newer and its loader at the usual place; no shell is needed (distroless "base" will do).
# BUILD_IMAGE needs bash, util-linux, node 20 or newer and npm, on glibc.
ARG BUILD_IMAGE=node:22-trixie-slim
ARG BASE_IMAGE=debian:trixie-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
# The dependencies change seldom: a layer of their own.
COPY package.json package-lock.json .npmrc ./
COPY ci/setup ci/setup
RUN ci/setup
COPY tsconfig.json ./
COPY ci/build ci/build
COPY agent agent
RUN ci/build && dist/mooring version

FROM ${BASE_IMAGE}
ARG REVISION=""
LABEL org.opencontainers.image.title="mooring" \
      org.opencontainers.image.description="Keeps storage moored to Kubernetes nodes: bind-mounts a claim onto a host path, watches it and heals it." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/mooring-project/mooring" \
      org.opencontainers.image.revision="${REVISION}"
COPY LICENSE /usr/share/doc/mooring/copyright
COPY --from=build /src/dist/mooring /mooring
# By number: a base without /etc/passwd has no names. Mounting needs root.
USER 0:0
WORKDIR /
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["/mooring"]
CMD ["run"]
