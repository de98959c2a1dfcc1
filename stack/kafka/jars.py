"""Apache Kafka's jars, resolved by Maven from coordinates into a cache outside the tree."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from stack.servers import StackError

KAFKA = "4.3.1"
SCALA = "2.13"
LOG4J = "2.25.4"
JAVA = 17
NEEDS = f"Kafka needs java ({JAVA}+) and mvn on PATH"

COORDINATES = (
    ("org.apache.kafka", f"kafka_{SCALA}", KAFKA),
    ("org.apache.logging.log4j", "log4j-core", LOG4J),
    # Kafka logs through slf4j 1.7; this is the binding of that line.
    ("org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J),
)
MAVEN_SECONDS = 600


def kafka_unavailable_reason() -> str | None:
    """Say why Kafka cannot run here, or `None`; mvn is needed until the jars are in the cache."""
    if java_major() < JAVA:
        return NEEDS
    if not jars_folder().exists() and shutil.which("mvn") is None:
        return NEEDS
    return None


def java_major() -> int:
    """Return the major version of the java on PATH, 0 when there is none."""
    java = shutil.which("java")
    if java is None:
        return 0
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603 - found on PATH.
    words = said.split('"')
    first = words[1].split(".")[0].split("-")[0] if len(words) > 1 else ""
    return int(first) if first.isdigit() else 0


def jars_folder() -> Path:
    """Return where the jars of this version are kept, whether they are there or not."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "motcua" / f"kafka-{KAFKA}"


def ensure_jars() -> Path:
    """Return the folder of the jars, fetched on first use; it appears only when it is whole."""
    reason = kafka_unavailable_reason()
    if reason:
        raise StackError(reason)
    target = jars_folder()
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix="draft-") as work:
            _resolve(Path(work))
            _publish(Path(work) / "jars", target)
    except OSError as error:
        raise StackError(f"cannot keep Kafka's jars in {target.parent}: {error.strerror}") from error
    return target


def _resolve(work: Path) -> None:
    pom = work / "pom.xml"
    pom.write_text(_pom(), encoding="utf-8")
    jars = work / "jars"
    command = [
        *("mvn", "--quiet", "--batch-mode", "--file", str(pom), "dependency:copy-dependencies"),
        *(f"-DoutputDirectory={jars}", "-DincludeScope=runtime"),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - a constant program and coordinates.
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=MAVEN_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise StackError(f"Maven did not fetch Kafka {KAFKA} within {MAVEN_SECONDS} s") from None
    if done.returncode or not list(jars.glob(f"kafka_{SCALA}-{KAFKA}.jar")):
        errors = [line for line in (done.stdout + done.stderr).splitlines() if "[ERROR]" in line]
        raise StackError(f"Maven cannot fetch Kafka {KAFKA}: {(errors or ['no message'])[0].strip()}")


def _publish(jars: Path, target: Path) -> None:
    try:
        jars.rename(target)
    except OSError:
        # Somebody else fetched the same jars meanwhile; theirs are as good.
        if not target.exists():
            raise


def _pom() -> str:
    dependencies = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
        "</dependency>"
        for group, artifact, version in COORDINATES
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>motcua.stack</groupId><artifactId>kafka</artifactId><version>1</version>"
        f"<dependencies>{dependencies}</dependencies></project>\n"
    )
