#!/usr/bin/env bash
#SBATCH --job-name=batch
#SBATCH --array=1-8
#SBATCH --gres=gpu:1
#SBATCH --time=04:00:00
#SBATCH --requeue
# Answer one part of a batch: sbatch job.sh LIST FOLDER PROMPT [OPTIONS of flashsloth batch]
# LIST has one picture path per line; the answers go to FOLDER/part-0001.jsonl and so on. Without SLURM:
# PART=3 PARTS=8 bash job.sh …
set -euo pipefail

list=$1 folder=$2 prompt=$3
part=${PART:-${SLURM_ARRAY_TASK_ID:?neither PART nor SLURM_ARRAY_TASK_ID is set}}
parts=${PARTS:-${SLURM_ARRAY_TASK_COUNT:?neither PARTS nor SLURM_ARRAY_TASK_COUNT is set}}
file=$folder/part-$(printf %04d "$part").jsonl # zero-padded, so that part-*.jsonl sorts in order

mkdir -p "$folder"
status=0
flashsloth batch - -p "$prompt" --shard "$part/$parts" -o "$file" "${@:4}" < "$list" || status=$?
if [ "$status" -eq 7 ]; then # a retry by the scheduler would not repair bad pictures
    status=0
fi
exit "$status"
