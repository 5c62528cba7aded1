"""Ask one question about many pictures on a Ray cluster.

    python examples/ray/answer.py photos/ answers/ -p "What is this?"         # a folder all nodes see
    python examples/ray/answer.py pictures.parquet answers/ -p "What is it?"  # a column of bytes
    python examples/ray/answer.py urls.jsonl answers/ -p "What is this?"      # lines: {"image": "https://…"}

Writes lines of JSON, one file for each block of rows. RAY_ADDRESS names the cluster. Without it, Ray
is started on this machine.
"""

import argparse
from pathlib import Path

import ray

from flashsloth.batch.ray import RayAnswerer
from flashsloth.images.sources import PICTURE_EXTENSIONS

# Threads that spin while they wait would take processor time from the tasks that read and write.
ENVIRONMENT = {"GOMP_SPINCOUNT": "1000"}


def read_rows(place: Path) -> ray.data.Dataset:
    """Return the rows of a folder of pictures, a Parquet file or a file of JSON lines."""
    if place.is_dir():
        paths = sorted(path for path in place.rglob("*") if path.suffix.lower() in PICTURE_EXTENSIONS)
        # absolute, because the actors have another working directory
        return ray.data.from_items([{"image": str(path.resolve())} for path in paths])
    if place.suffix == ".parquet":
        return ray.data.read_parquet(str(place))
    return ray.data.read_json(str(place), lines=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("-p", "--prompt", help="question for rows without their own")
    parser.add_argument("-m", "--model", default="nano")
    parser.add_argument("--actors", type=int, default=1, help="number of models that are open at once")
    parser.add_argument(
        "--cpus", type=float, default=1, help="cores of an actor; leave some for reading and writing"
    )
    parser.add_argument("--gpus", type=float, default=0, help="GPUs of an actor")
    parser.add_argument(
        "--rows-at-once", type=int, default=64, help="number of rows that an actor gets at once"
    )
    args = parser.parse_args()
    ray.init(runtime_env={"env_vars": ENVIRONMENT})
    answers = read_rows(args.rows).map_batches(
        RayAnswerer,
        fn_constructor_kwargs={"model": args.model, "prompt": args.prompt},
        batch_format="pyarrow",
        batch_size=args.rows_at_once,
        compute=ray.data.ActorPoolStrategy(size=args.actors),
        num_cpus=args.cpus,
        num_gpus=args.gpus,
    )
    answers.write_json(str(args.output.resolve()))


if __name__ == "__main__":
    main()
