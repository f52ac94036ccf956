#!/bin/sh
# Two proxies, a Redis and a load balancer on one machine, without containers:
#   ./start-local.sh FOLDER [PORT]
# The balancer listens on PORT (3000), the proxies on the next two ports, Redis on the one after them. Both proxies have
# a home of their own, as two machines have. Add accounts from a second terminal, with the printed variables.
# Ctrl-C ends all of it; FOLDER keeps the data. QWENCTL may name the command to run. Without nginx there is no balancer.
set -eu
folder=${1:?usage: start-local.sh FOLDER [PORT]}
port=${2:-3000}
qwenctl=${QWENCTL:-qwenctl}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
umask 077
mkdir -p "$folder/redis" "$folder/one" "$folder/two" "$folder/nginx"
folder=$(CDPATH='' cd -- "$folder" && pwd)

# The secrets stay in files, and never appear in the arguments of a process.
for name in redis-password passphrase; do
  [ -s "$folder/$name.txt" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$folder/$name.txt"
done
redis_port=$((port + 3))
cat > "$folder/redis/redis.conf" << END
bind 127.0.0.1
port $redis_port
dir $folder/redis
appendonly yes
appendfsync everysec
requirepass $(cat "$folder/redis-password.txt")
END
cat > "$folder/env" << END
export QWENCTL_STORE_URL=redis://:$(cat "$folder/redis-password.txt")@127.0.0.1:$redis_port/0
export QWENCTL_PASSPHRASE=$(cat "$folder/passphrase.txt")
END
. "$folder/env"

pids=
trap 'trap - EXIT INT TERM; kill $pids 2> /dev/null || true; wait' EXIT
trap 'exit 0' INT TERM

redis-server "$folder/redis/redis.conf" > "$folder/redis/log" &
pids="$pids $!"
until REDISCLI_AUTH=$(cat "$folder/redis-password.txt") redis-cli -p "$redis_port" ping 2> /dev/null | grep -q PONG; do
  sleep 0.1
done

start_proxy() {
  QWENCTL_HOME="$folder/$1" $qwenctl proxy start --host 127.0.0.1 --port "$2" > "$folder/$1.log" 2>&1 &
  pids="$pids $!"
  until curl -fs "http://127.0.0.1:$2/health" > /dev/null; do
    kill -0 $! 2> /dev/null || { cat "$folder/$1.log" >&2; exit 1; }
    sleep 0.1
  done
}
start_proxy one $((port + 1))
start_proxy two $((port + 2))

url=http://127.0.0.1:$((port + 1))
if command -v nginx > /dev/null; then
  # The same configuration as in the containers, with the ports of this machine.
  # The addresses are fixed, so nothing is looked up: older versions of nginx cannot do it.
  sed -e "s|server proxy:3000 resolve\(.*\);|server 127.0.0.1:$((port + 1))\1; server 127.0.0.1:$((port + 2))\1;|" \
    -e '/resolver /d' \
    -e "s|listen 3000|listen 127.0.0.1:$port|" \
    -e "s|^http {|http { client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s; access_log off;|" \
    "$here/nginx.conf" > "$folder/nginx/nginx.conf"
  nginx -p "$folder/nginx/" -c nginx.conf -e stderr -g 'daemon off; pid nginx.pid;' 2> "$folder/nginx/log" &
  pids="$pids $!"
  url=http://127.0.0.1:$port
fi

echo "ready: $url"
echo "in a second terminal: . $folder/env; export QWENCTL_HOME=$folder/one; qwenctl auth add NAME -p PROVIDER"
wait
