"""The compose file starts every role of every service once, after its schema, with fresh secrets."""

import hashlib
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import pkcs12

from deploy import compose_env, load_province
from province.read import read
from sandbox.identity.settings import IdentitySettings
from services.gateway.domain.sample_user import sample_users
from tests.deploy.dockerfile import image, read_dockerfile
from tests.deploy.rendering import SERVICES
from tests.deploy.roles import roles_of

TEXT = (Path(__file__).parents[2] / "deploy" / "compose.yaml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [f"{service}-{role}" for service in SERVICES for role in (*roles_of(service), "migrate")]


def test_has_every_role_of_every_service_and_what_they_stand_on() -> None:
    assert CONTAINERS.keys() == {*OURS, "postgres", "kafka", "sandbox", "province"}


@pytest.mark.parametrize("name", OURS)
def test_a_container_starts_its_role_from_its_own_image(name: str) -> None:
    service, _, role = name.rpartition("-")
    container = CONTAINERS[name]
    assert container["command"] == [role]
    assert container["build"] == {"context": "..", "dockerfile": "deploy/Dockerfile", "target": service}
    assert service in read_dockerfile()
    assert all(variable.startswith(f"{service.upper()}_") for variable in container["environment"])


@pytest.mark.parametrize("name", [*OURS, "sandbox", "province"])
def test_a_container_is_confined(name: str) -> None:
    container = CONTAINERS[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", OURS)
def test_the_schema_comes_before_the_roles(name: str) -> None:
    service, _, role = name.rpartition("-")
    waits = CONTAINERS[name]["depends_on"]
    if role == "migrate":
        assert waits == {"postgres": {"condition": "service_healthy"}}
        assert CONTAINERS[name]["restart"] == "no"
    else:
        assert waits[f"{service}-migrate"] == {"condition": "service_completed_successfully"}
        assert waits["kafka"] == {"condition": "service_healthy"}


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_has_a_database_and_a_role_of_its_own(service: str) -> None:
    made = COMPOSE["configs"]["databases"]["content"]
    assert f"CREATE ROLE {service} LOGIN" in made
    assert f"CREATE DATABASE {service} OWNER {service};" in made
    address = CONTAINERS[f"{service}-api"]["environment"][f"{service.upper()}_DATABASE_URL"]
    assert address.startswith(f"postgresql://{service}:")
    assert address.endswith(f"@postgres:5432/{service}")


def test_only_the_gateway_and_the_sandbox_are_reached_and_from_this_machine_only() -> None:
    published = {name: one["ports"] for name, one in CONTAINERS.items() if "ports" in one}
    assert published == {
        "gateway-api": ["127.0.0.1:8000:8000"],
        "sandbox": [f"127.0.0.1:{port}:{port}" for port in range(8090, 8096)],
    }


def test_outside_images_are_pinned() -> None:
    assert CONTAINERS["postgres"]["image"] == "postgres:18"
    assert re.fullmatch(r"apache/kafka:\d+\.\d+\.\d+", CONTAINERS["kafka"]["image"])


def test_every_variable_is_made_by_compose_env_and_refused_when_it_is_missing() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    for_people = {"POST_KEY", "SEAL_PASSPHRASE"}
    assert asked | for_people == set(compose_env.environment())
    assert re.findall(r"\$\{[A-Z_]+\}", TEXT) == [], "a variable without :? would be empty in silence"


def test_the_file_of_secrets_is_new_each_time_private_and_never_overwritten(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert compose_env.write(first)
    assert compose_env.write(second)
    same = set(first.read_text().splitlines()) & set(second.read_text().splitlines())
    assert {line.partition("=")[0] for line in same} == {"CONNECTORS", "IDENTIFICATION_LEVEL"}, "no secrets"
    assert stat.S_IMODE(first.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    before = first.read_text()
    assert not compose_env.write(first)
    assert first.read_text() == before


def test_a_file_of_an_older_checkout_is_told_what_is_new_and_keeps_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "env"
    loader = "bi-mat-cu"
    file.write_text(f"DATABASE_PASSWORD='cu'\nLOADER_KEY='{loader}'\n")
    assert not compose_env.write(file)
    kept = compose_env.variables(file)
    assert kept.keys() == compose_env.environment().keys()
    assert (kept["DATABASE_PASSWORD"], kept["LOADER_KEY"]) == ("cu", loader)
    (machine,) = [one for one in json.loads(kept["SERVICE_CLIENTS"]) if one["client_id"] == "loader"]
    assert machine["secret_sha256"] == hashlib.sha256(loader.encode()).hexdigest()
    again = file.read_text()
    assert not compose_env.write(file)
    assert file.read_text() == again


def test_the_dossier_service_has_a_seal_it_can_open(tmp_path: Path) -> None:
    made, file = compose_env.environment(), tmp_path / "seal.p12"
    compose_env.write_seal(file, made["SEAL_PASSPHRASE"])
    seal = json.loads(made["SEALS"])["*"]
    key, certificate, _ = pkcs12.load_key_and_certificates(file.read_bytes(), seal["passphrase"].encode())
    assert key is not None
    assert certificate is not None
    before = file.read_bytes()
    compose_env.write_seal(file, "khac")
    assert file.read_bytes() == before, "what is sealed already goes on being verified"
    assert COMPOSE["configs"]["seal"] == {"file": f"./{compose_env.SEAL_FILE.name}"}
    for role in ("api", "jobs"):
        mounted = {one["source"]: one["target"] for one in CONTAINERS[f"dossier-{role}"]["configs"]}
        assert mounted == {"seal": seal["file"]}
        assert CONTAINERS[f"dossier-{role}"]["environment"]["DOSSIER_SEALS"] == "${SEALS:?}"


def test_the_gateway_signs_in_where_the_sandbox_plays_the_issuers() -> None:
    made, sandbox = compose_env.environment(), CONTAINERS["sandbox"]["environment"]
    issuers = json.loads(made["ISSUERS"])
    assert {one["portal_flag"] for one in issuers} == {"vneid", "vnconnect"}
    for one in issuers:
        assert one["issuer"].startswith(sandbox["IDENTITY_PUBLIC_URL"] + "/")
        assert one["token_url"].startswith(f"http://sandbox:{sandbox['IDENTITY_PORT']}/")
        assert one["client_secret"] == made["IDENTITY_SECRET"]
    callback = CONTAINERS["gateway-api"]["environment"]["GATEWAY_PUBLIC_URL"] + "/session/callback"
    assert callback in IdentitySettings().redirect_uris


def test_the_postal_operator_has_a_machine() -> None:
    made = compose_env.environment()
    (machine,) = [one for one in json.loads(made["SERVICE_CLIENTS"]) if one["scopes"] == ["post.status"]]
    assert machine["secret_sha256"] == hashlib.sha256(made["POST_KEY"].encode()).hexdigest()
    agents = [one for one in read()["staff"] if "POSTAL_AGENT" in one["roles"]]
    assert {one["unit"] for one in agents} == {machine["client_id"]}


def test_files_are_kept_for_the_roles_that_need_them_and_the_image_gives_the_folder_its_owner() -> None:
    users = {
        "files": {"dossier-api", "dossier-jobs"},
        "archive": {"dossier-jobs"},
        "axis": {"gateway-jobs", "sandbox"},
        "connectors": {"gateway-jobs", "sandbox"},
    }
    for folder, wanted in users.items():
        mount = f"{folder}:/srv/{folder}"
        assert {name for name, one in CONTAINERS.items() if mount in one.get("volumes", [])} == wanted
        assert folder in COMPOSE["volumes"]
        service = next(iter(wanted)).partition("-")[0] if "sandbox" not in wanted else "gateway"
        for role in roles_of(service):
            if f"{service}-{role}" not in wanted:
                assert f"/srv/{folder}" in CONTAINERS[f"{service}-{role}"]["tmpfs"], "its root is read-only"
        for owner in wanted:
            target = owner.partition("-")[0]
            assert "--from=files --chown=10001:10001 /made/ /srv/" in image(target).said("COPY")
    told = CONTAINERS["dossier-api"]["environment"] | CONTAINERS["gateway-api"]["environment"]
    assert told["DOSSIER_FILES_URL"] == "file:///srv/files"
    assert told["DOSSIER_ARCHIVE_URL"] == "file:///srv/archive"
    assert (
        told["GATEWAY_DOCUMENTS_FOLDER"] == CONTAINERS["sandbox"]["environment"]["AXIS_FOLDER"] == "/srv/axis"
    )
    made = " ".join(f"/made/{folder}" for folder in users)
    assert read_dockerfile()["files"].said("RUN") == [
        f"install --directory --owner=10001 --group=10001 --mode=0750 {made}"
    ]


def test_the_compose_file_reads_the_simulated_ministry_where_it_is() -> None:
    (ministry,) = json.loads(compose_env.environment()["CONNECTORS"])
    sandbox = CONTAINERS["sandbox"]["environment"]
    assert ministry["pull"]["url"] == f"http://sandbox:{sandbox['MINISTRY_PORT']}/api/thay-doi"
    assert ministry["drop"]["folder"] == sandbox["MINISTRY_FILES_FOLDER"]
    assert sandbox["MINISTRY_PUSH_URL"].endswith(f"/connectors/{ministry['name']}/statuses")
    keys = CONTAINERS["gateway-api"]["environment"]["GATEWAY_CONNECTOR_KEYS"]
    assert sandbox["MINISTRY_PULL_KEY"] in keys
    assert sandbox["MINISTRY_PUSH_KEY"] in keys


def test_the_sample_people_and_officers_may_sign_in(tmp_path: Path) -> None:
    file = tmp_path / "sample-users.json"
    compose_env.write_users(file)
    users = sample_users(json.loads(file.read_text())).values()
    assert any(one.is_staff for one in users)
    assert any(not one.is_staff for one in users)
    assert file.stat().st_mode & stat.S_IROTH, "the container's user is not its owner"
    target = CONTAINERS["gateway-api"]["environment"]["GATEWAY_SAMPLE_USERS_FILE"]
    assert CONTAINERS["gateway-api"]["configs"] == [{"source": "sample-users", "target": target}]
    assert COMPOSE["configs"]["sample-users"]["file"] == f"./{compose_env.USERS_FILE.name}"


def test_the_sample_province_is_loaded_once_through_the_door_by_the_program_of_the_checkout(
    tmp_path: Path,
) -> None:
    loader = CONTAINERS["province"]
    assert loader["restart"] == "no"
    assert loader["depends_on"].keys() == {"gateway-api", "catalog-api"}
    mounted = {one["target"]: COMPOSE["configs"][one["source"]] for one in loader["configs"]}
    program, options = loader["entrypoint"][-1], dict(word.split("=") for word in loader["command"])
    assert mounted[program] == {"file": f"./{Path(load_province.__file__).name}"}
    assert mounted[options["--document"]] == {"file": f"./{compose_env.PROVINCE_FILE.name}"}
    assert mounted[options["--secret-file"]] == {"content": "${LOADER_KEY:?}"}
    made = compose_env.environment()
    clients = {one["client_id"]: one for one in json.loads(made["SERVICE_CLIENTS"])}
    client = clients[options["--client"]]
    assert client["secret_sha256"] == hashlib.sha256(made["LOADER_KEY"].encode()).hexdigest()
    compose_env.write_province(tmp_path / "province.json")
    assert json.loads((tmp_path / "province.json").read_text()) == read()


def test_its_public_keys_hold_nothing_private() -> None:
    made = compose_env.environment()
    (public,) = yaml.safe_load(made["INTERNAL_JWKS"])["keys"]
    private = yaml.safe_load(made["INTERNAL_PRIVATE_JWK"])
    assert "d" in private
    assert "d" not in public
    assert public["x"] == private["x"]
    assert public["kid"].startswith("development-"), "production mode refuses it by this name"
