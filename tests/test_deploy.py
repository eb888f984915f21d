"""What is shipped to run the bot elsewhere names what there is, and agrees with itself. No engine is needed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot.__main__ import FAREWELL_S, PATIENCE_S
from bot.cli.exits import EXIT_MISCONFIGURED
from tests.deploying import KNOWN, ROOT, SECRETS, assignments, compose, copied, stages, text, unit

CLOSING_S = 5.0  # after the answers: connections, files, what is left of orders
SYSTEMD = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(
    SYSTEMD is None, reason="systemd-analyze is not installed; the text is checked alone"
)


def seconds(value: str) -> float:
    return float(value.removesuffix("s"))


# the systemd unit


def test_the_unit_names_settings_that_exist_and_hands_secrets_over_as_files() -> None:
    service = unit()
    given = assignments(service["Environment"])
    credentials = dict(each.split(":") for each in service["LoadCredential"])
    own = {name for name in given if not name.startswith("PYTHON")}
    assert own <= KNOWN
    assert not own & SECRETS
    files = {name: value for name, value in given.items() if name.endswith("_FILE")}
    assert files == {f"{name.upper()}_FILE": f"%d/{name}" for name in credentials}


def test_the_unit_keeps_everything_in_its_state_folder() -> None:
    service = unit()
    given = assignments(service["Environment"])
    [state], [configuration] = service["StateDirectory"], service["ConfigurationDirectory"]
    assert given["DATABASE_URL"].removeprefix("sqlite:///").startswith(f"/var/lib/{state}/")
    assert given["MEDIA_DIR"].startswith(f"/var/lib/{state}/")
    assert service["WorkingDirectory"] == [f"/etc/{configuration}"]


def test_the_unit_stops_restarts_and_reloads_as_the_bot_does() -> None:
    service = unit()
    assert service["ExecStart"] == ["/opt/grokcord/bin/grokcord run"]
    assert "-HUP" in service["ExecReload"][0].split()
    assert (service["Restart"], service["RestartPreventExitStatus"]) == (["on-failure"], [str(EXIT_MISCONFIGURED)])
    assert seconds(service["TimeoutStopSec"][0]) >= PATIENCE_S + FAREWELL_S + CLOSING_S
    assert service["KillMode"] == ["mixed"]


@pytest.mark.parametrize(
    ("directive", "value"),
    [("DynamicUser", "yes"), ("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("CapabilityBoundingSet", "")],
)
def test_the_unit_is_confined(directive: str, value: str) -> None:
    assert unit()[directive] == [value]


@needs_systemd
def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    copy = tmp_path / "grokcord.service"
    copy.write_text(
        text("deploy/grokcord.service").replace("/opt/grokcord/bin/grokcord", sys.executable), encoding="utf-8"
    )
    ended = subprocess.run([str(SYSTEMD), "verify", str(copy)], capture_output=True, text=True, check=False)
    own = [line for line in ended.stderr.splitlines() if "grokcord" in line]  # it tells of the machine's own units too
    assert own == []


@needs_systemd
def test_systemd_takes_the_unit_for_well_confined() -> None:
    command = [str(SYSTEMD), "security", "--offline=true", "--threshold=20", "deploy/grokcord.service"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if "nrecognized option" in ended.stderr:
        pytest.skip("this systemd-analyze cannot judge a file")
    assert ended.returncode == 0, ended.stdout[-300:]


# the image


def test_every_base_is_pinned_by_a_tag_and_is_the_same() -> None:
    bases = {stage.base for stage in stages()}
    assert len(bases) == 1
    assert re.fullmatch(r"python:\d+\.\d+(\.\d+)?-slim-[a-z]+", bases.pop())
    assert re.fullmatch(r"postgres:\d+-[a-z]+", compose()["services"]["postgres"]["image"])


def test_what_is_copied_exists_and_is_let_in() -> None:
    sources = [source for each, _target in copied() for source in each]
    first, *rest = [line for line in text(".dockerignore").splitlines() if line and not line.startswith("#")]
    let_in = {line[1:] for line in rest if line.startswith("!")}
    assert first == "*"  # so what is not named stays out: .env, data, secrets, .git
    assert {source.rstrip("/") for source in sources} == let_in
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_image_runs_the_bot_as_somebody_who_owns_one_volume_and_nothing_else() -> None:
    final = stages()[-1]
    user, [volume] = final.one("USER"), final.listed("VOLUME")
    owner = re.search(r"useradd --uid (\d+) --gid (\d+)", final.all("RUN")[0])
    assert owner is not None
    assert user == f"{owner[1]}:{owner[2]}"
    assert int(owner[1]) > 0
    assert f"install -d -o grokcord -g grokcord -m 0700 {volume}" in final.all("RUN")[0]
    assert final.one("WORKDIR") == volume
    assert final.environment["DATABASE_URL"].startswith(f"sqlite:///{volume}/")
    assert final.environment["MEDIA_DIR"].startswith(f"{volume}/")
    names = [name for name, _rest in final.instructions]
    assert names.index("USER") > max(at for at, name in enumerate(names) if name == "RUN")


def test_the_image_names_settings_that_exist_and_holds_no_secret() -> None:
    final = stages()[-1]
    own = {name for name in final.environment if not name.startswith("PYTHON") and name != "PATH"}
    assert own <= KNOWN - SECRETS - {f"{name}_FILE" for name in SECRETS}
    assert not any(name in text("Dockerfile") for name in SECRETS)
    assert final.one("EXPOSE") == final.environment["METRICS_PORT"]


def test_the_image_starts_the_entry_point_and_asks_what_the_tests_ask() -> None:
    final = stages()[-1]
    scripts = tomllib.loads(text("pyproject.toml"))["project"]["scripts"]
    [entry] = final.listed("ENTRYPOINT")
    assert scripts[entry] == "bot.__main__:main"
    assert final.listed("CMD") == ["run"]
    assert final.one("STOPSIGNAL") == "SIGTERM"
    # Run for real, against a bot that lives and one that hangs, in tests/metrics/test_running.py
    assert final.listed("HEALTHCHECK") == ["python", "-m", "bot.metrics.probe"]


@pytest.mark.parametrize("name", ["media", "run"])
def test_every_requirement_of_the_image_is_pinned_by_hash(name: str) -> None:
    joined = text(f"requirements/{name}.txt").replace("\\\n", " ")
    rows = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(rows) > 20
    assert [row for row in rows if not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", row)] == []
    assert any(row.startswith("setuptools==") for row in rows)  # what --no-build-isolation builds with


def test_what_is_copied_can_be_installed_by_the_images_own_command_and_run(tmp_path: Path) -> None:
    context, target = tmp_path / "src", tmp_path / "installed"
    for sources, to in copied():
        for source in sources:
            place = context / (to if to != "./" else source)
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
            else:
                shutil.copy(ROOT / source, place)
    [install] = [run for run in stages()[0].all("RUN") if run.endswith(" .")]
    command = [sys.executable, *install.split()[1:-1], "--quiet", "--no-index", "--target", str(target), "."]
    subprocess.run(command, cwd=context, check=True)
    files = {
        path.relative_to(context) for folder in ("bot", "cogs", "sandbox") for path in (context / folder).rglob("*.py")
    }
    assert [path for path in files if not (target / path).is_file()] == []
    ended = subprocess.run(
        [sys.executable, str(target / "bin" / "grokcord"), "--help"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "run" in ended.stdout


# the compose file


def test_the_compose_file_and_the_image_agree() -> None:
    final, bot = stages()[-1], compose()["services"]["bot"]
    port = final.environment["METRICS_PORT"]
    assert bot["user"] == final.one("USER")
    assert bot["volumes"] == [f"data:{final.listed('VOLUME')[0]}"]
    assert bot["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert bot["read_only"] is True
    assert bot["cap_drop"] == ["ALL"]
    assert seconds(bot["stop_grace_period"]) >= PATIENCE_S + FAREWELL_S + CLOSING_S
    assert set(bot["environment"]) <= KNOWN


def test_secrets_come_to_the_containers_as_files() -> None:
    whole = compose()
    for service in whole["services"].values():
        files = [value for name, value in service["environment"].items() if name.endswith("_FILE")]
        assert sorted(files) == sorted(f"/run/secrets/{name}" for name in service["secrets"])
        assert not set(service["environment"]) & SECRETS
    assert all(each == {"file": f"./secrets/{name}"} for name, each in whole["secrets"].items())
    assert "secrets/" in text(".gitignore").splitlines()


def test_postgresql_is_there_only_for_who_asks_for_it_and_every_volume_is_declared() -> None:
    whole = compose()
    assert [name for name, each in whole["services"].items() if "profiles" not in each] == ["bot"]
    used = {mount.split(":")[0] for each in whole["services"].values() for mount in each["volumes"]}
    assert used == set(whole["volumes"])
