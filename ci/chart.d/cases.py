"""The values files that every rendering check goes through, and how one is rendered."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "mooring"


def values_files():
    """(name, path): ci-… is what `ct install` installs, platform-… what users take, case-… what needs another cluster."""
    found = []
    for prefix, folder, suffix in (("ci", "ci", "-values.yaml"), ("platform", "platforms", ".yaml"), ("case", "tests/values", ".yaml")):
        for path in sorted((CHART / folder).glob("*" + suffix)):
            found.append((f"{prefix}-{path.name.removesuffix(suffix)}", path))
    return found


def render(values, *, helm="helm", kube, extra=()):
    """The manifests as text, or CalledProcessError with Helm's message in stderr."""
    command = [helm, "template", "mooring", str(CHART), "--namespace", "storage", "--kube-version", kube, *extra]
    if values is not None:
        command += ["--values", str(values)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
