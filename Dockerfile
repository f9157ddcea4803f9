# One image for edge, origin, worker and migrations; docker-compose.yml says what each container
# runs. It holds no secret and starts nothing by itself: every part needs its own permissions.
FROM denoland/deno:2.9.6

WORKDIR /app

COPY deno.json deno.lock ./
COPY shared/ shared/
COPY edge/ edge/
COPY origin/ origin/
COPY lua/ lua/
COPY sql/ sql/
COPY static/ static/
# Fetches just the packages that the four programs need, so that nothing is fetched when one starts.
RUN ["deno", "cache", "--frozen", "edge/main.ts", "origin/main.ts", "origin/worker/main.ts", "origin/migrate/main.ts", "shared/tools/healthcheck.ts"]

# The image's own unprivileged user; nothing in the image is writable for it, and nothing has to be.
USER deno

CMD ["deno", "--version"]
