#!/usr/bin/env bash
# Runs one training job on several hosts over ssh and leaves nothing behind on them. See README.md in this folder.

# shellcheck disable=SC2317  # What runs at the end is reached through trap.

set -uo pipefail

usage() {
  cat << 'TEXT'
usage: ssh-cluster.sh [options] HOST...

Runs a training job: a worker on every HOST, the coordinator beside the first. A HOST is what ssh takes; the first one's
name must mean the same machine on all hosts, or --address says how they reach it.

  --job FILE.yaml     the job, as distributed train --job takes it; default: digits with the built-in settings
  --run-dir DIR       where the run goes on this machine when it is over; default runs/ssh- and the time in UTC
  --threads T         threads of each worker; default: one per core
  --address HOST      how the hosts reach the first one; default: its name as given
  --port P            P: control link, P+1: the coordinator's data link, P+2: the workers'; default 7000
  --build DIR         a self-contained build for linux-x64; default: one is made
  --insecure          links in clear; default: certificates are made for this run (needs openssl here)
  --help              this
TEXT
}

say() { echo "ssh-cluster: $*" >&2; }

fail() {
  say "$*"
  exit 2
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
job='' run_directory='' threads='' address='' port=7000 build='' insecure=no hosts=()

while [ $# -gt 0 ]; do
  case $1 in
    --job | --run-dir | --threads | --address | --port | --build)
      [ $# -ge 2 ] || fail "$1 has no value: write one behind it; see ssh-cluster.sh --help"
      case $1 in
        --job) job=$2 ;;
        --run-dir) run_directory=$2 ;;
        --threads) threads=$2 ;;
        --address) address=$2 ;;
        --port) port=$2 ;;
        --build) build=$2 ;;
      esac
      shift ;;
    --insecure) insecure=yes ;;
    --help | -h) usage; exit 0 ;;
    -*) fail "$1 is no option of ssh-cluster.sh: see ssh-cluster.sh --help" ;;
    *) hosts+=("$1") ;;
  esac
  shift
done

[ ${#hosts[@]} -gt 0 ] || fail "no host is given: write at least one, as ssh-cluster.sh alpha beta"
for host in "${hosts[@]}" ${address:+"$address"}; do
  # Nothing in what follows needs quoting on the other side.
  [[ $host =~ ^[A-Za-z0-9_][A-Za-z0-9._@-]*$ ]] || fail "'$host' is no host: write a name, as alpha or user@alpha"
done
[[ $port =~ ^[1-9][0-9]{3,4}$ && $port -ge 1024 && $port -le 65533 ]] ||
  fail "--port $port is out of range: choose 1024 to 65533"
[ -z "$threads" ] || [[ $threads =~ ^[1-9][0-9]{0,3}$ ]] || fail "--threads $threads is no count: choose 1 to 9999"
[ -z "$job" ] || [ -r "$job" ] || fail "--job $job cannot be read: give a YAML file"
[ -z "$build" ] || [ -x "$build/distributed" ] ||
  fail "--build $build holds no program 'distributed': give the folder of a self-contained build"
twice=$(printf '%s\n' "${hosts[@]}" | sort | uniq -d | head -n 1)
[ -z "$twice" ] || fail "$twice is given twice: one worker uses all cores of a host"
first=${hosts[0]}
address=${address:-${first##*@}}
run_directory=${run_directory:-runs/ssh-$(date -u +%Y%m%d-%H%M%S)}
[ ! -e "$run_directory" ] || fail "--run-dir $run_directory is there already: choose a new one"
for tool in ssh tar mkfifo; do
  command -v "$tool" > /dev/null || fail "$tool is not installed on this machine"
done

umask 077
work=$(mktemp -d "${TMPDIR:-/tmp}/ssh-cluster.XXXXXX") || exit 1
mkdir "$work/logs" "$work/staged" "$work/holds"
# The same name on every host, that nobody can guess, for a folder that only its owner can enter.
folder=/tmp/distributed-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
ssh_options=(-o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3
  -o ControlMaster=auto -o "ControlPath=$work/%C" -o ControlPersist=30)
holders=() programs=() watching='' coordinator_status='' kept=''

# on HOST COMMAND...: runs a command there.
on() {
  local host=$1
  shift
  ssh "${ssh_options[@]}" -- "$host" "$*"
}

# hold NAME: makes a pipe and a process that keeps it open, which ends with this script, however this script ends. A
# program whose input it is ends then too (see write_runner). Sets holder.
hold() {
  mkfifo "$work/holds/$1"
  tail -f /dev/null --pid=$$ -s 0.2 > "$work/holds/$1" 2> "$work/logs/holder" &
  holder=$!
}

# start HOST NAME COMMAND...: runs a program there, its output in a log here. Sets program.
start() {
  local host=$1 name=$2
  shift 2
  hold "$name"
  (
    ssh "${ssh_options[@]}" -- "$host" "sh $folder/run.sh $*" < "$work/holds/$name" > "$work/logs/$name" 2>&1
    status=$?
    echo "$status" > "$work/logs/$name.status"
    exit "$status"
  ) &
  program=$!
  holders+=("$holder")
  programs+=("$program")
}

# The first is the coordinator: it ends first, because a checkpoint needs the workers.
stop_programs() {
  local at
  for at in "${!programs[@]}"; do
    kill "${holders[$at]}" 2> /dev/null
    if [ "$at" -eq 0 ]; then
      wait "${programs[0]}"
      coordinator_status=${coordinator_status:-$?}
    fi
  done
  for at in "${!programs[@]}"; do
    wait "${programs[$at]}"
  done
}

fetch_run() {
  mkdir -p "$run_directory"
  if on "$first" "tar -C $folder/run -czf - ." < /dev/null 2> "$work/logs/fetch" |
      tar -C "$run_directory" -xzf - 2>> "$work/logs/fetch"; then
    say "the run is in $run_directory"
  else
    kept=$first
    say "$first: the run could not be fetched and stays there, in $folder/run: $(tail -n 1 "$work/logs/fetch")"
  fi
}

remove_from() {
  local host=$1 what=$folder
  [ -e "$work/reached-$host" ] || return
  # What is kept keeps no secret.
  [ "$host" != "$kept" ] || what="$folder/cluster-token $folder/tls.key $folder/program"
  on "$host" "rm -rf $what" < /dev/null > "$work/logs/remove-$host" 2>&1 ||
    say "$host: could not be cleaned: remove $folder there ($(tail -n 1 "$work/logs/remove-$host"))"
  ssh "${ssh_options[@]}" -O exit -- "$host" < /dev/null > "$work/logs/exit-$host" 2>&1
}

clean_up() {
  local status=$? host
  trap '' INT TERM HUP
  touch "$work/stopping"
  # shellcheck disable=SC2086  # One or two processes.
  [ -z "$watching" ] || kill $watching 2> /dev/null
  if [ ${#programs[@]} -gt 0 ]; then
    [ -n "$coordinator_status" ] || say "stopping; the coordinator writes a checkpoint first"
    stop_programs
    fetch_run
  fi
  for host in "${hosts[@]}"; do
    remove_from "$host" &
  done
  wait
  rm -rf "$work"
  exit "$status"
}

# Runs on a host: a program, until it ends or standard input closes. Then it is asked to end; after 60 s it must.
write_runner() {
  cat > "$work/staged/run.sh" << 'TEXT'
exec 3<&0
"$@" < /dev/null 3<&- &
program=$!
(
  cat <&3
  kill -TERM "$program"
  waited=0
  while kill -0 "$program" && [ "$waited" -lt 600 ]; do
    sleep 0.1
    waited=$((waited + 1))
  done
  kill -KILL "$program"
) > /dev/null 2>&1 &
watcher=$!
wait "$program" 2> /dev/null
status=$?
kill "$watcher" 2> /dev/null
exit "$status"
TEXT
}

# All that hosts need beside the program. Secrets travel inside the connections, never on a command line.
stage() {
  write_runner
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "$work/staged/cluster-token"
  if [ -n "$job" ]; then
    cp -- "$job" "$work/staged/job.yaml"
  else
    echo 'data: digits' > "$work/staged/job.yaml"
  fi
  if [ "$insecure" = no ]; then
    "$here/make-certificates.sh" "$work/staged" > "$work/logs/certificates" 2>&1 ||
      fail "no certificates: $(tail -n 1 "$work/logs/certificates"); or take --insecure"
  fi
  if [ -z "$build" ]; then
    build=$work/build
    say "building"
    dotnet publish "$here/../src/Cli" -c Release -r linux-x64 --self-contained -p:PublishReadyToRun=true \
      -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false -o "$build" \
      > "$work/logs/build" 2>&1 || fail "the build failed: $(grep -m 1 error "$work/logs/build")"
  fi
}

# Prints nothing where all is well, else one line.
prepare() {
  local host=$1 system
  system=$(on "$host" uname -sm < /dev/null 2>&1) || { tail -n 1 <<< "$system"; return 1; }
  [ "$system" = 'Linux x86_64' ] || { echo "is $system: needs Linux x86_64"; return 1; }
  touch "$work/reached-$host"
  tar -C "$work/staged" -czf - . |
    on "$host" "umask 077 && mkdir $folder && tar --no-same-owner -C $folder -xzf - && mkdir $folder/program" 2>&1 &&
    tar -C "$build" -czf - . | on "$host" "tar --no-same-owner -C $folder/program -xzf -" 2>&1
}

prepare_all() {
  local host failed=no
  say "copying to ${hosts[*]}"
  for host in "${hosts[@]}"; do
    { prepare "$host" > "$work/logs/prepare-$host" || touch "$work/failed-$host"; } &
  done
  wait
  for host in "${hosts[@]}"; do
    if [ -e "$work/failed-$host" ]; then
      failed=yes
      say "$host: $(tail -n 1 "$work/logs/prepare-$host")"
    fi
  done
  [ "$failed" = no ] || { say "nothing was started"; exit 1; }
}

# Says that a worker has ended before it should; one whose job is over ends with 0.
report_end() {
  local host=$1 process=$2 status
  tail -f /dev/null --pid="$process" -s 0.2
  status=$(cat "$work/logs/worker-$host.status" 2> /dev/null)
  [ "$status" = 0 ] || [ -e "$work/stopping" ] || [ ! -d "$work" ] ||
    say "$host: the worker has ended with $status: $(tail -n 1 "$work/logs/worker-$host")"
}

start_all() {
  local host at keys
  keys="--token-file $folder/cluster-token"
  if [ "$insecure" = yes ]; then
    links="$keys --insecure"
  else
    keys="$keys --tls-cert $folder/tls.crt --tls-key $folder/tls.key --tls-ca $folder/ca.crt"
    links=$keys
  fi
  distributed=$folder/program/distributed
  ask="--coordinator 127.0.0.1:$port $keys"

  start "$first" coordinator "$distributed coordinator --listen 0.0.0.0:$port --data-listen 0.0.0.0:$((port + 1))" \
    "--advertise $address --job $folder/job.yaml --workers-min ${#hosts[@]} --run-dir $folder/run $links"
  coordinator=$program
  for at in "${!hosts[@]}"; do
    host=${hosts[$at]}
    start "$host" "worker-$host" "$distributed worker --join $address:$port ${threads:+--threads $threads}" \
      "--name ${host##*@} --listen 0.0.0.0:$((port + 2))" \
      "--advertise $([ "$at" -eq 0 ] && echo "$address" || echo "${host##*@}") --cache-dir $folder/cache $links"
    report_end "$host" "$program" &
  done
}

# The live view, from the time the coordinator answers until the job is over.
watch_job() {
  until on "$first" "$distributed status $ask" < /dev/null > "$work/logs/status" 2>&1; do
    kill -0 "$coordinator" 2> /dev/null || return
    sleep 0.3
  done
  if [ -t 1 ]; then
    # A terminal there ends its program by itself when the connection is closed.
    ssh "${ssh_options[@]}" -tt -- "$first" \
      "stty rows $(tput lines) cols $(tput cols); $distributed watch $ask" < /dev/null &
    watching=$!
  else
    hold watch
    ssh "${ssh_options[@]}" -- "$first" "sh $folder/run.sh $distributed watch $ask" < "$work/holds/watch" &
    watching="$! $holder"
  fi
  wait "${watching%% *}"
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

stage
prepare_all
start_all
say "running on ${hosts[*]}; Ctrl-C stops after a checkpoint"
watch_job
wait "$coordinator"
coordinator_status=$?
[ "$coordinator_status" -eq 0 ] ||
  say "$first: the coordinator ended with $coordinator_status: $(tail -n 1 "$work/logs/coordinator")"
exit "$coordinator_status"
