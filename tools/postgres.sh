#!/usr/bin/env bash
# postgres.sh COMMAND...: runs COMMAND with RESNET_VIZ_TEST_POSTGRES naming a throw-away
# database server, which is gone afterwards. A server named beforehand is taken as it is,
# and without PostgreSQL's programs the command runs without one.
set -euo pipefail

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1 || true)
if [[ -z $bin ]] && command -v initdb >/dev/null; then
    bin=$(dirname "$(command -v initdb)")
fi
if [[ -n ${RESNET_VIZ_TEST_POSTGRES:-} || -z $bin ]]; then
    exec "$@"
fi

# The server refuses to run as root; Debian's package brings a user for it.
as_server=()
[[ $EUID == 0 ]] && as_server=(runuser -u postgres --)

folder=$(mktemp -d)
[[ $EUID == 0 ]] && chown postgres "$folder"
port=$("${PYTHON:-python3}" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
stop() {
    "${as_server[@]}" "$bin/pg_ctl" --pgdata="$folder/data" --mode=immediate --silent stop || true
    rm -rf "$folder"
}
trap stop EXIT
cd_safe() { (cd "$folder" && "$@"); }

cd_safe "${as_server[@]}" "$bin/initdb" --pgdata="$folder/data" --username=test --auth=trust --encoding=UTF8 \
    --no-sync >/dev/null
cd_safe "${as_server[@]}" "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/log" --silent --wait \
    --options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c fsync=off" start
RESNET_VIZ_TEST_POSTGRES="postgresql+psycopg://test@127.0.0.1:$port/postgres" "$@"
