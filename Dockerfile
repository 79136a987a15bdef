# An image with nothing in it but a static binary: no shell, no package, no root.
#
#   docker run --rm --user "$(id -u)" -v "$PWD:/repo:ro" IMAGE validate
#
# Git refuses a repository of another user, hence `--user`. A store has to be mounted where that user may write; remote
# repositories need the `git` program, which is not in the image: mount a clone.
FROM scratch
ARG TARGETARCH
COPY ${TARGETARCH}/charter /usr/bin/charter
USER 65532:65532
WORKDIR /repo
ENTRYPOINT ["/usr/bin/charter"]
