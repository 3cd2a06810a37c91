"""`python -m cli.bench`."""

from cli.bench.command import bench_command

if __name__ == "__main__":
    bench_command(prog_name="scripts/bench")
