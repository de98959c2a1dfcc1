"""What development is given and production refuses because everybody knows it."""

from collections.abc import Mapping

from kernel.settings import KernelSettings


def samples_among(settings: KernelSettings, samples: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the settings that still have their sample, with the reason against it."""
    return [
        (name, "a sample everybody knows")
        for name, sample in samples.items()
        if getattr(settings, name).get_secret_value() == sample
    ]
