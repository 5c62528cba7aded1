"""The child of `flashsloth.benchmark.run`: a job on stdin, a row on stdout."""

from __future__ import annotations

from flashsloth.benchmark.worker import serve


def main() -> None:
    from flashsloth.benchmark.rows import measure

    serve(measure, telling=True)


if __name__ == "__main__":
    main()
