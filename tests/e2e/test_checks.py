"""The launchers of tests and linters, and the pipeline that starts them."""

import shutil

import pytest

from tests.e2e.sandbox import PROJECT, Sandbox


def test_arguments_of_test_go_to_pytest(installed: Sandbox) -> None:
    told = "import os, sys; print(sys.argv[1:], os.environ.get('TEST_LONG'), os.getcwd())"
    (installed.root / "pytest.py").write_text(told)
    code, output, messages = installed.run("scripts/test", "--long", "tests/core", "-k", "a or b")
    expected = f"['tests/core', '-k', 'a or b'] 1 {installed.root}\n"
    assert (code, output) == (0, expected), messages


def test_all_tests_run_in_two_parts_and_both_must_pass(installed: Sandbox) -> None:
    """The second part is what needs the machine for itself."""
    told = "import os, sys\nprint(*sys.argv[1:])\nsys.exit(os.environ.get('FAIL') in sys.argv)"
    (installed.root / "pytest.py").write_text(told)
    for failing, expected in (("none", 0), ("--dist", 1), ("--cov-append", 1)):
        code, output, messages = installed.run("scripts/test", FAIL=failing)
        assert code == expected, messages
        together, alone = (line.split() for line in output.splitlines())
        left_out = {one.removeprefix("--ignore=") for one in together if "--ignore=" in one}
        assert left_out == {one for one in alone if one.startswith("tests/")}
        assert all((PROJECT / folder).is_dir() for folder in left_out)
        assert "--cov-append" in alone


def test_lint_runs_every_check_and_fails_when_one_does(installed: Sandbox) -> None:
    for name, code in {"ruff": 0, "mypy": 1, "lint-imports": 0}.items():
        tool = installed.venv / "bin" / name
        tool.write_text(f'#!/bin/sh\necho {name} "$@"\nexit {code}\n')
        tool.chmod(0o755)
    code, output, messages = installed.run("scripts/lint")
    assert code == 1
    assert output == "ruff check .\nruff format --check .\nmypy\nlint-imports\n"
    assert messages.splitlines()[-1].startswith("error: failed: mypy")


@pytest.mark.parametrize("lint_code", [0, 1])
def test_the_pipeline_stops_at_the_first_failure(sandbox: Sandbox, lint_code: int) -> None:
    shutil.copytree(PROJECT / ".ci", sandbox.root / ".ci")
    for name, code in {"lint": lint_code, "test": 0}.items():
        (sandbox.root / "scripts" / name).write_text(f"#!/bin/sh\necho {name}\nexit {code}\n")
    code, output, _ = sandbox.run(".ci/run")
    assert code == lint_code
    assert ("test" in output.splitlines()) is (lint_code == 0)
