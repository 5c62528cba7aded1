"""The worker of `flashsloth.benchmark.run`: a job on stdin, a row on stdout."""

from __future__ import annotations

from flashsloth.benchmark.worker import serve


def main() -> None:
    from flashsloth.benchmark.measurement import measure

    serve(measure)


if __name__ == "__main__":
    main()
