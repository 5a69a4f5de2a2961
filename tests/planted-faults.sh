#!/usr/bin/env bash
# Shows that the simulation finds bugs: breaks the protocol in one place after the other and runs the seeds until a
# monitor sees it. See docs/planted-faults.md, whose table is what this prints.
#
# tests/planted-faults.sh [PATCH...]    all of tests/Simulation.Tests/Planted, or the ones named
#
# SIMULATION_SEEDS  how many seeds a fault has to be caught in, from 1 on; default 2000
# CONTROL_SEEDS     how many the sources as they are have to pass first; default the same
#
# Everything happens in a temporary copy of the files that git knows or would add. The exit code is 0 only if the
# sources as they are stay green, and every patch applies, compiles and is caught.

set -uo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export WarningsNotAsErrors='NU1507;NU1603;NU1701;NU1801;NU1900;NU1901;NU1902;NU1903;NU1904;NU1905'
seeds=${SIMULATION_SEEDS:-2000}
control_seeds=${CONTROL_SEEDS:-$seeds}
project=tests/Simulation.Tests
output=bin/Release/net10.0

patches=()
for name in "$@"; do patches+=("$(realpath "$name")"); done

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
(cd "$here" && git ls-files -z --cached --others --exclude-standard | tar --null -T - --ignore-failed-read -cf -) |
  tar -xf - -C "$copy"
cd "$copy" || exit 1
[ $# -gt 0 ] || patches=("$copy/$project/Planted"/*.patch)

# Rules of style have nothing to say about a planted fault.
build() {
  dotnet build "$@" -c Release -v quiet -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false > build.log 2>&1
}

# Compiles only the projects that a patch touches, and puts them where the tests load them from; no patch changes what
# other projects see.
build_patched() {
  local touched
  for touched in $(sed -n 's|^--- a/\(src/[^/]*\)/.*|\1|p' "$1" | sort -u); do
    build "$touched" --no-restore -p:BuildProjectReferences=false || return 1
    cp "$touched/$output/Distributed.${touched#src/}.dll" "$project/$output" || return 1
  done
}

# Runs so many seeds up to the first red one; prints "SEED MONITOR", or nothing where all are green. The last lines of
# the output are kept in run.log.
first_red() {
  SIMULATION_SEEDS=$1 SIMULATION_FIRST_SEED=1 SIMULATION_STOP=1 timeout 300 dotnet test \
    "$project/$output/Distributed.Simulation.Tests.dll" --filter 'FullyQualifiedName~ClusterSimulationTests.Cluster_' > run.log 2>&1
  local status=$?
  if ! sed -n "s/^ *red seed \([0-9]*\) monitor '\(.*\)'\$/\1 \2/p" run.log | grep -m 1 .; then
    [ "$status" -eq 0 ] && grep -q 'Passed: *1,' run.log || echo "? the run ended with $status"
  fi
}

started=$SECONDS
if ! build "$project"; then
  cat build.log >&2
  exit 1
fi

mkdir clean
cp "$project/$output"/Distributed.*.dll clean
red=$(first_red "$control_seeds")
if [ -n "$red" ]; then
  echo "the sources as they are hurt a monitor: seed $red" >&2
  exit 1
fi

echo "No fault: $control_seeds seeds are green ($((SECONDS - started)) s with the build)."
echo
echo "| Fault | What is broken | Caught by | At seed | Seconds |"
echo "|---|---|---|---:|---:|"
missed=0
for patch in "${patches[@]}"; do
  since=$SECONDS
  what=$(head -n 1 "$patch")
  if ! git apply "$patch" 2> apply.log; then
    cat apply.log >&2
    verdict="does not apply"
    seed=-
  else
    if ! build_patched "$patch"; then
      grep -m 3 'error' build.log >&2
      verdict="does not compile"
      seed=-
    else
      read -r seed verdict < <(first_red "$seeds")
    fi
    git apply --reverse "$patch"
    cp clean/* "$project/$output"
  fi

  case ${seed:--} in
    [0-9]*) ;;
    *)
      missed=$((missed + 1))
      verdict="**${verdict:-not caught}**"
      ;;
  esac
  echo "| $(basename "$patch" .patch) | $what | $verdict | ${seed:--} | $((SECONDS - since)) |"
  unset seed verdict
done

echo
echo "$((${#patches[@]} - missed)) of ${#patches[@]} faults caught, $((SECONDS - started)) s in all."
[ "$missed" -eq 0 ]
