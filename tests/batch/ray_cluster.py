"""Answer pictures on a cluster of two nodes of one core each, in this process: as it is, and twice
while something breaks.

    python ray_cluster.py ROWS.json FOLDER

Answers all rows, then the first BROKEN_ROWS twice: an actor is killed, then a node is removed. Prints
the answers as a JSON object by "whole", "kill" and "remove". Every actor appends a line to
FOLDER/NAME/PID for each table: its rows, and the resident bytes that are its own (the object store is
mapped into all).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"  # what Ray will do without a warning

import psutil
import pyarrow as pa
import ray
from ray.cluster_utils import Cluster

from flashsloth.batch.ray import RayAnswerer

NODE = {"num_cpus": 1, "object_store_memory": 200 * 2**20}
NODES, BROKEN_AFTER = 2, 3  # tables
BROKEN_ROWS = 101


class Watched(RayAnswerer):
    """Writes down what it does."""

    def __init__(self, folder: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.log = Path(folder) / str(os.getpid())
        self.log.write_text("")
        while len(logged(Path(folder))) < NODES:  # or the first to start may answer all
            time.sleep(0.01)

    def __call__(self, table: pa.Table) -> pa.Table:
        answered = super().__call__(table)
        memory = psutil.Process().memory_info()
        with self.log.open("a") as file:
            file.write(f"{table.num_rows} {memory.rss - memory.shared}\n")
        return answered


def logged(folder: Path) -> dict[int, int]:
    """Return the number of tables that each actor has answered."""
    return {int(path.name): len(path.read_text().splitlines()) for path in folder.iterdir()}


def break_one(what: str, folder: Path, cluster: Cluster, second: Any) -> None:
    """Kill an actor, or remove the second node, once some tables are answered, by each at least one."""
    while sum(answered := logged(folder).values()) < BROKEN_AFTER or min(answered) == 0:
        time.sleep(0.01)
    if what == "kill":
        os.kill(max(logged(folder), key=logged(folder).__getitem__), signal.SIGKILL)
    else:
        cluster.remove_node(second, allow_graceful=False)


def answer(rows: list[dict[str, Any]], folder: Path, rows_at_once: int) -> list[dict[str, Any]]:
    """Return the answers of two actors, whose logs are in the folder."""
    answers = ray.data.from_items(rows, override_num_blocks=16).map_batches(
        Watched,
        fn_constructor_args=(str(folder),),
        fn_constructor_kwargs={"model": "nano", "device": "cpu", "dtype": "float32"},
        batch_format="pyarrow",
        batch_size=rows_at_once,
        compute=ray.data.ActorPoolStrategy(size=NODES),
        num_cpus=0.9,  # the rest is for reading
    )
    found: list[dict[str, Any]] = answers.take_all()
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", type=Path)
    parser.add_argument("folder", type=Path)
    args = parser.parse_args()
    cluster = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
    second = cluster.add_node(**NODE)
    ray.init(address=cluster.address, logging_level="ERROR", log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    rows = json.loads(args.rows.read_text())
    found = {}
    for name in ("whole", "kill", "remove"):
        (folder := args.folder / name).mkdir()
        if name == "whole":
            found[name] = answer(rows, folder, 15)
            continue
        threading.Thread(target=break_one, args=(name, folder, cluster, second), daemon=True).start()
        found[name] = answer(rows[:BROKEN_ROWS], folder, 4)
    ray.shutdown()
    cluster.shutdown()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
