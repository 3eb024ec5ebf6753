#!/usr/bin/env bash
# A Ray cluster out of a Slurm array: the first task is the head and runs the recipe, the others join it.
#   sbatch --array=0-31 deploy/slurm.sh /shared/mews /shared/refinedweb snapshot=/shared/warcs
# The arguments: a clone of this project with its .venv, the root, and what the recipe takes. Both folders are shared by
# all machines. Tasks may begin and end at any time; when the head is requeued, the run goes on where it was.
#SBATCH --job-name=mews
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=32
#SBATCH --mem=240G
#SBATCH --time=2-00:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=mews-%A-%a.log
set -euo pipefail

project=${1:?the folder of the project} root=${2:?the root of the run}
shift 2
recipe=${RECIPE:-recipes.refinedweb}
cluster=$root/.cluster-${SLURM_ARRAY_JOB_ID:?sbatch --array=0-31 sets it}
port=$((20000 + SLURM_ARRAY_JOB_ID % 10000))
export PATH=$project/.venv/bin:$PATH RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH=$cluster/token
# Sockets of Ray have long names, and home folders too.
export RAY_TMPDIR=${TMPDIR:-/tmp}
cd "$project"

lead() {
    local address
    address=$(hostname -I | cut -d ' ' -f 1):$port
    mkdir -p "$cluster"
    (umask 077 && python -c 'import secrets; print(secrets.token_hex(32))' > "$cluster/token")
    ray start --head --block --port="$port" --num-cpus="$SLURM_CPUS_PER_TASK" --disable-usage-stats \
        --include-dashboard=false &
    head=$! # no local: the trap reads it when the function is left
    trap 'rm -rf "$cluster"; kill "$head" 2> /dev/null || true; wait "$head" || true' EXIT
    until python -c "import socket; socket.create_connection(('${address%:*}', $port), 1)" 2> /dev/null; do
        kill -0 "$head"
        sleep 1
    done
    echo "$address" > "$cluster/address.part"
    mv "$cluster/address.part" "$cluster/address"
    python -m mews run "$recipe" --root "$root" --address "$address" "$@"
}

follow() {
    until [[ -s $cluster/address ]]; do sleep 5; done
    ray start --address="$(< "$cluster/address")" --block --num-cpus="$SLURM_CPUS_PER_TASK" --disable-usage-stats
}

if ((SLURM_ARRAY_TASK_ID == ${SLURM_ARRAY_TASK_MIN:-0})); then
    lead "$@"
else
    follow
fi
